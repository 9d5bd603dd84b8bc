from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import BAKERY, FERRY, Cli, Engine

FILLER = (
    "In conclusion, there is no doubt that everyone who embraces change with curiosity will be "
    "well prepared for the challenges and opportunities that lie ahead in the modern world of "
    "tomorrow."
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A passage in three articles, one of them with a changed word; the working directory."""
    (tmp_path / "a.md").write_text(f"# Bread again\n\nÄ. {BAKERY}\n", encoding="utf-8")
    (tmp_path / "b.md").write_text(f"# Boats\n\n{FERRY}\n\n{BAKERY}\n", encoding="utf-8")
    changed = BAKERY.replace("Friday", "Sunday")
    text = f"# Ovens\n\n{changed}\n\nThree towns bake as they used to.\n\n{FILLER}\n"
    (tmp_path / "c.md").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEDUPE_DEPTH", "fast")  # else it is a template of three articles
    return tmp_path


def fingerprints(cli: Cli, *arguments: str) -> dict[str, str]:
    """The names of the findings by path and rule."""
    rows = map(json.loads, cli("scan", *arguments, "-f", "jsonl").out.splitlines())
    return {f"{r['path']} {r['rule']}": r["fingerprint"] for r in rows if r["kind"] == "finding"}


# ----------------------------------------------------------------------------------- without engine


def test_arguments(cli: Cli, engine: Engine) -> None:
    """What is wanted, where, and with which settings."""
    assert cli("show", "1f0c", "x", "y", "--min-words", "9", "--select", "DUP").code == 0
    assert (engine.wanted, engine.paths, engine.source) == ("1f0c", ("x", "y"), None)
    assert engine.config.matching.min_words == 9
    assert engine.config.rules.select == ("DUP",)
    cli("show", "1f0c")
    assert engine.paths == (".",)
    cli("show", "1f0c", "--from", "r.jsonl")
    assert engine.source == "r.jsonl"
    assert not engine.paths


def test_result_and_paths_exclude_each_other(cli: Cli, engine: Engine) -> None:
    """A result knows its articles."""
    ran = cli("show", "1f0c", "x", "--from", "r.jsonl")
    assert ran.code == 2
    assert "--from" in ran.err


def test_text_and_json(cli: Cli, engine: Engine) -> None:
    """Both name the copies and the words that differ."""
    text = cli("show", "1f0c").out
    assert "articles/bakery.md:9 (2024-03-02, original)" in text
    assert "{+Saturday,+}" in text
    row = json.loads(cli("show", "1f0c", "-f", "json").out)
    assert (row["kind"], row["schema"]) == ("shown", "1.0")
    assert [copy["original"] for copy in row["shown"]["copies"]] == [True, False]


# -------------------------------------------------------------------------------------- with engine


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_copies_from_a_result_and_from_a_scan(cli: Cli, folder: Path, form: str) -> None:
    """A prefix or a place finds the same as the fingerprint, and both ways show the same."""
    names = fingerprints(cli, "-o", f"{form}:r.result")
    name = names["c.md DUP102"]
    shown = cli("show", name, "--from", "r.result")
    assert shown.code == 0
    assert "a.md:3 (original)" in shown.out
    assert "b.md:5" in shown.out
    assert "[-Sunday" in shown.out
    assert "{+Friday" in shown.out
    assert f"fingerprint: {name}" in shown.out
    for wanted in (name[:8], "c.md:3", "./c.md:3:1"):
        assert cli("show", wanted, "--from", "r.result").out == shown.out
        assert cli("show", wanted).out == shown.out


def test_a_result_knows_how_its_articles_were_read(cli: Cli, folder: Path) -> None:
    """Markdown that was read as plain text is read so again, in its encoding."""
    cli("scan", "--input-format", "txt", "--encoding", "latin-1", "-o", "jsonl:r.jsonl")
    ran = cli("show", "c.md:3", "--from", "r.jsonl")
    assert ran.code == 0
    assert "a.md:3 (original)" in ran.out


def test_result_from_standard_input(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dedupe scan -f jsonl | dedupe show FINDING --from -`."""
    result = cli("scan", "-f", "jsonl").out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(result.encode())))
    assert "a.md:3 (original)" in cli("show", "c.md:3", "--from", "-").out


