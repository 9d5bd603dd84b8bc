"""Stems against the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from dedupe.arrays import U32
from dedupe.kernels import characters
from dedupe.kernels.disguises import ROOM
from dedupe.kernels.hashing import table_of
from dedupe.kernels.stemming import stem_words
from dedupe.kernels.words import hash_words, words_of
from tests import naive
from tests.strategies import awkward_texts


def stems(text: str) -> tuple[list[str], U32]:
    """The words of a text as they are found, and the hashes of their stems."""
    raw = text.encode()
    data = np.zeros(len(raw) // 64 * 64 + 128, np.uint8)
    data[: len(raw)] = np.frombuffer(raw, np.uint8)
    start, end = np.array([0]), np.array([len(raw)])
    known = np.sort(hash_words(sorted(naive.COMMON | {"money"})))
    words = words_of(data, start, end, table_of(np.empty(0, np.uint32)), known)
    out = np.empty(len(words.hash), np.uint32)
    tables = (*characters.character_table(), known)
    room = np.empty(ROOM, np.uint8)
    stem_words(data, words.start, words.end, words.hash, words.flags, *tables, room, out)
    edges = zip(words.start.tolist(), words.end.tolist(), strict=True)
    return [raw[low:high].decode() for low, high in edges], out


@given(awkward_texts)
def test_stem_is_the_hash_of_the_first_letters(text: str) -> None:
    """The hash that the oracle gives to five folded letters, whatever the script."""
    words, found = stems(text)
    for word, value in zip(words, found.tolist(), strict=True):
        folded = naive.read_word(word)[0]
        if len(folded) + 16 < ROOM:
            assert value == naive.word_hash(naive.stem(word)), word
        else:
            assert value in (naive.word_hash(naive.stem(word)), naive.word_hash(folded)), word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("running", "RUNNIER"), ("économies", "Économie"), ("Kyiv's", "Kyiv"), ("Kyiv’s", "kyiv"),
        ("коровами", "Корова"), ("don't", "don"), ("STRASSE", "Strassen"), ("water", "waters"),
        ("th3", "the"), ("shar3", "shared"), ("m0ney", "moneyless"), ("he11o", "hellos"),
        ("pаymеnts", "payment"), ("1234567", "1234589"), ("12345678", "1234589"), ("5'1", "5"),
    ],
)  # fmt: skip
def test_words_with_one_stem(one: str, other: str) -> None:
    """Inflection, case and the 's of a possessive make no difference."""
    _, found = stems(f"{one} {other}")
    assert found[0] == found[1]


@pytest.mark.parametrize(("one", "other"), [("water", "waste"), ("run", "running"), ("東", "京")])
def test_words_with_other_stems(one: str, other: str) -> None:
    """Short words, and characters of scripts without spaces, stay what they are."""
    _, found = stems(f"{one} {other}")
    assert found[0] != found[1]
