from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.sources import FileTable, SourceFile

_names = st.text(st.characters(exclude_characters="\0"), max_size=5)
_files = st.lists(
    st.builds(
        SourceFile, _names, _names, st.integers(0, 2**40), st.none() | st.binary(max_size=3),
        st.none() | st.sampled_from(("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z")),
    ),
    unique_by=lambda file: file.path,
)  # fmt: skip


@given(_files, st.data())
def test_files_come_back(files: list[SourceFile], data: st.DataObject) -> None:
    """All of them, slices, some in another order, and with other dates."""
    table = FileTable.of(files)
    assert list(table) == files
    assert list(table[1:3]) == files[1:3]
    rows = data.draw(st.lists(st.sampled_from(range(len(files))))) if files else []
    assert list(table.rows(np.array(rows, np.int64))) == [files[row] for row in rows]
    dated = table.with_dates(["2026-01-01"] * len(files))
    assert [file.date for file in dated] == ["2026-01-01"] * len(files)
