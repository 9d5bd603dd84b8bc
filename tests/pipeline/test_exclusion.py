"""What a scan says where text is left out of matching."""

from __future__ import annotations

import pytest

from dedupe import pipeline
from dedupe.model import Article
from tests.pipeline.farm import Folder, Writer, of_rule, sentences, settings

QUOTES = settings(matching={"ignore_quotes": True})


def quoting(folder: Folder, writer: Writer) -> tuple[str, str, str]:
    """Two articles with a quotation of 30 words between two passages of 40; returns the three."""
    before, after = writer.prose(40), writer.prose(40)
    quote = f'"{" ".join(writer.words(30))}"'
    for path in ("a.md", "b.md"):
        folder.write(path, writer.prose(90), f"{before} {quote}, said she. {after}")
    return before, quote, after


def test_a_match_ends_where_left_out_text_begins(folder: Folder, writer: Writer) -> None:
    """One passage with the quotation; two without, and the words between them are excluded."""
    before, quote, after = quoting(folder, writer)
    (one,) = folder.scan().findings
    assert one.words == 112
    result = folder.scan(settings=QUOTES)
    text = folder.text("b.md")
    found = [text[f.span.start.offset : f.span.end.offset] for f in result.findings]
    assert found == [before[:-1], f"said she. {after}"[:-1]]
    assert all(finding.similarity == 1 for finding in result.findings)
    assert tuple(result.articles) == (
        Article("a.md", 202, 0, 0, 0, 30, 172),
        Article("b.md", 202, 82, 0, 0, 30, 90),
    )
    assert quote[1:-1] in text


def test_a_quotation_alone_is_no_copy(folder: Folder, writer: Writer) -> None:
    """Two articles that quote the same person, in a block of its own or not."""
    quote = " ".join(writer.words(40))
    folder.write("a.md", writer.prose(60), f'He said: "{quote}."', writer.prose(60))
    folder.write("b.md", writer.prose(60), f"> {quote}.", writer.prose(60))
    assert [finding.rule for finding in folder.scan().findings] == ["DUP102"]
    assert not folder.scan(settings=QUOTES).findings


def test_whole_articles(folder: Folder, writer: Writer) -> None:
    """A copy is whole when all that is compared is copied; a few words do not make it so."""
    body, notes = writer.prose(80), writer.prose(50)
    folder.write("a.md", "# Title one", body, "## Notes", notes)
    folder.write("b.md", "# Title two", body, "## Notes", writer.prose(50))
    folder.write("c.md", "# Title three", writer.prose(25), "## Notes", writer.prose(200))
    folder.write("d.md", "# Title four", folder.text("c.md").split("\n\n")[1], "## Notes",
                 writer.prose(200))  # fmt: skip
    rules = [(f.path, f.rule) for f in folder.scan().findings]
    assert rules == [("b.md", "DUP102"), ("d.md", "DUP102")]
    result = folder.scan(settings=settings(matching={"ignore_sections": ["notes"]}))
    assert [(f.path, f.rule) for f in result.findings] == [("b.md", "DUP101"), ("d.md", "DUP102")]
    assert [account.excluded_words for account in result.articles] == [51, 51, 201, 201]


def test_accepted_phrase(folder: Folder, writer: Writer) -> None:
    """A notice that stands in every article is not compared, wherever it stands."""
    notice = sentences(writer.words(24))
    for number in range(3):
        folder.write(f"{number}.txt", writer.prose(60), notice, writer.prose(60))
    assert len(folder.scan().findings) == 2
    accepted = settings(matching={"ignore_phrases": [notice.upper()]})
    result = folder.scan(settings=accepted)
    assert not result.findings
    assert result.summary.excluded_words == 72
    assert result.run.settings["duplicates.ignore-phrases"] == [notice.upper()]


def test_repeats_inside_an_article(folder: Folder, writer: Writer) -> None:
    """The pieces of one article are compared with each other as one article's passages are."""
    passage, quote = writer.prose(40), " ".join(writer.words(20))
    folder.write("a.txt", passage, f'"{quote}," said he.', writer.prose(50), passage)
    folder.write("b.txt", writer.prose(80))
    for chosen in (settings(), QUOTES):
        (finding,) = folder.scan(settings=chosen).findings
        assert (finding.rule, finding.words) == ("DUP103", 40)


def test_left_out_text_has_no_finding_of_its_own(folder: Folder, writer: Writer) -> None:
    """Filler in a section that is left out is not reported, and counts as excluded."""
    closing = (
        "In conclusion, there is no doubt that everyone who embraces change with curiosity will be "
        "well prepared for the challenges and opportunities that lie ahead in the modern world."
    )
    folder.write("a.md", "# A title", writer.prose(120), "## Summary", closing)
    assert {f.rule for f in folder.scan().findings} >= {"FIL303", "TPL203"}
    result = folder.scan(settings=settings(matching={"ignore_sections": ["Summary"]}))
    assert not result.findings
    assert result.articles[0].filler_words == 0
    assert result.articles[0].excluded_words == 30


