"""The rules about filler, templates, key phrases and references: one file per family.

A rule is a threshold on what the scorer measured, or a word, phrase or shape from `phrases.toml`
at a place that fits; every flag carries its evidence. Cues and learned heads stay apart: neither
hides or feeds the other. Which of several flags on one passage is reported is decided later.
"""

from __future__ import annotations

from dedupe.config import Filler
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.rules import (
    closings,
    fields,
    headings,
    keywords,
    passages,
    references,
    sentences,
)
from dedupe.filler.rules.reading import read
from dedupe.tables import TOKEN_DISGUISED, BlockScores, FlagTable, TextBatch, TokenTable


def find_flags(
    batch: TextBatch, tokens: TokenTable, scores: BlockScores, model: FillerModel, settings: Filler
) -> FlagTable:
    """Apply every rule to a batch.

    Returns the flags of all FIL, TPL, KEY, LNK and OBF rules but FIL308; their places are byte
    offsets in the batch.
    """
    reading = read(batch, tokens, scores, model, settings)
    words = headings.heading_words(reading)
    headings.find(reading, words)
    fields.find(reading)
    closings.find(reading, words)
    passages.find(reading)
    sentences.find(reading)
    keywords.find(reading)
    references.find(reading)
    if (tokens.flags & TOKEN_DISGUISED).any():
        from dedupe.filler.rules import disguise  # its expressions take 6 ms of each start

        disguise.find(reading)
    return reading.flags.table()
