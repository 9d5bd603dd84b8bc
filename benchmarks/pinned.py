"""Corpora that are what their figures are about: read once, and compared with a pinned digest."""

from __future__ import annotations

from benchmarks import corpora, definitions, harness


def ready(name: str) -> corpora.Corpus:
    """The corpus of that name, its files in the page cache.

    Those that a data set gives have no pin: what they are made from is compared when they are made.

    Raises:
        KeyError: there is none of that name.
        FileNotFoundError: the data of the corpus are absent.
        ValueError: it is not the pinned one, or a made one that nobody has pinned.
    """
    corpus = corpora.materialise(name)
    found, _ = harness.warm(corpus.folder)
    pinned = definitions.digests().get(name)
    if (pinned or corpora.made_corpus(name)) and found != pinned:
        raise ValueError(f"{name}: digest {found}, pinned {pinned}")
    return corpus