def test_many_articles_and_batches(folder: Folder, writer: Writer, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Articles without words, cut ones and whole ones, in several batches."""
    from dedupe.pipeline import analysis

    monkeypatch.setattr(analysis, "LEAST_BATCH", 1000)
    passage = writer.prose(40)
    quote = f'"{" ".join(writer.words(12))}"'
    folder.write("0.md", "`code`")
    for number in range(1, 7):
        middle = [quote, passage] if number % 2 else [passage]
        folder.write(f"{number}.md", writer.prose(60), *middle, quote, passage.upper())
    result = folder.scan(settings=QUOTES)
    copies = of_rule(result, "DUP102")
    # The first has the passage twice, which is no copy of a later article.
    assert {finding.path for finding in copies} == {f"{number}.md" for number in range(2, 7)}
    assert {finding.words for finding in copies} == {40}
    assert "1.md" in {finding.path for finding in of_rule(result, "DUP103")}
    assert [account.excluded_words for account in result.articles] == [0, 24, 12, 24, 12, 24, 12]


def test_a_field_behind_the_last_word(folder: Folder, writer: Writer) -> None:
    """A flag without words stands where it stands, beside words that are left out or not."""
    for end, count in (
        ("We grow them all over {{city}}", 1),
        (f'"{" ".join(writer.words(6))}"', 0),
    ):
        folder.write("a.md", f'Here "{" ".join(writer.words(6))}" it is.', end)
        found = of_rule(folder.scan(settings=QUOTES), "TPL205")
        assert len(found) == count


def test_compare_and_explain(folder: Folder, writer: Writer) -> None:
    """They leave out what a scan leaves out."""
    quoting(folder, writer)
    comparison = pipeline.compare("a.md", "b.md", QUOTES)
    assert [passage.words_a for passage in comparison.passages] == [40, 42]
    explanation = pipeline.explain("b.md", 3, ("a.md",), QUOTES)
    nearest = explanation.passages[0].nearest
    assert nearest is not None
    assert nearest.similarity == 1


OUT, END = "<!-- dedupe: exclude -->", "<!-- dedupe: end-exclude -->"


def test_text_that_an_article_excludes(folder: Folder, writer: Writer) -> None:
    """It is neither matched, nor scored, nor a share; what stands around it is."""
    notice, body = writer.prose(40), writer.prose(40)
    field = "TAGS:"
    folder.write("a.md", writer.prose(70), notice, writer.prose(70), body)
    folder.write("b.md", writer.prose(70), OUT, notice, field, END, body)
    result = folder.scan()
    assert [(f.rule, f.words) for f in result.findings] == [("DUP102", 40)]
    assert result.articles[1] == Article("b.md", 151, 40, 0, 0, 41, 70)
    heedless = folder.scan(settings=settings(suppressions={"ignore_suppressions": True}))
    assert [f.rule for f in heedless.findings] == ["DUP102", "TPL205", "DUP102"]
    assert heedless.articles[1].excluded_words == 0


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("---\ntitle: x\ndedupe: {exclude: true}\n---", ""),
        ("---\ndedupe:\n  exclude: true\n  reason: syndicated\ntitle: x\n---", ""),
        ("<!-- dedupe: exclude-file -->", ""),
        ("", "<!-- dedupe: exclude-file -- syndicated -->"),
        (OUT, END),
    ],
)
def test_article_that_excludes_itself(folder: Folder, writer: Writer, head: str, foot: str) -> None:
    """All of its words, wherever that is said, and nothing is said about the directive."""
    body = writer.prose(90)
    folder.write("a.md", "# One", body)
    folder.write("b.md", head, body, foot)
    result = folder.scan()
    assert not result.findings
    assert result.articles[1] == Article("b.md", 90, 0, 0, 0, 90, 0)


def test_suppression_in_front_matter(folder: Folder, writer: Writer) -> None:
    """It governs the article, with its reason and its last day."""
    body = writer.prose(90)
    folder.write("a.md", "# One", body)
    folder.write(
        "b.md", '---\ndedupe: {ignore: [DUP], reason: "from: Acme", until: 2999-01-31}\n---', body
    )
    (finding,) = folder.scan().findings
    assert (finding.status, finding.path) == ("suppressed", "b.md")
    assert finding.suppression is not None
    assert finding.suppression.reason == "from: Acme"
    assert str(finding.suppression.until) == "2999-01-31"


def test_directives_that_exclude_nothing(folder: Folder, writer: Writer) -> None:
    """Unclosed, unopened, empty, with rules: each is noted; an unclosed one holds to the end."""
    body = writer.prose(90)
    folder.write("a.md", "# One", body)
    wrong = "<!-- dedupe: exclude[DUP] -->"
    folder.write("b.md", END, OUT, END, wrong, writer.prose(30), OUT, body)
    result = folder.scan()
    assert [(f.rule, f.message.partition(": ")[2]) for f in result.findings] == [
        ("SUP701", "no exclude is open."),
        ("SUP701", ""),
        ("SUP701", "exclude takes neither rules nor a date."),
        ("SUP701", "no end-exclude follows."),
    ]
    assert result.articles[1].excluded_words == 90
