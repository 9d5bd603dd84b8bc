"""Every option that commands share, defined once, in the groups of the help.

Which command uses which group:

    scan_options          scan (and with configurable_options)
    configurable_options  config (all that a configuration file may set)
    input_options         scan check baseline show accept explain files train index (with
                          decoding_options)
    incoming_options      check
    decoding_options      compare
    selection_options     scan baseline show (with focus_option)
    focus_option          check
    matching_options      scan check baseline show compare explain (with leaving_out_options)
    leaving_out_options   index
    filler_options        scan check baseline show explain
    rule_options          scan check baseline show
    index_option          check
    baseline_options      scan check (with baseline_option)
    baseline_option       baseline
    suppression_options   scan check baseline
    accept_file_option    accept (and with suppression_options)
    source_option         show accept
    gate_options          scan check
    report_options        report (and with output_options)
    output_options        scan check
    all_members_option    baseline (and with output_options)
    max_matches_option    show (and with report_options)
    text_or_json_option   show compare explain rule index
    display_options       all but baseline, index
    quiet_option          report (and with run_options)
    run_options           scan check baseline accept index
    config_options        show explain compare files report train (and with run_options)

Each has an environment variable `DEDUPE_<OPTION>`, and a key in the configuration file where a
project may want to set it once. Defaults come from `config`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, get_args

import click

from dedupe.cli.grouped import GroupedOption
from dedupe.cli.parameters import (
    DATE,
    FILLER_THRESHOLD,
    JOBS,
    OUTPUT,
    SIZE,
    CommaSeparated,
    PathOrWord,
)
from dedupe.cli.session import Session
from dedupe.config import (
    ACCEPT_FILE,
    DEFAULT_BASELINE,
    DEFAULT_INCLUDE,
    DEFAULT_INDEX,
    Depth,
    Filler,
    Matching,
    Output,
    Sources,
)
from dedupe.reports import FORMATS
from dedupe.reports.options import ReportOptions

Command = TypeVar("Command", bound=Callable[..., object])


class Decorator(Protocol):
    """Adds something to a command."""

    def __call__(self, command: Command, /) -> Command:
        """Return the command."""


SHARE = click.FloatRange(0, 1)
PERCENT = click.FloatRange(0, 100)
SEVERITIES = ("note", "warning", "error")


def option(group: str, *names: str, key: str | None = None, **attributes: object) -> Decorator:
    """An option in a group of the help, with its environment variable shown there.

    key: by which a configuration file sets it, as `duplicates.min-words`
    """
    long_name = next(name for name in reversed(names) if name.startswith("--"))
    variable = "DEDUPE_" + long_name.partition("/")[0].removeprefix("--").upper().replace("-", "_")
    settings: dict[str, object] = {"envvar": variable, "show_envvar": True, **attributes}
    return click.option(*names, cls=GroupedOption, group=group, key=key, **settings)


def combined(*decorators: Decorator) -> Decorator:
    """Decorators as one; the help lists them in the order given here."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def _note_verbose(context: click.Context, _parameter: click.Parameter, value: int) -> int:
    """Remember `-v` at once: an error while parsing may need it."""
    session = context.ensure_object(Session)
    session.verbose = session.verbose or value > 0
    return value


def _decoding_options(group: str) -> Decorator:
    return combined(
        option(
            group,
            "--encoding",
            key="encoding",
            metavar="auto|NAME",
            default=Sources().encoding,
            show_default=True,
            help="Encoding of files without a byte-order mark.",
        ),
        option(
            group,
            "--input-format",
            key="input-format",
            type=click.Choice(["auto", "md", "txt"]),
            default=Sources().input_format,
            show_default=True,
            help="How files are parsed; auto goes by the extension.",
        ),
    )


def decoding_options(command: Command) -> Command:
    """How a file becomes text."""
    return _decoding_options("Input")(command)


