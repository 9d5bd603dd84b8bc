from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from dedupe.arrays import U32
from dedupe.baseline import NEAR_BITS, Passage, dump, entries_of, load, match
from dedupe.errors import BaselineError
from dedupe.model import NORMALISER, BaselineEntry

EMPTY = f'{{"format": 1, "normaliser": {NORMALISER}, "entries": []}}'


@pytest.fixture
def words(rng: np.random.Generator) -> U32:
    """Forty words."""
    return some_words(rng, 40)


def some_words(rng: np.random.Generator, count: int) -> U32:
    """Hashes of words."""
    return rng.integers(0, 2**32, count, dtype=np.uint32)


def edited(words: U32, *places: int) -> U32:
    """The same passage with other words in some places."""
    changed = words.copy()
    changed[list(places)] ^= np.uint32(0x55555555)
    return changed


def at(path: str, words: U32, rule: str = "DUP102") -> Passage:
    """A finding."""
    return Passage(rule, path, words)


def known(
    now: Sequence[Passage], before: Sequence[Passage], gone: Sequence[str] = ()
) -> list[bool]:
    """Which findings a baseline of earlier ones knows."""
    return match(now, entries_of(before), gone).known


# ----------------------------------------------------------------------------------------- passages


def test_hash_is_of_the_words_in_their_order() -> None:
    """By hand: BLAKE2b with 8 bytes of `01 00 00 00 02 00 00 00`."""
    assert at("a.md", np.array([1, 2], np.uint32)).hash == "2be61d6b44e007e6"
    assert at("b.md", np.array([2, 1], np.uint32)).hash != "2be61d6b44e007e6"


def test_near_is_a_majority_of_bits() -> None:
    """Of one word it is the word's own number; a word that comes twice counts once."""
    one, two, three = (at("a.md", np.array([word], np.uint32)).near for word in (1, 2, 3))
    all_three = at("a.md", np.array([1, 2, 3, 3, 3, 3], np.uint32)).near
    assert all_three == (one & two) | (one & three) | (two & three)


