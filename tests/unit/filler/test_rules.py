from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import NamedTuple

import numpy as np
import pytest

from dedupe.arrays import F32, Bool
from dedupe.config import Filler
from dedupe.filler.rules import find_flags
from dedupe.filler.scorer import load_model
from dedupe.model import RULES, Evidence
from dedupe.sources import text_batch
from dedupe.tables import (
    TOKEN_CAPITAL,
    TOKEN_DIGIT,
    TOKEN_FIRST,
    TOKEN_QUOTED,
    BlockScores,
    EvidenceKind,
    TextBatch,
    TokenTable,
)
from dedupe.tokens import tokenise

SIGNALS = ("score", "generic", "closing", "information", "novelty", "facts", "specific")

BODY = (
    "The mill on the Orle was built by two brothers who owned a saw and little else.\n\n"
    "Its wheel is wider than a cart and turns in a channel that a flood dug one winter.\n\n"
    "Whoever walks along the bank in March hears it before the bridge comes into sight.\n\n"
    "A miller is paid in flour, and the flour is paid for with whatever the village has.\n\n"
)
"""Four paragraphs that no rule says anything about."""


class Found(NamedTuple):
    """A flag with the text it stands on."""

    rule: str
    text: str
    flag: Flag


def hand_made(
    batch: TextBatch, tokens: TokenTable, values: Mapping[str, Mapping[int, float]]
) -> BlockScores:
    """Scores of a batch in which nothing stands out but what `values` gives, by block."""
    first = tokens.sentence[tokens.block]

    def counted(wanted: Bool) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        total = np.concatenate(([0], np.cumsum(wanted)))
        return (total[first[1:]] - total[first[:-1]]).astype(np.int32)

    columns: dict[str, F32] = {
        name: np.full(len(first) - 1, 0.3 if name == "score" else 0, np.float32) for name in SIGNALS
    }
    for name, blocks in values.items():
        for block, value in blocks.items():
            columns[name][block] = value
    name_flags = tokens.flags & (TOKEN_CAPITAL | TOKEN_FIRST)
    return BlockScores(
        words=np.diff(first),
        raw=columns["score"],
        capitals=counted(name_flags == TOKEN_CAPITAL),
        digits=counted(tokens.flags & TOKEN_DIGIT != 0),
        quotes=counted(tokens.flags & TOKEN_QUOTED != 0),
        **columns,
    )


class Flag(NamedTuple):
    """A flag as a value; places are bytes of the batch."""

    rule: str
    article: int
    start: int
    end: int
    score: float | None
    message: str
    evidence: tuple[Evidence, ...]


def flags_of(
    batch: TextBatch, tokens: TokenTable, scores: BlockScores, settings: Filler | None = None
) -> list[Flag]:
    """The flags of a batch."""
    table = find_flags(batch, tokens, scores, load_model(), settings or Filler())
    reasons = table.evidence
    pieces = [
        Evidence(
            EvidenceKind(kind).name.lower(), text, None, None if isnan(weight) else weight,
            *((None, None) if start < 0 else (start, end)),
        )
        for kind, text, weight, start, end in zip(
            reasons.kind.tolist(), reasons.text.strings(), reasons.weight.tolist(),
            reasons.start.tolist(), reasons.end.tolist(), strict=True,
        )
    ]  # fmt: skip
    edges = reasons.offset.tolist()
    return [
        Flag(
            tuple(RULES)[rule], article, start, end, None if isnan(score) else score, message,
            tuple(pieces[edges[row] : edges[row + 1]]),
        )
        for row, (rule, article, start, end, score, message) in enumerate(
            zip(
                table.rule.tolist(), table.article.tolist(), table.start.tolist(),
                table.end.tolist(), table.score.tolist(), table.message.strings(), strict=True,
            )
        )
    ]  # fmt: skip


def find(
    text: str,
    *,
    markdown: bool = False,
    settings: Filler | None = None,
    **values: Mapping[int, float],
) -> list[Found]:
    """The flags of one article; `score={2: 0.9}` gives the third block that score."""
    batch = text_batch([text], markdown=markdown)
    tokens = tokenise(batch)
    scores = hand_made(batch, tokens, values)
    flags = flags_of(batch, tokens, scores, settings)
    return [Found(f.rule, batch.data[f.start : f.end].tobytes().decode(), f) for f in flags]


