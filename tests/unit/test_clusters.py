from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from dedupe import clusters
from dedupe.align import shingle_overlap
from dedupe.arrays import I32, U32
from dedupe.tables import EditKind, EditTable, Isolation, MatchTable, RegionTable
from tests import naive
from tests.strategies import distinct_words

Pairs = list[tuple[int, int]]


def corpus_of(articles: list[list[int]]) -> tuple[U32, list[int]]:
    """Words of all articles, and where each begins."""
    place: list[int] = np.cumsum([0, *map(len, articles)]).tolist()
    return np.array([word for words in articles for word in words], np.uint32), place


def whole_matches(articles: list[list[int]], pairs: Pairs) -> MatchTable:
    """Matches of whole articles with their exact similarities."""
    _, place = corpus_of(articles)
    sets = [naive.shingles(words, 5) for words in articles]
    a, b = np.array(pairs, np.int32).reshape(-1, 2).T.copy()
    at: np.ndarray[tuple[int], np.dtype[np.int64]] = np.array(place, np.int64)
    similarity = [naive.jaccard(sets[i], sets[j]) for i, j in pairs]
    contained = [naive.containment(sets[i], sets[j]) for i, j in pairs]
    return MatchTable(
        a, b, at[a], at[a + 1], at[b], at[b + 1], np.array(similarity),
        np.array(contained), np.array(contained),
    )  # fmt: skip


def proven(articles: list[list[int]], least: float = 0.4) -> Pairs:
    """All pairs of articles that are similar enough."""
    return list(naive.near_duplicates(articles, 5, least))


def cluster(
    matches: MatchTable, token: U32, rank: I32, isolation: Isolation | None = None
) -> RegionTable:
    """The clusters of some matches."""
    with ThreadPoolExecutor(2) as pool:
        overlap = partial(shingle_overlap, token, pool=pool)
        return clusters.cluster(matches, token, rank, overlap, pool, isolation)


def clustered(
    articles: list[list[int]], pairs: Pairs, rank: list[int] | None = None
) -> RegionTable:
    """Clusters of whole articles; without ranks the first of the corpus came first."""
    token, _ = corpus_of(articles)
    order = np.array(range(len(articles)) if rank is None else rank, np.int32)
    return cluster(whole_matches(articles, pairs), token, order)


def test_isolated_articles_share_no_cluster() -> None:
    """The folder of the medoid stays, or the one that holds most; the others keep their matches."""
    text = list(range(40))
    articles = [text, text[:38], text[2:], text, text]
    pairs = [(a, b) for a in range(4) for b in range(a + 1, 5)]
    token, _ = corpus_of(articles)
    matches, rank = whole_matches(articles, pairs), np.arange(5, dtype=np.int32)
    for folder, together in (
        ([-1, -1, -1, 0, -1], {0, 1, 2, 3, 4}),
        ([-1, 0, 1, 1, -1], {0, 2, 3, 4}),
        ([0, 1, 1, 1, -1], {0, 4}),
        ([-1, 0, 1, -1, -1], {0, 1, 3, 4}),
    ):
        isolation = Isolation(np.array([folder], np.int32))
        table = cluster(matches, token, rank, isolation)
        alone = [{article} for article in range(5) if article not in together]
        assert families(table) == [together, *alone], folder


def families(table: RegionTable) -> list[set[int]]:
    """Articles of each cluster, in the order of the clusters."""
    found: list[set[int]] = [set() for _ in range(len(table.original))]
    for article, cluster in zip(table.article.tolist(), table.cluster.tolist(), strict=True):
        found[cluster].add(article)
    return found


def replaced(words: list[int], rng: np.random.Generator, count: int) -> list[int]:
    """The text with as many neighbouring words replaced by new ones."""
    at = int(rng.integers(0, len(words) - count + 1))
    fresh: list[int] = rng.integers(0, 2**32, count).tolist()
    return words[:at] + fresh + words[at + count :]


def chain(rng: np.random.Generator, links: int) -> list[list[int]]:
    """Sixty words, of which every article changes the next twelve more."""
    texts = [distinct_words(rng, 60).tolist()]
    fresh = distinct_words(rng, 60 * links).tolist()
    for link in range(links):
        low = link * 12 % 60
        change = fresh[link * 12 : link * 12 + 12]
        texts.append(texts[-1][:low] + change + texts[-1][low + 12 :])
    return texts


def test_no_matches_give_no_clusters() -> None:
    """Empty tables go in, empty tables come out."""
    table = clustered([[1, 2, 3]], [])
    assert len(table.article) == len(table.original) == len(table.medoid) == 0
    assert table.match_region.shape == (0, 2)


def test_original_came_first(rng: np.random.Generator) -> None:
    """The original is the member of the lowest rank, not the first of the corpus."""
    text = distinct_words(rng, 50).tolist()
    articles = [replaced(text, rng, 5) for _ in range(3)]
    table = clustered(articles, proven(articles), [2, 0, 1])
    assert families(table) == [{0, 1, 2}]
    assert table.article[table.original].tolist() == [1]


