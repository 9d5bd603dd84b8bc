from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import pytest

from dedupe.filler import scorer
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.scorer import Phrase, load_model, phrases, score_blocks
from dedupe.sources import text_batch
from dedupe.tables import BlockKind, BlockScores, TextBatch, TokenTable
from dedupe.tokens import tokenise

EMPTY = (
    "As the world continues to change, it is more important than ever to recognise the value of "
    "working together. By embracing new opportunities and learning from the challenges of the "
    "past, communities can build a brighter and more meaningful future for everyone."
)
REPORT = (
    "Harbour master Ines Okafor told the Ostrey council on 4 March that dredging of the north "
    "channel cost 1.2 million crowns, 300,000 more than the tender of Brandt & Sons had named, "
    "because divers found a wreck of 1871 under the silt near buoy 14."
)
FACTS = (
    " Mayor Tomas Rell signed the contract on 9 May for 48,500 crowns. Ferry 7 to Lund carries 212 "
    "passengers. The gauge at Pier 3 read 61 centimetres in June."
)


@pytest.fixture(scope="module")
def model() -> FillerModel:
    """The shipped model."""
    return load_model()


def scored(
    *texts: str, model: FillerModel, markdown: bool = False
) -> tuple[TextBatch, TokenTable, BlockScores]:
    """Texts as one batch, its tokens and scores."""
    batch = text_batch(texts, markdown=markdown)
    tokens = tokenise(batch)
    return batch, tokens, score_blocks(batch, tokens, model)


def score(text: str, model: FillerModel) -> float:
    """Raw score of the only block of a text."""
    scores = scored(text, model=model)[2]
    assert len(scores.raw) == 1
    return float(scores.raw[0])


def test_empty_prose_above_the_limit_and_a_report_below(model: FillerModel) -> None:
    """The default limit stands between prose that fits anywhere and prose that reports."""
    scores = scored(EMPTY, REPORT, model=model)[2]
    assert scores.score[0] > model.limits["strict"]
    assert scores.score[1] < 0.2
    assert scores.generic[0] > scores.generic[1]
    assert scores.information[0] < scores.information[1]


@pytest.mark.parametrize("facts", [FACTS, " " + REPORT])
def test_facts_lower_the_score(model: FillerModel, facts: str) -> None:
    """Names, numbers and things done make a paragraph less filler-like."""
    assert score(EMPTY + facts, model) < score(EMPTY, model) - 1


def test_cue_does_not_matter(model: FillerModel) -> None:
    """A closing cue is a matter of other rules: the score stays."""
    with_cue = score(f"In conclusion, {EMPTY[0].lower()}{EMPTY[1:]}", model)
    assert with_cue == pytest.approx(score(EMPTY, model), abs=0.35)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" ", "\r\n"),
        ("it is", "it is\u200b"),
        ("more", "mo\u00adre"),
        ("opportunities", "OPPORTUNITIES".lower()),
    ],
)
def test_typography_does_not_matter(model: FillerModel, before: str, after: str) -> None:
    """Line ends and invisible characters change nothing."""
    assert score(EMPTY.replace(before, after, 3), model) == score(EMPTY, model)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" ".join(EMPTY.split()[:24]) + ".", id="24 words"),
        pytest.param(
            "Der Verein hat am Dienstag beschlossen, die alte Halle im Norden der Stadt zu "
            "verkaufen, weil die Kosten für das Dach und die Heizung in den letzten Jahren stark "
            "gestiegen sind und niemand mehr bereit war, das Geld dafür zu geben.",
            id="German",
        ),
        pytest.param(
            "Le club a décidé mardi de vendre la vieille salle dans le nord de la ville, parce "
            "que le coût du toit et du chauffage a beaucoup augmenté au cours des dernières "
            "années et que personne ne voulait plus payer pour la garder.",
            id="French",
        ),
        pytest.param(EMPTY + " Клуб решил продать старый зал на севере города.", id="mixed"),
    ],
)
def test_abstains(model: FillerModel, text: str) -> None:
    """No score for short texts and for other languages."""
    scores = scored(text, model=model)[2]
    assert np.isnan(scores.score).all()
    assert np.isnan(scores.raw).all()
    assert not np.isnan(scores.novelty).any()


def test_headings_have_no_score_and_do_not_count_as_seen(model: FillerModel) -> None:
    """A heading is never scored, and its words are still new in the paragraph below."""
    heading = " ".join(EMPTY.split()[:30])
    batch, _, scores = scored(f"# {heading}\n\n{EMPTY}\n", model=model, markdown=True)
    assert [BlockKind(kind) for kind in batch.blocks.kind] in (
        [BlockKind.HEADING, BlockKind.PARAGRAPH],
        [BlockKind.TITLE, BlockKind.PARAGRAPH],
    )
    assert np.isnan([scores.score[0], scores.generic[0], scores.novelty[0]]).all()
    assert scores.score[1] == scored(EMPTY, model=model)[2].score[0]


def test_items_of_a_list_share_a_score(model: FillerModel) -> None:
    """A list is scored as a whole, and each of its items carries the value."""
    first, *others = EMPTY.split(", ")
    items = "".join(f"- {part}\n" for part in (first, *others))
    batch, _, scores = scored(f"{REPORT}\n\n{items}", model=model, markdown=True)
    own = scores.score[batch.blocks.kind == BlockKind.LIST_ITEM]
    assert len(own) == 1 + len(others)
    assert np.all(own == own[0])
    assert own[0] > model.limits["default"]
    assert scores.words[1:].tolist() == [len(part.split()) for part in (first, *others)]