def texts(found: list[Found], rule: str) -> list[str]:
    """What the flags of a rule stand on."""
    return [each.text for each in found if each.rule == rule]


# ---------------------------------------------------------------------------------------- headings


@pytest.mark.parametrize(
    "heading",
    [
        "A Clear Overview That Tells The Audience Why The Topic Is Relevant",
        "Write a short introduction for the target reader",
        "Further Context And Analysis Of What This Could Mean Next",
    ],
)
def test_prompt_leak_heading(heading: str) -> None:
    """A heading that speaks about the text and its reader is text of a prompt."""
    found = find(f"# The mill\n\n{BODY}## {heading}\n\n{BODY}", markdown=True)
    assert texts(found, "TPL202") == [heading]
    assert not texts(found, "TPL203")


@pytest.mark.parametrize(
    "heading",
    [
        "Background and Context",
        "How the brothers explained the flood to their readers",
        "A relevant topic for the Orle",
        "The audience of 1890",
    ],
)
def test_no_prompt_leak(heading: str) -> None:
    """Short headings, headings of other words, with a name of the body or a number are none."""
    body = f"Nobody knows how deep the Orle was then, and few people asked.\n\n{BODY}"
    assert not texts(find(f"# The mill\n\n## {heading}\n\n{body}", markdown=True), "TPL202")


@pytest.mark.parametrize(
    "heading",
    [
        "Conclusion",
        "Navigating the Waters of Change",
        "The Role of Flour in Village Life",
        "Challenges and Opportunities",
        "Looking Ahead",
        "Understanding Grain",
        "Flour: A Journey Toward Bread",
        "Conclusion: Bread and Water",
        "IV. The Anatomy of a Mill",
        "Grinding and Its Implications",
    ],
)
def test_generic_heading(heading: str) -> None:
    """Frames, and headings of words that fit any article, are noted; a bold line is a heading."""
    found = find(f"# The mill\n\n{BODY}## {heading}\n\n{BODY}", markdown=True)
    assert texts(found, "TPL203") == [heading]
    found = find(f"# The mill\n\n{BODY}**{heading}**\n\n{BODY}", markdown=True)
    assert texts(found, "TPL203") == [f"**{heading}**"]


@pytest.mark.parametrize(
    "line",
    [
        "**Looking Ahead** to a better mill",
        "See **Looking Ahead**",
        "**Looking** and **Ahead**",
        "*Looking Ahead*",
        "- **Looking Ahead**",
    ],
)
def test_no_bold_heading(line: str) -> None:
    """Emphasis inside a paragraph, slanted lines and items of lists are no headings."""
    assert not texts(find(f"# The mill\n\n{BODY}{line}\n\n{BODY}", markdown=True), "TPL203")


@pytest.mark.parametrize(
    "heading",
    [
        "The wheel",
        "What the flood of March dug",
        "Paid in flour",
        "Next Steps",
        "Additional Resources",
        "What we learned",
        "Wheel: the part that turns",
        "The story of the numbers",
    ],
)
def test_heading_of_its_article(heading: str) -> None:
    """A heading that says what stands below it is left alone."""
    found = find(f"# The mill\n\n{BODY}## {heading}\n\n{BODY}", markdown=True)
    assert {each.rule for each in found} <= {"DUP103"}


def test_repeated_title() -> None:
    """Every later printing of the title is one flag, whatever marks and case it has."""
    text = f"# Two brothers and a saw\n\n{BODY}## / TWO BROTHERS AND A SAW\n\n{BODY}"
    found = find(text + "Two brothers and a saw.", markdown=True)
    assert [each.text.strip("/ ") for each in found if each.rule == "TPL206"] == [
        "TWO BROTHERS AND A SAW",
        "Two brothers and a saw.",
    ]


def test_short_title_may_come_again() -> None:
    """A title of two words is no title that is looked for."""
    assert not texts(find(f"# The mill\n\n{BODY}## The mill\n\n{BODY}", markdown=True), "TPL206")


TAKEAWAYS = "## Key Takeaways\n\n- {0}\n- A wheel turns in a channel.\n- Flour is paid for.\n\n"


