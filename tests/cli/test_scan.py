from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from dedupe.config import Config, Suppressions
from dedupe.errors import NothingToAnalyseError
from dedupe.reports import FORMATS
from tests.cli.conftest import BAKERY, FERRY, Cli, Engine


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two articles that share a passage and one that stands alone; the working directory."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "bakery.md").write_text(f"# Bread again\n\n{BAKERY}\n", encoding="utf-8")
    (tmp_path / "b" / "copied.md").write_text(
        f"# Old ovens\n\nThree towns bake as they used to.\n\n{BAKERY}\n", encoding="utf-8"
    )
    (tmp_path / "b" / "ferry.txt").write_text(FERRY + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ----------------------------------------------------------------------------------- without engine


def test_defaults_are_those_of_the_configuration(
    cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without options, the folder one is in is scanned with the default settings, today."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    cli("scan")
    assert engine.paths == (".",)
    today = dt.date(2027, 1, 15)
    assert engine.config == Config(suppressions=Suppressions(today=today))


def test_options_reach_the_configuration(cli: Cli, engine: Engine) -> None:
    """One option of each kind."""
    cli(
        *("scan", "x", "y", "--exclude", "a/", "--extend-exclude", "b/", "--max-file-size", "2KiB"),
        *("--no-respect-gitignore", "--min-words", "20", "--min-similarity", "0.8", "--no-self"),
        *(
            "--between",
            "x",
            "--between",
            "y",
            "--filler-threshold",
            "0.7",
            "--ignore",
            "FIL304,key",
        ),
        *("--select", "DUP", "--select", "stock-sentence", "--extend-select", "tpl2"),
        *("--fail-on", "error", "--max-filler-percent", "20", "--max-new-findings", "3"),
        *("-j", "2", "--focus", "x/a.md", "--all-members", "--max-matches", "5", "-o", "matches:-"),
    )
    config = engine.config
    assert engine.paths == ("x", "y")
    assert config.sources.exclude == ("a/", "b/")
    assert config.sources.max_file_size == 2048
    assert not config.sources.respect_gitignore
    assert (config.matching.min_words, config.matching.min_similarity) == (20, 0.8)
    assert config.matching.between == ("x", "y")
    assert not config.matching.inside_articles
    assert config.filler.threshold == 0.7
    assert config.filler.max_percent == config.gate.max_filler_percent == 20
    assert config.rules.select == ("DUP", "stock-sentence", "TPL2")
    assert config.rules.ignore == ("FIL304", "KEY")
    assert (config.gate.fail_on, config.gate.max_new_findings) == ("error", 3)
    assert config.jobs == 2
    assert config.output.focus == ("x/a.md",)
    assert config.output.max_matches == 5
    assert config.output.all_members
    assert config.output.want_matches
    assert not config.output.want_passages


def test_environment_sets_options(
    cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DEDUPE_<OPTION> is used where the command line says nothing."""
    monkeypatch.setenv("DEDUPE_MIN_WORDS", "30")
    monkeypatch.setenv("DEDUPE_FAIL_ON", "error")
    cli("scan", "--fail-on", "note")
    assert engine.config.matching.min_words == 30
    assert engine.config.gate.fail_on == "note"


def test_what_is_left_out_of_matching(cli: Cli, engine: Engine, tmp_path: Path) -> None:
    """Titles and phrases reach the configuration; blank lines and comments of the file do not."""
    accepted = tmp_path / "accepted.txt"
    accepted.write_text("\ufeff# legal\n\nAll rights reserved.\n  Terms apply # here \n", "utf-8")
    cli("scan")
    assert not engine.config.matching.ignore_quotes
    assert engine.config.sources.ignore_code
    cli(
        *("scan", "--ignore-quotes", "--no-ignore-code", "--ignore-phrases", str(accepted)),
        *("--ignore-section", "References", "--ignore-section", "About the author"),
    )
    assert engine.config.matching.ignore_quotes
    assert not engine.config.sources.ignore_code
    assert engine.config.matching.ignore_sections == ("References", "About the author")
    assert engine.config.matching.ignore_phrases == ("All rights reserved.", "Terms apply # here")


def test_phrases_that_are_no_text(cli: Cli, engine: Engine, tmp_path: Path) -> None:
    """The file is named, and nothing is analysed."""
    (tmp_path / "x.txt").write_bytes(b"\xff\xfe\xfa")
    ran = cli("scan", "--ignore-phrases", str(tmp_path / "x.txt"))
    assert (ran.code, engine.scans) == (2, 0)
    assert "x.txt is not UTF-8" in ran.err


def test_exit_zero_wins(cli: Cli, engine: Engine) -> None:
    """--exit-zero is --fail-on never, whatever a setting elsewhere says."""
    cli("scan", "--fail-on", "note", "--exit-zero")
    assert engine.config.gate.fail_on == "never"


def test_extended_selection_of_everything(cli: Cli, engine: Engine) -> None:
    """Without --select all rules speak; nothing can be added to them."""
    cli("scan", "--extend-select", "DUP")
    assert engine.config.rules.select == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "DUP12"], "did you mean DUP102?"),
        (["--ignore", "stock-sentense"], "did you mean stock-sentence?"),
        (["--between", "a"], "two folders or more"),
        (["--filler-threshold", "1.2"], "in 0 to 1"),
        (["--max-file-size", "5XB"], "is no size"),
        (["--jobs", "0"], "auto"),
        (["-o", "pdf:x"], "is no format"),
        (["-o", "json:"], "no path behind the colon"),
        (["-o", "json:-", "-f", "full"], "standard output"),
        (["-o", "json:-", "-o", "full:-"], "two outputs"),
        (["-o", "json:x", "-o", "full:./x"], "two outputs"),
        (["-o", "json:no/such/folder/x"], "no/such/folder/x"),
        (["-o", "json:."], "it is a folder"),
        (["-"], "--files-from -"),
        (["-0"], "belongs to --files-from"),
        (["--files-from", "no-such-list"], "no-such-list"),
        (["--ignore-phrases", "none.txt"], "--ignore-phrases none.txt: No such file"),
        (["--ignore-phrases", "."], "--ignore-phrases .: Is a directory"),
    ],
)
def test_bad_values_end_before_the_analysis(
    cli: Cli,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    """Exit code 2, a message that names the cause, no file left behind."""
    monkeypatch.chdir(tmp_path)
    ran = cli("scan", *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert engine.scans == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "content"), [([], b"one.md\ntw\xff.md\n\n"), (["-0"], b"one.md\0tw\xff.md\0")]
)
def test_paths_from_a_file(
    cli: Cli, engine: Engine, tmp_path: Path, option: list[str], content: bytes
) -> None:
    """A list adds to PATHS; names that are no UTF-8 survive."""
    listing = tmp_path / "list"
    listing.write_bytes(content)
    cli("scan", "zero.md", "--files-from", str(listing), *option)
    assert engine.paths == ("zero.md", "one.md", os.fsdecode(b"tw\xff.md"))


def test_empty_list_is_not_the_working_directory(cli: Cli, engine: Engine, tmp_path: Path) -> None:
    """Nothing named is nothing to analyse."""
    (tmp_path / "list").write_bytes(b"")
    cli("scan", "--files-from", str(tmp_path / "list"))
    assert engine.paths == ()


@pytest.mark.parametrize("name", FORMATS)
def test_formats_on_standard_output(cli: Cli, engine: Engine, name: str) -> None:
    """Machine formats have standard output to themselves; totals go to standard error."""
    ran = cli("scan", "-f", name)
    assert ran.out.endswith("\n")
    assert ran.err.splitlines()[-1].startswith("Analysed 3 articles (1,060 words) in ")
    assert ran.err.splitlines()[-1].endswith("; 2 skipped (dedupe files -v).")
    assert ("Found 5 findings" in ran.err) == (not FORMATS[name].has_totals)
    assert ("Found 5 findings" in ran.out) == FORMATS[name].has_totals


def test_quiet(cli: Cli, engine: Engine) -> None:
    """-q leaves standard error empty."""
    assert cli("scan", "-q", "-f", "concise").err == ""


def test_outputs_to_files(
    cli: Cli, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several formats in one run; the file of a bare format has a default name."""
    monkeypatch.chdir(tmp_path)
    ran = cli("scan", "-o", "jsonl:out:1.jsonl", "-o", "json", "-o", "matches", "-f", "concise")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dedupe.json",
        "dedupe.matches.jsonl",
        "out:1.jsonl",
    ]
    assert len(json.loads((tmp_path / "dedupe.json").read_bytes())["findings"]) == 5
    assert ran.out.startswith("incoming/bread.md:3:1: warning DUP102")
    assert engine.config.output.want_matches


def test_output_replaces_a_file_only_when_complete(
    cli: Cli, engine: Engine, tmp_path: Path
) -> None:
    """A run that fails leaves the old report as it was."""
    report = tmp_path / "r.json"
    report.write_text("old", encoding="utf-8")
    engine.error = NothingToAnalyseError("no article")
    assert cli("scan", "-o", f"json:{report}").code == 2
    assert report.read_text(encoding="utf-8") == "old"
    engine.error = None
    cli("scan", "-o", f"json:{report}")
    assert json.loads(report.read_bytes())["summary"]["articles"] == 3
    assert list(tmp_path.iterdir()) == [report]


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device")
def test_output_to_a_device(cli: Cli, engine: Engine) -> None:
    """A device is written, not replaced."""
    assert cli("scan", "-o", "json:/dev/null").code == 1
    assert not Path("/dev/null").is_file()


def test_order_of_findings(cli: Cli, engine: Engine) -> None:
    """--sort changes the order, in every format; equal ones stay in the order of paths."""
    rules = {
        order: [
            line.split()[2]
            for line in cli("scan", "-f", "concise", "--sort", order).out.splitlines()
        ]
        for order in ("path", "severity", "similarity")
    }
    assert rules["path"] == ["DUP102", "FIL303", "FIL308", "DUP104", "TPL205"]
    assert rules["severity"] == ["TPL205", "DUP102", "FIL303", "FIL308", "DUP104"]
    assert rules["similarity"] == ["DUP102", "DUP104", "FIL303", "FIL308", "TPL205"]


def test_limit_of_findings_is_told(cli: Cli, engine: Engine) -> None:
    """--max-findings shortens what people read, aloud, and no machine format."""
    ran = cli("scan", "-f", "concise", "--max-findings", "1")
    assert len(ran.out.splitlines()) == 1
    assert "4 more findings" in ran.err
    assert cli("scan", "-f", "jsonl", "--max-findings", "1").out.count('"kind":"finding"') == 5


@pytest.mark.parametrize(
    ("arguments", "variables", "colored"),
    [
        ([], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color(
    cli: Cli,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    variables: dict[str, str],
    colored: bool,
) -> None:
    """The option, then NO_COLOR, then FORCE_COLOR, then the terminal, which this is not."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in cli("scan", *arguments).out) == colored


def test_dumb_terminal(cli: Cli, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal gets colour, unless it says that it is dumb."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in cli("scan").out
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b[" not in cli("scan").out


# -------------------------------------------------------------------------------------- with engine


def test_copy_is_found(cli: Cli, folder: Path) -> None:
    """The later copy has a finding that names the original; the verdict needs a gate."""
    ran = cli("scan", "-f", "jsonl", "--select", "DUP")
    findings = [json.loads(line) for line in ran.out.splitlines() if '"kind":"finding"' in line]
    assert ran.code == 0
    assert [finding["path"] for finding in findings] == ["b/copied.md"]
    assert findings[0]["matches"][0]["path"] == "a/bakery.md"
    assert "The oven of the old bakery" in findings[0]["excerpt"]


@pytest.mark.parametrize(
    ("gate", "code"),
    [
        (["--fail-on", "warning"], 1),
        (["--fail-on", "never"], 0),
        (["--fail-on", "warning", "--exit-zero"], 0),
        (["--max-new-findings", "0"], 1),
        (["--max-article-duplicate-percent", "10"], 1),
        (["--max-duplicate-percent", "99"], 0),
    ],
)
def test_gates(cli: Cli, folder: Path, gate: list[str], code: int) -> None:
    """What was asked for decides."""
    assert cli("scan", "--select", "DUP", *gate).code == code


@pytest.mark.parametrize("option", ["--max-duplicate-percent", "--min-similarity"])
def test_what_is_no_number_is_refused(cli: Cli, folder: Path, option: str) -> None:
    """Nothing is above it, so a gate would let everything pass."""
    ran = cli("scan", option, "nan")
    assert ran.code == 2
    assert "'nan' is no number" in ran.err


def test_between_folders(cli: Cli, folder: Path) -> None:
    """Copies across the folders stay, copies inside one do not count."""
    (folder / "c").mkdir()
    (folder / "c" / "ferry.md").write_text("# Boats\n\nNo boat sails in March.\n", encoding="utf-8")
    (folder / "b" / "again.md").write_text(f"# Bread\n\n{BAKERY}\n", encoding="utf-8")
    options = ("scan", "-f", "concise", "--select", "DUP")
    across = cli(*options, "--between", "a", "--between", "b")
    assert {line.partition(":")[0] for line in across.out.splitlines()} == {
        "b/again.md",
        "b/copied.md",
    }
    assert cli(*options, "--between", "b", "--between", "c").out == ""


def test_same_bytes_for_any_number_of_jobs(cli: Cli, folder: Path) -> None:
    """Standard output depends on the input alone."""
    outputs = {cli("scan", "-f", "jsonl", "-j", jobs).out for jobs in ("1", "4")}
    outputs.add(cli("scan", "-f", "jsonl", "-j", "1").out)
    assert len(outputs) == 1


@pytest.mark.parametrize("name", ["x[1] y%2F#?.md", "c:d,\u00e9.md", "\x1b[2J.md", "::error::.md"])
def test_formats_of_ci_name_the_file(cli: Cli, folder: Path, name: str) -> None:
    """SARIF gives an address that leads to the file; equal placeholders are two issues."""
    text = "# Bread\n\nAsk [Your Name] now.\n\nRye is up.\n\nAsk [Your Name] soon.\n"
    (folder / "a" / name).write_text(text, encoding="utf-8")
    options = ("scan", "a", "--select", "TPL205", "-q", "-f")
    (run,) = json.loads(cli(*options, "sarif").out)["runs"]
    places = [row["locations"][0]["physicalLocation"] for row in run["results"]]
    assert [place["region"]["startLine"] for place in places] == [3, 7]
    for place in places:
        assert (folder / unquote(place["artifactLocation"]["uri"])).is_file()
    issues = json.loads(cli(*options, "gitlab").out)
    assert len({issue["fingerprint"] for issue in issues}) == 2
    assert cli(*options, "github").out.count("\n") == 2


@pytest.mark.parametrize("arguments", [["no-such-path"], ["a", "no-such-path"]])
def test_missing_path(cli: Cli, folder: Path, arguments: list[str]) -> None:
    """A path that does not exist is named, with exit code 2."""
    ran = cli("scan", *arguments)
    assert ran.code == 2
    assert "no-such-path" in ran.err


def test_nothing_to_analyse(cli: Cli, tmp_path: Path) -> None:
    """An empty folder is no success, unless that is allowed."""
    assert cli("scan", str(tmp_path)).code == 2
    assert cli("scan", str(tmp_path), "--allow-empty").code == 0


def test_unreadable_file_is_skipped_aloud(cli: Cli, folder: Path) -> None:
    """The others are analysed; --strict makes it an error."""
    (folder / "a" / "image.md").write_bytes(b"\x89PNG\0\0\0\0" * 50)
    ran = cli("scan")
    assert ran.code == 0
    assert "image.md" in ran.out
    assert "; 1 skipped" in ran.err.splitlines()[-1]
    assert cli("scan", "--strict").code == 2
