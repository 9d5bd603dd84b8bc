"""A hand-made result: copies, filler, notes on a file, a cluster of three, a skipped file."""

from __future__ import annotations

from typing import Literal

import msgspec

from dedupe.model import (
    RULES,
    AlignedPassage,
    Article,
    Cluster,
    Comparison,
    Copy,
    Edit,
    Evidence,
    ExplainedPassage,
    Explanation,
    Finding,
    Gate,
    Match,
    MatchRow,
    MemberRow,
    Nearest,
    NearestReworded,
    PassageRow,
    Position,
    Result,
    Run,
    Shown,
    Skipped,
    Span,
    Summary,
    TextRange,
)


def span(line: int, offset: int, length: int, *, last_line: int | None = None) -> Span:
    """A span that begins in column 1."""
    end = Position(last_line or line, length + 1, offset + length)
    return Span(Position(line, 1, offset), end)


def edit(excerpt: str, word: str, other: str | None, offset: int) -> Evidence:
    """The word edit at the place of `word` in an excerpt that begins at `offset`."""
    start = excerpt.index(word) + offset
    return Evidence("edit", word, other, start=start, end=start + len(word))


def match(path: str, line: int, similarity: float, date: str | None = None) -> Match:
    """A match in another article of the scan."""
    return Match(path, "scan", similarity, span(line, 100, 250), date)


def finding(
    rule: str,
    path: str,
    place: Span,
    excerpt: str,
    *,
    message: str,
    words: int,
    similarity: float | None = None,
    score: float | None = None,
    evidence: tuple[Evidence, ...] = (),
    cluster: Cluster | None = None,
    matches: tuple[Match, ...] = (),
    matches_total: int = 0,
    also: tuple[str, ...] = (),
    status: Literal["new", "baselined", "suppressed"] = "new",
) -> Finding:
    """A finding with the name and severity of its rule and a fingerprint made of its place."""
    return Finding(
        rule=rule,
        name=RULES[rule].name,
        severity=RULES[rule].severity,
        status=status,
        fingerprint=f"{rule.lower()}{place.start.offset:010x}:1",
        path=path,
        span=place,
        words=words,
        similarity=similarity,
        score=score,
        excerpt=excerpt,
        evidence=evidence,
        cluster=cluster,
        matches=matches,
        matches_total=matches_total,
        also=also,
        message=message,
    )


OVEN = (
    "The oven of the old bakery in Brennholm was lit again on Friday, after eleven years.\n"
    "Its bricks come from the quarry at Lindvik, and the baker, Ilse Torvald, fired them twice\n"
    "before the first loaf went in."
)
FILLER = (
    "When it comes to bread, there is no doubt that "
    "quality plays a crucial role in our daily lives."
)
SPUN = "By Sunday the kiln had cooled, and no plate of the forty that Torvald put in was cracked."

ORIGINAL = "articles/bakery.md"
CLUSTER = Cluster("c-4be1c07d", 3, ORIGINAL)


