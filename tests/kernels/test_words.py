from __future__ import annotations

import gzip
import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given

from dedupe import tables
from dedupe.arrays import U32, U64
from dedupe.kernels import characters as ch
from dedupe.kernels import make_unicode, make_words
from dedupe.kernels.characters import character_table
from dedupe.kernels.disguises import ROOM
from dedupe.kernels.hashing import table_of
from dedupe.kernels.words import (
    ALL_CAPITALS,
    CAPITAL,
    DISGUISED,
    FIRST,
    HAS_DIGIT,
    MASKS,
    QUOTED,
    Words,
    hash_word,
    words_of,
)
from dedupe.kernels.words import classify as classify_kernel
from tests import naive
from tests.strategies import awkward_texts, block_batch

ABBREVIATIONS: U32 = table_of(
    np.array([naive.word_hash(word.encode()) for word in naive.ABBREVIATIONS], np.uint32)
)
COMMON: U32 = np.array(sorted(naive.word_hash(word.encode()) for word in naive.COMMON), np.uint32)


def classify(text: bytes) -> U64:
    """The kernel's masks of a text of one block."""
    data = np.frombuffer(text + bytes(-len(text) % 64 + 64), np.uint8)
    masks = np.full((MASKS, len(data) // 64), 2**64 - 1, np.uint64)
    one, room = np.zeros(1, np.int64), len(data)
    odd = np.empty(room, np.int32), np.empty(room, np.uint32), np.empty(room, np.uint8)
    form = np.empty(ROOM, np.uint8)
    classify_kernel(data, one, one + len(text), *character_table(), COMMON, form, masks, *odd)
    return masks


def bits(mask: U64, size: int) -> list[int]:
    """Places of the one bits."""
    return [i for i in range(size) if int(mask[i >> 6]) >> (i & 63) & 1]


def split_blocks(blocks: list[str], gap: int = 1) -> tuple[Words, list[int]]:
    """The kernel on some blocks with the abbreviations of the oracle; and the blocks' places."""
    batch, starts = block_batch(blocks, gap)
    table = words_of(batch.prose, batch.blocks.start, batch.blocks.end, ABBREVIATIONS, COMMON)
    return table, starts


def assert_equals_oracle(blocks: list[str], gap: int = 1) -> None:
    """Words, places, hashes, flags and sentences of the kernel are those of the oracle."""
    table, starts = split_blocks(blocks, gap)
    places: list[tuple[int, int]] = []
    hashes: list[int] = []
    flags: list[int] = []
    sentences: list[int] = []
    first = [0]
    for block, base in zip(blocks, starts, strict=True):
        words, opens = naive.split_words(block)
        byte = [len(block[:i].encode()) + base for i in range(len(block) + 1)]
        for number, word in enumerate(words):
            places.append((byte[word.start], byte[word.end]))
            hashes.append(naive.word_hash(word.folded))
            flags.append(
                word.capital * CAPITAL | word.digit * HAS_DIGIT | word.quoted * QUOTED
                | (number in opens) * FIRST | word.disguised * DISGUISED
            )  # fmt: skip
        sentences += [place + len(places) - len(words) for place in opens]
        first.append(len(sentences))
    assert list(zip(table.start.tolist(), table.end.tolist(), strict=True)) == places
    assert table.hash.tolist() == hashes
    assert (table.flags & ~np.uint8(ALL_CAPITALS)).tolist() == flags
    assert table.sentence.tolist() == [*sentences, len(places)]
    assert table.block.tolist() == first


def test_classify_tells_words_and_events() -> None:
    """Each row of masks holds the bytes its name says, and nothing behind the text."""
    text = b"Don't say '90s! \"it's\" 5:4 x / `x` ... O'"
    letters, starts, events, _, before = classify(text)
    kept = [chr(text[i]) for i in bits(letters, 128)]
    assert "".join(kept) == "Don'tsay90sit's54xxO"
    assert "".join(chr(text[i]) for i in bits(starts, 128)) == "Ds9i54xxO"
    assert "".join(chr(text[i]) for i in bits(events, 128)) == '!""...'
    assert before.tolist() == [0, 9]


@pytest.mark.parametrize("offset", range(131))
def test_apostrophe_joins_letters_wherever_it_stands(offset: int) -> None:
    """An apostrophe between letters is part of the word at every place of the 64-byte grid."""
    masks = classify(b" " * offset + b"o'c '' d' 'e")
    size = offset + 12
    assert bits(masks[0], size) == [offset + k for k in (0, 1, 2, 7, 11)]


@given(awkward_texts)
@example("")
@example("...")
@example("x" * 300)
@example("Ünïcödé don’t “quote it. Now” and then? Yes. No more of that. 中文字。文字 end")
def test_split_equals_the_oracle_on_awkward_text(text: str) -> None:
    """Words, hashes, flags, places and sentences of any text are those of the slow splitter."""
    assert_equals_oracle([text])


@pytest.mark.parametrize("words", range(60, 66))
def test_address_is_found_where_a_long_sentence_is_cut(words: int) -> None:
    """The words of an address do not count for the length of a sentence."""
    text = " ".join("x" * (number % 9 + 1) for number in range(words))
    for address in ("http://a.org/b", "first.last@host.org", "www.a.org"):
        table, _ = split_blocks([f"{text} {address} and more of it"])
        assert len(table.hash) == words + 4
        assert_equals_oracle([f"{text} {address} and more of it"])


@given(awkward_texts, awkward_texts)
@example("one two", "")
@example("", "only")
def test_blocks_do_not_touch_each_other(first: str, second: str) -> None:
    """Neither quotes, nor sentences, nor anything else runs from one block into the next."""
    assert_equals_oracle([first, second, first])


@pytest.mark.parametrize("gap", range(0, 131, 5))
def test_split_equals_the_oracle_wherever_the_text_stands(gap: int) -> None:
    """The place of a text in the 64-byte grid changes nothing: long words, quotes, addresses."""
    text = (
        "Mr. O'Neil's “naïve” plan cost 3.14 million. "
        + "abcdefgh" * 8
        + " ends. See http://a.org/b?c now. Was it don't-care? It was 中文 in ﬁnal form's. "
        + "I" * 63
        + "'s fine."
    )
    assert_equals_oracle([text, "Second block, with “open quote"], gap)


@pytest.mark.parametrize(
    "word", ["a", "it's", "water", "eightlet", "ninelette", "o'clock", "7", "X" * 15, "Y" * 16]
)
def test_hash_does_not_depend_on_the_place(word: str) -> None:
    """A word has one hash at all offsets 0..130, at the beginning, and before any punctuation."""
    want = naive.word_hash(word.lower().encode())
    for offset in range(131):
        for behind in ("", " ", ".", ",", "”", '"', "’ ", "\u00ad"):
            table, _ = split_blocks([word + behind], offset)
            assert table.hash.tolist() == [want], (offset, behind)


@pytest.mark.parametrize("size", [*range(1, 20), 62, 63, 64, 65, 127, 128, 129, 255, 256, 257, 600])
def test_words_of_every_length_are_hashed_as_the_oracle_does(size: int) -> None:
    """The eight-byte loop, its rest and the length of a word agree with the oracle."""
    word = ("abcdefghijklmnopqrstuvwxyz0123456789" * 20)[:size]
    assert hash_word(word) == naive.word_hash(word.encode())
    assert hash_word("é" + word) == naive.word_hash(("e\u0301" + word).encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("water", "WATER"),
        ("water", "ｗａｔｅｒ"),
        ("finance", "ﬁnance"),
        ("don't", "don’t"),
        ("don't", "donʼt"),
        ("don't", "don＇t"),
        ("water", "wa\u00adter"),
        ("water", "wa\u200bter"),
        ("water", "wat\ufeffer"),
        ("water", "wat\x7fer"),
        ("don't", "don\u00ad't"),
        ("café", "cafe\u0301"),
        ("CAFÉ", "cafe\u0301"),
        ("Ångström", "A\u030angstro\u0308m"),
        ("strasse", "Straße"),
        ("οδος", "ΟΔΟΣ"),
        ("2024", "２０２４"),
        ("i̇stanbul", "İstanbul"),
        ("viii", "Ⅷ"),
        ("한국", unicodedata.normalize("NFD", "한국")),
        ("paypal", "p\u0430yp\u0430l"),
        ("people", "Ꮲeօple"),
        ("naïve", "na\u0457ve"),
        ("don't", "d\u043en't"),
        ("молоко", "мoлoкo"),
        ("ελλάδα", "Ελλάδa"),
        ("paper", "p\u03b1per"),
        ("free", "ꜰʀᴇᴇ"),
        ("money", "m0ney"),
        ("money", "M0N3Y"),
        ("money", "mon\u200b3y"),
        ("money", "m\u043en3y"),
        ("hello", "he11o"),
        ("hello", "hell0"),
        ("cash", "c@sh"),
        ("password", "p4$$w0rd"),
    ],
)
def test_spellings_of_one_word_have_one_hash(one: str, other: str) -> None:
    """Case, width, ligatures, apostrophes, invisible characters, composition do not matter.

    Nor do letters of another script inside a word, and digits and signs among letters.
    """
    assert hash_word(one) == hash_word(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("cafe", "café"), ("dont", "don't"), ("its", "it's"), ("resume", "résumé"), ("a", "а")],
        *[("mama", "\u043c\u0430\u043c\u0430"), ("tnfa", "TNFα")],
        *[("loss", "1055"), ("utfb", "utf8"), ("k8s", "k9s"), ("step5", "step3"), ("1st", "4st")],
    ],
)
def test_different_words_have_different_hashes(one: str, other: str) -> None:
    """Accents and apostrophes matter, a word of one script is none of another, numbers count."""
    assert hash_word(one) != hash_word(other)


