"""Machine formats: complete, round-trip, fast."""

from __future__ import annotations

import io
import json

import msgspec
import pytest

from dedupe.model import Article, Finding, MatchRow, MemberRow, PassageRow, Run, Summary
from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples

KEYS = [
    *("kind", "schema", "rule", "name", "severity", "status", "suppression", "fingerprint"),
    *(
        "path",
        "doc_id",
        "span",
        "words",
        "similarity",
        "score",
        "excerpt",
        "evidence",
        "cluster",
        "matches",
    ),
    *("matches_total", "also", "message"),
]
"""Keys of a finding in the order of the contract."""


def _lines(name: str) -> list[bytes]:
    stream = io.BytesIO()
    write(name, samples.result(), stream, ReportOptions(max_findings=1))
    assert stream.getvalue().endswith(b"\n")
    return stream.getvalue().splitlines()


def test_jsonl_has_the_rows_of_the_contract() -> None:
    """A run first, a summary last, articles before findings; no display limit applies."""
    kinds = [json.loads(line)["kind"] for line in _lines("jsonl")]
    assert kinds == ["run", *["article"] * 3, *["finding"] * 5, "summary"]


def test_jsonl_decodes_to_the_same_values() -> None:
    """Every row can be read back into its class."""
    decoder = msgspec.json.Decoder(Run | Article | Finding | Summary)
    sample = samples.result()
    rows = [decoder.decode(line) for line in _lines("jsonl")]
    assert rows == [sample.run, *sample.articles, *sample.findings, sample.summary]


def test_finding_has_the_keys_of_the_contract() -> None:
    """All keys are there in their order, null ones too."""
    finding = json.loads(_lines("jsonl")[4])
    assert list(finding) == KEYS
    assert finding["doc_id"] is None


def test_json_holds_the_same_members() -> None:
    """One object with the rows of jsonl."""
    whole = json.loads(b"\n".join(_lines("json")))
    rows = [json.loads(line) for line in _lines("jsonl")]
    assert list(whole) == ["run", "articles", "findings", "summary"]
    assert [whole["run"], *whole["articles"], *whole["findings"], whole["summary"]] == rows


@pytest.mark.parametrize(
    ("name", "kind"), [("matches", MatchRow), ("clusters", MemberRow), ("passages", PassageRow)]
)
def test_analysis_formats_decode(name: str, kind: type[msgspec.Struct]) -> None:
    """One row per pair, member or block, nothing else."""
    rows = msgspec.json.decode(b"[" + b",".join(_lines(name)) + b"]", type=list[kind])  # type: ignore[valid-type]
    assert tuple(rows) == getattr(samples.result(), name)