def test_two_families_stay_apart(rng: np.random.Generator) -> None:
    """Passages without a match between them are two clusters, numbered from 0."""
    one, two = distinct_words(rng, 50).tolist(), distinct_words(rng, 50).tolist()
    articles = [one, two, replaced(one, rng, 3), replaced(two, rng, 3)]
    table = clustered(articles, proven(articles))
    assert sorted(families(table), key=min) == [{0, 2}, {1, 3}]
    assert sorted(table.cluster.tolist()) == [0, 0, 1, 1]


def test_medoid_is_the_most_similar_member(rng: np.random.Generator) -> None:
    """The text from which all others were made, each in its own way, wherever it stands."""
    for _ in range(20):
        text = distinct_words(rng, 60).tolist()
        articles = [replaced(text, rng, 12) for _ in range(6)]
        at = int(rng.integers(0, 7))
        articles.insert(at, text)
        table = clustered(articles, proven(articles, 0.2))
        assert families(table) == [set(range(7))]
        assert table.article[table.medoid].tolist() == [at]
        assert naive.medoid([naive.shingles(words, 5) for words in articles]) == at


def test_medoid_follows_its_formula(rng: np.random.Generator) -> None:
    """In random clusters, the member with the best similarity to the average one, by sets."""
    for _ in range(30):
        text = distinct_words(rng, 60).tolist()
        articles = [replaced(text, rng, int(rng.integers(1, 15))) for _ in range(6)]
        articles = [words[: int(rng.integers(45, 61))] for words in articles]
        sets = [naive.shingles(words, 5) for words in articles]
        mean = sum(map(len, sets)) / len(sets)
        scores = []
        for own in sets:
            overlap = sum(len(own & other) for other in sets) / len(sets)
            scores.append(round(overlap / (len(own) + mean - overlap), 9))
        star = [(i, j) for i in range(6) for j in range(i + 1, 6)]
        table = clustered(articles, star)
        if families(table) == [set(range(6))]:
            assert table.article[table.medoid].tolist() == [scores.index(max(scores))]


def test_medoid_of_brute_force_on_clusters_of_equal_size(
    rng: np.random.Generator,
) -> None:
    """Where texts have one length, no member's mean similarity beats the medoid's by much.

    The formula replaces the mean of ratios by a ratio of means; on texts of equal size x -> x /
    (2 n - x) is convex, and the difference is bounded by the variance of the overlaps.
    """
    for _ in range(30):
        text = distinct_words(rng, 60).tolist()
        articles = [replaced(text, rng, int(rng.integers(1, 12))) for _ in range(5)]
        sets = [naive.shingles(words, 5) for words in articles]
        means = [sum(naive.jaccard(own, other) for other in sets) / 5 for own in sets]
        overlaps = [[len(own & other) / 56 for other in sets] for own in sets]
        spread = max(float(np.var(row)) for row in overlaps)
        table = clustered(articles, [(i, j) for i in range(5) for j in range(i + 1, 5)])
        assert families(table) == [set(range(5))]
        chosen = int(table.article[table.medoid[0]])
        # Second derivative of x / (2 - x) on [0, 1] is at most 4: half of it times the variance.
        assert max(means) - means[chosen] <= 2 * spread + 1e-9


def test_every_member_is_proven(rng: np.random.Generator) -> None:
    """A passage that drifts from copy to copy: members share half with the medoid or match it."""
    articles = chain(rng, 5)
    pairs = proven(articles)
    assert {(i, i + 1) for i in range(5)} <= set(pairs)
    assert (0, 5) not in pairs
    table = clustered(articles, pairs)
    sets = [naive.shingles(words, 5) for words in articles]
    for number in range(len(table.original)):
        medoid = int(table.article[table.medoid[number]])
        for article in families(table)[number] - {medoid}:
            matched = (min(article, medoid), max(article, medoid)) in pairs
            assert matched or naive.containment(sets[article], sets[medoid]) >= clusters.MEMBER


def test_bridge_does_not_melt_two_families(rng: np.random.Generator) -> None:
    """One article that holds a third of either family leaves them two."""
    one, two = distinct_words(rng, 60).tolist(), distinct_words(rng, 60).tolist()
    articles = [replaced(text, rng, 2) for text in (one, two) for _ in range(5)]
    articles.append(one[40:] + distinct_words(rng, 20).tolist() + two[:20])
    pairs = [*proven(articles[:10]), (0, 10), (5, 10)]
    found = families(clustered(articles, pairs))
    assert not any({0, 5} <= family for family in found)
    assert any(set(range(5)) <= family for family in found)
    assert any(set(range(5, 10)) <= family for family in found)


def test_order_of_matches_does_not_matter(rng: np.random.Generator) -> None:
    """The same clusters, originals and medoids from matches in any order."""
    texts = [distinct_words(rng, 60).tolist() for _ in range(3)]
    articles = [replaced(texts[i % 3], rng, int(rng.integers(1, 15))) for i in range(15)]
    articles += chain(rng, 4)
    pairs = proven(articles)
    matches = whole_matches(articles, pairs)
    token, _ = corpus_of(articles)
    rank = rng.permutation(len(articles)).astype(np.int32)
    want = cluster(matches, token, rank)
    for _ in range(10):
        rows = rng.permutation(len(matches))
        shuffled = matches.rows(rows)
        found = cluster(shuffled, token, rank)
        for name in ("article", "start", "end", "cluster", "original", "medoid"):
            assert np.array_equal(getattr(found, name), getattr(want, name)), name
        assert np.array_equal(found.match_region, want.match_region[rows])


