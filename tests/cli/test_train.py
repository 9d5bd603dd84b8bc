"""`train` from the command line, the real thing; articles are made of words drawn at random."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from dedupe.filler.modelfile import load
from tests.cli.conftest import Cli

USUAL = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "that",
    "is",
    "for",
    "on",
    "with",
    "as",
    "by",
    "it",
    "was",
    "be",
    "this",
    "are",
    "from",
    "or",
]
PLAIN = [
    "ferry",
    "mill",
    "harbour",
    "bread",
    "copper",
    "ledger",
    "violin",
    "orbit",
    "pepper",
    "river",
    "soil",
    "teacher",
]
EMPTY = [
    "journey",
    "potential",
    "embrace",
    "future",
    "meaningful",
    "lasting",
    "truly",
    "landscape",
    "vital",
    "shape",
]


def paragraph(rng: random.Random, words: list[str]) -> str:
    """Forty words in four sentences."""
    drawn = [rng.sample(USUAL, 6) + rng.choices(words, k=4) for _ in range(4)]
    for sentence in drawn:
        rng.shuffle(sentence)
    return " ".join(" ".join(sentence).capitalize() + "." for sentence in drawn)


def write(folder: Path, articles: int, words: list[str]) -> None:
    """Articles of ten paragraphs."""
    folder.mkdir()
    rng = random.Random(folder.name)
    for number in range(articles):
        text = "\n\n".join(paragraph(rng, words) for _ in range(10))
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Accepted articles and articles of filler; the working directory."""
    write(tmp_path / "accepted", 45, PLAIN)
    write(tmp_path / "filler", 40, EMPTY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_limits_are_those_of_the_accepted_articles(cli: Cli, folder: Path) -> None:
    """A preset flags its share of them; the model is named, and scans by its name."""
    ran = cli("train", "accepted", "-o", "own.npz")
    assert ran.code == 0
    assert ran.out.startswith("own.npz: en-")
    assert "from 45 articles with 450 paragraphs" in ran.out
    limits = load(folder / "own.npz").limits
    assert list(limits.values()) == sorted(limits.values(), reverse=True)
    rows = cli("scan", "accepted", "--model", "own.npz", "-f", "passages").out.splitlines()
    scores = [row["filler"] for row in map(json.loads, rows) if row["kind"] == "passage"]
    limit = round(limits["default"], 4)  # as scores are; the tenth lies a hair below it
    flagged = sum(score > limit for score in scores)
    assert flagged == 8  # two in a hundred, less what closing passages may add
    run = json.loads(
        cli("scan", "accepted", "--model", "own.npz", "-f", "jsonl").out.split("\n")[0]
    )
    assert run["model"] == load(folder / "own.npz").name


def test_same_articles_same_bytes(cli: Cli, folder: Path) -> None:
    """On one day, in whatever order they are named."""
    cli("train", "accepted", "-o", "a.npz")
    cli("train", *(f"accepted/{number:02}.txt" for number in reversed(range(45))), "-o", "b.npz")
    assert (folder / "a.npz").read_bytes() == (folder / "b.npz").read_bytes()


def test_the_day_is_that_of_the_epoch(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model can be made again, to the byte, on another day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    cli("train", "accepted", "-o", "own.npz")
    assert load(folder / "own.npz").header.date == "1970-01-02"


def test_heads_are_learned_from_filler(cli: Cli, folder: Path) -> None:
    """Words that only the filler uses raise the score, where the shipped model does not know."""
    assert cli("train", "accepted", "--filler", "filler", "-o", "own.npz").code == 0
    text = paragraph(random.Random(1), EMPTY), paragraph(random.Random(1), PLAIN)
    (folder / "new").mkdir()
    (folder / "new" / "article.txt").write_text("\n\n".join(text), encoding="utf-8")
    wording = {}
    for model in ("own.npz", "builtin"):
        rows = cli("scan", "new", "--model", model, "-f", "passages").out.splitlines()
        found = (json.loads(row)["signals"]["generic"] for row in rows if '"passage"' in row)
        empty, plain = found
        wording[model] = empty - plain
    assert wording["own.npz"] > wording["builtin"] + 1


def test_too_few_articles_are_told(cli: Cli, folder: Path) -> None:
    """With how many there are and how many it takes; no model is left behind."""
    ran = cli("train", "accepted/00.txt", "-o", "own.npz")
    assert (ran.code, ran.out) == (2, "")
    assert "10 accepted paragraphs of 25 words or more are too few" in ran.err
    assert "400" in ran.err
    ran = cli("train", "accepted", "--filler", "filler/00.txt", "-o", "own.npz")
    assert ran.code == 2
    assert "1 articles of filler are too few" in ran.err
    assert not (folder / "own.npz").exists()


def test_what_was_not_read_is_named(cli: Cli, folder: Path) -> None:
    """And the rest is learned from."""
    (folder / "accepted" / "broken.txt").write_bytes(b"\xff\xfe\x00")
    ran = cli("train", "accepted", "-o", "own.npz")
    assert ran.code == 0
    assert "accepted/broken.txt: not read:" in ran.err


def test_bad_models_and_paths_end_with_2(cli: Cli, folder: Path) -> None:
    """A file that is no model, one that is not there, a folder that is not there."""
    (folder / "no.npz").write_bytes(b"no model")
    for arguments in (
        ("scan", "accepted", "--model", "no.npz"), ("scan", "accepted", "--model", "absent.npz"),
        ("train", "accepted", "--model", "no.npz"), ("train", "absent"), ("train",),
    ):  # fmt: skip
        ran = cli(*arguments)
        assert ran.code == 2, arguments
        assert ran.err
