"""Write the data sets out as folders of articles, which is what the program reads.

`python -m benchmarks.corpora [NAMES]` prepares them; the other scripts do so on demand. The data
come from `DEDUPE_DATA`, the folders go to `DEDUPE_BENCH_DIR`. A corpus NAME is

    NAME/files/...         the articles, and nothing else: the folder to scan
    NAME/map.jsonl         {"id", "path"}: document and its path below `files`
    NAME/TABLE.jsonl       truth that belongs to it: `paragraphs`, `copies`, `members`, `pairs`
    NAME/stamp.json        written last; a folder whose stamp is current is used as it is

Texts are written as they are, UTF-8, so that code-point offsets of the truth hold in the files.
The one exception is U+0000, written as a space (14 documents of pan13_train): a file that holds
it counts as binary, and a space keeps every offset.

Made corpora are named KIND-SIZE, such as `plain-10MB` or `mutants-1GB` (`plan.KINDS`). They
need no data set and go to the disk as they are made. `digest` tells whether a folder holds what
its definition was written for; the digests are pinned in `definitions/digests.toml`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from benchmarks import alike, forms, generated, planting
from benchmarks.synthetic import plan, texts

PROJECT = Path(__file__).resolve().parent.parent
RECIPE = 3
"""Raise it when a builder writes something else than before: every folder is then made again."""
SIZE = r"(\d+)(MB|GB)"
T = TypeVar("T")


class Document(msgspec.Struct):
    """One text of a data set; fields that nobody needs here are not read."""

    id: str
    text: str
    date: str = ""
    kind: str = ""
    prompt_index: int = -1


class FillerText(msgspec.Struct):
    """One labelled paragraph of `filler_gold`."""

    id: str
    text: str
    label: str
    pos: str = ""
    """Where it stands in its article: `first`, `body`, `last`."""


class Paragraph(msgspec.Struct):
    """Where a paragraph of an article stands, code points, end exclusive."""

    id: str
    start: int
    end: int


class PathRow(msgspec.Struct):
    """Which file holds a document."""

    id: str
    path: str


class Stamp(msgspec.Struct):
    """What a finished corpus was made from."""

    recipe: int
    sources: dict[str, str]
    documents: int
    size_bytes: int


class Content(NamedTuple):
    """What a builder returns: files in order, and tables of truth by name."""

    files: list[tuple[PathRow, str]]
    tables: dict[str, Sequence[msgspec.Struct]]


def data_folder() -> Path:
    """The folder of data sets: `DEDUPE_DATA`, default `../shared/data`."""
    return Path(os.environ.get("DEDUPE_DATA", PROJECT.parent / "shared" / "data")).resolve()


def shared_seeds() -> Path:
    """The folder of real articles: `DEDUPE_SHARED_SEEDS`, default `../shared/seeds`."""
    default = PROJECT.parent / "shared" / "seeds"
    return Path(os.environ.get("DEDUPE_SHARED_SEEDS", default)).resolve()


def bench_folder() -> Path:
    """Where corpora and results are kept: `DEDUPE_BENCH_DIR`, default `build/bench`."""
    return Path(os.environ.get("DEDUPE_BENCH_DIR", PROJECT / "build" / "bench")).resolve()


def table_file(table: str) -> Path:
    """The file of a table of the data sets, such as `pan13_train/docs`."""
    return data_folder() / f"{table}.jsonl.gz"


def read_table(table: str, row: type[T]) -> list[T]:
    """All rows of a table of the data sets.

    Raises FileNotFoundError, with the way to set the folder, where the data are absent.
    """
    path = table_file(table)
    if not path.exists():
        raise FileNotFoundError(_missing(path))
    with gzip.open(path, "rb") as stream:
        return _decode(stream, row)


def read_rows(path: Path, row: type[T]) -> list[T]:
    """All rows of an uncompressed JSON Lines file."""
    with path.open("rb") as stream:
        return _decode(stream, row)


def _decode(lines: Iterable[bytes], row: type[T]) -> list[T]:
    decoder = msgspec.json.Decoder(row)
    return [decoder.decode(line) for line in lines if line.strip()]


@dataclass(frozen=True)
class Corpus:
    """A folder of articles, ready to be scanned."""

    name: str
    root: Path
    size_bytes: int

    @property
    def folder(self) -> Path:
        """The folder to scan."""
        return self.root / "files"

    @cached_property
    def paths(self) -> dict[str, str]:
        """Path below `folder` of every document, by id."""
        return {row.id: row.path for row in read_rows(self.root / "map.jsonl", PathRow)}

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {path: name for name, path in self.paths.items()}

    def table(self, name: str, row: type[T]) -> list[T]:
        """The rows of one table of truth."""
        return read_rows(self.root / f"{name}.jsonl", row)

    def text(self, document: str) -> str:
        """The text of a document as its file holds it."""
        return (self.folder / self.paths[document]).read_bytes().decode("utf-8")

    def id_of(self, path: str) -> str:
        """The document of a path in the program's output.

        Raises KeyError for a path that is no article of this corpus.
        """
        return self._ids[relative_path(path, self.folder)]


def relative_path(path: str, folder: Path) -> str:
    """A path of the program's output without the scanned folder, however that was printed."""
    path = path.replace("\\", "/")
    seen_from_project = Path(os.path.relpath(folder, PROJECT)).as_posix()
    for prefix in (folder.as_posix(), seen_from_project, folder.name):
        if path.startswith(f"{prefix}/"):
            return path[len(prefix) + 1 :]
    return path.removeprefix("./")


