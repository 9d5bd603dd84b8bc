"""The step of `action.yml` that runs dedupe: inputs from the environment, outputs to GitHub.

It ends with 0 whatever the verdict is, so that reports can be uploaded; the last step of the action
ends with `exit-code`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def command_line(inputs: Mapping[str, str], reports: Path) -> list[str]:
    """The arguments of dedupe; its reports are written to the folder `reports`."""
    command, index = inputs["INPUT_COMMAND"], inputs["INPUT_INDEX"]
    paths, more = inputs["INPUT_PATHS"].splitlines(), inputs["INPUT_ARGS"].splitlines()
    if command == "index":
        verb = "update" if Path(index).exists() else "build"
        return ["index", verb, *more, "--", index, *paths]
    arguments = [command, "--output-format", "github"]
    if command == "check":
        arguments += ["--index", index]
        if inputs.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
            # What is checked out merges the branch into its target, which is the first parent.
            arguments += ["--changed-since", "HEAD^1"]
    for option in ("fail-on", "baseline"):
        if value := inputs[f"INPUT_{option.upper().replace('-', '_')}"]:
            arguments += [f"--{option}", value]
    for name in ("sarif", "json"):
        arguments += ["--output", f"{name}:{reports / f'dedupe.{name}'}"]
    if summary := inputs.get("GITHUB_STEP_SUMMARY"):
        arguments += ["--output", f"markdown:{summary}"]
    return [*arguments, *more, "--", *paths]


def outputs(code: int, reports: Path) -> dict[str, object]:
    """What the action tells of a run; without a result only how it ended."""
    told: dict[str, object] = {"exit-code": code}
    result = reports / "dedupe.json"
    if result.exists():
        summary = json.loads(result.read_bytes())["summary"]
        share = 100 * summary["duplicate_words"] / max(summary["words"], 1)
        told |= {
            "new-findings": summary["findings"]["new"],
            "duplicate-percent": f"{share:.1f}",
            "sarif-path": reports / "dedupe.sarif",
        }
    return told


def main() -> None:
    """Run dedupe and write the outputs."""
    reports = Path(os.environ["RUNNER_TEMP"]) / "dedupe-reports"
    reports.mkdir(exist_ok=True)
    for old in reports.iterdir():
        old.unlink()
    arguments = command_line(os.environ, reports)
    process = subprocess.run([sys.executable, "-m", "dedupe", *arguments], check=False)
    told = outputs(process.returncode, reports)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in told.items())


if __name__ == "__main__":
    main()
