from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import click
import jsonschema
import pytest

from dedupe.cli import options, schema
from dedupe.cli.grouped import GroupedOption
from dedupe.config import Config
from dedupe.model import RULES, Severity
from tests.cli.conftest import Cli, Engine

README = Path(__file__).parents[2] / "README.md"
WITHOUT_KEY = {
    *("files_from", "null", "focus"),  # of one run
    *("outputs", "no_baseline", "exit_zero", "today"),
    *("verbose", "quiet", "progress"),  # of one terminal
    *("config", "isolated_config"),
}
"""Options that no project would set once and for all."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a repository, and the working directory; `sub` is a folder in it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _min_words(cli: Cli, engine: Engine, *arguments: str) -> int:
    assert cli("scan", *arguments).code in {0, 1}
    return engine.config.matching.min_words


# -------------------------------------------------------------------------------- which file counts


@pytest.mark.parametrize("name", ["dedupe.toml", ".dedupe.toml", "pyproject.toml"])
def test_file_of_the_repository(
    cli: Cli, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Any of three names, also from a folder below."""
    prefix = "tool.dedupe." if name == "pyproject.toml" else ""
    _write(folder / name, f"{prefix}duplicates.min-words = 31\n")
    assert _min_words(cli, engine) == 31
    monkeypatch.chdir(folder / "sub")
    assert _min_words(cli, engine) == 31
    assert _min_words(cli, engine, "--isolated-config") == Config().matching.min_words


