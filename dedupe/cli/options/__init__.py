"""Every option that commands share, defined once: one module per group of the help.

`declaring` makes them: each has an environment variable `DEDUPE_<OPTION>`, and a key in the
configuration file where a project may want to set it once. Defaults come from `config`.
"""

from __future__ import annotations

from dedupe.cli.options.declaring import Command, combined, option
from dedupe.cli.options.filler import filler_options, model_option
from dedupe.cli.options.gate import gate_options
from dedupe.cli.options.inputs import decoding_options, input_options, source_option
from dedupe.cli.options.known import (
    accept_file_option,
    baseline_option,
    baseline_options,
    index_option,
    suppression_options,
)
from dedupe.cli.options.matching import leaving_out_options, matching_options
from dedupe.cli.options.output import (
    all_members_option,
    display_options,
    max_matches_option,
    output_options,
    report_options,
    text_or_json_option,
)
from dedupe.cli.options.rules import rule_options
from dedupe.cli.options.running import config_options, quiet_option, run_options
from dedupe.cli.options.selecting import (
    focus_option,
    incoming_options,
    isolation_option,
    selection_options,
)

__all__ = [
    "accept_file_option",
    "all_members_option",
    "baseline_option",
    "baseline_options",
    "combined",
    "config_options",
    "configurable_options",
    "decoding_options",
    "display_options",
    "filler_options",
    "focus_option",
    "gate_options",
    "incoming_options",
    "index_option",
    "input_options",
    "isolation_option",
    "leaving_out_options",
    "matching_options",
    "max_matches_option",
    "model_option",
    "option",
    "output_options",
    "quiet_option",
    "report_options",
    "rule_options",
    "run_options",
    "scan_options",
    "selection_options",
    "source_option",
    "suppression_options",
    "text_or_json_option",
]


def configurable_options(command: Command) -> Command:
    """All that a configuration file may set."""
    return combined(scan_options, index_option)(command)


def scan_options(command: Command) -> Command:
    """All that a scan may be told."""
    return combined(
        input_options,
        selection_options,
        matching_options,
        filler_options,
        rule_options,
        baseline_options,
        suppression_options,
        gate_options("never"),
        output_options,
        display_options,
        run_options,
    )(command)
