"""The search for copied text against an exact one: edited copies of known similarity.

`generated.py` says how the copies are made; every similarity is known exactly. The scan is one at
`--depth fast`, which searches copied text only.

- `recall/J`: share of the copies of similarity J, to within .05, that one match joins which covers
  half of the copy and half of its source. Beside it stands the mean chance that the bands promise a
  pair of windows of that similarity. Windows have several sizes, some are edited less than the
  passage, and equal ones are joined without bands, so the promise may be exceeded; on the other
  side the program reports no match under 40 words whose similarity is below .6.
- `recall/exact`: share of all matches of that scan, planted or not, whose similarity is the exact
  one of the two spans, computed by `tests/naive.py` from the files and spans of the report. The
  numbers of list items are no words and are taken out before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from statistics import fmean

from benchmarks import corpora, generated, results
from benchmarks.figures import Figure, share, share_half
from dedupe.pipeline.analysis import BANDING
from tests import naive

_LIST_NUMBER = re.compile(r"^ *\d+[.)] ", re.MULTILINE)
DIGITS = 4
"""Of a similarity in the report."""


def recall_figures(*, reuse: bool = False) -> tuple[dict[str, Figure], str]:
    """Share of edited copies found by similarity, and of matches whose similarity is exact."""
    corpus = corpora.materialise("edited")
    outputs = results.scan(corpus.folder, corpus.name, depth="fast", reuse=reuse)
    matches = outputs.matches()
    joined: defaultdict[tuple[str, str], list[tuple[results.Range, results.Range]]]
    joined = defaultdict(list)
    for row in matches:
        a, b = corpus.id_of(row.a.path), corpus.id_of(row.b.path)
        joined[a, b].append((row.a, row.b))
        joined[b, a].append((row.b, row.a))
    found: defaultdict[float, list[bool]] = defaultdict(list)
    promised: defaultdict[float, list[float]] = defaultdict(list)
    for copy in corpus.table("copies", generated.EditedCopy):
        host = results.Range("", copy.start, copy.end)
        donor = results.Range("", copy.donor_start, copy.donor_end)
        pairs = joined[copy.host, copy.donor]
        hit = any(share_half(host, a) and share_half(donor, b) for a, b in pairs)
        found[copy.wanted].append(hit)
        promised[copy.wanted].append(BANDING.chance(copy.similarity))
    figures = {
        f"recall/{wanted:.1f}": share(
            sum(hits), len(hits), f"the bands promise {fmean(promised[wanted]):.4f}"
        )
        for wanted, hits in sorted(found.items())
    }
    exact = sum(_is_exact(corpus, row) for row in matches)
    figures["recall/exact"] = share(exact, len(matches))
    return figures, outputs.command


def _is_exact(corpus: corpora.Corpus, row: results.MatchRow) -> bool:
    a, b = (
        generated.shingles(_numberless(corpus.text(corpus.id_of(side.path)))[side.start : side.end])
        for side in (row.a, row.b)
    )
    return round(naive.jaccard(a, b), DIGITS) == row.similarity


def _numberless(text: str) -> str:
    return _LIST_NUMBER.sub(lambda match: " " * len(match[0]), text)