@pytest.mark.parametrize("count", [15, 40, 100])
def test_one_changed_word_is_near_and_another_passage_is_not(
    rng: np.random.Generator, count: int
) -> None:
    """By theory a word of 15 moves 6.7 bits, deviating by 2.45, so more than 12 in 1.5%.

    Four deviations of that share of 400 make 4%. Other passages differ in 32 bits, deviating by 4.
    """
    near = far = 0
    for _ in range(400):
        words, other = some_words(rng, count), some_words(rng, count)
        own = at("a.md", words).near
        near += (own ^ at("a.md", edited(words, count // 2)).near).bit_count() <= NEAR_BITS
        far += (own ^ at("a.md", other).near).bit_count() <= NEAR_BITS
    assert near >= 0.96 * 400
    assert far == 0


# ----------------------------------------------------------------------------------------- matching


def test_article_and_rule_belong_to_a_finding(words: U32) -> None:
    """A verbatim copy in another article is new, as is what another rule says."""
    now = [at("a.md", words), at("b.md", words), at("a.md", words, "FIL303")]
    assert known(now, [at("a.md", words)]) == [True, False, False]


def test_repeats_count(words: U32) -> None:
    """Two known places of one passage cover two, and the third is new."""
    now = [at("a.md", words)] * 3
    assert known(now, now[:2]) == [True, True, False]
    assert match(now[:1], entries_of(now), ()).left == [2]


def test_edited_passage_is_known_while_its_entry_is_free(words: U32) -> None:
    """The entry of a passage that still stands covers no other."""
    old, new = at("a.md", words), at("a.md", edited(words, 7))
    assert known([new], [old]) == [True]
    assert known([old, new], [old]) == [True, False]
    assert known([new, old], [old]) == [False, True]
    assert known([at("b.md", new.words)], [old]) == [False]
    assert known([at("a.md", new.words, "FIL303")], [old]) == [False]


def test_nearest_passage_goes_first(words: U32) -> None:
    """Whichever stands first in the article."""
    twice, once = at("a.md", edited(words, 3, 9, 30)), at("a.md", edited(words, 3))
    for now in ([twice, once], [once, twice]):
        marks = dict(zip(now, known(now, [at("a.md", words)]), strict=True))
        assert marks == {once: True, twice: False}


def test_renamed_article(words: U32, rng: np.random.Generator) -> None:
    """Its passages are known where they are now, once each, and edited ones, too."""
    other = some_words(rng, 40)
    before = [at("a.md", words), at("a.md", other)]
    now = [at("n.md", words), at("n.md", edited(other, 5)), at("o.md", words)]
    assert known(now, before, ["a.md"]) == [True, True, False]
    assert known(now, before) == [False, False, False]


def test_passage_does_not_move_to_a_known_article(words: U32, rng: np.random.Generator) -> None:
    """There it is a copy that somebody has made."""
    before = [at("a.md", words), at("b.md", some_words(rng, 40))]
    assert known([at("b.md", words)], before, ["a.md"]) == [False]


# --------------------------------------------------------------------------------------------- file


def test_file_is_sorted_by_line_whatever_the_order() -> None:
    """By path, rule and hash; one entry a line."""
    entries = [
        BaselineEntry("FIL303", "a.md", "0" * 16, "0" * 16, 1),
        BaselineEntry("DUP102", "b.md", "0" * 16, "0" * 16, 2),
        BaselineEntry("DUP102", "a.md", "f" * 16, "1" * 16, 1),
        BaselineEntry("DUP102", "a.md", "e" * 16, "2" * 16, 1),
    ]
    zero = '"0000000000000000"'
    expected = f"""{{
  "format": 1,
  "normaliser": {NORMALISER},
  "entries": [
    {{"rule": "DUP102", "path": "a.md", "hash": "{"e" * 16}", "near": "{"2" * 16}", "count": 1}},
    {{"rule": "DUP102", "path": "a.md", "hash": "{"f" * 16}", "near": "{"1" * 16}", "count": 1}},
    {{"rule": "FIL303", "path": "a.md", "hash": {zero}, "near": {zero}, "count": 1}},
    {{"rule": "DUP102", "path": "b.md", "hash": {zero}, "near": {zero}, "count": 2}}
  ]
}}
"""
    assert dump(entries).decode() == expected
    assert dump(reversed(entries)).decode() == expected


def test_file_comes_back(tmp_path: Path, words: U32) -> None:
    """Any name of an article, and no entry at all."""
    file = tmp_path / "b.json"
    for paths in ((), ('é\u2028".md', "\\xe9.md")):
        entries = entries_of([at(path, words) for path in paths])
        file.write_bytes(dump(entries))
        assert load(str(file)) == entries
    assert [entry.path for entry in entries] == ["\\xe9.md", 'é\u2028".md']


ENTRY = msgspec.to_builtins(BaselineEntry("DUP102", "a.md", "0" * 16, "0" * 16, 1))


def _file(*entries: object, **members: object) -> str:
    whole = {"format": 1, "normaliser": NORMALISER, "entries": entries} | members
    return msgspec.json.encode(whole).decode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "truncated"),
        (EMPTY[:-1], "truncated"),
        ("[]", "Expected `object`"),
        ('{"format": 1}', "normaliser"),
        (_file(format=2), "its format is 2, that of this version 1"),
        (_file(normaliser=1), f"its normaliser is 1, that of this version {NORMALISER}"),
        (_file(more=1), "unknown field `more`"),
        (_file(ENTRY | {"more": 1}), "unknown field `more`"),
        (_file(ENTRY | {"count": 0}), "count"),
        (_file(ENTRY | {"hash": "0" * 15}), "hash"),
        (_file(ENTRY | {"near": "g" * 16}), "near"),
        (_file(ENTRY | {"rule": "\x1b[2J"}), "rule"),
        (_file(ENTRY, ENTRY | {"count": 2}), "an entry twice, of DUP102 in a.md"),
        ("<<<<<<< HEAD\n" + EMPTY, "merge conflict"),
        (EMPTY + "\n=======\n", "merge conflict"),
        ('{"format": 1, "normaliser": 2, "x": ' + "[" * 100_000, "recursion"),
        ("\xff", "JSON is malformed"),
    ],
)
def test_unusable_file(tmp_path: Path, content: str, reason: str) -> None:
    """File, reason and remedy are named."""
    file = tmp_path / "b.json"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(BaselineError) as caught:
        load(str(file))
    told = str(caught.value)
    assert str(file) in told
    assert reason in told
    assert f"dedupe baseline create PATHS --baseline {file} --force" in told


def test_missing_file(tmp_path: Path) -> None:
    """It is no empty baseline; what cannot be read is told by the system."""
    with pytest.raises(BaselineError, match=r"there is no baseline .*; write it with: dedupe base"):
        load(str(tmp_path / "b.json"))
    with pytest.raises(BaselineError, match=r"cannot read the baseline .*: Is a directory"):
        load(str(tmp_path))
