"""The filler model and its file: arrays and plain JSON in an `.npz`, never pickle.

Legend: G = 2**BITS slots of the table of n-grams, F learned phrases.

The file is refused unless its slots, its hashes and its format are those of this program, so that
a model never scores words that it has not learned. Written twice from the same values, it has
the same bytes.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dedupe.arrays import I32, U64, Bool
from dedupe.config import FillerPreset
from dedupe.errors import ModelFileError
from dedupe.filler.archive import write_arrays
from dedupe.kernels import scoring
from dedupe.model import NORMALISER

MAGIC = "dedupe-filler-model"
FORMAT = 2
MAX_FILE_BYTES = 16_000_000
"""A model has a third of a megabyte; a larger file is no model."""
HUMAN_SHARE: Mapping[FillerPreset, float] = {"strict": 0.005, "default": 0.02, "audit": 0.05}
"""Share of human paragraphs that a preset flags, by all rules on filler passages together."""
SCORED_SHARE = 0.85
"""How much of it the limit of the score may take; the rules on closing passages need the rest."""


class Reference(Struct, frozen=True):
    """Mean and standard deviation of a signal over the human reference."""

    mean: float
    deviation: float


class Header(Struct, frozen=True, kw_only=True):
    """Everything of a model that is no array."""

    magic: str = MAGIC
    format: int = FORMAT
    bits: int = scoring.BITS
    mix: int = scoring.MIX
    normaliser: int = NORMALISER
    language: str = "en"
    date: str
    """Day of the recipe, ISO; models are to be trained again every year."""
    data: dict[str, str]
    """SHA-256 of each file that the model was trained on."""
    wording_scale: float
    """Value of one step of a contribution; the sum over a paragraph is a sum of z-values."""
    closing_scale: float
    information_scale: float
    wording: Reference
    closing: Reference
    information: Reference
    novelty: Reference
    facts: Reference
    specific: Reference
    offset: float
    slope: float
    """Score = 1 / (1 + exp(-(offset + slope * raw)))."""
    limits: dict[str, float]
    """Score from which a paragraph is flagged, by preset."""
    human_raw: list[float]
    """Raw score that the shares `human_share` of human paragraphs reach."""
    human_share: list[float]
    closing_limits: dict[str, float]
    """z-value of the closing head that the last two body paragraphs of a human post reach,
    by preset: in as many posts as the preset flags paragraphs."""


@dataclass(frozen=True)
class FillerModel:
    """What the scorer knows about words."""

    header: Header
    table: I32
    """(G,) as `kernels.scoring` packs it"""
    phrase_keys: U64
    """(F,) ascending: the words' hashes, first word in the upper half, 0 for a single word"""
    phrase_texts: tuple[str, ...]
    """(F,) the same phrases as text"""

    @property
    def limits(self) -> Mapping[str, float]:
        """Score from which a paragraph is flagged, by preset."""
        return self.header.limits

    @property
    def closing_limits(self) -> Mapping[str, float]:
        """z-value of the closing head from which an ending is flagged, by preset."""
        return self.header.closing_limits

    def limit(self, threshold: FillerPreset | float) -> float:
        """Score from which a paragraph is flagged."""
        return self.limits[threshold] if isinstance(threshold, str) else float(threshold)

    def closing_limit(self, threshold: FillerPreset | float) -> float:
        """z-value of the closing head that few human endings reach; default for a score."""
        return self.closing_limits[threshold if isinstance(threshold, str) else "default"]

    @cached_property
    def name(self) -> str:
        """Name for reports: language, date and a checksum of the weights and references."""
        checksum = zlib.crc32(self.table.astype("<i4").tobytes())
        checksum = zlib.crc32(msgspec.json.encode(self.header), checksum)
        return f"{self.header.language}-{self.header.date}-{checksum:08x}"

    @cached_property
    def phrase_index(self) -> tuple[U64, U64]:
        """The phrases as `kernels.scoring.find_phrases` looks them up."""
        index: tuple[U64, U64] = scoring.index_phrases(self.phrase_keys)
        return index

    def human_share(self, raw: float) -> float:
        """Share of human paragraphs whose raw score is at least this; the ends are clipped."""
        return float(np.interp(raw, self.header.human_raw, self.header.human_share))


