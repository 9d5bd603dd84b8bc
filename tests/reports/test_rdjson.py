from __future__ import annotations

import io
import json
from typing import Any

from dedupe.reports import write
from dedupe.reports.options import ReportOptions
from tests.reports import samples


def test_what_reviewdog_demands() -> None:
    """A message, a path and lines for each; columns would have to count bytes, so there are none.

    reviewdog refuses members that it does not know.
    """
    stream = io.BytesIO()
    write("rdjson", samples.result(), stream, ReportOptions())
    document: dict[str, Any] = json.loads(stream.getvalue())
    assert set(document) == {"source", "diagnostics"}
    assert len(document["diagnostics"]) == 5
    for row in document["diagnostics"]:
        assert set(row) == {"message", "location", "severity", "code"}
        assert row["severity"] in {"ERROR", "WARNING", "INFO"}
        span = row["location"]["range"]
        assert span["end"]["line"] >= span["start"]["line"] >= 1
        assert set(span["start"]) == set(span["end"]) == {"line"}
