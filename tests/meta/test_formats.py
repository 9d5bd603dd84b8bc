"""Every report format has an expected output."""

from __future__ import annotations

import pytest

from dedupe.reports import FORMATS
from tests.meta.program import ROOT

GOLDEN = ROOT / "tests" / "reports" / "golden"


def test_formats_of_this_version_are_there() -> None:
    """The formats of version 0.1 are registered, whatever came later."""
    assert set(FORMATS) >= {"full", "concise", "json", "jsonl", "matches", "passages"}
    assert set(FORMATS) >= {"sarif", "github", "gitlab", "junit", "rdjson", "markdown", "csv"}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_format_has_a_golden_file(name: str) -> None:
    """tests/reports/golden/NAME.* holds what the format prints, and it is not empty."""
    files = [path for path in GOLDEN.glob(f"{name}*") if path.name.partition(".")[0] == name]
    assert files, f"no golden file for {name}"
    assert all(path.stat().st_size for path in files)
