"""Templates and outlines of a small farm, from files to findings."""

from __future__ import annotations

import numpy as np
import pytest

from dedupe.model import Article, Result
from tests.pipeline.farm import Folder, Writer, jsonl, of_rule, sentences, settings

SUBJECTS = ("kettle", "ferry", "winger", "garden", "harbour", "battery", "choir", "bakery")
FORM = (
    "If you have been looking for {0}, you are certainly not alone this week. Readers have asked "
    "us about {1} again and again. Here is what we know so far, and what remains to be confirmed "
    "by {2} in the coming days."
)
HEADINGS = ("Why Everybody Asks", "Everything We Know So Far", "What Happens Next")


def farm(folder: Folder, writer: Writer, count: int) -> None:
    """Articles on as many subjects, poured into one template."""
    for number, subject in enumerate(SUBJECTS[:count]):
        fillings = [" ".join(writer.words(2 + (number + k) % 3)) for k in range(3)]
        first, second, third = (f"## {heading}" for heading in HEADINGS)
        folder.write(
            f"{subject}.md", f"# The {subject}", FORM.format(*fillings), first, writer.prose(55),
            second, writer.prose(66), third, writer.prose(44),
        )  # fmt: skip


def account(result: Result, path: str) -> Article:
    """The words of an article."""
    (found,) = (article for article in result.articles if article.path == path)
    return found


def test_a_form_is_found_in_every_article(folder: Folder, writer: Writer) -> None:
    """Each place is a finding that names the others and shows what stands in the slots."""
    farm(folder, writer, 8)
    result = folder.scan()
    findings = of_rule(result, "TPL201")
    assert [f.path for f in findings] == sorted(f"{subject}.md" for subject in SUBJECTS)
    assert len({f.cluster.id for f in findings if f.cluster}) == 1
    for finding in findings:
        text = folder.text(finding.path)
        shown = text[finding.span.start.offset : finding.span.end.offset]
        assert shown.startswith("If you have been")
        assert shown.endswith("coming days")
        assert (finding.matches_total, len(finding.matches)) == (7, 7)
        assert finding.path not in {match.path for match in finding.matches}
        skeleton, *slots = [piece.text for piece in finding.evidence[1:]]
        assert skeleton == (
            "If you have been looking for [1] you are certainly not alone this week. Readers have "
            "asked us about [2] again and again. Here is what we know so far, and what remains to "
            "be confirmed by [3] in the coming days"
        )
        assert len(slots) == 3
        for slot in slots:
            here = slot.split('"')[1]
            assert here in shown
            assert "8 different" in slot
        assert finding.message.startswith("A form that 8 articles on 8 topics fill in")


def test_words_of_a_form_are_template_words(folder: Folder, writer: Writer) -> None:
    """The paragraph, and nothing else; the five shares add up."""
    farm(folder, writer, 6)
    result = folder.scan(settings=settings(rules={"select": ["TPL201", "TPL204"]}))
    for finding in of_rule(result, "TPL201"):
        words = account(result, finding.path)
        assert (words.template_words, words.duplicate_words) == (finding.words, 0)
        assert words.template_words + words.unique_words == words.words


def test_each_part_of_a_paragraph_is_a_finding(folder: Folder, writer: Writer) -> None:
    """Two disclaimers that are glued in some articles; no word is counted twice."""
    first, second = writer.prose(22), writer.prose(33)
    for number in range(30):
        notices = ((first, second), (f"{first} {second}",))[number % 2]
        folder.write(f"{number:02}.txt", writer.prose(60), *notices)
    result = folder.scan()
    findings = of_rule(result, "TPL201")
    assert sorted(f.words for f in findings) == [22] * 30 + [33] * 30
    assert {f.matches_total for f in findings} == {29}
    assert {account(result, f"{number:02}.txt").template_words for number in range(30)} == {55}


