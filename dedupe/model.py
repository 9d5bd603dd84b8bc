"""The values that leave the program: rules, findings, articles and the other rows of a result.

Every class here is a frozen `msgspec.Struct`; encoding one with `msgspec.json` gives the line of
the result contract (schema 1.0). Offsets count code points of the decoded text from 0, end
exclusive; lines and columns count from 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

SCHEMA = "1.0"
NORMALISER = 2
"""Number of the folding and tokenising rules; fingerprints and models depend on it."""


class Severity(StrEnum):
    """How much a finding matters; ordered by `rank`."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """Position in the order note < warning < error."""
        return SEVERITIES.index(self)


SEVERITIES = tuple(Severity)
"""By rank."""


class Rule(Struct, frozen=True):
    """One thing the program can say about a passage or an article."""

    code: str
    name: str
    severity: Severity
    summary: str
    whole_article: bool = False
    """Speaks about the article as a whole and does not compete with findings on passages."""


def _rules(*rules: Rule) -> Mapping[str, Rule]:
    return {rule.code: rule for rule in rules}


_N, _W, _E = Severity.NOTE, Severity.WARNING, Severity.ERROR

RULES: Mapping[str, Rule] = _rules(
    Rule("DUP101", "duplicate-article", _E, "The whole article is (nearly) another one."),
    Rule("DUP102", "near-duplicate-passage", _W, "A passage also stands in other articles."),
    Rule("DUP103", "repeated-passage", _W, "The article repeats itself."),
    Rule("DUP104", "reworded-passage", _W, "A passage stands in other words in other articles."),
    Rule("DUP105", "summarised-article", _N, "A passage sums up a whole other article."),
    Rule("TPL201", "recurring-template", _W, "A template with fillings stands in many articles."),
    Rule("TPL202", "prompt-leak-heading", _E, "A heading is text of the prompt."),
    Rule("TPL203", "generic-heading", _N, "A heading that would fit any article."),
    Rule("TPL204", "recurring-outline", _W, "Unrelated articles have the same headings.", True),
    Rule("TPL205", "unfilled-field", _E, "A field of the template was never filled in."),
    Rule("TPL206", "repeated-title", _W, "The title is printed again."),
    Rule("TPL207", "takeaway-list", _W, "A key-takeaway list restates the body."),
    Rule("FIL301", "conclusion-boilerplate", _W, "A closing passage with its cue adds nothing."),
    Rule("FIL302", "conclusion-restatement", _W, "A closing passage without a cue adds nothing."),
    Rule("FIL303", "low-information-passage", _W, "Generic prose: low information, little new."),
    Rule("FIL304", "stock-sentence", _N, "One generic sentence inside a good paragraph."),
    Rule("FIL305", "restatement", _W, "Says again what the article already said."),
    Rule("FIL306", "meta-announcement", _N, "Announces the article instead of beginning it."),
    Rule("FIL307", "unattributed-authority", _N, "Cites experts or studies and names nobody."),
    Rule("FIL308", "filler-heavy-article", _W, "The share of filler is over the budget.", True),
    Rule("KEY401", "keyword-stuffing", _W, "One phrase stands far too often in the article.", True),
    Rule("KEY402", "orphan-keyphrase", _N, "A key phrase alone on its line where a link was."),
    Rule("LNK501", "homepage-pointer", _N, "A home page is offered as a reference."),
    Rule("LNK502", "unlinked-source", _N, "A source is named without an address."),
    Rule("OBF601", "disguised-text", _E, "Words are spelled so that a search misses them."),
    Rule("SUP701", "unused-suppression", _N, "A directive suppresses nothing or is wrong.", True),
    Rule("SUP702", "unexplained-suppression", _W, "A directive gives no reason.", True),
    Rule("SUP703", "expired-suppression", _W, "The date of a directive has passed.", True),
    Rule("SUP704", "stale-baseline-entry", _N, "An entry of the baseline knows no finding.", True),
    Rule("SRC801", "unreadable-file", _N, "A file could not be read and was skipped.", True),
    Rule("SRC802", "doubtful-encoding", _N, "The encoding of a file had to be guessed.", True),
)


def codes_named(word: str) -> list[str]:
    """The codes of the rules that a code, a prefix of codes or a name means, in either case."""
    if not word:
        return []
    prefix, name = word.upper(), word.lower()
    return [code for code, rule in RULES.items() if code.startswith(prefix) or rule.name == name]


RULE_NUMBER = {code: number for number, code in enumerate(RULES)}
"""Rules as numbers, for arrays and bit sets."""

ALPHABETICAL = tuple(map(sorted(RULES).index, RULES))
"""The place of each rule, by its number, among all by code."""

ON_FILES = frozenset(code for code in RULES if code.startswith(("SUP", "SRC")))
"""Rules on files, directives and entries: they have no words that a suppression could govern."""

REWORDED_RULES = ("DUP104", "DUP105")
"""Rules on text in other words: the similarity of shingles says nothing about it."""

PRECEDENCE = (
    *("DUP101", "DUP102", "DUP104", "DUP103", "OBF601"),
    *("TPL205", "TPL202", "TPL206", "TPL201", "TPL207", "DUP105"),
    *("FIL301", "FIL302", "FIL305", "FIL303"),
    *("TPL203", "FIL306", "FIL307", "FIL304", "KEY402", "LNK502", "LNK501"),
)
"""One passage has one finding: the first of these wins, the others are listed in `also`."""


class Position(Struct, frozen=True, gc=False):
    """A place in an article. Without reference cycles, so the collector need not look (`gc`)."""

    line: int
    column: int
    offset: int


class Span(Struct, frozen=True, gc=False):
    """A stretch of an article, end exclusive."""

    start: Position
    end: Position

    @classmethod
    def of_line(cls, text: str, place: int) -> Span:
        """The line of a text in which a place lies."""
        start = text.rfind("\n", 0, place) + 1
        end = text.find("\n", place) % (len(text) + 1)  # -1 is the end of the text
        line = text.count("\n", 0, start) + 1
        return cls(Position(line, 1, start), Position(line, end - start + 1, end))


class Evidence(Struct, frozen=True, gc=False, omit_defaults=True):
    """One reason of a finding.

    `kind` says what it is: `edit` (words that differ from the other copy: `text` here, `other`
    there, null where that text is not at hand), `phrase` (a learned phrase and its weight), `cue`,
    `signal` (a named plain number), `fact` (a sentence for people). `start` and `end` are offsets
    in the article where the evidence has a place.
    """

    kind: str
    text: str
    other: str | None = None
    weight: float | None = None
    start: int | None = None
    end: int | None = None


Origin = Literal["scan", "index", "self"]
ORIGINS: tuple[Origin, ...] = ("scan", "index", "self")
"""Where another place stands: in an article beside this one, in an accepted one, in this one."""


class Match(Struct, frozen=True, gc=False):
    """Another place where the passage of a finding stands."""

    path: str
    origin: Origin
    similarity: float
    span: Span
    date: str | None = None


class Cluster(Struct, frozen=True, gc=False):
    """The group of proven copies to which the passage of a finding belongs."""

    id: str
    size: int
    original: str


class Excuse(Struct, frozen=True, gc=False):
    """Why a finding is suppressed."""

    by: Literal["directive", "accept-file"]
    reason: str
    until: dt.date | None = None
    """The last day on which it holds"""


class Finding(Struct, frozen=True, kw_only=True, tag_field="kind", tag="finding"):
    """What the program says about one passage of one article."""

    schema: str = SCHEMA
    rule: str
    name: str
    severity: Severity
    status: Literal["new", "baselined", "suppressed"] = "new"
    suppression: Excuse | None = None
    fingerprint: str
    path: str
    doc_id: str | None = None
    span: Span
    words: int
    similarity: float | None = None
    score: float | None = None
    excerpt: str
    """The first words of the passage, exactly as they stand in the text from `span.start` on."""
    evidence: tuple[Evidence, ...] = ()
    cluster: Cluster | None = None
    matches: tuple[Match, ...] = ()
    matches_total: int = 0
    also: tuple[str, ...] = ()
    message: str


class Article(Struct, frozen=True, tag_field="kind", tag="article"):
    """The word account of one article; the five shares add up to `words`."""

    path: str
    words: int
    duplicate_words: int
    template_words: int
    filler_words: int
    excluded_words: int
    unique_words: int


class UsedIndex(Struct, frozen=True):
    """The index of accepted articles that a check has used."""

    format: int
    digest: str
    """The same for the same articles"""
    articles: int


class Run(Struct, frozen=True, kw_only=True, tag_field="kind", tag="run"):
    """What was run, with the settings that decide the result."""

    schema: str = SCHEMA
    tool: str = "dedupe"
    version: str
    command: str
    normaliser: int = NORMALISER
    model: str
    index: UsedIndex | None = None
    settings: dict[str, str | int | float | bool | list[str] | None]


class Gate(Struct, frozen=True):
    """Whether the run fails, and because of which limits."""

    failed: bool
    reasons: tuple[str, ...] = ()


class Summary(Struct, frozen=True, kw_only=True, tag_field="kind", tag="summary"):
    """Totals over all analysed articles."""

    articles: int
    words: int
    duplicate_words: int
    template_words: int
    filler_words: int
    excluded_words: int
    unique_words: int
    findings: dict[str, int]
    severities: dict[str, int]
    skipped: int
    gate: Gate


class TextRange(Struct, frozen=True, gc=False):
    """A stretch of an article by offsets alone."""

    path: str
    start: int
    end: int


class Trained(Struct, frozen=True):
    """What a filler model was made of, and what it calls filler."""

    model: str
    articles: int
    """Accepted ones"""
    paragraphs: int
    """Of those, of 25 words or more"""
    limits: dict[str, float]
    """Score from which a paragraph is filler, by preset"""
    before: str
    """The model that it was made from"""
    limits_before: dict[str, float]
    skipped: tuple[Skipped, ...] = ()


class MatchRow(Struct, frozen=True, tag_field="kind", tag="match"):
    """One verified pair of spans (format `matches`)."""

    rule: str
    similarity: float
    """Exact Jaccard similarity of the word shingles of both spans."""
    containment: float
    """Share of the shorter span's shingles that also stand in the other one."""
    a: TextRange
    b: TextRange


