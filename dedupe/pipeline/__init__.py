"""The one place that composes the stages; every command goes through here."""

from dedupe.pipeline.compare import compare
from dedupe.pipeline.explain import explain
from dedupe.pipeline.progress import Progress
from dedupe.pipeline.scan import list_files, model_id, scan

__all__ = ["Progress", "compare", "explain", "list_files", "model_id", "scan"]