def findings() -> tuple[Finding, ...]:
    """In the order of the contract: path, line, column, rule."""
    return (
        finding(
            "DUP102",
            "incoming/bread.md",
            span(3, 40, 300, last_line=6),
            OVEN,
            message=f"94% of this passage (52 words) also appears in {ORIGINAL}:9 and 3 other "
            "articles.",
            words=52,
            similarity=0.9412,
            evidence=(
                edit(OVEN, "Friday", "Saturday", 40),
                edit(OVEN, "quarry at Lindvik", "brickworks", 40),
                Evidence("edit", "", "at last", start=60, end=60),
            ),
            cluster=CLUSTER,
            matches=(
                match(ORIGINAL, 9, 0.9412, "2024-03-02"),
                match("articles/ovens-of-the-north.md", 14, 0.9),
            ),
            matches_total=4,
            also=("FIL303",),
        ),
        finding(
            "FIL303",
            "incoming/bread.md",
            span(8, 400, len(FILLER)),
            FILLER,
            message="score 0.81 (limit 0.65), 19 words",
            words=19,
            score=0.8123,
            evidence=(
                Evidence("phrase", "plays a crucial role", weight=1.9312, start=455, end=475),
                Evidence("phrase", "when it comes to", weight=1.25),
                Evidence("signal", "novelty", weight=0.04),
                Evidence("fact", "no number, name or link"),
            ),
        ),
        finding(
            "FIL308",
            "incoming/bread.md",
            span(1, 0, 0),
            "",
            message="48% of 120 words are filler (limit 40%)",
            words=120,
            score=0.48,
        ),
        finding(
            "DUP104",
            "incoming/cake.md",
            span(5, 350, len(SPUN)),
            SPUN,
            message="This passage (40 words) stands in other words in articles/kilns.md:5 and 1 "
            "other place.",
            words=40,
            similarity=0.0132,
            evidence=(
                Evidence(
                    "fact",
                    "reordered: 9% of three-word runs shared, 37% of common words in the same "
                    "order",
                ),
                Evidence("signal", "evidence of shared stems", weight=7.6412),
            ),
            cluster=Cluster("c-77aa01e2", 3, "articles/kilns.md"),
            matches=(
                match("articles/kilns.md", 5, 0.0132, "2024-01-15"),
                match("articles/ovens-of-the-north.md", 30, 0.0),
            ),
            matches_total=2,
        ),
        finding(
            "TPL205",
            "incoming/cake.md",
            span(12, 900, 5),
            "TAGS:",
            message="`TAGS:` has nothing behind it",
            words=1,
            evidence=(Evidence("cue", "TAGS:"),),
        ),
    )


def result() -> Result:
    """The whole sample."""
    return Result(
        run=Run(
            version="0.1.0",
            command="scan",
            model="builtin:en-1",
            settings={"matching.min-words": 12, "output.fail-on": "error", "between": ["a", "b"]},
        ),
        articles=(
            Article(ORIGINAL, 300, 0, 0, 0, 0, 300),
            Article("incoming/bread.md", 120, 52, 0, 58, 0, 10),
            Article("incoming/cake.md", 640, 40, 1, 0, 20, 579),
        ),
        findings=findings(),
        summary=Summary(
            articles=3,
            words=1060,
            duplicate_words=92,
            template_words=1,
            filler_words=58,
            excluded_words=20,
            unique_words=889,
            findings={"new": 5, "baselined": 0, "suppressed": 0},
            severities={"error": 1, "warning": 4, "note": 0},
            skipped=2,
            gate=Gate(True, ("fail-on",)),
        ),
        skipped=(
            Skipped("incoming/photo.md", "holds NUL bytes, so it is not a text"),
            Skipped("incoming/draft.md", "excluded by drafts/", True),
        ),
        matches=(
            MatchRow(
                "DUP102",
                0.9412,
                0.97,
                TextRange("incoming/bread.md", 40, 340),
                TextRange(ORIGINAL, 100, 350),
            ),
        ),
        clusters=(
            MemberRow("c-4be1c07d", None, ORIGINAL, "original", True, ORIGINAL, 1.0, 50, 100, 350),
            MemberRow(
                "c-4be1c07d",
                None,
                "incoming/bread.md",
                "duplicate",
                False,
                ORIGINAL,
                0.9412,
                52,
                40,
                340,
            ),
            MemberRow("c-4be1c07d", None, "zz.md", "duplicate", False, ORIGINAL, None, 31, 0, 180),
        ),
        passages=(
            PassageRow(
                "incoming/bread.md",
                400,
                495,
                "paragraph",
                19,
                0.8123,
                {"closing": 0.1, "generality": 0.87, "novelty": 0.04},
                ("FIL303",),
            ),
            PassageRow("incoming/cake.md", 900, 905, "paragraph", 1, None, {}, ("TPL205",)),
        ),
    )