def input_options(command: Command) -> Command:
    """Which files are read, and how."""
    return combined(
        option(
            "Input",
            "--files-from",
            metavar="FILE|-",
            help="Read further paths from FILE, one a line; - is standard input.",
        ),
        option(
            "Input", "-0", "--null", is_flag=True, help="Paths of --files-from end with a NUL byte."
        ),
        option(
            "Input",
            "--include",
            key="include",
            metavar="GLOB",
            multiple=True,
            default=DEFAULT_INCLUDE,
            show_default=True,
            help="Files to read in folders; replaces the default.",
        ),
        option(
            "Input",
            "--exclude",
            key="exclude",
            metavar="GLOB",
            multiple=True,
            help="Files to leave out.",
        ),
        option(
            "Input",
            "--extend-exclude",
            key="extend-exclude",
            metavar="GLOB",
            multiple=True,
            help="Further files to leave out.",
        ),
        option(
            "Input",
            "--force-exclude",
            key="force-exclude",
            is_flag=True,
            help="Leave out excluded files even if they are named as PATHS.",
        ),
        option(
            "Input",
            "--respect-gitignore/--no-respect-gitignore",
            key="respect-gitignore",
            default=Sources().respect_gitignore,
            show_default=True,
            help="Leave out what git ignores.",
        ),
        option(
            "Input",
            "--hidden",
            key="hidden",
            is_flag=True,
            help="Read hidden files and folders too.",
        ),
        option(
            "Input",
            "--follow-symlinks",
            key="follow-symlinks",
            is_flag=True,
            help="Follow symbolic links.",
        ),
        option(
            "Input",
            "--max-file-size",
            key="max-file-size",
            type=SIZE,
            help="Skip larger files, as in 5MB or 512KiB; unlimited by default.",
        ),
        _decoding_options("Input"),
        option(
            "Input",
            "--txt-directives",
            key="suppressions.txt-directives",
            is_flag=True,
            help="Read lines '# dedupe: ignore[RULES] -- REASON' of plain text as directives, as "
            "comments of Markdown are.",
        ),
        option(
            "Input",
            "--allow-empty",
            key="allow-empty",
            is_flag=True,
            help="No article is no error.",
        ),
        option(
            "Input",
            "--strict",
            key="strict",
            is_flag=True,
            help="A skipped or unreadable file is an error.",
        ),
    )(command)


def matching_options(command: Command) -> Command:
    """What counts as a copy."""
    defaults = Matching()
    return combined(
        option(
            "Matching",
            "--depth",
            key="depth",
            type=click.Choice(get_args(Depth)),
            default=defaults.depth,
            show_default=True,
            help="How hard to look: fast finds copied and edited text, standard also reworded text "
            "and recurring templates, and takes three to four times as long, deep also notes what "
            "sums up an article.",
        ),
        option(
            "Matching",
            "--min-words",
            key="duplicates.min-words",
            metavar="N",
            type=click.IntRange(min=1),
            default=defaults.min_words,
            show_default=True,
            help="Words that the shorter side of a match must hold.",
        ),
        option(
            "Matching",
            "--min-similarity",
            key="duplicates.min-similarity",
            metavar="X",
            type=SHARE,
            default=defaults.min_similarity,
            show_default=True,
            help="Exact similarity from which two passages are copies.",
        ),
        option(
            "Matching",
            "--document-similarity",
            key="duplicates.document-similarity",
            metavar="X",
            type=SHARE,
            default=defaults.document_similarity,
            show_default=True,
            help="Share of both articles that a match must cover to be DUP101.",
        ),
        option(
            "Matching",
            "--self/--no-self",
            "inside_articles",
            key="duplicates.self",
            default=defaults.inside_articles,
            show_default=True,
            help="Report passages that an article repeats (DUP103).",
        ),
        leaving_out_options,
    )(command)