def test_nearest_file_counts_alone(
    cli: Cli, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are not merged; in one folder dedupe.toml goes before the others."""
    _write(folder / "dedupe.toml", "duplicates.min-words = 31\ndepth = 'fast'\n")
    _write(folder / "sub" / "dedupe.toml", "duplicates.min-words = 32\n")
    _write(folder / "sub" / "pyproject.toml", "[tool.dedupe.duplicates]\nmin-words = 33\n")
    monkeypatch.chdir(folder / "sub")
    assert _min_words(cli, engine) == 32
    assert engine.config.matching.depth == "standard"


def test_pyproject_of_others_is_passed_over(
    cli: Cli, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the table it is nobody's configuration, though it names dedupe."""
    _write(folder / "dedupe.toml", "duplicates.min-words = 31\n")
    _write(folder / "sub" / "pyproject.toml", "[tool.other]\nfor = 'tool.dedupe'\n")
    monkeypatch.chdir(folder / "sub")
    assert _min_words(cli, engine) == 31


def test_search_ends_at_the_repository(
    cli: Cli, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies above its root, or outside of one above the working directory, is not ours."""
    _write(folder / "dedupe.toml", "duplicates.min-words = 31\n")
    (folder / "sub" / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")  # a worktree
    monkeypatch.chdir(folder / "sub")
    assert _min_words(cli, engine) == Config().matching.min_words
    (folder / "sub" / ".git").unlink()
    (folder / ".git").rmdir()
    assert _min_words(cli, engine) == Config().matching.min_words


def test_precedence(
    cli: Cli, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Command line, --config KEY=VALUE, environment, named file, nearest file, default."""
    _write(folder / "dedupe.toml", "duplicates.min-words = 31\ndepth = 'fast'\n")
    _write(folder / "other.toml", "duplicates.min-words = 32\n")
    named = ("--config", "other.toml")
    assert _min_words(cli, engine, *named) == 32
    assert engine.config.matching.depth == "standard"
    monkeypatch.setenv("DEDUPE_MIN_WORDS", "33")
    assert _min_words(cli, engine, *named) == 33
    argument = ("--config", "duplicates.min-words=34")
    assert _min_words(cli, engine, *argument) == 34
    depth: str = engine.config.matching.depth
    assert depth == "fast"
    assert _min_words(cli, engine, *named, *argument) == 34
    assert engine.config.matching.depth == "standard"
    assert _min_words(cli, engine, *argument, "--config", "duplicates.min-words=35") == 35
    assert _min_words(cli, engine, *argument, "--isolated-config") == 34
    assert engine.config.matching.depth == "standard"
    assert _min_words(cli, engine, *argument, "--min-words", "36") == 36
    monkeypatch.setenv("DEDUPE_CONFIG", "other.toml")
    monkeypatch.delenv("DEDUPE_MIN_WORDS")
    assert _min_words(cli, engine) == 32


# ---------------------------------------------------------------------------------- what it may say


def test_settings_of_every_kind(cli: Cli, engine: Engine, folder: Path) -> None:
    """Switches, sizes, lists, presets, numbers."""
    _write(
        folder / "dedupe.toml",
        """
        include = ["*.md"]
        max-file-size = "2KiB"
        respect-gitignore = false
        jobs = "auto"
        [duplicates]
        self = false
        ignore-sections = ["About the author", "References"]
        document-similarity = 1
        [filler]
        threshold = "strict"
        [rules]
        select = ["DUP", "stock-sentence"]
        [budget]
        filler-percent = 12.5
        new-findings = 3
        """,
    )
    cli("scan")
    config = engine.config
    assert config.sources.include == ("*.md",)
    assert config.sources.max_file_size == 2048
    assert not config.sources.respect_gitignore
    assert not config.matching.inside_articles
    assert config.matching.ignore_sections == ("About the author", "References")
    assert config.matching.document_similarity == 1.0
    assert config.filler.threshold == "strict"
    assert config.rules.select == ("DUP", "stock-sentence")
    assert (config.gate.max_filler_percent, config.gate.max_new_findings) == (12.5, 3)
    cli("scan", "--respect-gitignore", "--config", "force-exclude=true")
    assert engine.config.sources.respect_gitignore
    assert engine.config.sources.force_exclude


def test_isolated_groups(
    cli: Cli, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists of folders, which start at the file; options and the environment name each group."""
    _write(folder / "dedupe.toml", 'duplicates.isolated-groups = [["sub/uk", "us"], ["a", "b"]]\n')
    monkeypatch.chdir(folder / "sub")

    def groups(*arguments: str) -> tuple[tuple[str, ...], ...]:
        cli(*arguments)
        return engine.config.matching.isolated_groups

    assert groups("scan") == (("uk", "../us"), ("../a", "../b"))
    shown = 'duplicates.isolated-groups = [["uk", "../us"], ["../a", "../b"]]  # ../dedupe.toml:1'
    assert shown in cli("config", "show").out.splitlines()
    assert groups("check", "--isolated", "x, y,z") == (("x", "y", "z"),)
    monkeypatch.setenv("DEDUPE_ISOLATED", os.pathsep.join(("my uk,my us", "a,b")))
    assert groups("scan") == (("my uk", "my us"), ("a", "b"))
    ran = cli("scan", "--isolated", "x")
    assert ran.code == 2
    assert ran.err.endswith("'x' is not two folders or more, as in sites/uk,sites/us\n")


def test_paths_start_at_the_file(
    cli: Cli, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the command line start at the working directory; `builtin` is no path."""
    _write(folder / "phrases.txt", "All rights reserved.\n")
    _write(folder / "index.toml", "index.path = '.dedupe/index'\n")
    _write(
        folder / "dedupe.toml",
        "baseline.path = 'known.json'\nfiller.model = 'builtin'\n"
        "[duplicates]\nignore-phrases = 'phrases.txt'\nbetween = ['sub/a', 'b']\n",
    )
    monkeypatch.chdir(folder / "sub")
    cli("scan")
    assert engine.config.baseline == "../known.json"
    assert engine.config.matching.ignore_phrases == ("All rights reserved.",)
    assert engine.config.matching.between == ("a", "../b")
    assert engine.config.filler.model == "builtin"
    shown = cli("config", "show", "--config", "../index.toml").out
    assert 'index.path = "../.dedupe/index"  # ../index.toml:1' in shown
    cli("scan", "--config", "baseline.path='own.json'")
    assert engine.config.baseline == "own.json"
    cli("scan", "--no-baseline")
    assert engine.config.baseline is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "duplicates.min-word = 3",
            "no setting 'duplicates.min-word'; did you mean duplicates.min",
        ),
        ("min-words = 3", "no setting 'min-words'; did you mean duplicates.min-words?"),
        ("[duplicate]\nmin-words = 3", "did you mean duplicates.min-words?"),
        ("zebra = 3", "no setting 'zebra'; dedupe config show lists them"),
        ("duplicates.min-words = '3'", "duplicates.min-words: Expected `int`, got `str`"),
        ("duplicates.min-words = 0", "duplicates.min-words: Expected `int` >= 1"),
        ("duplicates = 3", "duplicates: Expected `object`, got `int`"),
        ("rules.select = 'DUP'", "rules.select: Expected `array`, got `str`"),
        ("depth = 'deeper'", "depth: Invalid enum value 'deeper'"),
        ("max-file-size = '5XB'", "max-file-size: '5XB' is no size"),
        (
            "duplicates.isolated-groups = [['a']]",
            "isolated-groups[0]: Expected `array` of length >= 2",
        ),
        ("duplicates.isolated-groups = [['a', './a/b']]", "isolated-groups: a/b lies in a"),
        ("duplicates.isolated-groups = ['a', 'b']", "Expected `array`, got `str`"),
        ("hidden = 1", "hidden: Expected `bool`, got `int`"),
        ("depth = ,", "(at line 1, column 9)"),
        ("depth = 'fast'\ndepth = 'deep'", "Cannot overwrite a value"),
    ],
)
def test_wrong_settings(cli: Cli, engine: Engine, folder: Path, text: str, told: str) -> None:
    """File and key are named, and nothing is scanned."""
    _write(folder / "dedupe.toml", text)
    ran = cli("scan")
    assert (ran.code, ran.out, engine.scans) == (2, "", 0)
    assert ran.err.startswith("Error: dedupe.toml: ")
    assert told in ran.err
    assert cli("scan", "--isolated-config").code == 1


