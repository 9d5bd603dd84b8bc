"""Whatever was done to its files, an index says what is wrong, or works."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec import structs

from dedupe.errors import IndexFolderError, UsageError
from dedupe.index import Index, building, changing, faults
from dedupe.index.manifest import dump, load
from tests.unit.index.made import PARAMETERS, build, change, contents, state

FOREIGN = structs.replace(PARAMETERS, windows=(12, 30), ignore_quotes=True)
ARTICLES = {f"{n}.md": n for n in range(5)}
_NESTED = b'{"x":' + b"[" * 99_999


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index with a segment of five articles, one of which is removed."""
    folder = build(tmp_path / "index", [contents(ARTICLES, 300)])
    change(folder, {}, ["2.md"])
    return folder


def segment(index: Path) -> Path:
    """The file of its segment."""
    return next((index / "segments").glob("*.seg"))


def damaged(index: Path, step: int | None = None) -> Iterator[tuple[str, Index]]:
    """The index with one column damaged at a time, with the column's name; whole in the end.

    step: every so many-th byte of the column is damaged, by default the one in the middle
    """
    file = segment(index)
    whole = file.read_bytes()
    columns = Index.open(index).segments[0].header.columns
    base = len(whole) - max(column.offset + column.size_bytes for column in columns)
    for column in columns:
        if not column.size_bytes:
            continue
        first, content = base + column.offset, bytearray(whole)
        middle = range(column.size_bytes // 2, column.size_bytes // 2 + 1)
        for at in middle if step is None else range(0, column.size_bytes, step):
            content[first + at] ^= 0x5A
        file.write_bytes(content)
        yield column.name, Index.open(index)
    file.write_bytes(whole)


def test_a_damaged_byte_in_any_column(index: Path) -> None:
    """Is found by `verify`, and the column is named."""
    names = set()
    for name, opened in damaged(index):
        found = list(faults(opened))
        assert any(f"column {name} has another checksum" in fault for fault in found)
        assert all(str(segment(index)) in fault for fault in found)
        names.add(name)
    assert len(names) > 20
    assert not list(faults(Index.open(index)))


def test_damaged_articles_are_not_compared(index: Path) -> None:
    """What is read of an article agrees with its digest, or nothing is."""
    rows = np.arange(5)
    expected = Index.open(index).segments[0].load(rows).values
    refused = set()
    for name, opened in damaged(index, 7):
        try:
            held = opened.segments[0].load(rows).values
        except IndexFolderError as error:
            assert f"{segment(index)} is damaged" in str(error)  # noqa: PT017 - some are none
            refused.add(name)
        else:
            assert all(np.array_equal(held[column], expected[column]) for column in expected)
    assert refused >= {"word", "gap", "sentence_words", "block_kind", "line_step", "path", "digest"}


def test_damaged_keys_lead_to_no_crash(index: Path) -> None:
    """They lead elsewhere, or the file is said to be damaged."""
    keys = np.arange(0, 1 << 32, 1 << 22, dtype=np.uint64)
    told = set()
    for name, opened in damaged(index, 1):
        for pairs in (False, True):
            try:
                _, row = opened.segments[0].find(keys, pairs=pairs)
            except IndexFolderError as error:
                assert "is damaged" in str(error)  # noqa: PT017 - some lead elsewhere
                told.add(name)
            else:
                assert (row < 5).all()
    assert {name.partition("_")[0] for name in told} == {"passage", "pair"}


def test_a_damaged_byte_between_columns(index: Path) -> None:
    """Even where nothing is kept the content no longer belongs to its name."""
    file = segment(index)
    content = bytearray(file.read_bytes())
    free = next(at for at in range(len(content) - 1, 0, -1) if content[at - 20 : at] == bytes(20))
    content[free - 10] ^= 1
    file.write_bytes(content)
    assert any("does not belong to its name" in fault for fault in faults(Index.open(index)))


@pytest.mark.parametrize(
    ("change_of", "says"),
    [
        (lambda content: content[:-1], "bytes instead of"),
        (lambda content: content[:10], "cut short"),
        (lambda content: content[:0], "empty"),
        (lambda content: content + b"\0", "bytes instead of"),
        (lambda content: b"P" + content[1:], "no segment of an index"),
        (lambda content: content[:7] + b"\2" + content[8:], "its format is 2, that of this"),
        (lambda content: content[:40] + b"\xff" + content[41:], "its header has another checksum"),
        (lambda content: content[:8] + b"\xff" * 4 + content[12:], "header has another checksum"),
    ],
)
def test_a_segment_that_is_none(index: Path, change_of: object, says: str) -> None:
    """A file that is cut short, foreign or newer is named when the index is opened."""
    assert callable(change_of)
    file = segment(index)
    file.write_bytes(change_of(file.read_bytes()))
    with pytest.raises(IndexFolderError, match=f"{file.name} is damaged: .*{says}"):
        Index.open(index)


def test_a_missing_file(index: Path) -> None:
    """Is named: whether it holds articles, or tells which of them are dead."""
    kept = index.with_name("kept")
    for ending in ("seg", "del"):
        shutil.copytree(index, kept)
        file = next((index / "segments").glob(f"*.{ending}"))
        file.unlink()
        with pytest.raises(IndexFolderError, match=f"damaged: {file.name} is missing"):
            Index.open(index)
        shutil.rmtree(index)
        kept.rename(index)


def test_damaged_bits(index: Path) -> None:
    """The file that tells which articles are dead is small enough to be checked each time."""
    file = next((index / "segments").glob("*.del"))
    for content in (b"", b"\0\0", b"\xff", b"\x10"):
        file.write_bytes(content)
        with pytest.raises(IndexFolderError, match=f"{file.name} is damaged"):
            Index.open(index)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cut short"),
        (b"{", "cut short"),
        (b"{}\ncrc32 00000000\n", "another checksum"),
        (b"not json\ncrc32 %08x\n" % zlib.crc32(b"not json"), "malformed"),
        (b"{}\ncrc32 %08x\n" % zlib.crc32(b"{}"), "format"),
        (b'{"format":1}\ncrc32 %08x\n' % zlib.crc32(b'{"format":1}'), "generation"),
        (b'{"format":2}\ncrc32 %08x\n' % zlib.crc32(b'{"format":2}'), "its format is 2, that of"),
        (_NESTED + b"\ncrc32 %08x\n" % zlib.crc32(_NESTED), "recursion"),
    ],
)
def test_a_manifest_that_is_none(index: Path, content: bytes, says: str) -> None:
    """Half-written, damaged, foreign or newer: the reason and the remedy are told."""
    (index / "manifest.json").write_bytes(content)
    with pytest.raises(IndexFolderError, match=rf"(?s){says}.*dedupe index build .* --force"):
        Index.open(index)


