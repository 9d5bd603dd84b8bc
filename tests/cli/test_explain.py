from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, Engine
from tests.cli.test_scan import BAKERY, FERRY


@pytest.mark.parametrize(
    ("place", "path", "line"),
    [
        ("in/a.md", "in/a.md", None),
        ("in/a.md:9", "in/a.md", 9),
        ("in/a.md:9:1", "in/a.md", 9),
        ("C:\\in\\a.md:12", "C:\\in\\a.md", 12),
        ("in/a.md:0", "in/a.md:0", None),
    ],
)
def test_place(cli: Cli, engine: Engine, place: str, path: str, line: int | None) -> None:
    """A line, and the column that reports print behind it."""
    assert cli("explain", place).code == 0
    assert (engine.paths, engine.line) == ((path,), line)


def test_name_with_a_colon(
    cli: Cli, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose name looks like a place is that file."""
    monkeypatch.chdir(tmp_path)
    Path("a:9").write_text("x", encoding="utf-8")
    cli("explain", "a:9")
    assert (engine.paths, engine.line) == (("a:9",), None)


def test_others(cli: Cli, engine: Engine) -> None:
    """The folder of the file, or what --with names."""
    seen = []
    for arguments in (["in/a.md"], ["a.md"], ["in/a.md", "--with", "x", "--with", "y"]):
        cli("explain", *arguments)
        seen.append(engine.others)
    assert seen == [("in",), (".",), ("x", "y")]


def test_text_and_json(cli: Cli, engine: Engine) -> None:
    """Both name the score and the nearest passage."""
    text = cli("explain", "a.md").out
    assert "score 0.81 reaches the limit 0.65" in text
    assert "nearest to articles/bakery.md:21" in text
    row = json.loads(cli("explain", "a.md", "-f", "json").out)
    assert row["kind"] == "explanation"
    assert row["explanation"]["passages"][1]["nearest"]["shared_shingles"] == 4


def test_engine(cli: Cli, tmp_path: Path) -> None:
    """A real copy is explained by the place that it came from."""
    (tmp_path / "a.md").write_text(f"# Bread\n\n{BAKERY}\n", encoding="utf-8")
    (tmp_path / "b.md").write_text(f"# Ferry\n\n{FERRY}\n\n{BAKERY}\n", encoding="utf-8")
    ran = cli("explain", f"{tmp_path / 'b.md'}:5")
    assert ran.code == 0
    assert "a.md:3" in ran.out
    assert "DUP10" in ran.out


def test_original_and_left_out_text(cli: Cli, tmp_path: Path) -> None:
    """The original has no finding, and is told why; what is left out is counted."""
    (tmp_path / "a.md").write_text(f"# Bread\n\n{BAKERY}\n", encoding="utf-8")
    (tmp_path / "b.md").write_text(f"# Ferry\n\n{FERRY}\n\n{BAKERY}\n", encoding="utf-8")
    out = " ".join(cli("explain", f"{tmp_path / 'a.md'}:3").out.split())
    assert "not flagged original DUP102 identical" in out
    assert "the finding is with the copies" in out
    assert re.search(r"(\d+) of its \1 shingles stand there", out)
    assert "miss such a pair is none" in out
    assert '"The oven of the old bakery' in out
    assert "It counts from 20 words on" in out
    out = cli("explain", f"{tmp_path / 'b.md'}:5", "--ignore-section", "ferry").out
    assert "of them left out of matching" in out
    assert "copy    left out of matching" in out
