from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest

from dedupe.kernels.words import hash_word, hash_words
from dedupe.sources import text_batch
from dedupe.tables import (
    TOKEN_CAPITAL,
    TOKEN_DIGIT,
    TOKEN_FIRST,
    TOKEN_QUOTED,
    Reading,
    TextBatch,
    TokenTable,
)
from dedupe.tokens import ABBREVIATIONS, abbreviation_table, tokenise
from tests.strategies import block_batch


def tokens_of(*blocks: str) -> tuple[TextBatch, TokenTable]:
    """A batch of one article and its words."""
    batch, _ = block_batch(list(blocks))
    return batch, tokenise(batch)


def words(*blocks: str) -> list[str]:
    """The words of some blocks, as they stand in the text."""
    batch, table = tokens_of(*blocks)
    places = zip(table.start.tolist(), table.end.tolist(), strict=True)
    return [batch.data[start:end].tobytes().decode() for start, end in places]


def sentences(*blocks: str) -> list[str]:
    """The sentences of some blocks: their words with single spaces."""
    found, table = words(*blocks), tokens_of(*blocks)[1]
    bounds = table.sentence.tolist()
    return [" ".join(found[low:high]) for low, high in pairwise(bounds)]


def flagged(text: str, flag: int) -> list[str]:
    """Words of one block that carry a flag."""
    _, table = tokens_of(text)
    return [word for word, flags in zip(words(text), table.flags.tolist(), strict=True)
            if flags & flag]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The dog's bone, isn't it?", ["The", "dog's", "bone", "isn't", "it"]),
        ("'quoted' and dogs' bones", ["quoted", "and", "dogs", "bones"]),
        ("rock ’n’ roll", ["rock", "n", "roll"]),
        ("well-known and/or co_op", ["well", "known", "and", "or", "co", "op"]),
        ("3.14 or 1,000", ["3", "14", "or", "1", "000"]),
        ("in 1990s style, B2B", ["in", "1990s", "style", "B2B"]),
        ("wa\u00adter and wa\u200bter", ["wa\u00adter", "and", "wa\u200bter"]),
        ("\u200bwater\u200b now", ["water", "now"]),
        ("水は命です", ["水", "は", "命", "で", "す"]),
        ("Tokyo東京2020", ["Tokyo", "東", "京", "2020"]),
        ("Привет, мир", ["Привет", "мир"]),
        ("naïve café", ["naïve", "café"]),
        ("c@sh and Ca$h, $ale", ["c@sh", "and", "Ca$h", "ale"]),
        ("m@il and US$100, A$AP", ["m@il", "and", "US", "100", "A", "AP"]),
        ("cafe\u0301 au lait", ["cafe\u0301", "au", "lait"]),
        ("", []),
        (" \t\n ", []),
        ("--- *** ...", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """What a word is, and where it begins and ends, in several scripts."""
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see http://example.org/a-b?c=d#e now", ["see", "now"]),
        ("see https://example.org now", ["see", "now"]),
        ("see (www.example.org) now", ["see", "now"]),
        ("see WWW.Example.org, now", ["see", "now"]),
        ("write to jane@example.org now", ["write", "to", "now"]),
        ("write to jane.m.doe@example.org now", ["write", "to", "now"]),
        ("see <http://example.org>here", ["see", "here"]),
        ('href="http://example.org"here', ["href", "here"]),
        ("http://example.org", []),
        ("a http: b // c @ d ww.w www", ["a", "http", "b", "c", "d", "ww", "w", "www"]),
        ("at 10:30 or 4:1", ["at", "10", "30", "or", "4", "1"]),
        ("follow @jane now", ["follow", "jane", "now"]),
        ("write to c@sh.org or me@home now", ["write", "to", "or", "now"]),
    ],
)
def test_addresses_are_no_words(text: str, expected: list[str]) -> None:
    """Web and mail addresses vanish as a whole, and nothing else does."""
    assert words(text) == expected