def test_repetition_is_no_news(model: FillerModel) -> None:
    """The same paragraph once more in an article has no novelty; in another article it has."""
    _, _, scores = scored(f"{REPORT}\n\n{EMPTY}\n\n{REPORT}\n", REPORT, model=model, markdown=True)
    assert scores.novelty[0] == scores.novelty[3]
    assert scores.novelty[2] < scores.novelty[1] - 3
    assert scores.information[2] < scores.information[0]
    assert scores.raw[2] > scores.raw[0] == scores.raw[3]


def test_words_cannot_be_all_names(model: FillerModel) -> None:
    """A paragraph without a single n-gram still has finite values."""
    text = "Rell " + "Ostrey 14 Lund 1871 Brandt 7 " * 12
    scores = scored(text, model=model)[2]
    assert np.isfinite([scores.generic[0], scores.closing[0], scores.information[0]]).all()
    assert np.isnan(scores.score[0])  # hardly a word of English


def test_empty_batch(model: FillerModel) -> None:
    """No blocks give no scores, and a block without words gives NaN."""
    assert len(scored("", model=model)[2].score) == 0
    scores = scored("--- ... ---", model=model)[2]
    assert np.isnan(scores.score).all()


def test_same_in_any_batch_and_thread(model: FillerModel) -> None:
    """What else is in the batch, and which thread scores it, changes nothing."""
    alone = [scored(text, model=model)[2].raw[0] for text in (EMPTY, REPORT)]
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda _: scored(EMPTY, REPORT, EMPTY, model=model)[2].raw, range(20))
        )
    for raw in found:
        assert raw.tolist() == [alone[0], alone[1], alone[0]]


def test_serial_numbers_start_again(model: FillerModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the numbers of an int32 are used up, the memory of seen words is cleared."""
    before = score(EMPTY, model)
    monkeypatch.setattr(scorer._memory(), "serial", 2**31 - 2)
    batch, tokens, _ = scored(EMPTY, EMPTY, model=model)
    assert scorer._memory().serial < 100
    assert score_blocks(batch, tokens, model).raw.tolist() == [before, before]


def test_score_rises_with_raw(model: FillerModel) -> None:
    """Calibration is strictly monotone, so limits mean the same on both scales."""
    raw = np.linspace(-15, 15, 200, dtype=np.float32)
    score = scorer.calibrated(raw, model)
    assert np.all(np.diff(score) > 0)
    assert 0 <= score.min() < score.max() <= 1
    assert np.isnan(scorer.calibrated(np.array([np.nan], np.float32), model)).all()


def test_limits_of_the_presets(model: FillerModel) -> None:
    """Stricter presets have higher limits; the share of people's paragraphs belongs to them."""
    limits = model.limits
    assert 0.4 < limits["audit"] < limits["default"] < limits["strict"] < 1
    header = model.header
    raw = (np.log(limits["default"] / (1 - limits["default"])) - header.offset) / header.slope
    assert model.human_share(float(raw)) == pytest.approx(0.02, abs=0.002)
    assert model.human_share(-100) == max(header.human_share)
    assert model.human_share(100) == min(header.human_share)


def block_phrases(
    tokens: TokenTable, block: int, model: FillerModel, limit: int = 5
) -> list[Phrase]:
    """The phrases of one block."""
    edges = tokens.sentence[tokens.block[block : block + 2]].astype(np.int64)
    return phrases(tokens, edges[:1], edges[1:], model, limit)[0]


def test_phrases_are_learned_and_in_the_block(model: FillerModel) -> None:
    """Phrases of a block: heaviest first, inside the block, made of learned n-grams."""
    batch, tokens, scores = scored(f"{REPORT}\n\n{EMPTY}\n", model=model, markdown=True)
    found = block_phrases(tokens, 1, model)
    assert 3 <= len(found) <= 5
    weights = [weight for _, _, weight in found]
    assert weights == sorted(weights, reverse=True)
    assert 0 < sum(weights) < scores.generic[1] - scored(REPORT, model=model)[2].generic[0]
    raw = batch.data.tobytes()
    words = {word for text in model.phrase_texts for word in text.split()}
    for first, last, _ in found:
        assert batch.blocks.start[1] <= tokens.start[first]
        assert tokens.end[last - 1] <= batch.blocks.end[1]
        text = raw[tokens.start[first] : tokens.end[last - 1]].decode().lower()
        assert set(text.split()) <= words
        assert text in EMPTY.lower()


def test_no_phrases_without_learned_ones(model: FillerModel) -> None:
    """Words that only share a slot with learned ones are no evidence."""
    none = dataclasses.replace(model, phrase_keys=np.zeros(0, np.uint64), phrase_texts=())
    _, tokens, _ = scored(EMPTY, model=model)
    assert block_phrases(tokens, 0, none) == []
    assert block_phrases(tokens, 0, model, limit=0) == []


def test_phrase_that_recurs_is_named_once(model: FillerModel) -> None:
    """Two mentions of one phrase are one piece of evidence."""
    batch, tokens, _ = scored(f"{EMPTY} {EMPTY}", model=model)
    raw = batch.data.tobytes()
    texts = [
        raw[tokens.start[first] : tokens.end[last - 1]].lower()
        for first, last, _ in block_phrases(tokens, 0, model, limit=50)
    ]
    assert len(texts) == len(set(texts))


def test_closing_reads_like_a_conclusion(model: FillerModel) -> None:
    """The closing head is high for an ending without a cue and low for a report."""
    scores = scored(EMPTY, REPORT, model=model)[2]
    assert scores.closing[0] > model.closing_limits["default"]
    assert scores.closing[1] < 1


def test_header_is_plain_data(model: FillerModel) -> None:
    """The header survives JSON, so the file needs no pickle."""
    header = model.header
    assert msgspec.json.decode(msgspec.json.encode(header), type=type(header)) == header
