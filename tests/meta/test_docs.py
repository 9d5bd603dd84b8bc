"""The examples of the documentation run as they are printed."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_examples_of_a_page(page: str) -> None:
    """Pages without examples have nothing to fail; that there are some is known of two."""
    result = doctest.testfile(str(DOCS / page), module_relative=False)
    assert result.failed == 0
    assert result.attempted > 0 or page not in {"estimators.md", "minhash.md"}
