from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe.arrays import I32, I64, U8, U32
from dedupe.filler.lexicon import HeadingMark, heading_lexicon, prose_lexicon
from dedupe.kernels import cues
from dedupe.kernels.words import CAPITAL, FIRST, HAS_DIGIT, QUOTED, hash_words

WORDS = ("in", "conclusion", "summary", "a", "nutshell", "experts", "say", "vital", "river", "to")
"""Words of phrases, beginnings of phrases, a stock word and a word of no list."""
HASHES: U32 = hash_words(WORDS)
STOCK_WORDS = {"vital"}
PHRASES = {
    ("in", "conclusion"): 1,
    ("in", "summary"): 1,
    ("in", "a", "nutshell"): 1,
    ("in", "nutshell"): 1,
    ("experts", "say"): 1 << 5,
}
"""Those phrases of `phrases.toml` that can be made of `WORDS`."""

sentences = st.lists(st.lists(st.integers(0, len(WORDS) - 1), max_size=7), max_size=6)
flag_sets = st.integers(0, 15)


def offsets(sizes: Sequence[int]) -> I64:
    """Ends of consecutive stretches, from 0."""
    return np.concatenate(([0], np.cumsum(np.array(sizes, np.int64))))


# ------------------------------------------------------------------------------- words and phrases


def scanned(table: Sequence[Sequence[int]]) -> tuple[list[tuple[int, int, int]], list[int]]:
    """Hits and stock words that the kernel finds in sentences of `WORDS`."""
    token = HASHES[[word for sentence in table for word in sentence]].astype(np.uint32)
    first = offsets([len(sentence) for sentence in table]).astype(np.int32)
    place = np.arange(1, 2 * len(token), 2, dtype=np.int32)  # no character stands around a word
    text = np.full(2 * len(token) + 64, ord(" "), np.uint8)
    found = prose_lexicon()
    stock: U8 = np.zeros(len(table), np.uint8)
    hit_first, hit_last = (np.zeros(len(token) + 1, np.int32) for _ in range(2))
    hit_mark = np.zeros(len(token) + 1, np.uint32)
    hits = 0
    if len(token):
        hits = cues.scan_sentences(
            text, token, place, place + 1, first, found.alone, found.pairs, found.word_key,
            found.word_mark, found.edge_key, found.edge_state, found.state_mark,
            stock, hit_first, hit_last, hit_mark,
        )  # fmt: skip
    return list(
        zip(hit_first[:hits].tolist(), hit_last[:hits].tolist(), hit_mark[:hits].tolist(),
            strict=True)
    ), stock.tolist()  # fmt: skip


@given(sentences)
@example([[0, 1], [], [0, 3, 4], [0, 3]])
@example([[5], [6]])
@example([[7] * 7])
def test_phrases_are_found_inside_sentences(table: list[list[int]]) -> None:
    """Every phrase is found where it stands, none across the end of a sentence."""
    expected, stock, before = [], [], 0
    for sentence in table:
        words = [WORDS[word] for word in sentence]
        for i in range(len(words)):
            for size in (2, 3):
                mark = PHRASES.get(tuple(words[i : i + size]))
                if mark and i + size <= len(words):
                    expected.append((before + i, before + i + size, mark))
        stock.append(sum(word in STOCK_WORDS for word in words))
        before += len(words)
    assert scanned(table) == (expected, stock)


def test_phrases_across_the_chunks_of_the_kernel() -> None:
    """A phrase that begins at the last token of a chunk is found as well."""
    for shift in (-2, -1, 0, 1):
        words = [8] * (cues._CHUNK + shift) + [0, 1] + [8] * 3
        hits, _ = scanned([words])
        assert hits == [(cues._CHUNK + shift, cues._CHUNK + shift + 2, 1)]


@given(st.lists(st.lists(flag_sets, max_size=6), max_size=5))
def test_sentence_flags(table: list[list[int]]) -> None:
    """The flags of all words, without the capital that opens the sentence."""
    flags = np.array([flag for sentence in table for flag in sentence], np.uint8)
    seen: U8 = np.zeros(len(table), np.uint8)
    cues.sentence_flags(flags, offsets([len(s) for s in table]).astype(np.int32), seen)
    expected = []
    for sentence in table:
        total = 0
        for place, flag in enumerate(sentence):
            total |= flag if place else flag & (HAS_DIGIT | QUOTED)
        expected.append(total & ~FIRST)
    assert seen.tolist() == expected


