from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest

from dedupe.errors import InternalError
from dedupe.filler import lexicon, make_lexicon
from dedupe.filler.archive import write_arrays
from dedupe.filler.lexicon import HeadingMark, Lexicon, Mark, heading_lexicon, prose_lexicon
from dedupe.kernels.words import hash_word, hash_words

LISTS = tomllib.loads(Path(lexicon.__file__).with_name("phrases.toml").read_text(encoding="utf-8"))[
    "list"
]


def marks_of(found: Lexicon, phrase: str) -> int:
    """Follow a phrase through the tables, as the kernel does, with dictionaries."""
    hashes = [hash_word(word) for word in phrase.split()]
    words = {
        int(key): int(mark)
        for key, mark in zip(found.word_key, found.word_mark, strict=True)
        if mark
    }
    edges = {
        int(key): int(state)
        for key, state in zip(found.edge_key, found.edge_state, strict=True)
        if state
    }
    entry = words.get(hashes[0], 0)
    marks, state = (entry & 0xFFFF) if len(hashes) == 1 else 0, entry >> 16
    for value in hashes[1:]:
        state = edges.get(state << 32 | value, 0)
    return marks | int(found.state_mark[state])


@pytest.mark.parametrize("part", LISTS, ids=[part["name"] for part in LISTS])
def test_every_list_names_its_source_and_licence(part: dict[str, str]) -> None:
    """A list without a source or with another licence than these cannot be shipped."""
    assert part["source"]
    assert set(part["licence"].split(" (")[0].split(", ")) <= {"MIT", "BSD-3-Clause", "Apache-2.0"}
    assert part["entries"]


def test_every_list_is_used() -> None:
    """No list stands in the file that no rule reads, and none is missing."""
    tables = (
        *make_lexicon._PROSE_PHRASES,
        *make_lexicon._PROSE_WORDS,
        *make_lexicon._HEADING_PHRASES,
        *make_lexicon._HEADING_WORDS,
        "brace-word",
        "form-heading",
    )
    assert {part["name"] for part in LISTS} == set(tables)


def test_lists_are_lower_case_and_balanced() -> None:
    """Entries are folded, and their brackets are not nested."""
    for entry in itertools.chain.from_iterable(part["entries"] for part in LISTS):
        assert entry == entry.lower()
        assert re.fullmatch(r"(?:[\w' ]|\([\w'| ]*\))+", entry), entry


def test_each_mark_is_one_bit() -> None:
    """Marks of one lexicon do not overlap and fit the half of an entry that is theirs."""
    for kind in (Mark, HeadingMark):
        bits = [value for name, value in vars(kind).items() if name.isupper()]
        assert len(set(bits)) == len(bits)
        assert all(value.bit_count() == 1 and value < 1 << 16 for value in bits)


@pytest.mark.parametrize(
    ("phrase", "mark"),
    [
        ("in conclusion", Mark.CLOSING),
        ("to sum it all up", Mark.CLOSING),
        ("ultimately", Mark.CLOSING_COMMA | Mark.STOCK),
        ("looking ahead", Mark.OUTLOOK),
        ("in this comprehensive guide we'll", Mark.META),
        ("this article will explore", Mark.META),
        ("many experts have long argued", Mark.WEASEL),
        ("experts say", Mark.WEASEL),
        ("it is widely believed", Mark.WEASEL),
        ("plays an increasingly vital role", Mark.STOCK_PHRASE),
        ("official website", Mark.SITE),
        ("testament", Mark.STOCK),
        ("tags", Mark.FIELD),
        ("in", 0),
        ("in conclusion the", 0),
        ("experts", 0),
        ("say experts", 0),
    ],
)
def test_phrases_of_running_text(phrase: str, mark: int) -> None:
    """Alternatives and optional words are followed; beginnings of a phrase say nothing."""
    assert marks_of(prose_lexicon(), phrase) == mark


@pytest.mark.parametrize(
    ("phrase", "mark"),
    [
        ("navigating", HeadingMark.FRAME),
        ("the growing importance of", HeadingMark.FRAME),
        ("final thoughts", HeadingMark.WHOLE | HeadingMark.CLOSING),
        ("key takeaways", HeadingMark.WHOLE | HeadingMark.TAKEAWAY),
        ("write a brief", HeadingMark.INSTRUCTION),
        ("reader", HeadingMark.DOCUMENT),
        ("the", HeadingMark.STOP),
        ("harbour", 0),
    ],
)
def test_phrases_of_headings(phrase: str, mark: int) -> None:
    """Headings have lists of their own."""
    assert marks_of(heading_lexicon(), phrase) & mark == mark


def test_word_hashes_are_those_of_the_tokeniser() -> None:
    """Words hashed together get the hash that each gets alone, apostrophes included."""
    words = ["in", "let's", "naïve", "conclusion", "a"]
    assert hash_words(words).tolist() == [hash_word(word) for word in words]


def test_two_words_are_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of a list of words that is no single word is a defect of the file, and named."""
    monkeypatch.setattr(make_lexicon, "entries", lambda _: ("context", "in-depth"))
    with pytest.raises(InternalError, match=r"phrases\.toml: 'in-depth' is 2 words, not one"):
        make_lexicon.build({}, {"words": 1})


def test_shipped_tables_are_those_of_the_lists(tmp_path: Path) -> None:
    """`python -m dedupe.filler.make_lexicon` gives the bytes of the file that is shipped."""
    path = tmp_path / "lexicon.npz"
    write_arrays(path, make_lexicon.tables())
    assert path.read_bytes() == lexicon.PATH.read_bytes()


def test_the_bit_sets_hold_every_word_and_pair() -> None:
    """The bits that are asked first never hide a word or the beginning of a phrase."""
    found = prose_lexicon()
    for key, mark in zip(found.word_key.tolist(), found.word_mark.tolist(), strict=True):
        place = key >> 16
        if mark:
            assert int(found.known[place >> 6]) >> (place & 63) & 1
        if mark & 0xFFFF or int(found.state_mark[mark >> 16]):
            assert int(found.alone[place >> 6]) >> (place & 63) & 1
