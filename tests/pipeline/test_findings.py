"""What a scan says about copies, from folders to findings."""

from __future__ import annotations

from collections import Counter

import pytest

from dedupe.errors import ConfigError, UsageError
from dedupe.model import Article, Severity, Summary
from tests.pipeline.farm import Folder, Writer, of_rule, sentences, settings


def copied(folder: Folder, writer: Writer, paths: list[str], words: int = 40) -> str:
    """One passage in articles of their own otherwise; returns the passage."""
    passage = writer.prose(words)
    for path in paths:
        folder.write(path, writer.prose(60), passage, writer.prose(50))
    return passage


@pytest.mark.parametrize("count", [2, 3, 5, 9, 14])
def test_copies_give_one_finding_less_than_there_are(
    folder: Folder, writer: Writer, count: int
) -> None:
    """The original is not reported; every other place is, once, and knows how many there are."""
    paths = [f"{number:02}.txt" for number in range(count)]
    passage = copied(folder, writer, paths)
    result = folder.scan()
    assert [(f.path, f.rule) for f in result.findings] == [(path, "DUP102") for path in paths[1:]]
    for finding in result.findings:
        assert finding.matches_total == count - 1
        assert len(finding.matches) == min(count - 1, 10)
        assert finding.matches[0].path == "00.txt"
        assert finding.similarity == 1.0
        assert finding.cluster is not None
        assert (finding.cluster.size, finding.cluster.original) == (count, "00.txt")
        span = finding.span
        assert folder.text(finding.path)[span.start.offset : span.end.offset] == passage[:-1]
    assert len({f.cluster.id for f in result.findings if f.cluster}) == 1


@pytest.mark.parametrize("count", [2, 3, 6, 9, 15, 40])
def test_equal_articles_give_one_finding_less_than_there_are(
    folder: Folder, writer: Writer, count: int
) -> None:
    """DUP101 takes in the passages of the article, however many copies there are."""
    text = writer.prose(120), writer.prose(70)
    for number in range(count):
        folder.write(f"{number:02}.txt", *text)
    result = folder.scan()
    assert Counter(f.rule for f in result.findings) == {"DUP101": count - 1}
    for finding in result.findings:
        assert finding.severity is Severity.ERROR
        assert finding.matches_total == count - 1
        assert len(finding.matches) == min(count - 1, 10)
        assert finding.matches[0].path == "00.txt"
        assert finding.cluster is not None
        assert (finding.cluster.size, finding.cluster.original) == (count, "00.txt")
    summary = result.summary
    assert (summary.duplicate_words, summary.words) == (190 * (count - 1), 190 * count)


def test_passage_of_a_duplicate_article_in_a_third_one(folder: Folder, writer: Writer) -> None:
    """Two equal articles, and one that took a passage of them: it is named for both."""
    one, two = writer.prose(80), writer.prose(60)
    folder.write("a.txt", one, two)
    folder.write("b.txt", one, two)
    folder.write("c.txt", writer.prose(100), two, writer.prose(90))
    found = [(f.path, f.rule, f.matches_total) for f in folder.scan().findings]
    assert found == [("b.txt", "DUP101", 1), ("b.txt", "DUP102", 2), ("c.txt", "DUP102", 2)]


def test_original_is_the_earliest_by_date_then_by_path(folder: Folder, writer: Writer) -> None:
    """A date in the front matter counts before the path; undated articles come last."""
    passage = writer.prose(50)
    dates = {"a.md": None, "b.md": "2024-03-01", "c.md": "2023-12-31", "d.md": "2023-12-31"}
    for path, date in dates.items():
        front = f"---\ntitle: {path}\ndate: {date}\n---\n" if date else ""
        body = "\n\n".join((writer.prose(60), passage, writer.prose(60)))
        folder.raw(path, (front + body).encode())
    result = folder.scan()
    assert [f.path for f in result.findings] == ["a.md", "b.md", "d.md"]
    for finding in result.findings:
        assert finding.cluster is not None
        assert finding.cluster.original == "c.md"
        assert (finding.matches[0].path, finding.matches[0].date) == ("c.md", "2023-12-31")


