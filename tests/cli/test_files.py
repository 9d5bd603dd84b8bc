from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Engine


def test_list(cli: Cli, engine: Engine) -> None:
    """One path a line; the count and the hint go to standard error."""
    ran = cli("files", "x", "--exclude", "y")
    assert ran == (0, "a.md\nb.txt\n", "2 files, 2 skipped (-v tells why).\n")
    assert engine.paths == ("x",)
    assert engine.config.sources.exclude == ("y",)


def test_reasons(cli: Cli, engine: Engine) -> None:
    """-v names what is skipped and why."""
    text = cli("files", "-v").out
    assert "incoming/photo.md  skipped: holds NUL bytes, so it is not a text\n" in text
    assert "incoming/draft.md  skipped: excluded by drafts/\n" in text


def test_engine(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Articles of a real folder, in the order of their paths; other files are no articles."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.md", "a.txt", "c.png"):
        Path(name).write_text("Words.", encoding="utf-8")
    ran = cli("files")
    assert ran.code == 0
    assert ran.out == "a.txt\nb.md\n"
