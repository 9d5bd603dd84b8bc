"""Reworded passages from the files to the findings."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from dedupe.model import Finding
from tests.pipeline.farm import Folder, Writer, sentences, settings

WRITTEN = (
    "The pump in the cellar had been running for eleven days when the neighbours noticed that the "
    "hedge along the lane was dying. Nobody had thought of the salt. The old quarry, flooded in "
    "1974, is connected to the sea by a crack that the survey of the harbour office had drawn as a "
    "dotted line and then forgotten. Every spring tide pushed brackish water under the gardens, "
    "and the pump pulled it up and poured it over the roots."
)
SPUN = (
    "When neighbours saw that the hedge by the lane was dying, the cellar pump had already been "
    "running eleven days. The salt had occurred to nobody. A crack connects the old quarry, which "
    "flooded in 1974, with the sea; the harbour office drew it in a survey as a dotted line and "
    "later forgot about it. With every spring tide brackish water was pushed below the gardens, "
    "where the pump pulled it up to pour it over the roots."
)
SAME_TOPIC = (
    "Garden owners near the coast should test their well water for salt twice a year. Hedges of "
    "privet suffer first, and yellow leaves in May are a sign. A pump that runs day and night can "
    "draw sea water into a freshwater lens, so shut it off during the highest tides and ask the "
    "water board for a map of the old quarries."
)

INTRODUCED = (
    "The morning was opened by Anna Lindvik, Deputy Director for Coastal Waters at the Ministry of "
    "Harbours and Tides, who was followed by Jens Okafor of the Royal Salt Survey, Mirela Dragan, "
    "Head of the Northern Lighthouse Board in Ostervik, and Tomas Eklund, Professor of Marine "
    "Botany at Karlsholm College."
)
LISTED = (
    "Speakers on Friday are Anna Lindvik (Deputy Director for Coastal Waters, Ministry of Harbours "
    "and Tides), Jens Okafor (Royal Salt Survey), Mirela Dragan (Head, Northern Lighthouse Board, "
    "Ostervik) and Tomas Eklund (Professor, Marine Botany, Karlsholm College)."
)


def reworded(folder: Folder, depth: str = "standard") -> list[Finding]:
    """The findings of a scan, which must all be about copies."""
    return list(folder.scan(settings=settings(matching={"depth": depth})).findings)


def test_spun_passage_is_found(folder: Folder, writer: Writer) -> None:
    """Both places, to within a few words; the message, the evidence and the original."""
    folder.write("a.txt", writer.prose(88), WRITTEN, writer.prose(66))
    folder.write("b.txt", writer.prose(55), SPUN, writer.prose(99))
    (finding,) = reworded(folder)
    assert (finding.rule, finding.path) == ("DUP104", "b.txt")
    text, other = folder.text("b.txt"), folder.text("a.txt")
    assert abs(finding.span.start.offset - text.index("When neighbours")) < 40
    assert abs(finding.span.end.offset - text.index("over the roots.")) < 40
    (match,) = finding.matches
    assert abs(match.span.start.offset - other.index("The pump in")) < 40
    assert abs(match.span.end.offset - other.index("over the roots.")) < 40
    assert "in other words in a.txt:" in finding.message
    fact, evidence = finding.evidence
    assert fact.text.startswith(("reordered: ", "reworded: "))
    assert evidence.weight is not None
    assert evidence.weight >= 4.9
    assert finding.cluster is not None
    assert finding.cluster.original == "a.txt"


def test_same_topic_is_no_finding(folder: Folder) -> None:
    """Pumps, salt, hedges and quarries in both texts, and nothing taken over."""
    folder.write("a.txt", WRITTEN)
    folder.write("b.txt", SAME_TOPIC)
    assert reworded(folder) == []


def test_same_names_are_no_finding(folder: Folder, writer: Writer) -> None:
    """Who took part stands in the same order; the same words as no names would count."""
    folder.write("a.txt", writer.prose(150), INTRODUCED)
    folder.write("b.txt", writer.prose(150), LISTED)
    assert reworded(folder) == []
    folder.write("a.txt", writer.prose(150), INTRODUCED.lower())
    assert [finding.rule for finding in reworded(folder)] == ["DUP104"]


def test_fast_does_not_look_for_it(folder: Folder) -> None:
    """Only shingles are compared at depth fast."""
    folder.write("a.txt", WRITTEN)
    folder.write("b.txt", SPUN)
    assert reworded(folder, "fast") == []
    assert [finding.rule for finding in reworded(folder)] == ["DUP104"]


def test_passage_that_is_copied_and_spun(folder: Folder, writer: Writer) -> None:
    """One article copies it, another one spins it: each is told what it did."""
    folder.write("a.txt", writer.prose(88), WRITTEN, writer.prose(66))
    folder.write("b.txt", writer.prose(55), WRITTEN, writer.prose(99))
    folder.write("c.txt", writer.prose(55), SPUN, writer.prose(99))
    assert [(f.rule, f.path) for f in reworded(folder)] == [
        ("DUP102", "b.txt"),
        ("DUP104", "c.txt"),
    ]


EDITED = (
    "The motor in the cellar had been running for eleven days when the neighbours noticed that the "
    "fence along the lane was dying. Nobody had spoken of the salt. The old quarry, flooded in "
    "1974, is joined to the sea by a crack that the survey of the harbour clerk had drawn as a "
    "dotted line and then lost. Every spring tide pushed brackish water under the lawns, "
    "and the motor pulled it up and poured it over the beds."
)


def test_edited_paragraph_of_the_same_article_is_a_repeat(folder: Folder, writer: Writer) -> None:
    """No run of twelve words is left of it, but the wording; the second place is told."""
    folder.write("a.txt", writer.prose(88), WRITTEN, writer.prose(44), EDITED, writer.prose(66))
    (finding,) = reworded(folder)
    text = folder.text("a.txt")
    assert (finding.rule, finding.path) == ("DUP103", "a.txt")
    assert abs(finding.span.start.offset - text.index("The motor in")) < 40
    assert abs(finding.span.end.offset - text.index("over the beds.")) < 40
    (match,) = finding.matches
    assert abs(match.span.start.offset - text.index("The pump in")) < 40
    assert abs(match.span.end.offset - text.index("over the roots.")) < 40
    assert match.origin == "self"
    for chosen in ({"depth": "fast"}, {"inside_articles": False}):
        assert not folder.scan(settings=settings(matching=chosen)).findings


@pytest.mark.parametrize("other", [SPUN, SAME_TOPIC])
def test_topic_of_an_article_is_no_repeat(folder: Folder, writer: Writer, other: str) -> None:
    """A paragraph that says it in its own words, or speaks of the same things."""
    folder.write("a.txt", writer.prose(88), WRITTEN, writer.prose(44), other, writer.prose(66))
    assert reworded(folder) == []


def test_paragraph_of_a_spun_article_keeps_its_own_finding(folder: Folder, writer: Writer) -> None:
    """One article spins the whole, another one a paragraph of it: each is told of its own place."""
    words = [*writer.words(132), *WRITTEN.replace(".", "").split(), *writer.words(132)]
    spun = [word for at in range(0, len(words), 4) for word in words[at : at + 4][::-1]]
    folder.write("a.txt", sentences(words[:132]), WRITTEN, sentences(words[-132:]))
    folder.write("b.txt", sentences(spun))
    folder.write("c.txt", writer.prose(99), SPUN, writer.prose(99))
    assert [(f.rule, f.path, [match.path for match in f.matches]) for f in reworded(folder)] == [
        ("DUP104", "b.txt", ["a.txt"]),
        ("DUP104", "c.txt", ["a.txt", "b.txt"]),
    ]


def test_left_out_text_is_not_matched(folder: Folder, writer: Writer) -> None:
    """A quotation that was reworded is no finding where quotations are left out."""
    folder.write("a.txt", writer.prose(33), f"“{WRITTEN}”", writer.prose(33))
    folder.write("b.txt", writer.prose(33), SPUN, writer.prose(33))
    chosen = settings(matching={"ignore_quotes": True})
    assert not folder.scan(settings=chosen).findings
    assert len(reworded(folder)) == 1


@pytest.mark.parametrize("language", ["ru", "uk", "ar", "hi", "zh", "ja", "th"])
def test_scripts(folder: Folder, language: str) -> None:
    """Passages in other scripts are found when their sentences change places and words go."""
    texts = tomllib.loads(Path(__file__).with_name("scripts.toml").read_text(encoding="utf-8"))
    folder.write("a.txt", texts[language]["original"])
    folder.write("b.txt", texts[language]["reworded"])
    found = reworded(folder)
    assert found, language
    assert {finding.path for finding in found} == {"b.txt"}
    assert {finding.rule for finding in found} <= {"DUP101", "DUP102", "DUP104"}
