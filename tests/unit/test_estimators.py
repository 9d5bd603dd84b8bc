"""The estimators: what scikit-learn asks of them, and parity with what the scan computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from dedupe.errors import ModelFileError
from dedupe.estimators import FillerClassifier, HashedTfidf
from dedupe.filler.modelfile import save
from dedupe.filler.scorer import load_model, score_blocks
from dedupe.filler.training import CLOSING_CUES
from dedupe.kernels import scoring
from dedupe.sources import text_batch
from dedupe.tokens import tokenise

EMPTY = """\
In today's ever-changing world, it is more important than ever to embrace the power of
meaningful connection and to recognise the many ways in which it continues to shape our lives.

Ultimately, the journey towards a brighter future remains a shared responsibility, and by
working together we can build lasting change that truly makes a difference for everyone.

This remarkable transformation serves as a powerful reminder that resilience, creativity and
thoughtful collaboration remain essential to navigating the complexities of modern life together,
one thoughtful step at a time.

As we continue to explore these possibilities, it becomes clear that a balanced and holistic
approach is crucial for unlocking the full potential of individuals and communities alike.
""".strip().split("\n\n")
FULL = """\
The ferry to Lundy was cancelled on Tuesday after the harbour master at Ilfracombe measured
waves of three metres at the pier; sixty day trippers were sent home with vouchers.

Mrs Okafor bought the mill in 1998 for 41,000 pounds, replaced the slate on the north side, and
sold it to the county in March when her knees would no longer carry her up the ladder.

Of the 212 nest boxes that the wardens opened in May, 87 held tits, nine held dormice and one
held a pocket watch, which has since been returned to a retired postman in Bude.

