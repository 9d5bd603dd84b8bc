from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dedupe.config import Sources
from dedupe.errors import ConfigError
from dedupe.sources import Doubtful, FileTable, find_files, read_batch, reading, text_batch
from dedupe.tables import TextBatch
from dedupe.texts import ALIGNMENT

DEFAULT = Sources()


def texts_of(batch: TextBatch) -> list[str]:
    """Text of every article."""
    return [
        batch.data[start:end].tobytes().decode()
        for start, end in zip(batch.start.tolist(), batch.end.tolist(), strict=True)
    ]


def check_layout(batch: TextBatch) -> None:
    """Articles start at multiples of 64; everything outside of them is zero."""
    inside = np.zeros(len(batch.data), np.bool_)
    for start, end in zip(batch.start.tolist(), batch.end.tolist(), strict=True):
        assert start % ALIGNMENT == 0
        assert not inside[start]
        inside[start:end] = True
    assert not batch.data[~inside].any()
    assert not inside[-ALIGNMENT:].any()
    assert len(batch.data) % ALIGNMENT == 0


def write_files(folder: Path, files: dict[str, bytes]) -> FileTable:
    """Write files to a folder and list it."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return find_files([str(folder)], DEFAULT).files


def test_articles_lie_side_by_side(tmp_path: Path) -> None:
    """Sizes around the alignment; each text is found whole."""
    contents = {f"{size:04}.txt": b"x" * size for size in (1, 63, 64, 65, 127, 128, 1000)}
    batch, skipped, doubtful = read_batch(write_files(tmp_path, contents), 5, DEFAULT)
    check_layout(batch)
    assert [len(text) for text in texts_of(batch)] == [1, 63, 64, 65, 127, 128, 1000]
    assert batch.file.tolist() == [5, 6, 7, 8, 9, 10, 11]
    assert batch.prose is batch.data
    assert batch.date == (None,) * 7
    assert (skipped, doubtful) == ([], [])


def test_files_without_text_are_left_out(tmp_path: Path) -> None:
    """They are named in order, and leave zeros behind."""
    files = {
        "a.txt": b"first",
        "b.txt": b"",
        "c.txt": b" \n",
        "d.txt": b"bin\0ary" * 20,
        "e.txt": b"last",
    }
    batch, skipped, _ = read_batch(write_files(tmp_path, files), 0, DEFAULT)
    check_layout(batch)
    assert texts_of(batch) == ["first", "last"]
    assert batch.file.tolist() == [0, 4]
    assert [(Path(skip.path).name, skip.reason) for skip in skipped] == [
        ("b.txt", "empty file"),
        ("c.txt", "no text"),
        ("d.txt", "binary file"),
    ]


def test_encodings_are_mixed_in_a_batch(tmp_path: Path) -> None:
    """Marks vanish, shorter and longer texts find their place, neighbours stay."""
    french = "Les élèves étaient très contents de la journée à l'école, près de la forêt. " * 3
    files = {
        "a.txt": b"\xef\xbb\xbfMarked.",
        "b.txt": "Zweiteilig.".encode("utf-16"),
        "c.txt": french.encode("latin-1"),
        "d.txt": b"Plain.",
    }
    found = write_files(tmp_path, files)
    batch, skipped, doubtful = read_batch(found, 0, DEFAULT)
    check_layout(batch)
    assert texts_of(batch) == ["Marked.", "Zweiteilig.", french, "Plain."]
    assert skipped == []
    assert doubtful == [Doubtful(path=found[2].path, encoding="cp1252")]


def test_a_named_encoding_holds_for_all_files(tmp_path: Path) -> None:
    """Also for those that are ASCII by their bytes; an unknown one is refused."""
    found = write_files(tmp_path, {"a.txt": "Tür".encode("utf-16-le"), "b.txt": b"x\xd8"})
    batch, skipped, _ = read_batch(found, 0, Sources(encoding="utf-16-le"))
    assert texts_of(batch) == ["Tür"]
    assert skipped[0].reason.startswith("cannot decode as utf-16-le")
    with pytest.raises(ConfigError, match="klingon"):
        read_batch(found, 0, Sources(encoding="klingon"))


def test_vanished_and_changed_files(tmp_path: Path) -> None:
    """What happened since the listing costs no other file: gone, shorter, longer, much longer."""
    found = write_files(
        tmp_path,
        {
            "a.txt": b"gone",
            "b.txt": b"shorter",
            "c.txt": b"longer",
            "d.txt": b"l",
            "e.txt": b"same",
        },
    )
    (tmp_path / "a.txt").unlink()
    (tmp_path / "b.txt").write_bytes(b"short")
    (tmp_path / "c.txt").write_bytes(b"longer now")
    (tmp_path / "d.txt").write_bytes(b"l" * 63 + b"\n" + b"m" * 2_000_000)
    batch, skipped, _ = read_batch(found, 0, DEFAULT)
    check_layout(batch)
    assert [text[-10:] for text in texts_of(batch)] == ["short", "longer now", "m" * 10, "same"]
    assert batch.end[2] - batch.start[2] == 2_000_064
    assert [skip.reason for skip in skipped] == ["no such file or directory"]


@pytest.mark.parametrize("size", [62, 63, 64, 65])
def test_a_file_that_grew_to_the_end_of_its_room(tmp_path: Path, size: int) -> None:
    """One zero stays behind the text whatever happens."""
    found = write_files(tmp_path, {"a.txt": b"x", "b.txt": b"next"})
    (tmp_path / "a.txt").write_bytes(b"y" * size)
    batch, _, _ = read_batch(found, 0, DEFAULT)
    check_layout(batch)
    assert texts_of(batch) == ["y" * size, "next"]
    assert batch.data[batch.end[0]] == 0


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may read everything"
)
def test_unreadable_files_are_skipped(tmp_path: Path) -> None:
    """The reason is the system's."""
    found = write_files(tmp_path, {"a.txt": b"shut", "b.txt": b"open"})
    (tmp_path / "a.txt").chmod(0)
    batch, skipped, _ = read_batch(found, 0, DEFAULT)
    assert texts_of(batch) == ["open"]
    assert skipped[0].reason == "permission denied"


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    """Opened, but not readable: named like any other fault."""
    found = write_files(tmp_path, {"a.txt": b"x"})
    (tmp_path / "a.txt").unlink()
    (tmp_path / "a.txt").mkdir()
    batch, skipped, _ = read_batch(found, 0, DEFAULT)
    assert texts_of(batch) == []
    assert len(skipped) == 1