@pytest.mark.parametrize(
    "text", ["write to jane_doe@example.org now", "write to jane-doe@example.org now",
             "write to jane+news@example.org now"]
)  # fmt: skip
def test_mail_addresses_with_marks_are_no_words(text: str) -> None:
    """The part before @ may hold hyphen, plus and underscore."""
    assert words(text) == ["write", "to", "now"]


@pytest.mark.parametrize(
    "text",
    [
        "see http://example.org\u00a0now",
        "see http://example.org\u3000now",
        "see http://example.org）now",
        "see http://example.org，now",
    ],
)
def test_address_ends_at_any_space_and_at_wide_punctuation(text: str) -> None:
    """The word behind is not swallowed, whichever space or full-width mark follows."""
    assert words(text) == ["see", "now"]


def test_words_behind_an_address_without_spaces() -> None:
    """In a script without spaces an address ends with the full stop behind it."""
    assert words("见http://example.org。水是生命") == ["见", "水", "是", "生", "命"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two three. Four five six.", 2),
        ("One two three. four five six.", 1),
        ("One two three! Four five six? Seven eight nine", 3),
        ("One two three… Four five six", 2),
        ("One two three.Four five six", 1),
        ("It costs 3.14 and more. It costs 2.5 or less.", 2),
        ("It costs three 3. 4 apples more are there.", 2),
        ("He met Mr. Smith there. He met Dr. Jones.", 2),
        ("They live in St. Paul, etc. And so on.", 1),
        ("He met J. R. Smith there today.", 1),
        ("Born in the U.S. Army camp he grew.", 1),
        ("He said “one two three.” Then he left.", 2),
        ('He said "one two three." Then he left.', 2),
        ("He said (one two three.) Then he left.", 2),
        ("He said 'one two three.' Then he left.", 2),
        ("Was it one two?! Then he left again.", 2),
        ("One two three. “Four five six”", 2),
        ("One two three. “four five six”", 1),
        ("水是生命。火是热的。", 2),
        ("水是生命！火是热的？好了吗", 3),
        ("水は命です。火は熱い。", 2),
        ("यह एक वाक्य है। यह दूसरा वाक्य है।", 2),
        ("One two three.\nFour five six.", 2),
        ("One two three.\u00a0Four five six.", 2),
        ("See the page at www.example.org today. Then go home now.", 2),
    ],
)
def test_number_of_sentences(text: str, expected: int) -> None:
    """Where a sentence ends, and where a full stop ends none."""
    assert len(sentences(text)) == expected


def test_short_sentences_join_the_next() -> None:
    """A sentence has three words at least; what is shorter belongs to the one that follows."""
    assert sentences("Yes. No way. This is one sentence. So is this one.") == [
        "Yes No way",
        "This is one sentence",
        "So is this one",
    ]


def test_short_rest_joins_the_last_sentence() -> None:
    """One or two words at the end are no sentence of their own, and open none."""
    text = "This is one sentence. The end."
    assert sentences(text) == ["This is one sentence The end"]
    assert flagged(text, TOKEN_FIRST) == ["This"]


def test_blocks_are_cut_apart() -> None:
    """A block ends its last sentence; a short one is a sentence, one without words has none."""
    assert sentences("A title", "", "One two three four", "---", "End") == [
        "A title",
        "One two three four",
        "End",
    ]
    table = tokens_of("A title", "", "One two three four", "---", "End")[1]
    assert table.block.tolist() == [0, 1, 1, 2, 2, 3]
    assert table.sentence.tolist() == [0, 2, 6, 7]


def test_long_sentences_are_cut() -> None:
    """Without full stops a sentence ends between 32 and 64 words, at a place the words decide."""
    text = [f"word{number}" for number in range(500)]
    sizes = [len(sentence.split()) for sentence in sentences(" ".join(text))]
    assert sum(sizes) == 500
    assert all(32 <= size <= 64 for size in sizes[:-1])
    assert sizes[-1] <= 66
    assert min(sizes[:-1]) < 64
    # The same words behind others are soon cut at the same places.
    found = sentences(" ".join(text))
    shifted = sentences(" ".join([*("other" for _ in range(7)), *text]))
    assert len(set(found) & set(shifted)) >= len(found) // 2


