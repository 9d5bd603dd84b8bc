from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import BAKERY, FERRY, Cli, Engine
from tests.pipeline.test_rewording import SPUN, WRITTEN


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


def test_reworded(cli: Cli, engine: Engine) -> None:
    """Both name the nearest reworded passage, its evidence, and each limit that it misses."""
    text = " ".join(cli("explain", "a.md").out.split())
    assert "31 words at 10-11 are nearest to 29 at articles/kilns.md:5-7: reworded" in text
    assert "ln((16.0 + 1) x (3.5 + 1)) = 4.34 is below the limit 4.90" in text
    assert "3.5 by the root of the words of both sides is 0.45 (limit 0.67)" in text
    assert "5 of the shared ones are neither common nor names (limit 6), first of all" in text
    assert "29 on the shorter side (limit 20), 60 on both sides (limit 68)" in text
    assert (
        "limit of evidence, stems that are neither common nor names, order, words on both" in text
    )
    assert "no sentences of another article share enough stems with it" in text
    row = json.loads(cli("explain", "a.md", "-f", "json").out)
    first, second = (passage["reworded"] for passage in row["explanation"]["passages"])
    assert first is None
    assert second["missed"] == ["evidence", "rare-stems", "order", "words-of-both"]
    assert (second["shared"], second["chain"], second["rare_stems"]) == (16.0, 3.5, 5)


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
    assert "of 0.40 on, or of 0.60 below 40 words" in out
    out = cli("explain", f"{tmp_path / 'b.md'}:5", "--ignore-section", "ferry").out
    assert "of them left out of matching" in out
    assert "copy    left out of matching" in out


def test_engine_reworded(cli: Cli, tmp_path: Path) -> None:
    """A real rewording is told with its evidence, at depth standard alone."""
    (tmp_path / "a.txt").write_text(WRITTEN, encoding="utf-8")
    (tmp_path / "b.txt").write_text(SPUN, encoding="utf-8")
    out = " ".join(cli("explain", f"{tmp_path / 'b.txt'}:1").out.split())
    assert "reordered" in out
    assert "reaches the limit 4.90" in out
    assert "verdict reported as DUP104" in out
    fast = cli("explain", f"{tmp_path / 'b.txt'}:1", "--depth", "fast").out
    assert "verdict" not in fast
    assert "  reworded " not in fast
