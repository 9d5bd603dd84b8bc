from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dedupe.index import Index, building, faults
from dedupe.index.segment import MOST_ARTICLES
from tests.unit.index.made import PARAMETERS, contents


@pytest.mark.slow
def test_more_articles_than_a_segment_holds(tmp_path: Path) -> None:
    """Articles of a few words fill a segment by their number, and are found in either."""
    count = MOST_ARTICLES + 3_000
    paths = {f"{number:06}.md": number % 200 for number in range(count)}
    whole = contents(paths, words=10)
    with building(tmp_path / "index", 1, PARAMETERS, text=False, force=False) as writer:
        writer.append(whole)
        writer.flush()
        writer.commit()
    index = Index.open(tmp_path / "index")
    assert [segment.header.articles for segment in index.segments] in (
        [MOST_ARTICLES, 3_000], [3_000, MOST_ARTICLES],
    )  # fmt: skip
    assert not list(faults(index))
    np.testing.assert_array_equal(index.contents(np.arange(count)).passages, whole.passages)