def safe_name(document: str, suffix: str) -> str:
    """A file name for a document id; ids that differ get names that differ.

    >>> safe_name("source-document00001", ".txt")
    'source-document00001.txt'
    >>> safe_name("maker/model|12", ".txt")
    'maker_model_12-513c6a.txt'
    """
    stem = document.removesuffix(suffix)
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", stem)
    if safe != stem:
        safe += "-" + hashlib.blake2b(document.encode(), digest_size=3).hexdigest()
    return safe + suffix


def paragraph_spans(text: str) -> list[tuple[int, int]]:
    r"""Start and end of every paragraph: parts between blank lines, or lines where none is blank.

    Part n is paragraph `id#n` of the exact pairs of digitalgov.

    >>> paragraph_spans("one\ntwo\n \nthree")
    [(0, 7), (10, 15)]
    >>> paragraph_spans("one\ntwo")
    [(0, 3), (4, 7)]
    """
    gaps = [match.span() for match in re.finditer(r"\n\s*\n", text)]
    if not gaps:
        gaps = [match.span() for match in re.finditer(r"\n", text)]
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(text)]
    return list(zip(starts, ends, strict=True))


def _articles(dataset: str, suffix: str) -> Content:
    documents = read_table(f"{dataset}/docs", Document)
    files = [(PathRow(d.id, safe_name(d.id, suffix)), d.text) for d in documents]
    return Content(files, {})


def _pan13_train() -> Content:
    return _articles("pan13_train", ".txt")


def _slopscore() -> Content:
    return _articles("slopscore", ".txt")


def _digitalgov() -> Content:
    content = _articles("digitalgov", ".md")
    paragraphs = [
        Paragraph(f"{row.id}#{n}", start, end)
        for row, text in content.files
        for n, (start, end) in enumerate(paragraph_spans(text))
    ]
    return Content(content.files, {"paragraphs": paragraphs})


def _clough_stevenson() -> Content:
    return _articles("clough_stevenson", ".txt")


def _planted() -> Content:
    essays = [d for d in read_table("slopscore/docs", Document) if d.kind == "essay"]
    planted = planting.plant({d.id: d.text for d in essays}, {d.id: d.prompt_index for d in essays})
    files = [(PathRow(name, safe_name(name, ".txt")), text) for name, text in planted.texts.items()]
    return Content(files, {"copies": planted.copies})


def _renamed() -> Content:
    """The blog with other names for its files, in another order."""
    content = _digitalgov()
    names = [
        hashlib.blake2b(row.id.encode(), digest_size=8).hexdigest() for row, _ in content.files
    ]
    files = [
        (PathRow(row.id, f"{name}.md"), text)
        for name, (row, text) in sorted(zip(names, content.files, strict=True))
    ]
    return Content(files, content.tables)


def _forms() -> Content:
    essays = [d.text for d in read_table("slopscore/docs", Document) if d.kind == "essay"]
    hosts = {d.id: d.text for d in read_table("digitalgov/docs", Document)}
    planted = forms.plant(hosts, essays)
    files = [(PathRow(name, safe_name(name, ".md")), text) for name, text in planted.texts.items()]
    return Content(files, {"members": planted.members})


