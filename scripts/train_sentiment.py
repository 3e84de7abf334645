"""Train the weights of the sentiment models: `train_sentiment.py [th ko en] [--data DIR]`.

The same data give the same file. Needs what `requirements-train.lock` names (no part of the shop). What is learnt and
how it was measured stands in docs/sentiment.md; `make bench` measures the files that lie in the tree.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import sentiment as held_back  # noqa: E402  (found once the tree is on the path)
from surveys.rules.understanding import cutting, features, lexicon, weights  # noqa: E402

SEED = 7
BITS = {"ko": 20, "th": 18, "en": 18}
VERSIONS = {"ko": "1", "th": "1", "en": "2"}


class Table:
    """The features of many texts: one sparse matrix per block, each text of length one in each."""

    def __init__(self, language: str, texts: Sequence[str], *, least: int) -> None:
        mask = (1 << BITS[language]) - 1
        found: list[list[np.ndarray]] = []
        for text in texts:
            blocks = features.OF[language](features.normal(text), cutting.OF[language], mask)
            found.append([np.fromiter(block, dtype=np.int32, count=len(block)) for block in blocks])
        self.language, self.blocks, self.columns = language, [], []
        for place in range(len(found[0])):
            own = [np.sort(one[place]) for one in found]
            lengths = np.array([len(one) for one in own])
            values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
            matrix = sp.csr_matrix(
                (values, np.concatenate(own), np.concatenate([[0], np.cumsum(lengths)])),
                shape=(len(texts), mask + 1),
            )
            kept = np.flatnonzero(np.bincount(matrix.indices, minlength=mask + 1) >= least)
            self.blocks.append(matrix[:, kept])
            self.columns.append(kept)

    def joined(self, raised: Sequence[float], dense: np.ndarray | None = None) -> sp.csr_matrix:
        """All blocks side by side, each weighed by `raised`; `dense` numbers come first."""
        parts = [block * weight for block, weight in zip(self.blocks, raised, strict=True)]
        return sp.hstack([*([sp.csr_matrix(dense)] if dense is not None else []), *parts]).tocsr()

    def packed(self, learnt: np.ndarray, raised: Sequence[float]) -> tuple[list[bytes], list[float]]:
        """Learnt weights of the joined columns as a byte per bucket with a scale for each block."""
        parts, scales, start = [], [], 0
        for kept, weight in zip(self.columns, raised, strict=True):
            own = learnt[start : start + len(kept)] * weight
            start += len(kept)
            # The few largest would make all others coarse; they lose nothing by being cut a little.
            scale = max(float(np.quantile(np.abs(own), 0.9999)) / 127, 1e-9)
            whole = np.zeros(1 << BITS[self.language], dtype=np.int8)
            whole[kept] = np.clip(np.rint(own / scale), -127, 127).astype(np.int8)
            parts.append(whole.tobytes())
            scales.append(scale)
        return parts, scales


def divide(score: np.ndarray, label: np.ndarray, weight: np.ndarray) -> tuple[float, tuple[float, float]]:
    """The slope and the two marks by which a line of scores becomes the likeliest three feelings (-1, 0, 1)."""

    def lost(told: np.ndarray) -> float:
        slope, low, high = np.exp(told[0]), told[1], told[1] + np.exp(told[2])
        bad, good = 1 / (1 + np.exp(-slope * (low - score))), 1 / (1 + np.exp(-slope * (score - high)))
        share = np.where(label < 0, bad, np.where(label > 0, good, np.maximum(1 - bad - good, 1e-9)))
        return -float(np.sum(weight * np.log(np.maximum(share, 1e-9))))

    found = minimize(lost, np.array([0.0, -0.3, -0.5]), method="Nelder-Mead", options={"maxiter": 2000}).x
    low = float(found[1])
    return float(np.exp(found[0])), (low, low + float(np.exp(found[2])))


def divided_best(score: np.ndarray, label: np.ndarray) -> tuple[float, tuple[float, float]]:
    """The same, with the rare labels raised as far as gives the best weighted F1 of three: chosen on the scores of
    cross-validation, so that no text speaks on itself and what is held back has no say.
    """
    found = []
    for raised in (0.0, 0.25, 0.5, 0.75, 1.0):
        slope, marks = divide(score, label, even(label) ** raised)
        bad, good = 1 / (1 + np.exp(-slope * (marks[0] - score))), 1 / (1 + np.exp(-slope * (score - marks[1])))
        told = np.argmax(np.column_stack([bad, np.maximum(1 - bad - good, 0), good]), axis=1) - 1
        found.append((float(f1_score(label, told, average="weighted")), slope, marks))
        print(f"  rare labels raised by {raised}: weighted F1 {found[-1][0]:.3f} by cross-validation", flush=True)
    _best, slope, marks = max(found)
    return slope, marks


def even(label: np.ndarray) -> np.ndarray:
    """Weights under which each label counts the same."""
    counts = {one: (label == one).sum() for one in np.unique(label)}
    return np.array([len(label) / len(counts) / counts[one] for one in label])


def save(language: str, *, columns: list[list[bytes]], **head: Any) -> None:
    path = weights.FOLDER / f"{language}.weights"
    told = {
        "language": language,
        "version": VERSIONS[language],
        "bits": BITS[language],
        "blocks": len(columns[0]),
        "dense": [],
        "words": {},
        "marks": [0.0, 0.0],
        "meanings": [],
        "classes": [],
        **head,
    }
    weights.write(path, told, columns)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes", flush=True)


def korean(data: Path) -> None:
    """Two classes by a line; the middle ratings say where neither begins."""
    rows = [row for row in held_back.korean_rows(data) if row.part != held_back.TEST]
    table = Table("ko", [row.text for row in rows], least=2)
    rating = np.array([row.rating for row in rows])
    label = np.where(rating <= 4, -1, np.where(rating >= 9, 1, 0))
    fits = np.array([row.part == held_back.TRAIN for row in rows])
    raised = (1.0, 1.0)
    whole = table.joined(raised)
    chosen = fits & (label != 0)
    model = SGDClassifier(
        loss="log_loss", alpha=1e-6, max_iter=10, tol=None, class_weight="balanced", average=True, random_state=SEED
    ).fit(whole[chosen], label[chosen])
    score = whole @ model.coef_[0] + model.intercept_[0]
    rest = ~fits
    two = rest & (label != 0)
    print("ko, chosen on a part of train:", np.mean((score[two] > 0) == (label[two] > 0)), flush=True)
    slope, marks = divide(score[rest], label[rest], even(label[rest]))
    parts, scales = table.packed(model.coef_[0], raised)
    save("ko", columns=[parts], scales=[scales], bias=[float(model.intercept_[0])], slope=slope, marks=list(marks))


def thai(data: Path) -> None:
    """Four classes; a question is neutral."""
    rows = held_back.thai_rows(data, held_back.TRAIN)
    table = Table("th", [row.text for row in rows], least=2)
    label = np.array([row.label for row in rows])
    raised = (1.0, 1.0)
    whole = table.joined(raised)
    rest = np.array([held_back.draw(row.text) == 0 for row in rows])
    meanings = {"neg": "negative", "neu": "neutral", "pos": "positive", "q": "neutral"}
    best = (0.0, 0.0)
    for strength in (2.0, 4.0, 8.0):
        model = LogisticRegression(C=strength, max_iter=300).fit(whole[~rest], label[~rest])
        right = float(np.mean(model.predict(whole[rest]) == label[rest]))
        print("th, chosen on a part of train:", strength, right, flush=True)
        best = max(best, (right, strength))
    model = LogisticRegression(C=best[1], max_iter=300).fit(whole, label)
    packed = [table.packed(one, raised) for one in model.coef_]
    save(
        "th",
        columns=[parts for parts, _scales in packed],
        scales=[scales for _parts, scales in packed],
        bias=[float(one) for one in model.intercept_],
        slope=1.0,
        meanings=[meanings[one] for one in model.classes_],
        classes=[str(one) for one in model.classes_],
    )


def english(data: Path) -> None:
    """A line through the mean ratings, with the lexicon that vaderSentiment ships; its marks by cross-validation."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415  (needed here alone)

    words = {word: round(value, 1) for word, value in SentimentIntensityAnalyzer().lexicon.items()}
    rows = [row for row in held_back.english_rows(data) if row.part == held_back.TRAIN]
    table = Table("en", [row.text for row in rows], least=1)
    dense = np.array([lexicon.weigh(features.english_words(features.normal(row.text)), words) for row in rows])
    mean = np.array([row.rating for row in rows])
    label = np.where(mean > held_back.BAND, 1, np.where(mean < -held_back.BAND, -1, 0))
    are_reviews = np.array([row.is_review for row in rows])
    groups = np.array([row.group for row in rows])
    raised, strong = (9.0, 9.0), 3.0
    whole = table.joined(raised, dense * strong)
    weight = np.where(are_reviews, 1.0, 0.7)

    def fitted(chosen: np.ndarray) -> Ridge:
        return Ridge(alpha=1.0, solver="sparse_cg").fit(whole[chosen], mean[chosen], sample_weight=weight[chosen])

    score = np.zeros(len(rows))
    for learns, sees in GroupKFold(5).split(whole, label, groups):
        score[sees] = fitted(learns).predict(whole[sees])
    print("en, by cross-validation on train, r:", np.corrcoef(score[are_reviews], mean[are_reviews])[0, 1], flush=True)
    slope, marks = divided_best(score[are_reviews], label[are_reviews])
    model = fitted(np.arange(len(rows)))
    count = dense.shape[1]
    parts, scales = table.packed(model.coef_[count:], raised)
    save(
        "en",
        columns=[parts],
        scales=[scales],
        bias=[float(model.intercept_)],
        dense=[float(one) * strong for one in model.coef_[:count]],
        words=words,
        slope=slope,
        marks=list(marks),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the sentiment models.")
    parser.add_argument("languages", nargs="*", default=["en", "th", "ko"], choices=["en", "th", "ko"])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    asked = parser.parse_args()
    for language in asked.languages:
        begun = time.monotonic()
        {"ko": korean, "th": thai, "en": english}[language](asked.data)
        print(f"{language}: {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