def leaving_out_options(command: Command) -> Command:
    """Which text takes no part in matching."""
    defaults = Matching()
    return combined(
        option(
            "Matching",
            "--ignore-quotes/--no-ignore-quotes",
            key="duplicates.ignore-quotes",
            default=defaults.ignore_quotes,
            show_default=True,
            help="Leave out block quotes, and quotations of five words or more.",
        ),
        option(
            "Matching",
            "--ignore-code/--no-ignore-code",
            key="duplicates.ignore-code",
            default=Sources().ignore_code,
            show_default=True,
            help="Leave out code in Markdown.",
        ),
        option(
            "Matching",
            "--ignore-section",
            "ignore_sections",
            key="duplicates.ignore-sections",
            metavar="TITLE",
            multiple=True,
            envvar=None,  # it would be cut at the spaces of the titles
            show_envvar=False,
            help="Leave out a heading with this title and all up to the next one of its level; "
            "repeatable.",
        ),
        option(
            "Matching",
            "--ignore-phrases",
            key="duplicates.ignore-phrases",
            metavar="FILE",
            type=click.Path(),
            help="Leave out the accepted phrases or paragraphs in FILE, one a line; # begins a "
            "comment.",
        ),
    )(command)


def incoming_options(command: Command) -> Command:
    """Which articles are checked, where they are not named."""
    return combined(
        option(
            "Input",
            "--stdin-filename",
            metavar="NAME",
            help="Path of the article that - reads from standard input; its ending tells the "
            "format.",
        ),
        option(
            "Selection",
            "--staged",
            is_flag=True,
            help="Check what the next commit adds or changes under PATHS, as it stands in git's "
            "index; within a hook of pre-commit that compares two commits, what changed since the "
            "first.",
        ),
        option(
            "Selection",
            "--changed-since",
            metavar="REF",
            help="Check what was added or changed under PATHS since the current branch left REF, a "
            "commit or branch of git.",
        ),
    )(command)


def index_option(command: Command) -> Command:
    """The index of accepted articles."""
    return option(
        "Known",
        "--index",
        key="index.path",
        metavar="FOLDER",
        type=click.Path(),
        default=DEFAULT_INDEX,
        show_default=True,
        help="The index of accepted articles, of dedupe index build.",
    )(command)


def focus_option(command: Command) -> Command:
    """What is reported on."""
    return option(
        "Selection",
        "--focus",
        metavar="PATH",
        multiple=True,
        help="Report on these files or folders only; all are still compared.",
    )(command)


def selection_options(command: Command) -> Command:
    """What is compared with what, and what is reported on."""
    return combined(
        focus_option,
        option(
            "Selection",
            "--between",
            key="duplicates.between",
            type=click.Path(),
            metavar="FOLDER",
            multiple=True,
            help="Match only articles of different groups; repeat it, once for each group.",
        ),
    )(command)


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


def rule_options(command: Command) -> Command:
    """Which rules speak."""
    return combined(
        option(
            "Rule",
            "--select",
            key="rules.select",
            metavar="RULES",
            type=CommaSeparated(),
            multiple=True,
            help="Only these rules: codes, names or prefixes, separated by commas.",
        ),
        option(
            "Rule",
            "--extend-select",
            key="rules.extend-select",
            metavar="RULES",
            type=CommaSeparated(),
            multiple=True,
            help="Rules in addition to those of --select.",
        ),
        option(
            "Rule",
            "--ignore",
            key="rules.ignore",
            metavar="RULES",
            type=CommaSeparated(),
            multiple=True,
            help="Not these rules.",
        ),
        option(
            "Rule",
            "--min-severity",
            key="output.min-severity",
            type=click.Choice(SEVERITIES),
            default="note",
            show_default=True,
            help="Report nothing below this severity.",
        ),
    )(command)


def baseline_option(help_text: str, **attributes: object) -> Decorator:
    """The file of known findings."""
    return option(
        "Known",
        "--baseline",
        key="baseline.path",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help=help_text,
        **attributes,
    )


def baseline_options(command: Command) -> Command:
    """What is known beside suppressed findings."""
    return combined(
        baseline_option(
            "Findings that are known, in a file of dedupe baseline: json, jsonl, csv and junit "
            "mark them, the other formats leave them out, and --fail-on and --max-new-findings do "
            "not count them."
        ),
        option(
            "Known",
            "--baseline-from-ref",
            key="baseline.from-ref",
            metavar="REF",
            help="Read the baseline as it stands in this commit or branch of git, so that a change "
            f"cannot excuse itself; the file is {DEFAULT_BASELINE} if none is named.",
        ),
        option(
            "Known",
            "--no-baseline",
            is_flag=True,
            help="Know no findings, whatever the configuration file says.",
        ),
    )(command)


