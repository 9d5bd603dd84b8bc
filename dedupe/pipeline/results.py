"""From findings to a result: its articles, totals and verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from msgspec import structs

from dedupe import __version__, config
from dedupe import findings as findings_stage
from dedupe.arrays import F64
from dedupe.errors import NothingToAnalyseError, SkippedFilesError
from dedupe.findings import AccountLines, Shares
from dedupe.model import Finding, Gate, Result, Run, Severity, Skipped, Summary
from dedupe.pipeline import known
from dedupe.pipeline.analysis import Analysis
from dedupe.pipeline.job import Job
from dedupe.rows import Accounts, Findings
from dedupe.sources import Doubtful, FileList
from dedupe.tables import Corpus


def left_out(listing: FileList, analyses: Sequence[Analysis]) -> tuple[Skipped, ...]:
    """Files that were not analysed, by path."""
    found = [*listing.skipped, *(item for part in analyses for item in part.skipped)]
    return tuple(sorted(found, key=lambda item: item.path))


def refuse_empty(articles: int, skipped: Sequence[Skipped], sources: config.Sources) -> None:
    """Raise SkippedFilesError for files that were skipped, NothingToAnalyseError for no article.

    articles: how many there are
    """
    faults = [item for item in skipped if not item.deliberate]
    if sources.strict and faults:
        raise SkippedFilesError(_named(f"{len(faults)} files could not be analysed", faults))
    if not articles:
        if sources.allow_empty and not faults:
            return
        raise NothingToAnalyseError(_named("no article to analyse", faults or skipped))


def empty(job: Job, skipped: tuple[Skipped, ...]) -> Result:
    """The result of a run that was allowed to find no article."""
    return Result(
        run=run(job),
        articles=(),
        findings=(),
        summary=summary(findings_stage.no_shares(), Findings((), (), ()), skipped, job.settings, 0),
        skipped=skipped,
    )


def _named(text: str, files: Sequence[Skipped]) -> str:
    lines = [f"\n  {item.path}: {item.reason}" for item in files[:5]]
    more = f"\n  and {len(files) - 5} more" if len(files) > 5 else ""
    return text + "".join(lines) + more


def with_files(
    found: Findings, skipped: Sequence[Skipped], analyses: Sequence[Analysis],
    settings: config.Config,
) -> Findings:  # fmt: skip
    """Add what is to be said about files: unreadable ones, and guessed encodings."""
    selection = known.speaking(settings.rules)
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
        if code in selection.at(path)
    ]
    return with_remarks(found, extra, settings.rules)


def with_remarks(found: Findings, remarks: Sequence[Finding], rules: config.Rules) -> Findings:
    """Add what is said about files, directives and entries, as severe as the settings say."""
    severe = [
        structs.replace(remark, severity=Severity(rules.severity.get(remark.rule, remark.severity)))
        for remark in remarks
    ]
    return found.merged(severe) if severe else found


def run(job: Job) -> Run:
    """What was run."""
    settings = job.settings
    matching_settings, filler, rules = settings.matching, settings.filler, settings.rules
    return Run(
        version=__version__,
        command=job.command,
        model=job.model.name,
        index=job.index,
        settings={
            "depth": matching_settings.depth,
            "encoding": settings.sources.encoding,
            "input-format": settings.sources.input_format,
            "date-field": settings.sources.date_field,
            "date-source": settings.sources.date_source,
            "duplicates.min-words": matching_settings.min_words,
            "duplicates.min-similarity": matching_settings.min_similarity,
            "duplicates.document-similarity": matching_settings.document_similarity,
            "duplicates.self": matching_settings.inside_articles,
            "duplicates.between": list(matching_settings.between),
            "duplicates.isolated-groups": [
                ",".join(group) for group in matching_settings.isolated_groups
            ],
            "duplicates.ignore-quotes": matching_settings.ignore_quotes,
            "duplicates.ignore-code": settings.sources.ignore_code,
            "duplicates.ignore-sections": list(matching_settings.ignore_sections),
            "duplicates.ignore-phrases": list(matching_settings.ignore_phrases),
            "filler.threshold": filler.threshold,
            "budget.filler-percent": filler.max_percent,
            "rules.select": list(rules.select),
            "rules.ignore": list(rules.ignore),
            "rules.severity": [f"{code}:{level}" for code, level in sorted(rules.severity.items())],
            "per-file-ignores": [
                f"{ignore.glob}:{','.join(ignore.rules)}" for ignore in rules.per_file_ignores
            ],
            "baseline.path": settings.baseline,
            "baseline.from-ref": settings.baseline_from_ref,
            "suppressions.ignore": settings.suppressions.ignore_suppressions,
            "suppressions.require-reason": settings.suppressions.require_reason,
            "suppressions.accept-file": settings.suppressions.accept_file,
            "suppressions.txt-directives": settings.sources.txt_directives,
            "output.min-severity": settings.rules.min_severity,
            "output.fail-on": settings.gate.fail_on,
        },
    )


def articles(corpus: Corpus, shares: Shares) -> Accounts:
    """The account of the words of each article that is not an accepted one."""
    paths = corpus.path.take(np.flatnonzero(~corpus.accepted))
    return Accounts(AccountLines(paths, shares), paths)


def summary(
    shares: Shares, found: Findings, skipped: Sequence[Skipped], settings: config.Config,
    suppressed: int, *, stale: bool = False,
) -> Summary:  # fmt: skip
    """Totals, and the verdict; `stale` says that the baseline has entries of no use."""
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
        gate=_gate(shares, new, settings.gate, stale=stale),
    )


def _gate(shares: Shares, new: Sequence[int], gate: config.Gate, *, stale: bool) -> Gate:
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
    if stale and gate.fail_on_stale:
        reasons.append("fail-on-stale")
    return Gate(bool(reasons), tuple(reasons))


def _above(percent: F64, limit: float | None) -> bool:
    return limit is not None and bool((percent > limit).any())