class MemberRow(Struct, frozen=True, tag_field="kind", tag="member"):
    """One place of a copied passage, or one copy of an article (format `clusters`)."""

    cluster_id: str
    doc_id: str | None
    path: str
    role: Literal["original", "duplicate"]
    keep: bool
    """Whether the place stays where all copies but one are taken out: the original does"""
    representative: str
    """Path of the original"""
    similarity: float | None
    """Exact Jaccard similarity of the word shingles to the same passage of the original; None where
    nothing proves it but a third copy."""
    words: int
    span_start: int
    span_end: int


class PassageRow(Struct, frozen=True, tag_field="kind", tag="passage"):
    """One block of an article with its scores, flagged or not (format `passages`)."""

    path: str
    start: int
    end: int
    block: str
    words: int
    filler: float | None
    signals: dict[str, float]
    rules: tuple[str, ...]


class Skipped(Struct, frozen=True):
    """A file that was not analysed, and why."""

    path: str
    reason: str
    deliberate: bool = False
    """Left out by a pattern or ignore file rather than by a fault of the file."""


_Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]


class BaselineEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A passage that is known, in the file of a baseline."""

    rule: Annotated[str, Meta(pattern=r"^[A-Z]{3}[0-9]{3}\Z")]
    path: str
    hash: _Digest
    """Of its folded words"""
    near: _Digest
    """Near that of a passage with nearly the same words"""
    count: Annotated[int, Meta(ge=1)]
    """How many findings of the rule and article have the passage"""


class Acceptance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding that was accepted, in the file of those."""

    fingerprint: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}:[1-9][0-9]*\Z")]
    rule: Annotated[str, Meta(pattern=r"^[A-Z]{3}[0-9]{3}\Z")]
    path: str
    reason: Annotated[str, Meta(min_length=1)]
    until: dt.date | None = None
    """The last day on which it holds"""