The council voted eleven to four to close the swimming bath, citing a leak that loses nine
thousand litres a night, and asked the engineer Pauline Webb for three quotes by October.
""".strip().split("\n\n")
TEXTS, LABELS = [*EMPTY, *FULL], [1, 1, 1, 1, 0, 0, 0, 0]


@pytest.mark.parametrize("estimator", [HashedTfidf(), FillerClassifier()])
@pytest.mark.filterwarnings("ignore:Can't test estimator")
def test_checks_of_scikit_learn(estimator: object) -> None:
    """Most draw numbers; as for its own text vectorisers, what is left is about parameters."""
    assert all(result["status"] == "passed" for result in check_estimator(estimator))


def test_pipeline_and_grid_search() -> None:
    """Parameters are found and set through clones, and folds are scored."""
    pipeline = make_pipeline(HashedTfidf(), LogisticRegression())
    grid = {"hashedtfidf__mask": [(), ("future",)], "logisticregression__C": [1.0, 10.0]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(TEXTS, LABELS)
    assert set(search.best_params_) == set(grid)
    search = GridSearchCV(FillerClassifier(), {"C": [0.1, 1.0]}, cv=2).fit(TEXTS, LABELS)
    assert search.best_score_ == 1.0
    predicted = cross_val_predict(FillerClassifier(), TEXTS, LABELS, cv=4, method="predict_proba")
    assert predicted.shape == (8, 2)


def test_shipped_weights_tell_filler_apart() -> None:
    """Without labels: every empty passage has a higher probability than every full one."""
    classifier = FillerClassifier().fit(TEXTS)
    probability = classifier.predict_proba(TEXTS)[:, 1]
    assert probability[:4].min() > 0.5 > probability[4:].max()
    assert classifier.predict(TEXTS).tolist() == [True] * 4 + [False] * 4
    assert (np.sign(classifier.decision_function(TEXTS)) == [1] * 4 + [-1] * 4).all()


def test_probability_is_the_score_of_the_scan() -> None:
    """Of a passage that is an article of its own."""
    batch = text_batch(TEXTS)
    score = score_blocks(batch, tokenise(batch), load_model()).score
    probability = FillerClassifier().fit(TEXTS).predict_proba(TEXTS)[:, 1]
    assert probability == pytest.approx(score, abs=1e-6)


def test_wording_is_that_of_the_served_model() -> None:
    """The features times the contributions of the table are the sums that the kernel computes."""
    model = load_model()
    tfidf = HashedTfidf(mask=CLOSING_CUES).fit(TEXTS)
    tfidf.idf_ = np.sqrt(((model.table >> 16) & 0x7F).astype(np.float64))
    contribution = (model.table & 0xFF).astype(np.float64) - scoring.BIAS
    idf = np.maximum(tfidf.idf_, 1e-9)
    wording = tfidf.transform(TEXTS) @ (contribution / idf)
    header = model.header
    value = (wording * header.wording_scale - header.wording.mean) / header.wording.deviation
    served = FillerClassifier().fit(TEXTS).signals(TEXTS)[:, 0]
    assert value == pytest.approx(served, abs=1e-4)


def test_what_was_fitted_stays(tmp_path: Path) -> None:
    """The model is loaded once: that its file is another one later makes no difference."""
    file = tmp_path / "own.npz"
    save(load_model(), file)
    fitted = FillerClassifier(model=str(file)).fit(TEXTS)
    before = fitted.predict_proba(TEXTS)
    file.unlink()
    assert np.array_equal(fitted.predict_proba(TEXTS), before)


def test_rows_have_length_one() -> None:
    """Binary, divided by their length; a text without words is a row of zeros."""
    rows = HashedTfidf().fit(TEXTS).transform([*TEXTS, "", "..."])
    assert rows.shape == (10, 1 << scoring.BITS)
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    assert lengths[:8] == pytest.approx(np.ones(8))
    assert lengths[8:].tolist() == [0.0, 0.0]


def test_mask_and_repetition() -> None:
    """Masked words are in no n-gram; to say a thing twice changes nothing."""
    words = "a quiet harbour and a noisy harbour"
    masked = HashedTfidf(mask=("harbour",)).fit([words])
    plain = HashedTfidf().fit([words])
    assert masked.transform([words]).nnz < plain.transform([words]).nnz
    once, twice = plain.transform(["quiet harbour", "quiet harbour quiet harbour"]).toarray()
    assert set(np.flatnonzero(once)) <= set(np.flatnonzero(twice))


def test_labels_keep_their_names() -> None:
    """Two classes or more, by any name."""
    names = np.array(["full", "empty"])[LABELS]
    classifier = FillerClassifier().fit(TEXTS, names)
    assert classifier.classes_.tolist() == ["empty", "full"]
    assert classifier.predict(TEXTS).tolist() == names.tolist()
    assert classifier.predict_proba(TEXTS).sum(axis=1) == pytest.approx(np.ones(8))
    three = FillerClassifier().fit(TEXTS, [0, 0, 1, 1, 2, 2, 2, 2])
    assert three.decision_function(TEXTS).shape == (8, 3)


def test_clones_are_not_fitted() -> None:
    """A clone has the parameters and nothing else."""
    copy = clone(FillerClassifier(C=3.0).fit(TEXTS, LABELS))
    assert copy.get_params() == {"C": 3.0, "class_weight": None, "model": "builtin"}
    with pytest.raises(NotFittedError):
        copy.predict(TEXTS)
    with pytest.raises(NotFittedError):
        HashedTfidf().transform(TEXTS)


@pytest.mark.parametrize("texts", ["one text", [b"bytes"], [1.5], [None]])
def test_what_is_no_text_is_refused(texts: list[str]) -> None:
    """By name of its type."""
    with pytest.raises(TypeError, match="texts are expected"):
        HashedTfidf().fit(texts)
    with pytest.raises(TypeError, match="texts are expected"):
        FillerClassifier().fit([*TEXTS]).predict(texts)


def test_bad_labels_and_models_are_refused(tmp_path: Path) -> None:
    """One class, another number of labels, a file that is no model."""
    with pytest.raises(ValueError, match="class"):
        FillerClassifier().fit(TEXTS, [1] * 8)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        FillerClassifier().fit(TEXTS, [1, 0])
    path = tmp_path / "model.npz"
    path.write_bytes(b"no model")
    with pytest.raises(ModelFileError):
        FillerClassifier(model=str(path)).fit(TEXTS)