def test_every_damaged_byte_of_the_manifest(index: Path) -> None:
    """None of them is taken for what it was not."""
    file = index / "manifest.json"
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :])
        with pytest.raises(IndexFolderError):
            Index.open(index)
        file.write_bytes(whole[:at])
        with pytest.raises(IndexFolderError):
            Index.open(index)


def test_a_manifest_leads_nowhere_else(index: Path) -> None:
    """Names of files are digits: no path of a manifest is opened outside its folder."""
    manifest = load(index)
    (entry,) = manifest.segments
    for name in ("../../secret", "/etc/passwd", "0" * 23, entry.segment.upper(), ""):
        for field in ("segment", "dead"):
            forged = structs.replace(manifest, segments=(structs.replace(entry, **{field: name}),))
            (index / "manifest.json").write_bytes(dump(forged))
            with pytest.raises(IndexFolderError, match="cannot use the index"):
                Index.open(index)


def test_a_manifest_that_counts_wrong(index: Path) -> None:
    """Totals and digest must be those of the segments."""
    manifest = load(index)
    for forged, says in (
        (structs.replace(manifest, articles=5), "counts 5 articles, and there are 4"),
        (structs.replace(manifest, digest="0" * 64), "digest of the manifest"),
    ):
        (index / "manifest.json").write_bytes(dump(forged))
        assert any(says in fault for fault in faults(Index.open(index)))


def test_a_column_that_contradicts_another(index: Path) -> None:
    """Checksums alone would not tell: digests, order and pairs are computed again."""
    from dedupe.index import segment as segments

    file = segment(index)
    opened = Index.open(index).segments[0]
    held = opened.contents(np.arange(5))
    tampered = [
        held._replace(pairs=held.pairs[1:]),
        held._replace(articles=structs.replace(held.articles, digest=held.articles.digest[::-1])),
        held._replace(articles=held.articles.take(np.array([1, 0, 2, 3, 4]))),
    ]
    for contents_of, says in zip(tampered, ("pairs of", "another digest", "order of"), strict=True):
        content = segments.encode(contents_of, PARAMETERS)
        other = file.with_name(f"{segments.name_of(content)}.seg")
        other.write_bytes(content)
        manifest = load(index)
        entry = structs.replace(
            manifest.segments[0], segment=other.stem, dead=None, dead_articles=0
        )
        (index / "manifest.json").write_bytes(
            dump(structs.replace(manifest, articles=5, segments=(entry,)))
        )
        assert any(says in fault for fault in faults(Index.open(index)))


