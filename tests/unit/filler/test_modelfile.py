from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest

from dedupe.errors import ModelFileError
from dedupe.filler import scorer
from dedupe.filler.modelfile import FillerModel, load, pack, save
from dedupe.filler.scorer import load_model
from dedupe.kernels import scoring
from dedupe.kernels.words import hash_word


@pytest.fixture
def model() -> FillerModel:
    """The shipped model."""
    return load_model()


def test_saved_and_loaded_again(model: FillerModel, tmp_path: Path) -> None:
    """A model survives its file, and the file is the same each time."""
    first, second = tmp_path / "a.npz", tmp_path / "b.npz"
    save(model, first)
    again = load(first)
    save(again, second)
    assert first.read_bytes() == second.read_bytes()
    assert again.header == model.header
    assert np.array_equal(again.table, model.table)
    assert np.array_equal(again.phrase_keys, model.phrase_keys)
    assert again.phrase_texts == model.phrase_texts
    assert load_model(str(first)).name == model.name


def test_shipped_model_is_small(model: FillerModel) -> None:
    """At most 700 KB; it names what it was made of."""
    path = Path(scorer.__file__).with_name("en.npz")
    assert path.stat().st_size <= 700_000
    assert set(model.header.data) == {"slopscore/docs.jsonl.gz", "digitalgov/docs.jsonl.gz"}


def test_phrases_have_the_keys_of_their_texts(model: FillerModel) -> None:
    """The text of a learned phrase is the one whose words have the stored hashes."""
    for place in range(0, len(model.phrase_texts), 97):
        first, *second = (hash_word(word) for word in model.phrase_texts[place].split())
        key = first << 32 | second[0] if second else first
        assert key == int(model.phrase_keys[place])


@pytest.mark.parametrize(
    "change",
    [
        {"magic": "another"},
        {"format": 99},
        {"bits": 18},
        {"mix": 3},
        {"normaliser": 0},
        {"limits": {"default": 0.7}},
        {"limits": {"strict": float("inf"), "default": 0.7, "audit": 0.6}},
        {"human_share": []},
    ],
)
def test_foreign_model_is_refused(
    model: FillerModel, tmp_path: Path, change: dict[str, object]
) -> None:
    """Other slots, hashes, formats or broken limits: no silent fall-back."""
    header = msgspec.structs.replace(model.header, **change)
    save(dataclasses.replace(model, header=header), tmp_path / "m.npz")
    with pytest.raises(ModelFileError):
        load(tmp_path / "m.npz")


def test_missing_and_damaged_files_are_refused(model: FillerModel, tmp_path: Path) -> None:
    """Whatever is no model ends the run with exit code 2."""
    path = tmp_path / "m.npz"
    with pytest.raises(ModelFileError, match="cannot be read"):
        load(path)
    for content in (b"", b"PK\x03\x04", b"plain text", b"\x93NUMPY" + bytes(100)):
        path.write_bytes(content)
        with pytest.raises(ModelFileError) as caught:
            load(path)
        assert caught.value.exit_code == 2
    save(model, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelFileError):
        load(path)
    path.write_bytes(whole[:40_000] + bytes(200) + whole[40_200:])
    with pytest.raises(ModelFileError):
        load(path)


def test_pickle_is_refused(tmp_path: Path) -> None:
    """An array of objects, which only pickle could read, is no model."""
    path = tmp_path / "m.npz"
    np.savez(path, header=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelFileError):
        load(path)


def test_arrays_of_another_size_are_refused(model: FillerModel, tmp_path: Path) -> None:
    """Keys without texts, keys out of order and short tables do not belong together."""
    path = tmp_path / "m.npz"
    for broken in (
        dataclasses.replace(model, phrase_texts=model.phrase_texts[1:]),
        dataclasses.replace(model, phrase_keys=model.phrase_keys[::-1].copy()),
        dataclasses.replace(model, table=model.table[:-1]),
    ):
        save(broken, path)
        with pytest.raises(ModelFileError, match="belong together"):
            load(path)


def test_times_in_the_file_are_fixed(model: FillerModel, tmp_path: Path) -> None:
    """No clock in the file."""
    save(model, tmp_path / "m.npz")
    with zipfile.ZipFile(tmp_path / "m.npz") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_fields_of_the_table() -> None:
    """Fields stand where the kernel looks for them; values that do not fit are refused."""
    one, no = np.array([1]), np.array([False])
    table = pack(np.array([-128]), np.array([127]), np.array([127]), np.array([5]), ~no, ~no)
    number = int(table[0]) & 0xFFFFFFFF
    assert number == 0 | 255 << 8 | 127 << 16 | scoring.COMMON_BIT | 5 << 24 | scoring.MASKED_BIT
    with pytest.raises(ValueError, match="at bit 16"):
        pack(one, one, np.array([128]), one, no, no)
    with pytest.raises(ValueError, match="at bit 0"):
        pack(np.array([128]), one, one, one, no, no)
