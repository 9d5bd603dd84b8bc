from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.findings import AccountLines, Shares
from dedupe.model import Article
from dedupe.rows import Accounts
from dedupe.texts import Strings

_numbers = st.integers(0, 2**40)
_paths = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(_paths, *[_numbers] * 5)))
def test_lines_are_those_of_objects(rows: list[tuple[str, int, int, int, int, int]]) -> None:
    """To the byte, and the objects come back: one by one, in slices, and all."""
    words, *others = np.array([row[1:] for row in rows], np.int64).reshape(-1, 5).T
    shares = Shares(words + sum(others), *others)
    expected = [
        Article(row[0], *numbers)
        for row, *numbers in zip(
            rows, shares.words.tolist(), *(column.tolist() for column in others), words.tolist(),
            strict=True,
        )
    ]  # fmt: skip
    paths = Strings.of(row[0] for row in rows)
    lines = AccountLines(paths, shares)
    assert list(map(bytes, lines)) == list(map(msgspec.json.encode, expected))
    assert b"".join(lines.ended()) == msgspec.json.Encoder().encode_lines(expected)
    accounts = Accounts(lines, paths)
    assert list(accounts) == expected
    assert [accounts[place] for place in range(len(accounts))] == expected
    assert accounts[1:3] == tuple(expected[1:3])