def test_repeated_passage_points_to_the_earlier_place(folder: Folder, writer: Writer) -> None:
    """DUP103 stands at the second and third place, and names the first."""
    passage = writer.prose(40)
    folder.write("a.txt", passage, writer.prose(60), passage, writer.prose(60), passage)
    found = of_rule(folder.scan(), "DUP103")
    assert [f.span.start.line for f in found] == [5, 9]
    for finding in found:
        assert finding.matches[0].origin == "self"
        assert finding.matches[0].span.start.line == 1
        assert finding.words == 40
    off = folder.scan(settings=settings(matching={"inside_articles": False}))
    assert not of_rule(off, "DUP103")


def test_edits_are_named(folder: Folder, writer: Writer) -> None:
    """A finding shows which words differ, with their places."""
    words = writer.words(44)
    changed = [*words[:15], "zebra", *words[16:30], "extra", *words[30:]]
    folder.write("a.txt", writer.prose(50), sentences(words), writer.prose(50))
    folder.write("b.txt", writer.prose(50), " ".join(changed), writer.prose(50))
    (finding,) = folder.scan().findings
    edits = [(e.text, e.other) for e in finding.evidence if e.kind == "edit"]
    assert edits == [("zebra", words[15]), ("extra", "")]
    text = folder.text("b.txt")
    fact, *listed = finding.evidence
    assert fact.text.startswith("edited: ")
    assert len(listed) == len(edits)
    for edit in listed:
        assert edit.start is not None
        assert edit.end is not None
        assert text[edit.start : edit.end] == edit.text


def test_fingerprint_survives_shifts_and_other_copies(folder: Folder, writer: Writer) -> None:
    """Lines before the passage, edits around it and further copies do not change it."""
    copied(folder, writer, ["a.txt", "b.txt"])
    before = folder.scan().findings[0]
    folder.raw("b.txt", b"Something new stands here.\n\n\n" + folder.text("b.txt").encode())
    after = folder.scan().findings[0]
    assert after.span.start.line == before.span.start.line + 3
    assert after.fingerprint == before.fingerprint
    folder.raw("b.txt", folder.text("b.txt").upper().replace("\n", "\r\n").encode())
    assert folder.scan().findings[0].fingerprint == before.fingerprint
    folder.raw("c.txt", folder.text("a.txt").encode() + writer.prose(300).encode())
    assert before.fingerprint in {f.fingerprint for f in folder.scan().findings}


def test_fingerprints_are_distinct(folder: Folder, writer: Writer) -> None:
    """The same passage twice in one article has two fingerprints, told apart by their number."""
    passage = writer.prose(40)
    folder.write("a.txt", writer.prose(60), passage, writer.prose(60))
    folder.write("b.txt", passage, writer.prose(80), passage)
    marks = [f.fingerprint for f in folder.scan().findings]
    assert len(marks) == len(set(marks)) == 2


@pytest.mark.parametrize("limit", [0, 1, 3, 100])
def test_matches_are_cut_and_counted(folder: Folder, writer: Writer, limit: int) -> None:
    """No more than `max_matches` are listed; `matches_total` says how many there are."""
    copied(folder, writer, [f"{n}.txt" for n in range(6)])
    for finding in folder.scan(settings=settings(output={"max_matches": limit})).findings:
        assert len(finding.matches) == min(limit, 5)
        assert finding.matches_total == 5
        assert len({match.path for match in finding.matches}) == len(finding.matches)
        assert all(match.path == "0.txt" for match in finding.matches[:1])


@pytest.mark.parametrize("words", [1, 7, 1000])
def test_excerpt_holds_the_first_words_as_they_stand(
    folder: Folder, writer: Writer, words: int
) -> None:
    """The excerpt is the text from the span's start on."""
    copied(folder, writer, ["a.txt", "b.txt"])
    (finding,) = folder.scan(settings=settings(output={"excerpt_words": words})).findings
    assert folder.text("b.txt")[finding.span.start.offset :].startswith(finding.excerpt)
    assert len(finding.excerpt.split()) == min(words, 40)


def test_all_members_reports_the_original_too(folder: Folder, writer: Writer) -> None:
    """Asked for, the copy that came first has a finding; its words stay its own."""
    copied(folder, writer, ["a.txt", "b.txt", "c.txt"])
    result = folder.scan(settings=settings(output={"all_members": True}))
    assert [f.path for f in result.findings] == ["a.txt", "b.txt", "c.txt"]
    assert [a.duplicate_words for a in result.articles] == [0, 40, 40]


