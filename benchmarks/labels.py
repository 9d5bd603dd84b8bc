"""Figures about labelled texts: real articles, human posts, filler paragraphs."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import msgspec

from benchmarks import corpora, results
from benchmarks.figures import Figure, auc, calibration, overlap, share, share_half

FILLER_LABELS = frozenset({"generic-filler", "conclusion-filler"})
FILLER_WARNINGS = frozenset({"FIL301", "FIL302", "FIL303", "FIL305"})
"""FIL rules on passages whose default severity is warning."""
HEADING_RULES = ("TPL202", "TPL203", "TPL205", "TPL206", "TPL207")
CLEAR = 0.7
"""Labels of lower confidence are such as two editors could disagree on."""
HUMAN_BEFORE = "2020"
SCORED_WORDS = 25


class Label(msgspec.Struct):
    """A labelled unit of a real article."""

    file: str
    start: int
    end: int
    unit: str
    label: str
    confidence: float
    also: list[str]


def seeds_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """What the real articles must show: findings by article and rule, and what must stay quiet.

    `seeds/NNN/RULE` counts the findings of that rule (also as `also`) on the article NNN.
    """
    folder = corpora.shared_seeds()
    outputs = results.scan(folder, "shared_seeds", depth="standard", reuse=reuse)
    findings, labels = outputs.findings(), corpora.read_rows(folder / "gold.jsonl", Label)
    counts: defaultdict[str, int] = defaultdict(int)
    for finding in findings:
        for rule in set(finding.rules):
            counts[f"seeds/{_article(finding.path)}/{rule}"] += 1
    figures = {key: Figure(count) for key, count in counts.items()}
    figures["seeds/002/stuffed phrases"] = _stuffed_phrases(folder, findings, labels)
    figures["seeds/copies"] = _copies(findings, outputs.matches())
    passages = [(_article(p.path), p) for p in outputs.passages()]
    quiet = [p for article, p in passages if article == "004" and _quiet_paragraph(p)]
    figures["seeds/004/quiet paragraphs"] = Figure(len(quiet))
    substantive = [
        unit
        for unit in labels
        if unit.unit == "paragraph" and unit.label == "substantive" and _article(unit.file) == "000"
    ]
    figures["seeds/000/wrong"] = _flagged([u for u in substantive if not u.also], findings)
    figures["seeds/000/debatable"] = _flagged([u for u in substantive if u.also], findings)
    figures |= _filler_auc(outputs.passages(), labels)
    figures |= _low_information(findings, labels) | _headings(findings, labels)
    return figures, outputs.command


def _article(path: str) -> str:
    return Path(path).name[:3]


def _stuffed_phrases(folder: Path, findings: list[results.Finding], labels: list[Label]) -> Figure:
    """Phrases that stand alone on lines of 002 and are named in a KEY401 finding."""
    phrases = set()
    for unit in labels:
        if unit.unit == "fragment" and unit.label == "keyword-stuffing":
            text = (folder / unit.file).read_bytes().decode("utf-8")
            phrases.add(text[unit.start : unit.end].casefold())
    stuffed = [f for f in findings if _article(f.path) == "002" and "KEY401" in f.rules]
    said = " ".join(f.words_shown for f in stuffed).casefold()
    return Figure(sum(phrase in said for phrase in phrases), f"of {len(phrases)} phrases")


def _copies(findings: list[results.Finding], matches: list[results.MatchRow]) -> Figure:
    """DUP findings and matches between two of the articles: they share a topic, not text."""
    duplicates = sum(
        any(rule.startswith("DUP") and rule != "DUP103" for rule in finding.rules)
        for finding in findings
    )
    across = sum(row.a.path != row.b.path for row in matches)
    return Figure(duplicates + across, f"{duplicates} findings, {across} matches")


def _quiet_paragraph(passage: results.PassageRow) -> bool:
    scored = passage.block == "paragraph" and passage.words >= SCORED_WORDS
    return scored and not FILLER_WARNINGS & set(passage.rules)


def _flagged(units: list[Label], findings: list[results.Finding]) -> Figure:
    warnings = [f for f in findings if FILLER_WARNINGS & set(f.rules)]
    return Figure(sum(_named(unit, warnings) for unit in units), f"of {len(units)}")


def _filler_auc(passages: list[results.PassageRow], labels: list[Label]) -> dict[str, Figure]:
    """AUC and calibration of filler against substantive: of all labels, and of the clear ones."""
    figures = {}
    for name, least in (("all", 0.0), ("clear", CLEAR)):
        scores: dict[bool, list[float]] = {True: [], False: []}
        abstained = 0
        for unit in labels:
            wanted = unit.label in FILLER_LABELS or unit.label == "substantive"
            if unit.unit != "paragraph" or not wanted or unit.confidence < least:
                continue
            score = _score_of(unit, passages)
            if score is None:
                abstained += 1
            else:
                scores[unit.label in FILLER_LABELS].append(score)
        figures[f"seeds/auc {name}"] = _auc_figure(scores[True], scores[False], abstained)
        figures[f"seeds/ece {name}"] = calibration(scores[True], scores[False])
    return figures


def _score_of(unit: Label, passages: list[results.PassageRow]) -> float | None:
    """Filler score of the block that overlaps a unit most."""
    best, score = 0, None
    for passage in passages:
        if passage.path.endswith(unit.file):
            shared = overlap(unit.start, unit.end, passage.start, passage.end)
            if shared > best:
                best, score = shared, passage.filler
    return score


def _auc_figure(positives: list[float], negatives: list[float], abstained: int) -> Figure:
    note = f"{len(positives)} against {len(negatives)}, {abstained} without a score"
    return Figure(auc(positives, negatives), note)


def _low_information(findings: list[results.Finding], labels: list[Label]) -> dict[str, Figure]:
    """Filler and substantive paragraphs with FIL303, as the rule that won or beside it."""
    found = [f for f in findings if "FIL303" in f.rules]
    units = [unit for unit in labels if unit.unit == "paragraph"]
    filler = [unit for unit in units if unit.label in FILLER_LABELS]
    flagged = sum(_named(unit, found) for unit in filler)
    substantive = [unit for unit in units if unit.label == "substantive"]
    wrong = sum(_named(unit, found) for unit in substantive)
    return {
        "seeds/FIL303 found": share(flagged, len(filler)),
        "seeds/FIL303 wrong": Figure(wrong, f"of {len(substantive)}"),
    }


def _named(unit: Label, findings: list[results.Finding]) -> bool:
    return any(f.path.endswith(unit.file) and share_half(unit, f) for f in findings)


def _headings(findings: list[results.Finding], labels: list[Label]) -> dict[str, Figure]:
    """Templated headings and lines, and substantive headings, with a rule for headings."""
    found = [f for f in findings if set(HEADING_RULES) & set(f.rules)]
    templated = [unit for unit in labels if unit.label == "templated-heading"]
    substantive = [u for u in labels if u.unit == "heading" and u.label == "substantive"]
    wrong = sum(_named(unit, found) for unit in substantive)
    return {
        "seeds/headings": share(sum(_named(u, found) for u in templated), len(templated)),
        "seeds/headings wrong": Figure(wrong, f"of {len(substantive)}"),
    }


def human_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """Share of human paragraphs (posts before 2020, 25 words or more) with a FIL warning."""
    corpus = corpora.materialise("digitalgov")
    outputs = results.scan(corpus.folder, corpus.name, reuse=reuse)
    documents = corpora.read_table("digitalgov/docs", corpora.Document)
    human = {d.id for d in documents if d.date[:4] < HUMAN_BEFORE}
    rules = [
        set(p.rules)
        for p in outputs.passages()
        if p.block == "paragraph" and p.words >= SCORED_WORDS and corpus.id_of(p.path) in human
    ]
    figures = {"human/warned": share(sum(bool(r & FILLER_WARNINGS) for r in rules), len(rules))}
    for rule in sorted(FILLER_WARNINGS):
        figures[f"human/{rule}"] = share(sum(rule in r for r in rules), len(rules))
    return figures, outputs.command


def filler_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """AUC on labelled paragraphs, each scanned as a text of its own.

    A text of several blocks counts with the score of its longest block that has one.
    """
    corpus = corpora.materialise("filler_gold")
    outputs = results.scan(corpus.folder, corpus.name, reuse=reuse)
    best: dict[str, tuple[int, float]] = {}
    for passage in outputs.passages():
        name = corpus.id_of(passage.path)
        if passage.filler is not None and passage.words > best.get(name, (0, 0.0))[0]:
            best[name] = (passage.words, passage.filler)
    scores: defaultdict[str, list[float]] = defaultdict(list)
    abstained: defaultdict[str, int] = defaultdict(int)
    for row in corpora.read_table("filler_gold/public", corpora.FillerText):
        if row.id in best:
            scores[row.label].append(best[row.id][1])
        else:
            abstained[row.label] += 1
    figures = {
        f"filler/auc {label}": _auc_figure(
            scores[label], scores["substantive"], abstained[label] + abstained["substantive"]
        )
        for label in ("filler", "template")
    }
    figures["filler/ece"] = calibration(scores["filler"], scores["substantive"])
    return figures, outputs.command
