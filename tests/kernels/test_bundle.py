from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from types import FunctionType
from typing import cast

import numpy as np
import pytest

from dedupe.kernels import bundle, objects
from dedupe.kernels.grouping import components
from dedupe.kernels.jit import Kernel, Signature

NAME, SIGNATURE = "grouping.components", ("<i4 1 C",) * 3


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which there is no bundle."""
    monkeypatch.setattr(objects, "writable_folder", lambda: tmp_path)
    monkeypatch.setattr(bundle, "_all", bundle._all.__wrapped__)
    return tmp_path


def write(signature: Signature = SIGNATURE) -> Path:
    """Write a bundle of one kernel; its file."""
    function = cast("Kernel[..., None]", components).function
    code = objects.machine_code(cast("FunctionType", function), SIGNATURE)
    bundle.write([bundle.Member(NAME, signature, code)])
    file = bundle.file()
    assert file is not None
    return file


@pytest.mark.usefixtures("folder")
def test_kernels_of_the_bundle_are_linked() -> None:
    """They run as those that are linked by themselves; what is not in it, is not found."""
    assert bundle.linked(NAME, SIGNATURE) is None
    write()
    assert bundle.linked(NAME, SIGNATURE) is not None
    assert bundle.linked(NAME, ("<i8 1 C",) * 3) is None
    label = np.empty(4, np.int32)
    Kernel(cast("Kernel[..., None]", components).function)(
        np.array([3], np.int32), np.array([1], np.int32), label
    )
    assert label.tolist() == [0, 1, 2, 1]


@pytest.mark.usefixtures("folder")
def test_kernel_comes_from_the_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is read or compiled where it is there."""
    write()

    def unasked(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(objects, "machine_code", unasked)
    label = np.empty(2, np.int32)
    empty = np.empty(0, np.int32)
    Kernel(cast("Kernel[..., None]", components).function)(empty, empty, label)
    assert label.tolist() == [0, 1]


@pytest.mark.parametrize("damage", [b"", b"nothing", None])
def test_damaged_bundle_is_none(folder: Path, damage: bytes | None) -> None:
    """A file that is cut short or changed is not linked."""
    file = write()
    assert file.parent == folder
    file.write_bytes(file.read_bytes()[:-1] if damage is None else damage)
    assert bundle.linked(NAME, SIGNATURE) is None


def test_bundle_is_of_these_sources_tools_and_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed kernel, another list and another processor have their own."""
    copy = shutil.copytree(bundle.LIST.parent, tmp_path / "kernels")
    monkeypatch.setattr(bundle, "LIST", copy / bundle.LIST.name)
    state = bundle._state.__wrapped__
    found = {state()}
    for name in ("joining.py", bundle.LIST.name):
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(" ")
        found.add(state())
    monkeypatch.setattr(objects, "machine", lambda: "another")
    found.add(state())
    assert len(found) == 4


def test_no_bundle_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is neither written nor found."""
    monkeypatch.setattr(objects, "writable_folder", lambda: None)
    monkeypatch.setattr(bundle, "_all", bundle._all.__wrapped__)
    assert bundle.file() is None
    bundle.write([])
    assert bundle.linked(NAME, SIGNATURE) is None


def test_what_old_versions_left_goes(folder: Path) -> None:
    """A bundle that is written removes files of long ago; those of other versions in use stay."""
    old, new = folder / "bundle-old", folder / "words.split-new"
    for file in (old, new):
        file.write_bytes(b"x")
    ago = time.time() - objects.KEPT_SECONDS - 60
    os.utime(old, (ago, ago))
    written = write()
    assert not old.exists()
    assert new.exists()
    assert written.exists()
