"""What is kept of a run has a place of its own, and replaces nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import corpora, keeping, records


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the record, for these tests."""
    monkeypatch.setattr(records, "folder", lambda: tmp_path)
    return tmp_path


def test_both_files_are_written_once(folder: Path) -> None:
    """A second run of the same revision is refused before it begins, and where it was slower."""
    place = keeping.place("stages.json")
    keeping.keep(place, b"{}", "Stages", ["a", "", "b"])
    assert (folder / "stages.json").read_bytes() == b"{}"
    assert (folder / "stages.md").read_text() == "# Stages\n\na\n\nb\n"
    with pytest.raises(ValueError, match="no record is replaced"):
        keeping.place("stages.json")
    with pytest.raises(FileExistsError):
        keeping.keep(place, b"", "", [])


def test_few_rounds_make_no_record() -> None:
    """Their median says little."""
    with pytest.raises(ValueError, match="5 rounds or more, not 4"):
        keeping.place("peers.jsonl", 4)


def test_bar_ends_no_cell() -> None:
    """Whatever a failed program said."""
    assert keeping.markdown(["a"], [["x | y"]]).splitlines()[2] == "| x &#124; y |"


def test_no_folder_of_this_machine_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The innermost one is named, wherever it lies."""
    monkeypatch.setenv("DEDUPE_BENCH_DIR", str(corpora.PROJECT / "build" / "bench"))
    said = f"{corpora.PROJECT}/build/bench/a/b is missing, {corpora.PROJECT}/c is not"
    assert keeping.impersonal(said.encode()) == b"DEDUPE_BENCH_DIR/a/b is missing, PROJECT/c is not"
