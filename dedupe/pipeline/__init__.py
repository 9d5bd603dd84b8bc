"""The one place that composes the stages; every command goes through here.

A function's module is loaded on first use, so that listing files does not load the scorer.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedupe.pipeline.accepting import accept
    from dedupe.pipeline.baselining import create_baseline, prune_baseline, update_baseline
    from dedupe.pipeline.checking import check
    from dedupe.pipeline.comparing import compare
    from dedupe.pipeline.explaining import explain
    from dedupe.pipeline.indexing import (
        add_to_index,
        build_index,
        compare_index,
    )
    from dedupe.pipeline.listing import list_files
    from dedupe.pipeline.progress import Progress
    from dedupe.pipeline.saved import load
    from dedupe.pipeline.scanning import model_id, scan
    from dedupe.pipeline.showing import show
    from dedupe.pipeline.training import train_model

__all__ = [
    "Progress",
    "accept",
    "add_to_index",
    "build_index",
    "check",
    "compare",
    "compare_index",
    "create_baseline",
    "explain",
    "list_files",
    "load",
    "model_id",
    "prune_baseline",
    "scan",
    "show",
    "train_model",
    "update_baseline",
]

_HOMES = {
    "Progress": "progress",
    "accept": "accepting",
    "add_to_index": "indexing",
    "build_index": "indexing",
    "check": "checking",
    "compare": "comparing",
    "compare_index": "indexing",
    "create_baseline": "baselining",
    "explain": "explaining",
    "list_files": "listing",
    "load": "saved",
    "model_id": "scanning",
    "prune_baseline": "baselining",
    "scan": "scanning",
    "show": "showing",
    "train_model": "training",
    "update_baseline": "baselining",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
