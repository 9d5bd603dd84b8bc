"""Texts that are made for one measurement: edited copies, and families of one passage.

Both take their words from essays of the data sets, and are the same for the same essays.

An *edited copy* is a run of whole sentences of one paragraph, `PASSAGE` words, in which one word
after the other is replaced by a word of another essay until the exact Jaccard similarity of the
5-word shingles of both is within `WIDTH` of the one wanted; runs that jump over it are drawn again.
It is set between two blocks of an essay with another prompt, as a paragraph of its own. Essays give
or take, never both; no two copies share a word of their source.

A *family* is one passage of 60 words that stands, each time with 2 % of its words replaced, in
every fourth of so many articles of 18 sentences. All words are drawn independently by their
frequency in the essays, so that nothing but the passage recurs.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import msgspec

from benchmarks import planting
from tests import naive

SEED = 20261129
SIMILARITIES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
PER_SIMILARITY = 200
WIDTH = 0.05
PASSAGE = range(55, 66)
FAMILY_WORDS, FAMILY_EDITS = 60, 0.02
ONE_IN = 4
"""Articles of which one is a member of the family."""
PARAGRAPHS, SENTENCES = 6, 3
"""Paragraphs of a made article, and sentences of each."""


class EditedCopy(msgspec.Struct):
    """One edited copy, code points, end exclusive."""

    wanted: float
    similarity: float
    """Exact."""
    host: str
    start: int
    end: int
    donor: str
    donor_start: int
    donor_end: int


class Member(msgspec.Struct):
    """An article that holds the passage of a family."""

    id: str


def shingles(text: str) -> set[naive.Shingle]:
    """5-word shingles of a text, by the oracle of the tests."""
    return naive.shingles([word.folded for word in naive.split_words(text)[0]], 5)


def edited_copies(
    texts: Mapping[str, str], prompts: Mapping[str, int]
) -> tuple[dict[str, str], list[EditedCopy]]:
    """The texts with the copies of every similarity, and where those are.

    Args:
        texts: articles by id.
        prompts: what each was written about, by id.
    """
    rng = random.Random(SEED)
    names = sorted(texts)
    rng.shuffle(names)
    donors, hosts = names[: len(names) // 2], names[len(names) // 2 :]
    words = sorted({word for name in hosts for word in re.findall(r"\b[a-z]{4,9}\b", texts[name])})
    runs = [(name, *run) for name in donors for run in _runs(texts[name])]
    rng.shuffle(runs)
    made, result = iter(runs), dict(texts)
    copies: list[EditedCopy] = []
    taken: Counter[str] = Counter()
    for wanted in SIMILARITIES * PER_SIMILARITY:
        for donor, start, end in made:
            free = [host for host in rng.sample(hosts, 50) if taken[host] < 2]
            host = next((host for host in free if prompts[host] != prompts[donor]), None)
            edited = _edited(texts[donor][start:end], wanted, words, rng)
            if host and edited:
                text, similarity = edited
                result[host], at = _inserted(result[host], text, rng)
                for other in copies:
                    if other.host == host and other.start >= at:
                        other.start += len(text) + 2
                        other.end += len(text) + 2
                taken[host] += 1
                where = (host, at, at + len(text), donor, start, end)
                copies.append(EditedCopy(wanted, similarity, *where))
                break
        else:
            raise ValueError(
                f"only {len(copies)} copies; need {len(SIMILARITIES) * PER_SIMILARITY}"
            )
    return result, copies


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Runs of sentences of one paragraph that have the wanted length, none in two."""
    first: planting.Sentence | None = None
    for sentence in planting.split_sentences(text):
        if not sentence.prose or first is None or sentence.block != first.block:
            first = sentence if sentence.prose else None
        if first is None:
            continue
        count = len(re.findall(r"\w+", text[first.start : sentence.end]))
        if count in PASSAGE:
            yield first.start, sentence.end
        if count >= PASSAGE.start:
            first = None


def _edited(
    text: str, wanted: float, others: Sequence[str], rng: random.Random
) -> tuple[str, float] | None:
    """The text edited to the wanted similarity, and which it has; None where that fails."""
    if wanted == 1.0:
        return text, 1.0
    words = naive.split_words(text)[0]
    source = [word.folded for word in words]
    for _ in range(40):
        folded, chosen = list(source), {}
        for at in rng.sample(range(len(words)), len(words)):
            chosen[at] = rng.choice(others)
            folded[at] = chosen[at].encode()
            similarity = naive.jaccard(naive.shingles(source, 5), naive.shingles(folded, 5))
            if similarity < wanted + WIDTH:
                break
        if similarity >= wanted - WIDTH:
            return _replaced(text, {words[at]: other for at, other in chosen.items()}), similarity
    return None


def _replaced(text: str, words: Mapping[naive.Word, str]) -> str:
    made, done = [], 0
    for word in sorted(words, key=lambda word: word.start):
        made += [text[done : word.start], words[word]]
        done = word.end
    return "".join([*made, text[done:]])


def _inserted(text: str, paragraph: str, rng: random.Random) -> tuple[str, int]:
    """The text with a paragraph between two of its blocks, and where that begins."""
    gaps = [gap.end() for gap in re.finditer(r"\n\n(?=\S)", text)]
    at = rng.choice(gaps or [0])
    return f"{text[:at]}{paragraph}\n\n{text[at:]}", at


def family(essays: Sequence[str], articles: int) -> Iterator[tuple[str, bool]]:
    """So many articles, and whether each is a member of the family."""
    rng = random.Random(SEED)
    counts = Counter(word for text in essays for word in re.findall(r"\b[a-z]+\b", text))
    words = sorted(counts)
    weights = list(accumulate(counts[word] for word in words))

    def drawn(count: int) -> list[str]:
        return rng.choices(words, cum_weights=weights, k=count)

    passage = drawn(FAMILY_WORDS)
    for number in range(articles):
        paragraphs = [
            " ".join(_said(drawn(rng.randint(8, 18))) for _ in range(SENTENCES))
            for _ in range(PARAGRAPHS)
        ]
        member = number % ONE_IN == 0
        if member:
            edited = [drawn(1)[0] if rng.random() < FAMILY_EDITS else word for word in passage]
            sentences = (_said(edited[at : at + 15]) for at in range(0, FAMILY_WORDS, 15))
            paragraphs.insert(rng.randrange(PARAGRAPHS + 1), " ".join(sentences))
        yield "\n\n".join(paragraphs) + "\n", member


def _said(words: Sequence[str]) -> str:
    return f"{' '.join(words).capitalize()}."