def accept_file_option(command: Command) -> Command:
    """The file of accepted findings."""
    return option(
        "Known",
        "--accept-file",
        key="suppressions.accept-file",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help=f"The findings that dedupe accept has let stand; {ACCEPT_FILE} where there is one.",
    )(command)


def source_option(command: Command) -> Command:
    """A result in which a finding is looked up."""
    return option(
        "Input",
        "--from",
        "source",
        metavar="FILE|-",
        type=click.Path(),
        envvar=None,  # it belongs to one FINDING
        show_envvar=False,
        help="Look FINDING up in this result, which scan --output jsonl:FILE has written, instead "
        "of scanning; - is standard input.",
    )(command)


def suppression_options(command: Command) -> Command:
    """What directives in the articles, and accepted findings, may do."""
    return combined(
        accept_file_option,
        option(
            "Known",
            "--ignore-suppressions",
            key="suppressions.ignore",
            is_flag=True,
            help="Heed no directive and no accepted finding: what they suppress is new.",
        ),
        option(
            "Known",
            "--require-reason",
            key="suppressions.require-reason",
            is_flag=True,
            help="Report directives that give no reason (SUP702).",
        ),
        option(
            "Known",
            "--today",
            metavar="DATE",
            type=DATE,
            help="The day on which until= dates are judged, as in 2027-01-31; that of "
            "SOURCE_DATE_EPOCH, else today in UTC.",
        ),
    )(command)


def gate_options(fail_on: str) -> Decorator:
    """What makes the exit code 1; fail_on: by default."""
    return combined(
        option(
            "Gate",
            "--fail-on",
            key="output.fail-on",
            type=click.Choice(["never", *SEVERITIES]),
            default=fail_on,
            show_default=True,
            help="Exit with 1 when a new finding is at least this severe.",
        ),
        option("Gate", "--exit-zero", is_flag=True, help="The same as --fail-on never."),
        option(
            "Gate",
            "--max-new-findings",
            key="budget.new-findings",
            metavar="N",
            type=click.IntRange(min=0),
            help="Exit with 1 when there are more new findings.",
        ),
        option(
            "Gate",
            "--max-duplicate-percent",
            key="budget.duplicate-percent",
            metavar="X",
            type=PERCENT,
            help="Exit with 1 when a larger share of all words is duplicate.",
        ),
        option(
            "Gate",
            "--max-article-duplicate-percent",
            key="budget.article-duplicate-percent",
            metavar="X",
            type=PERCENT,
            help="Exit with 1 when a larger share of any article is duplicate.",
        ),
        option(
            "Gate",
            "--max-filler-percent",
            key="budget.filler-percent",
            metavar="X",
            type=PERCENT,
            help="Exit with 1 when a larger share of any article is filler; reported as FIL308, "
            f"which otherwise speaks from {Filler().max_percent:g} on.",
        ),
        option(
            "Gate",
            "--fail-on-stale",
            key="baseline.fail-on-stale",
            is_flag=True,
            help="Exit with 1 when the baseline has an entry that knows no finding any more.",
        ),
    )


def report_options(command: Command) -> Command:
    """What is written where."""
    defaults = ReportOptions()
    return combined(
        option(
            "Output",
            "-f",
            "--output-format",
            key="output.format",
            type=click.Choice(list(FORMATS)),
            default="full",
            show_default=True,
            help="What is written to standard output.",
        ),
        option(
            "Output",
            "-o",
            "--output",
            "outputs",
            type=OUTPUT,
            multiple=True,
            help="Write a format to a file as well; repeatable. - is standard output; "
            "without PATH the file is named dedupe.FORMAT.",
        ),
        option(
            "Output",
            "--max-findings",
            key="output.max-findings",
            metavar="N",
            type=click.IntRange(min=0),
            help="Findings shown in full and concise, 0 for all; 200 for full on a terminal.",
        ),
        max_matches_option,
        option(
            "Output",
            "--sort",
            key="output.sort",
            type=click.Choice(["path", "severity", "similarity"]),
            default="path",
            show_default=True,
            help="Order of the findings.",
        ),
        *(
            option(
                "Output",
                f"--include-{status}",
                key=f"output.include-{status}",
                is_flag=True,
                help=f"List {status} findings too, in the formats that leave them out.",
            )
            for status in ("suppressed", "baselined")
        ),
        option(
            "Output",
            "--sarif-max",
            key="output.sarif-max",
            metavar="N",
            type=click.IntRange(min=1),
            default=defaults.sarif_max,
            show_default=True,
            help="Results in sarif, the most severe first.",
        ),
        option(
            "Output",
            "--csv-bom",
            key="output.csv-bom",
            is_flag=True,
            help="Begin csv with a byte-order mark, by which Excel knows UTF-8.",
        ),
    )(command)


