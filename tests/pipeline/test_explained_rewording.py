"""What `explain` says of reworded passages."""

from __future__ import annotations

from concurrent.futures import Executor
from math import log

import numpy as np
import pytest

from dedupe import pipeline, rewordings
from dedupe.model import NearestReworded
from dedupe.pipeline import reworded
from dedupe.rarity import RARITY_BITS, rarity
from dedupe.tables import Stems
from tests.pipeline.farm import Folder, Writer, of_rule, settings
from tests.pipeline.test_rewording import SAME_TOPIC, SPUN, WRITTEN


def nearest(
    path: str, line: int, depth: str = "standard", *left_out: str
) -> NearestReworded | None:
    """Of the block at a line of an article in this folder."""
    chosen = settings(matching={"depth": depth, "ignore_sections": left_out})
    (passage,) = pipeline.explain(path, line, ["."], chosen).passages
    return passage.reworded


def test_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stem that a side repeats counts in part, one that is a name on both sides is not rare."""
    monkeypatch.setattr(rewordings, "information", lambda stem, _: stem / 2)
    ours = np.array([1, 8, 9, 8, 9, 3, 7, 1], np.uint32)
    theirs = np.array([8, 9, 1, 3, 8, 7, 8, 5], np.uint32)
    stem = np.append(ours, theirs)
    name = np.isin(stem, (7, 9))
    name[2] = False
    stems = Stems(stem, name, np.array([0, 16]))
    made = reworded.parts(stems, (0, 8, 8, 16), rarity())
    # 1 twice here, 9 twice here, 8 three times there; 8, 9, 3, 7 in the same order
    assert made.shared == pytest.approx(1 / 2 + 1 / 3 + 1 / 2 + 1 + 1)
    assert made.chain == pytest.approx(1 / 3 + 1 / 2 + 1 + 1)
    assert (made.rare_stems, made.best) == (3, (2, 1, 5))
    assert made.evidence == pytest.approx(log((10 / 3 + 1) * (17 / 6 + 1)))
    assert made.order(16) == pytest.approx(17 / 24)


@pytest.mark.parametrize("known", [True, False])
def test_parts_give_the_evidence_of_the_kernel(
    rng: np.random.Generator, pool: Executor, *, known: bool
) -> None:
    """Of stems in the table of rarity, with repetitions, and of others; with limits and without."""
    table = rarity()
    common = np.flatnonzero(table < 6).astype(np.uint32) << np.uint32(32 - RARITY_BITS)
    every_stem = rng.choice(common, 900) if known else rng.integers(0, 2**32, 900, np.uint32)
    texts = every_stem[rng.integers(0, 900, (2, 1200))]
    for at in range(100, 1100, 200):
        copy = texts[0, at : at + 60].copy()
        copy[:: 2 + at // 200] = rng.integers(0, 2**32, len(copy[:: 2 + at // 200]), np.uint32)
        texts[1, at + 40 : at + 100] = copy
    stems = Stems(texts.ravel(), rng.random(2400) < 0.5, np.arange(0, 2401, 12))
    corpus = (np.array([[0, 1]], np.int32), np.array([[0, 1200, 1200, 2400]]), stems)
    edges = np.array([0, 1200, 2400])
    every = rewordings.align(*corpus, edges, table, pool, rewordings.NO_LIMITS)
    assert len(every.span) >= 4
    for (a, b, c, d), evidence in zip(every.span.tolist(), every.evidence.tolist(), strict=True):
        made = reworded.parts(stems, (a, b, c, d), table)
        assert made.evidence == pytest.approx(evidence)
    counted = rewordings.align(*corpus, edges, table, pool)
    assert {tuple(span) for span in counted.span.tolist()} <= {
        tuple(span) for span in every.span.tolist()
    }


def test_reported_passage(folder: Folder, writer: Writer) -> None:
    """The places and the evidence of the finding, from either side, whatever stands around them."""
    folder.write("a.txt", writer.prose(88), WRITTEN, writer.prose(66))
    folder.write("b.txt", writer.prose(55), SPUN, writer.prose(99))
    folder.write("c.txt", writer.prose(200), SAME_TOPIC)
    (finding,) = of_rule(folder.scan(), "DUP104")
    fact, evidence = finding.evidence
    for path, other, text in (("b.txt", "a.txt", SPUN), ("a.txt", "b.txt", WRITTEN)):
        near = nearest(path, 3)
        assert near is not None
        assert (near.path, near.missed, near.reported) == (other, (), "DUP104")
        assert near.evidence == evidence.weight
        assert fact.text.startswith(f"{near.edit}: {near.runs:.0%} of three-word runs")
        assert (finding.span == near.here) == (path == "b.txt")
        assert near.rare_stems >= 6
        assert near.order >= near.order_limit
        assert near.words + near.other_words >= 68
        assert len(near.stems) == 8
        assert all(stem in text for stem in near.stems)


def test_near_miss(folder: Folder, writer: Writer) -> None:
    """A reworded sentence, and half of one, are shown with the limits that they miss."""
    folder.write("a.txt", writer.prose(66), WRITTEN, writer.prose(66))
    sentence = SPUN.split(". ")[-1]
    half = sentence.split(", where")[0] + ", and nobody walked home."
    for path, text, evident in (("b.txt", sentence, True), ("c.txt", half, False)):
        folder.write(path, writer.prose(33), text, writer.prose(33))
        near = nearest(path, 3)
        (folder.root / path).unlink()
        assert near is not None
        assert near.path == "a.txt"
        assert near.missed[-2:] == ("words-of-both", "candidates")
        assert near.words + near.other_words < near.both_words_limit
        assert ("evidence" not in near.missed) == evident
        assert (near.evidence >= near.evidence_limit) == evident
        assert near.reported is None


def test_common_topic(folder: Folder) -> None:
    """Words of one topic make no passage, not even one that falls short."""
    folder.write("a.txt", WRITTEN)
    folder.write("b.txt", SAME_TOPIC)
    assert nearest("b.txt", 1) is None


def test_nothing_in_common(folder: Folder, writer: Writer) -> None:
    """Other words, an article alone, text that is left out, and depth fast have none."""
    folder.write("a.txt", writer.prose(60))
    assert nearest("a.txt", 1) is None
    folder.write("b.txt", writer.prose(60))
    assert nearest("a.txt", 1) is None
    folder.write("c.md", "# Salt", WRITTEN)
    folder.write("d.txt", SPUN)
    assert nearest("d.txt", 1) is not None
    assert nearest("d.txt", 1, "fast") is None
    assert nearest("c.md", 3, "standard", "salt") is None
