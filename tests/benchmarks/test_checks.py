"""A wrong result is noticed; quality is counted by hand here."""

from pathlib import Path

import msgspec
import pytest

from benchmarks import checks, corpora
from benchmarks.definitions import Definition, Expect
from benchmarks.synthetic import texts

ARTICLES = {"0000000": 0, "0000001": 1, "0000002": 2}


def finding(article: str, start: int, end: int, *others: tuple[str, int, int]) -> dict[str, object]:
    """A line of the program's output."""

    def place(name: str, first: int, last: int) -> dict[str, object]:
        span = {"start": {"offset": first}, "end": {"offset": last}}
        return {"path": f"files/0000/{name}.txt", "span": span}

    matches = [place(*other) for other in others]
    return {"kind": "finding", "rule": "DUP102", "matches": matches, **place(article, start, end)}


@pytest.fixture
def corpus(tmp_path: Path) -> corpora.Corpus:
    """Two planted copies that count, one too short, and a notice."""
    copies = [
        texts.Copy(0.8, 0.8, 3, 60, "0000001", 100, 400, "0000000", 50, 350),
        texts.Copy(0.8, 0.8, 3, 60, "0000002", 100, 400, "0000000", 500, 800),
        texts.Copy(0.8, 0.8, 1, 10, "0000001", 600, 650, "0000000", 900, 950),
    ]
    members = [texts.Member("notice-1", "0000002", 900, 999)]
    for name, rows in (("copies", copies), ("members", members)):
        lines = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
        (tmp_path / f"{name}.jsonl").write_bytes(lines)
    return corpora.Corpus("plain-1MB", tmp_path, 0)


def judged(
    corpus: corpora.Corpus, expect: Expect, findings: list[dict[str, object]]
) -> dict[str, float]:
    """What `check` says of an output with these findings in three articles."""
    output = corpus.root / "output"
    lines = [*findings, {"kind": "summary", "articles": 3}]
    output.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    arguments = ["scan", "--output-format", "jsonl"]
    return checks.check(Definition("t", "", "", arguments=arguments, expect=expect), output, corpus)


FOUND = finding("0000001", 110, 390, ("0000000", 60, 340))
REVERSED = finding("0000000", 500, 700, ("0000002", 100, 300))
NOTICE = finding("0000002", 900, 950, ("0000001", 0, 50))
STRANGE = finding("0000001", 450, 500, ("0000002", 450, 500))
HALF_A_PLACE = finding("0000002", 100, 200, ("0000000", 500, 600))
ELSEWHERE = finding("0000002", 100, 400, ("0000001", 500, 800))
QUALITY = Expect(recall_at_least=0.01, precision_at_least=0.01)


def test_quality_of_a_perfect_result(corpus: corpora.Corpus) -> None:
    """Either side may be the finding: the original is the program's choice."""
    assert judged(corpus, QUALITY, [FOUND, REVERSED]) == {"recall": 1, "precision": 1}


def test_findings_beside_what_was_planted_cost_precision(corpus: corpora.Corpus) -> None:
    """Places of notices are planted, too."""
    quality = judged(corpus, QUALITY, [FOUND, REVERSED, NOTICE, STRANGE])
    assert quality == {"recall": 1, "precision": 0.75}


@pytest.mark.parametrize("other", [HALF_A_PLACE, ELSEWHERE, NOTICE])
def test_a_copy_counts_with_half_of_both_sides_only(
    corpus: corpora.Corpus, other: dict[str, object]
) -> None:
    """A third of it, or the right passage matched with another article, is not enough."""
    assert judged(corpus, QUALITY, [FOUND, other])["recall"] == 0.5


@pytest.mark.parametrize(
    "expect",
    [
        Expect(articles=4),
        Expect(findings={"DUP102": 2}),
        Expect(findings={"DUP102": 1, "DUP101": 1}),
        Expect(recall_at_least=0.6),
    ],
)
def test_another_result_is_wrong(corpus: corpora.Corpus, expect: Expect) -> None:
    """Three articles, one finding, one of two copies."""
    with pytest.raises(checks.WrongResult, match=r"t: found .* expected"):
        judged(corpus, expect, [FOUND])


def test_precision_below_the_limit_is_wrong(corpus: corpora.Corpus) -> None:
    """Copies that nobody planted."""
    with pytest.raises(checks.WrongResult):
        judged(corpus, Expect(precision_at_least=0.6), [FOUND, STRANGE])


def test_the_expected_result_is_right(corpus: corpora.Corpus) -> None:
    """Rules that are not named are not judged."""
    expect = Expect(articles=3, findings={"DUP101": 0}, recall_at_least=0.5)
    assert judged(corpus, expect, [FOUND]) == {"recall": 0.5, "precision": 1}


def test_words_of_wc_are_compared(tmp_path: Path) -> None:
    """`wc` prints a line a file and the total last."""
    output = tmp_path / "wc"
    output.write_text("  3 a\n 4 b\n 7 total\n")
    definition = Definition("wc", "", "", engine="wc", expect=Expect(words=7))
    assert checks.check(definition, output, None) == {}
    definition.expect = Expect(words=8)
    with pytest.raises(checks.WrongResult):
        checks.check(definition, output, None)
