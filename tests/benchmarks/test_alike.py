from __future__ import annotations

import hashlib
import re
from itertools import combinations

import pytest

from benchmarks import alike
from benchmarks.engines import naive as engine
from tests import naive


@pytest.fixture(scope="module")
def made() -> alike.Made:
    """About 80 articles."""
    return alike.make(300_000)


def test_same_size_gives_same_bytes(made: alike.Made) -> None:
    """The texts are what they were when this digest was written down."""
    digest = hashlib.sha256("\0".join(made.texts.values()).encode()).hexdigest()
    assert digest == "0297ed695b97ec761b9e299f9ab4476bbe7e753b1fb8d0461c63c7227c685c3d"


def test_pairs_are_as_alike_as_they_say(made: alike.Made) -> None:
    """Counted from the texts, every similarity is exact, and every level occurs."""
    words = {name: re.findall("[a-z]+", text.lower()) for name, text in made.texts.items()}
    for pair in made.pairs:
        sets = (naive.shingles(words[name], 5) for name in (pair.a, pair.b))
        assert pair.similarity == naive.jaccard(*sets)
    levels = {min(s for s in alike.SIMILARITIES if p.similarity <= s) for p in made.pairs}
    assert levels == set(alike.SIMILARITIES)


def test_nothing_else_is_alike(made: alike.Made) -> None:
    """Texts that are no pair share next to nothing, so the truth is the whole truth."""
    paired = {frozenset((pair.a, pair.b)) for pair in made.pairs}
    words = {name: naive.shingles(text.lower().split(), 5) for name, text in made.texts.items()}
    others = [pair for pair in combinations(words, 2) if frozenset(pair) not in paired]
    assert max(naive.jaccard(words[a], words[b]) for a, b in others) < 0.01


def test_naive_engine_finds_the_truth(made: alike.Made) -> None:
    """All pairs of at least one half are reported, and no other."""
    names = list(made.texts)
    found = {frozenset((names[a], names[b])) for a, b in engine.pairs(list(made.texts.values()))}
    assert found == {frozenset((p.a, p.b)) for p in made.pairs if p.similarity >= 0.5}
