"""`show`: one finding with all of its text, and every copy beside it.

A scan leaves nothing behind: no file appears that nobody asked for. So the finding is looked up in
a result that was written on request, or the articles are scanned again, which takes hardly longer
than to read a result, and cannot be out of date. The text is always read from the articles.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec import structs

from dedupe import config, rewordings
from dedupe.align import shingle_overlap
from dedupe.arrays import I64
from dedupe.errors import DedupeError, UsageError
from dedupe.filler.scorer import load_model
from dedupe.findings.lookup import Lookup
from dedupe.model import REWORDED_RULES, RULES, Copy, Finding, Shown, Span
from dedupe.pipeline import saved
from dedupe.pipeline.aligned import aligned
from dedupe.pipeline.gathering import Gathering, analyse_files, read_again
from dedupe.pipeline.scanning import scan
from dedupe.pipeline.store import ReadingStore
from dedupe.pipeline.threads import threads, workers
from dedupe.sources import displayed, find_files
from dedupe.tables import Corpus, EditTable, MatchTable, Reading, Stems

_PLACE = re.compile(r"(.+?):([1-9]\d*)(?::([1-9]\d*))?", flags=re.DOTALL)
_BYTE = re.compile(r"\\x([89a-f][0-9a-f])")
_EXACT = ("DUP101", "DUP102", "DUP103")
"""Rules whose copies carry the exact similarity of shingles, by which a change is noticed."""
_LISTED = 10
"""Findings that an ambiguous name lists."""


def show(
    wanted: str, paths: Sequence[str], settings: config.Config, source: str | None = None
) -> Shown:
    """Find one finding and read its text, and the text of its copies.

    wanted: a fingerprint, its first characters, or PATH:LINE. source: a result in json or jsonl;
    without one the paths are scanned. Raises UsageError where no finding or several are meant, or
    the result cannot be read, DedupeError where a file is no longer what it was.
    """
    finding, settings = look_up(wanted, paths, settings, source, "show")
    if finding.span.start == finding.span.end or (
        RULES[finding.rule].whole_article and not finding.matches
    ):
        return Shown(finding)
    return _with_text(finding, settings)


def look_up(
    wanted: str, paths: Sequence[str], settings: config.Config, source: str | None, command: str
) -> tuple[Finding, config.Config]:
    """One finding, and the settings with which its articles were read."""
    if source is None:
        findings: Sequence[Finding] = scan(paths, settings, command=command).findings
        where = f"{' '.join(map(displayed, paths))}; name the paths and options of the scan"
    else:
        result = saved.load(source)
        findings, where = result.findings, displayed(source)
        known = result.run.settings
        sources = structs.replace(
            settings.sources,
            encoding=str(known.get("encoding", settings.sources.encoding)),
            input_format=known.get("input-format", settings.sources.input_format),
            ignore_code=bool(known.get("duplicates.ignore-code", True)),
            txt_directives=bool(known.get("suppressions.txt-directives", False)),
        )
        settings = structs.replace(settings, sources=sources)
    return _chosen(wanted, findings, where), settings


def _chosen(wanted: str, findings: Sequence[Finding], where: str) -> Finding:
    """The one finding that is meant."""
    found = [f for f in findings if f.fingerprint == wanted]
    found = found or [f for f in findings if f.fingerprint.startswith(wanted)]
    place = _PLACE.fullmatch(wanted)
    if not found and place is not None:
        found = _standing_at(findings, place[1], int(place[2]), place[3])
    if not found:
        raise UsageError(f"no finding {displayed(wanted)} in {where}")
    if len(found) == 1:
        return found[0]
    lines = [
        f"\n  {f.fingerprint}  {f.rule}  {f.path}:{f.span.start.line}:{f.span.start.column}"
        for f in found[:_LISTED]
    ]
    more = f"\n  and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    raise UsageError(f"{displayed(wanted)} names {len(found)} findings:{''.join(lines)}{more}")


def _standing_at(
    findings: Sequence[Finding], path: str, line: int, column: str | None
) -> list[Finding]:
    """Findings at a line: those that begin in it before those that cover it.

    What is said of the whole article comes last, since it covers every line.
    """
    name = displayed(os.path.normpath(path)).replace(os.sep, "/")
    here = [f for f in findings if f.path in (path, name)]
    covering = [f for f in here if f.span.start.line <= line <= f.span.end.line]
    beginning = [
        f
        for f in covering
        if f.span.start.line == line and (column is None or f.span.start.column == int(column))
    ]
    for found in (beginning, covering):
        if passages := [f for f in found if not RULES[f.rule].whole_article]:
            return passages
    return beginning or covering


class _Articles(NamedTuple):
    """The articles of one finding, read again."""

    corpus: Corpus
    readings: ReadingStore
    lookup: Lookup

    def text(self, path: str) -> tuple[Reading, int, int]:
        """Reading of an article, where it begins in the corpus, and where in its batch."""
        article = self.corpus.path.index(path)
        batch, place = self.corpus.batch_of(article)
        base = int(self.corpus.article_token[article - place])
        return self.readings.load(batch), base, place

    def words(self, path: str, span: Span) -> tuple[int, int]:
        """The words of a span, from the start of the corpus."""
        reading, base, article = self.text(path)
        start = int(reading.text.start[article])
        text = str(reading.text.data[start : reading.text.end[article]].data, "utf-8")
        edges = [start + len(text[: p.offset].encode()) for p in (span.start, span.end)]
        low, high = (base + np.searchsorted(reading.tokens.start, edges)).tolist()
        return low, high


def _with_text(finding: Finding, settings: config.Config) -> Shown:
    """The finding with the whole passage as its excerpt, and its copies."""
    paths = sorted({finding.path, *(match.path for match in finding.matches)})
    paths = list(map(_on_disk, paths))
    for path in paths:
        if not Path(path).exists():
            raise DedupeError(
                f"{path}: no such file; it was moved or deleted after the scan, or the scan was "
                "made in another folder"
            )
    sources = structs.replace(settings.sources, force_exclude=False, max_file_size=None)
    depth = "standard" if finding.rule in REWORDED_RULES else settings.matching.depth
    matched = structs.replace(settings.matching, depth=depth)
    settings = structs.replace(settings, sources=sources, matching=matched)
    listing = find_files(paths, sources)
    with workers(threads(settings.jobs)) as pool:
        analyses = analyse_files(listing.files, settings, load_model(settings.filler.model), pool)
        for item in (*listing.skipped, *(item for part in analyses for item in part.skipped)):
            raise DedupeError(f"{item.path}: {item.reason}")
        gathering = Gathering.of(analyses)
        corpus = gathering.corpus(analyses, listing.files.path)
        store = ReadingStore(analyses, partial(read_again, listing.files, sources))
        articles = _Articles(corpus, store, Lookup(corpus))
        excerpt = _passage(articles, finding)
        table = _pairs(articles, finding)
        spans = (table.a_start, table.a_end, table.b_start, table.b_end)
        shared = shingle_overlap(corpus.token, *spans, pool)
        edits = _edits(corpus, gathering.stems(), table, pool)
    columns = dict(zip(("similarity", "containment_a", "containment_b"), shared.T, strict=True))
    # Two fillings of a template are no edits of each other.
    edits = edits if finding.rule.startswith("DUP") else None
    table = structs.replace(table, edits=edits, **columns)
    passages = aligned(corpus, table, store.load)
    original = finding.cluster.original if finding.cluster else None
    copies = []
    for match, passage in zip(finding.matches, passages, strict=True):
        if passage.a != finding.span:
            raise _changed(finding.path)
        if passage.b != match.span:
            raise _changed(match.path)
        if finding.rule in _EXACT and passage.similarity != match.similarity:
            raise _changed(f"{finding.path} or {match.path}")
        copies.append(Copy(match.path, match.date, match.path == original, passage))
    return Shown(structs.replace(finding, excerpt=excerpt), tuple(copies))


def _on_disk(path: str) -> str:
    """The path of a file; of a name that is no UTF-8 a result holds some bytes as escapes."""
    if os.path.lexists(path):
        return path
    return _BYTE.sub(lambda byte: chr(0xDC00 + int(byte[1], 16)), path)


def _passage(articles: _Articles, finding: Finding) -> str:
    """The whole text of the passage."""
    reading, _, article = articles.text(finding.path)
    start, end = reading.text.start[article], reading.text.end[article]
    text = str(reading.text.data[start:end].data, "utf-8")
    passage = text[finding.span.start.offset : finding.span.end.offset]
    if finding.excerpt not in passage:  # a mark or a bracket may stand in front of its words
        raise _changed(finding.path)
    return passage


def _pairs(articles: _Articles, finding: Finding) -> MatchTable:
    """The passage with each of its copies, similarities left open."""
    corpus = articles.corpus
    rows = []
    for match in finding.matches:
        ours = articles.words(finding.path, finding.span)
        theirs = articles.words(match.path, match.span)
        for path, (low, high) in ((finding.path, ours), (match.path, theirs)):
            if low >= high:
                raise _changed(path)
        a, b = corpus.path.index(finding.path), corpus.path.index(match.path)
        rows.append((a, b, *ours, *theirs))
    table: I64 = np.array(rows, np.int64).reshape(-1, 6)
    a_start, a_end, b_start, b_end = table[:, 2:].T.copy()
    unknown = np.zeros(len(rows))
    return MatchTable(
        table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), a_start, a_end, b_start, b_end,
        unknown, unknown, unknown,
    )  # fmt: skip


def _edits(
    corpus: Corpus, stems: Stems | None, table: MatchTable, pool: Executor
) -> EditTable | None:
    """What was done to the text of each pair; None where there are no stems, at depth fast."""
    if stems is None:
        return None
    shares = rewordings.edits(corpus.token, stems.stem, table.spans, pool)
    runs, in_order = shares.T
    unknown = np.full(len(table), np.nan)
    return EditTable(rewordings.kinds(shares), runs, in_order, unknown, unknown)


def _changed(path: str) -> DedupeError:
    return DedupeError(f"{path} has changed since the scan; scan again")
