"""`explain`: why the blocks of an article were flagged, or were not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor
from difflib import SequenceMatcher
from math import isnan
from typing import NamedTuple

import msgspec
import numpy as np

from dedupe import config, verify
from dedupe.arrays import I64, Bool, packed, ragged
from dedupe.errors import NothingToAnalyseError, UsageError
from dedupe.filler.modelfile import FillerModel
from dedupe.filler.scorer import MIN_WORDS, load_model, phrases, score_blocks
from dedupe.findings.lookup import Lookup
from dedupe.model import RULES, Evidence, ExplainedPassage, Explanation, Finding, Nearest, Span
from dedupe.pipeline import matching, reworded
from dedupe.pipeline.analysis import BANDING, WINDOW_SIMILARITY, Analysis
from dedupe.pipeline.gathering import Gathering, analyse_files
from dedupe.pipeline.scanning import scan
from dedupe.pipeline.threads import threads, workers
from dedupe.sources import displayed, find_files
from dedupe.tables import SIGNALS, BlockKind, BlockScores, Corpus, Reading

EXCERPT_WORDS = 30


def explain(
    path: str, line: int | None, others: Sequence[str], settings: config.Config
) -> Explanation:
    """Explain the block at a line of an article, or all its blocks.

    others: files and folders to compare with. Raises UsageError for a path that does not exist or
    a line without text, NothingToAnalyseError when the article cannot be read.
    """
    name = displayed(os.path.normpath(path))
    listing = find_files([path, *others], settings.sources)
    result, everything = (
        scan([path, *others], _about(settings, name, originals=originals), command="explain")
        for originals in (False, True)
    )
    known = {(finding.rule, finding.span) for finding in result.findings}
    originals = [f for f in everything.findings if (f.rule, f.span) not in known]
    model = load_model(settings.filler.model)
    with workers(threads(settings.jobs)) as pool:
        analyses = analyse_files(listing.files, settings, model, pool)
        gathering = Gathering.of(analyses)
        corpus = gathering.corpus(analyses, listing.files.path)
        if name not in corpus.path:
            reasons = [item.reason for item in result.skipped if item.path == name]
            raise NothingToAnalyseError(f"{name}: {', '.join(reasons) or 'not read'}")
        article = corpus.path.index(name)
        reading = _kept(analyses[corpus.batch_of(article)[0]].reading)
        blocks = _blocks(corpus, reading, article, line)
        if not blocks:
            raise UsageError(f"{name}: no text at line {line}")
        scores = score_blocks(reading.text, reading.tokens, model)
        stems = gathering.stems()
        search = None if stems is None else reworded.Search(corpus, stems, article, pool)
        batch = _Batch(reading, model, scores, gathering.passages(), search)
        passages = tuple(
            _explained(
                corpus, analyses, batch, article, block, (result.findings, originals), settings,
                pool,
            )
            for block in blocks
        )  # fmt: skip
    return Explanation(
        path=name,
        line=line,
        compared_with=len(corpus.path) - 1,
        passages=passages,
        article_findings=tuple(f for f in result.findings if RULES[f.rule].whole_article),
        min_words=settings.matching.min_words,
        min_similarity=settings.matching.min_similarity,
        short_words=matching.SHORT_WORDS,
        short_similarity=max(matching.SHORT_SIMILARITY, settings.matching.min_similarity),
        depth=settings.matching.depth,
    )


def _about(settings: config.Config, path: str, *, originals: bool) -> config.Config:
    """The settings of a scan that reports on one article."""
    output = msgspec.structs.replace(settings.output, focus=(path,), all_members=originals)
    return msgspec.structs.replace(settings, output=output)


class _Batch(NamedTuple):
    """The batch that holds an explained article."""

    reading: Reading
    model: FillerModel
    scores: BlockScores
    passages: matching.CorpusPassages
    """Of the whole corpus"""
    search: reworded.Search | None
    """None at depth fast"""


def _blocks(corpus: Corpus, reading: Reading, article: int, line: int | None) -> list[int]:
    """Blocks of the article, or those that a line belongs to."""
    table = reading.text.blocks
    chosen = np.flatnonzero(table.article == corpus.batch_of(article)[1]).tolist()
    if line is None:
        return chosen
    lookup = Lookup(corpus)
    tickets = [lookup.bytes(article, int(table.start[b]), int(table.end[b])) for b in chosen]
    lookup.resolve(lambda *_: reading)
    spans = [lookup.span(ticket) for ticket in tickets]
    return [
        b for b, span in zip(chosen, spans, strict=True) if span.start.line <= line <= span.end.line
    ]


def _explained(
    corpus: Corpus, analyses: Sequence[Analysis], batch: _Batch, article: int, block: int,
    findings: tuple[Sequence[Finding], Sequence[Finding]], settings: config.Config, pool: Executor,
) -> ExplainedPassage:  # fmt: skip
    """One block; findings: what is reported, and what is not as it is the original."""
    reading, model, scores, _, search = batch
    words, table = reading.tokens, reading.text.blocks
    _, place_in_batch = corpus.batch_of(article)
    base = int(corpus.article_token[article]) - int(reading.article_token[place_in_batch])
    first, last = (int(words.sentence[words.block[b]]) + base for b in (block, block + 1))
    lookup = Lookup(corpus)
    span = lookup.bytes(article, int(table.start[block]), int(table.end[block]))
    excerpt = (
        lookup.text(article, first, min(last, first + EXCERPT_WORDS)) if last > first else None
    )
    edges = words.sentence[words.block[block : block + 2]].astype(np.int64)
    (found,) = phrases(words, edges[:1], edges[1:], model)
    learned = [
        (lookup.tokens(article, low + base, high + base),
         lookup.text(article, low + base, high + base), weight)
        for low, high, weight in found
    ]  # fmt: skip
    lookup.resolve(lambda *_: reading)
    place = lookup.span(span)
    here, originals = (_within(group, place) for group in findings)
    near = None
    if search is not None and last > first:
        elsewhere = Lookup(corpus)
        noted = search.nearest(first, last, (*here, *originals), elsewhere)
        elsewhere.resolve(lambda number, _=None: _kept(analyses[number].reading))
        near = None if noted is None else noted.told(elsewhere)
    score = float(scores.score[block])
    return ExplainedPassage(
        span=place,
        block=BlockKind(int(table.kind[block])).name.lower(),
        words=last - first,
        excerpt="" if excerpt is None else lookup.piece(excerpt),
        filler=None if isnan(score) else round(score, 4),
        filler_limit=round(model.limit(settings.filler.threshold), 4),
        abstained=_abstained(table.kind[block], last - first, score),
        signals=_signals(scores, block),
        phrases=tuple(
            Evidence("phrase", lookup.piece(text), None, round(weight, 4),
                     *lookup.offsets(at))
            for at, text, weight in learned
        ),
        findings=here,
        nearest=_nearest(corpus, analyses, batch.passages, article, first, last, pool),
        originals=originals,
        excluded=corpus.pieces.count_out(first, last),
        reworded=near,
    )  # fmt: skip


def _within(findings: Sequence[Finding], place: Span) -> tuple[Finding, ...]:
    """Findings on passages that overlap a place."""
    return tuple(
        f
        for f in findings
        if f.span.start.offset < place.end.offset
        and f.span.end.offset > place.start.offset
        and not RULES[f.rule].whole_article
    )


def _abstained(kind: int, words: int, score: float) -> str | None:
    if not isnan(score):
        return None
    if kind in (BlockKind.TITLE, BlockKind.HEADING):
        return "headings are judged by their own rules"
    if words < MIN_WORDS:
        return f"fewer than {MIN_WORDS} words"
    return "not recognised as English prose"


def _signals(scores: BlockScores, block: int) -> dict[str, float]:
    values = {name: float(getattr(scores, name)[block]) for name in SIGNALS}
    signals = {name: round(value, 4) for name, value in values.items() if not isnan(value)}
    for name in ("capitals", "digits", "quotes"):
        signals[name] = float(getattr(scores, name)[block])
    return signals


def _nearest(
    corpus: Corpus, analyses: Sequence[Analysis], passages: matching.CorpusPassages, article: int,
    first: int, last: int, pool: Executor,
) -> Nearest | None:  # fmt: skip
    """The window of another article that is most similar to one that begins in the block.

    Exact and exhaustive: all windows of other articles that share a shingle are compared.
    """
    usable, owner = passages.kind > 0, corpus.pieces.article[passages.article]
    ours = np.flatnonzero(
        usable & (owner == article) & (passages.start >= first) & (passages.start < last)
    )
    theirs = np.flatnonzero(usable & (owner != article))
    if not len(ours) or not len(theirs):
        return None
    theirs = theirs[_sharing(corpus, passages, ours, theirs)]
    i, j = np.repeat(ours, len(theirs)), np.tile(theirs, len(ours))
    # The smaller number of a pair comes first, whoever's it is.
    pairs = packed(np.minimum(i, j), np.maximum(i, j)).astype(np.uint64)
    if not len(pairs):
        return None
    order = np.argsort(pairs, kind="stable")
    similarity = verify.similarities(
        pairs[order], corpus.token, passages.start, passages.length, pool
    )
    best = int(order[int(np.argmax(similarity))])
    value = float(similarity.max())
    if value == 0:
        return None
    own, other = int(i[best]), int(j[best])
    shingles = _shingle_set(corpus, passages, own)
    shared = shingles & _shingle_set(corpus, passages, other)
    lookup = Lookup(corpus)
    start, words = int(passages.start[other]), int(passages.length[own])
    there = int(owner[other])
    at = lookup.tokens(there, start, start + int(passages.length[other]))
    run = _longest_run(corpus, passages, own, other)
    text = lookup.text(article, *run)
    readings = [part.reading for part in analyses]
    lookup.resolve(lambda number, _=None: _kept(readings[number]))
    return Nearest(
        path=corpus.path[there],
        span=lookup.span(at),
        similarity=round(value, 4),
        shared_shingles=len(shared),
        shingles=len(shingles),
        words=words,
        run=lookup.piece(text),
        run_words=run[1] - run[0],
        found_by_bands=round(BANDING.chance(value), 4),
        limit=WINDOW_SIMILARITY,
    )


def _kept(reading: Reading | None) -> Reading:
    if reading is None:
        raise UsageError("too many articles to explain against; name fewer with --with")
    return reading


def _shingle_set(
    corpus: Corpus, passages: matching.CorpusPassages, index: int
) -> set[tuple[int, ...]]:
    from dedupe.kernels.sketching import SHINGLE

    start, length = int(passages.start[index]), int(passages.length[index])
    words = corpus.token[start : start + length].tolist()
    return {tuple(words[k : k + SHINGLE]) for k in range(len(words) - SHINGLE + 1)}


def _longest_run(
    corpus: Corpus, passages: matching.CorpusPassages, own: int, other: int
) -> tuple[int, int]:
    """The longest run of words of one passage that also stands in another one."""
    ours, theirs = (
        corpus.token[passages.start[k] : passages.start[k] + passages.length[k]].tolist()
        for k in (own, other)
    )
    found = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match()
    first = int(passages.start[own]) + found.a
    return first, first + found.size


def _sharing(corpus: Corpus, passages: matching.CorpusPassages, ours: I64, theirs: I64) -> Bool:
    """Which of their windows hold a shingle of ours."""
    from dedupe.kernels.sketching import SHINGLE
    from dedupe.sketches import shingles

    hashes = shingles(corpus.token)
    count = np.maximum(passages.length - (SHINGLE - 1), 0).astype(np.int64)
    mine = np.unique(hashes[ragged(passages.start[ours], count[ours])[1]])
    seen = np.concatenate([[0], np.cumsum(np.isin(hashes, mine))])
    start = passages.start[theirs]
    sharing: Bool = seen[start + count[theirs]] > seen[start]
    return sharing