def test_sentence_of_one_repeated_word_is_cut_at_the_limit() -> None:
    """Where no word may end a sentence early, it ends with the 64th."""
    word = next(f"w{n}" for n in range(99) if hash_word(f"w{n}") & 15 != 0)
    assert [len(part.split()) for part in sentences(f"{word} " * 130)] == [64, 66]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("say “one two” three", ["one", "two"]),
        ('say "one two" three', ["one", "two"]),
        ("say «one two» three", ["one", "two"]),
        ('say "one” two', ["one"]),
        ("say “one two", ["one", "two"]),
        ("say one” two", []),
        ("say 'one' two", []),
        ('say "one" two "three"', ["one", "three"]),
    ],
)
def test_quoted_words(text: str, expected: list[str]) -> None:
    """Words between double quotation marks are told apart; apostrophes open nothing."""
    assert flagged(text, TOKEN_QUOTED) == expected


def test_quotation_does_not_leave_its_block() -> None:
    """A quotation that is never closed ends with the block."""
    _, table = tokens_of("say “one", "two")
    assert (table.flags & TOKEN_QUOTED).tolist() == [0, TOKEN_QUOTED, 0]


def test_capital_digit_and_first() -> None:
    """The other flags, in ASCII and beyond."""
    text = "Élan in Kyiv, B2 and 7th. Ähnlich war es ٣"
    assert flagged(text, TOKEN_CAPITAL) == ["Élan", "Kyiv", "B2", "Ähnlich"]
    assert flagged(text, TOKEN_DIGIT) == ["B2", "7th", "٣"]
    assert flagged(text, TOKEN_FIRST) == ["Élan", "Ähnlich"]


def test_abbreviations_are_distinct() -> None:
    """The table that the kernel looks them up in holds each of them once."""
    held = abbreviation_table()
    assert sorted(held[held > 0].tolist()) == sorted(hash_words(ABBREVIATIONS).tolist())
    assert len(set(ABBREVIATIONS)) == len(ABBREVIATIONS)


def test_tables_of_one_thread_outlive_the_next_batch() -> None:
    """The memory that a thread uses again is copied from, not handed out."""
    first = tokens_of("one two three four")[1]
    kept = first.hash.copy(), first.start.copy(), first.sentence.copy()
    tokens_of("entirely different words stand here " * 50)
    assert np.array_equal(first.hash, kept[0])
    assert np.array_equal(first.start, kept[1])
    assert np.array_equal(first.sentence, kept[2])


def test_threads_do_not_disturb_each_other() -> None:
    """Several threads at once give what each gives alone."""
    texts = [" ".join(f"w{n}x{k}" for k in range(3000)) for n in range(4)]
    alone = [tokens_of(text)[1].hash for text in texts]
    results: dict[int, list[bool]] = {n: [] for n in range(4)}

    def work(number: int) -> None:
        for _ in range(5):
            found = tokens_of(texts[number])[1].hash
            results[number].append(np.array_equal(found, alone[number]))

    running = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert all(results[n] == [True] * 5 for n in range(4))


def test_line_ends_do_not_matter() -> None:
    """CRLF, CR and LF give the same words, flags and sentences."""
    text = "One two three.\nFour five six “seven\neight” nine. Ten\n\nNew block here."
    tables = [tokenise(text_batch([text.replace("\n", end)])) for end in ("\n", "\r\n", "\r")]
    for table in tables[1:]:
        for name in ("hash", "flags", "sentence", "block"):
            assert np.array_equal(getattr(table, name), getattr(tables[0], name)), name


def test_reading_names_are_stable() -> None:
    """The first word of an article is found through its block and sentence."""
    batch = text_batch(["Title one\n\nSome text here.", "Other text there."])
    table = tokenise(batch)
    reading = Reading(batch, table, np.zeros(1, np.int64))
    assert reading.tokens is table
    first = table.sentence[table.block[np.searchsorted(batch.blocks.article, [0, 1])]]
    assert table.hash[first].tolist() == [hash_word("title"), hash_word("other")]
