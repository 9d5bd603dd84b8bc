"""What users put into their pipelines names commands and options that exist, and works."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
import yaml

from dedupe import cli
from tests.cli.conftest import BAKERY, FERRY
from tests.meta.program import ROOT, surroundings

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_bytes())
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_bytes())


def _blocks(language: str) -> list[str]:
    """The fenced blocks of the page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


EXAMPLES: list[dict[str, Any]] = [yaml.safe_load(block) for block in _blocks("yaml")]


def _strings(value: object) -> Iterator[str]:
    """All strings in a tree."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, str):
        yield value


def _calls() -> list[str]:
    """Every call of dedupe in the page, its examples and the hooks."""
    texts = [*_strings(HOOKS), *_strings(EXAMPLES), *_blocks("sh"), *_blocks("text")]
    found = (re.findall(r"(?:^|; |then |else |`)(dedupe [a-z][^\n;`]*)", text) for text in texts)
    inline = re.findall(r"`(dedupe [a-z][^`]*)`", PAGE)
    return sorted({call for calls in [*found, inline] for call in calls})


@pytest.mark.parametrize("call", _calls())
def test_calls_name_what_exists(call: str) -> None:
    """Command, command of a group, and every option."""
    _, name, *words = shlex.split(call)
    context = click.Context(cli.program)
    command = cli.program.get_command(context, name)
    if isinstance(command, click.Group):
        command = command.get_command(context, words.pop(0))
    assert command is not None
    options = {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    used = {word.partition("=")[0] for word in words if word.startswith("-") and word != "--"}
    assert used <= options


def test_there_are_calls() -> None:
    """The search finds what a reader sees."""
    calls = _calls()
    assert "dedupe config init" in calls
    assert any(call.startswith("dedupe check --staged") for call in calls)
    assert any("--output gitlab:" in call for call in calls)
    assert len(calls) > 12


def test_examples_use_what_the_action_and_the_hooks_offer() -> None:
    """Inputs, and ids of hooks."""
    steps = [
        step for example in EXAMPLES for job in example.get("jobs", {}).values()
        for step in job["steps"] if "OWNER" in step["uses"]
    ]  # fmt: skip
    assert len(steps) == 2
    for step in steps:
        assert step["with"].keys() <= ACTION["inputs"].keys()
    hooks = {hook["id"] for hook in HOOKS}
    asked = [hook["id"] for example in EXAMPLES for repo in example.get("repos", ())
             for hook in repo["hooks"]]  # fmt: skip
    assert asked
    assert hooks.issuperset(asked)


# --------------------------------------------------------------------------------- the action


def test_action_takes_no_input_for_code() -> None:
    """What somebody else may write is never part of a script."""
    steps = ACTION["runs"]["steps"]
    assert all("${{" not in step.get("run", "") for step in steps)
    given = set(re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", str(steps)))
    conditions = set(re.findall(r"inputs\.([a-z-]+)", str([step.get("if", "") for step in steps])))
    assert given | conditions == ACTION["inputs"].keys()


def test_outputs_are_those_of_the_script() -> None:
    """Each output of the action is one of its step."""
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.run.outputs.{name} }}}}"


@pytest.fixture
def script() -> ModuleType:
    """The script of the action."""
    spec = importlib.util.spec_from_file_location("action", ROOT / ".ci" / "action.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _inputs(**given: str) -> dict[str, str]:
    """The environment of the step, inputs as the action gives them."""
    env = next(step["env"] for step in ACTION["runs"]["steps"] if step.get("id") == "run")
    names = {name for name in env if name.startswith("INPUT_")}
    defaults = {
        name: ACTION["inputs"][name.removeprefix("INPUT_").lower().replace("_", "-")]["default"]
        for name in names
    }
    changed = {f"INPUT_{name}": value for name, value in given.items()}
    assert changed.keys() <= names
    return defaults | changed


def test_arguments(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pull request is compared with the first parent of its merge; no path is an option."""
    monkeypatch.chdir(tmp_path)
    reports = [f"--output={name}:{tmp_path}/dedupe.{name}" for name in ("sarif", "json")]
    event = {"GITHUB_EVENT_NAME": "pull_request"}
    line = script.command_line(_inputs(PATHS="a b\n--c\n", FAIL_ON="note") | event, tmp_path)
    assert line[:3] == ["check", "--output-format", "github"]
    assert line[3:7] == ["--index", ".dedupe/index", "--changed-since", "HEAD^1"]
    assert line[7:9] == ["--fail-on", "note"]
    assert [f"{a}={b}" for a, b in zip(line[9:13:2], line[10:13:2], strict=True)] == reports
    assert line[13:] == ["--", "a b", "--c"]
    line = script.command_line(_inputs(COMMAND="index"), tmp_path)
    assert line == ["index", "build", "--", ".dedupe/index", "."]
    (tmp_path / ".dedupe" / "index").mkdir(parents=True)
    assert script.command_line(_inputs(COMMAND="index"), tmp_path)[1] == "update"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of articles: a copy, and a field that was never filled in."""
    root = tmp_path / "site"
    (root / "articles").mkdir(parents=True)
    _write(root / "articles" / "a.md", "# Bread", BAKERY)
    _write(root / "articles" / "b.md", "# Boats", FERRY, BAKERY, "TAGS:")
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", "Begin")
    return root


def _write(path: Path, *paragraphs: str) -> None:
    path.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, env=_environment(), check=True)


def _environment(**more: str) -> Mapping[str, str]:
    """No setting of the machine, neither of dedupe nor of git."""
    told = {f"GIT_{role}_{part}": f"x@{part.lower()}" for role in ("AUTHOR", "COMMITTER")
            for part in ("NAME", "EMAIL")}  # fmt: skip
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return surroundings() | told | nothing | {"DEDUPE_DEPTH": "fast"} | more


def _act(root: Path, temporary: Path, **inputs: str) -> tuple[str, dict[str, str]]:
    """Run the step of the action in a pull request; its log and its outputs."""
    told = temporary / "outputs"
    told.unlink(missing_ok=True)
    more = {"RUNNER_TEMP": str(temporary), "GITHUB_OUTPUT": str(told), "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "pull_request"}  # fmt: skip
    process = subprocess.run(
        [sys.executable, ROOT / ".ci" / "action.py"],
        cwd=root, env=_environment(**more, **_inputs(**inputs)), capture_output=True, text=True,
        encoding="utf-8", check=True,
    )  # fmt: skip
    lines = told.read_text(encoding="utf-8").splitlines()
    return process.stdout, dict(line.split("=", 1) for line in lines)


def test_pull_request_in_a_shallow_clone(repository: Path, tmp_path: Path) -> None:
    """The merge and its parents are enough: what came in is checked, and nothing else."""
    (tmp_path / "base").mkdir()
    _git(repository, "clone", "-q", repository.as_uri(), str(tmp_path / "base"))
    assert _act(tmp_path / "base", tmp_path, COMMAND="index", PATHS="articles")[1] == {
        "exit-code": "0"
    }
    _git(repository, "checkout", "-q", "-b", "branch")
    text = f"# Ovens\n\nThree towns bake as they used to.\n\n{BAKERY}\n"
    (repository / "articles" / "new.md").write_text(text, encoding="utf-8")
    _git(repository, "add", ".")
    _git(repository, "commit", "-q", "-m", "Add")
    _git(repository, "checkout", "-q", "main")
    _git(repository, "merge", "-q", "--no-ff", "branch", "-m", "Merge")
    clone = tmp_path / "clone"
    _git(repository, "clone", "-q", "--depth", "2", repository.as_uri(), str(clone))
    (tmp_path / "base" / ".dedupe").rename(clone / ".dedupe")  # as the cache restores it
    log, told = _act(clone, tmp_path, PATHS="articles", ARGS="--select\nDUP")
    assert (told["exit-code"], told["new-findings"]) == ("1", "2")
    found = re.findall(r"^::error title=(\w+) [a-z-]+,file=([^,]*),", log, re.MULTILINE)
    assert found == [("DUP101", "articles/new.md"), ("DUP102", "articles/new.md")]


def test_action_runs(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Annotations in the log, a summary, SARIF and outputs; the step itself succeeds."""
    summary = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    log, told = _act(
        repository, tmp_path, COMMAND="scan", PATHS="articles", FAIL_ON="error",
        ARGS="--select\nDUP,TPL205",
    )  # fmt: skip
    assert "::error title=TPL205 unfilled-field,file=articles/b.md,line=7" in log
    assert told.keys() == ACTION["outputs"].keys()
    assert (told["exit-code"], told["new-findings"]) == ("1", "2")
    assert float(told["duplicate-percent"]) > 30
    results = json.loads(Path(told["sarif-path"]).read_bytes())["runs"][0]["results"]
    assert {result["ruleId"] for result in results} == {"DUP102", "TPL205"}
    assert summary.read_text(encoding="utf-8").startswith("## dedupe: failed")


