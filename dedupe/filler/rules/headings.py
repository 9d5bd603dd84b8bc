"""Headings: leaked prompts (TPL202), generic ones (TPL203), the title again (TPL206), takeaways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.arrays import I32, I64, U32, Bool
from dedupe.filler.lexicon import HeadingMark, heading_lexicon
from dedupe.filler.rules.overlap import CONTENT, NUMBERS, seen_before
from dedupe.filler.rules.reading import HEADING, LIST_ITEM, PARAGRAPH, RuleReading
from dedupe.tables import EvidenceKind

LEAST_TITLE, MOST_TITLE = 3, 40
"""Words of a title that is looked for again: "Home" or a whole paragraph is none."""
MOST_HEADING = 32
"""Words; a longer block is a paragraph, whatever its source calls it."""
LEAST_LEAK = 5
"""Words of a leaked instruction: shorter headings ("Background and Context") are only generic."""
LONG_LEAK = 7
LEAST_SIBLINGS = 3
"""Leaked headings of an article from which its generic headings count as leaked too."""
LEAST_ABOUT_TEXT = 0.4
"""Share of a leaked instruction's content words that speak about the text or its reader."""
LEAST_TITLE_CASE = 0.6
"""Share of words with a capital from which a one-line paragraph is read as a heading."""
MOST_BOLD = 12
"""Words of a bold line that stands for a heading."""
LEAST_ITEMS = 3
"""Items of a takeaway list."""
LEAST_REPEATED = 0.6
"""Share of a takeaway list's words that stand earlier in the article."""


_BOLD = re.compile(rb"\*\*(?:(?!\*\*)[^\n])+\*\*:?")
_STAR = ord("*")
_WHOLE = HeadingMark.WHOLE | HeadingMark.CLOSING


class Words(NamedTuple):
    """What the words of C headings are."""

    block: I64
    """(C,)"""
    certain: Bool
    """(C,) headings and bold lines; the others are paragraphs that look like one"""
    counts: I32
    """(C, 7) content, document, outline, generic words, names, numbers, words in no list"""
    begins: U32
    """(C,) marks of the phrases it begins with"""
    whole: U32
    """(C,) marks of the phrases that are the whole heading"""
    part_begins: U32
    """(C,) marks of the phrases a part begins with; colons divide the parts"""
    part_whole: U32
    """(C,) marks of the phrases that are a whole part"""
    ends: U32
    """(C,) marks of the phrases it ends with"""


def find(reading: RuleReading, words: Words) -> None:
    """Flag headings of a batch."""
    _repeated_titles(reading)
    _leaked_or_generic(reading, words)
    _takeaways(reading, words)


def heading_words(reading: RuleReading) -> Words:
    """Count the kinds of words of every heading, and of paragraphs that look like one."""
    from dedupe.kernels.cues import heading_words as count

    lexicon = heading_lexicon()
    sizes = np.diff(reading.block_token)
    title_case = (
        (reading.kind == PARAGRAPH)
        & (sizes >= LEAST_LEAK)
        & (reading.scores.capitals >= LEAST_TITLE_CASE * (sizes - 1))
    )
    kind = reading.kind.copy()
    kind[_bold_lines(reading)] = HEADING
    block = np.nonzero(((kind == HEADING) | title_case) & (sizes > 0) & (sizes <= MOST_HEADING))[0]
    counts, marks = np.zeros((len(block), 7), np.int32), np.zeros((len(block), 5), np.uint32)
    count(
        reading.batch.prose, reading.tokens.hash, reading.tokens.flags, reading.tokens.end,
        reading.block_token, kind,
        reading.article_block, reading.article, block, lexicon.known, lexicon.word_key,
        lexicon.word_mark, lexicon.edge_key, lexicon.edge_state, lexicon.state_mark,
        np.zeros(1 << (2 * int(sizes[block].sum()) + 1).bit_length(), np.uint64), counts, marks,
    )  # fmt: skip
    return Words(block, kind[block] == HEADING, counts, *marks.T)


def _bold_lines(reading: RuleReading) -> I64:
    """Paragraphs of Markdown that are one bold line, and stand for a heading."""
    blocks, data = reading.batch.blocks, reading.batch.data
    sizes = np.diff(reading.block_token)
    some = np.flatnonzero((reading.kind == PARAGRAPH) & (sizes > 0) & (sizes <= MOST_BOLD))
    start = blocks.start[some]
    some = some[(data[start] == _STAR) & (data[start + 1] == _STAR)]
    bold = [
        _BOLD.fullmatch(reading.data_view[low:high]) is not None
        for low, high in zip(blocks.start[some].tolist(), blocks.end[some].tolist(), strict=True)
    ]
    lines: I64 = some[np.array(bold, np.bool_)]
    return lines


def _repeated_titles(reading: RuleReading) -> None:
    from dedupe.kernels.cues import repeats_of_first

    repeats = np.empty(len(reading.kind), np.int64)
    found = repeats_of_first(
        reading.tokens.hash, reading.block_token, reading.article_block,
        LEAST_TITLE, MOST_TITLE, repeats,
    )  # fmt: skip
    blocks = repeats[:found]
    first = reading.article_block[reading.article[blocks]]
    titled = reading.kind[first] != LIST_ITEM
    blocks, first = blocks[titled], first[titled]
    time = np.arange(len(blocks)) - np.searchsorted(first, first) + 2
    words = reading.block_token[first + 1] - reading.block_token[first]
    messages = [
        f"The title of {size} words is printed again, time {count}."
        for size, count in zip(words.tolist(), time.tolist(), strict=True)
    ]
    flags = reading.flag_blocks("TPL206", blocks, blocks, messages)
    title = reading.batch.blocks.start[first], reading.batch.blocks.end[first]
    reading.show(flags, EvidenceKind.FACT, *title)


