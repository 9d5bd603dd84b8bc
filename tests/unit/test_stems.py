from __future__ import annotations

from dedupe import stems
from dedupe.tokens import tokenise
from tests.strategies import block_batch


def test_names_are_capitalised_within_a_sentence() -> None:
    """The first word of a sentence tells nothing; in any script that has capitals."""
    batch, _ = block_batch(
        ["The Mayor of Kyiv met Anna. Nobody at NATO said so.", "Об этом знает Анна."]
    )
    table = tokenise(batch)
    places = zip(table.start.tolist(), table.end.tolist(), stems.names(table).tolist(), strict=True)
    found = [batch.data[low:high].tobytes().decode() for low, high, named in places if named]
    assert found == ["Mayor", "Kyiv", "Anna", "NATO", "Анна"]