@pytest.mark.parametrize(
    ("letters", "digits"),
    [
        ("the", "th3"), ("of", "0f"), ("not", "n0t"), ("share", "shar3"), ("they're", "th3y'r3"),
        ("hidii", "h1d11"), ("mpe", "mp3"), ("steps", "step5"), ("plane", "plan3"),
        ("ally", "a11y"), ("look", "100k"), ("sale", "5ale"), ("heel", "hE3l"),
    ],
)  # fmt: skip
def test_digits_are_read_generously_and_told_sparingly(letters: str, digits: str) -> None:
    """What may be letters is compared as letters, but no honest word is called a disguise."""
    assert hash_word(letters) == hash_word(digits)
    table, _ = split_blocks([digits])
    assert not table.flags[0] & DISGUISED


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("l'été", "l’été"),
        ("d'État", "d’État"),
        ("dell'età", "dell’età"),
        ("l'œuvre", "l’œuvre"),
    ],
)
def test_straight_apostrophe_before_a_letter_with_an_accent(one: str, other: str) -> None:
    """French and Italian elisions are one word, whichever apostrophe was typed."""
    assert hash_word(one) == hash_word(other)


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_apostrophe_between_digits_does_not_depend_on_the_neighbourhood(apostrophe: str) -> None:
    """5'6 is one word in a text of ASCII, beside a curly quote, and behind an accent."""
    word = f"5{apostrophe}6"
    for text in (word, word + "”", "“" + word, word + " é"):
        table, _ = split_blocks([text])
        assert table.hash[0] == naive.word_hash(b"5'6"), text
    assert hash_word("é5'6") == naive.word_hash("e\u03015'6".encode())


