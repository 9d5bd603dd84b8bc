from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dedupe.kernels import building, objects, warming
from dedupe.kernels.jit import Kernel, inlined, kernel
from tests.conftest import ROOT

PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from dedupe.kernels import objects
from dedupe.kernels.grouping import components
objects.BUILT = Path(sys.argv[1])
label = np.empty(3, np.int32)
components(np.array([2], np.int32), np.array([1], np.int32), label)
print(label.tolist(), "numba" in sys.modules)
"""
Array = NDArray[Any]
COMPILED, LINKED = "[0, 1, 1] True", "[0, 1, 1] False"


def start(cache: str, built: str = "none") -> subprocess.Popen[str]:
    """A process that calls one kernel with this cache, and what was built with the package."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, built],
        env={**os.environ, "DEDUPE_KERNEL_CACHE": cache, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> str:
    """What a process printed."""
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output.strip()


def test_processes_that_compile_at_once_disturb_nobody(tmp_path: Path) -> None:
    """On an empty cache all answer; the next process finds the code and needs no Numba."""
    running = [start(str(tmp_path / "cache")) for _ in range(2)]
    assert [answer(process) for process in running] == [COMPILED] * 2
    assert [path.name[:20] for path in (tmp_path / "cache" / "kernels").iterdir()] == [
        "grouping.components-"
    ]
    assert answer(start(str(tmp_path / "cache"))) == LINKED


def test_code_that_was_built_needs_no_numba(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is translated for the processor and kept; where it is damaged, Numba compiles."""
    built = tmp_path / "built"
    monkeypatch.setattr(objects, "BUILT", built)
    monkeypatch.setattr(warming, "listed", lambda: [("grouping.components", ("<i4 1 C",) * 3)])
    built.mkdir()
    (built / "grouping.components-of-older-sources").touch()
    monkeypatch.setattr(building, "_compile", lambda parts: building.build(0, parts))
    building.main(1)
    (file,) = built.iterdir()
    cache = str(tmp_path / "cache")
    assert answer(start(cache, str(built))) == LINKED
    assert [path.name[:20] for path in (tmp_path / "cache" / "kernels").iterdir()] == [
        "grouping.components-"
    ]
    assert answer(start(cache)) == LINKED
    file.write_bytes(file.read_bytes()[:-1])
    assert answer(start("off", str(built))) == COMPILED


def test_damaged_code_is_compiled_again(tmp_path: Path) -> None:
    """A file that was cut short or changed is never linked."""
    answer(start(str(tmp_path)))
    (file,) = (tmp_path / "kernels").iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[:10], whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
        file.write_bytes(damaged)
        assert answer(start(str(tmp_path))) == COMPILED
        assert file.read_bytes() == whole


def test_unwritable_cache_compiles_in_memory(tmp_path: Path) -> None:
    """Where no folder can be made the kernels work all the same, and leave nothing behind."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    read_only = tmp_path / "read-only"
    read_only.mkdir(mode=0o500)
    assert answer(start(str(blocked / "cache"))) == COMPILED
    if not os.access(read_only, os.W_OK):  # the superuser may write everywhere
        assert answer(start(str(read_only))) == COMPILED
    assert list(read_only.iterdir()) == []


def test_cache_can_be_switched_off() -> None:
    """`DEDUPE_KERNEL_CACHE=off` keeps nothing."""
    assert [answer(start("off")) for _ in range(2)] == [COMPILED] * 2


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FunctionType:
    """A function of a kernel module that may be changed, in a cache of its own."""
    for name in ("writable_folder", "_sources", "_tools", "machine"):
        monkeypatch.setattr(objects, name, getattr(objects, name).__wrapped__)
    monkeypatch.setenv("DEDUPE_KERNEL_CACHE", str(tmp_path / "cache"))
    (tmp_path / "one.py").write_text("from dedupe.kernels.two import LIMIT, help\n")
    (tmp_path / "two.py").write_text("from dedupe.kernels import three as t, four\nLIMIT = 4\n")
    (tmp_path / "three.py").write_text("")
    (tmp_path / "four.py").write_text("")
    for name in ("other.py", "jit.py", "compiling.py", "objects.py"):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(objects, "__file__", str(tmp_path / "objects.py"))
    space: dict[str, Any] = {"__name__": "dedupe.kernels.one"}
    exec(compile("def count(): pass", str(tmp_path / "one.py"), "exec"), space)  # noqa: S102
    found: FunctionType = space["count"]
    return found


@pytest.mark.parametrize("changed", ["one", "two", "three", "four"])
def test_code_is_compiled_again_when_a_source_changes(
    function: FunctionType, tmp_path: Path, changed: str
) -> None:
    """The module itself, and whatever it imports, near or far; time stamps do not matter."""
    before = objects.cache_file(function, ("i8",))
    os.utime(tmp_path / f"{changed}.py", (0, 0))
    assert objects.cache_file(function, ("i8",)) == before
    source = tmp_path / f"{changed}.py"
    source.write_text(source.read_text() + "LIMIT = 5\n")
    assert objects.cache_file(function, ("i8",)) != before


def test_code_does_not_depend_on_other_modules(function: FunctionType, tmp_path: Path) -> None:
    """A kernel is not compiled again because of a module that it does not use."""
    before = objects.cache_file(function, ("i8",))
    (tmp_path / "other.py").write_text("LIMIT = 5\n")
    assert objects.cache_file(function, ("i8",)) == before


def test_code_depends_on_types_tools_and_processor(
    function: FunctionType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other arguments, another Numba, or another processor have their own files."""
    files = {objects.cache_file(function, signature) for signature in (("i8",), ("u8",))}
    with monkeypatch.context() as patch:
        patch.setattr("dedupe.kernels.objects.llvmlite.__version__", "0.0")
        files.add(objects.cache_file(function, ("i8",)))
    with monkeypatch.context() as patch:
        patch.setattr("dedupe.kernels.objects.llvm.get_host_cpu_name", lambda: "other")
        files.add(objects.cache_file(function, ("i8",)))
    assert len(files) == 4
    assert None not in files


def test_built_code_does_not_depend_on_the_processor(
    function: FunctionType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package can be built on one machine and used on another."""
    before = objects.built_file(function, ("i8",))
    monkeypatch.setattr("dedupe.kernels.objects.llvm.get_host_cpu_name", lambda: "other")
    assert objects.built_file(function, ("i8",)) == before


@inlined
def _doubled(value: int) -> int:
    return 2 * value


@kernel
def _mixed(
    values: Array, table: Array, flags: Array, number: int, real: float, yes: bool,
) -> tuple[int, int, float, bool]:  # fmt: skip
    """Write to an array; return numbers of several types."""
    total = np.int64(0)
    for place in range(len(values)):
        if flags[place]:
            total += _doubled(values[place])
        values[place] = number
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            total += table[row, column]
    return total, np.uint32(number), real / 2, yes and total > 0  # type: ignore[return-value]


NUMBERS = [(7, 3.0), (np.int64(7), np.float64(3)), (np.uint8(7), np.float32(3))]


def test_arrays_and_numbers_go_in_and_come_out() -> None:
    """Arrays of all layouts, and every kind of number."""
    for step in (1, 2):
        values = np.arange(10, dtype=np.int32)[::step]
        table = np.arange(12, dtype=np.int16).reshape(3, 4)
        for rows in (table, table.T, table[:, ::2], table[:0]):
            flags = np.array([place % 3 == 0 for place in range(len(values))])
            want = int(2 * values[flags].sum() + rows.sum())
            kept = values.copy()
            for number, real in (
                (7, 3.0),
                (np.int64(7), np.float64(3)),
                (np.uint8(7), np.float32(3)),
            ):
                values[:] = kept
                found = _mixed(values, rows, flags, number, real, True)  # type: ignore[arg-type]
                assert found == (want, 7, 1.5, want > 0)
            assert (values == 7).all()
            values[:] = kept


@kernel
def _plain(values: Array) -> int:
    """Count."""
    return len(values)


@kernel
def _nothing(values: Array) -> None:
    """Change an array."""
    values[0] = 1


@kernel
def _allocates(values: Array) -> int:
    """Sum through a copy."""
    copy = np.zeros(len(values), np.int64)
    for place in range(len(values)):
        copy[place] = values[place]
    return copy.sum()  # type: ignore[no-any-return]


@kernel
def _arrays(values: Array) -> tuple[Array, int, Array]:
    """Return an array, a number and an empty table."""
    return values + 1, len(values), np.empty((0, 3), np.int32)


@kernel
def _text(values: Array) -> str:
    """Return what no kernel may."""
    return "text" if len(values) else ""


def test_one_number_and_none() -> None:
    """A single number comes back as itself, nothing as None; an empty array has no words."""
    assert _plain(np.zeros(0)) == 0
    assert _plain(np.zeros((3, 2))) == 3
    values = np.zeros(2)
    assert _nothing(values) is None
    assert values.tolist() == [1, 0]


def test_kernels_may_allocate() -> None:
    """Memory of a kernel comes from Numba's run-time library."""
    for size in (0, 3, 100_000):
        assert _allocates(np.ones(size, np.int64)) == size


def test_errors_are_told() -> None:
    """An argument of a wrong type, and a kernel that returns neither array nor number."""
    with pytest.raises(TypeError, match="_plain: list argument"):
        _plain([1, 2])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="have no names"):
        _plain(values=np.zeros(3))
    with pytest.raises(TypeError, match="_text returns unicode"):
        _text(np.zeros(3))


def test_arrays_come_out() -> None:
    """What a kernel has allocated is copied and given back."""
    for size in (0, 3, 100_000):
        longer, number, empty = _arrays(np.arange(size))
        assert longer.tolist() == list(range(1, size + 1))
        assert number == size
        assert empty.shape == (0, 3)
        assert empty.dtype == np.int32


@kernel
def _fails(values: Array) -> int:
    """Raise for an empty array."""
    if len(values) == 0:
        raise ValueError
    return len(values)


def test_failure_of_a_kernel_is_an_error() -> None:
    """A kernel that raises, as one without memory does, ends in an error and not the process."""
    assert _fails(np.zeros(2)) == 2
    with pytest.raises(RuntimeError, match="kernel _fails failed"):
        _fails(np.zeros(0))
    assert _fails(np.zeros(3)) == 3


def test_types_are_told_apart() -> None:
    """Each kind of argument has code of its own, whatever came before."""
    assert isinstance(_plain, Kernel)
    kinds = (np.zeros(2, np.uint8), np.zeros(2, np.float32), np.zeros(4)[::2], np.zeros((2, 5)))
    assert [_plain(values) for values in kinds] == [2, 2, 2, 2]
    assert _plain._signature((*kinds, 1, True, np.uint8(1))) == (
        "|u1 1 C", "<f4 1 C", "<f8 1 A", "<f8 2 C", "i8", "b1", "u1"
    )  # fmt: skip
    found = _mixed(np.ones(3), np.ones((1, 2)), np.zeros(3), np.uint8(255), 1.0, np.True_)  # type: ignore[arg-type]
    assert found == (2, 255, 0.5, True)
    read_only = np.arange(3)
    read_only.flags.writeable = False
    assert _allocates(read_only) == 3
