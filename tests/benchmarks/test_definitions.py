"""Definitions are whole: each says why it exists and what its command must find."""

import argparse
from pathlib import Path

import pytest

from benchmarks import alike, checking, corpora, definitions, speed
from benchmarks.goals import Goals
from benchmarks.synthetic import texts

ALL = [d for group in definitions.GROUPS for d in definitions.group(group)]


def test_names_are_used_once() -> None:
    """A task is asked for by its name alone."""
    names = [definition.name for definition in ALL]
    assert len(set(names)) == len(names)
    assert not set(names) & set(definitions.GROUPS)


@pytest.mark.parametrize("definition", ALL, ids=lambda d: d.name)
def test_definition_says_why_and_what_it_expects(definition: definitions.Definition) -> None:
    """A measurement without a reason or without a result is none; articles are read, not found."""
    assert definition.what
    assert definition.why
    expect = definition.expect
    if definition.engine == "wc":
        assert expect.words is not None
    else:
        judged = expect.recall_at_least and expect.precision_at_least
        assert expect.findings or judged or expect.says


@pytest.mark.parametrize("definition", ALL, ids=lambda d: d.name)
def test_corpus_of_a_definition_is_known(definition: definitions.Definition) -> None:
    """A data set by its name, or a made corpus of a kind and a size."""
    name = definition.corpus
    assert not name or name == "seeds" or name in corpora.BUILDERS or corpora.made_corpus(name)


@pytest.mark.parametrize("group", definitions.GROUPS)
def test_references_are_tasks_of_the_same_group(group: str) -> None:
    """A ratio holds within one run only."""
    names = {definition.name for definition in definitions.group(group)}
    assert {d.reference for d in definitions.group(group)} <= names | {""}


def test_sizes_share_what_is_expected_of_all() -> None:
    """A size adds to the expectations of its task and keeps them."""
    by_name = {definition.name: definition for definition in definitions.group("growth")}
    small = by_name["fast-10MB"]
    assert (small.corpus, small.reference) == ("plain-10MB", "wc-10MB")
    assert small.expect.articles == 10_000_000 // texts.ARTICLE_BYTES
    assert small.expect.recall_at_least == by_name["fast-1GB"].expect.recall_at_least is not None


def test_a_size_adds_goals_to_those_of_its_task() -> None:
    """What is asked of every size, and what of one."""
    by_name = {definition.name: definition for definition in definitions.group("growth")}
    every = Goals(exponent_at_most=1.05)
    large = Goals(exponent_at_most=1.05, times_at_most=1.0, peak_mb_at_most=1200)
    assert by_name["fast-10MB"].goals == every
    assert by_name["fast-1GB"].goals == large
    assert by_name["standard-1GB"].goals.mb_per_second_at_least == 40


def test_every_made_corpus_of_a_definition_has_a_pinned_digest() -> None:
    """Figures of two machines are about the same bytes, at every size; no other is pinned."""
    made = {d.corpus for d in ALL if corpora.made_corpus(d.corpus)}
    made |= {*checking.CORPORA, checking.ADDED_FROM, *(f"alike_{size}" for size in alike.SIZES)}
    assert made == set(definitions.digests())


@pytest.mark.parametrize(
    ("names", "up_to", "chosen"),
    [
        (["version"], 10**9, ["version"]),
        (["mixed"], 10**9, ["mixed", "wc"]),
        (["markdown-10MB"], 10**9, ["fast-10MB", "markdown-10MB"]),
        (["growth"], 10**7, ["fast-10MB", "standard-10MB", "markdown-10MB", "wc-10MB"]),
        (["limited-10GB"], 10**7, ["limited-10GB", "wc-10GB"]),
    ],
)
def test_a_task_is_chosen_with_what_it_is_compared_to(
    names: list[str], up_to: int, chosen: list[str]
) -> None:
    """And of groups, no larger corpora than asked for."""
    assert [definition.name for definition in speed.choose(names, up_to)] == chosen


def test_unknown_names_are_told() -> None:
    """Rather than nothing measured."""
    with pytest.raises(KeyError, match="nonsense"):
        speed.choose(["curated", "nonsense"])


def test_an_empty_choice_is_told() -> None:
    """Rather than an empty table and a success."""
    with pytest.raises(
        ValueError, match="nothing to measure: every task of growth is larger than asked"
    ):
        speed.choose(["growth"], 10**6)


def test_absent_data_skip_tasks_of_groups_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clone without data sets can measure the rest; what was asked for by name must be there."""
    monkeypatch.setenv("DEDUPE_DATA", str(tmp_path))
    curated = speed.choose(["curated"])
    kept = speed.present(curated, ["curated"])
    assert [definition.name for definition in kept] == ["version", "seeds", "first"]
    told = capsys.readouterr().err
    assert "skipped mixed: " in told
    assert "set DEDUPE_DATA" in told
    mixed = speed.choose(["mixed"])
    assert [definition.name for definition in speed.present(mixed, ["mixed"])] == ["mixed"]
    with pytest.raises(FileNotFoundError, match="all data are absent"):
        speed.present(curated[:3], ["curated"])


def test_options_choose_what_is_run() -> None:
    """The same for `speed` and `compare`."""
    parser = argparse.ArgumentParser()
    speed.add_choice(parser)
    options = parser.parse_args(["growth", "--up-to", "10MB"])
    assert len(speed.chosen(options)) == 4
    assert parser.parse_args([]).names == ["curated"]
