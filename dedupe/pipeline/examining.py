"""From analysed batches to a result: what articles have in common, and what is found in each."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np

from dedupe import config, memory, outlines, templates
from dedupe import findings as findings_stage
from dedupe.align import shingle_overlap
from dedupe.errors import UsageError
from dedupe.findings import Families, Overlap, in_focus
from dedupe.model import Result, Skipped
from dedupe.pipeline import excused, known, matching, results, rows
from dedupe.pipeline.analysis import Analysis
from dedupe.pipeline.gathering import corpus_of, gathered, suppressions_of
from dedupe.pipeline.job import Job
from dedupe.pipeline.matching import Owners
from dedupe.pipeline.store import ReadingStore
from dedupe.sources import SourceFile
from dedupe.tables import I32, Corpus, Reading


def examine(
    job: Job, analyses: list[Analysis], files: Sequence[SourceFile],
    again: Callable[[I32], Reading], skipped: tuple[Skipped, ...],
) -> Result:  # fmt: skip
    """Compare all articles with each other, and settle what is found in each.

    analyses: of at least one article; they lose what is gathered from them, to be held once
    files: those of the articles, by their numbers; again: reads some of them once more
    """
    settings, pool, progress = job.settings, job.pool, job.progress
    # To begin while batches are still read would cost more than it gains: both hold the
    # interpreter.
    judging = [job.aside.submit(part.judgement) for part in analyses]
    corpus = corpus_of(analyses, files)
    analyses[:], passages, stems = gathered(analyses, corpus)
    memory.release()
    progress.phase("matching", 3)
    owners = _owners(corpus, settings.matching)
    recurring: Callable[[], Families] = partial(_families, corpus, analyses, pool)
    if settings.matching.depth != "fast" and job.threaded:
        recurring = job.aside.submit(recurring).result
    copied = matching.match_copies(corpus, passages, owners, settings.matching, pool)
    del passages  # half of what is held by now
    matches, summaries = matching.match_rewordings(
        copied, corpus, stems, owners, settings.matching, pool
    )
    del copied, stems
    memory.release()
    progress.advance(1)
    regions = matching.group(corpus, matches)
    store = ReadingStore(analyses, again)
    overlap: Overlap = lambda a, b, c, d: shingle_overlap(corpus.token, a, b, c, d, pool)  # noqa: E731
    copies = findings_stage.copy_drafts(
        corpus, matches, regions, overlap, settings.matching.document_similarity,
        settings.output.max_matches,
    )  # fmt: skip
    if summaries is not None:
        copies += findings_stage.summary_drafts(summaries, overlap)
    # What nobody has begun is shared with the threads that are idle now.
    rest = [
        pool.submit(part.judgement) if judgement.cancel() else judgement
        for part, judgement in zip(analyses, judging, strict=True)
    ]
    families = recurring() if settings.matching.depth != "fast" else None
    if families is not None:
        copies += findings_stage.family_drafts(
            corpus, families, overlap, settings.output.max_matches
        )
    suppressions = suppressions_of(analyses, corpus, settings)
    completed = findings_stage.complete(
        copies, corpus, families, store.load, suppressions, settings, pool
    )
    progress.advance(1)
    judgements = [judgement.result() for judgement in rest]
    job.kept.extend((files, analyses, corpus, matches, regions, families, completed, judgements))
    flags = [judgement.flags for judgement in judgements]
    found, places, shares = findings_stage.find(
        corpus, completed, flags, regions, store.load, suppressions, settings, pool
    )
    shares = shares.rows(~corpus.accepted)
    found, suppressed = suppressions.mark(found, places)
    found, used = excused.mark(found, job.acceptances, settings.suppressions)
    found, baselined = known.mark(found, places, corpus, job.entries, settings)
    progress.advance(1)
    found = results.with_files(found, skipped, analyses, settings)
    remarks = [
        *suppressions.remarks(
            known.speaking(settings.rules), in_focus(corpus, settings.output.focus)
        ),
        *excused.remarks(job.acceptances, used, corpus, settings),
        *known.remarks(baselined, settings),
    ]
    found = results.with_remarks(found, remarks, settings.rules)
    stale = bool(baselined and baselined.stale)
    return Result(
        run=results.run(job),
        articles=results.articles(corpus, shares),
        findings=found,
        summary=results.summary(
            shares, found, skipped, settings, suppressed + len(used), stale=stale
        ),
        skipped=skipped,
        matches=rows.matches(corpus, matches, summaries, overlap, store.load)
        if settings.output.want_matches
        else (),
        passages=rows.passages(corpus, judgements, found, store.load),
        baseline=baselined,
    )


def _families(corpus: Corpus, analyses: Sequence[Analysis], pool: Executor) -> Families:
    """What recurs in articles beside copies."""
    found = templates.find(corpus, pool)
    headings = outlines.gather([part.headings for part in analyses if part.headings], corpus)
    return Families(found, outlines.find(corpus, headings, found.alike))


def _owners(corpus: Corpus, settings: config.Matching) -> Owners:
    """Every article is its own; or those of each group of `between` are one, and others nobody's.

    Accepted articles, which stand behind all others, are one: each was compared with the others
    before it was accepted. Raises UsageError when only one group is named, or a group holds no
    article.
    """
    between = settings.between
    if not between:
        every = np.arange(len(corpus.path), dtype=np.int32)
        own = int(np.count_nonzero(~corpus.accepted))
        owners = Owners(np.minimum(every, np.int32(own)), own if settings.inside_articles else 0)
        return owners if own == len(every) else owners._replace(accepted=own)
    if len(between) < 2:
        raise UsageError("--between must be given twice or more: once for each group")
    owner = np.full(len(corpus.path), -1, np.int32)
    for number, folder in enumerate(between):
        root = os.path.normpath(folder).replace(os.sep, "/")
        inside = [
            root in (path, ".") or path.startswith(root.rstrip("/") + "/") for path in corpus.path
        ]
        if not any(inside):
            raise UsageError(f"--between {folder}: no analysed article lies there")
        owner[inside] = number
    return Owners(owner, inside=0)
