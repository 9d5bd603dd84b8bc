"""Records are made from samples, of clean revisions, and stay as they are."""

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest

from benchmarks import corpora, records
from benchmarks.measured import Line, Sample


def lines(task: str, walls: list[float], size_bytes: int = 0, reference: str = "") -> list[Line]:
    """Samples of a task with these wall times."""
    return [
        Line(task, at, Sample(wall, wall, 0.5, 10**8), "c", size_bytes, reference=reference)
        for at, wall in enumerate(walls, start=1)
    ]


def test_record_is_made_from_its_lines(tmp_path: Path) -> None:
    """Tables, ratios and growth, and plots that are well-formed."""
    made = [
        line
        for size in (10, 100, 1000)
        for line in (
            *lines(
                f"a<b-{size}MB", [size / 50] * 3, size_bytes=size * 10**6, reference=f"wc-{size}MB"
            ),
            *lines(f"wc-{size}MB", [size / 100] * 3, size_bytes=size * 10**6),
        )
    ]
    (tmp_path / "growth.jsonl").write_bytes(b"".join(msgspec.json.encode(m) + b"\n" for m in made))
    (tmp_path / "machine.json").write_bytes(msgspec.json.encode({"processor": "one"}))
    assert corpora.read_rows(tmp_path / "growth.jsonl", Line) == made
    records.summarise(tmp_path)
    summary = (tmp_path / "summary.md").read_text()
    assert "2.00 (2.00 to 2.00) x wc-10MB" in summary
    assert "| a<b | 100 to 1000 | 1.000 |" in summary
    for plot in ("growth", "ratios"):
        text = (tmp_path / f"{plot}.svg").read_text()
        root = ET.fromstring(text)  # noqa: S314 - written by ourselves
        assert root.tag.endswith("svg")
        assert root[0].tag.endswith("title")
        assert "a&lt;b" in text


@pytest.mark.parametrize("folder", sorted(records.RECORDS.iterdir()), ids=lambda path: path.name)
def test_old_records_can_be_read(folder: Path, tmp_path: Path) -> None:
    """Fields of a line are added, never renamed."""
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    records.summarise(copy)
    assert (copy / "summary.md").read_text().startswith("# Record of")


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clean revision and no records yet."""
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    monkeypatch.setattr(records, "revision", lambda: "0123456789ab")
    return tmp_path


def test_a_record_has_a_folder_for_each_revision(clean: Path) -> None:
    """With the machine, written by whoever comes first."""
    folder = records.folder()
    assert folder.parent == clean
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-0123456789ab", folder.name)
    written = (folder / "machine.json").read_bytes()
    assert records.folder() == folder
    assert (folder / "machine.json").read_bytes() == written


def test_runs_add_to_a_record_and_replace_nothing(clean: Path) -> None:
    """What differs between two runs, their load, stands beside each of them."""
    first = records.start(["curated"], 5)
    records.write(first, lines("mixed", [1.0]))
    second = records.start(["growth", "first"], 5)
    records.write(second._replace(facts=second.facts | {"load": "9.00"}), lines("wc", [2.0]))
    (first.folder / "peers.jsonl").write_text('{"engine": "naive"}\n')
    records.summarise(first.folder)
    summary = (first.folder / "summary.md").read_text()
    assert re.findall("^## (.*)", summary, re.MULTILINE) == ["curated", "growth_first"]
    assert "## growth_first\n\n- load: 9.00" in summary
    with pytest.raises(ValueError, match=r"curated\.jsonl is there"):
        records.start(["curated"], 5)
    with pytest.raises(FileExistsError):
        records.write(first, lines("mixed", [3.0]))
    assert len(list(clean.iterdir())) == 1


def test_no_record_of_few_rounds_or_of_changed_files(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could measure it again."""
    with pytest.raises(ValueError, match="5 rounds or more, not 4"):
        records.start(["curated"], 4)
    for revision in ("0123456789ab-dirty", ""):
        monkeypatch.setattr(records, "revision", lambda told=revision: told)
        with pytest.raises(ValueError, match="commit what has changed first"):
            records.start(["curated"], 5)
    assert not list(clean.iterdir())


def test_machine_names_no_host() -> None:
    """Records are public; the build of a kernel can tell whose machine it is."""
    told = records.machine()
    assert told["processor"]
    assert re.fullmatch(r"\w+ \d+\.\d+", told["system"])
    assert str(Path.home()) not in " ".join(told.values())
