"""Passages that sum up another article, from the files to the findings."""

from __future__ import annotations

import re

import pytest

from dedupe.model import Finding, Severity
from tests.pipeline.farm import Folder, Writer, of_rule, settings

REPORT = """\
The lock at Hembury was drained on the third of March, for the first time since 1951. The water
board had put it off for four winters, and the boaters had stopped asking. A notice in the
window of the chandler said May, then said August, and in the end said nothing, since the sun
had bleached it. Anyone who wanted to go upstream paid the farmer at Lower Tithe, whose tractor
hauled boats across the meadow on a trailer made from two hay wagons.

Divers went down in the autumn because the gates would not close. What they found was a crack in
the sill, as long as a man and wide enough for a hand. Their report lay on a desk in the county
hall until somebody slipped it to the newspaper. The editor printed it across two pages, with a
drawing by the schoolmaster, and the telephone at the board rang for a week. A meeting in the
parish hall ended at midnight; the chairman promised money that he did not have, and a date that
he could keep.

Draining took nine hours. Two pumps were hired from a quarry, and a third one, from the fire
brigade, stood ready and was never switched on. Some four hundred perch and a pike were caught
with nets and carried to the basin above the weir. Children counted them aloud and lost count.
The smell, which the vicar mentioned in his sermon, hung over the village for ten days, and the
tea room moved its tables to the other side of the house.

Then the carpenters came. Both pairs of gates are made of oak, and the oak of the lower pair was
soft to the depth of a thumb. The foreman, who learned his trade at the shipyard in Salcombe,
refused the greenheart that the board had ordered. He had the beams sawn from a tree that fell
in the park of the manor in the storm of 2014. It had lain there for want of a crane, and the
family asked for nothing but the roots. Each beam weighs as much as a horse; to hang the first
one they needed three attempts, a new chain and a bottle of rum.

Volunteers did the digging. Over three weekends they carried away eleven tonnes of silt, by
bucket, because the lane is too narrow for a lorry. They found a bicycle, a christening mug and
the brass plate of the builder, dated 1827. The museum in the old toll house has kept all three;
the mug was traced to a family in Ontario, who wrote a long letter and did not want it back. A
student from the polytechnic measured every stone and made a model that can be turned on a
screen.

The sill was pinned with steel and grouted in May. Inspectors came twice, first in shoes and
then in boots. On midsummer eve the chamber was filled, the first boat was that of the widow of
the last keeper, and the brass band played under umbrellas. Nobody made a speech. The tractor at
Lower Tithe has been sold to a vineyard, and the hay wagons carry hay.
""".strip().split("\n\n")
IN_SHORT = (
    "In March, after four winters of waiting, Hembury had its lock drained: divers sent by the "
    "water board had reported that the stone under the gates had a crack. Perch by the hundred "
    "went in nets to the basin, the smell to the vicar. A carpenter from Salcombe hung new oak, "
    "sawn in the park where a storm felled the tree, and by bucket volunteers emptied tonnes of "
    "silt, a mug and a bicycle among it, now in the museum. Since midsummer eve, when the band "
    "played for the keeper and his widow, boats need no tractor and no hay wagon any more."
)
SAME_TOPIC = (
    "Most locks on the inland waterways are chambers of brick or stone with a pair of gates at "
    "either end. To pass upwards, a boat enters the empty chamber, the lower gates are closed, "
    "and paddles let the water in from above. Leaks are common, since wood shrinks, and a lock "
    "whose gates do not close wastes as much water in a night as a village drinks in a year. "
    "Repairs are made in winter, when few boats travel and the trust can find carpenters and "
    "divers."
)


def deep(folder: Folder, depth: str = "deep") -> list[Finding]:
    """The summaries that a scan finds."""
    return of_rule(folder.scan(settings=settings(matching={"depth": depth})), "DUP105")


def written(folder: Folder, writer: Writer, passage: str) -> None:
    """A report, and an article on something else that holds a passage about it."""
    folder.write("report.txt", *REPORT)
    folder.write("walks.txt", writer.prose(90), passage, writer.prose(120))


def test_summary_is_found(folder: Folder, writer: Writer) -> None:
    """As a note, with its place and the whole article that it sums up."""
    written(folder, writer, IN_SHORT)
    (finding,) = deep(folder)
    assert finding.severity is Severity.NOTE
    assert finding.path == "walks.txt"
    text, report = folder.text("walks.txt"), folder.text("report.txt")
    assert abs(finding.span.start.offset - text.index("In March")) < 40
    assert abs(finding.span.end.offset - text.index("any more.")) < 40
    (match,) = finding.matches
    assert match.path == "report.txt"
    assert (match.span.start.offset, match.span.end.offset) == (0, len(report.rstrip()) - 1)
    assert finding.message.endswith("sums up report.txt.")
    (fact,) = finding.evidence
    found = re.fullmatch(
        r"summary: the other article explains (\d+)% of the passage, (\d+)% of the words around "
        r"it, and shares (\d+) rare stems with it",
        fact.text,
    )
    assert found is not None
    explained, around, stems = map(int, found.groups())
    assert explained >= around + 40
    assert stems >= 25


def test_words_of_summaries_are_unique(folder: Folder, writer: Writer) -> None:
    """They count as the article's own."""
    written(folder, writer, IN_SHORT)
    result = folder.scan(settings=settings(matching={"depth": "deep"}, rules={"select": ["DUP"]}))
    account = next(article for article in result.articles if article.path == "walks.txt")
    assert account.unique_words == account.words


@pytest.mark.parametrize("depth", ["fast", "standard"])
def test_other_depths_do_not_look(folder: Folder, writer: Writer, depth: str) -> None:
    """Summaries are found at depth deep alone."""
    written(folder, writer, IN_SHORT)
    assert deep(folder, depth) == []


def test_same_topic_is_no_summary(folder: Folder, writer: Writer) -> None:
    """Locks, sills, oak, silt and museums, and nothing of what happened at this one."""
    written(folder, writer, SAME_TOPIC)
    assert deep(folder) == []


def test_copied_sentences_are_no_summary(folder: Folder, writer: Writer) -> None:
    """A passage of the other article is a copied one, and nothing else."""
    written(folder, writer, REPORT[4])
    assert deep(folder) == []


def test_copies_of_the_source_are_named_once(folder: Folder, writer: Writer) -> None:
    """Of two articles that a passage sums up, both are named in one finding."""
    written(folder, writer, IN_SHORT)
    folder.write("report-2.txt", *REPORT)
    (finding,) = deep(folder)
    assert {match.path for match in finding.matches} == {"report.txt", "report-2.txt"}
    assert finding.message.endswith("and 1 other article.")


def test_matches_hold_the_pair_once(folder: Folder, writer: Writer) -> None:
    """The format `matches` has the summary with the whole article, and no part of the two."""
    written(folder, writer, IN_SHORT)
    chosen = settings(matching={"depth": "deep"}, output={"want_matches": True})
    (row,) = folder.scan(settings=chosen).matches
    assert row.rule == "DUP105"
    assert (row.a.path, row.b.path) == ("report.txt", "walks.txt")
    assert row.a.start == 0
