"""The same input gives the same bytes, however it is read and in whatever order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from dedupe import config, memory, sources
from dedupe.arrays import I32
from dedupe.config import Sources
from dedupe.pipeline import analysis, gathering, scan, scanning
from dedupe.reports import ANALYSIS
from dedupe.sources import FileTable
from dedupe.sources.parsing import Parse
from dedupe.tables import Reading
from tests.conftest import ROOT
from tests.pipeline.farm import Folder, Writer, jsonl, sentences, settings

EVERYTHING = settings(output={f"want_{name}": True for name in ANALYSIS}, jobs=1)

FILLER = (
    "In conclusion, it is clear that community gardens matter in today's fast-paced world. By "
    "embracing the power of shared spaces, we can unlock new opportunities and pave the way for a "
    "brighter future for everyone. It is important to note that every step counts on this journey."
)


@pytest.fixture
def articles(folder: Folder, writer: Writer, rng: np.random.Generator) -> Folder:
    """Sixty articles in three folders: copies, repetitions, filler, other scripts, a bad file."""
    passages = [writer.words(size) for size in (66, 44, 33)]
    for number in range(60):
        parts = [f"Title of number {number}", writer.prose(44)]
        words = list(passages[number % 3])
        if number % 4:
            words[number % 20] = f"change{number}"
        parts += [sentences(words, 9 + number % 4), writer.prose(30)]
        if number % 5 == 0:
            parts += [FILLER, "Ünïcödé “quotes” 中文字符 — 😀"]
        if number % 11 == 0:
            parts.append(parts[1])
        path = f"{'abc'[number % 3]}/{number:02}.{'md' if number % 2 else 'txt'}"
        folder.write(path, *parts)
    folder.raw("a/broken.txt", b"\x00\x01\x02" * 40)
    folder.raw("b/latin.txt", "Élan à la carte, déjà vu, garçon, où es-tu.".encode("cp1252"))
    folder.raw("c/empty.txt", b"")
    return folder


@pytest.fixture
def expected(articles: Folder) -> bytes:
    """The result of a scan with one thread."""
    result = articles.scan(settings=EVERYTHING)
    rules = {finding.rule for finding in result.findings}
    assert {"DUP102", "DUP103", "SRC801"} <= rules
    assert any(rule.startswith("FIL") for rule in rules)
    assert len(result.findings) > 40
    return jsonl(result)


@pytest.mark.parametrize("jobs", [0, 2, 4, 7])
def test_number_of_threads_does_not_matter(articles: Folder, expected: bytes, jobs: int) -> None:
    """One thread or many."""
    more = settings(output={f"want_{name}": True for name in ANALYSIS}, jobs=jobs)
    assert jsonl(articles.scan(settings=more)) == expected


@pytest.mark.parametrize("paths", [("c", "a", "b"), ("b", "c", "a"), ("a", "b/", "./c", "a")])
def test_order_of_paths_does_not_matter(
    articles: Folder, expected: bytes, paths: tuple[str, ...]
) -> None:
    """Folders in any order, written in another way, one of them twice."""
    assert jsonl(articles.scan(*paths, settings=EVERYTHING)) == expected


def test_order_of_files_does_not_matter(
    articles: Folder, expected: bytes, rng: np.random.Generator
) -> None:
    """Every file named by itself, shuffled."""
    names = [str(p.relative_to(articles.root)) for p in articles.root.rglob("*.*")]
    rng.shuffle(names)
    assert jsonl(articles.scan(*names, settings=EVERYTHING)) == expected


@pytest.mark.parametrize("size", [1, 1500, 10_000])
def test_size_of_batches_does_not_matter(
    articles: Folder, expected: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch per article, of a few, or of all."""
    monkeypatch.setattr(analysis, "LEAST_BATCH", size)
    more = settings(output={f"want_{name}": True for name in ANALYSIS}, jobs=3)
    assert jsonl(articles.scan(settings=more)) == expected


