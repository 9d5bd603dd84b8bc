"""Fixtures: an empty folder, and somebody who fills it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.pipeline.farm import Folder, Writer


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


@pytest.fixture
def writer(rng: np.random.Generator) -> Writer:
    """A writer who never says the same twice."""
    return Writer(rng)