def test_focus_on_nothing_is_refused(folder: Folder, writer: Writer) -> None:
    """A path that leads nowhere would let everything pass; what is no article may be named."""
    copied(folder, writer, ["a.txt", "b.txt"])
    folder.raw("picture.png", b"\x89PNG")
    assert not folder.scan(settings=settings(output={"focus": ["picture.png"]})).findings
    with pytest.raises(UsageError, match=r"--focus a\.tx: there is no such file"):
        folder.scan(settings=settings(output={"focus": ["a.tx"]}))


def test_focus_reports_some_paths_and_compares_all(folder: Folder, writer: Writer) -> None:
    """Findings of other paths are left out; their texts still count as copies."""
    copied(folder, writer, ["base/a.txt", "new/b.txt", "new/c.txt", "newer/d.txt"])
    result = folder.scan(settings=settings(output={"focus": ["new"]}))
    assert [f.path for f in result.findings] == ["new/b.txt", "new/c.txt"]
    assert [f.matches_total for f in result.findings] == [3, 3]
    only = folder.scan(settings=settings(output={"focus": ["new/c.txt"]}))
    assert [f.path for f in only.findings] == ["new/c.txt"]
    assert len(only.articles) == 4


def test_groups_are_compared_with_each_other_only(folder: Folder, writer: Writer) -> None:
    """`between` leaves out pairs within a group and articles outside of all groups."""
    copied(folder, writer, ["x/a.txt", "x/b.txt", "y/c.txt", "z/d.txt"])
    groups = settings(matching={"between": ["x", "y"]}, output={"want_matches": True})
    result = folder.scan(settings=groups)
    pairs = {(row.a.path, row.b.path) for row in result.matches}
    assert pairs == {("x/a.txt", "y/c.txt"), ("x/b.txt", "y/c.txt")}
    inside = settings(matching={"between": ["x", "z"]})
    passage = writer.prose(40)
    folder.write("x/e.txt", passage, writer.prose(40), passage)
    assert not of_rule(folder.scan(settings=inside), "DUP103")


def test_rules_are_selected_before_they_compete(folder: Folder, writer: Writer) -> None:
    """What an ignored rule would have hidden is reported under its own name."""
    passage = writer.prose(40)
    folder.write("a.txt", writer.prose(60), passage)
    folder.write("b.txt", passage, writer.prose(60), passage)
    both = folder.scan(settings=settings(rules={"select": ["DUP"]}))
    assert [f.rule for f in both.findings] == ["DUP102", "DUP102"]
    assert [f.also for f in both.findings] == [(), ("DUP103",)]
    without = folder.scan(settings=settings(rules={"select": ["DUP"], "ignore": ["DUP102"]}))
    assert [(f.rule, f.also) for f in without.findings] == [("DUP103", ())]
    only = folder.scan(settings=settings(rules={"select": ["DUP102"]}))
    assert [f.also for f in only.findings] == [(), ()]


def test_unknown_rule_is_refused(folder: Folder, writer: Writer) -> None:
    """A misspelt rule ends the run with its name."""
    folder.write("a.txt", writer.prose(30))
    with pytest.raises(ConfigError, match="DUP999"):
        folder.scan(settings=settings(rules={"select": ["DUP999"]}))


def test_least_severity_hides_findings_and_counts_words(folder: Folder, writer: Writer) -> None:
    """What is not shown is still part of the account of words."""
    copied(folder, writer, ["a.txt", "b.txt"])
    result = folder.scan(settings=settings(rules={"min_severity": "error"}))
    assert not result.findings
    assert result.summary.duplicate_words == 40


@pytest.mark.parametrize(("words", "found"), [(13, False), (19, False), (20, True), (26, True)])
def test_short_copies_within_longer_paragraphs(
    folder: Folder, writer: Writer, words: int, found: bool
) -> None:
    """A run of whole sentences counts from `min_words` on."""
    passage = sentences(writer.words(words), words)
    for path in ("a.txt", "b.txt"):
        folder.write(path, f"{writer.prose(33)} {passage} {writer.prose(33)}")
    assert len(folder.scan().findings) == found