def test_another_make_of_index(index: Path) -> None:
    """What differs is named, with the command that makes it anew."""
    with pytest.raises(IndexFolderError) as caught:
        Index.open(index, FOREIGN)
    said = str(caught.value)
    assert "windows is 12, 25 there and 12, 30 here" in said
    assert "ignore-quotes is off there and on here" in said
    assert f"dedupe index build {index} PATHS --force" in said
    assert "give the options" not in said
    with pytest.raises(IndexFolderError, match="give the options that it was built with"):
        Index.open(index, structs.replace(PARAMETERS, ignore_quotes=True))


def test_a_foreign_folder(tmp_path: Path) -> None:
    """A folder that is no index is neither read nor written, and a file is none either."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("text")
    with pytest.raises(IndexFolderError, match="notes is no index: it holds no manifest"):
        Index.open(tmp_path / "notes")
    with pytest.raises(IndexFolderError, match="no index"), changing(tmp_path / "notes", 0):
        raise AssertionError
    with (
        pytest.raises(UsageError, match=r"it holds a\.md"),
        building(tmp_path / "notes", 0, PARAMETERS, text=False, force=True),
    ):
        raise AssertionError
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["a.md"]
    with pytest.raises(IndexFolderError, match="there is no index"):
        Index.open(tmp_path / "notes" / "a.md")


_READ_ONLY = """
import os, sys
from collections.abc import Iterator
from pathlib import Path
from dedupe.errors import IndexFolderError
from dedupe.index import faults
from tests.unit.index.made import change, state
folder = Path(sys.argv[1])
state(folder)  # imports what that user might not be allowed to read
if os.getuid() == 0:
    os.setuid(65534)  # root may write everywhere
print(len(state(folder)))
try:
    change(folder, {"x.md": 1})
except IndexFolderError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="permissions are of another kind")
def test_a_read_only_folder(index: Path) -> None:
    """Can be read, and not be changed."""
    with tempfile.TemporaryDirectory() as outside:
        folder = Path(shutil.copytree(index, Path(outside) / "index"))
        for path, mode in (
            (folder / "segments", 0o555), (folder / "lock", 0o444), (folder, 0o555),
            (folder.parent, 0o755),
        ):  # fmt: skip
            path.chmod(mode)
        ran = subprocess.run(
            [sys.executable, "-c", _READ_ONLY, str(folder)],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        for path in (folder, folder / "segments"):
            path.chmod(0o755)
    assert ran.stdout.splitlines() == [
        "4", f"cannot write the index {folder}: Permission denied",
    ]  # fmt: skip


_FULL = """
import resource, signal, sys
from collections.abc import Iterator
from pathlib import Path
from dedupe.errors import IndexFolderError
from tests.unit.index.made import change
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    change(Path(sys.argv[1]), {f"{n}.md": n for n in range(3, 9)})
except IndexFolderError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="limits the size of files")
@pytest.mark.parametrize("size", [0, 100, 5_000])
def test_a_full_disk(index: Path, size: int) -> None:
    """What could not be written is told, nothing of it stays, and the index is as it was."""
    before = state(index)
    files = sorted(path.name for path in index.rglob("*"))
    ran = subprocess.run(
        [sys.executable, "-c", _FULL, str(index), str(size)],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert "cannot write" in ran.stdout
    assert "File too large" in ran.stdout
    assert state(index) == before
    assert sorted(path.name for path in index.rglob("*")) == files
    change(index, {"x.md": 1})
    assert len(state(index)) == 5


def test_hostile_numbers_in_a_header(index: Path) -> None:
    """A header that passes its checksum and speaks of impossible columns is refused."""
    from dedupe.index.segment import Header

    file = segment(index)
    whole = file.read_bytes()
    header = Index.open(index).segments[0].header
    length = int.from_bytes(whole[8:12], "little")
    for forged in (
        {"shape": (-1,)}, {"shape": (1 << 60,)}, {"dtype": "|O"}, {"dtype": "?!"},
        {"offset": -(10**9)}, {"offset": 1 << 60},
    ):  # fmt: skip
        columns = (structs.replace(header.columns[0], **forged), *header.columns[1:])
        head = msgspec.json.encode(structs.replace(header, columns=columns))
        assert isinstance(header, Header)
        start = 20 + length + -(20 + length) % 64
        lead = whole[:8] + len(head).to_bytes(4, "little") + zlib.crc32(head).to_bytes(4, "little")
        content = lead + bytes(4) + head
        file.write_bytes(content + bytes(-len(content) % 64) + whole[start:])
        with pytest.raises(IndexFolderError, match="is damaged"):
            Index.open(index)
