"""Train the shipped filler model: `python -m dedupe.make_model [--data DIR] [--output FILE]`.

Reads `slopscore` (essays of language models, MIT) and `digitalgov` (posts of people, CC0) and
nothing else. The same data give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from dedupe.filler.modelfile import FillerModel, save
from dedupe.filler.training import Articles, train
from dedupe.sources import text_batch
from dedupe.tokens import tokenise

PROJECT = Path(__file__).resolve().parents[1]
ESSAYS, POSTS = "slopscore/docs.jsonl.gz", "digitalgov/docs.jsonl.gz"
BEFORE = "2020"
"""Posts of later years may have been written by a language model."""
RECIPE_DATE = "2026-11-25"
"""Day of the recipe, not of the run, so that a run can be repeated to the byte."""


class Document(msgspec.Struct):
    """One article of the data."""

    id: str
    text: str
    date: str = ""
    kind: str = ""
    model: str = ""
    prompt_index: int = -1


def read_documents(path: Path) -> list[Document]:
    """Documents of a file, in the order of their ids."""
    decoder = msgspec.json.Decoder(Document)
    with gzip.open(path, "rb") as lines:
        return sorted((decoder.decode(line) for line in lines), key=lambda found: found.id)


def articles_of(documents: Sequence[Document], groups: Sequence[int]) -> Articles:
    """Tokenise Markdown documents, each with the number of its group."""
    batch = text_batch([document.text for document in documents], markdown=True)
    return Articles(batch, tokenise(batch), np.array(groups, np.int64))


def essays_of(documents: Sequence[Document]) -> Articles:
    """The essays, grouped by topic; topics are numbered from 0."""
    chosen = [document for document in documents if document.kind == "essay"]
    topics = sorted({document.prompt_index for document in chosen})
    return articles_of(chosen, [topics.index(document.prompt_index) for document in chosen])


def posts_of(documents: Sequence[Document]) -> Articles:
    """Posts that people wrote, every other one for the reference."""
    chosen = [document for document in documents if document.date[: len(BEFORE)] < BEFORE]
    return articles_of(chosen, [place % 2 for place in range(len(chosen))])


def train_from(folder: Path) -> FillerModel:
    """The model of the data sets below a folder."""
    paths = {name: folder / name for name in (ESSAYS, POSTS)}
    digests = {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in paths.items()}
    documents = {name: read_documents(path) for name, path in paths.items()}
    return train(
        essays_of(documents[ESSAYS]), posts_of(documents[POSTS]), data=digests, date=RECIPE_DATE
    )


def main() -> None:
    """Train the model and write it where the program finds it."""
    data = os.environ.get("DEDUPE_DATA") or PROJECT.parent / "shared" / "data"
    parser = argparse.ArgumentParser(prog="python -m dedupe.make_model", description=main.__doc__)
    parser.add_argument("--data", type=Path, default=Path(data), help="folder of the data sets")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent / "filler" / "en.npz", help="the file"
    )
    options = parser.parse_args()
    model = train_from(options.data)
    save(model, options.output)
    header = model.header
    sys.stdout.write(f"{options.output}: {options.output.stat().st_size:,} bytes, {model.name}\n")
    for kind, limits in (("score", header.limits), ("closing head", header.closing_limits)):
        shown = ", ".join(f"{preset} {limit:.3f}" for preset, limit in limits.items())
        sys.stdout.write(f"limits of the {kind}: {shown}\n")


if __name__ == "__main__":
    main()