def output_options(command: Command) -> Command:
    """What is written where, and how much of it a scan finds."""
    return combined(
        report_options,
        option(
            "Output",
            "--excerpt-words",
            key="output.excerpt-words",
            metavar="N",
            type=click.IntRange(min=1),
            default=Output().excerpt_words,
            show_default=True,
            help="Words of a passage that are shown.",
        ),
        all_members_option,
    )(command)


def all_members_option(command: Command) -> Command:
    """Whether the original of a cluster has a finding."""
    return option(
        "Output",
        "--all-members",
        key="output.all-members",
        is_flag=True,
        help="Report the originals of copies as well.",
    )(command)


def max_matches_option(command: Command) -> Command:
    """How many copies are named."""
    return option(
        "Output",
        "--max-matches",
        key="output.max-matches",
        metavar="N",
        type=click.IntRange(min=1),
        help=f"Other places listed with a finding: {Output().max_matches}, and 3 in full.",
    )(command)


def text_or_json_option(command: Command) -> Command:
    """The format of a command that is no scan.

    It has no environment variable: that of `scan --output-format` names other formats.
    """
    return option(
        "Output",
        "-f",
        "--output-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        envvar=None,
        show_envvar=False,
        help="Text for people, or JSON.",
    )(command)


def display_options(command: Command) -> Command:
    """How text for people looks."""
    return combined(
        option(
            "Output",
            "--color",
            key="output.color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colour; auto asks NO_COLOR, FORCE_COLOR and the terminal.",
        ),
        option(
            "Output",
            "--width",
            key="output.width",
            metavar="N",
            type=click.IntRange(min=20),
            help="Cells of a line; that of the terminal, else 80.",
        ),
        option(
            "Output",
            "-v",
            "--verbose",
            count=True,
            callback=_note_verbose,
            help="Say more: every skipped file, where an internal error arose.",
        ),
    )(command)


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


def config_options(command: Command) -> Command:
    """Which configuration file is read."""
    return combined(
        option(
            "Configuration",
            "--config",
            metavar="FILE|KEY=VALUE",
            type=click.Path(),
            multiple=True,
            is_eager=True,
            help="Read FILE instead of the nearest dedupe.toml, .dedupe.toml or pyproject.toml; or "
            "set one KEY of it to VALUE, as in duplicates.min-words=40. Repeatable; the last "
            "counts.",
        ),
        option(
            "Configuration",
            "--isolated-config",
            is_flag=True,
            is_eager=True,
            help="Read no file that --config does not name.",
        ),
    )(command)


def run_options(command: Command) -> Command:
    """How the work is done."""
    return combined(
        option(
            "Run",
            "-j",
            "--jobs",
            key="jobs",
            metavar="N|auto",
            type=JOBS,
            default="auto",
            show_default=True,
            help="Threads; auto takes one per core.",
        ),
        option(
            "Run",
            "--memory-limit",
            key="memory-limit",
            type=SIZE,
            help="Memory to hold at most, as in 4GB; larger tables go to temporary files (TMPDIR).",
        ),
        option(
            "Run",
            "--progress",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Progress on standard error.",
        ),
        quiet_option("Run"),
        config_options,
    )(command)


def quiet_option(group: str) -> Decorator:
    """Whether standard error stays empty."""
    return option(
        group, "-q", "--quiet", is_flag=True, help="No progress, no totals on standard error."
    )
