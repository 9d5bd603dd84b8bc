"""From analysed batches to a result: what articles have in common, and what is found in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial

from dedupe import config, memory, outlines, templates
from dedupe import findings as findings_stage
from dedupe.align import shingle_overlap
from dedupe.arrays import I32
from dedupe.findings import Drafts, Families, in_focus
from dedupe.model import Result, Skipped
from dedupe.pipeline import excused, known, matching, results, rows
from dedupe.pipeline.analysis import Analysis
from dedupe.pipeline.gathering import Gathering, suppressions_of, with_words
from dedupe.pipeline.job import Job
from dedupe.pipeline.owners import owners_of, refuse_strange
from dedupe.pipeline.store import ReadingStore
from dedupe.tables import Corpus, Isolation, Overlap, Reading
from dedupe.texts import Strings


def examine(
    job: Job, analyses: Sequence[Analysis], gathering: Gathering, paths: Strings,
    again: Callable[[I32], Reading], skipped: tuple[Skipped, ...],
) -> Result:  # fmt: skip
    """Compare all articles with each other, and settle what is found in each.

    analyses: of at least one article, without what is gathered from them
    paths: of the files, by their numbers; again: reads some of them once more
    """
    settings, pool, progress = job.settings, job.pool, job.progress
    # To begin while batches are still read would cost more than it gains: both hold the
    # interpreter.
    judging = [job.aside.submit(part.judgement) for part in analyses]
    corpus = gathering.corpus(analyses, paths)
    analyses = with_words(analyses, corpus)
    passages, stems = gathering.passages(), gathering.stems()
    memory.release()
    progress.phase("matching", 3)
    owners = owners_of(corpus, settings.matching)
    refuse_strange(corpus, settings.output.focus)
    overlap: Overlap = lambda a, b, c, d: shingle_overlap(corpus.token, a, b, c, d, pool)  # noqa: E731
    recurring: Callable[[], tuple[Families, Drafts]] = partial(
        _families, corpus, analyses, overlap, settings, owners.isolation, pool
    )
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
    regions = matching.group(corpus, matches, overlap, pool, owners.isolation)
    store = ReadingStore(analyses, again)
    copies = [
        findings_stage.copy_drafts(
            corpus, matches, regions, overlap, settings.matching.document_similarity,
            settings.output.max_matches, owners.isolation,
        )
    ]  # fmt: skip
    if summaries is not None:
        copies.append(findings_stage.summary_drafts(summaries, overlap))
    # What nobody has begun is shared with the threads that are idle now.
    rest = [
        pool.submit(part.judgement) if judgement.cancel() else judgement
        for part, judgement in zip(analyses, judging, strict=True)
    ]
    families = None
    if settings.matching.depth != "fast":
        families, drafts = recurring()
        copies.append(drafts)
    suppressions = suppressions_of(analyses, corpus, settings)
    memory.release()
    completed = findings_stage.complete(
        copies, corpus, families, store.load, suppressions, settings, pool
    )
    del copies
    memory.release()
    progress.advance(1)
    judgements = [judgement.result() for judgement in rest]
    job.kept.extend((analyses, corpus, matches, regions, families, completed, judgements))
    flags = [judgement.flags for judgement in judgements]
    found, places, shares = findings_stage.find(
        corpus, completed, flags, store.load, suppressions, settings
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
        clusters=rows.members(corpus, completed.drafts, store.load)
        if settings.output.want_clusters
        else (),
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
