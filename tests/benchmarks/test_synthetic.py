"""The made corpora are what they were when their digests were pinned, and their truth is true."""

import functools
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks import corpora, definitions, posts
from benchmarks.synthetic import plan, texts
from tests import naive

SIZE = 10_000_000
Made = tuple[str, list[texts.Batch]]


@pytest.fixture(scope="module", params=["plain", "markdown"])
def made(request: pytest.FixtureRequest) -> Made:
    """All batches of a normal corpus of 10 MB."""
    kind = plan.KINDS[request.param]
    return request.param, list(texts.batches(kind, SIZE))


@functools.cache
def sample() -> posts.Posts:
    """The first articles of a normal corpus, to be measured."""
    batches = itertools.islice(texts.batches(plan.KINDS["plain"], SIZE), 2)
    return posts.Posts([text.decode() for batch in batches for _, text in batch.files])


def by_name(batches: Sequence[texts.Batch]) -> dict[str, str]:
    """Text of every article by id."""
    return {
        path.split("/")[1].split(".")[0]: text.decode()
        for batch in batches
        for path, text in batch.files
    }


def shingles(text: str) -> set[naive.Shingle]:
    """5-word shingles by the oracle."""
    return naive.shingles([word.folded for word in naive.split_words(text)[0]], 5)


def test_corpus_has_the_pinned_digest(made: Made) -> None:
    """The same bytes on every machine, so that figures of two machines are about the same text."""
    name, batches = made
    files = itertools.chain.from_iterable(batch.files for batch in batches)
    assert corpora.digest(files) == definitions.digests()[f"{name}-10MB"]


@pytest.mark.parametrize("kind", sorted(set(plan.KINDS) - {"plain", "markdown"}))
def test_adversarial_corpora_have_the_pinned_digest(kind: str) -> None:
    """As the normal ones; the small size of the smoke group."""
    batches = texts.batches(plan.KINDS[kind], 1_000_000)
    files = itertools.chain.from_iterable(batch.files for batch in batches)
    assert corpora.digest(files) == definitions.digests()[f"{kind}-1MB"]


def test_written_corpus_is_the_one_that_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files and truth go to the disk batch by batch, and are used again when they are there."""
    monkeypatch.setenv("DEDUPE_BENCH_DIR", str(tmp_path))
    corpus = corpora.materialise("plain-1MB")
    assert corpora.digest(corpora.read_files(corpus.folder)) == definitions.digests()["plain-1MB"]
    made = list(texts.batches(plan.KINDS["plain"], 10**6))
    assert corpus.table("copies", texts.Copy) == [c for batch in made for c in batch.copies]
    assert corpus.table("members", texts.Member) == [m for batch in made for m in batch.members]
    assert len(corpus.paths) == sum(len(batch.files) for batch in made)
    (corpus.folder / "mark").touch()
    assert (corpora.materialise("plain-1MB").folder / "mark").exists()


def test_articles_have_the_promised_size(made: Made) -> None:
    """3 to 5 KB, but for the few that take long copies."""
    sizes = np.array([len(text) for batch in made[1] for _, text in batch.files])
    assert len(sizes) == SIZE // texts.ARTICLE_BYTES
    assert np.quantile(sizes, 0.01) >= 3_000
    assert np.quantile(sizes, 0.90) <= 5_000
    assert abs(sizes.sum() / SIZE - 1) < 0.05


@pytest.mark.parametrize(
    ("measure", "real", "tolerance"),
    [
        (posts.Posts.distinct, [267], 0.05),
        (posts.Posts.shares, [0.0586, 0.0039, 0.0662, 0.0209, 0.0062], 0.25),
        (posts.Posts.letters, [2.5, 4.36, 6.48, 7.52, 8.11], 0.2),
    ],
)
def test_words_are_distributed_as_in_real_posts(
    measure: Callable[[posts.Posts], list[float]], real: list[float], tolerance: float
) -> None:
    """The figures that `python -m benchmarks.posts` printed for digitalgov and slopscore."""
    assert measure(sample()) == pytest.approx(real, rel=tolerance)


def test_similarity_of_copies_is_exact_and_near_the_wanted_one(made: Made) -> None:
    """Counted by the oracle on the text between the recorded places; links are no words there."""
    name, batches = made
    by_id = by_name(batches)
    copies = [copy for batch in batches for copy in batch.copies]
    assert {copy.sentences for copy in copies} == set(range(1, 11))
    assert {copy.wanted for copy in copies} == set(plan.SIMILARITIES)
    if name == "plain":
        for copy in copies:
            host = by_id[copy.host][copy.start : copy.end]
            donor = by_id[copy.donor][copy.donor_start : copy.donor_end]
            assert naive.jaccard(shingles(host), shingles(donor)) == pytest.approx(copy.similarity)
    for wanted in plan.SIMILARITIES:
        made_so = [c.similarity for c in copies if c.wanted == wanted and c.words >= 60]
        assert np.mean(made_so) == pytest.approx(wanted, abs=0.04)


def test_copies_begin_and_end_with_sentences(made: Made) -> None:
    """Places are code points, although the text holds dashes and apostrophes of three bytes."""
    by_id = by_name(made[1])
    for batch in made[1]:
        for copy in batch.copies:
            for text, start, end in (
                (by_id[copy.host], copy.start, copy.end),
                (by_id[copy.donor], copy.donor_start, copy.donor_end),
            ):
                assert text[end - 1] == "."
                assert start == 0 or text[start - 1] in " \n"


def test_places_of_a_notice_are_equal_and_those_of_a_form_are_not(made: Made) -> None:
    """A notice recurs word for word, a form with its slots filled anew."""
    by_id = by_name(made[1])
    places: dict[str, list[str]] = {}
    for member in (member for batch in made[1] for member in batch.members):
        place = by_id[member.id][member.start : member.end]
        places.setdefault(member.family, []).append(place)
    assert len(places) == plan.FORMS + plan.NOTICES
    for family, found in places.items():
        assert len(set(found)) == (1 if family.startswith("notice") else len(found))


def test_an_article_does_not_depend_on_its_batch() -> None:
    """What lets the donor of a copy be made again, and a corpus of any size be streamed."""
    kind = plan.KINDS["markdown"]
    composed, _ = texts.compose(np.array([7, 1_733, 2_499]), 2_500, kind)
    alone, _ = texts.compose(np.array([1_733]), 2_500, kind)
    first, second = composed.ends.tolist()[:2]
    assert composed.text[first:second].tobytes() == alone.text.tobytes()


def test_no_pair_of_mutants_is_equal_and_all_are_alike() -> None:
    """One article, in which 4 % of the words are changed each time."""
    (batch, *_) = texts.batches(plan.KINDS["mutants"], 100_000)
    words = [[w.folded for w in naive.split_words(text.decode())[0]] for _, text in batch.files]
    for one, other in itertools.combinations(words, 2):
        equal = np.mean([a == b for a, b in zip(one, other, strict=True)])
        assert 0.88 < equal < 0.97


def test_framed_sentences_share_their_ends_and_nothing_else() -> None:
    """A collision of first and last words is none of the text between them."""
    (batch, *_) = texts.batches(plan.KINDS["framed"], 20_000)
    text = " ".join(text.decode() for _, text in batch.files)
    sentences = [[w.folded for w in naive.split_words(s)[0]] for s in text.split(".")]
    whole = [s for s in sentences if len(s) > 3 * texts.FRAME]
    assert len({tuple(s[-texts.FRAME :]) for s in whole}) == 1
    assert len({tuple(s[texts.FRAME : -texts.FRAME]) for s in whole}) == len(whole)
