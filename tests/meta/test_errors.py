"""Every error of ours says with which code the process ends."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import dedupe
from dedupe.errors import DedupeError


def _error_classes() -> list[type[DedupeError]]:
    """DedupeError and all that descends from it, in any module of the package."""
    for module in pkgutil.walk_packages(dedupe.__path__, "dedupe."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[DedupeError]] = []
    waiting: list[type[DedupeError]] = [DedupeError]
    while waiting:
        found.append(waiting.pop())
        waiting.extend(found[-1].__subclasses__())
    return found


def test_error_classes_live_in_one_module() -> None:
    """A caller finds every error in dedupe.errors."""
    assert {error.__module__ for error in _error_classes()} == {"dedupe.errors"}


@pytest.mark.parametrize("error", _error_classes(), ids=lambda error: error.__name__)
def test_error_has_exit_code_and_docstring(error: type[DedupeError]) -> None:
    """An error ends the process with its code, never with 0 (fine) or 1 (the gate failed)."""
    assert type(error.exit_code) is int
    assert error.exit_code not in {0, 1}
    assert error.__doc__
