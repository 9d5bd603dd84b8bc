from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import rewordings
from dedupe.arrays import F32, I64
from dedupe.rarity import stem_frequency
from dedupe.stems import units
from dedupe.tables import EditKind, MatchTable, Stems
from tests import naive
from tests.strategies import SPREAD, edited_copies


def here(stems: Stems, edges: I64, pool: Executor) -> F32:
    """The table of rarity for a corpus."""
    return rewordings.rarity_here(stem_frequency(stems.stem, edges, pool), len(edges) - 1)


def aligned(
    texts: np.ndarray[tuple[int, int], np.dtype[np.int64]],
    pool: Executor,
    size: int = 10,
    limits: rewordings.Limits = rewordings.LIMITS,
    names: tuple[int, ...] = (),
) -> list[list[int]]:
    """Reworded spans of two texts of sentences of a size, places from the start of each text."""
    stem = texts.ravel().astype(np.uint32) * SPREAD
    length = texts.shape[1]
    sentence = np.append(np.arange(0, 2 * length, size), 2 * length)
    stems = Stems(stem, np.isin(texts.ravel(), names), units(sentence))
    pair, box = np.array([[0, 1]], np.int32), np.array([[0, length, length, 2 * length]])
    edges = np.array([0, length, 2 * length])
    found = rewordings.align(pair, box, stems, edges, here(stems, edges, pool), pool, limits)
    return [[a, b, c - length, d - length] for a, b, c, d in found.span.tolist()]


def test_shuffled_and_replaced_words_are_aligned(rng: np.random.Generator, pool: Executor) -> None:
    """Every third word is new and the sentences are shuffled inside; the ends are found."""
    texts = rng.permutation(4000)[:1200].reshape(2, 600)
    passage = texts[0, 200:320].reshape(12, 10).copy()
    for row in passage:
        rng.shuffle(row)
        row[::3] = rng.integers(5000, 9000, 4)
    texts[1, 300:420] = passage.ravel()
    ((a, b, c, d),) = aligned(texts, pool)
    assert abs(a - 200) <= 6
    assert abs(b - 320) <= 6
    assert abs(c - 300) <= 6
    assert abs(d - 420) <= 6


def test_stems_without_an_order_are_no_passage(rng: np.random.Generator, pool: Executor) -> None:
    """Twelve sentences each share every second word: in their order, and the last one first."""
    texts = rng.permutation(4000)[:1200].reshape(2, 600)
    passage = texts[0, 200:320].reshape(12, 10)
    for step, unlimited in ((1, True), (-1, True), (1, False), (-1, False)):
        texts[1, 300:420].reshape(12, 10)[:, ::2] = passage[::step, ::2]
        limits = rewordings.LIMITS._replace(order=0.0) if unlimited else rewordings.LIMITS
        assert len(aligned(texts, pool, limits=limits)) == (unlimited or step == 1)


def test_names_alone_are_no_passage(rng: np.random.Generator, pool: Executor) -> None:
    """The names of a topic come in one order too; six words that are none make the difference."""
    texts = rng.permutation(4000)[:1200].reshape(2, 600)
    texts[1, 300:420] = texts[0, 200:320]
    names = tuple(texts[0, 200:320].tolist())
    assert aligned(texts, pool, names=names[5:]) == []
    assert len(aligned(texts, pool, names=names[6:])) == 1


def test_common_words_of_two_texts_are_no_passage(rng: np.random.Generator, pool: Executor) -> None:
    """A topic shared by all sentences of both texts explains nothing."""
    topic = rng.permutation(40)
    texts = topic[rng.integers(0, 40, (2, 600))]
    texts[:, ::4] = rng.permutation(9000)[:300].reshape(2, 150) + 100
    assert aligned(texts, pool) == []


def test_short_passages_are_left_to_the_other_channel(
    rng: np.random.Generator, pool: Executor
) -> None:
    """Below seventy words on both sides together as many are wrong as are right."""
    texts = rng.permutation(4000)[:800].reshape(2, 400)
    texts[1, 200:230] = texts[0, 100:130]
    assert aligned(texts, pool) == []


def test_long_sentences_are_cut(rng: np.random.Generator, pool: Executor) -> None:
    """A text without full stops is aligned like any other."""
    texts = rng.permutation(4000)[:1200].reshape(2, 600)
    texts[1, 310:430] = texts[0, 200:320]
    ((a, b, c, d),) = aligned(texts, pool, size=600)
    assert b - a == d - c >= 100  # an end may fall into a part that is mostly other text