def test_takeaway_list() -> None:
    """A list under a takeaway heading that repeats the body is one flag from heading to end."""
    items = TAKEAWAYS.format("Two brothers built the mill on the Orle.")
    found = find(f"# The mill\n\n{BODY}{items}{BODY}", markdown=True)
    (text,) = texts(found, "TPL207")
    assert text.startswith("Key Takeaways")
    assert text.endswith("Flour is paid for.")


@pytest.mark.parametrize(
    "items",
    [
        TAKEAWAYS.format("In 1911 the mill burnt."),
        "## Key Takeaways\n\n- Steam needs coal.\n- Coal needs rails.\n- Rails need money.\n\n",
        "## Key Takeaways\n\n- Brothers built the mill.\n- A wheel turns.\n\n",
        TAKEAWAYS.format("Two brothers built the mill.").replace("Key Takeaways", "The wheel"),
    ],
    ids=["new number", "new words", "two items", "other heading"],
)
def test_list_that_is_no_takeaway_list(items: str) -> None:
    """News, few items or another heading: nothing is restated."""
    assert not texts(find(f"# The mill\n\n{BODY}{items}{BODY}", markdown=True), "TPL207")


# ----------------------------------------------------------------------------------------- closing


@pytest.mark.parametrize(
    "closing",
    [
        "In conclusion, the mill has stood by the water for longer than anyone can remember.",
        "To sum up: flour, water and patience are what keeps such a place alive for its owners.",
        "Ultimately, a mill is worth as much as the people who bring their grain to its door.",
    ],
)
def test_conclusion_with_a_cue(closing: str) -> None:
    """A last paragraph that opens with a cue and adds nothing is flagged, with its cue."""
    found = find(f"{BODY}{closing}")
    assert texts(found, "FIL301") == [closing]
    (flag,) = (each.flag for each in found if each.rule == "FIL301")
    assert flag.evidence[0].kind == "cue"
    assert closing.startswith(flag.evidence[0].text)


@pytest.mark.parametrize(
    "closing",
    [
        "In conclusion, the mill was sold for 4,000 crowns and nobody has seen its owner since.",
        "In conclusion, the mill was left to a niece called Marit who had never seen the river.",
        "In conclusion, he told the court “I never touched that wheel in my life” and went home.",
        "Ultimately the mill is worth as much as the people who bring their grain to its door.",
        "Looking ahead, the mill will go on turning for as long as anybody brings it some grain.",
    ],
    ids=["new number", "new name", "quotation", "no comma", "outlook that does not close"],
)
def test_closing_that_adds_something(closing: str) -> None:
    """News in the last paragraph is no boilerplate, nor is a word that only looks like a cue."""
    assert not texts(find(f"{BODY}{closing}"), "FIL301")


def test_cue_in_the_middle_or_in_a_short_article() -> None:
    """A cue is one at the end of an article of three body paragraphs or more."""
    closing = "In conclusion, the mill has stood by the water for longer than anyone remembers.\n\n"
    assert not texts(find(f"{closing}{BODY}"), "FIL301")
    assert not texts(find(f"The mill on the Orle is old.\n\n{closing}"), "FIL301")


def test_cue_under_a_closing_heading() -> None:
    """Under a heading that says so, the closing passage may stand anywhere."""
    closing = "In summary, the mill has stood by the water for longer than anyone remembers.\n\n"
    text = f"{BODY[:160]}\n\n## Conclusion\n\n{closing}{BODY * 3}"
    assert len(texts(find(text, markdown=True), "FIL301")) == 1


def test_outlook_needs_the_closing_head() -> None:
    """An outlook is a closing cue where the scorer reads a conclusion as well."""
    closing = "Looking ahead, the mill will go on turning for as long as anybody brings grain."
    assert texts(find(f"{BODY}{closing}", closing={4: 3.0}), "FIL301") == [closing]


CUELESS = "The story of the mill is the story of the village, and it will go on for a long time."


def test_conclusion_without_a_cue() -> None:
    """The last paragraph whose closing value stands out of its article is flagged."""
    found = find(f"{BODY}{CUELESS}\n\nSource: the parish register.", closing={4: 4.0})
    assert texts(found, "FIL302") == [CUELESS]
    (flag,) = (each.flag for each in found if each.rule == "FIL302")
    assert "4.0" in flag.message


