"""Isolated folders, from the files to the findings."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dedupe.findings.drafts import CounterpartTable, Drafts
from dedupe.findings.isolation import isolated
from dedupe.model import Finding, Result
from dedupe.tables import Isolation
from tests.pipeline.farm import Folder, Writer, accept, of_rule, settings
from tests.pipeline.test_rewording import SPUN, WRITTEN
from tests.pipeline.test_summaries import IN_SHORT, REPORT
from tests.pipeline.test_templates import FORM, HEADINGS, SUBJECTS

EDITIONS = (("uk", "us"),)


def scan(folder: Folder, depth: str = "fast", groups: object = EDITIONS) -> Result:
    """With two isolated folders."""
    return folder.scan(settings=settings(matching={"depth": depth, "isolated_groups": groups}))


def named(result: Result) -> dict[str, list[str]]:
    """The article of each finding, and those that it names."""
    return {finding.path: [match.path for match in finding.matches] for finding in result.findings}


def assert_apart(findings: tuple[Finding, ...] | list[Finding]) -> None:
    """No finding names an article of the other edition."""
    for finding, match in ((f, m) for f in findings for m in f.matches):
        assert {finding.path[:3], match.path[:3]} != {"uk/", "us/"}, finding


@pytest.fixture
def passages(folder: Folder, writer: Writer) -> Folder:
    """One passage in two editions, in another article of one of them, and elsewhere."""
    passage = writer.prose(60)
    for path in ("uk/a.txt", "us/a.txt", "us/b.txt", "z.txt"):
        folder.write(path, writer.prose(70), passage, writer.prose(80))
    return folder


def test_copies_in_another_edition_are_none(folder: Folder, writer: Writer) -> None:
    """Of passages and of whole articles; without the setting they are."""
    passage, article = writer.prose(60), writer.prose(90)
    for edition in ("uk", "us"):
        folder.write(f"{edition}/whole.txt", article)
        folder.write(f"{edition}/part.txt", writer.prose(70), passage, writer.prose(80))
    assert not scan(folder).findings
    assert [f.rule for f in scan(folder, groups=()).findings] == ["DUP102", "DUP101"]
    assert [f.rule for f in scan(folder, groups=(("uk", "elsewhere"),)).findings] == [
        "DUP102", "DUP101",
    ]  # fmt: skip


def test_copies_elsewhere_are_found(passages: Folder) -> None:
    """In the same edition, and in what belongs to none; each names those that it may."""
    result = scan(passages)
    assert_apart(list(result.findings))
    found = named(result)
    assert set(found["z.txt"]) == {"uk/a.txt", "us/a.txt", "us/b.txt"}
    assert "us/a.txt" in found["us/b.txt"]
    assert "uk/a.txt" not in found


@pytest.mark.parametrize("first", ["uk", "us", "z"])
def test_original_of_an_edition(folder: Folder, writer: Writer, first: str) -> None:
    """Whoever came first among those that may be compared is the original, and has no finding."""
    passage = writer.prose(60)
    dates = {"uk": "2024-02-02", "us": "2024-02-02", "z": "2024-02-02"} | {first: "2024-01-01"}
    for edition in ("uk", "us", "z"):
        head = f"---\ndate: {dates[edition]}\n---\n"
        folder.write(f"{edition}/a.md", head + writer.prose(70), passage, writer.prose(80))
    result = scan(folder)
    assert_apart(list(result.findings))
    expected = {
        "uk": {"z/a.md"},  # us/a.md came before z/a.md, which is a copy of both
        "us": {"z/a.md"},
        "z": {"uk/a.md", "us/a.md"},
    }
    assert set(named(result)) == expected[first]


def test_whole_articles(folder: Folder, writer: Writer) -> None:
    """A third copy makes a group of the two, in which they still do not meet."""
    article = [writer.prose(70), writer.prose(80)]
    for path in ("uk/a.txt", "us/a.txt", "us/b.txt", "z.txt"):
        folder.write(path, *article)
    result = scan(folder)
    assert_apart(list(result.findings))
    assert {f.rule for f in result.findings} == {"DUP101"}
    found = named(result)
    assert set(found) == {"us/b.txt", "z.txt"}
    assert set(found["z.txt"]) == {"uk/a.txt", "us/a.txt", "us/b.txt"}
    assert found["us/b.txt"] == ["us/a.txt", "z.txt"]
    totals = {f.path: f.matches_total for f in result.findings}
    assert totals == {"us/b.txt": 2, "z.txt": 3}


def test_many_articles_that_are_alike(folder: Folder, writer: Writer) -> None:
    """Where a folder meets none of the others, its duplicates are counted as they always are."""
    paragraphs = [writer.prose(40) for _ in range(25)]
    for number in range(16):  # the first ones are compared with all, and have little of the last
        folder.write(f"uk/{number:02}.txt", *paragraphs[number : number + 10])
    folder.write("us/other.txt", writer.prose(50))
    result = scan(folder)
    assert (
        max(f.matches_total for f in result.findings) == 7
    )  # of 15: eight were compared and are none
    assert list(result.findings) == list(scan(folder, groups=()).findings)


def test_reworded_passages(folder: Folder, writer: Writer) -> None:
    """They are not sought either."""
    folder.write("uk/a.txt", writer.prose(88), WRITTEN, writer.prose(66))
    folder.write("us/b.txt", writer.prose(55), SPUN, writer.prose(99))
    assert not scan(folder, "standard").findings
    assert [f.rule for f in scan(folder, "standard", ()).findings] == ["DUP104"]


def test_summaries(folder: Folder, writer: Writer) -> None:
    """Nor is what sums up an article."""
    folder.write("uk/lock.txt", *REPORT)
    folder.write("us/short.txt", writer.prose(80), IN_SHORT, writer.prose(80))
    assert not of_rule(scan(folder, "deep"), "DUP105")
    assert of_rule(scan(folder, "deep", ()), "DUP105")


def farm(folder: Folder, writer: Writer, editions: tuple[str, ...]) -> None:
    """Articles on as many subjects in one template, with the same headings."""
    for number, (subject, edition) in enumerate(zip(SUBJECTS, editions, strict=False)):
        fillings = [" ".join(writer.words(2 + (number + k) % 3)) for k in range(3)]
        first, second, third = (f"## {heading}" for heading in HEADINGS)
        folder.write(
            f"{edition}{subject}.md", f"# The {subject}", FORM.format(*fillings), first,
            writer.prose(55), second, writer.prose(66), third, writer.prose(44),
        )  # fmt: skip


@pytest.mark.parametrize("rule", ["TPL201", "TPL204"])
def test_templates_and_outlines(folder: Folder, writer: Writer, rule: str) -> None:
    """Three articles that may be compared have one; two of each edition are none."""
    farm(folder, writer, ("uk/", "us/", "uk/", "us/"))
    assert len(of_rule(scan(folder, "standard", ()), rule)) == 4
    assert not of_rule(scan(folder, "standard"), rule)
    farm(folder, writer, ("uk/", "us/", "uk/", "us/", "uk/", "uk/"))
    found = of_rule(scan(folder, "standard"), rule)
    assert len(found) == 4
    assert_apart(found)
    assert {f.path[:3] for f in found} == {"uk/"}
    assert {f.matches_total for f in found} == {3}
    (folder.root / "uk" / f"{SUBJECTS[2]}.md").unlink()
    farm(folder, writer, ("uk/", "us/", "", "us/", "uk/", "uk/"))
    found = of_rule(scan(folder, "standard"), rule)
    assert len(found) == 6
    assert_apart(found)


def test_accepted_articles(passages: Folder) -> None:
    """A check keeps to the folders of the index as well."""
    accept(["uk", "z.txt"])
    result = passages.check(
        "us", settings=settings(matching={"depth": "fast", "isolated_groups": EDITIONS})
    )
    assert_apart(list(result.findings))
    assert set(named(result)) == {"us/a.txt", "us/b.txt"}
    assert all("z.txt" in paths for paths in named(result).values())


def test_groups_and_between(passages: Folder) -> None:
    """Both hold."""
    matching = {"depth": "fast", "isolated_groups": EDITIONS, "between": ("uk", "us", "z.txt")}
    assert named(passages.scan(settings=settings(matching=matching))).keys() == {"z.txt"}


def test_pairs_that_are_apart(rng: np.random.Generator) -> None:
    """Different folders of one group; kinds of articles agree with them."""
    folder = rng.integers(-1, 3, (2, 40)).astype(np.int32)
    isolation = Isolation(folder)
    pairs = np.array(list(itertools.product(range(40), repeat=2)))
    apart = isolation.apart(pairs[:, 0], pairs[:, 1])
    assert apart.tolist() == [
        any(-1 != row[a] != row[b] != -1 for row in folder.tolist()) for a, b in pairs.tolist()
    ]
    kind, kinds = isolation.kinds()
    assert kinds[kind[pairs[:, 0]], kind[pairs[:, 1]]].tolist() == apart.tolist()


def test_families_that_lose_an_article() -> None:
    """Three have to be left, but for families from which nothing was taken."""
    isolation = Isolation(np.array([[0, 1, -1, -1, -1]], np.int32))
    families = [[0, 1, 2], [0, 1, 2, 3], [2, 3], [2, 3, 4]]
    family = np.repeat(np.arange(4), list(map(len, families)))
    article = np.concatenate(families)
    none, rows = np.empty(0, np.int64), np.zeros(len(article), np.int64)
    drafts = Drafts.of(
        rows.astype(np.uint8), article, rows, rows, rows,
        CounterpartTable(none, none, none, np.empty(0), np.empty(0)),
        np.zeros(len(article) + 1, np.int64),
    )  # fmt: skip
    left, stay = isolated(drafts, family, isolation)
    assert left.members.tolist() == [2, 2, 3, 3, 3, 4, 4, 2, 2, 3, 3, 3]
    assert stay.tolist() == [False, False, True, *[True] * 9]
