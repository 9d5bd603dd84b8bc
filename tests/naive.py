"""The oracles: what every stage computes, in plain Python, with no thought of speed.

Nothing of the program is imported here, and no NumPy: words are any hashable values, sets are
sets, 32-bit arithmetic is done with big integers and an explicit modulus. A docstring names the
stage whose kernel the function judges. The whole program, in its naive form, is `near_duplicates`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import combinations, pairwise, product

WORD_SIZE = 2**32
EMPTY = WORD_SIZE - 1
"""Every value of the signature of an empty set."""

Shingle = tuple[Hashable, ...]


# ------------------------------------------------------------------------- shingles, proof, windows


def shingles(words: Sequence[Hashable], k: int) -> set[Shingle]:
    """All runs of k neighbouring words, as a set; empty for fewer than k words.

    Oracle of the shingle kernel of `sketches` and `verify` (there: hashes of such runs).

    >>> sorted(shingles("a b a b a".split(), 3))
    [('a', 'b', 'a'), ('b', 'a', 'b')]
    """
    return {tuple(words[i : i + k]) for i in range(len(words) - k + 1)}


def jaccard(a: set[Shingle], b: set[Shingle]) -> float:
    """Shared shingles by all shingles; 0 for two empty sets.

    Oracle of the exact proof of `verify`.

    >>> jaccard({("a",), ("b",)}, {("b",), ("c",)})
    0.3333333333333333
    """
    union = len(a | b)
    return len(a & b) / union if union else 0.0


def containment(a: set[Shingle], b: set[Shingle]) -> float:
    """Share of the smaller set's shingles that the other one holds too; 0 if one is empty.

    Oracle of the containment of `verify`, the same whichever side comes first.

    >>> containment({("a",), ("b",)}, {("b",), ("c",), ("d",)})
    0.5
    """
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller else 0.0


def sentence_windows(sentence_sizes: Sequence[int], words: int) -> list[tuple[int, int]]:
    """Windows `first <= sentence < last` of one article: from every sentence until `words`.

    A window ends with the sentence that brings it to `words` words. Where the article ends before,
    there is no window.

    Oracle of the window kernel of `passages`.

    >>> sentence_windows([10, 20, 5, 30], 25)
    [(0, 2), (1, 3), (2, 4), (3, 4)]
    >>> sentence_windows([10, 10], 25)
    []
    """
    windows = []
    for first in range(len(sentence_sizes)):
        held = 0
        for last in range(first, len(sentence_sizes)):
            held += sentence_sizes[last]
            if held >= words:
                windows.append((first, last + 1))
                break
    return windows


def near_duplicates(
    windows: Sequence[Sequence[Hashable]], k: int, least: float, articles: Sequence[int] = ()
) -> dict[tuple[int, int], float]:
    """The naive program: every pair of windows with Jaccard similarity >= `least`.

    Args:
        windows: the words of each.
        k: words of a shingle.
        least: similarity from which a pair counts.
        articles: of each window; where given, pairs inside one article are left out.

    Oracle of `candidates` and `verify` together: the program may find fewer of these pairs, with
    the probability that its bands state, and never another one or another similarity.

    >>> near_duplicates(["abcd", "abce", "xyzw"], 2, 0.5)
    {(0, 1): 0.5}
    """
    sets = [shingles(words, k) for words in windows]
    found = {}
    for i, j in combinations(range(len(sets)), 2):
        if not articles or articles[i] != articles[j]:
            similarity = jaccard(sets[i], sets[j])
            if similarity >= least:
                found[i, j] = similarity
    return found


# ----------------------------------------------------------------------------------- MinHash, bands


def fmix32(value: int) -> int:
    """The finalizer of MurmurHash3, which datasketch applies once to every hash value.

    Oracle of the pre-mix of `sketches`.

    >>> fmix32(0), fmix32(1)
    (0, 1364076727)
    """
    value ^= value >> 16
    value = value * 0x85EBCA6B % WORD_SIZE
    value ^= value >> 13
    value = value * 0xC2B2AE35 % WORD_SIZE
    return value ^ value >> 16


def signature(hashes: Iterable[int], a: Sequence[int], b: Sequence[int]) -> list[int]:
    """MinHash signature of a set of 32-bit hash values, scheme `affine32` of datasketch 2.0.

    Value k is the minimum of `a[k] * fmix32(h) + b[k] mod 2^32` over the hashes h.

    Args:
        hashes: of the shingles; repetitions change nothing.
        a: multipliers, odd.
        b: addends; as many as multipliers.

    Oracle of the sketch kernel of `sketches`; itself to be checked against `datasketch.MinHash`.
    """
    mixed = [fmix32(int(value)) for value in hashes]
    parameters = [(int(x), int(y)) for x, y in zip(a, b, strict=True)]
    return [min(((x * h + y) % WORD_SIZE for h in mixed), default=EMPTY) for x, y in parameters]


def union_signature(signatures: Sequence[Sequence[int]]) -> list[int]:
    """Signature of the union of sets: the minimum in every place.

    Oracle of the kernel that makes windows and articles from sentences.

    >>> union_signature([[3, 9], [5, 2]])
    [3, 2]
    """
    return [min(values) for values in zip(*signatures, strict=True)]


def estimate(a: Sequence[int], b: Sequence[int]) -> float:
    """Share of equal places: the estimate of Jaccard similarity, deviation sqrt(J(1-J)/K)."""
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def candidate_probability(similarity: float, bands: int, rows: int) -> float:
    """Probability that two sets share a band: 1 - (1 - J^r)^b.

    Oracle of the choice of bands in `bands`, and of the recall that candidates must show.

    >>> round(candidate_probability(0.7, 8, 2), 3)
    0.995
    """
    return 1 - (1 - similarity**rows) ** bands


def colliding(
    signatures: Sequence[Sequence[int]], bands: Sequence[Sequence[int]]
) -> set[tuple[int, int]]:
    """Pairs i < j that agree in every place of at least one band.

    Args:
        bands: the places of each band.

    Oracle of the band keys and the join of `bands` and `candidates`. A linear join that pairs
    only near neighbours of a bucket proposes a part of these pairs and no other one, save where
    two different keys have one hash.

    >>> sorted(colliding([[1, 2, 3], [1, 2, 4], [0, 0, 3]], [[0, 1], [2]]))
    [(0, 1), (0, 2)]
    """
    pairs: set[tuple[int, int]] = set()
    for places in bands:
        buckets: defaultdict[Shingle, list[int]] = defaultdict(list)
        for i, values in enumerate(signatures):
            buckets[tuple(values[place] for place in places)].append(i)
        for members in buckets.values():
            pairs.update(combinations(members, 2))
    return pairs


# ---------------------------------------------------------------------------- alignment, components


def common_runs(
    a: Sequence[Hashable], b: Sequence[Hashable], least: int
) -> list[tuple[int, int, int]]:
    """Maximal runs of equal words: (start in a, start in b, words), `least` words or more.

    Maximal: neither the words before nor the words behind are equal. In order of the starts.

    Oracle of the anchors of `align`.

    >>> common_runs("xabcy", "zabcabq", 2)
    [(1, 1, 3), (1, 4, 2)]
    """
    runs = []
    for i, j in product(range(len(a)), range(len(b))):
        if i and j and a[i - 1] == b[j - 1]:
            continue
        size = 0
        while i + size < len(a) and j + size < len(b) and a[i + size] == b[j + size]:
            size += 1
        if size >= least:
            runs.append((i, j, size))
    return runs


def longest_common_subsequence(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Words that two texts have in common in the same order.

    Oracle of the identity of an alignment in `align`: no alignment keeps more words.

    >>> longest_common_subsequence("abcd", "xbyd")
    2
    """
    row = [0] * (len(b) + 1)
    for word in a:
        above = row
        row = [0]
        for j, other in enumerate(b):
            row.append(above[j] + 1 if word == other else max(above[j + 1], row[j]))
    return row[-1]