@pytest.mark.parametrize("size", [1500, 2_000_000])
def test_texts_that_are_read_again_do_not_matter(
    articles: Folder, expected: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large corpora are not kept in memory; their findings are the same."""
    monkeypatch.setattr(analysis, "KEPT_LIMIT", 1)
    monkeypatch.setattr(analysis, "LEAST_BATCH", size)
    assert jsonl(articles.scan(settings=EVERYTHING)) == expected


def test_tables_in_files_do_not_matter(
    articles: Folder, expected: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes to a temporary file is the same there."""
    monkeypatch.setattr(memory, "LARGE_BYTES", 1)
    monkeypatch.setattr(memory, "SLAB_BYTES", 1 << 16)
    monkeypatch.setattr(memory, "LEAST_PART", 1 << 13)
    monkeypatch.setattr(memory, "LOOK_SECONDS", 0.001)
    limited = structs.replace(EVERYTHING, memory_limit=1)
    assert jsonl(articles.scan(settings=limited)) == expected


def test_only_what_is_looked_at_is_read_again(
    folder: Folder, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a batch with one copy two articles, at the places that they had."""
    passage = writer.prose(60)
    for number in range(12):
        folder.write(f"{number:02}.txt", writer.prose(50), *[passage] * (number in (3, 9)))
    expected = jsonl(folder.scan())
    read: list[list[int]] = []
    again = gathering.read_again

    def counting(
        files: FileTable, sources: Sources, chosen: I32, parse: Parse | None = None
    ) -> Reading:
        read.append(chosen.tolist())
        return again(files, sources, chosen, parse)

    monkeypatch.setattr(analysis, "KEPT_LIMIT", 1)
    monkeypatch.setattr(scanning, "read_again", counting)
    assert jsonl(folder.scan()) == expected
    assert read
    assert {number for chosen in read for number in chosen} == {3, 9}


@pytest.mark.parametrize("kept", [1, 10**9])
def test_processes_that_parse_do_not_matter(
    articles: Folder, expected: bytes, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """Markdown parsed beside, when it is read and when it is read again."""
    monkeypatch.setattr(sources, "PARSED_BESIDE", 0)
    monkeypatch.setattr(analysis, "KEPT_LIMIT", kept)
    assert jsonl(articles.scan(settings=structs.replace(EVERYTHING, jobs=2))) == expected


def test_hash_seed_and_process_do_not_matter(articles: Folder, expected: bytes) -> None:
    """Another process with another PYTHONHASHSEED."""
    program = (
        "import sys; from tests.pipeline.test_determinism import again; again(sys.stdout.buffer)"
    )
    for seed in ("0", "12345"):
        process = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=articles.root,
            capture_output=True,
            check=True,
        )
        assert process.stdout == expected


def again(stream: object) -> None:
    """Scan the working directory and write the result: what the other process runs."""
    data = jsonl(scan(["."], EVERYTHING))
    assert hasattr(stream, "write")
    stream.write(data)


def test_place_of_the_folder_does_not_matter(
    articles: Folder, expected: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No absolute path, clock or host is in the result."""
    other = tmp_path.parent / f"{tmp_path.name}-moved"
    articles.root.rename(other)
    monkeypatch.chdir(other)
    for file in other.rglob("*.*"):
        os.utime(file, (1, 1))
    assert jsonl(scan(["."], EVERYTHING)) == expected


def test_line_ends_do_not_matter(folder: Folder, writer: Writer) -> None:
    """CRLF gives the findings of LF at the same lines and columns, and the same fingerprints."""
    passage = writer.prose(44)
    for path in ("a.txt", "b.md"):
        own = f"“{writer.prose(30)}”"
        folder.write(path, "A title", own, f"– {passage}", writer.prose(30), FILLER)
    before = folder.scan(settings=EVERYTHING)
    for path in ("a.txt", "b.md"):
        folder.raw(path, folder.text(path).replace("\n", "\r\n").encode())
    after = folder.scan(settings=EVERYTHING)
    assert list(before.articles) == list(after.articles)
    assert before.summary == after.summary
    assert before.findings
    for one, other in zip(before.findings, after.findings, strict=True):
        assert (one.rule, one.path, one.words, one.message) == (
            other.rule, other.path, other.words, other.message
        )  # fmt: skip
        assert one.fingerprint == other.fingerprint
        for place, there in ((one.span.start, other.span.start), (one.span.end, other.span.end)):
            assert (place.line, place.column) == (there.line, there.column)
            assert there.offset == place.offset + place.line - 1


def test_settings_of_the_run_are_all_defaults_of_the_config() -> None:
    """A scan without settings is a scan with the default ones."""
    assert settings() == config.Config()
