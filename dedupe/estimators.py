"""The filler scorer for scikit-learn: passages in, hashed n-grams or probabilities out.

    from dedupe.estimators import FillerClassifier, HashedTfidf

    FillerClassifier().fit(passages, labels).predict_proba(others)
    make_pipeline(HashedTfidf(), LogisticRegression()).fit(passages, labels)

Words are cut, folded and hashed by the kernels of the scan, so that what is learned here is what
the scan would see. Every text is one passage: its lines are joined. Legend: n texts, B blocks, G
slots of the table of n-grams.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from dedupe.arrays import F64, I64
from dedupe.filler.scorer import BUILTIN, calibrated, load_model, raw_score, score_blocks
from dedupe.filler.training import Articles, Ngrams, masking_table, squared_idf
from dedupe.sources import text_batch
from dedupe.tokens import tokenise

Texts = Iterable[str]


class HashedTfidf(TransformerMixin, BaseEstimator):
    """TF-IDF of words and of pairs of neighbours, in the slots of the filler model.

    A text becomes a row of length 1: idf of the n-grams that it holds, whether once or often. Names
    (capitals inside a sentence), numbers and quotations are in no n-gram. The idf,
    `ln((1 + n) / (1 + df)) + 1`, is rounded as the model file stores it, so that a model trained on
    these features scores the same when the scan serves it. See Weinberger et al.: Feature Hashing
    for Large Scale Multitask Learning, ICML 2009, for what slots that several n-grams share do.

    mask: words that no n-gram may hold either, as the heads of the model see no closing cues.

    After `fit`: `idf_`, (G,), one of each slot.
    """

    def __init__(self, *, mask: Sequence[str] = ()) -> None:
        self.mask = mask

    def fit(self, X: Texts, y: object = None) -> Self:
        """Count in how many texts each n-gram stands. Raises TypeError for what is no text."""
        del y
        ngrams, passages = self._ngrams(X)
        self.idf_ = np.sqrt(squared_idf(((ngrams, passages.block),)).astype(np.float64))
        return self

    def transform(self, X: Texts) -> csr_matrix:
        """The rows (n, G) of some texts; of one without words, zeros."""
        check_is_fitted(self)
        ngrams, passages = self._ngrams(X)
        return passages.spread(ngrams.matrix(passages.block, self.idf_))

    def _ngrams(self, texts: Texts) -> tuple[Ngrams, _Passages]:
        passages = _Passages.of(texts)
        return Ngrams.of(passages.articles, masking_table(self.mask)), passages

    def __sklearn_tags__(self) -> Tags:
        return _of_text(super().__sklearn_tags__())


class FillerClassifier(ClassifierMixin, BaseEstimator):
    """How likely a passage is filler, from the signals of the filler model.

    The signals are z-values against paragraphs that people wrote: wording, information, novelty
    of the words, density of facts, specific words, and likeness to closing paragraphs. `fit`
    with labels weighs them by a logistic regression; without labels the probability is the
    score that the scan would give the passage if it were an article of its own.

    model: the shipped one (`builtin`), or the path of one that `dedupe train` wrote
    C: inverse strength of the regularisation
    class_weight: as in scikit-learn's `LogisticRegression`

    After `fit`: `classes_`, `model_`, the model that was loaded; and with labels `regression_`,
    over the signals in the order of `SIGNALS`. Without labels a text is filler from .5 on; the scan
    asks for more, `model_.limits`.
    """

    SIGNALS = ("generic", "information", "novelty", "facts", "specific", "closing")

    def __init__(
        self, *, model: str = BUILTIN, C: float = 1.0, class_weight: str | None = None
    ) -> None:
        self.model = model
        self.C = C
        self.class_weight = class_weight

    def fit(self, X: Texts, y: ArrayLike | None = None) -> Self:
        """Learn what the signals say about some labels; without any, take the shipped weights.

        Raises TypeError for what is no text, ValueError for labels of one class or another number
        of labels, ModelFileError for a file that is no model.
        """
        self.model_ = load_model(self.model)
        if y is None:
            self.regression_, self.classes_ = None, np.array([False, True])
            return self
        signals = self._signals(X)
        self.regression_ = LogisticRegression(
            C=self.C, class_weight=self.class_weight, max_iter=1000
        ).fit(signals, y)
        self.classes_ = self.regression_.classes_
        return self

    def signals(self, X: Texts) -> F64:
        """The signals (n, 6) of some texts; 0, the human mean, where there is no word to judge."""
        check_is_fitted(self)
        return self._signals(X)

    def _signals(self, X: Texts) -> F64:
        passages = _Passages.of(X)
        scores = score_blocks(passages.articles.batch, passages.articles.tokens, self.model_)
        columns = np.stack([getattr(scores, name)[passages.block] for name in self.SIGNALS], axis=1)
        found = np.zeros((passages.count, len(self.SIGNALS)))
        found[passages.text] = np.nan_to_num(columns)
        return found

    def predict_proba(self, X: Texts) -> F64:
        """Probability of every class (n, classes)."""
        signals = self.signals(X)
        if self.regression_ is not None:
            probability: F64 = self.regression_.predict_proba(signals)
            return probability
        raw = raw_score(*signals.T[:-1])  # but for the closing head
        score = calibrated(raw, self.model_)
        return np.stack([1 - score, score], axis=1)

    def decision_function(self, X: Texts) -> F64:
        """Log-odds (n,) of the second class, or those of every class (n, classes)."""
        probability = np.log(np.clip(self.predict_proba(X), 1e-300, None))
        if len(self.classes_) > 2:
            return probability
        odds: F64 = probability[:, 1] - probability[:, 0]
        return odds

    def predict(self, X: Texts) -> np.ndarray:
        """The most likely class (n,) of each text."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        chosen: np.ndarray = self.classes_[likeliest]
        return chosen

    def __sklearn_tags__(self) -> Tags:
        tags = _of_text(super().__sklearn_tags__())
        tags.target_tags.required = False
        return tags


@dataclass(frozen=True)
class _Passages:
    """Some texts as articles of one block each; those without a word have none."""

    articles: Articles
    block: I64
    """(B,) the blocks"""
    text: I64
    """(B,) the text of each"""
    count: int
    """Of the texts"""

    @classmethod
    def of(cls, texts: Texts) -> _Passages:
        """Tokenise texts, their lines joined.

        Raises TypeError for a string that stands alone, and for what is no text.
        """
        if isinstance(texts, str | bytes):
            raise TypeError("texts are expected, not one text")
        lines = [_line(text) for text in texts]
        batch = text_batch(lines)
        block = np.arange(len(batch.blocks.kind))
        group = np.zeros(len(lines), np.int64)
        return cls(
            Articles(batch, tokenise(batch), group), block,
            batch.blocks.article.astype(np.int64), len(lines),
        )  # fmt: skip

    def spread(self, rows: csr_matrix) -> csr_matrix:
        """The rows (B, G) of the blocks as rows (n, G) of the texts."""
        shape = self.count, len(self.block)
        placed: csr_matrix = csr_matrix((np.ones(len(self.block)), (self.text, self.block)), shape)
        return placed @ rows


def _line(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(f"texts are expected, not {type(text).__name__}")
    return " ".join(text.split())


def _of_text(tags: Tags) -> Tags:
    tags.input_tags.string = True
    tags.input_tags.two_d_array = False
    return tags
