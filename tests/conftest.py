"""Fixtures for every tier: a generator per test, the project's articles, the shared data."""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from tests.repository import Repository

ROOT = Path(__file__).resolve().parents[1]

# The first call of a kernel compiles it, which no deadline allows for; examples are the same in
# every run, so that a failure seen once is seen again.
hypothesis.settings.register_profile("dedupe", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("stress", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dedupe"))


def _seed(request: pytest.FixtureRequest) -> int:
    """Seed made of the test's name: the same alone, in any order and in the whole suite."""
    return zlib.crc32(request.node.nodeid.encode())


@pytest.fixture(autouse=True)
def _reseed(request: pytest.FixtureRequest) -> None:
    random.seed(_seed(request))
    np.random.seed(_seed(request))


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """NumPy generator, seeded by the test's name."""
    return np.random.default_rng(_seed(request))


@pytest.fixture(scope="session")
def pool() -> Iterator[Executor]:
    """Two threads."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture(scope="session")
def project_seeds() -> Path:
    """The articles written for this project, with `gold.jsonl`."""
    return ROOT / "seeds"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public corpora that are not part of the project; the test is skipped where they are not."""
    return _outside("DEDUPE_DATA", "data")


@pytest.fixture(scope="session")
def shared_seeds() -> Path:
    """Five published articles that are not part of the project; skipped where they are not."""
    return _outside("DEDUPE_SHARED_SEEDS", "seeds")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Empty, and deaf to the settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    place = tmp_path / "repository"
    place.mkdir()
    monkeypatch.chdir(place)
    return Repository(place)


def _outside(variable: str, name: str) -> Path:
    folder = Path(os.environ.get(variable) or ROOT.parent / "shared" / name)
    if not folder.is_dir():
        pytest.skip(f"needs {folder}; name another folder in {variable}")
    return folder