def test_next_to_last_paragraph() -> None:
    """The last but one counts too, an earlier one does not."""
    last = "It is closed on Mondays, and on the day after the fair for as long as that takes."
    assert texts(find(f"{BODY}{CUELESS}\n\n{last}", closing={4: 4.0}), "FIL302") == [CUELESS]
    assert not texts(find(f"{CUELESS}\n\n{BODY}{last}", closing={0: 4.0}), "FIL302")


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        (f"{BODY}{CUELESS}", {4: 1.0}),
        (f"{BODY}{CUELESS}", {0: 4.0, 1: 3.0, 2: 5.0, 3: 4.0, 4: 4.0}),
        (f"{BODY}{CUELESS} Tickets are 12 crowns.", {4: 4.0}),
        (f"{BODY[:160]}\n\n{CUELESS}", {2: 4.0}),
        (f"{BODY}In conclusion, it is the mill that made the village what it is.", {4: 4.0}),
    ],
    ids=["under the limit", "like the rest", "new number", "short article", "has its cue"],
)
def test_no_conclusion_without_a_cue(text: str, closing: dict[int, float]) -> None:
    """It must stand out, add no number, and end an article of five paragraphs."""
    assert not texts(find(text, closing=closing), "FIL302")


def test_closing_limit_follows_the_preset() -> None:
    """The audit preset flags what the default one lets pass."""
    value = (load_model().closing_limits["audit"] + load_model().closing_limits["default"]) / 2
    text, closing = f"{BODY}{CUELESS}", {4: value}
    assert not texts(find(text, closing=closing), "FIL302")
    assert texts(find(text, settings=Filler(threshold="audit"), closing=closing), "FIL302")


# ---------------------------------------------------------------------------------------- passages


def test_low_information_passage() -> None:
    """A paragraph at or over the limit is flagged with score, limit and plain numbers."""
    found = find(BODY, score={1: 0.91}, novelty={1: -1.25})
    ((rule, text, flag),) = found
    assert rule == "FIL303"
    assert flag.score == pytest.approx(0.91)
    assert text.startswith("Its wheel")
    assert "0.91" in flag.message
    assert "no name, number or quotation" in flag.message
    assert {piece.text: piece.weight for piece in flag.evidence}["novelty"] == -1.25


@pytest.mark.parametrize(("threshold", "flagged"), [("strict", 0), (0.5, 1), (0.8, 0)])
def test_threshold(threshold: str | float, flagged: int) -> None:
    """A preset of the model or a number decides."""
    settings = Filler(threshold=threshold)  # type: ignore[arg-type]
    assert len(texts(find(BODY, settings=settings, score={1: 0.6}), "FIL303")) == flagged


def test_abstention_is_no_filler() -> None:
    """Where the scorer abstains, no score is over the limit."""
    assert not find(BODY, score={1: float("nan")})


def test_list_is_one_passage() -> None:
    """The items of a list carry one score and make one flag over the whole list."""
    items = "- Water from the hill.\n- Grain from the plain.\n- Salt from the coast.\n"
    found = find(f"{BODY}{items}\n{BODY}", markdown=True, score={4: 0.9, 5: 0.9, 6: 0.9})
    (text,) = texts(found, "FIL303")
    assert text == items[2:].rstrip()


def test_list_of_labels() -> None:
    """Labels with an infinitive each are named, and flagged at a lower score."""
    items = "- Calm: To find rest.\n- Trust: Building ties.\n- Growth: To learn from others.\n"
    scores = {4: 0.5, 5: 0.5, 6: 0.5}
    found = find(f"{BODY}{items}\n{BODY}", markdown=True, score=scores)
    (flag,) = (each.flag for each in found if each.rule == "FIL303")
    assert flag.evidence[0].text == '3 items of the form "Label: to do something"'
    with_name = items.replace("ties", "ties in Orle")
    named = find(f"{BODY}{with_name}\n{BODY}", markdown=True, score=scores)
    assert not texts(named, "FIL303")


LEDE = (
    "Two brothers built a mill on the river with a borrowed saw, and the village that had no "
    "bread of its own began to grow around the wheel, the channel and the bridge.\n\n"
)


