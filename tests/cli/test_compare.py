from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import BAKERY, Cli, Engine


def test_text(cli: Cli, engine: Engine) -> None:
    """Words that differ are marked on their side."""
    ran = cli("compare", "a.md", "b.md")
    assert ran.code == 0
    assert engine.paths == ("a.md", "b.md")
    assert "[-Friday,-]" in ran.out
    assert "{+Saturday,+}" in ran.out
    assert "a:3-6 and b:9, edited, 94% similar, 52 and 51 words" in ran.out
    assert "a:8 and b:12, reordered, 12 and 11 words\n" in ran.out


def test_json(cli: Cli, engine: Engine) -> None:
    """One object."""
    row = json.loads(cli("compare", "a.md", "b.md", "-f", "json").out)
    assert (row["kind"], row["schema"]) == ("comparison", "1.0")
    assert row["comparison"]["passages"][0]["edits"][1] == {
        "kind": "replace",
        "a": "Friday, ",
        "b": "Saturday, ",
    }
    assert [p["edit"] for p in row["comparison"]["passages"]] == ["edited", "reordered"]


def test_options(cli: Cli, engine: Engine) -> None:
    """Options of matching apply."""
    cli("compare", "a.md", "b.md", "--min-words", "5", "--encoding", "cp1252")
    assert engine.config.matching.min_words == 5
    assert engine.config.sources.encoding == "cp1252"


def test_engine(cli: Cli, tmp_path: Path) -> None:
    """One changed word is the only difference of two real files."""
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    a.write_text(BAKERY, encoding="utf-8")
    b.write_text(BAKERY.replace("Friday", "Sunday"), encoding="utf-8")
    ran = cli("compare", str(a), str(b), "--width", "60")
    assert ran.code == 0
    assert "[-Friday" in ran.out
    assert "{+Sunday" in ran.out


def test_missing_file(cli: Cli, tmp_path: Path) -> None:
    """A file that does not exist is named."""
    (tmp_path / "a.txt").write_text(BAKERY, encoding="utf-8")
    ran = cli("compare", str(tmp_path / "a.txt"), str(tmp_path / "none.txt"))
    assert ran.code == 2
    assert "none.txt" in ran.err