def test_spans_of_one_passage_are_one_region() -> None:
    """Spans that overlap by half are merged, others of the same article are not."""
    token = np.arange(300, dtype=np.uint32)
    zero, one, two = 0, 1, 2
    matches = MatchTable(
        np.array([zero, zero, zero], np.int32), np.array([one, two, two], np.int32),
        np.array([0, 10, 60]), np.array([40, 50, 90]),
        np.array([100, 200, 240]), np.array([140, 240, 270]),
        np.ones(3), np.ones(3), np.ones(3),
    )  # fmt: skip
    article, start, end, of_match = clusters.regions(matches)
    rows = list(zip(article.tolist(), start.tolist(), end.tolist(), strict=True))
    assert rows == [(0, 0, 50), (0, 60, 90), (1, 100, 140), (2, 200, 240), (2, 240, 270)]
    assert of_match.tolist() == [[0, 2], [0, 3], [1, 4]]
    table = cluster(matches, token, np.arange(3, dtype=np.int32))
    assert table.match_region.tolist() == of_match.tolist()


def test_copy_inside_a_reworded_article_is_a_region_of_its_own() -> None:
    """A copied paragraph is not merged into the span of a reworded match that holds it."""
    matches = MatchTable(
        np.array([0, 0], np.int32), np.array([1, 2], np.int32),
        np.array([0, 60]), np.array([100, 90]),
        np.array([100, 260]), np.array([200, 290]),
        np.array([0.2, 1.0]), np.ones(2), np.ones(2),
        EditTable(
            np.array([EditKind.REWORDED, EditKind.VERBATIM], np.uint8),
            np.array([0.3, 1.0]), np.ones(2), np.full(2, np.nan), np.ones(2),
        ),
    )  # fmt: skip
    article, start, end, of_match = clusters.regions(matches)
    rows = list(zip(article.tolist(), start.tolist(), end.tolist(), strict=True))
    assert rows == [(0, 60, 90), (0, 0, 100), (1, 100, 200), (2, 260, 290)]
    assert of_match.tolist() == [[1, 2], [0, 3]]


def test_paragraph_of_a_reworded_article_is_a_region_of_its_own() -> None:
    """It stands reworded in one article, and is not taken for the whole that stands in another."""
    whole, paragraph, other = (0, 300, 1000, 1290), (100, 140, 2000, 2045), (96, 138, 3000, 3041)
    a_start, a_end, b_start, b_end = np.array([whole, paragraph, other], np.int64).T
    half = np.full(3, 0.2)
    kind = np.full(3, EditKind.REWORDED, np.uint8)
    matches = MatchTable(
        np.zeros(3, np.int32), np.array([1, 2, 3], np.int32), a_start, a_end, b_start, b_end,
        half, half, half, EditTable(kind, half, half, half, half),
    )  # fmt: skip
    article, start, end, of_match = clusters.regions(matches)
    assert article.tolist() == [0, 0, 1, 2, 3]
    assert start[:2].tolist() == [0, 96]
    assert end[:2].tolist() == [300, 140]
    assert of_match.tolist() == [[0, 2], [1, 3], [1, 4]]


def test_place_is_no_copy_of_itself(rng: np.random.Generator) -> None:
    """A paragraph leaves the cluster in which its whole article stands already."""
    words = distinct_words(rng, 300)
    token = np.concatenate([words, words, words[60:220]])
    # The whole stands in articles 0 and 1; the third holds a part of it, and matches a paragraph.
    rows = [(0, 300, 300, 600), (300, 600, 600, 760), (100, 160, 600, 720)]
    a_start, a_end, b_start, b_end = np.array(rows).T.copy()
    share = np.full(3, 0.3)
    kind = np.full(3, EditKind.REWORDED, np.uint8)
    matches = MatchTable(
        np.array([0, 1, 0], np.int32), np.array([1, 2, 2], np.int32),
        a_start, a_end, b_start, b_end, share, share, share,
        EditTable(kind, share, share, share, share),
    )  # fmt: skip
    table = cluster(matches, token, np.arange(3, dtype=np.int32))
    places = list(zip(table.article.tolist(), table.start.tolist(), strict=True))
    assert places == [(0, 0), (0, 100), (1, 300), (2, 600)]
    whole, paragraph, other, part = table.cluster.tolist()
    assert whole == other == part != paragraph


def test_region_of_a_cluster_never_holds_a_stranger(rng: np.random.Generator) -> None:
    """Every region belongs to exactly one cluster, and its original and medoid are members."""
    articles = chain(rng, 9)
    table = clustered(articles, proven(articles))
    for number in range(len(table.original)):
        assert table.cluster[table.original[number]] == number
        assert table.cluster[table.medoid[number]] == number