def test_filler(cli: Cli, folder: Path) -> None:
    """The whole passage, however short the excerpt is, with its phrases in brackets."""
    cli("scan", "--excerpt-words", "3", "-o", "jsonl:r.jsonl")
    out = cli("show", "c.md:7", "--from", "r.jsonl").out
    assert "[the modern] world of tomorrow." in " ".join(out.replace("|", " ").split())


def test_whole_articles(cli: Cli, folder: Path) -> None:
    """Two articles are shown from end to end."""
    (folder / "d.md").write_bytes((folder / "b.md").read_bytes())
    name = fingerprints(cli)["d.md DUP101"]
    ran = cli("show", name, "--width", "60")
    assert ran.code == 0
    assert "1 of 1: b.md:1-5" in ran.out
    assert "identical, 105 words" in ran.out


def test_more_copies_than_are_named(cli: Cli, folder: Path) -> None:
    """It is said how many are missing, and how to see them."""
    out = cli("show", "c.md:3", "--max-matches", "1").out
    assert "1 more copy is known, but not named: see --max-matches." in out


@pytest.mark.parametrize(
    ("wanted", "message"),
    [("zzzz", "no finding zzzz in ."), ("c.md:99", "no finding c.md:99"), ("", "names 2 findings")],
)
def test_not_found_or_ambiguous(cli: Cli, folder: Path, wanted: str, message: str) -> None:
    """Nothing is guessed; several candidates are listed with their places."""
    ran = cli("show", wanted, "--select", "DUP,FIL301")
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    if not wanted:
        assert "DUP102  b.md:5:1" in ran.err


def test_changed_or_vanished_files(cli: Cli, folder: Path) -> None:
    """A result is older than the articles: the one that changed is named, nothing is shown."""
    name = fingerprints(cli, "-o", "jsonl:r.jsonl")["c.md DUP102"]

    def told() -> str:
        ran = cli("show", name, "--from", "r.jsonl")
        assert (ran.code, ran.out) == (2, "")
        return ran.err

    whole = {path: (folder / path).read_text(encoding="utf-8") for path in ("a.md", "c.md")}
    for path, text in whole.items():
        for changed in (text.replace("bakery", "bread shop"), text.replace("rye", "oat"), "x\n"):
            (folder / path).write_text(changed, encoding="utf-8")
            message = told()
            assert path in message
            assert "has changed since the scan" in message
        (folder / path).write_text("\n", encoding="utf-8")
        assert f"{path}: " in told()
        (folder / path).unlink()
        assert f"{path}: no such file; it was moved or deleted" in told()
        (folder / path).write_text(text, encoding="utf-8")
    assert cli("show", name, "--from", "r.jsonl").code == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"# Bread\n", "line 1: JSON is malformed"),
        (b'{"kind":"match"}\n', "Invalid value 'match'"),
        (b'{"run":{}}', "missing required field"),
        (b'{"kind":"summary"}', "line 1"),
        (b"\xff\xfe", "r.jsonl"),
    ],
)
def test_file_that_is_no_result(cli: Cli, folder: Path, content: bytes, reason: str) -> None:
    """File and reason are named, and how to write a result."""
    (folder / "r.jsonl").write_bytes(content)
    ran = cli("show", "1f0c", "--from", "r.jsonl")
    assert ran.code == 2
    assert "r.jsonl" in ran.err
    assert reason in ran.err
    assert "--output jsonl:FILE" in ran.err


def test_result_of_another_version(cli: Cli, folder: Path) -> None:
    """What a later version wrote is not misread."""
    cli("scan", "-o", "jsonl:r.jsonl")
    text = (folder / "r.jsonl").read_text(encoding="utf-8")
    (folder / "r.jsonl").write_text(text.replace('"schema":"1.0"', '"schema":"2.0"', 1), "utf-8")
    foreign = text.replace('"rule":"DUP102"', '"rule":"../\\u001b[2J"')
    (folder / "r2.jsonl").write_text(foreign, encoding="utf-8")
    assert "of rule '../\\x1b[2J', which is not known" in cli("show", "1", "--from", "r2.jsonl").err
    assert "has schema 2.0" in cli("show", "1f0c", "--from", "r.jsonl").err
    assert "cannot read none.jsonl" in cli("show", "1f0c", "--from", "none.jsonl").err