def _edited() -> Content:
    essays = [d for d in read_table("slopscore/docs", Document) if d.kind == "essay"]
    texts, copies = generated.edited_copies(
        {d.id: d.text for d in essays}, {d.id: d.prompt_index for d in essays}
    )
    files = [(PathRow(name, safe_name(name, ".txt")), text) for name, text in texts.items()]
    return Content(files, {"copies": copies})


def _family(articles: int) -> Content:
    essays = [d.text for d in read_table("slopscore/docs", Document) if d.kind == "essay"]
    files, members = [], []
    for number, (text, member) in enumerate(generated.family(essays, articles)):
        name = f"{number:05}"
        files.append((PathRow(name, f"{name}.txt"), text))
        members += [generated.Member(name)] if member else []
    return Content(files, {"members": members})


def alike_content(megabytes: float) -> Content:
    """So many megabytes of articles with edited copies of whole ones; see `alike`."""
    made = alike.make(round(megabytes * 1e6))
    files = [(PathRow(name, f"{name}.txt"), text) for name, text in made.texts.items()]
    return Content(files, {"pairs": made.pairs})


def _filler_gold() -> Content:
    rows = read_table("filler_gold/public", FillerText)
    return Content([(PathRow(r.id, safe_name(r.id, ".txt")), r.text) for r in rows], {})


def _mixed() -> Content:
    files = []
    for name in ("pan13_train", "slopscore", "digitalgov"):
        for row, text in BUILDERS[name][0]().files:
            files.append((PathRow(f"{name}/{row.id}", f"{name}/{row.path}"), text))
    return Content(files, {})


BUILDERS: dict[str, tuple[Callable[[], Content], tuple[str, ...]]] = {
    "pan13_train": (_pan13_train, ("pan13_train/docs",)),
    "slopscore": (_slopscore, ("slopscore/docs",)),
    "digitalgov": (_digitalgov, ("digitalgov/docs",)),
    "clough_stevenson": (_clough_stevenson, ("clough_stevenson/docs",)),
    "digitalgov_renamed": (_renamed, ("digitalgov/docs",)),
    "forms": (_forms, ("digitalgov/docs", "slopscore/docs")),
    "planted": (_planted, ("slopscore/docs",)),
    "edited": (_edited, ("slopscore/docs",)),
    "family_10000": (partial(_family, 10_000), ("slopscore/docs",)),
    "family_20000": (partial(_family, 20_000), ("slopscore/docs",)),
    **{f"alike_{size}": (partial(alike_content, size), ()) for size in alike.SIZES},
    "filler_gold": (_filler_gold, ("filler_gold/public",)),
    "mixed": (_mixed, ("pan13_train/docs", "slopscore/docs", "digitalgov/docs")),
}
"""Every corpus: how it is made, and from which tables."""


def materialise(name: str) -> Corpus:
    """The corpus of that name; written first where it is missing or out of date.

    Raises KeyError for a name that is neither in `BUILDERS` nor that of a made corpus.
    """
    root = bench_folder() / name
    made = made_corpus(name)
    if made:
        modules = sorted(Path(texts.__file__).parent.glob("*.py"))
        sources = {module.name: _digest(module) for module in modules}
    else:
        builder, tables = BUILDERS[name]
        sources = {table: _digest(table_file(table)) for table in tables}
    stamp = _read_stamp(root)
    if stamp is None or (stamp.recipe, stamp.sources) != (RECIPE, sources):
        shutil.rmtree(root, ignore_errors=True)
        stamp = _stream(*made, root, sources) if made else _write(builder(), root, sources)
    return Corpus(name, root, stamp.size_bytes)


def absent(name: str) -> str:
    """What is missing of the data sets for a corpus, as a sentence; nothing if it can be made."""
    tables = BUILDERS[name][1] if name in BUILDERS else ()
    lacking = (table_file(table) for table in tables if not table_file(table).exists())
    return next(map(_missing, lacking), "")


def _missing(path: Path) -> str:
    return f"{path} is missing: set DEDUPE_DATA to the folder of data sets"


def made_corpus(name: str) -> tuple[plan.Kind, int] | None:
    """Kind and size in bytes of a made corpus by its name; None for another one.

    >>> made_corpus("plain-10MB")[1]
    10000000
    >>> made_corpus("mixed")
    """
    kind, _, size = name.partition("-")
    return (plan.KINDS[kind], bytes_of(size)) if size and kind in plan.KINDS else None