def test_restatement() -> None:
    """A passage of the lede's words without news is a restatement, with counts."""
    again = (
        "So it was a mill on the river, which two brothers had built with a saw, that made the "
        "village grow: around a wheel, a channel and a bridge there was bread at last."
    )
    found = find(f"{LEDE}{BODY}{again}", novelty={5: -3.0})
    assert texts(found, "FIL305") == [again]
    assert not texts(find(f"{LEDE}{BODY}{again}", novelty={5: -1.0}), "FIL305")
    assert not texts(find(f"{LEDE}{BODY}{again} It cost 40 crowns.", novelty={5: -3.0}), "FIL305")


def test_old_words_of_the_middle_are_no_restatement() -> None:
    """Low novelty alone is not enough: the words must be those of title and first paragraph."""
    other = (
        "Whoever walks along the bank in March hears a wheel that is wider than a cart, and is "
        "paid in flour by a miller who dug whatever the winter flood had left him there."
    )
    assert not texts(find(f"{LEDE}{BODY}{other}", novelty={5: -3.0}), "FIL305")


# --------------------------------------------------------------------------------------- sentences


def test_stock_sentence() -> None:
    """A sentence of stock words without name or number is noted in a paragraph that passes."""
    stock = "Such places play a vital role in shaping a resilient and meaningful future for all."
    paragraph = f"The mill grinds rye for three villages. {stock} It is closed on Mondays."
    found = find(f"{BODY}{paragraph}")
    assert texts(found, "FIL304") == [stock]
    assert not texts(find(f"{BODY}{paragraph}", score={4: 0.9}), "FIL304")
    assert not texts(find(f"{BODY}{paragraph}", score={4: float("nan")}), "FIL304")


@pytest.mark.parametrize(
    "sentence",
    [
        "Such places play a vital role in shaping a resilient future for the people of Orle.",
        "Such places play a vital role in shaping a resilient future for all 40 families.",
        "A vital and lasting journey.",
        "The wheel had a vital part broken, so the miller sent to the smith for another one.",
    ],
    ids=["name", "number", "short", "one stock word"],
)
def test_no_stock_sentence(sentence: str) -> None:
    """A name, a number, brevity or plain words excuse a sentence."""
    assert not texts(find(f"{BODY}The mill grinds rye. {sentence}"), "FIL304")


def test_contrast_counts_from_the_second_on() -> None:
    """One "not merely X; it is Y" is style, two are a pattern."""
    one = "A mill is not merely a house; it is a clock. "
    two = "Flour is not just food. It is money."
    assert not texts(find(f"{BODY}{one}"), "FIL304")
    assert texts(find(f"{BODY}{one}{two}"), "FIL304") == [one.strip(), "Flour is not just food."]
    assert not texts(find(f"{BODY}{one}Flour is not just food for pigs."), "FIL304")


@pytest.mark.parametrize(
    "sentence",
    [
        "In this article, we will explore how a mill works.",
        "This guide will walk you through the parts of a wheel.",
        "Let’s dive into the history of milling.",
        "Below, we have compiled all that is known of it.",
    ],
)
def test_meta_announcement(sentence: str) -> None:
    """A sentence that announces the text is noted."""
    assert texts(find(f"{BODY}The wheel turned. {sentence} It was wet."), "FIL306") == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "In this article of the contract, the miller is named.",
        "The guide walked them through the parts of a wheel.",
        "They dive into the pond behind the mill.",
    ],
)
def test_no_meta_announcement(sentence: str) -> None:
    """Guides and articles of the story are no announcements."""
    assert not texts(find(f"{BODY}{sentence}"), "FIL306")


@pytest.mark.parametrize(
    "sentence",
    [
        "Experts say that old mills are coming back.",
        "Many historians believe the wheel is older than the house.",
        "It is widely believed that the flood was no accident.",
        "Studies show that slow flour keeps longer.",
        "According to experts, the bridge will hold.",
    ],
)
def test_unattributed_authority(sentence: str) -> None:
    """An authority without name, number, quotation or address is noted."""
    assert texts(find(f"{BODY}It rained all day. {sentence} Nobody came to see it."), "FIL307") == [
        sentence
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Experts say that the Orle was deeper once.",
        "Experts say that 12 mills are left.",
        "Experts say the mill is “a ruin with a roof”.",
        "Utrecht historians believe the wheel is older than the house.",
        "The experts say that old mills are coming back.",
        "Studies show it, as https://example.org/mills/list has it.",
    ],
    ids=["name", "number", "quotation", "place first", "known experts", "address"],
)
def test_attributed_authority(sentence: str) -> None:
    """Whoever names, counts, quotes or links is believed."""
    assert not texts(find(f"{BODY}It rained all day. {sentence}"), "FIL307")