def test_action_tells_of_a_job_that_could_not_be_done(repository: Path, tmp_path: Path) -> None:
    """Then there is a code and no report, not even of the run before."""
    (tmp_path / "dedupe-reports").mkdir()
    (tmp_path / "dedupe-reports" / "dedupe.json").write_text("{}", encoding="utf-8")
    for inputs in ({"COMMAND": "scan", "PATHS": "none"}, {"INDEX": "none"}):
        assert _act(repository, tmp_path, **inputs)[1] == {"exit-code": "2"}


# ----------------------------------------------------------------------------------- the page


def test_commands_of_the_page_run(repository: Path) -> None:
    """From the first to the last, in one repository, each ends with 0."""
    _write(repository / "articles" / "new.md", "# Trams", "A tram stop is built at the market.")
    blocks = _blocks("sh")
    assert len(blocks) >= 4
    for block in blocks:
        subprocess.run(["bash", "-e", "-c", block], cwd=repository, env=_environment(), check=True)


# ----------------------------------------------------------------------------------- pre-commit


def _pre_commit(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the hooks in a repository.

    Their language is replaced by `system`: an environment of their own would be made from the
    network. All else is as it is shipped.
    """
    hooks = [hook | {"language": "system"} for hook in HOOKS]
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (root / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", *arguments],
        cwd=root, env=_environment(PRE_COMMIT_HOME=str(root.parent / "cache")),
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_hook_that_scans(repository: Path) -> None:
    """It fails for an error, says where, and passes when that is mended."""
    arguments = ("dedupe-scan", "--hook-stage", "manual", "--all-files")
    ran = _pre_commit(repository, *arguments)
    assert ran.returncode == 1
    assert "articles/b.md:7:1: error TPL205" in ran.stdout
    _write(repository / "articles" / "b.md", "# Boats", FERRY)
    assert _pre_commit(repository, *arguments).returncode == 0


def test_hook_that_checks(repository: Path) -> None:
    """It judges what is staged: not what stands in the folder, nor what was accepted."""
    subprocess.run(
        [sys.executable, "-m", "dedupe", "index", "build", ".dedupe/index", "articles"],
        cwd=repository, env=_environment(), check=True,
    )  # fmt: skip
    _write(repository / "articles" / "new.md", "# Ovens", FERRY.replace("forty", "fifty"), BAKERY)
    _git(repository, "add", "articles/new.md")
    _write(repository / "articles" / "new.md", "# Trams", "A tram stop is built at the market.")
    ran = _pre_commit(repository, "dedupe-check")
    assert ran.returncode == 1
    assert re.search(r"^articles/new\.md:\d+:1: error DUP10[12]", ran.stdout, re.MULTILINE)
    _git(repository, "add", "articles/new.md")
    assert _pre_commit(repository, "dedupe-check").returncode == 0