def pack(
    wording: NDArray[np.integer],
    closing: NDArray[np.integer],
    squares: NDArray[np.integer],
    information: NDArray[np.integer],
    common: Bool,
    masked: Bool,
) -> I32:
    """Table of G numbers, each field (G,), laid out as `kernels.scoring` says.

    Raises ValueError for a value outside the range of its field.
    """
    fields = (
        (wording.astype(np.int64) + scoring.BIAS, 0, 8),
        (closing.astype(np.int64) + scoring.BIAS, 8, 8),
        (squares.astype(np.int64), 16, 7),
        (common.astype(np.int64), 23, 1),
        (information.astype(np.int64), 24, 7),
        (masked.astype(np.int64), 31, 1),
    )
    table = np.zeros(len(wording), np.int64)
    for values, shift, bits in fields:
        if values.min() < 0 or values.max() >> bits:
            raise ValueError(f"a value outside [0, {(1 << bits) - 1}] at bit {shift}")
        table |= values << shift
    return table.astype(np.uint32).view(np.int32)


def save(model: FillerModel, place: Path | BinaryIO) -> None:
    """Write a model file; the same model gives the same bytes."""
    arrays = {
        "header": np.frombuffer(msgspec.json.encode(model.header), np.uint8),
        # Byte planes: each holds one kind of field, which compresses to half.
        "table": np.ascontiguousarray(model.table.astype("<i4").view(np.uint8).reshape(-1, 4).T),
        "phrase_keys": model.phrase_keys.astype("<u8"),
        "phrase_texts": np.frombuffer("\n".join(model.phrase_texts).encode(), np.uint8),
    }
    write_arrays(place, arrays)


def load(path: Path) -> FillerModel:
    """Read a model file.

    Raises `ModelFileError` if it cannot be read, is no model, or was made for another format,
    other hashes or another table.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ModelFileError(f"{path} is no filler model: it is too large")
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            header = msgspec.json.decode(file["header"].tobytes(), type=Header)
            planes, keys = file["table"], file["phrase_keys"]
            texts = file["phrase_texts"].tobytes().decode()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, EOFError, AttributeError, msgspec.MsgspecError) as error:
        raise ModelFileError(f"{path} is no filler model: {error}") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ModelFileError(f"{path} is damaged: {error}") from error
    _check_header(header, path)
    phrases = tuple(texts.split("\n")) if texts else ()
    if (
        (planes.shape, planes.dtype) != ((4, 1 << scoring.BITS), np.uint8)
        or (keys.shape, keys.dtype) != ((len(phrases),), np.uint64)
        or np.any(keys[1:] <= keys[:-1])
    ):
        raise ModelFileError(f"{path} is damaged: its arrays do not belong together")
    table = np.ascontiguousarray(planes.T).view("<i4")[:, 0].astype(np.int32)
    return FillerModel(header, table, keys.astype(np.uint64), phrases)


def _check_header(header: Header, path: Path) -> None:
    """Refuse a model that was made for something else."""
    for name, wanted in (
        ("magic", MAGIC),
        ("format", FORMAT),
        ("bits", scoring.BITS),
        ("mix", scoring.MIX),
        ("normaliser", NORMALISER),
    ):
        found = getattr(header, name)
        if found != wanted:
            raise ModelFileError(f"{path} does not fit: {name} is {found}, not {wanted}")
    numbers = [*header.limits.values(), *header.closing_limits.values(), *header.human_raw]
    signals = (
        header.wording, header.closing, header.information, header.novelty, header.facts,
        header.specific,
    )  # fmt: skip
    if not np.all(np.isfinite(numbers)) or min(s.deviation for s in signals) <= 0:
        raise ModelFileError(f"{path} is damaged: a limit or deviation is out of range")
    if set(header.limits) != set(HUMAN_SHARE) or set(header.closing_limits) != set(HUMAN_SHARE):
        raise ModelFileError(f"{path} is damaged: its presets are not {', '.join(HUMAN_SHARE)}")
    if len(header.human_raw) != len(header.human_share) or not header.human_raw:
        raise ModelFileError(f"{path} is damaged: its human reference is not a table")