def test_two_places_of_one_article_share_no_sentence(
    rng: np.random.Generator, pool: Executor
) -> None:
    """They are cut apart in the middle, or each sentence would be the best match of itself."""
    text = rng.permutation(4000)[:400]
    text[160:220] = text[90:150]
    stem, sentence = text.astype(np.uint32) * SPREAD, np.arange(0, 401, 10)
    stems = Stems(stem, np.zeros(400, np.bool_), sentence)
    box = np.array([[92, 148, 162, 218]])
    pair, edges = np.zeros((1, 2), np.int32), np.array([0, 400])
    found = rewordings.align(pair, box, stems, edges, here(stems, edges, pool), pool)
    assert found.span.tolist() == [[90, 150, 160, 220]]


def test_repeats_keep_the_wording_and_are_told_once() -> None:
    """Both places as long and worded alike, in order, and half of them not told by others."""
    span = np.array(
        [
            [400, 450, 600, 650],
            [400, 450, 600, 750],  # the one is three times as long
            [400, 450, 800, 850],  # the words stand in another order
            [20, 60, 210, 250],  # copied
            [405, 460, 600, 655],  # the first one again
            [400, 450, 900, 950],
        ]
    )
    shares = np.array([[0.4, 0.75], [0.9, 1.0], [0.9, 0.7], [1.0, 1.0], [0.9, 1.0], [0.5, 1.0]])
    found = rewordings.Reworded(np.full((6, 2), 7, np.int32), span, np.array([9.0, 8, 8, 8, 7, 6]))
    seven = np.array([7], np.int32)
    a_start, a_end, b_start, b_end = np.array([[10], [60], [200], [250]])
    one = np.ones(1)
    copied = MatchTable(seven, seven, a_start, a_end, b_start, b_end, one, one, one)
    assert rewordings.repeated(found, shares, copied).tolist() == [0, 5]
    assert rewordings.repeated(found, shares, copied.rows(one == 0)).tolist() == [0, 3, 5]


@given(edited_copies(min_size=3))
def test_edits_against_the_oracle(texts: tuple[list[int], list[int]]) -> None:
    """Shared runs of three words and words in order, of two texts with repeated words."""
    one, other = texts
    token = np.array([*one, *other], np.uint32) * SPREAD
    span = np.array([[0, len(one), len(one), len(one) + len(other)]])
    with ThreadPoolExecutor(1) as pool:
        ((runs, in_order),) = rewordings.edits(token, token, span, pool).tolist()
    assert runs == pytest.approx(naive.shared_runs(one, other, 3))
    assert in_order == pytest.approx(naive.in_order(one, other))


def test_kinds_of_edit() -> None:
    """Wording that stayed, in part; words that moved; words that were replaced."""
    shares = np.array([[1.0, 1.0], [0.9, 0.2], [0.7, 1.0], [0.3, 0.74], [0.3, 0.75], [0.0, 1.0]])
    assert [EditKind(kind).name for kind in rewordings.kinds(shares).tolist()] == [
        "VERBATIM", "VERBATIM", "EDITED", "REORDERED", "REWORDED", "REWORDED"
    ]  # fmt: skip


Row = tuple[int, int, int, int]


def joined(copied: list[Row], reworded: list[Row]) -> list[tuple[Row, bool, float]]:
    """Spans of two articles, joined: the span, whether some is reworded, the share copied."""
    spans = np.array(copied, np.int64).reshape(-1, 4)
    count = len(copied)
    zero, one = np.zeros(count, np.int32), np.ones(count, np.int32)
    a_start, a_end, b_start, b_end = spans.T.copy()
    same = np.ones(count)
    table = MatchTable(zero, one, a_start, a_end, b_start, b_end, same, same, same)
    found = rewordings.join(
        table,
        rewordings.Reworded(
            np.tile(np.array([0, 1], np.int32), (len(reworded), 1)),
            np.array(reworded, np.int64).reshape(-1, 4),
            np.arange(6.0, 6.0 + len(reworded)),
        ),
    )
    rows = zip(found.span.tolist(), found.evidence.tolist(), found.copied.tolist(), strict=True)
    return [((a, b, c, d), not np.isnan(e), round(share, 3)) for (a, b, c, d), e, share in rows]