class Baselined(Struct, frozen=True):
    """What a scan tells of a baseline."""

    found: tuple[BaselineEntry, ...]
    """Entries of all findings, new and known"""
    kept: tuple[BaselineEntry, ...]
    """Entries of the baseline without the stale ones"""
    stale: tuple[BaselineEntry, ...]
    """Entries that cover no finding any more; `count` is how many are missing"""
    unseen: tuple[BaselineEntry, ...]
    """Entries, also in `kept`, of articles and rules that were not looked at"""


class Result(Struct, frozen=True, kw_only=True):
    """Everything a report may show, in its final order."""

    run: Run
    articles: Sequence[Article]
    """A tuple, or `rows.Accounts`"""
    findings: Sequence[Finding]
    """A tuple, or `rows.Findings`"""
    summary: Summary
    skipped: tuple[Skipped, ...] = ()
    matches: tuple[MatchRow, ...] = ()
    passages: tuple[PassageRow, ...] = ()
    clusters: tuple[MemberRow, ...] = ()
    baseline: Baselined | None = None


class Edit(Struct, frozen=True):
    """One piece of a word diff; `delete` stands only in a, `insert` only in b."""

    kind: Literal["equal", "replace", "delete", "insert"]
    a: str
    b: str


EditName = Literal["verbatim", "edited", "reordered", "reworded"]
EDITS: tuple[EditName, ...] = ("verbatim", "edited", "reordered", "reworded")
"""What was done to copied text, from nothing to everything; by `tables.EditKind`."""
MOVED = EDITS[2:]
"""Kinds of edit after which hardly a run of words is left."""
SUMMARY = "summary"
"""What was done to a whole article of which a passage tells the same in short."""