# ------------------------------------------------------------------------------ fields, references


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("TAGS:", "TAGS:"),
        ("Tags: \n", "Tags:"),
        ("**Keywords:**\n\nThe mill is closed on Mondays and on the day of the fair.", "Keywords:"),
        ("Author:\nCategory: mills", "Author:"),
        ("The mill of [insert name] is old.", "[insert name]"),
        ("The mill of [your town here] is old.", "[your town here]"),
        ("The mill of {{town}} is old.", "{{town}}"),
        ("The mill of {city} is old.", "{city}"),
        ("It opens on XX/XX/XXXX at noon.", "XX/XX/XXXX"),
        ("Lorem ipsum dolor sit amet, as they say.", "Lorem ipsum dolor"),
    ],
)
@pytest.mark.parametrize("markdown", [False, True])
def test_unfilled_field(text: str, field: str, markdown: bool) -> None:
    """Empty fields, placeholders and dummy text are errors, in text and in Markdown."""
    found = texts(find(f"{BODY}{text}", markdown=markdown), "TPL205")
    assert found == [field]


def test_angle_brackets() -> None:
    """`<insert name>` is a placeholder also where Markdown takes it for a tag."""
    for markdown in (False, True):
        found = find(f"{BODY}Written by <insert name> at noon.", markdown=markdown)
        assert texts(found, "TPL205") == ["<insert name>"]


@pytest.mark.parametrize(
    "text",
    [
        "TAGS: mills, rivers",
        "Author:\nA. Miller",
        "Author:\n\nA. Miller",
        "Tags:\n\n- mills\n- rivers",
        "## Author:\n\nA. Miller has lived on the Orle for as long as he can remember.",
        "He asked for its tags: they were gone.",
        "See [your rights](https://example.org/rights) first.",
        "Write `{{name}}` and `{city}` into the file.",
        "The address is /users/{name} or ${city} there.",
        "{{< figure src=mill.png >}}",
        "A set like {stone, water} has two parts.",
        "```\n{{name}} [insert name]\n```",
    ],
)
def test_filled_fields_and_code(text: str) -> None:
    """A field with a value, a link, code and shortcodes are no findings."""
    assert not texts(find(f"# The mill\n\n{BODY}{text}", markdown=True), "TPL205")


@pytest.mark.parametrize(
    "sentence",
    [
        "For more information, visit www.mills.example.",
        "More can be found at www.mills.example/ for a while.",
        "The list is available on the council's official website.",
        "Learn more at mills.example.org.",
    ],
)
def test_homepage_pointer(sentence: str) -> None:
    """A home page offered as a reference is noted on its sentence."""
    assert texts(find(f"{BODY}It rained all day. {sentence}"), "LNK501") == [sentence]


def test_line_that_is_an_address() -> None:
    """A block without a word has no sentence: nothing of its neighbour is taken for it."""
    assert not texts(find(f"{BODY}www.mills.example\n\nVisit the mill on a Sunday."), "LNK501")


def test_homepage_pointer_in_a_list() -> None:
    """In a list the unit is the item."""
    item = "National Mill Council: the council has many reports. Visit www.mills.example today."
    found = find(f"{BODY}- {item}\n- The smith has none.\n\n", markdown=True)
    assert texts(found, "LNK501") == [item]


@pytest.mark.parametrize(
    "sentence",
    [
        "For more information, visit www.mills.example/reports/1911.",
        "For more, visit [mills.example](https://mills.example/).",
        "Mills.example was founded by a smith.",
        "The official website was closed in spring.",
        "Write to visit@mills.example for a key.",
    ],
)
def test_reference_with_a_path_or_none(sentence: str) -> None:
    """An address with a path, a link, or a site that is only spoken of is no pointer."""
    assert not texts(find(f"{BODY}{sentence}", markdown=True), "LNK501")