def comparison() -> Comparison:
    """Two articles with two passages in common, one of them in other words."""
    return Comparison(
        path_a="incoming/bread.md",
        path_b=ORIGINAL,
        words_a=120,
        words_b=300,
        similarity=0.21,
        containment_a=0.43,
        containment_b=0.17,
        rest_a=26,
        passages=(
            AlignedPassage(
                span(3, 40, 300, last_line=6),
                span(9, 100, 250),
                52,
                51,
                0.9412,
                0.97,
                0.98,
                (
                    Edit(
                        "equal",
                        "The oven of the old bakery was lit again on ",
                        "The oven of the old bakery was lit again on ",
                    ),
                    Edit("replace", "Friday, ", "Saturday, "),
                    Edit(
                        "equal",
                        "after eleven years. Its bricks come from ",
                        "after eleven years. Its bricks come from ",
                    ),
                    Edit("delete", "the quarry at ", ""),
                    Edit("equal", "Lindvik, ", "Lindvik, "),
                    Edit("insert", "", "a village upstream, "),
                    Edit("equal", "and were fired twice.", "and were fired twice."),
                ),
                skipped_b=249,
                edit="edited",
            ),
            AlignedPassage(
                span(8, 400, 90),
                span(12, 700, 85),
                12,
                11,
                0.0,
                0.0,
                0.0,
                (
                    Edit("replace", "By Sunday ", "The kiln "),
                    Edit("equal", "had cooled ", "had cooled "),
                    Edit("replace", "the kiln.", "by Sunday."),
                ),
                skipped_a=30,
                edit="reordered",
            ),
        ),
    )


def shown() -> Shown:
    """The copied passage of the sample beside two of its copies."""
    passage = comparison().passages[0]
    second = (
        Edit("equal", "The oven of the old bakery ", "The oven of the old bakery "),
        Edit("delete", "was lit again", ""),
    )
    return Shown(
        findings()[0],
        (
            Copy(ORIGINAL, "2024-03-02", original=True, passage=passage),
            Copy(
                "articles/ovens-of-the-north.md",
                None,
                original=False,
                passage=msgspec.structs.replace(passage, similarity=0.9, edits=second),
            ),
        ),
    )


def explanation() -> Explanation:
    """A flagged block, and one that comes near to a copy."""
    return Explanation(
        path="incoming/bread.md",
        line=None,
        compared_with=2,
        passages=(
            ExplainedPassage(
                span=span(8, 400, len(FILLER)),
                block="paragraph",
                words=19,
                excerpt=FILLER,
                filler=0.8123,
                filler_limit=0.65,
                abstained=None,
                signals={"closing": 0.1, "generality": 0.87, "novelty": 0.04},
                phrases=(Evidence("phrase", "plays a crucial role", weight=1.9312),),
                findings=(findings()[1],),
                nearest=None,
            ),
            ExplainedPassage(
                span=span(11, 600, 42),
                block="list_item",
                words=7,
                excerpt="Flour from Lindvik costs 2.10 a kilo now.",
                filler=None,
                filler_limit=0.65,
                abstained="fewer than 25 words",
                signals={},
                phrases=(),
                findings=(),
                originals=(findings()[0],),
                excluded=5,
                nearest=Nearest(
                    path=ORIGINAL,
                    span=span(21, 900, 60),
                    similarity=0.3333,
                    shared_shingles=4,
                    shingles=9,
                    words=13,
                    run="costs 2.10 a kilo now",
                    run_words=6,
                    found_by_bands=0.61,
                    limit=0.5,
                ),
                reworded=NearestReworded(
                    path="articles/kilns.md",
                    here=span(10, 560, 200, last_line=11),
                    span=span(5, 100, 190, last_line=7),
                    words=31,
                    other_words=29,
                    edit="reworded",
                    runs=0.0312,
                    in_order=0.8,
                    evidence=4.3373,
                    shared=16.0,
                    chain=3.5,
                    order=0.4518,
                    rare_stems=5,
                    stems=("Lindvik", "kilo", "flour"),
                    evidence_limit=4.9,
                    rare_stems_limit=6,
                    order_limit=0.6667,
                    words_limit=20,
                    both_words_limit=68,
                    missed=("evidence", "rare-stems", "order", "words-of-both"),
                ),
            ),
        ),
        article_findings=(findings()[2],),
        min_words=20,
        min_similarity=0.4,
        short_words=40,
        short_similarity=0.6,
    )
