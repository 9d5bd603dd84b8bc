from __future__ import annotations

import numpy as np

from dedupe import stems
from dedupe.sources import text_batch
from dedupe.tokens import tokenise


def named(*texts: str) -> list[str]:
    """The words that are written as names, of all texts."""
    batch = text_batch(texts)
    table = tokenise(batch)
    first_block = np.searchsorted(batch.blocks.article, range(len(texts) + 1))
    first = table.sentence[table.block[first_block]].astype(np.int64)
    found = stems.names(table, first).tolist()
    places = zip(table.start.tolist(), table.end.tolist(), found, strict=True)
    return [batch.data[low:high].tobytes().decode() for low, high, is_name in places if is_name]


def test_names_are_capitalised_within_a_sentence() -> None:
    """The first word of a sentence tells nothing; in any script that has capitals."""
    assert named(
        "The mayor of a small town that is called Kyiv met one of the sisters, Anna. Nobody at the "
        "headquarters of NATO had said so, as far as we can tell from the papers that were kept.",
        "Об этом знает Анна, но она никому ничего не говорит до самого конца года.",
    ) == ["Kyiv", "Anna", "NATO", "Анна"]


def test_capitals_everywhere_are_no_names() -> None:
    """In German every noun has one, in a title every word."""
    assert named(
        "Der alte Müller verkaufte im Herbst seine Mühle an die Gemeinde und zog zu der Tochter.",
        "How The Mayor Of Kyiv Met Anna, And What The Papers Said About It",
        "the mayor of the town which is called Kyiv has met one of the three sisters",
    ) == ["Kyiv"]


def test_long_sentences_are_compared_in_equal_parts() -> None:
    """At most 32 words each; what has no words stays, and so do the edges of sentences."""
    sentence = np.array([0, 32, 65, 65, 70, 166], np.int32)
    assert stems.units(sentence).tolist() == [0, 32, 48, 65, 65, 70, 102, 134, 166]
    assert stems.units(sentence[:1]).tolist() == [0]
