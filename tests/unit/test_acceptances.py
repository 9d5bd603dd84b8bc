from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dedupe.acceptances import dump, load
from dedupe.errors import AcceptFileError
from dedupe.model import Acceptance, Position, Span

ENTRY = """[[accept]]
fingerprint = "1f0c9a6e5b7d4c21:1"
rule = "DUP102"
path = "a.md"
reason = "licensed"
"""


def entry(number: int = 1, path: str = "a.md", reason: str = "x", **more: object) -> Acceptance:
    """An entry."""
    until = more.get("until")
    assert until is None or isinstance(until, dt.date)
    return Acceptance(
        fingerprint=f"1f0c9a6e5b7d4c21:{number}", rule="DUP102", path=path, reason=reason,
        until=until,
    )  # fmt: skip


def test_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Whatever stands in paths and reasons; a lone surrogate becomes its escape."""
    hostile = 'a\x7f"\\\n\x1b[31m[b] = \u20ac \udce9'
    entries = [entry(2, hostile), entry(1, until=dt.date(2027, 1, 31), reason=hostile)]
    (tmp_path / "f").write_bytes(dump(entries))
    read = [said for said, _ in load(str(tmp_path / "f"))]
    shown = hostile.replace("\udce9", "\\xe9")
    assert read == [entry(1, until=dt.date(2027, 1, 31), reason=shown), entry(2, shown)]


def test_order_of_entries_does_not_matter() -> None:
    """The file is sorted by article, rule and fingerprint."""
    entries = [entry(1, "b"), entry(2, "a"), entry(1, "a")]
    assert dump(entries) == dump(entries[::-1])
    assert [line for line in dump(entries).decode().splitlines() if "path" in line] == [
        *('path = "a"', 'path = "a"', 'path = "b"')
    ]


def test_place_of_an_entry(tmp_path: Path) -> None:
    """The line that names the finding, wherever somebody moved it."""
    (tmp_path / "f").write_text("# mine\n\n" + ENTRY.rstrip(), encoding="utf-8")
    ((_, span),) = load(str(tmp_path / "f"))
    assert span == Span(Position(4, 1, 19), Position(4, 35, 53))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[accept]", "cannot use"),
        ("accept = 3", "Expected `array`"),
        (ENTRY + "line = 3\n", "unknown field `line`"),
        (ENTRY.replace('reason = "licensed"\n', ""), "missing required field `reason`"),
        (ENTRY.replace("licensed", ""), "length >= 1"),
        (ENTRY.replace(":1", ""), "matching regex"),
        (ENTRY + 'until = "soon"\n', "Invalid RFC3339"),
        (ENTRY + ENTRY, "has 1f0c9a6e5b7d4c21:1 twice"),
    ],
)
def test_wrong_files(tmp_path: Path, text: str, told: str) -> None:
    """File and reason are named."""
    (tmp_path / "f").write_text(text, encoding="utf-8")
    with pytest.raises(AcceptFileError) as error:
        load(str(tmp_path / "f"))
    assert f"{tmp_path / 'f'}" in str(error.value)
    assert told in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing, a folder, no text."""
    (tmp_path / "latin").write_bytes(b"\xe9")
    for name, told in (("none", "there is no"), (".", "cannot read"), ("latin", "not UTF-8")):
        with pytest.raises(AcceptFileError, match=told):
            load(str(tmp_path / name))


def test_until_may_be_a_date_of_toml_or_a_string(tmp_path: Path) -> None:
    """Both are what people write."""
    for value in ("2027-01-31", '"2027-01-31"'):
        (tmp_path / "f").write_text(f"{ENTRY}until = {value}\n", encoding="utf-8")
        ((said, _),) = load(str(tmp_path / "f"))
        assert said.until == dt.date(2027, 1, 31)
