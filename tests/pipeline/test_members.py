"""The members of clusters of copies, from the files to their rows."""

from __future__ import annotations

from dedupe.model import MemberRow, Result
from tests.pipeline.farm import Folder, Writer, accept, sentences, settings

CLUSTERS = settings(output={"want_clusters": True}, matching={"depth": "fast"})


def rows(result: Result) -> list[tuple[str, str, bool]]:
    """Paths and roles."""
    return [(row.path, row.role, row.keep) for row in result.clusters]


def text(folder: Folder, row: MemberRow) -> str:
    """The stretch that a row names."""
    return folder.text(row.path)[row.span_start : row.span_end]


def test_members_of_a_passage(folder: Folder, writer: Writer) -> None:
    """All of them, the original first, with their places and how similar they are to it."""
    words = writer.words(60)
    changed = [*words[:30], *writer.words(1), *words[31:]]
    for path, passage in (("b.txt", words), ("a/c.txt", words), ("d.txt", changed)):
        folder.write(path, writer.prose(70), sentences(passage), writer.prose(80))
    result = folder.scan(settings=CLUSTERS)
    assert rows(result) == [
        ("a/c.txt", "original", True), ("b.txt", "duplicate", False), ("d.txt", "duplicate", False),
    ]  # fmt: skip
    first, second, third = result.clusters
    assert len({row.cluster_id for row in result.clusters}) == 1
    assert {row.representative for row in result.clusters} == {"a/c.txt"}
    assert {finding.cluster and finding.cluster.id for finding in result.findings} == {
        first.cluster_id
    }
    assert text(folder, first) == text(folder, second) == sentences(words).rstrip(".")
    assert (first.similarity, second.similarity, first.words) == (1.0, 1.0, 60)
    assert third.similarity is not None
    assert 0.5 < third.similarity < 1.0
    assert not folder.scan().clusters


def test_articles_and_what_is_not_reported(folder: Folder, writer: Writer) -> None:
    """Copies of a whole article make one cluster, whatever rules are selected."""
    article = [writer.prose(70), writer.prose(80)]
    for path in ("a.txt", "b.txt", "c.txt"):
        folder.write(path, *article)
    result = folder.scan(
        settings=settings(rules={"ignore": ["DUP"]}, output={"want_clusters": True})
    )
    assert not result.findings
    assert rows(result) == [
        ("a.txt", "original", True), ("b.txt", "duplicate", False), ("c.txt", "duplicate", False),
    ]  # fmt: skip
    assert text(folder, result.clusters[1]) == folder.text("b.txt").strip().rstrip(".")


def test_accepted_articles_are_originals(folder: Folder, writer: Writer) -> None:
    """Of a check, with the members that the index holds."""
    passage = writer.prose(60)
    for path in ("old/z.txt", "incoming/a.txt"):
        folder.write(path, writer.prose(70), passage, writer.prose(80))
    accept(["old"])
    assert rows(folder.check(settings=CLUSTERS)) == [
        ("old/z.txt", "original", True), ("incoming/a.txt", "duplicate", False),
    ]  # fmt: skip


def test_no_copies(folder: Folder, writer: Writer) -> None:
    """There is no row."""
    folder.write("a.txt", writer.prose(70))
    assert folder.scan(settings=CLUSTERS).clusters == ()