def _leaks(reading: RuleReading, words: Words, plain: Bool) -> Bool:
    """(C,) headings whose words are those of an instruction to a writer.

    Of 3,411 human headings these conditions flag 2. "Background and Summary of Results" heads a
    report; only from `LONG_LEAK` words on do such words alone make a leak.
    """
    content, document, outline, _, _, _, unlisted = words.counts.T
    about_text = document + outline
    size = np.diff(reading.block_token)[words.block]
    instruction = words.begins & np.uint32(HeadingMark.INSTRUCTION) != 0
    leaks: Bool = (
        plain
        & (size >= LEAST_LEAK)
        & (
            (instruction & (document >= 1) & (unlisted <= about_text))
            | ((document >= 2) & (about_text >= LEAST_ABOUT_TEXT * content))
            | ((document >= 1) & (outline >= 2) & (unlisted <= 1))
            | ((size >= LONG_LEAK) & (content >= 3) & (about_text == content))
        )
    )
    return leaks


def _leaked_or_generic(reading: RuleReading, words: Words) -> None:
    """Flag leaked prompts and generic headings.

    Of 3,023 headings of people 3.0 % are generic so, of 5,260 in essays of language models 32 %.
    What recurs in unrelated articles is no sign: "Why We Did It" and its like would be 5 % of the
    former, 0.7 % of the latter.
    """
    content, document, outline, generic, names, numbers, unlisted = words.counts.T
    about_text = document + outline
    plain = (names == 0) & (numbers == 0)
    leaks = _leaks(reading, words, plain)
    whole = words.whole & np.uint32(_WHOLE) != 0
    frame = words.part_begins & np.uint32(HeadingMark.FRAME) != 0
    frame |= words.part_whole & np.uint32(HeadingMark.WHOLE) != 0
    frame |= words.ends & np.uint32(HeadingMark.TAIL) != 0
    frame &= (names <= 1) & (np.diff(reading.block_token)[words.block] > 1)
    all_generic = plain & (content >= 2) & (unlisted == 0)
    # Beside several leaked headings a generic one is a leaf of the same prompt.
    article = reading.article[words.block]
    leaked = np.bincount(article, leaks, minlength=len(reading.article_block))[article]
    heading = words.certain & ~leaks
    siblings = heading & all_generic & ~whole & ~frame & (leaked >= LEAST_SIBLINGS)
    # Two words about the text ("Next Steps", "Additional Resources") say what stands below them.
    all_generic &= (content >= 3) | (generic >= 2)
    only_generic = heading & (whole | frame | all_generic) & ~siblings
    leaked_message = [
        f"{about} of its {size} content words speak about the text or its reader, and none is a "
        "name from the article."
        if leak
        else f"A generic heading beside {others:.0f} that are leaked prompt text."
        for leak, about, size, others in _rows(leaks | siblings, leaks, about_text, content, leaked)
    ]
    generic_message = [
        "This heading stands over a part of any article."
        if any_part
        else "This heading is a frame into which any subject fits."
        if any_subject
        else f"All {size} content words of this heading would fit any article."
        for any_part, any_subject, size in _rows(only_generic, whole, frame, content)
    ]
    _flag_headings(reading, "TPL202", words.block[leaks | siblings], leaked_message)
    _flag_headings(reading, "TPL203", words.block[only_generic], generic_message)


def _rows(chosen: Bool, *columns: NDArray[Any]) -> Iterator[tuple[Any, ...]]:
    """Chosen rows of some columns as plain values."""
    return zip(*(column[chosen].tolist() for column in columns), strict=True)


def _flag_headings(
    reading: RuleReading, rule: str, blocks: I64, messages: list[str], last: I64 | None = None
) -> None:
    """Flag headings, or the lists that stand below them up to `last`."""
    flags = reading.flag_blocks(rule, blocks, blocks if last is None else last, messages)
    heading = reading.batch.blocks.start[blocks], reading.batch.blocks.end[blocks]
    reading.show(flags, EvidenceKind.CUE, *heading)


def _takeaways(reading: RuleReading, words: Words) -> None:
    lists = [
        (int(words.block[place]), last)
        for place in np.nonzero(words.begins & np.uint32(HeadingMark.TAKEAWAY))[0].tolist()
        if (last := _list_end(reading, int(words.block[place]))) is not None
    ]
    if not lists:
        return
    heading, last = np.array(lists, np.int64).T
    stretch = (
        reading.block_token[heading + 1],
        reading.block_token[last + 1],
        reading.block_token[reading.article_block[reading.article[heading]]],
        reading.block_token[heading],
    )
    wanted, found = seen_before(reading, *stretch, CONTENT)
    numbers, old_numbers = seen_before(reading, *stretch, NUMBERS)
    restates = (found >= LEAST_REPEATED * wanted) & (numbers <= old_numbers)
    messages = [
        f"A takeaway list of {items} items: {old} of its {size} content words stand earlier in "
        "the article."
        for items, old, size in _rows(restates, last - heading, found, wanted)
    ]
    _flag_headings(reading, "TPL207", heading[restates], messages, last[restates])


def _list_end(reading: RuleReading, heading: int) -> int | None:
    """Last item of the list behind a heading; None where there are less than `LEAST_ITEMS`."""
    behind = int(reading.article_block[reading.article[heading] + 1])
    last = heading
    while last + 1 < behind and reading.kind[last + 1] == LIST_ITEM:
        last += 1
    return last if last - heading >= LEAST_ITEMS else None
