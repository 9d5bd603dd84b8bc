"""Files that cannot be read, empty folders, gates and accounts of a scan."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dedupe import config
from dedupe.arrays import I64
from dedupe.errors import DedupeError, NothingToAnalyseError, SkippedFilesError, UsageError
from dedupe.model import Gate, Result
from dedupe.pipeline import analysis, list_files, scan, scanning
from dedupe.pipeline.store import ReadingStore
from tests.pipeline.farm import Folder, Writer, of_rule, settings


@pytest.fixture
def copies(folder: Folder, writer: Writer) -> Folder:
    """Two articles of 100 words, of which 40 are the same."""
    passage = writer.prose(40)
    folder.write("a.txt", writer.prose(60), passage)
    folder.write("b.txt", writer.prose(60), passage)
    return folder


def test_empty_folder_is_an_error_unless_allowed(folder: Folder) -> None:
    """Nothing to analyse ends the run, unless it is said to be fine."""
    with pytest.raises(NothingToAnalyseError, match="no article"):
        folder.scan()
    result = folder.scan(settings=settings(sources={"allow_empty": True}))
    assert not result.findings
    assert not result.articles
    assert not result.skipped
    assert result.summary.articles == result.summary.words == 0
    assert not result.summary.gate.failed


def test_missing_path_is_an_error(folder: Folder) -> None:
    """The message names the path."""
    with pytest.raises(UsageError, match="nowhere"):
        folder.scan("nowhere")


def test_one_article_of_one_word(folder: Folder) -> None:
    """The smallest article there is has no findings of copies."""
    folder.raw("a.txt", b"word")
    result = folder.scan()
    assert [(a.words, a.unique_words) for a in result.articles] == [(1, 1)]
    assert not [f for f in result.findings if f.rule.startswith("DUP")]


def test_articles_without_words(folder: Folder, writer: Writer) -> None:
    """Articles of marks alone are articles of no words, between others too."""
    folder.raw("a.txt", b"--- *** ---")
    folder.write("b.txt", writer.prose(30))
    folder.raw("c.txt", "…\n\n!!!".encode())
    result = folder.scan()
    assert [a.words for a in result.articles] == [0, 30, 0]


@pytest.fixture
def faulty(copies: Folder) -> Folder:
    """The same with a binary file, an empty one, and one that is left out by a pattern."""
    copies.raw("binary.txt", bytes(range(256)) * 4)
    copies.raw("empty.txt", b"  \n")
    copies.raw("picture.png", b"\x89PNG")
    return copies


def test_unreadable_files_are_named_and_counted(faulty: Folder) -> None:
    """Each has a note, its reason, and counts in the summary."""
    result = faulty.scan()
    notes = of_rule(result, "SRC801")
    named = {item.path for item in result.skipped if not item.deliberate}
    assert "binary.txt" in named
    assert {note.path for note in notes} == named
    assert result.summary.skipped == len(named)
    assert all(note.message.startswith("Not analysed: ") for note in notes)
    assert [a.path for a in result.articles] == ["a.txt", "b.txt"]
    assert [f.path for f in result.findings] == sorted(f.path for f in result.findings)


def test_missing_permission_is_a_reason(copies: Folder) -> None:
    """A file that may not be read is skipped, and the others are analysed."""
    copies.raw("secret.txt", b"some words stand here")
    secret = copies.root / "secret.txt"
    secret.chmod(0)
    if os.access(secret, os.R_OK):
        secret.unlink()
        secret.symlink_to(copies.root / "gone")  # the superuser may read everything
    result = copies.scan(".", "secret.txt")
    assert len(result.articles) == 2
    assert [item.path for item in result.skipped] == ["secret.txt"]


def test_strict_refuses_unreadable_files(faulty: Folder) -> None:
    """`strict` ends the run and names the files; deliberate ones do not count."""
    with pytest.raises(SkippedFilesError, match=r"binary\.txt"):
        faulty.scan(settings=settings(sources={"strict": True}))
    (faulty.root / "binary.txt").unlink()
    (faulty.root / "empty.txt").unlink()
    assert len(faulty.scan(settings=settings(sources={"strict": True})).articles) == 2


def test_only_unreadable_files(folder: Folder) -> None:
    """Nothing but faults is nothing to analyse, even where an empty folder is allowed."""
    folder.raw("binary.txt", bytes(range(256)) * 4)
    with pytest.raises(NothingToAnalyseError, match=r"binary\.txt"):
        folder.scan()
    with pytest.raises(NothingToAnalyseError, match=r"binary\.txt"):
        folder.scan(settings=settings(sources={"allow_empty": True}))


def test_listing_is_what_a_scan_reads(faulty: Folder) -> None:
    """`list_files` names the files that a scan opens."""
    files, _ = list_files(["."], config.Config())
    assert [f.path for f in files] == ["a.txt", "b.txt", "binary.txt", "empty.txt"]


GATES = [
    ({"fail_on": "never"}, ()),
    ({"fail_on": "error"}, ()),
    ({"fail_on": "warning"}, ("fail-on",)),
    ({"fail_on": "note"}, ("fail-on",)),
    ({"max_new_findings": 1}, ()),
    ({"max_new_findings": 0}, ("max-new-findings",)),
    ({"max_duplicate_percent": 20.0}, ()),
    ({"max_duplicate_percent": 19.9}, ("max-duplicate-percent",)),
    ({"max_article_duplicate_percent": 40.0}, ()),
    ({"max_article_duplicate_percent": 39.9}, ("max-article-duplicate-percent",)),
    ({"max_filler_percent": 0.0}, ()),
    (
        {"fail_on": "note", "max_new_findings": 0, "max_duplicate_percent": 0.0},
        ("fail-on", "max-new-findings", "max-duplicate-percent"),
    ),
]


@pytest.mark.parametrize(("limits", "reasons"), GATES)
def test_gate(copies: Folder, limits: dict[str, object], reasons: tuple[str, ...]) -> None:
    """A run fails for the limits it breaks, and says which; a limit that is just met holds."""
    chosen = settings(gate=limits, rules={"select": ["DUP"]})
    result = copies.scan(settings=chosen)
    assert result.summary.gate == Gate(bool(reasons), reasons)


def test_gate_of_the_share_of_one_article(copies: Folder, writer: Writer) -> None:
    """One article over its budget fails the run, however large the others are."""
    copies.write("c.txt", writer.prose(4000))
    total = copies.scan(settings=settings(gate={"max_duplicate_percent": 1.0}))
    assert not total.summary.gate.failed
    single = copies.scan(settings=settings(gate={"max_article_duplicate_percent": 10.0}))
    assert single.summary.gate.reasons == ("max-article-duplicate-percent",)


def test_summary_counts_findings_by_severity(faulty: Folder) -> None:
    """All levels are named, the empty ones too, and they add up."""
    summary = faulty.scan(settings=settings(rules={"select": ["DUP", "SRC"]})).summary
    assert summary.severities == {"error": 0, "warning": 1, "note": summary.skipped}
    assert summary.findings == {"new": 1 + summary.skipped, "baselined": 0, "suppressed": 0}


def test_run_names_the_settings_that_decide_the_result(copies: Folder) -> None:
    """A reader of the result can repeat it."""
    result: Result = copies.scan(settings=settings(matching={"min_words": 33}))
    assert result.run.command == "scan"
    assert result.run.settings["duplicates.min-words"] == 33
    assert result.run.model == scanning.model_id()


@pytest.mark.parametrize(("between", "message"), [(["a"], "twice"), (["a", "nowhere"], "nowhere")])
def test_groups_that_cannot_be(copies: Folder, between: list[str], message: str) -> None:
    """One group alone, or one without an article, is an error in the arguments."""
    copies.raw("a/c.txt", b"some words stand here")
    with pytest.raises(UsageError, match=message):
        copies.scan(settings=settings(matching={"between": between}))


@pytest.mark.parametrize("least", [0.4, 0.7, 0.95])
def test_least_similarity(folder: Folder, writer: Writer, least: float) -> None:
    """Matches below the limit are left out; at 0.4 a copy with every twelfth word new is found."""
    words = writer.words(60)
    changed = [w if i % 12 != 6 else "new" for i, w in enumerate(words)]
    for path, text in (("a.txt", words), ("b.txt", changed)):
        folder.write(path, writer.prose(30), " ".join(text) + ".", writer.prose(30))
    matching = {"min_similarity": least, "depth": "fast"}
    found = folder.scan(settings=settings(matching=matching))
    # 56 shingles on both sides, 5 of 5 gone with each of five changes: 31 of 81 are shared.
    assert len(found.findings) == (least <= 31 / 81)


class Recorder:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.phases: list[tuple[str, int]] = []
        self.steps: list[int] = []

    def phase(self, name: str, total: int) -> None:
        """A phase begins."""
        self.phases.append((name, total))
        self.steps.append(0)

    def advance(self, steps: int) -> None:
        """Some steps are done."""
        self.steps[-1] += steps


def test_progress_reaches_the_total_of_every_phase(copies: Folder) -> None:
    """Whoever watches sees all files and all steps."""
    watcher = Recorder()
    scan(["."], settings(jobs=1), watcher)
    assert [name for name, _ in watcher.phases] == ["reading", "matching"]
    assert watcher.steps == [total for _, total in watcher.phases]


def test_batches_hold_every_file_once(copies: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of files, none longer than allowed unless it is a single file."""
    files, _ = list_files(["."], config.Config())
    for limit in (0, 1, files[0].size, files[0].size + files[1].size, 10**9):
        monkeypatch.setattr(analysis, "LEAST_BATCH", limit)
        monkeypatch.setattr(analysis, "MOST_BATCH", limit)
        runs = analysis.batches(files)
        assert [i for run in runs for i in run] == list(range(len(files)))
        assert all(len(run) == 1 or sum(files[i].size for i in run) <= limit for run in runs)
    assert analysis.batches(files[:0]) == []


def test_file_that_changes_during_a_scan_is_noticed(
    copies: Folder, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Findings are never placed in another text than the one that was analysed."""
    monkeypatch.setattr(analysis, "KEPT_LIMIT", 1)
    load = ReadingStore.load

    def changing(self: ReadingStore, batch: int, articles: I64 | None = None) -> object:
        Path("b.txt").write_text(writer.prose(80))
        return load(self, batch, articles)

    monkeypatch.setattr(ReadingStore, "load", changing)
    with pytest.raises(DedupeError, match="changed while it was analysed"):
        copies.scan()
