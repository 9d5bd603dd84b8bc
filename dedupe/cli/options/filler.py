"""How readily prose counts as filler."""

from __future__ import annotations

from dedupe.cli.options.declaring import Command, combined, option
from dedupe.cli.parameters import FILLER_THRESHOLD, PathOrWord
from dedupe.config import Filler


def filler_options(command: Command) -> Command:
    """How readily prose counts as filler."""
    return combined(
        option(
            "Filler and Template",
            "--filler-threshold",
            "threshold",
            key="filler.threshold",
            metavar="strict|default|audit|X",
            type=FILLER_THRESHOLD,
            default=Filler().threshold,
            show_default=True,
            help="A preset, or the score from 0 to 1 from which a passage is filler.",
        ),
        model_option,
    )(command)


def model_option(command: Command) -> Command:
    """Which filler model is used."""
    return option(
        "Filler and Template",
        "--model",
        key="filler.model",
        metavar="builtin|FILE",
        type=PathOrWord(Filler().model),
        default=Filler().model,
        show_default=True,
        help="The filler model: the shipped one, or a file that dedupe train wrote.",
    )(command)
