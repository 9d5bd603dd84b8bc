"""Values that click does not know, and their completion."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from dedupe.cli.parameters import FILLER_THRESHOLD, JOBS, OUTPUT, SIZE, OutputTarget
from dedupe.cli.scan import command

CONTEXT = click.Context(command)
PARAMETER = command.params[-1]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1500", 1500),
        ("5MB", 5_000_000),
        ("5mb", 5_000_000),
        ("1.5 kB", 1500),
        ("2KiB", 2048),
        ("1MiB", 1_048_576),
        ("1GiB", 1_073_741_824),
        ("1GB", 1_000_000_000),
    ],
)
def test_sizes(text: str, size: int) -> None:
    """Decimal and binary units."""
    assert SIZE.convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "MB", "-1", "5 XB", "1e3"])
def test_bad_sizes(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(click.UsageError):
        SIZE.convert(text, None, None)


def test_jobs() -> None:
    """A number, or auto, which is 0."""
    assert [JOBS.convert(text, None, None) for text in ("auto", "1", "16")] == [0, 1, 16]


def test_filler_threshold() -> None:
    """Presets stay names, limits become numbers."""
    values = [FILLER_THRESHOLD.convert(text, None, None) for text in ("audit", "0", "0.5", "1")]
    assert values == ["audit", 0.0, 0.5, 1.0]


@pytest.mark.parametrize("text", ["nan", "inf", "-0.1", "loose"])
def test_bad_filler_threshold(text: str) -> None:
    """Limits are in [0, 1]."""
    with pytest.raises(click.UsageError):
        FILLER_THRESHOLD.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("json:report.json", OutputTarget("json", "report.json")),
        ("json:C:\\reports\\r.json", OutputTarget("json", "C:\\reports\\r.json")),
        ("jsonl:-", OutputTarget("jsonl", "-")),
        ("jsonl", OutputTarget("jsonl", "dedupe.jsonl")),
        ("passages", OutputTarget("passages", "dedupe.passages.jsonl")),
    ],
)
def test_outputs(text: str, target: OutputTarget) -> None:
    """Only the first colon divides."""
    assert OUTPUT.convert(text, None, None) == target


def test_completion_of_outputs(tmp_path: Path) -> None:
    """Formats first, paths behind the colon."""
    (tmp_path / "report.json").touch()
    formats = [item.value for item in OUTPUT.shell_complete(CONTEXT, PARAMETER, "js")]
    assert formats == ["json:", "jsonl:"]
    paths = OUTPUT.shell_complete(CONTEXT, PARAMETER, f"json:{tmp_path}/rep")
    assert [item.value for item in paths] == [f"json:{tmp_path}/report.json"]
    assert OUTPUT.shell_complete(CONTEXT, PARAMETER, f"json:{tmp_path}/none/rep") == []
