"""From analysed batches to a result: what articles have in common, and what is found in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple

from dedupe import config, memory, outlines, templates
from dedupe import findings as findings_stage
from dedupe.align import shingle_overlap
from dedupe.arrays import I32
from dedupe.findings import Drafts, Families, Suppressions, in_focus
from dedupe.findings.completion import Completed
from dedupe.model import Result, Skipped
from dedupe.pipeline import excused, known, matching, results, rows
from dedupe.pipeline.analysis import Analysis, Judgement
from dedupe.pipeline.gathering import Gathering, suppressions_of, with_words
from dedupe.pipeline.job import Job
from dedupe.pipeline.owners import owners_of, refuse_strange
from dedupe.pipeline.store import ReadingStore
from dedupe.tables import (
    Corpus,
    Isolation,
    Load,
    MatchTable,
    Overlap,
    Reading,
    RegionTable,
    SummaryTable,
)
from dedupe.texts import Strings


class _Common(NamedTuple):
    """What articles have in common."""

    matches: MatchTable
    summaries: SummaryTable | None
    """At depth `deep`"""
    regions: RegionTable
    isolation: Isolation | None
    overlap: Overlap
    recurring: Callable[[], tuple[Families, Drafts]]
    """Not at depth `fast`"""


class _Examined(NamedTuple):
    """All that findings are made of."""

    corpus: Corpus
    analyses: Sequence[Analysis]
    common: _Common
    completed: Completed
    judgements: Sequence[Judgement]
    suppressions: Suppressions
    load: Load


def examine(
    job: Job, analyses: Sequence[Analysis], gathering: Gathering, paths: Strings,
    again: Callable[[I32], Reading], skipped: tuple[Skipped, ...],
) -> Result:  # fmt: skip
    """Compare all articles with each other, and settle what is found in each.

    analyses: of at least one article, without what is gathered from them
    paths: of the files, by their numbers; again: reads some of them once more
    """
    settings, pool = job.settings, job.pool
    # To begin while batches are still read would cost more than it gains: both hold the
    # interpreter.
    judging = [job.aside.submit(part.judgement) for part in analyses]
    corpus = gathering.corpus(analyses, paths)
    analyses = with_words(analyses, corpus)
    common = _compared(job, corpus, analyses, gathering)
    load = ReadingStore(analyses, again).load
    copies = _copies(corpus, common, settings)
    # What nobody has begun is shared with the threads that are idle now.
    rest = [
        pool.submit(part.judgement) if judgement.cancel() else judgement
        for part, judgement in zip(analyses, judging, strict=True)
    ]
    families = None
    if settings.matching.depth != "fast":
        families, drafts = common.recurring()
        copies.append(drafts)
    suppressions = suppressions_of(analyses, corpus, settings)
    memory.release()
    completed = findings_stage.complete(
        copies, corpus, families, load, suppressions, settings, pool
    )
    del copies
    memory.release()
    job.progress.advance(1)
    judgements = [judgement.result() for judgement in rest]
    job.kept.extend((analyses, corpus, common, families, completed, judgements))
    examined = _Examined(corpus, analyses, common, completed, judgements, suppressions, load)
    return _settled(job, examined, skipped)


def _compared(
    job: Job, corpus: Corpus, analyses: Sequence[Analysis], gathering: Gathering
) -> _Common:
    """Find what articles have in common; what recurs beside copies is looked for meanwhile."""
    matched, pool = job.settings.matching, job.pool
    passages, stems = gathering.passages(), gathering.stems()
    memory.release()
    job.progress.phase("matching", 3)
    owners = owners_of(corpus, matched)
    refuse_strange(corpus, job.settings.output.focus)
    overlap: Overlap = lambda a, b, c, d: shingle_overlap(corpus.token, a, b, c, d, pool)  # noqa: E731
    recurring: Callable[[], tuple[Families, Drafts]] = partial(
        _families, corpus, analyses, overlap, job.settings, owners.isolation, pool
    )
    if matched.depth != "fast" and job.threaded:
        recurring = job.aside.submit(recurring).result
    copied = matching.match_copies(corpus, passages, owners, matched, pool)
    del passages  # half of what is held by now
    matches, summaries = matching.match_rewordings(copied, corpus, stems, owners, matched, pool)
    del copied, stems
    memory.release()
    job.progress.advance(1)
    regions = matching.group(corpus, matches, overlap, pool, owners.isolation)
    return _Common(matches, summaries, regions, owners.isolation, overlap, recurring)


def _copies(corpus: Corpus, common: _Common, settings: config.Config) -> list[Drafts]:
    """The findings on copies and summaries."""
    copies = [
        findings_stage.copy_drafts(
            corpus, common.matches, common.regions, common.overlap,
            settings.matching.document_similarity, settings.output.max_matches, common.isolation,
        )
    ]  # fmt: skip
    if common.summaries is not None:
        copies.append(findings_stage.summary_drafts(common.summaries, common.overlap))
    return copies


def _settled(job: Job, examined: _Examined, skipped: tuple[Skipped, ...]) -> Result:
    """One finding for each passage, what suppresses it or knows it already, and the totals."""
    settings, output = job.settings, job.settings.output
    corpus, analyses, common, completed, judgements, suppressions, load = examined
    flags = [judgement.flags for judgement in judgements]
    found, places, shares = findings_stage.find(
        corpus, completed, flags, load, suppressions, settings
    )
    shares = shares.rows(~corpus.accepted)
    found, suppressed = suppressions.mark(found, places)
    found, used = excused.mark(found, job.acceptances, settings.suppressions)
    found, baselined = known.mark(found, places, corpus, job.entries, settings)
    job.progress.advance(1)
    found = results.with_files(found, skipped, analyses, settings)
    speaking, focus = known.speaking(settings.rules), in_focus(corpus, output.focus)
    remarks = [
        *suppressions.remarks(speaking, focus),
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
        matches=rows.matches(corpus, common.matches, common.summaries, common.overlap, load)
        if output.want_matches
        else (),
        passages=rows.passages(corpus, judgements, found, load),
        clusters=rows.members(corpus, completed.drafts, load) if output.want_clusters else (),
        baseline=baselined,
    )


def _families(
    corpus: Corpus, analyses: Sequence[Analysis], overlap: Overlap, settings: config.Config,
    isolation: Isolation | None, pool: Executor,
) -> tuple[Families, Drafts]:  # fmt: skip
    """What recurs in articles beside copies, and the findings on it."""
    found = templates.find(corpus, pool)
    headings = outlines.gather([part.headings for part in analyses if part.headings], corpus)
    families = Families(found, outlines.find(corpus, headings, found.alike))
    most = settings.output.max_matches
    return families, findings_stage.family_drafts(corpus, families, overlap, most, isolation)