def test_an_empty_batch() -> None:
    """No file gives no article and a buffer of zeros."""
    batch, skipped, doubtful = read_batch(FileTable.of([]), 0, DEFAULT)
    check_layout(batch)
    assert (len(batch.start), len(batch.blocks.kind), skipped, doubtful) == (0, 0, [], [])


@pytest.mark.parametrize(
    ("name", "input_format", "prose"),
    [
        ("a.md", "auto", b" b "),
        ("a.MARKDOWN", "auto", b" b "),
        ("a.txt", "auto", b"*b*"),
        ("a.txt", "md", b" b "),
        ("a.md", "txt", b"*b*"),
    ],
)
def test_the_format_goes_by_the_name_or_the_option(
    tmp_path: Path, name: str, input_format: str, prose: bytes
) -> None:
    """Endings decide, case aside, unless the option does."""
    found = write_files(tmp_path, {name: b"*b*"})
    options = Sources(input_format="md") if input_format == "md" else DEFAULT
    if input_format == "txt":
        options = Sources(input_format="txt")
    batch, _, _ = read_batch(found, 0, options)
    assert batch.prose[:3].tobytes() == prose


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read to its end and named by the option."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"From a pipe.")))
    found = find_files(["-"], DEFAULT, stdin_name="piped.md").files
    batch, _, _ = read_batch(found, 0, DEFAULT)
    assert texts_of(batch) == ["From a pipe."]
    assert batch.prose is not batch.data


def test_reading_without_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systems without the calls of POSIX read the same."""
    found = write_files(tmp_path, {"a.txt": b"x" * 100, "b.txt": b"y", "c.txt": b"z"})
    (tmp_path / "b.txt").write_bytes(b"y" * 100)
    (tmp_path / "c.txt").unlink()
    monkeypatch.setattr(reading, "_read_at_once", lambda files, *_: np.full(len(files), -1))
    batch, skipped, _ = read_batch(found, 0, DEFAULT)
    assert texts_of(batch) == ["x" * 100, "y" * 100]
    assert [skip.reason for skip in skipped] == ["no such file or directory"]


def test_text_batch() -> None:
    """Strings and bytes; every text is an article, an empty one too; other bytes are refused."""
    batch = text_batch(["Tür", b"bytes", ""])
    check_layout(batch)
    assert texts_of(batch) == ["Tür", "bytes", ""]
    assert batch.file.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="utf-8"):
        text_batch([b"\xff"])


@pytest.mark.parametrize("unit", ["word ", "x", "é", "“a.” "])
def test_a_very_long_line_takes_linear_time(unit: str) -> None:
    """Ten times the line takes ten times as long at most, with room for noise."""
    text_batch(["warm"])

    def seconds(size: int) -> float:
        text = unit * (size // len(unit.encode()))
        start = time.perf_counter()
        text_batch([text])
        return time.perf_counter() - start

    assert seconds(20_000_000) < 40 * max(seconds(2_000_000), 0.01)