@pytest.mark.parametrize("line", ["Source: Official website.", "Via: the Mill Council"])
def test_unlinked_source(line: str) -> None:
    """A source line without an address is noted."""
    assert texts(find(f"{BODY}{line}"), "LNK502") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Source: https://mills.example/reports/1911",
        "Source: [Mill Council](https://mills.example/reports)",
        "Sources:\n\n- https://mills.example/reports\n- the parish register",
        "The source: a spring under the hill.",
        "Sources of the Orle are three springs.",
    ],
)
def test_linked_source(line: str) -> None:
    """An address on the line or in its list is enough; sources of rivers are none."""
    assert not texts(find(f"{BODY}{line}", markdown=True), "LNK502")


# ------------------------------------------------------------------------------------- key phrases

STUFFED = (
    "Why the\nWater Wheel\nmatters is known to those who ever saw one turn in the rain.\n\n"
    "Whoever owns a\nWater Wheel\ncan grind rye for as long as the river is not frozen over.\n\n"
    "A water wheel, and a second water wheel, and a third water wheel turn by the bridge.\n\n"
    "The water wheel of the smith and the water wheel of the monks are made of larch wood.\n\n"
    "No water wheel is like another, says the miller, and knocks on the wood with his hand.\n\n"
)


def test_keyword_stuffing() -> None:
    """A phrase that stands too often, also alone on lines, is one flag on the article."""
    (found,) = (each for each in find(STUFFED) if each.rule == "KEY401")
    assert found.text == "Water Wheel"
    assert [piece.weight for piece in found.flag.evidence] == [8.0, pytest.approx(101, 1), 2.0]


def test_subject_of_two_headings() -> None:
    """A phrase that two headings hold is the subject of the article."""
    text = STUFFED.replace("\nWater Wheel\n", " water wheel ")
    headings = f"# A mill\n\n## The water wheel\n\n{text}## Another water wheel\n\n{BODY}"
    assert not texts(find(headings, markdown=True), "KEY401")
    third = f"{headings}## Water wheel for sale\n\n{BODY}"
    assert len(texts(find(third, markdown=True), "KEY401")) == 1


def test_orphan_keyphrase() -> None:
    """Each line on which the phrase stands alone is noted, if it recurs."""
    for markdown in (False, True):
        assert texts(find(STUFFED, markdown=markdown), "KEY402") == ["Water Wheel", "Water Wheel"]
    once = f"{BODY}Whoever owns a\nGrain Scale\ncan weigh rye for as long as there is any.\n"
    assert not texts(find(once), "KEY402")


# --------------------------------------------------------------------------------------- all rules


def test_every_flag_can_be_shown() -> None:
    """Places lie inside the article, evidence inside the text, rules are known, words counted."""
    text = f"# The mill\n\n{BODY}## Key Takeaways\n\nTAGS:\n\nExperts say so of it.\n\n{STUFFED}"
    batch = text_batch(["First of all.", text, ""], markdown=True)
    tokens = tokenise(batch)
    flags = flags_of(batch, tokens, hand_made(batch, tokens, {}))
    assert flags
    assert flags == sorted(flags, key=lambda f: (f.article, f.start, f.end, f.rule))
    for flag in flags:
        assert flag.rule in RULES
        assert flag.article == 1
        assert batch.start[1] <= flag.start < flag.end <= batch.end[1]
        assert flag.evidence
        assert flag.message.endswith(".")
        for piece in flag.evidence:
            assert piece.start is None or batch.start[1] <= piece.start < (piece.end or 0)


@pytest.mark.parametrize("texts_", [[], [""], ["\n\n"], ["…"], ["{", "www", "TAGS"]])
def test_texts_without_anything(texts_: list[str]) -> None:
    """Empty batches and texts without a word have no flags."""
    batch = text_batch(texts_)
    tokens = tokenise(batch)
    scores = hand_made(batch, tokens, {})
    assert flags_of(batch, tokens, scores) == []


def test_flags_do_not_depend_on_the_neighbours() -> None:
    """An article has the same flags alone and in the middle of a batch."""
    text = f"The mill\n\n{BODY}{STUFFED}In conclusion, a mill is what the river makes of it all."
    alone = [(f.rule, f.text) for f in find(text)]
    batch = text_batch([STUFFED, text, BODY])
    tokens = tokenise(batch)
    flags = flags_of(batch, tokens, hand_made(batch, tokens, {}))
    inside = [
        (f.rule, batch.data[f.start : f.end].tobytes().decode()) for f in flags if f.article == 1
    ]
    assert inside == alone
    assert "FIL301" in dict(alone)
