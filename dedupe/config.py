"""Every setting of a run, as frozen values with their defaults."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct

Depth = Literal["fast", "standard", "deep"]
SeverityName = Literal["note", "warning", "error"]
DateSource = Literal["metadata", "git"]
FillerPreset = Literal["strict", "default", "audit"]

DEFAULT_BASELINE = ".dedupe-baseline.json"
DEFAULT_ACCEPT_FILE = ".dedupe-accept.toml"
"""Where accepted findings stand; it is read wherever it exists."""
DEFAULT_INCLUDE = ("*.txt", "*.text", "*.md", "*.markdown")

DEFAULT_INDEX = ".dedupe/index"


class Sources(Struct, frozen=True, kw_only=True):
    """Which files are read, and how."""

    include: tuple[str, ...] = DEFAULT_INCLUDE
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    hidden: bool = False
    follow_symlinks: bool = False
    max_file_size: int | None = None
    """Bytes; None reads files of any size."""
    encoding: str = "auto"
    date_field: str = "date"
    """The key of the front matter that holds the date of an article"""
    date_source: DateSource = "metadata"
    """`git` takes the time of the commit that first added the file instead."""
    input_format: Literal["auto", "md", "txt"] = "auto"
    ignore_code: bool = True
    """Leave code out of Markdown altogether: its words are none of the article's."""
    txt_directives: bool = False
    """Read lines of plain text that begin with `# dedupe:` as directives, not as words."""
    allow_empty: bool = False
    strict: bool = False


class Matching(Struct, frozen=True, kw_only=True):
    """What counts as a copy."""

    depth: Depth = "standard"
    """`fast` looks for copied text only, `standard` for reworded text and templates too, `deep` for
    summaries as well."""
    min_words: int = 20
    """Words that the shorter side of a match must hold."""
    min_similarity: float = 0.4
    """Exact Jaccard similarity of word shingles from which a pair of passages is proven."""
    document_similarity: float = 0.7
    """Share of both articles that a match must cover to be DUP101."""
    inside_articles: bool = True
    """Report passages that an article repeats (DUP103)."""
    between: tuple[str, ...] = ()
    """Groups (folders): only pairs of articles from different groups are matched."""
    isolated_groups: tuple[tuple[str, ...], ...] = ()
    """Groups of folders: articles from different folders of a group are not compared."""
    ignore_quotes: bool = False
    """Leave out block quotes, and quotations of five words or more, attributed or not. Off: a match
    ends where left-out text begins, and a copied interview must not fall into shreds."""
    ignore_sections: tuple[str, ...] = ()
    """Titles of sections to leave out: a heading and all up to the next one of its level."""
    ignore_phrases: tuple[str, ...] = ()
    """Accepted phrases or paragraphs to leave out wherever they stand, compared by folded words."""


class Filler(Struct, frozen=True, kw_only=True):
    """The filler scorer."""

    model: str = "builtin"
    """The shipped model, or the path of one that `dedupe train` wrote."""
    threshold: FillerPreset | float = "default"
    """A preset, or a limit for the score in [0, 1]."""
    max_percent: float = 40.0
    """Share of filler words from which an article is FIL308."""


class PerFileIgnore(Struct, frozen=True):
    """Rules that do not speak in some files."""

    glob: str
    """A pattern as in .gitignore"""
    rules: tuple[str, ...]
    """Codes, names or prefixes"""
    folder: str = "."
    """Where the paths start that the pattern speaks of"""


class Rules(Struct, frozen=True, kw_only=True):
    """Which rules speak."""

    select: tuple[str, ...] = ()
    """Codes, names or prefixes; empty selects every rule."""
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[PerFileIgnore, ...] = ()
    min_severity: SeverityName = "note"
    severity: dict[str, SeverityName] = {}
    """Codes of rules that have another severity than their own."""


class Suppressions(Struct, frozen=True, kw_only=True):
    """What directives in the articles may do."""

    ignore_suppressions: bool = False
    """Nothing: all findings are new, and nothing is said about directives."""
    require_reason: bool = False
    """Report directives without a reason (SUP702)."""
    accept_file: str | None = None
    """Path of the file of accepted findings."""
    today: dt.date | None = None
    """The day on which `until` dates are judged; None for one on which none has passed."""


class Incoming(Struct, frozen=True, kw_only=True):
    """Which articles are checked, where they are not named."""

    staged: bool = False
    """Those that the next commit adds or changes, as it will hold them."""
    changed_since: str | None = None
    """Those that were added or changed since the current branch left this commit of git."""
    stdin_filename: str = "-"
    """What standard input is called."""


class Gate(Struct, frozen=True, kw_only=True):
    """What makes a run fail."""

    fail_on: Literal["never", "note", "warning", "error"] = "never"
    fail_on_stale: bool = False
    """Fail where the baseline has an entry that knows no finding any more."""
    max_new_findings: int | None = None
    max_duplicate_percent: float | None = None
    max_article_duplicate_percent: float | None = None
    max_filler_percent: float | None = None


class Output(Struct, frozen=True, kw_only=True):
    """How much of each finding is written."""

    max_matches: int = 10
    excerpt_words: int = 40
    all_members: bool = False
    """Report the original of a cluster too."""
    focus: tuple[str, ...] = ()
    """Report on these paths only; everything is still compared."""
    want_matches: bool = False
    want_passages: bool = False
    want_clusters: bool = False
    want_baseline: bool = False


class Config(Struct, frozen=True, kw_only=True):
    """All settings of one run."""

    sources: Sources = Sources()
    matching: Matching = Matching()
    filler: Filler = Filler()
    rules: Rules = Rules()
    gate: Gate = Gate()
    output: Output = Output()
    suppressions: Suppressions = Suppressions()
    incoming: Incoming = Incoming()
    baseline: str | None = None
    """Path of the file of known findings."""
    baseline_from_ref: str | None = None
    """The commit in which that file is read, instead of as it stands here."""
    index: str = DEFAULT_INDEX
    """Path of the index of accepted articles."""
    jobs: int = 0
    """Threads; 0 takes one per core."""
    memory_limit: int | None = None
    """Bytes that the process should hold at most; tables beyond go to temporary files. None means
    2 GB where the texts can be kept as well, else 3 GB, and 1.2 GB at depth `fast`."""