def test_wrong_files_and_arguments(cli: Cli, engine: Engine, folder: Path) -> None:
    """A named file must be there and be text; VALUE is TOML."""
    assert cli("scan", "--config", "none.toml").err == (
        "Error: cannot read the configuration none.toml: No such file or directory\n"
    )
    (folder / "latin.toml").write_bytes(b"encoding = '\xe9'\n")
    assert "latin.toml is not UTF-8" in cli("scan", "--config", "latin.toml").err
    assert "a string stands in quotes" in cli("scan", "--config", "depth=fast").err
    assert engine.scans == 0


def test_help_needs_no_configuration(cli: Cli, folder: Path) -> None:
    """A wrong file keeps nobody from the help."""
    _write(folder / "dedupe.toml", "zebra = 3")
    assert cli("scan", "--help").code == 0


def test_options_without_key_are_known() -> None:
    """Whoever adds an option decides whether a project may set it."""
    command = click.command()(options.configurable_options(lambda: None))
    keyless = {p.name for p in command.params if isinstance(p, GroupedOption) and not p.key}
    assert keyless == WITHOUT_KEY


def test_settings_of_a_run_are_keys(cli: Cli, folder: Path) -> None:
    """A result names its settings as the file does."""
    _write(folder / "a.md", "# Trams\n\nA stop is built at the market.\n")
    run = json.loads(cli("scan", "-q", "-f", "json").out)["run"]
    assert run["settings"].keys() <= schema.settings().keys()
    assert len(run["settings"]) > 15


# -------------------------------------------------------------------------------------- the command


