"""OBF601: what is flagged in several scripts, and what honestly looks like it."""

from __future__ import annotations

import numpy as np
import pytest

from dedupe.config import Filler
from dedupe.filler.rules import find_flags
from dedupe.filler.scorer import load_model, score_blocks
from dedupe.model import RULE_NUMBER
from dedupe.sources import text_batch
from dedupe.tokens import tokenise

WATER = "The old mill takes its water from a ditch that the village dug in one winter."


def found(*texts: str, markdown: bool = False) -> list[tuple[str, str, list[str]]]:
    """Text, message and reasons of every flag of the rule."""
    batch = text_batch(texts, markdown=markdown)
    tokens = tokenise(batch)
    model = load_model()
    table = find_flags(batch, tokens, score_blocks(batch, tokens, model), model, Filler())
    reasons, offset = table.evidence.text.strings(), table.evidence.offset.tolist()
    messages = table.message.strings()
    return [
        (
            batch.data[table.start[row] : table.end[row]].tobytes().decode(),
            messages[row],
            reasons[offset[row] : offset[row + 1]],
        )
        for row in np.flatnonzero(table.rule == RULE_NUMBER["OBF601"]).tolist()
    ]


@pytest.mark.parametrize(
    ("text", "span", "reason"),
    [
        # English with one letter of another script, each from another one
        ("Log in to p\u0430ypal today.", "p\u0430ypal",
         "paypal: U+0430 CYRILLIC SMALL LETTER A for a"),
        ("A bottle of \u039fuzo for two.", "\u039fuzo",
         "Ouzo: U+039F GREEK CAPITAL LETTER OMICRON for O"),
        ("They sell \u0570oney here.", "\u0570oney",
         "honey: U+0570 ARMENIAN SMALL LETTER HO for h"),
        ("They keep \u13a1abbits here.", "\u13a1abbits",
         "Rabbits: U+13A1 CHEROKEE LETTER E for R"),
        ("Some p\u03b1per is left.", "p\u03b1per",
         "paper: U+03B1 GREEK SMALL LETTER ALPHA for a"),
        ("So na\u0457ve of him.", "na\u0457ve",
         "na\u00efve: U+0457 CYRILLIC SMALL LETTER YI for \u00ef"),
        # French, German and Turkish words
        ("Le vin est tr\u00e8s ch\u0435r ici.", "ch\u0435r",
         "cher: U+0435 CYRILLIC SMALL LETTER IE for e"),
        ("Die K\u00fc\u0441he ist kalt.", "K\u00fc\u0441he",
         "K\u00fcche: U+0441 CYRILLIC SMALL LETTER ES for c"),
        # invisible characters
        ("Free mo\u200bney for all.", "mo\u200bney", "money: U+200B ZERO WIDTH SPACE inside"),
        ("Free mo\u200dney for all.", "mo\u200dney", "money: U+200D ZERO WIDTH JOINER inside"),
        ("I don\u2019\u200bt know.", "don\u2019\u200bt",
         "don\u2019t: U+200B ZERO WIDTH SPACE inside"),
        ("Free mo\u2060ney for all.", "mo\u2060ney", "money: U+2060 WORD JOINER inside"),
        ("Free mo\u200eney for all.", "mo\u200eney", "money: U+200E LEFT-TO-RIGHT MARK inside"),
        ("Free mo\u202eney for all.", "mo\u202eney",
         "money: U+202E RIGHT-TO-LEFT OVERRIDE inside"),
        ("Free mo\ufe0fney for all.", "mo\ufe0fney", "money: U+FE0F VARIATION SELECTOR-16 inside"),
        ("Здесь про\u200bдают дом.", "про\u200bдают", "продают: U+200B ZERO WIDTH SPACE inside"),
        ("Free m\u00adon\u00ade\u00ady here.", "m\u00adon\u00ade\u00ady",
         "money: U+00AD SOFT HYPHEN inside"),
        ("Free ca\u00adsh here.", "ca\u00adsh", "cash: U+00AD SOFT HYPHEN inside"),
        # letters of another style
        ("Win ｍoney now.", "ｍoney", "money: U+FF4D FULLWIDTH LATIN SMALL LETTER M for m"),
        ("Win m\U0001d428ney now.", "m\U0001d428ney",
         "money: U+1D428 MATHEMATICAL BOLD SMALL O for o"),
        ("Win mon\u1d07y now.", "mon\u1d07y", "money: U+1D07 LATIN LETTER SMALL CAPITAL E for e"),
        ("Pay the b&#97;nk now.", "b&#97;nk", "bank: &#97; for a"),
        ("Pay the b&#x61;nk now.", "b&#x61;nk", "bank: &#x61; for a"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("markdown", [False, True])
def test_one_disguised_word_is_flagged(text: str, span: str, reason: str, markdown: bool) -> None:
    """The flag stands on the word and names its code points, in plain text and in Markdown."""
    ((where, message, reasons),) = found(f"{WATER}\n\n{text}", markdown=markdown)
    assert (where, reasons) == (span, [reason])
    assert message == f"1 word is disguised: {reason.partition(':')[0]}."


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("They give fr33 m0ney away.", ["fr33 m0ney"]),
        ("They give FR33 M0NEY away.", ["FR33 M0NEY"]),
        ("They give c@sh and ca$h away.", ["c@sh and ca$h"]),
        ("They give c@sh, and c@sh again.", []),
        ("They give c@sh and pr1zes away.", ["c@sh and pr1zes"]),
        ("They give m0ney away.\n\nAnd a h0use.", ["m0ney", "h0use"]),
        ("Файлы \u0421SS и \u041dTML лежат там.", ["\u0421SS и \u041dTML"]),
        ("Свежее мoлoко из дeревни.", ["мoлoко из дeревни"]),
        ("Наша нова xата стоїть бiля рiчки.", ["xата стоїть бiля рiчки"]),
        ("Το γάλα στην Ελλάδa και το νερό στην Μεσόγειo.", ["Ελλάδa και το νερό στην Μεσόγειo"]),
    ],
)
def test_words_of_a_weak_kind_count_when_there_are_two(text: str, spans: list[str]) -> None:
    """Digits for letters, and Latin letters in a Cyrillic or Greek word, may be a single slip."""
    assert [where for where, _, _ in found(text)] == spans


@pytest.mark.parametrize(
    "text",
    [
        # English
        "The covid19 test, b2b trade, an mp3 file, a 4k screen, h2o, i18n, 3d, c3po, 2nd, 90s.",
        "A g20 summit, w3c, a11y, l10n, the sha1sum, area51, web3, s3, 10am, step5 and plan3.",
        "Product x0r33 of type k7e55 has the number b00c and the colour 00ff3e, key e3b0c442.",
        "A m0ney joke stands alone.",
        "Inter@ctive was the name of a pager.",
        "Write to jane@example.org or bob@home, it costs US$100, A$AP sings.",
        "We drank 5 μl of α-helix and β-carotene, Δt was 3 μm, R of 4 kΩ, TNFα and NFκB rose.",
        "The sum of sinα and cosβ is λmax, and ΔG is αmax; πr is half a circle.",
        "He said мир, and спутник is a word that the whole world knows; her name is Софія.",
        "Toys Я Us, KoЯn and the iPhoneы of my aunt are names.",
        "A naïve façade, Łódź, Straße, İstanbul, ılık.",
        "Sông Hương, Ōsaka, Þórr, Čačak, İzmir, Łęczyca.",
        "The word is spoken [bɪt] or /ɡuːɡəl/.",
        "This is a title: \u1d1b\u029c\u026as \u026as \u1d05\u1d07\u1d04\u1d0f\u0280.",
        "He wrote \U0001d417\U0001d422\U0001d427 in bold; d\U0001d465 and sin\u2061x are small.",
        "Con\u00adfer\u00adences on pla\u00adgia\u00adrism were a\u00adbout to end.",
        "A word\u200b at its edge, \u200bone more, a dash—\u200bthen text, and one\ufeffTwo words.",
        "\ufeffA mark at the beginning, a heart ❤\ufe0f, a family 👩\u200d👩\u200d👧.",
        "The keys 1\ufe0f\u20e3 and #\ufe0f\u20e3, the flag 🏴\U000e0067\U000e0062\U000e007f.",
        "Cut at the A\ufb02age, and the Auf\u200clage of a book; don\u2019t, l\u2019\u00e9t\u00e9.",
        "Mail &#109;&#97;&#105;&#108;&#64;example.org or caf&eacute; &amp; bar &#8212; 5 &#62; 3.",
        # Russian, Ukrainian, Serbian, Bulgarian, Chechen
        "Мама мыла раму, а хор пел песню; со\u00adба\u00adка спит, USB-кабель и MP3плеер тут.",
        "SMSка пришла, VIPы уехали, одна cистема сломалась.",
        "Dvorak'ка менен Windows'тору, калдык %sнет жана \\nоh %sнад, 5%sот.",
        "Файл \u0421SS лежит на диске.",
        "Наша хата стоїть біля річки, її ім'я відоме; їжак і ґава.",
        "Љиљана је јела сир, а Џон није; ђак учи. Мляко и хляб.",
        "ГIалгIай мотт, къамаьл, хIума, цхьаъ.",
        # Greek
        "Το γάλα στην Ελλάδα είναι καλό, και ο ήλιος της Μεσογείου λάμπει.",
        # Arabic, Persian, Hebrew, Hindi, Bengali, Tamil
        "ذهب الولد إلى المدرسة\u200f في الصباح، ومعه كتاب\u200f HTML\u200e الجديد.",
        "می\u200cخواهم کتاب\u200cها را بخوانم و نمی\u200cدانم کجا هستند.",
        "הילד הלך אל C\u200e++ הספר\u200f ביום ABC\u200fשני.",
        "क्\u200dया वह श्री\u200cमान राज्\u200dय में रहते हैं।",
        "র\u200d্যাব আজ এসেছে। தமிழ் மொழி.",
        # Chinese, Japanese, Korean, Thai, Lao, Khmer
        "我們在ＮＨＫ看到了這個消息，Ａ股上漲了三點。",
        "今日はＩＴ企業のｗｅｂページを見ました。",
        "오늘은 날씨가 좋고 ＫＢＳ 뉴스를 봤다.",
        "ภาษา\u200bไทย\u200bไม่\u200bมี\u200bช่อง\u200bว่าง และ ខ្មែរ\u200bអក្សរ.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("markdown", [False, True])
def test_honest_text_is_left_alone(text: str, markdown: bool) -> None:
    """Nothing is flagged in honest words of many languages, formulae, names and emoji."""
    assert found(f"{WATER} {text}", text, markdown=markdown) == []


def test_one_flag_for_the_words_of_a_block() -> None:
    """It reaches from the first to the last, counts them, and names each spelling once."""
    text = "Th\u0435 mo\u200bney in th\u0435 b\u0430nk is lost.\n\nNo w\u0430ter is left."
    (first, message, reasons), (second, _, _) = found(text)
    assert first == "Th\u0435 mo\u200bney in th\u0435 b\u0430nk"
    assert second == "w\u0430ter"
    assert message == "4 words are disguised: The, money, the and 1 more."
    assert reasons == [
        "The: U+0435 CYRILLIC SMALL LETTER IE for e",
        "money: U+200B ZERO WIDTH SPACE inside",
        "the: U+0435 CYRILLIC SMALL LETTER IE for e",
        "bank: U+0430 CYRILLIC SMALL LETTER A for a",
    ]


def test_spelling_that_recurs_is_explained_once() -> None:
    """With the number of times."""
    ((_, message, reasons),) = found("Th\u0430t and th\u0430t, th\u0430t is it.")
    assert message == "3 words are disguised: That, that."
    assert reasons == [
        "That: U+0430 CYRILLIC SMALL LETTER A for a",
        "that: U+0430 CYRILLIC SMALL LETTER A for a (2 times)",
    ]


def test_word_with_several_disguises_is_read() -> None:
    """A digit, a foreign letter and an invisible character in one word."""
    ((_, _, reasons),) = found("All the m\u043e\u200bn3y is here.")
    assert reasons == [
        "money: U+043E CYRILLIC SMALL LETTER O for o, 3 for e, U+200B ZERO WIDTH SPACE inside"
    ]


def test_weak_words_of_two_articles_are_not_counted_together() -> None:
    """One joke each."""
    assert found("All the m0ney.", "All the h0uses.") == []


def test_formatting_inside_a_word_is_no_disguise() -> None:
    """Emphasis, an entity of an accented letter, and a curly apostrophe by its number."""
    text = "It is un**believ**able, the prot&eacute;g&eacute; of **Medicine**&#8217;s don&#8217;t."
    assert found(text, markdown=True) == []