@pytest.mark.parametrize(
    ("copied", "reworded", "want"),
    [
        ([], [], []),
        ([(0, 50, 0, 50)], [], [((0, 50, 0, 50), False, 1.0)]),
        # A reworded span that is mostly copied gives way, one that is not takes the copied one in.
        ([(0, 50, 0, 50)], [(0, 60, 0, 60)], [((0, 50, 0, 50), False, 1.0)]),
        ([(0, 30, 0, 30)], [(0, 90, 0, 90)], [((0, 90, 0, 90), True, 0.333)]),
        ([(0, 30, 0, 30)], [(70, 150, 70, 150)], [((0, 150, 0, 150), True, 0.2)]),
        # Too far apart on one side.
        (
            [(0, 30, 0, 30)],
            [(70, 150, 90, 170)],
            [((0, 30, 0, 30), False, 1.0), ((70, 150, 90, 170), True, 0.0)],
        ),
        # Copied spans are joined where they meet, or where a reworded one runs through them.
        (
            [(0, 30, 0, 30), (40, 70, 40, 70)],
            [],
            [((0, 30, 0, 30), False, 1.0), ((40, 70, 40, 70), False, 1.0)],
        ),
        (
            [(0, 30, 0, 30), (40, 70, 40, 70)],
            [(0, 72, 0, 72)],
            [((0, 70, 0, 70), False, 0.857)],
        ),
        # Not where they have changed places.
        (
            [(0, 30, 40, 70), (40, 70, 0, 30)],
            [(0, 72, 0, 72)],
            [((0, 30, 40, 70), False, 1.0), ((40, 70, 0, 30), False, 1.0)],
        ),
    ],
)
def test_spans_that_belong_together_are_joined(
    copied: list[Row], reworded: list[Row], want: list[tuple[Row, bool, float]]
) -> None:
    """By how far they are apart on both sides, and by what connects them."""
    assert joined(copied, reworded) == want


@given(st.permutations([(0, 80, 0, 80), (100, 180, 110, 190), (400, 490, 420, 500)]))
def test_order_of_spans_does_not_matter(reworded: list[Row]) -> None:
    """The first two are one passage, the third is another."""
    assert [row[0] for row in joined([], reworded)] == [(0, 180, 0, 190), (400, 490, 420, 500)]


def test_a_narrow_candidate_is_promising_where_sentences_around_it_are_alike(
    rng: np.random.Generator, pool: Executor
) -> None:
    """Of two that begin within a few words, the one by chance is not; a wide one always is."""
    texts = rng.permutation(4000)[:1200].reshape(2, 600)
    texts[1, 300:420] = texts[0, 200:320]
    texts[1, 303:420:3] = rng.permutation(4000)[:39] + 4000
    stem = texts.ravel().astype(np.uint32) * SPREAD
    stems = Stems(stem, np.zeros(1200, np.bool_), np.arange(0, 1201, 10))
    box = np.array([[250, 251, 950, 951], [20, 21, 1150, 1151], [20, 90, 1110, 1180]])
    pair, edges = np.zeros((3, 2), np.int32), np.array([0, 600, 1200])
    pair[:, 1] = 1
    chosen = rewordings.promising(pair, box, stems, edges, here(stems, edges, pool), pool)
    assert chosen.tolist() == [True, False, True]


def test_candidates_inside_a_copied_passage_are_known() -> None:
    """On both sides, of the same two articles; of several passages the last that begins before."""
    a, b = np.array([[0, 1], [0, 1], [0, 2], [1, 1]], np.int32).T.copy()
    a_start, b_start = np.array([10, 60, 10, 300]), np.array([210, 260, 400, 350])
    one = np.ones(4)
    copied = MatchTable(a, b, a_start, a_start + 40, b_start, b_start + 40, one, one, one)
    partner = np.array([[0, 1], [0, 1], [0, 1], [0, 1], [0, 2], [1, 2], [1, 1]], np.int32)
    box = np.array(
        [
            [10, 50, 210, 250], [62, 70, 262, 270], [45, 55, 245, 255], [12, 20, 262, 270],
            [12, 20, 402, 410], [300, 310, 350, 360], [300, 340, 350, 390],
        ]
    )  # fmt: skip
    inside = rewordings.inside_copies(partner, box, copied)
    assert inside.tolist() == [True, True, False, False, True, False, True]
    assert not rewordings.inside_copies(partner, box, copied.rows(one == 0)).any()
