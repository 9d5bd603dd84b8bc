"""Run the tasks of definitions as whole processes, in rounds; a wrong result has no time.

A sample is one process from its start to its exit: wall time, user and system time, and peak
resident memory as the kernel counts them (`wait4`, see `launch`). Files are read once before the
samples, so the page cache is warm. What a process writes goes to a file: the round that is not
counted judges it, and every sample must write the same bytes again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from benchmarks import checks, corpora, definitions, results
from benchmarks.definitions import Definition
from benchmarks.measured import Line, Sample

LAUNCHER = Path(__file__).with_name("launch.py")
WITH_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
"""Where it is set, every process compiles 96 modules anew: 0.06 s that no user waits for."""


class Task(NamedTuple):
    """A definition on this machine."""

    definition: Definition
    command: Sequence[str]
    environment: Mapping[str, str]
    corpus: corpora.Corpus | None
    size_bytes: int
    folder: Path
    """Where the command runs: the revision that is measured."""

    @property
    def name(self) -> str:
        """Of the definition."""
        return self.definition.name


def time_process(
    command: Sequence[str],
    environment: Mapping[str, str],
    output: Path = Path(os.devnull),
    folder: Path | None = None,
) -> Sample:
    """Run a command without input and take its account from the kernel.

    Args:
        command: program and arguments.
        environment: variables besides those of this process.
        output: file for its standard output.
        folder: where it runs, this folder by default.

    Raises RuntimeError when it does not exit with 0: a failed run has no time.
    """
    path = shutil.which(command[0]) or command[0]
    launch = [sys.executable, "-I", "-S", str(LAUNCHER), str(output), path, *command[1:]]
    told = subprocess.run(
        launch,
        env={**os.environ, **WITH_BYTECODE, **environment},
        stdout=subprocess.PIPE,
        cwd=folder,
        check=True,
    ).stdout
    account = msgspec.json.decode(told, type=tuple[int, float, float, float, int])
    if account[0] != 0:
        raise RuntimeError(f"exit code {account[0]}: {results.shown(command)}")
    return Sample(*account[1:])


def prepare(chosen: Sequence[Definition], folder: Path = corpora.PROJECT) -> list[Task]:
    """The tasks of definitions, their corpora written, compared with their digests and warm.

    A task with an empty cache is about an installation, which has built its kernels.

    Raises:
        FileNotFoundError: the data of a corpus are absent.
        ValueError: a made corpus is not the one that its figures are about.
        subprocess.CalledProcessError: kernels do not compile.
    """
    if any(definition.fresh for definition in chosen):
        build_kernels(folder)
    sizes = {name: _warm(name) for name in dict.fromkeys(d.corpus for d in chosen) if name}
    return [_task(definition, sizes.get(definition.corpus, 0), folder) for definition in chosen]


def build_kernels(folder: Path) -> None:
    """Compile the kernels of a revision into its folder, where they are older than the sources.

    Revisions from before there was a way to build any are left as they are.

    Raises subprocess.CalledProcessError for kernels that do not compile.
    """
    if (folder / "dedupe" / "kernels" / "building.py").exists():
        subprocess.run([sys.executable, "-m", "dedupe.kernels.building"], check=True, cwd=folder)


def _corpus_folder(name: str) -> Path:
    return corpora.PROJECT / "seeds" if name == "seeds" else corpora.materialise(name).folder


def warm(folder: Path) -> tuple[str, int]:
    """Read every file below a folder, so that the page cache holds it; digest and bytes."""
    size_bytes = 0

    def read() -> Iterator[tuple[str, bytes]]:
        nonlocal size_bytes
        for path, text in corpora.read_files(folder):
            size_bytes += len(text)
            yield path, text

    return corpora.digest(read()), size_bytes


def _warm(name: str) -> int:
    """Warm a corpus and compare it with the digest pinned for it, if it is a made one; bytes."""
    found, size_bytes = warm(_corpus_folder(name))
    pinned = definitions.digests().get(name)
    if corpora.made_corpus(name) and found != pinned:
        raise ValueError(f"{name}: digest {found}, pinned {pinned}")
    return size_bytes


def _task(definition: Definition, size_bytes: int, folder: Path) -> Task:
    corpus = None
    where = ""
    if definition.corpus:
        where = str(_corpus_folder(definition.corpus))
        if definition.corpus != "seeds":
            corpus = corpora.materialise(definition.corpus)
    if definition.engine == "wc":
        names = Path(where).with_name("names")
        files = corpora.list_files(Path(where))
        names.write_bytes(b"".join(os.fsencode(path) + b"\0" for path in files))
        command = ["wc", "-w", "--files0-from", str(names)]
        return Task(definition, command, {"LC_ALL": "C.UTF-8"}, corpus, size_bytes, folder)
    words = [where if word == "{corpus}" else word for word in definition.arguments]
    return Task(definition, results.program(*words), {}, corpus, size_bytes, folder)


def judge(task: Task) -> tuple[str, dict[str, float]]:
    """Run a task once and judge what it finds: the digest of its output, and its quality.

    Raises checks.WrongResult.
    """
    output = _output(task)
    _sample(task, output)
    return _digest(output), checks.check(task.definition, output, task.corpus)


def rounds(tasks: Sequence[Task], count: int) -> list[Line]:
    """Samples of every task in every round, in turn.

    Every other round runs the tasks in reverse, so that none always follows the same one.

    Raises checks.WrongResult, also for an output that differs from the one that was judged.
    """
    judged = [judge(task) for task in tasks]
    lines = []
    for number in range(1, count + 1):
        order = list(zip(tasks, judged, strict=True))
        for task, (expected, quality) in order if number % 2 else reversed(order):
            output = _output(task)
            sample = _sample(task, output)
            if _digest(output) != expected:
                raise checks.WrongResult(f"{task.name}: round {number} wrote another result")
            lines.append(_line(task, number, sample, quality))
    return lines


def _sample(task: Task, output: Path) -> Sample:
    if not task.definition.fresh:
        return time_process(task.command, task.environment, output, task.folder)
    # The process that compiles beside the first scan may still write when that has ended.
    with TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        fresh = {**task.environment, "DEDUPE_KERNEL_CACHE": cache}
        return time_process(task.command, fresh, output, task.folder)


def _line(task: Task, number: int, sample: Sample, quality: dict[str, float]) -> Line:
    return Line(
        task.name,
        number,
        sample,
        results.shown(task.command),
        task.size_bytes,
        quality,
        task.definition.reference,
        **msgspec.structs.asdict(task.definition.goals),
    )


def _output(task: Task) -> Path:
    folder = corpora.bench_folder() / "results" / "speed"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / task.name


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