def test_backtick_is_one_thing_in_every_text() -> None:
    """A backtick parts words, beside ASCII letters and beside others."""
    ascii_table, _ = split_blocks(["ab`c"])
    other_table, _ = split_blocks(["äb`c"])
    assert len(ascii_table.hash) == len(other_table.hash) == 2


def test_invisible_character_behind_an_apostrophe_is_not_seen() -> None:
    """A soft hyphen behind the apostrophe does not part a word."""
    table, _ = split_blocks(["don'\u00adt", "don’\u00adt"])
    assert table.hash.tolist() == [hash_word("don't")] * 2


@pytest.mark.parametrize("word", ["", "two words", "...", "a.b"])
def test_hash_word_refuses_what_is_not_one_word(word: str) -> None:
    """A phrase list with a typing error is noticed."""
    with pytest.raises(ValueError, match="not one"):
        hash_word(word)


def characters() -> list[str]:
    """Every character up to U+3000, and every 31st of the others."""
    codes = [*range(0x3000), *range(0x3000, 0x110000, 31)]
    return [chr(code) for code in codes if not 0xD800 <= code < 0xE000]


@pytest.mark.skipif(
    unicodedata.unidata_version != str(np.load(make_unicode.PATH, allow_pickle=False)["unicode"]),
    reason="the shipped table was built from another version of Unicode",
)
def test_shipped_table_is_what_its_builder_makes() -> None:
    """Class, case and folded form of the characters are those that `make_unicode` derives."""
    table = character_table()
    pool = table.pool.tobytes()
    for char in characters():
        code = ord(char)
        at = int(table.page[code >> 8]) << 8 | code & 0xFF
        assert table.kind[at] == make_unicode.character_class(char), hex(code)
        if table.kind[at] & ch.CLASS in (ch.LETTER, ch.DIGIT, ch.SINGLE):
            form = char.encode()
            if table.fold_start[at]:
                first = int(table.fold_start[at]) - 1
                form = pool[first : first + int(table.fold_size[at])]
            assert form == make_unicode.folded(char), hex(code)
            foreign = table.kind[at] & ch.FOREIGN
            assert table.look[at] == (make_unicode.look(char) if foreign else 0), hex(code)
    assert np.array_equal(table.twin, make_unicode.twins())