def bytes_of(size: str) -> int:
    """Bytes of a size such as 10MB or 1GB, powers of ten.

    Raises ValueError for anything else.
    """
    written = re.fullmatch(SIZE, size)
    if written is None:
        raise ValueError(f"{size!r} is no size: write 10MB or 1GB")
    return int(written[1]) * {"MB": 10**6, "GB": 10**9}[written[2]]


def digest(files: Iterable[tuple[str, bytes]]) -> str:
    """What identifies the files of a corpus: their paths and bytes, in the order of the paths."""
    state = hashlib.blake2b(digest_size=16)
    for path, text in files:
        state.update(f"{path}\0{len(text)}\0".encode())
        state.update(text)
    return state.hexdigest()


def list_files(folder: Path) -> list[Path]:
    """Every file below a folder, in the order of the paths."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def read_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Path below a folder and bytes of every file, in the order of the paths."""
    for path in list_files(folder):
        yield path.relative_to(folder).as_posix(), path.read_bytes()


def _digest(path: Path) -> str:
    if not path.exists():
        raise FileNotFoundError(_missing(path))
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read_stamp(root: Path) -> Stamp | None:
    path = root / "stamp.json"
    return msgspec.json.decode(path.read_bytes(), type=Stamp) if path.exists() else None


def _stream(kind: plan.Kind, size_bytes: int, root: Path, sources: dict[str, str]) -> Stamp:
    (root / "files").mkdir(parents=True)
    documents = written = 0
    with (
        (root / "map.jsonl").open("wb") as names,
        (root / "copies.jsonl").open("wb") as copies,
        (root / "members.jsonl").open("wb") as members,
    ):
        for batch in texts.batches(kind, size_bytes):
            for path, text in batch.files:
                file = root / "files" / path
                if documents % texts.PER_FOLDER == 0:
                    file.parent.mkdir(exist_ok=True)
                written += file.write_bytes(text)
                documents += 1
            names.writelines(_lines(PathRow(Path(p).stem, p) for p, _ in batch.files))
            copies.writelines(_lines(batch.copies))
            members.writelines(_lines(batch.members))
    stamp = Stamp(RECIPE, sources, documents, written)
    (root / "stamp.json").write_bytes(msgspec.json.encode(stamp))
    return stamp


def _write(content: Content, root: Path, sources: dict[str, str]) -> Stamp:
    size_bytes = 0
    for row, text in content.files:
        path = root / "files" / row.path
        path.parent.mkdir(parents=True, exist_ok=True)
        size_bytes += path.write_bytes(text.replace("\0", " ").encode("utf-8"))
    _write_rows(root / "map.jsonl", (row for row, _ in content.files))
    for name, rows in content.tables.items():
        _write_rows(root / f"{name}.jsonl", rows)
    stamp = Stamp(RECIPE, sources, len(content.files), size_bytes)
    (root / "stamp.json").write_bytes(msgspec.json.encode(stamp))
    return stamp


def _write_rows(path: Path, rows: Iterable[msgspec.Struct]) -> None:
    path.write_bytes(b"".join(_lines(rows)))


def _lines(rows: Iterable[msgspec.Struct]) -> Iterator[bytes]:
    for row in rows:
        yield msgspec.json.encode(row) + b"\n"


def pin(name: str) -> str:
    """The line of `definitions/digests.toml` for a made corpus, which is not written for that.

    Raises KeyError for any other corpus.
    """
    made = made_corpus(name)
    if made is None:
        raise KeyError(f"{name} is no made corpus")
    return f'{name} = "{digest(file for batch in texts.batches(*made) for file in batch.files)}"'


def main() -> None:
    """Prepare the named corpora and say where they are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpora", description=main.__doc__)
    kinds = ", ".join(plan.KINDS)
    names_help = f"of {', '.join(BUILDERS)}; default all of these; or {kinds} and a size: plain-1GB"
    parser.add_argument("names", nargs="*", help=names_help)
    parser.add_argument("--digest", action="store_true", help="print digests, write nothing")
    options = parser.parse_args()
    names = options.names or list(BUILDERS)
    if unknown := sorted(n for n in set(names) - set(BUILDERS) if not made_corpus(n)):
        parser.error(f"no corpus of that name: {', '.join(unknown)}")
    for name in names:
        if options.digest:
            print(pin(name), flush=True)
            continue
        corpus = materialise(name)
        size = f"{len(corpus.paths):6,} files {corpus.size_bytes / 1e6:7.1f} MB"
        print(f"{name:12} {size}  {corpus.folder}")


if __name__ == "__main__":
    main()
