from __future__ import annotations

import io

import msgspec
import pytest
from junitparser import JUnitXml

from dedupe.model import Gate, Result
from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples
from tests.reports.hostile import hostile_result


def parsed(result: Result) -> JUnitXml:
    """The report as a JUnit parser reads it; it counts as the report does."""
    stream = io.BytesIO()
    write("junit", result, stream, ReportOptions())
    suites = JUnitXml.fromstring(stream.getvalue())
    for counted in (suites, *suites):
        stated = (counted.tests, counted.failures, counted.errors, counted.skipped)
        counted.update_statistics()
        assert stated == (counted.tests, counted.failures, counted.errors, counted.skipped)
    return suites


def with_level(result: Result, level: str, *reasons: str) -> Result:
    """The result of a run with another `--fail-on`."""
    settings = result.run.settings | {"output.fail-on": level}
    return msgspec.structs.replace(
        result,
        run=msgspec.structs.replace(result.run, settings=settings),
        summary=msgspec.structs.replace(result.summary, gate=Gate(bool(reasons), reasons)),
    )


@pytest.mark.parametrize(
    ("level", "failures"), [("never", 0), ("error", 1), ("warning", 5), ("note", 5)]
)
def test_cases_fail_where_the_gate_does(level: str, failures: int) -> None:
    """Six cases: five findings, and one for the article without any."""
    suites = parsed(with_level(samples.result(), level))
    assert (suites.tests, suites.failures) == (6, failures)


def test_article_without_findings_passes() -> None:
    """A run without findings has a case for every article."""
    clean = msgspec.structs.replace(samples.result(), findings=())
    suites = parsed(clean)
    assert [[case.name for case in suite] for suite in suites] == [["no findings"]] * 3
    assert suites.failures == 0


def test_known_findings_are_skipped() -> None:
    """What is in the baseline or suppressed neither passes nor fails."""
    known = msgspec.structs.replace(samples.findings()[-1], status="baselined")
    result = msgspec.structs.replace(samples.result(), findings=(known,))
    suites = parsed(result)
    assert (suites.tests, suites.failures, suites.skipped) == (3, 0, 1)


def test_budget_that_is_exceeded_fails() -> None:
    """A gate that no finding explains is a case of its own."""
    suites = parsed(with_level(samples.result(), "never", "fail-on", "max-duplicate-percent"))
    assert suites.failures == 1
    assert [case.name for case in list(suites)[-1]] == ["max-duplicate-percent"]


def test_finding_on_a_file_that_is_no_article() -> None:
    """A file that could not be read has a suite, too."""
    lost = samples.finding("SRC801", "x.md", samples.span(1, 0, 0), "", message="m", words=0)
    result = msgspec.structs.replace(samples.result(), findings=(lost,))
    assert [suite.name for suite in parsed(result)][-1] == "x.md"


def test_hostile_text_is_xml() -> None:
    """Characters that XML 1.0 forbids are escapes."""
    result = with_level(hostile_result(), "note")
    finding = msgspec.structs.replace(result.findings[0], message="\ufffe \x00 \ud800 ]]> <b> &c;")
    suites = parsed(msgspec.structs.replace(result, findings=(finding,)))
    (case,) = next(iter(suites))
    assert case.result[0].message == "\\ufffe \\x00 \\ud800 ]]> <b> &c;"
