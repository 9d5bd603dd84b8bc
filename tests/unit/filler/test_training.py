from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from dedupe import make_model as command
from dedupe.filler import training
from dedupe.filler.modelfile import FillerModel, save
from dedupe.filler.scorer import block_sums, load_model, score_blocks
from dedupe.filler.training import Articles, Ngrams, train
from dedupe.kernels import scoring
from dedupe.sources import text_batch
from dedupe.tables import BlockKind
from dedupe.tokens import tokenise

TOPICS, MODELS, POSTS = 12, 4, 30
USUAL = re.findall(
    r"\w+", "the of and to in a that is for on with as by it was be this are from or"
)
BODY = re.findall(
    r"\w+", "engine harbour river market teacher soil copper ledger violin orbit glacier pepper"
)
ENDING = [f"ending{a}{b}" for a in "abcdefgh" for b in "abcde"]
HUMAN = re.findall(r"\w+", "website team agency users app data page blog visit link click webinar")


def paragraph(words: Sequence[str], size: int = 40) -> str:
    """Sentences of usual words and the given ones."""
    sentences = []
    for _ in range(size // 10):
        chosen = random.choices(USUAL, k=6) + random.choices(words, k=4)
        random.shuffle(chosen)
        chosen += random.choices(("by Rell", "of 1871", "here"), k=2)
        sentences.append(" ".join(chosen).capitalize() + ".")
    return " ".join(sentences)


def articles(texts: Sequence[str], groups: Sequence[int]) -> Articles:
    """Markdown texts with the number of each one's group."""
    batch = text_batch(texts, markdown=True)
    return Articles(batch, tokenise(batch), np.array(groups, np.int64))


@pytest.fixture(scope="module")
def corpora() -> tuple[Articles, Articles]:
    """Essays whose last paragraph has words of its own, and posts of other words."""
    random.seed(5)
    essays, topics = [], []
    for topic in range(TOPICS):
        own = [f"topic{chr(97 + topic)}{chr(97 + i)}" for i in range(6)]
        for _ in range(MODELS):
            body = [paragraph(BODY + own) for _ in range(5)]
            ending = f"In conclusion, {paragraph(ENDING)}"
            essays.append("\n\n".join(["# Title", *body, ending, "References", paragraph(own)]))
            topics.append(topic)
    posts = ["\n\n".join(paragraph(HUMAN) for _ in range(6)) for _ in range(POSTS)]
    return articles(essays, topics), articles(posts, [i % 2 for i in range(POSTS)])


@pytest.fixture(scope="module")
def model(corpora: tuple[Articles, Articles]) -> FillerModel:
    """Trained on the small corpora."""
    return train(*corpora, data={"b": "2", "a": "1"}, date="2025-01-01")


def test_body_ends_before_the_references(corpora: tuple[Articles, Articles]) -> None:
    """Headings, short lines and what stands below "References" are no body."""
    essays, posts = corpora
    assert len(essays.body) == 6 * TOPICS * MODELS
    assert set(essays.body_size.tolist()) == {6}
    assert essays.from_end[:6].tolist() == [5, 4, 3, 2, 1, 0]
    kinds = essays.batch.blocks.kind[essays.body]
    assert np.all(kinds == BlockKind.PARAGRAPH)
    assert len(posts.body) == 6 * POSTS
    assert essays.group_of(essays.body)[-1] == TOPICS - 1


def test_notes_of_the_writer_are_no_body() -> None:
    """Word counts and chat around an essay are not its paragraphs."""
    parts = [paragraph(BODY) for _ in range(3)]
    text = f"Sure, here is the essay. {parts[0]}\n\n{parts[1]}\n\nWord count: 1000. {parts[2]}"
    assert len(articles([text], [0]).body) == 1


def test_information_counts_topics(corpora: tuple[Articles, Articles]) -> None:
    """ln((topics + 1) / (1 + topics that use the word)), whatever the number of essays."""
    essays, _ = corpora
    steps, step, common = training.information_table(essays)
    tokens, raw = essays.tokens, essays.batch.data.tobytes()
    slot = {
        raw[start:end].decode().lower(): word >> (32 - scoring.BITS)
        for word, start, end in zip(
            tokens.hash.tolist(), tokens.start.tolist(), tokens.end.tolist(), strict=True
        )
    }
    every, one = slot["the"], slot["topicaa"]
    assert steps[every] * step == 0
    assert steps[one] * step == pytest.approx(np.log(13 / 2), abs=step)
    assert common[every]
    assert not common[one]


def test_squared_idf_by_hand() -> None:
    """(ln((1 + n) / (1 + df)) + 1) squared, rounded; a slot that nobody uses has the highest."""
    ngrams = Ngrams(
        np.array([3, 3, 4, 3], np.int32), np.zeros(4, np.int32), np.array([0, 2, 3, 4], np.int32)
    )
    squares = training.squared_idf([(ngrams, np.array([0, 1])), (ngrams, np.array([2]))])
    assert squares[3] == round((np.log(4 / 3) + 1) ** 2)
    assert squares[4] == round((np.log(4 / 2) + 1) ** 2)
    assert squares[5] == round((np.log(4 / 1) + 1) ** 2)


def test_endings_are_learned(model: FillerModel, corpora: tuple[Articles, Articles]) -> None:
    """The closing head finds the last paragraphs, and no post."""
    essays, posts = corpora
    closing = score_blocks(essays.batch, essays.tokens, model).closing[essays.body]
    last = essays.from_end == 0
    assert closing[last].min() > closing[~last].max()
    human = score_blocks(posts.batch, posts.tokens, model).closing[posts.body]
    assert closing[last].min() > human.max()


def test_cues_are_not_learned(model: FillerModel) -> None:
    """Masked words have no part in any n-gram, and no phrase holds one."""
    texts = " ".join(model.phrase_texts).split()
    assert not set(texts) & set(training.CLOSING_CUES)
    assert set(ENDING) & set(texts)


def test_reference_is_standard(model: FillerModel, corpora: tuple[Articles, Articles]) -> None:
    """Over the human reference each signal has mean 0, and the limits flag the stated shares."""
    _, posts = corpora
    scores = score_blocks(posts.batch, posts.tokens, model)
    reference = posts.body[posts.group_of(posts.body) == 1]
    for values in (scores.closing, scores.information, scores.novelty):
        assert values[reference].mean() == pytest.approx(0, abs=1e-3)
        assert values[reference].std() == pytest.approx(1, abs=1e-3)
    assert scores.generic[reference].mean() == pytest.approx(0, abs=1e-3)
    flagged = np.mean(scores.score[reference] >= model.limits["audit"])
    assert flagged == pytest.approx(0.05, abs=1 / len(reference))


def test_serving_equals_training(model: FillerModel, corpora: tuple[Articles, Articles]) -> None:
    """Sums of the kernel over every paragraph are the products of the training features."""
    essays, _ = corpora
    ngrams = Ngrams.of(essays, model.table)
    idf = np.sqrt((model.table >> 16 & 0x7F).astype(np.float64))
    for column, shift in ((scoring.WORDING, 0), (scoring.CLOSING, 8)):
        weights = ((model.table >> shift & 0xFF) - scoring.BIAS) / idf
        expected = ngrams.matrix(essays.body, idf) @ weights
        sums, _ = block_sums(essays.batch, essays.tokens, model)
        found = (sums[column] / np.sqrt(np.maximum(sums[scoring.SQUARES], 1)))[essays.body]
        assert np.allclose(found, expected, atol=1e-4)


def test_training_again_gives_the_same_bytes(
    model: FillerModel, corpora: tuple[Articles, Articles], tmp_path: Path
) -> None:
    """Nothing in a model depends on the run."""
    again = train(*corpora, data={"a": "1", "b": "2"}, date="2025-01-01")
    for name, made in (("a", model), ("b", again)):
        save(made, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.slow
def test_shipped_model_comes_from_the_data(shared_data: Path, tmp_path: Path) -> None:
    """The recipe gives the shipped model; weights may differ by rounding on another processor."""
    made = command.train_from(shared_data)
    shipped = load_model()
    assert made.header.data == shipped.header.data
    assert made.phrase_texts[:100] == shipped.phrase_texts[:100]
    difference = (made.table & 0xFF) - (shipped.table & 0xFF)
    assert np.abs(difference).max() <= 1
    assert made.limits == pytest.approx(dict(shipped.limits), abs=0.005)