@pytest.mark.parametrize(("words", "found"), [(11, False), (12, True), (19, True)])
def test_short_copies_that_are_whole_blocks(
    folder: Folder, writer: Writer, words: int, found: bool
) -> None:
    """A whole paragraph counts from twelve words on."""
    copied(folder, writer, ["a.txt", "b.txt"], words)
    assert len(folder.scan().findings) == found


def test_unlike_articles_have_no_findings(folder: Folder, writer: Writer) -> None:
    """Nothing is said where nothing is copied."""
    for number in range(20):
        folder.write(f"{number}.txt", writer.prose(100), writer.prose(60))
    result = folder.scan()
    assert not result.findings
    assert result.summary.unique_words == result.summary.words == 3200


def test_shares_of_every_article_add_up(folder: Folder, writer: Writer) -> None:
    """Duplicate, template, filler, excluded and unique words are all the words there are."""
    copied(folder, writer, ["a.txt", "b.txt", "c.txt"])
    passage = writer.prose(40)
    folder.write("d.txt", passage, writer.prose(30), passage, "TAGS:", "In conclusion, it is done.")
    result = folder.scan()
    names = ("duplicate_words", "template_words", "filler_words", "excluded_words", "unique_words")
    rows: tuple[Article | Summary, ...] = (*result.articles, result.summary)
    for row in rows:
        assert sum(getattr(row, name) for name in names) == row.words
    for name in ("words", *names):
        assert sum(getattr(a, name) for a in result.articles) == getattr(result.summary, name)


def drifting(folder: Folder, writer: Writer) -> list[str]:
    """Six articles; each copies the passage of the one before and changes twelve more words."""
    words, paths = writer.words(60), []
    for step in range(6):
        paths.append(f"{step}.txt")
        folder.write(paths[-1], writer.prose(44), sentences(words, 12), writer.prose(44))
        if step < 5:
            words = [*words[: step * 12], *writer.words(12), *words[step * 12 + 12 :]]
    return paths


def test_drifting_copies_name_only_places_that_share_something(
    folder: Folder, writer: Writer
) -> None:
    """The last copy has nothing in common with the first: the first is none of its matches."""
    drifting(folder, writer)
    for finding in folder.scan().findings:
        assert all(match.similarity > 0 for match in finding.matches), finding.path
        assert not finding.message.startswith("0%")


def test_drifting_copies_each_have_a_finding(folder: Folder, writer: Writer) -> None:
    """Every article but the first copied something, and is told so."""
    paths = drifting(folder, writer)
    assert [f.path for f in folder.scan().findings] == paths[1:]


def test_drifting_articles_name_an_article_that_they_duplicate(
    folder: Folder, writer: Writer
) -> None:
    """Each of seven articles changes twenty words more: the last shares none with the first."""
    words = writer.words(120)
    for step in range(7):
        folder.write(f"{step}.txt", sentences(words, 12))
        words = [*words[: 20 * step], *writer.words(20), *words[20 * step + 20 :]]
    found = of_rule(folder.scan(), "DUP101")
    assert [finding.path for finding in found] == [f"{step}.txt" for step in range(1, 7)]
    for finding in found:
        assert finding.matches[0].similarity > 0.5, finding.message
        assert all(match.similarity > 0 for match in finding.matches), finding.message


def test_a_short_passage_lends_its_original_to_no_longer_one(
    folder: Folder, writer: Writer
) -> None:
    """A note about the author stands in all three; the text before it was first in the second."""
    note, taken = writer.prose(33), writer.prose(66)
    folder.write("a.txt", writer.prose(70), note)
    folder.write("b.txt", writer.prose(60), taken, note)
    folder.write("c.txt", writer.prose(50), taken, note)
    first, second = folder.scan().findings
    assert (first.path, first.words) == ("b.txt", 33)
    assert [match.path for match in first.matches] == ["a.txt", "c.txt"]
    assert (second.path, second.words) == ("c.txt", 99)
    assert [match.path for match in second.matches] == ["b.txt", "a.txt"]
    originals = [finding.cluster and finding.cluster.original for finding in (first, second)]
    assert originals == ["a.txt", "b.txt"]
