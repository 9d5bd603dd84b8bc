from __future__ import annotations

import pytest

from dedupe.globs import Patterns


@pytest.mark.parametrize(
    ("lines", "path", "verdict"),
    [
        (["*.log"], "a/b.log", True),
        (["*.log"], "a/b.txt", None),
        (["*.log", "!keep.log"], "a/keep.log", False),
        (["!keep.log", "*.log"], "a/keep.log", True),
        (["build/"], "a/build/", True),
        (["build/"], "a/build", None),
        (["/build"], "a/build", None),
        (["/build"], "build/", True),
        (["a/*/c"], "a/b/c", True),
        (["a/*/c"], "a/b/b/c", None),
        (["a/**/c"], "a/b/b/c", True),
        (["# note", "", "  "], "# note", None),
        (["\\#x"], "#x", True),
        ([], "a", None),
        (["!", "/", "x"], "x", True),
    ],
)
def test_the_last_pattern_that_matches_decides(
    lines: list[str], path: str, *, verdict: bool | None
) -> None:
    """Matching is that of git; a pattern that means nothing is passed over."""
    assert Patterns(lines).verdict(path) is verdict


def test_a_file_below_an_excluded_folder_is_excluded() -> None:
    """Taking a file back does not help when its folder is out, as in git."""
    patterns = Patterns(["old/", "!old/a.txt"])
    assert patterns.excludes_path("x/old/a.txt")
    assert not patterns.excludes_path("x/a.txt")