def components(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Smallest member of the component of every node 0 ... count - 1.

    Oracle of the union-find kernel of `clusters`. It walks the graph and knows no union-find.

    >>> components(5, [(1, 2), (4, 2)])
    [0, 1, 1, 3, 1]
    """
    neighbours: defaultdict[int, list[int]] = defaultdict(list)
    for i, j in edges:
        neighbours[i].append(j)
        neighbours[j].append(i)
    label: dict[int, int] = {}
    for start in range(count):
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if node not in label:
                label[node] = start
                waiting += neighbours[node]
    return [label[node] for node in range(count)]


# ------------------------------------------------------------------------------------ filler scorer


def grams(words: Sequence[Hashable]) -> set[Shingle]:
    """Words and pairs of neighbouring words, each counted once.

    >>> sorted(grams("a b a".split()))
    [('a',), ('a', 'b'), ('b',), ('b', 'a')]
    """
    return {(word,) for word in words} | set(pairwise(words))


def inverse_document_frequency(documents: int, with_gram: int) -> float:
    """Weight of an n-gram that stands in `with_gram` of `documents` texts, smoothed.

    >>> inverse_document_frequency(9, 9)
    1.0
    """
    return math.log((1 + documents) / (1 + with_gram)) + 1


def tfidf_score(
    slots: Iterable[int], weight: Sequence[float], idf: Sequence[float], intercept: float = 0.0
) -> float:
    """Linear score of a text: `intercept + sum(w * idf) / sqrt(sum(idf^2))` over its slots.

    Term frequency is binary and the vector has length 1 (L2). An empty text scores the intercept.

    Args:
        slots: of the n-grams of the text; repetitions change nothing.
        weight: of the linear model, by slot.
        idf: by slot.

    Oracle of the scoring kernel of `filler`; a scorer that counts repetitions sees the same for
    texts without any.

    >>> tfidf_score([0, 1, 1], weight=[2.0, -1.0], idf=[3.0, 4.0])
    0.4
    """
    distinct = sorted(set(slots))
    norm = math.sqrt(math.fsum(idf[slot] ** 2 for slot in distinct))
    total = math.fsum(weight[slot] * idf[slot] for slot in distinct)
    return intercept + (total / norm if norm else 0.0)
