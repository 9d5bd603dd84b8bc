from __future__ import annotations

import io
import json
from typing import Any

from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples


def test_what_gitlab_demands() -> None:
    """Every issue has the required members, a known severity and a fingerprint of its own."""
    stream = io.BytesIO()
    write("gitlab", samples.result(), stream, ReportOptions())
    issues: list[dict[str, Any]] = json.loads(stream.getvalue())
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 5
    for issue in issues:
        assert issue["description"]
        assert issue["check_name"]
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not issue["location"]["path"].startswith("./")
        assert issue["location"]["lines"]["begin"] >= 1