def test_show(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every setting with its value and origin; read as a file it changes nothing."""
    _write(folder / "dedupe.toml", "# mine\n[rules]\n\nselect = [\n  'DUP',\n]\nignore = []\n")
    monkeypatch.setenv("DEDUPE_DEPTH", "fast")
    ran = cli("config", "show", "--min-words", "9", "--config", "hidden=true")
    lines = ran.out.splitlines()
    assert 'rules.select = ["DUP"]  # dedupe.toml:4' in lines
    assert "rules.ignore = []  # dedupe.toml:7" in lines
    assert 'depth = "fast"  # environment: DEDUPE_DEPTH' in lines
    assert "duplicates.min-words = 9  # command line" in lines
    assert "hidden = true  # command line" in lines
    assert "strict = false  # default" in lines
    assert "# budget.new-findings =  # default" in lines
    assert len(lines) == len(schema.settings())
    _write(folder / "again.toml", ran.out)
    again = cli("config", "show", "--config", "again.toml", "--isolated-config")
    assert [line.partition("  #")[0] for line in again.out.splitlines()] == [
        line.partition("  #")[0] for line in lines
    ]


def test_schema(cli: Cli) -> None:
    """It accepts what the program accepts."""
    printed = json.loads(cli("config", "schema").out)
    jsonschema.Draft202012Validator.check_schema(printed)
    validator = jsonschema.Draft202012Validator(printed)
    assert validator.is_valid({"duplicates": {"min-words": 3}, "max-file-size": "5MB", "jobs": 2})
    assert validator.is_valid({"max-file-size": 0, "jobs": "auto"})
    assert validator.is_valid(
        {
            "rules": {"severity": {"DUP": "error"}},
            "per-file-ignores": {"legal/**": ["DUP", "TPL201"]},
            "duplicates": {"isolated-groups": [["a", "b"]]},
            "date-source": "git",
        }
    )
    for wrong in (
        {"zebra": 3},
        {"rules": {"severity": {"DUP": "fatal"}}},
        {"per-file-ignores": {"legal/**": "DUP"}},
        {"duplicates": {"isolated-groups": [["a"]]}},
        {"date-field": ""},
        {"duplicates": {"min-words": 0}},
        {"depth": "x"},
        {"filler": {"threshold": 2}},
    ):
        assert not validator.is_valid(wrong), wrong


def test_init(cli: Cli, folder: Path, engine: Engine) -> None:
    """The starter selects what is right nearly always; all other families stand beside it."""
    assert cli("config", "init").code == 0
    text = (folder / "dedupe.toml").read_text(encoding="utf-8")
    errors = {code for code, rule in RULES.items() if rule.severity is Severity.ERROR}
    assert set(tomllib.loads(text)["rules"]["select"]) == errors | {"DUP101", "DUP102", "TPL201"}
    cli("scan")
    assert set(engine.config.rules.select) == errors | {"DUP101", "DUP102", "TPL201"}
    _write(
        folder / "dedupe.toml", re.sub(r"^( *)# (\"|path|DUP)", r"\1\2", text, flags=re.MULTILINE)
    )
    cli("scan")
    assert {code[:3] for code in RULES} <= {code[:3] for code in engine.config.rules.select}
    assert engine.config.baseline == ".dedupe-baseline.json"
    assert engine.config.rules.severity == {"DUP102": "error"}
    assert engine.config.rules.per_file_ignores[0].glob == "legal/**"
    ran = cli("config", "init")
    assert (ran.code, ran.err) == (2, "Error: dedupe.toml exists; change it with an editor\n")


def test_example_of_the_readme(cli: Cli, folder: Path) -> None:
    """It may be copied as it stands."""
    (example,) = re.findall(
        r"^```toml\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    _write(folder / "dedupe.toml", example)
    assert cli("config", "show").out.count("# dedupe.toml:") == 8


def test_baseline_of_the_file(cli: Cli, folder: Path) -> None:
    """`baseline create` writes where `scan` reads."""
    _write(folder / "dedupe.toml", "depth = 'fast'\nbaseline.path = 'sub/known.json'\n")
    _write(folder / "a.md", "# Trams\n\nTAGS:\n")
    assert cli("scan").code == 2
    assert cli("baseline", "create").code == 0
    assert (folder / "sub" / "known.json").exists()
    assert cli("scan", "--fail-on", "note").code == 0
    assert cli("scan", "--fail-on", "note", "--no-baseline").code == 1


def test_real_repository(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The root is where git says it is."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    _write(tmp_path / "dedupe.toml", "output.sort = 'severity'\n")
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert 'output.sort = "severity"  # ../../dedupe.toml:1' in cli("config", "show").out