PLACEHOLDER = re.compile(
    rb"(?<!\{)\{[A-Za-z]|\{\{ ?[A-Za-z]|<[iIyY]|(?:^|(?<=[\x00-\x20*\[]))www\."
)


@given(st.text("{ }<iYw.*a\n", max_size=150))
@example("www." * 40)
@example(" www." * 40)
@example("{{ a" + "{" * 70 + "a")
@example("x" * 63 + "{a}" + "x" * 59 + " www.")
def test_scan_bytes(text: str) -> None:
    """Placeholders and hosts are found wherever they stand in the blocks of 64 bytes."""
    raw = text.encode()
    padded = np.zeros(len(raw) // 64 * 64 + 128, np.uint8)
    padded[: len(raw)] = np.frombuffer(raw, np.uint8)
    found = np.zeros(len(raw) + 1, np.int64)
    count = cues.scan_bytes(padded, found)
    expected = [i for i in range(len(raw)) if PLACEHOLDER.match(raw, i)]
    assert found[:count].tolist() == expected
    few = np.zeros(2, np.int64)
    assert cues.scan_bytes(padded, few) == count


# ------------------------------------------------------------------------------------------ blocks


@given(st.lists(st.lists(st.lists(st.integers(0, 2), max_size=4), max_size=4), max_size=4))
def test_repeats_of_first(articles: list[list[list[int]]]) -> None:
    """Blocks with the words of the first block of their article, if it has the right length."""
    blocks = [block for article in articles for block in article]
    token = np.array([word for block in blocks for word in block], np.uint32)
    repeats: I64 = np.zeros(len(blocks), np.int64)
    count = cues.repeats_of_first(
        token,
        offsets([len(block) for block in blocks]).astype(np.int32),
        offsets([len(article) for article in articles]),
        2,
        3,
        repeats,
    )
    expected, place = [], 0
    for article in articles:
        for number, block in enumerate(article):
            if number and block == article[0] and 2 <= len(block) <= 3:
                expected.append(place)
            place += 1
    assert repeats[:count].tolist() == expected


values = st.sampled_from([-1.0, 0.0, 2.5, float("nan")])


@given(st.lists(st.lists(st.tuples(st.booleans(), values), max_size=7), max_size=4))
def test_body_ends(articles: list[list[tuple[bool, float]]]) -> None:
    """The last two body paragraphs, and mean and deviation of the others."""
    d = len(articles)
    blocks = [block for article in articles for block in article]
    paragraphs: I32 = np.zeros(d, np.int32)
    last = np.zeros((d, 2), np.int64)
    mean, deviation = np.zeros(d), np.zeros(d)
    cues.body_ends(
        np.array([body for body, _ in blocks], np.bool_),
        offsets([len(article) for article in articles]),
        np.array([value for _, value in blocks], np.float32),
        paragraphs,
        last,
        mean,
        deviation,
    )
    before = 0
    for number, article in enumerate(articles):
        body = [place for place, (is_body, _) in enumerate(article) if is_body]
        ends = [before + place for place in body[:-3:-1]]
        others = [article[place][1] for place in body[:-2]]
        others = [value for value in others if not math.isnan(value)]
        assert paragraphs[number] == len(body)
        assert last[number].tolist() == [*ends, -1, -1][:2]
        if others:
            assert mean[number] == pytest.approx(np.mean(others))
            assert deviation[number] == pytest.approx(np.std(others), abs=1e-6)
        else:
            assert np.isnan(mean[number])
        before += len(article)


STOP, STOP_TOO, MILL, RIVER, LARCH, SMITH = range(6)
CONTENT: U32 = hash_words(("the", "of", "mill", "river", "larch", "smith"))

Tokens = list[tuple[int, int]]
"""Words, as places in `CONTENT`, with their flags."""

tokens = st.lists(st.tuples(st.integers(0, 5), flag_sets), max_size=12)


@given(st.lists(st.tuples(tokens, tokens), max_size=4), st.sampled_from([0, 1, 2]))
def test_seen_before(
    pairs: list[tuple[list[tuple[int, int]], list[tuple[int, int]]]], choice: int
) -> None:
    """Distinct words of a passage that stand in a stretch, of the chosen sort."""
    table = [token for earlier, passage in pairs for token in (*earlier, *passage)]
    sizes = offsets([len(part) for pair in pairs for part in pair])
    begin, first, behind = sizes[:-1:2], sizes[1::2], sizes[2::2]
    wanted, found = (np.zeros(len(pairs), np.int32) for _ in range(2))
    lexicon = heading_lexicon()
    cues.seen_before(
        CONTENT[[word for word, _ in table]].astype(np.uint32),
        np.array([flag for _, flag in table], np.uint8),
        first.copy(), behind.copy(), begin.copy(), first.copy(), choice,
        lexicon.known, lexicon.word_key, lexicon.word_mark, np.zeros(64, np.uint64),
        wanted, found,
    )  # fmt: skip
    for number, (earlier, passage) in enumerate(pairs):
        chosen = set()
        for word, flag in passage:
            is_number = bool(flag & HAS_DIGIT)
            is_name = flag & (CAPITAL | FIRST) == CAPITAL and not is_number
            if word >= MILL and (True, is_name, is_number)[choice]:
                chosen.add(word)
        assert wanted[number] == len(chosen)
        assert found[number] == len(chosen & {word for word, _ in earlier})


def counted_heading(
    words: str, body: str, capitals: Sequence[str] = ()
) -> tuple[list[int], list[int]]:
    """Counts and marks of a heading over one paragraph."""
    text = f"{words} {body} "
    found = [(match[0], match.end()) for match in re.finditer("[a-zA-Z0-9]+", text)]
    every = [word for word, _ in found]
    size = sum(end <= len(words) for _, end in found)
    flags = [CAPITAL * (word in capitals) | HAS_DIGIT * word.isdigit() for word in every]
    lexicon = heading_lexicon()
    counts, marks = np.zeros((1, 7), np.int32), np.zeros((1, 5), np.uint32)
    cues.heading_words(
        np.frombuffer(text.encode(), np.uint8),
        hash_words(every), np.array(flags, np.uint8), np.array([end for _, end in found], np.int32),
        np.array([0, size, len(every)], np.int32), np.array([1, 2], np.uint8),
        np.array([0, 2]), np.zeros(2, np.int32), np.zeros(1, np.int64),
        lexicon.known, lexicon.word_key, lexicon.word_mark,
        lexicon.edge_key, lexicon.edge_state, lexicon.state_mark,
        np.zeros(64, np.uint64), counts, marks,
    )  # fmt: skip
    return counts[0].tolist(), marks[0].tolist()


def test_heading_words() -> None:
    """Content, document, outline and generic words, names, numbers and words of no list."""
    counts, marks = counted_heading("the reader and the Orle in 1911", "the Orle is deep", ["Orle"])
    assert counts == [2, 1, 0, 0, 1, 1, 1]
    assert marks == [0, 0, 0, 0, 0]
    counts, _ = counted_heading("the reader and the orle", "the orle is deep")
    assert counts == [2, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("ordinal", ["", "3 ", "3.1 ", "iv. ", "b) "])
def test_heading_phrases(ordinal: str) -> None:
    """A phrase at the beginning and one that is the whole heading are told apart."""
    _, (begins, whole, *_) = counted_heading(f"{ordinal}final thoughts", "a b c")
    assert begins & HeadingMark.CLOSING
    assert whole & HeadingMark.WHOLE
    _, (begins, whole, *_) = counted_heading(f"{ordinal}navigating the river", "a b c")
    assert begins & HeadingMark.FRAME
    assert whole == 0


def test_heading_parts() -> None:
    """A colon divides a heading; a phrase counts at the beginning of a part, and at the end."""
    _, (begins, _, part_begins, part_whole, ends) = counted_heading("mill: navigating water", "a")
    assert (begins, part_whole, ends) == (0, 0, 0)
    assert part_begins & HeadingMark.FRAME
    _, (_, whole, _, part_whole, _) = counted_heading("conclusion: a mill", "a")
    assert whole == 0
    assert part_whole & HeadingMark.WHOLE
    _, (begins, _, part_begins, _, ends) = counted_heading("mill and its implications", "a")
    assert (begins, part_begins) == (0, 0)
    assert ends & HeadingMark.TAIL
    _, marks = counted_heading("mills navigating water", "a")
    assert marks == [0, 0, 0, 0, 0]


# ------------------------------------------------------------------------------------- key phrases

lines = st.tuples(st.booleans(), st.lists(st.integers(0, 4), max_size=4))
articles_of_lines = st.lists(
    st.tuples(st.lists(st.integers(0, 4), max_size=12), st.lists(lines, max_size=5)), max_size=3
)


@given(articles_of_lines)
@example([([2, 3, 2, 3], [(False, [2, 3]), (True, [0, 2, 3])])])
@example([([2, 3], [(True, [2, 3]), (True, [2, 3]), (True, [2, 3]), (True, [3, 2, 3])])])
def test_stuffed_pairs(articles: list[tuple[list[int], list[tuple[bool, list[int]]]]]) -> None:
    """The pair of content words in enough lines that the article says most often."""
    words, line_first, line_behind, line_article, line_heading, ends = [], [], [], [], [], [0]
    for number, (body, its_lines) in enumerate(articles):
        words += body
        for heading, line in its_lines:
            line_first.append(len(words))
            words += line
            line_behind.append(len(words))
            line_article.append(number)
            line_heading.append(heading)
        ends.append(len(words))
    count, found_lines, place = (np.zeros(len(articles), np.int32) for _ in range(3))
    lexicon = heading_lexicon()
    cues.stuffed_pairs(
        CONTENT[words].astype(np.uint32), np.array(ends, np.int32),
        np.arange(len(articles) + 1), np.array(line_first, np.int64),
        np.array(line_behind, np.int64), np.array(line_article, np.int64),
        np.array(line_heading, np.bool_), lexicon.known, lexicon.word_key, lexicon.word_mark,
        count, found_lines, place,
    )  # fmt: skip
    for number, (_, its_lines) in enumerate(articles):
        weight: dict[tuple[int, int], int] = {}
        last: dict[tuple[int, int], list[int]] = {}
        for heading, line in its_lines:
            for pair in {p for p in pairwise(line) if min(p) >= MILL}:
                if not (heading and last.get(pair) == line):
                    step = 1 if heading else cues.ORPHAN_WEIGHT
                    weight[pair] = weight.get(pair, 0) + step
                last[pair] = line
        text = words[ends[number] : ends[number + 1]]
        pairs = list(pairwise(text))
        most = max(
            (pairs.count(pair) for pair in weight if weight[pair] >= cues.LEAST_WEIGHT), default=0
        )
        assert count[number] == most
        if most:
            start = place[number]
            assert pairs.count((words[start], words[start + 1])) == most


@given(articles_of_lines)
@example([([2, 3, 2], [(True, [2, 3]), (False, [2, 3]), (False, [0]), (False, [])])])
def test_orphan_counts(articles: list[tuple[list[int], list[tuple[bool, list[int]]]]]) -> None:
    """Lines of the same words, and places of those words in the article."""
    words, first, behind, owner, ends = [], [], [], [], [0]
    for number, (body, its_lines) in enumerate(articles):
        words += body
        for _, line in its_lines:
            first.append(len(words))
            words += line
            behind.append(len(words))
            owner.append(number)
        ends.append(len(words))
    found_lines, occurrences = (np.zeros(len(first), np.int32) for _ in range(2))
    lexicon = heading_lexicon()
    cues.orphan_counts(
        CONTENT[words].astype(np.uint32), np.array(ends, np.int32), np.arange(len(articles) + 1),
        np.array(first, np.int64), np.array(behind, np.int64), np.array(owner, np.int64), 3,
        lexicon.known, lexicon.word_key, lexicon.word_mark, found_lines, occurrences,
    )  # fmt: skip
    for number, (begin, end) in enumerate(zip(first, behind, strict=True)):
        line = words[begin:end]
        text = words[ends[owner[number]] : ends[owner[number] + 1]]
        same = [
            words[a:b] for a, b, o in zip(first, behind, owner, strict=True) if o == owner[number]
        ]
        places = [text[i : i + len(line)] for i in range(len(text) - len(line) + 1)]
        counts = len(line) <= 3 and any(word >= MILL for word in line)
        assert found_lines[number] == (same.count(line) if counts else 0)
        assert occurrences[number] == (places.count(line) if counts else 0)
