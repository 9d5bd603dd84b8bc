"""A check finds between incoming and accepted articles what a scan of both finds."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from msgspec import structs

from dedupe import config, memory
from dedupe.model import Finding, Result
from dedupe.pipeline import analysis, check
from dedupe.reports import ANALYSIS
from tests.conftest import ROOT
from tests.pipeline.farm import (
    Folder,
    Writer,
    accept,
    jsonl,
    of_rule,
    sentences,
    settings,
)

Row = tuple[str, int, int, str, int, int, float, str]
ROWS = settings(output={f"want_{name}": True for name in ANALYSIS}, jobs=1)
FORM = (
    "If you have been looking for {0}, you are certainly not alone this week. Readers have asked "
    "us about {1} again and again. Here is what we know so far, and what remains to be confirmed "
    "by {2} in the coming days."
)


def edited(words: list[str], writer: Writer, every: int) -> list[str]:
    """With every so-manieth word replaced."""
    new = iter(writer.words(len(words)))
    return [next(new) if at % every == 0 else word for at, word in enumerate(words, start=1)]


def across(result: Result) -> set[Row]:
    """The matches between accepted and incoming articles, the accepted side first."""
    rows = set()
    for match in result.matches:
        a, b = sorted((match.a, match.b), key=lambda side: side.path)
        if a.path.startswith("accepted") and b.path.startswith("incoming"):
            rows.add(
                (a.path, a.start, a.end, b.path, b.start, b.end, match.similarity, match.rule)
            )  # fmt: skip
    return rows


def one(result: Result, rule: str) -> Finding:
    """The only finding of a rule."""
    (found,) = of_rule(result, rule)
    return found


# ----------------------------------------------------------------------------- the same as a scan


@pytest.mark.parametrize("depth", ["fast", "standard"])
@pytest.mark.parametrize("seed", range(8))
def test_nothing_that_a_scan_finds_is_missed(folder: Folder, depth: str, seed: int) -> None:
    """Spans, similarities and rules of the matches are the same; each passage has a few copies."""
    rng = np.random.default_rng(seed)
    writer = Writer(rng)
    articles = [[writer.prose(int(size))] for size in rng.integers(20, 90, 14)]
    for _ in range(12):
        words = writer.words(int(rng.integers(15, 120)))
        for place in rng.choice(len(articles), int(rng.integers(2, 5)), replace=False):
            copy = edited(words, writer, int(rng.choice([1000, 40, 15])))
            articles[place].append(sentences(copy[int(rng.integers(0, 12)) :]))
            articles[place].append(writer.prose(int(rng.integers(12, 60))))
    for number, parts in enumerate(articles):
        folder.write(f"{('accepted', 'incoming')[number >= 8]}/{number:02}.md", *parts)
    chosen = settings(matching={"depth": depth}, output={"want_matches": True}, jobs=1)
    accept(["accepted"], chosen)
    scanned = across(folder.scan(settings=chosen))
    assert len(scanned) >= 6
    assert across(folder.check(settings=chosen)) == scanned


@pytest.mark.parametrize("depth", ["fast", "standard", "deep"])
def test_an_edited_copy_is_caught_and_its_neighbours_pass(
    folder: Folder, writer: Writer, depth: str
) -> None:
    """Every 25th word changed; the articles before and behind it have no finding of a copy."""
    taken = [writer.words(120) for _ in range(3)]
    for number, words in enumerate(taken):
        folder.write(f"accepted/{number}.txt", writer.prose(90), sentences(words))
    folder.write("incoming/a.md", writer.prose(200))
    folder.write("incoming/b.md", writer.prose(60), sentences(edited(taken[1], writer, 25)))
    folder.write("incoming/c.md", writer.prose(200))
    chosen = settings(matching={"depth": depth}, gate={"fail_on": "error"})
    accept(["accepted"], chosen)
    result = folder.check(settings=chosen)
    copy = one(result, "DUP102")
    assert copy.path == "incoming/b.md"
    assert [match.path for match in copy.matches] == ["accepted/1.txt"]
    assert {f.path for f in result.findings if f.rule.startswith("DUP")} == {"incoming/b.md"}


def test_left_out_text_is_left_out_of_both_sides(folder: Folder, writer: Writer) -> None:
    """A quoted passage in an accepted article is no match; the passage beside it is."""
    quoted, told = writer.prose(60), writer.prose(60)
    folder.write("accepted/a.md", writer.prose(30), "> " + quoted, told)
    folder.write("incoming/b.md", quoted, writer.prose(40), told)
    chosen = settings(matching={"ignore_quotes": True, "depth": "fast"}, output=ROWS.output)
    accept(["accepted"], chosen)
    rows = across(folder.check(settings=chosen))
    assert rows == across(folder.scan(settings=chosen))
    assert len(rows) == 1


# --------------------------------------------------------------------------------- what is said


@pytest.fixture
def shelf(folder: Folder, writer: Writer) -> Folder:
    """Ten accepted articles with one passage, two of them with another, and four that come in."""
    shared, other, new = writer.prose(80), writer.prose(70), writer.prose(60)
    twice = writer.prose(55)
    for number in range(10):
        parts = [writer.prose(50), shared, twice, twice] + [other] * (number > 7)
        folder.write(f"accepted/{number}.txt", *parts)
    folder.write("incoming/a.md", "---\ndate: 1999-01-01\n---", writer.prose(50), shared)
    folder.write("incoming/b.md", writer.prose(50), new, writer.prose(30))
    folder.write("incoming/c.md", writer.prose(50), new)
    folder.write("incoming/d.md", writer.prose(80))
    accept(["accepted"])
    return folder


def test_findings_are_about_incoming_articles_alone(shelf: Folder) -> None:
    """As are articles, totals and the gate."""
    result = shelf.check()
    names = {f"incoming/{name}.md" for name in "abcd"}
    assert {article.path for article in result.articles} == names
    assert {finding.path for finding in result.findings} <= names
    words = sum(article.words for article in result.articles)
    assert (result.summary.articles, result.summary.words) == (4, words)
    assert result.summary.duplicate_words == 80 + 60
    assert not of_rule(result, "DUP103")


def test_every_accepted_copy_is_named_and_comes_first(shelf: Folder) -> None:
    """Ten of them, though the incoming article has an older date."""
    (copy,) = (f for f in of_rule(shelf.check(), "DUP102") if f.path == "incoming/a.md")
    assert copy.matches_total == 10
    assert [match.path for match in copy.matches] == [f"accepted/{n}.txt" for n in range(10)]
    assert {match.origin for match in copy.matches} == {"index"}
    assert copy.cluster is not None
    assert copy.cluster.original == "accepted/0.txt"


def test_two_incoming_copies_of_a_new_passage_are_one_finding(shelf: Folder) -> None:
    """The first by path keeps it."""
    found = [f for f in of_rule(shelf.check(), "DUP102") if f.path != "incoming/a.md"]
    assert [(f.path, [(m.path, m.origin) for m in f.matches]) for f in found] == [
        ("incoming/c.md", [("incoming/b.md", "scan")])
    ]


def test_an_incoming_article_replaces_the_accepted_one_of_its_path(
    folder: Folder, writer: Writer
) -> None:
    """It is compared with the others as ever."""
    kept = writer.prose(90)
    folder.write("articles/a.md", writer.prose(40), kept)
    folder.write("articles/b.md", writer.prose(40), kept)
    accept(["articles"])
    folder.write("articles/a.md", writer.prose(20), kept)
    copy = one(folder.check("articles/a.md"), "DUP102")
    assert [match.path for match in copy.matches] == ["articles/b.md"]
    (folder.root / "articles/b.md").write_text(writer.prose(90))
    accept(["articles"])
    assert not folder.check("articles/a.md").findings


def test_an_article_that_repeats_itself_is_told_so(folder: Folder, writer: Writer) -> None:
    """Accepted articles are not searched for their own passages, incoming ones are."""
    passage = writer.prose(60)
    folder.write("accepted/a.txt", passage, writer.prose(40), passage)
    folder.write("incoming/b.txt", *[(words := writer.prose(60)), writer.prose(40), words])
    accept(["accepted"])
    repeated = one(folder.check(), "DUP103")
    assert (repeated.path, repeated.matches[0].origin) == ("incoming/b.txt", "self")


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_places_are_those_of_the_accepted_text(
    folder: Folder, writer: Writer, ends: str, text: bool
) -> None:
    """Lines, columns and offsets, behind letters of several bytes; its words if they are kept."""
    words = writer.words(80)
    passage = sentences(words)
    before = ends.join(("Ünïcödé “quotes” 中文字符 — 😀", "", writer.prose(20), "é  ", ""))
    folder.raw("accepted/a.txt", f"{before}{ends}  {passage}{ends}".encode())
    accept(["accepted"], text=text)
    folder.write("incoming/b.md", writer.prose(50), sentences([*words[:40], "new", *words[41:]]))
    copy = one(folder.check(), "DUP102")
    start, end = copy.matches[0].span.start, copy.matches[0].span.end
    whole = (folder.root / "accepted/a.txt").read_bytes().decode()
    at = whole.index(passage)
    assert (start.offset, end.offset) == (at, at + len(passage) - 1)
    assert (start.line, start.column) == (6, 3)
    (edit,) = (piece for piece in copy.evidence if piece.kind == "edit")
    assert (edit.text, edit.other) == ("new", words[40] if text else None)


def test_a_template_is_shown_as_incoming_articles_have_it(folder: Folder, writer: Writer) -> None:
    """Accepted ones count, though nobody has their text."""
    for number in range(8):
        fillings = [" ".join(writer.words(2 + (number + k) % 3)) for k in range(3)]
        name = "accepted" if number < 7 else "incoming"
        folder.write(f"{name}/{number}.md", FORM.format(*fillings), writer.prose(99))
    accept(["accepted"])
    form = one(folder.check(), "TPL201")
    assert form.path == "incoming/7.md"
    assert form.matches_total == 7
    told = [piece.text for piece in form.evidence]
    assert "If you have been looking for [1] you are certainly not alone this week." in told[1]
    assert all('different: "' in slot for slot in told[2:])


# ----------------------------------------------------------------------------------- the same bytes


@pytest.mark.parametrize("jobs", [0, 2, 5])
def test_number_of_threads_does_not_matter(shelf: Folder, jobs: int) -> None:
    """One thread or many."""
    more = settings(output={f"want_{name}": True for name in ANALYSIS}, jobs=jobs)
    assert jsonl(shelf.check(settings=more)) == jsonl(shelf.check(settings=ROWS))


def test_order_of_input_does_not_matter(shelf: Folder) -> None:
    """Files named one by one, backwards, as the folder."""
    names = [f"incoming/{name}.md" for name in "dcba"]
    assert jsonl(shelf.check(*names, settings=ROWS)) == jsonl(shelf.check(settings=ROWS))


def test_tables_in_files_do_not_matter(shelf: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check keeps within `--memory-limit` as a scan does."""
    expected = jsonl(shelf.check(settings=ROWS))
    monkeypatch.setattr(memory, "LARGE_BYTES", 1)
    monkeypatch.setattr(memory, "SLAB_BYTES", 1 << 16)
    placed: list[int] = []
    place = memory._Spill.place

    def noted(spill: memory._Spill, size: int) -> memory._Place:
        placed.append(size)
        return place(spill, size)

    monkeypatch.setattr(memory._Spill, "place", noted)
    assert jsonl(shelf.check(settings=structs.replace(ROWS, memory_limit=1))) == expected
    assert placed


@pytest.mark.parametrize("keep", [1, 1 << 40])
def test_batches_and_what_is_kept_do_not_matter(
    shelf: Folder, keep: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch per article, whose texts are read again or not."""
    expected = jsonl(shelf.check(settings=ROWS))
    monkeypatch.setattr(analysis, "LEAST_BATCH", 1)
    monkeypatch.setattr(analysis, "KEPT_LIMIT", keep)
    assert jsonl(shelf.check(settings=ROWS)) == expected


def test_hash_seed_does_not_matter(shelf: Folder) -> None:
    """Two processes that hash strings differently write the same."""
    command = [sys.executable, "-m", "dedupe", "check", "incoming", "-f", "jsonl", "-q"]
    written = []
    for seed in "01":
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, check=False, env=environment)
        assert (done.returncode, done.stderr) == (1, b"")
        written.append(done.stdout)
    assert written[0] == written[1]


def test_an_empty_list_of_changes_is_no_error(shelf: Folder) -> None:
    """There is nothing to check, and nothing is found."""
    result = shelf.check()
    assert result.findings
    nothing = check([], config.Config())
    assert (nothing.articles, tuple(nothing.findings)) == ((), ())
    assert nothing.run.index == result.run.index