class AlignedPassage(Struct, frozen=True):
    """A passage that stands in both texts, with the word diff between its two forms."""

    a: Span
    b: Span
    words_a: int
    words_b: int
    similarity: float
    """Exact Jaccard similarity of the word shingles."""
    containment_a: float
    """Share of the shingles of a's span that stand in b's span."""
    containment_b: float
    edits: tuple[Edit, ...]
    skipped_a: int = 0
    """Words of a between this passage and the one in front of it."""
    skipped_b: int = 0
    edit: EditName | None = None
    """What was done to the text; None where it was compared at depth fast."""


class Comparison(Struct, frozen=True, kw_only=True):
    """Two articles side by side."""

    path_a: str
    path_b: str
    words_a: int
    words_b: int
    similarity: float
    """Exact Jaccard similarity of the whole articles."""
    containment_a: float
    containment_b: float
    passages: tuple[AlignedPassage, ...]
    """By their place in a."""
    rest_a: int = 0
    """Words of a behind its last passage."""
    rest_b: int = 0


class Copy(Struct, frozen=True):
    """Another place where the passage of a finding stands, beside the passage."""

    path: str
    date: str | None
    original: bool
    """The copy that came first."""
    passage: AlignedPassage
    """Side a is the finding's, side b the copy's."""


class Shown(Struct, frozen=True):
    """One finding with all of its text."""

    finding: Finding
    """Its excerpt is the whole passage."""
    copies: tuple[Copy, ...] = ()


class Nearest(Struct, frozen=True, kw_only=True):
    """The passage of another article that comes nearest to an explained one."""

    path: str
    span: Span
    similarity: float
    """Exact Jaccard similarity of the best pair of windows."""
    shared_shingles: int
    shingles: int
    """Shingles of the explained window."""
    words: int = 0
    """Words of that window, which begins in the block and may run on behind it."""
    run: str = ""
    """The longest run of words that both have."""
    run_words: int = 0
    found_by_bands: float
    """Chance that the bands propose a pair of this similarity."""
    limit: float


MissedLimit = Literal["evidence", "rare-stems", "order", "words", "words-of-both", "candidates"]
"""What a reworded passage lacks: the last is that too few pairs of stems stand close together, so
that the search does not look at the two places."""


class NearestReworded(Struct, frozen=True, kw_only=True):
    """The passage of another article that comes nearest to be a reworded one.

    Its evidence is ln((shared + 1) (chain + 1)).
    """

    path: str
    here: Span
    """The passage that is compared; it may begin before the explained block, and end behind it."""
    span: Span
    """The one in the other article."""
    words: int
    other_words: int
    edit: EditName
    runs: float
    """Share of the runs of three words of the shorter side that both sides have."""
    in_order: float
    """Share of the words with one place on either side that stand in the same order."""
    evidence: float
    shared: float
    """Shared stems; one that a side has several times counts by the reciprocal of that."""
    chain: float
    """Most of them whose first places are in the same order."""
    order: float
    """The chain by the root of the words of both sides."""
    rare_stems: int
    """Shared stems that are neither common nor names on both sides."""
    stems: tuple[str, ...]
    """The most informative of those, as words of the article."""
    evidence_limit: float
    rare_stems_limit: int
    order_limit: float
    words_limit: int
    """Of the shorter side."""
    both_words_limit: int
    """Of both sides together."""
    missed: tuple[MissedLimit, ...] = ()
    reported: str | None = None
    """The rule of the finding that tells of the two places, here or there."""


class ExplainedPassage(Struct, frozen=True, kw_only=True):
    """Why one block of an article was flagged, or was not."""

    span: Span
    block: str
    words: int
    excerpt: str
    filler: float | None
    filler_limit: float
    abstained: str | None
    """Why there is no score, when there is none."""
    signals: dict[str, float]
    phrases: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    nearest: Nearest | None
    originals: tuple[Finding, ...] = ()
    """Copied passages of which this is the original: the copies have findings, this has none."""
    excluded: int = 0
    """Words that are left out of matching."""
    reworded: NearestReworded | None = None
    """None at depth fast, too."""


class Explanation(Struct, frozen=True, kw_only=True):
    """The blocks of an article (or the one at a line) with their reasons."""

    path: str
    line: int | None
    compared_with: int
    """Number of other articles that were looked at."""
    passages: tuple[ExplainedPassage, ...]
    article_findings: tuple[Finding, ...] = ()
    min_words: int = 0
    """Words that a match must hold; whole blocks may be shorter."""
    min_similarity: float = 0
    """Similarity that a match must have."""
    short_words: int = 0
    """Words below which a match of two articles must have `short_similarity`."""
    short_similarity: float = 0
    depth: Literal["fast", "standard", "deep"] = "standard"
    """At depth fast nobody looks for reworded passages, below deep nobody for summaries."""
