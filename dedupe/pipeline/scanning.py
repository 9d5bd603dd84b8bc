"""`scan`: from paths to a result."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

import numpy as np
from msgspec import structs

from dedupe import __version__, baseline, config, memory, outlines, templates
from dedupe import findings as findings_stage
from dedupe.align import shingle_overlap
from dedupe.errors import NothingToAnalyseError, SkippedFilesError, UsageError
from dedupe.filler.scorer import load_model
from dedupe.findings import Families, Overlap, Shares, Suppressions
from dedupe.kernels import warming
from dedupe.model import (
    Article,
    Gate,
    Result,
    Run,
    Severity,
    Skipped,
    Summary,
)
from dedupe.pipeline import known, matching, rows
from dedupe.pipeline.analysis import (
    KEEP_BYTES,
    Analysis,
    analyse,
    batches,
    read,
)
from dedupe.pipeline.progress import Progress, Silence
from dedupe.pipeline.store import ReadingStore
from dedupe.rows import Findings
from dedupe.sources import Doubtful, FileList, SourceFile, find_files
from dedupe.tables import F64, I32, I64, Corpus, Pieces, Reading, Stems


def model_id() -> str:
    """Name of the filler model in use."""
    return load_model().name


def threads(jobs: int) -> int:
    """Number of threads: as asked, or one for each core that this process may use."""
    if jobs > 0:
        return jobs
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def workers(count: int) -> Iterator[Executor]:
    """Some threads; what they have not begun is dropped when something goes wrong."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def scan(
    paths: Sequence[str], settings: config.Config, progress: Progress | None = None,
    command: str = "scan", keep: list[object] | None = None,
) -> Result:  # fmt: skip
    """Compare all articles under some paths with each other, and score each of them.

    keep: takes hold of all tables, which a process that is about to end need not free.
    Raises UsageError for a path that does not exist, NothingToAnalyseError when no article could
    be read, SkippedFilesError when one could not and `strict` is set, BaselineError when there is
    no use in the baseline.
    """
    progress = progress or Silence()
    entries = () if settings.baseline is None else baseline.load(settings.baseline)
    count = threads(settings.jobs)
    if count > 1:
        warming.begin()
    listing = find_files(paths, settings.sources)
    # Matching leaves the interpreter, and a part of the cores, to judging beside it. To begin while
    # batches are still read would cost more than it gains: both hold the interpreter.
    with workers(count) as pool, workers(max(count // 2, 1)) as spare:
        aside = spare if count > 1 else pool
        analyses = analyse_files(listing.files, settings, pool, progress)
        judging = [aside.submit(part.judgement) for part in analyses]
        skipped = _skipped(listing, analyses)
        _refuse_empty(analyses, skipped, settings.sources)
        if not any(len(part.file) for part in analyses):
            return _empty(command, settings, skipped)
        corpus = corpus_of(analyses, listing.files)
        analyses, passages, stems = _gathered(analyses, corpus)
        memory.release()
        progress.phase("matching", 3)
        owner = _owners(corpus, settings.matching.between)
        recurring: Callable[[], Families] = partial(_families, corpus, analyses, pool)
        if settings.matching.depth != "fast" and count > 1:
            recurring = spare.submit(recurring).result
        copied = matching.match_copies(corpus, passages, owner, settings.matching, pool)
        del passages  # half of what is held by now
        matches, summaries = matching.match_rewordings(
            copied, corpus, stems, owner, settings.matching, pool
        )
        del copied, stems
        memory.release()
        progress.advance(1)
        regions = matching.group(corpus, matches)
        store = ReadingStore(analyses, partial(read_again, listing.files, settings.sources))
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
        suppressions = _suppressions(analyses, corpus, settings)
        findings_stage.complete(copies, corpus, families, store.load, suppressions, settings)
        progress.advance(1)
        judgements = [judgement.result() for judgement in rest]
        if keep is not None:
            keep += (listing, analyses, corpus, matches, regions, families, copies, judgements)
        flags = [judgement.flags for judgement in judgements]
        found, places, shares = findings_stage.find(
            corpus, copies, flags, regions, store.load, suppressions, settings, pool
        )
        found, suppressed = suppressions.mark(found, places)
        found, baselined = known.mark(found, places, corpus, entries, settings)
        progress.advance(1)
        found = _with_directives(
            _with_files(found, skipped, analyses, settings), suppressions, corpus, settings
        )
        return Result(
            run=_run(command, settings),
            articles=_articles(corpus, shares),
            findings=found,
            summary=_summary(shares, found, skipped, settings, suppressed),
            skipped=skipped,
            matches=rows.matches(corpus, matches, summaries, overlap, store.load)
            if settings.output.want_matches
            else (),
            passages=rows.passages(corpus, judgements, found, store.load),
            baseline=baselined,
        )


def analyse_files(
    files: Sequence[SourceFile], settings: config.Config, pool: Executor,
    progress: Progress | None = None,
) -> list[Analysis]:  # fmt: skip
    """Read and analyse all files, batch by batch, side by side."""
    progress = progress or Silence()
    model = load_model(settings.filler.model)
    runs = batches(files)
    keep = sum(file.size for file in files) <= KEEP_BYTES
    progress.phase("reading", len(files))

    def one(run: range) -> Analysis:
        part = analyse(files, run, settings, model, keep=keep)
        progress.advance(len(run))
        return part

    # Neighbours are apart in time: parsing Markdown holds the interpreter, and it stands together.
    count = len(runs)
    order = [*range(0, count, 2), *range(1, count, 2)]
    parts = dict(zip(order, pool.map(one, [runs[k] for k in order]), strict=True))
    return [parts[k] for k in range(count)]


def read_again(files: Sequence[SourceFile], sources: config.Sources, chosen: I32) -> Reading:
    """Read some files once more, by their numbers."""
    return read([files[number] for number in chosen.tolist()], range(len(chosen)), sources)[0]


def corpus_of(analyses: Sequence[Analysis], files: Sequence[SourceFile]) -> Corpus:
    """Number the articles of all batches, in the order of their paths."""
    date = tuple(day for part in analyses for day in part.date)
    undated = "9999-99-99"
    by_age = sorted(range(len(date)), key=lambda d: (date[d] or undated, d))
    rank = np.empty(len(date), np.int32)
    rank[by_age] = np.arange(len(date), dtype=np.int32)
    token_base = np.cumsum([0, *(len(part.token) for part in analyses)])
    return Corpus(
        path=tuple(files[i].path for part in analyses for i in part.file.tolist()),
        date=date,
        rank=rank,
        token=np.concatenate([part.token for part in analyses]),
        article_token=_joined([part.article_token for part in analyses], token_base),
        block_token=_joined([part.block_token for part in analyses], token_base),
        pieces=_pieces(analyses, token_base),
        block_kind=np.concatenate([part.block_kind for part in analyses]),
        block_unspaced=np.concatenate([part.block_unspaced for part in analyses]),
        batch_article=np.cumsum([0, *(len(part.file) for part in analyses)]).astype(np.int64),
    )


def _gathered(
    analyses: Sequence[Analysis], corpus: Corpus
) -> tuple[list[Analysis], matching.CorpusPassages, Stems | None]:
    """The passages and stems of all batches, and the batches without them and with shared words.

    What is gathered is held once: a third of the peak of a corpus whose texts are not kept.
    """
    edges = np.cumsum([0, *(len(part.token) for part in analyses)]).tolist()
    analyses = [
        structs.replace(part, token=corpus.token[low:high])
        for part, (low, high) in zip(analyses, pairwise(edges), strict=True)
    ]
    memory.release()
    passages, stems = matching.gather(analyses), matching.gather_stems(analyses)
    return [structs.replace(part, passages=None, stems=None) for part in analyses], passages, stems


def _pieces(analyses: Sequence[Analysis], token_base: I64) -> Pieces:
    """The pieces of all batches side by side."""
    parts = [part.pieces for part in analyses]
    first = np.cumsum([0, *(len(part.file) for part in analyses)]).tolist()
    return Pieces(
        _joined([part.token for part in parts], token_base),
        np.concatenate([p.article + np.int32(base) for p, base in zip(parts, first, strict=False)]),
        np.concatenate([part.out for part in parts]),
    )


def _suppressions(
    analyses: Sequence[Analysis], corpus: Corpus, settings: config.Config
) -> Suppressions:
    """What the directives of all batches say, counted from the start of the corpus."""
    found = []
    for part, article in zip(analyses, corpus.batch_article.tolist(), strict=False):
        word = int(corpus.article_token[article])
        found += [
            structs.replace(
                said, article=said.article + article, start=said.start + word, end=said.end + word
            )
            for said in part.suppressions
        ]
    return Suppressions(found, corpus.path, settings)


def _families(corpus: Corpus, analyses: Sequence[Analysis], pool: Executor) -> Families:
    """What recurs in articles beside copies."""
    found = templates.find(corpus, pool)
    headings = outlines.gather([part.headings for part in analyses if part.headings], corpus)
    return Families(found, outlines.find(corpus, headings, found.alike))


def _joined(offsets: Sequence[np.ndarray], base: np.ndarray) -> np.ndarray:
    """Ragged offsets of all batches as one."""
    parts = [part[:-1] + low for part, low in zip(offsets, base[:-1], strict=True)]
    return np.append(np.concatenate(parts), base[-1]).astype(np.int64)


def _owners(corpus: Corpus, between: Sequence[str]) -> I32:
    """Number of each article, or of the group that holds it; -1 outside of all groups.

    Raises UsageError when only one group is named, or a group holds no article.
    """
    if not between:
        return np.arange(len(corpus.path), dtype=np.int32)
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
    return owner


def _skipped(listing: FileList, analyses: Sequence[Analysis]) -> tuple[Skipped, ...]:
    found = [*listing.skipped, *(item for part in analyses for item in part.skipped)]
    return tuple(sorted(found, key=lambda item: item.path))


def _refuse_empty(
    analyses: Sequence[Analysis], skipped: Sequence[Skipped], sources: config.Sources
) -> None:
    faults = [item for item in skipped if not item.deliberate]
    if sources.strict and faults:
        raise SkippedFilesError(_named(f"{len(faults)} files could not be analysed", faults))
    if not any(len(part.file) for part in analyses):
        if sources.allow_empty and not faults:
            return
        raise NothingToAnalyseError(_named("no article to analyse", faults or skipped))


def _empty(command: str, settings: config.Config, skipped: tuple[Skipped, ...]) -> Result:
    """The result of a run that was allowed to find no article."""
    return Result(
        run=_run(command, settings),
        articles=(),
        findings=(),
        summary=_summary(findings_stage.no_shares(), Findings((), (), ()), skipped, settings, 0),
        skipped=skipped,
    )


def _named(text: str, files: Sequence[Skipped]) -> str:
    lines = [f"\n  {item.path}: {item.reason}" for item in files[:5]]
    more = f"\n  and {len(files) - 5} more" if len(files) > 5 else ""
    return text + "".join(lines) + more


def _with_files(
    found: Findings, skipped: Sequence[Skipped], analyses: Sequence[Analysis],
    settings: config.Config,
) -> Findings:  # fmt: skip
    """Add what is to be said about files: unreadable ones, and guessed encodings."""
    chosen = findings_stage.selected_rules(settings.rules.select, settings.rules.ignore)
    if Severity(settings.rules.min_severity).rank > Severity.NOTE.rank:
        return found
    doubtful: list[Doubtful] = [item for part in analyses for item in part.doubtful]
    about = [
        ("SRC801", item.path, f"Not analysed: {item.reason}.")
        for item in skipped
        if not item.deliberate
    ]
    about += [
        ("SRC802", item.path, f"The encoding was guessed: {item.encoding}.") for item in doubtful
    ]
    extra = [
        findings_stage.file_finding(code, path, text)
        for code, path, text in about
        if code in chosen
    ]
    return found.merged(extra) if extra else found


def _with_directives(
    found: Findings, suppressions: Suppressions, corpus: Corpus, settings: config.Config
) -> Findings:
    """Add what is to be said about directives."""
    remarks = suppressions.remarks(
        known.speaking(settings.rules), findings_stage.in_focus(corpus, settings.output.focus)
    )
    return found.merged(remarks) if remarks else found


def _run(command: str, settings: config.Config) -> Run:
    matching_settings, filler, rules = settings.matching, settings.filler, settings.rules
    return Run(
        version=__version__,
        command=command,
        model=load_model(settings.filler.model).name,
        settings={
            "depth": matching_settings.depth,
            "duplicates.min-words": matching_settings.min_words,
            "duplicates.min-similarity": matching_settings.min_similarity,
            "duplicates.document-similarity": matching_settings.document_similarity,
            "duplicates.between": list(matching_settings.between),
            "duplicates.ignore-quotes": matching_settings.ignore_quotes,
            "duplicates.ignore-code": settings.sources.ignore_code,
            "duplicates.ignore-sections": list(matching_settings.ignore_sections),
            "duplicates.ignore-phrases": list(matching_settings.ignore_phrases),
            "filler.threshold": filler.threshold,
            "budget.filler-percent": filler.max_percent,
            "rules.select": list(rules.select),
            "rules.ignore": list(rules.ignore),
            "baseline.path": settings.baseline,
            "suppressions.ignore": settings.suppressions.ignore_suppressions,
            "suppressions.require-reason": settings.suppressions.require_reason,
            "suppressions.txt-directives": settings.sources.txt_directives,
            "output.fail-on": settings.gate.fail_on,
        },
    )


def _articles(corpus: Corpus, shares: Shares) -> tuple[Article, ...]:
    counts = (shares.words, shares.duplicate, shares.template, shares.filler, shares.excluded,
              shares.unique)  # fmt: skip
    return tuple(map(Article, corpus.path, *(column.tolist() for column in counts)))


def _summary(
    shares: Shares, found: Findings, skipped: Sequence[Skipped], settings: config.Config,
    suppressed: int,
) -> Summary:  # fmt: skip
    total = shares.total()
    new = found.ranks
    if settings.baseline is not None or suppressed:  # else nobody needs to look into the findings
        new = [finding.severity.rank for finding in found if finding.status == "new"]
    ranks = Counter(new)
    severities = {level: ranks[Severity(level).rank] for level in ("error", "warning", "note")}
    return Summary(
        articles=len(shares.words),
        words=int(total.words[0]),
        duplicate_words=int(total.duplicate[0]),
        template_words=int(total.template[0]),
        filler_words=int(total.filler[0]),
        excluded_words=int(total.excluded[0]),
        unique_words=int(total.unique[0]),
        findings={
            "new": len(new),
            "baselined": len(found) - len(new) - suppressed,
            "suppressed": suppressed,
        },
        severities=severities,
        skipped=sum(not item.deliberate for item in skipped),
        gate=_gate(shares, new, settings.gate),
    )


def _gate(shares: Shares, new: Sequence[int], gate: config.Gate) -> Gate:
    """Whether the run fails: a new finding at or above the level, or a budget that is exceeded.

    new: the severity ranks of new findings; budgets are of all text.
    """
    reasons = []
    if gate.fail_on != "never":
        limit = Severity(gate.fail_on).rank
        if any(rank >= limit for rank in new):
            reasons.append("fail-on")
    if gate.max_new_findings is not None and len(new) > gate.max_new_findings:
        reasons.append("max-new-findings")
    total = shares.total()
    if _above(total.percent(total.duplicate), gate.max_duplicate_percent):
        reasons.append("max-duplicate-percent")
    if _above(shares.percent(shares.duplicate), gate.max_article_duplicate_percent):
        reasons.append("max-article-duplicate-percent")
    if _above(shares.percent(shares.filler), gate.max_filler_percent):
        reasons.append("max-filler-percent")
    return Gate(bool(reasons), tuple(reasons))


def _above(percent: F64, limit: float | None) -> bool:
    return limit is not None and bool((percent > limit).any())
