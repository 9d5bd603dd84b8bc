"""Two texts side by side: what `compare` and `show` align, and what they fold."""

from __future__ import annotations

import pytest

from dedupe import pipeline
from dedupe.errors import UsageError
from dedupe.model import AlignedPassage, Comparison
from dedupe.pipeline import showing
from tests.pipeline.farm import Folder, Writer, jsonl, sentences, settings
from tests.pipeline.test_rewording import SPUN, WRITTEN


def texts(passage: AlignedPassage) -> tuple[str, str]:
    """Both sides as they are printed."""
    return "".join(edit.a for edit in passage.edits), "".join(edit.b for edit in passage.edits)


def kinds(passage: AlignedPassage) -> list[str]:
    """The kinds of the stretches of a passage."""
    return [edit.kind for edit in passage.edits]


def moved(folder: Folder, writer: Writer) -> Comparison:
    """Two passages of 40 and 50 words, in a.txt in this order, in b.txt in the other."""
    one, two = writer.prose(40), writer.prose(50)
    folder.write("a.txt", writer.prose(33), one, writer.prose(22), two)
    folder.write("b.txt", two, writer.prose(44), one, writer.prose(11))
    return pipeline.compare("a.txt", "b.txt", settings())


def test_words_in_front_of_and_behind_passages(folder: Folder, writer: Writer) -> None:
    """Each text's own order counts: nothing is counted twice where passages have moved."""
    comparison = moved(folder, writer)
    found = [(p.words_a, p.skipped_a, p.skipped_b) for p in comparison.passages]
    assert found == [(40, 33, 44), (50, 22, 0)]
    assert (comparison.rest_a, comparison.rest_b) == (0, 11)
    for words, passages in ((comparison.words_a, 90), (comparison.words_b, 90)):
        assert words == passages + 55


def test_sides_are_those_of_the_user(folder: Folder, writer: Writer) -> None:
    """Named the other way round, all sides change places."""
    comparison = moved(folder, writer)
    other = pipeline.compare("b.txt", "a.txt", settings())
    assert (other.path_a, other.words_a, other.rest_a) == ("b.txt", comparison.words_b, 11)
    assert [(p.words_a, p.skipped_a, p.skipped_b) for p in other.passages] == [
        (50, 0, 22), (40, 44, 33),
    ]  # fmt: skip
    assert [p.b for p in other.passages] == [p.a for p in reversed(comparison.passages)]


def test_words_in_front_are_one_run(folder: Folder, writer: Writer) -> None:
    """What only one side has in front stands there, though it ends as the passage begins."""
    start, head, rest = writer.words(1), writer.words(30), writer.words(40)
    folder.write("a.txt", sentences([*start, *head, *start, *rest], 80))
    folder.write("b.txt", sentences([*start, *rest], 80))
    shown = pipeline.show("b.txt:1", ["."], settings())
    (copy,) = shown.copies
    assert kinds(copy.passage) in (["equal"], ["insert", "equal"])
    one, other = texts(copy.passage)
    assert one.casefold() in other.casefold()


@pytest.mark.parametrize("changed", [50, 130])
def test_many_differing_words_are_not_shown_as_equal(
    folder: Folder, writer: Writer, changed: int
) -> None:
    """Beyond what findings list as evidence the two are still compared word by word."""
    words = writer.words(25 * changed)
    other = list(words)
    for place, word in zip(range(12, 25 * changed, 25), writer.words(changed), strict=True):
        other[place] = word
    folder.write("a.txt", sentences(words))
    folder.write("b.txt", sentences(other))
    (passage,) = pipeline.compare("a.txt", "b.txt", settings()).passages
    assert kinds(passage).count("replace") == changed
    for edit in passage.edits:
        assert (edit.a.casefold() == edit.b.casefold()) == (edit.kind == "equal")


def test_every_copy_is_shown_as_the_scan_says(folder: Folder, writer: Writer) -> None:
    """Similarities of a finding and of what is shown are the same, and so are the places."""
    passage = writer.words(60)
    for number in range(4):
        words = list(passage)
        words[7 * number] = "other"
        folder.write(f"{number}.txt", writer.prose(50), sentences(words), writer.prose(30))
    folder.write("4.txt", sentences(passage), writer.prose(20), sentences(passage))
    for finding in folder.scan().findings:
        shown = pipeline.show(finding.fingerprint, ["."], settings())
        assert [copy.path for copy in shown.copies] == [m.path for m in finding.matches]
        for copy, match in zip(shown.copies, finding.matches, strict=True):
            assert texts(copy.passage) == tuple(
                folder.text(path)[span.start.offset : span.end.offset]
                for path, span in ((finding.path, finding.span), (match.path, match.span))
            )
            assert copy.passage.similarity == match.similarity
            assert (copy.passage.a, copy.passage.b) == (finding.span, match.span)


def test_place_prefers_what_begins_there(folder: Folder, writer: Writer) -> None:
    """A line inside of a passage finds it too; a finding on the whole article comes last."""
    passage = writer.prose(60).replace(". ", ".\n")
    folder.write("a.txt", writer.prose(50), passage)
    folder.write("b.txt", passage, writer.prose(50))
    (finding,) = folder.scan().findings
    for place in ("b.txt:1", "b.txt:3", "./b.txt:1:1"):
        assert pipeline.show(place, ["."], settings()).finding.fingerprint == finding.fingerprint
    for place in ("b.txt:8", "a.txt:3", "b.txt"):
        with pytest.raises(UsageError, match="no finding"):
            pipeline.show(place, ["."], settings())
    assert showing.show(finding.fingerprint[:6], ["."], settings()).finding.path == "b.txt"


@pytest.mark.parametrize(("depth", "edits"), [("standard", True), ("fast", False)])
def test_compare_names_the_kind_of_edit(
    folder: Folder, writer: Writer, depth: str, *, edits: bool
) -> None:
    """Of each passage, whichever side is named first; not where nobody looked for rewording."""
    copied, words = writer.prose(60), writer.words(80)
    other = list(words)
    other[10::14] = writer.words(len(other[10::14]))
    folder.write("a.txt", copied, writer.prose(70), WRITTEN, writer.prose(70), sentences(words))
    folder.write("b.txt", copied, writer.prose(80), SPUN, writer.prose(80), sentences(other))
    for paths in (("a.txt", "b.txt"), ("b.txt", "a.txt")):
        comparison = pipeline.compare(*paths, settings(matching={"depth": depth}))
        found = [passage.edit for passage in comparison.passages]
        assert found == (["verbatim", "reordered", "edited"] if edits else [None, None])


def test_show_names_the_kind_of_edit(folder: Folder) -> None:
    """The copies of a reworded passage, even where the options say fast."""
    folder.write("a.txt", WRITTEN)
    folder.write("b.txt", SPUN)
    result = folder.scan()
    (folder.root / "result.jsonl").write_bytes(jsonl(result))
    for depth, source in (("standard", None), ("fast", "result.jsonl")):
        chosen = settings(matching={"depth": depth})
        shown = pipeline.show("b.txt:1", ["a.txt", "b.txt"], chosen, source)
        assert [copy.passage.edit for copy in shown.copies] == ["reordered"]