def test_the_outline_is_found_in_every_article(folder: Folder, writer: Writer) -> None:
    """One finding for each article, at the first heading, which names all of them."""
    farm(folder, writer, 5)
    findings = of_rule(folder.scan(), "TPL204")
    assert len(findings) == 5
    for finding in findings:
        text = folder.text(finding.path)
        assert text[finding.span.start.offset : finding.span.end.offset] == HEADINGS[0]
        first, *headings = finding.evidence
        assert first.text == "3 of the 3 headings of this article"
        assert [piece.text for piece in headings] == list(HEADINGS)
        assert [text[piece.start : piece.end] for piece in headings] == list(HEADINGS)
        assert finding.matches_total == 4


def test_fast_does_not_look_for_templates(folder: Folder, writer: Writer) -> None:
    """Depth `fast` is about copies."""
    farm(folder, writer, 6)
    rules = {finding.rule for finding in folder.scan(settings=settings(matching={"depth": "fast"}))
             .findings}  # fmt: skip
    assert not {"TPL201", "TPL204"} & rules


@pytest.mark.parametrize("jobs", [2, 5])
def test_threads_make_no_difference(folder: Folder, writer: Writer, jobs: int) -> None:
    """The same bytes for one thread and for many."""
    farm(folder, writer, 8)
    assert jsonl(folder.scan(settings=settings(jobs=jobs))) == jsonl(
        folder.scan(settings=settings(jobs=1))
    )


def test_a_copied_passage_in_few_articles_stays_one(folder: Folder, writer: Writer) -> None:
    """The same words in six articles: the first has no finding, the others name the template."""
    words = writer.words(40)
    for number in range(6):
        folder.write(f"{number}.txt", writer.prose(60), sentences(words), writer.prose(50))
    result = folder.scan()
    assert not of_rule(result, "TPL201")
    assert [f.path for f in of_rule(result, "DUP102")] == [
        f"{number}.txt" for number in range(1, 6)
    ]
    assert {f.also for f in of_rule(result, "DUP102")} == {("TPL201",)}


def test_the_template_speaks_where_the_copy_may_not(folder: Folder, writer: Writer) -> None:
    """Ignoring DUP102 lets TPL201 surface."""
    words = writer.words(40)
    for number in range(6):
        folder.write(f"{number}.txt", writer.prose(60), sentences(words), writer.prose(50))
    result = folder.scan(settings=settings(rules={"ignore": ["DUP102"]}))
    assert [f.path for f in of_rule(result, "TPL201")] == [
        f"{number}.txt" for number in range(1, 6)
    ]


def test_a_disclaimer_in_many_articles_is_a_template(folder: Folder, writer: Writer) -> None:
    """Thirty places are thirty findings of one template, with ten of the others named in each."""
    words = writer.words(30)
    for number in range(30):
        folder.write(f"{number:02}.txt", writer.prose(60), sentences(words))
    findings = folder.scan().findings
    assert {f.rule for f in findings} == {"TPL201"}
    assert len(findings) == 30
    assert all((len(f.matches), f.matches_total) == (10, 29) for f in findings)
    assert {f.also for f in findings[1:]} == {("DUP102",)}


def test_one_original_means_no_template(folder: Folder, writer: Writer) -> None:
    """Whole articles that are copied several times are duplicates, not templates."""
    paragraphs = [writer.prose(50) for _ in range(4)]
    for number in range(5):
        folder.write(f"{number}.txt", *paragraphs)
    folder.write("other.txt", writer.prose(80))
    result = folder.scan()
    assert {f.rule for f in result.findings} == {"DUP101"}


def test_a_form_in_a_script_without_spaces(folder: Folder, rng: np.random.Generator) -> None:
    """Letters are words there: a form of some length is found, with its slots."""

    def letters(count: int) -> str:
        return "".join(map(chr, rng.integers(0x4E00, 0x9000, count).tolist()))

    for number in range(7):
        form = (
            "この記事では{}の料金について詳しく説明しますので、{}までお気軽にお問い合わせください。"
        )
        folder.write(f"{number}.txt", letters(80), form.format(letters(3), letters(4)), letters(60))
    findings = of_rule(folder.scan(), "TPL201")
    assert [f.path for f in findings] == [f"{number}.txt" for number in range(7)]
    assert findings[0].evidence[1].text == (
        "この記事では [1] の料金について詳しく説明しますので、 [2] までお気軽にお問い合わせください"
    )