def test_lookalikes_are_foreign_letters_and_symbols_among_them() -> None:
    """No Latin letter is listed, nothing twice, and every letter of the way back is a small one."""
    listed = "".join(make_unicode.LOOKALIKES.values())
    assert len(set(listed)) == len(listed)
    assert {ch.kind_of(char) & (ch.LATIN | ch.FOREIGN) for char in listed} == {ch.FOREIGN}
    assert set(listed) >= make_unicode.SYMBOLS - {"η"}
    twins = "".join(letters for _, letters in make_unicode.TWINS.values())
    assert {ch.kind_of(char) & (ch.UPPER | ch.FOREIGN) for char in twins} == {ch.FOREIGN}


def test_common_words_are_sorted_hashes() -> None:
    """Words of everyday English are among them, numbers and names of one letter are not."""
    words = ch.common_words()
    assert np.all(words[1:] > words[:-1])
    assert np.isin([hash_word("money"), hash_word("between")], words).all()
    assert not np.isin([hash_word("covid19"), hash_word("mp3"), hash_word("qzxv")], words).any()


@pytest.mark.parametrize(
    ("chars", "kind"),
    [
        ("aéяא가ͅ", ch.LETTER),
        ("07٣१", ch.DIGIT),
        ("中あカกខက", ch.SINGLE),
        ("'’ʼ", ch.APOSTROPHE),
        (".!?…。։؟।", ch.TERMINATOR),
        (" \t\u00a0\u3000\x00", ch.SPACE),
        ("\n\r\u2028\u0085", ch.NEWLINE),
        ("\u00ad\u200b\ufeff\x7f\ufe0f", ch.IGNORABLE),
        ('"“«「', ch.OPENING_QUOTE),
        ("”»」", ch.CLOSING_QUOTE),
        (")]}）", ch.CLOSER),
        (",;-—€😀_", ch.OTHER),
    ],
)
def test_class_of_well_known_characters(chars: str, kind: int) -> None:
    """The shipped table knows the common characters of each class."""
    table = character_table()
    for char in chars:
        at = int(table.page[ord(char) >> 8]) << 8 | ord(char) & 0xFF
        assert table.kind[at] & ch.CLASS == kind, char


def test_builder_of_common_words_counts_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word of many texts is kept; a rare one, a name, and one that texts repeat are not."""
    texts = [f"The windmill of Sundby {'twice ' * 9 if at == 0 else ''}turns." for at in range(5)]
    path = tmp_path / "docs.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(json.dumps({"text": t}) for t in texts).encode()))
    monkeypatch.setattr(make_words, "PATH", tmp_path / "words.npz")
    monkeypatch.setattr("sys.argv", ["make_words", str(path)])
    make_words.main()
    with np.load(tmp_path / "words.npz", allow_pickle=False) as file:
        words = np.cumsum(file["gaps"], dtype=np.uint32)
    kept = np.isin(
        [hash_word(w) for w in ("windmill", "turns", "paypal", "sundby", "twice")], words
    )
    assert kept.tolist() == [True, True, True, False, False]


def test_flags_are_those_of_the_table() -> None:
    """The table, which loads no kernel, has the same numbers."""
    assert (CAPITAL, HAS_DIGIT, QUOTED, FIRST, ALL_CAPITALS, DISGUISED) == (
        tables.TOKEN_CAPITAL, tables.TOKEN_DIGIT, tables.TOKEN_QUOTED, tables.TOKEN_FIRST,
        tables.TOKEN_ALL_CAPITALS, tables.TOKEN_DISGUISED,
    )  # fmt: skip
