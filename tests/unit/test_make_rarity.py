from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dedupe import make_rarity
from dedupe.kernels.words import hash_words
from dedupe.rarity import RARITY


def test_stems_of_several_texts_are_listed() -> None:
    """In sixteenths of a nat: -ln of the share of texts, by the first five letters."""
    found = make_rarity.rarities(["Water and salt.", "Watering it.", "Salt, and *more* salt.", "x"])
    stems = hash_words(("and", "salt", "water"))
    assert found["stem"].tolist() == sorted(stems.tolist())
    assert found["sixteenths"].tolist() == [round(16 * float(np.log(2)))] * 3


def test_shipped_table_is_made_of_the_data(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes, whoever makes it."""
    made = tmp_path / "rarity.npz"
    monkeypatch.setattr("sys.argv", ["", "--data", str(shared_data), "--output", str(made)])
    make_rarity.main()
    assert made.read_bytes() == RARITY.read_bytes()
