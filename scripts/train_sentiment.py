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
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, StratifiedKFold

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import sentiment as held_back  # noqa: E402  (found once the tree is on the path)
from bench import shop, shop_words  # noqa: E402
from surveys.rules.understanding import cutting, features, lexicon, weights  # noqa: E402

SEED = 7
BITS = {"ko": 20, "th": 20, "en": 18}
VERSIONS = {"ko": "2", "th": "2", "en": "3"}
FOLDS = 3
SMALL = 4
COST = {"ko": 0.003, "th": 0.001, "en": 0.006}
"""What a corpus may lose, of one, for the sentences of shops to be read better: the farther it lies above its bound by
cross-validation, the more.
"""


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

    def packed(self, learnt: np.ndarray, raised: Sequence[float], *, least: int = 0) -> tuple[list[bytes], list[float]]:
        """Learnt weights of the joined columns as a byte per bucket with a scale for each block. Bytes under `least`
        are left out: together they say next to nothing and make a file large.
        """
        parts, scales, start = [], [], 0
        for kept, weight in zip(self.columns, raised, strict=True):
            own = learnt[start : start + len(kept)] * weight
            start += len(kept)
            # The few largest would make all others coarse; they lose nothing by being cut a little.
            scale = max(float(np.quantile(np.abs(own), 0.9999)) / 127, 1e-9)
            whole = np.zeros(1 << BITS[self.language], dtype=np.int8)
            told = np.clip(np.rint(own / scale), -127, 127).astype(np.int8)
            whole[kept] = np.where(np.abs(told) < least, 0, told)
            parts.append(whole.tobytes())
            scales.append(scale)
        return parts, scales


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
        "middle": 0.0,
        "meanings": [],
        "classes": [],
        **head,
    }
    weights.write(path, told, columns)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes", flush=True)


class Shop:
    """The sentences of shops beside a corpus: their table's rows follow those of the corpus."""

    def __init__(self, language: str) -> None:
        rows = shop.learnt(language)
        self.texts = [row.text for row in rows]
        self.label = np.array([shop.FEELINGS.index(row.feeling) - 1 for row in rows])
        self.line = np.array([row.line for row in rows])
        # Each feeling counts the same, however many sentences of it were written.
        self.even = even(self.label)

    def folds(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Which learn and which are seen, in as many parts as the corpora; the variants of a line stay together."""
        places = np.arange(len(self.texts))
        return [
            (places[learns], places[sees])
            for learns, sees in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(
                places, self.label, self.line
            )
        ]


def chosen_of(language: str, tried: Sequence[tuple[float, float, Any]]) -> Any:
    """Of (right of the corpus, right of the shops, the choice) the one that is best for shops among those that cost
    the corpus at most what it may lose.
    """
    for corpus, ours, choice in tried:
        print(f"  {language}, {choice}: corpus {corpus:.4f}, shops {ours:.4f} by cross-validation", flush=True)
    most = max(corpus for corpus, _ours, _choice in tried)
    return max((one for one in tried if one[0] >= most - COST[language]), key=lambda one: one[1])[2]


def korean(data: Path) -> None:
    """Bad or good by a line, learnt from films and shops; whether anything is felt from shops and middle ratings."""
    rows = [row for row in held_back.korean_rows(data) if row.part != held_back.TEST]
    ours = Shop("ko")
    table = Table("ko", [*(row.text for row in rows), *ours.texts], least=2)
    rating = np.array([row.rating for row in rows])
    label = np.where(rating <= 4, -1, np.where(rating >= 9, 1, 0))
    fits = np.array([row.part == held_back.TRAIN for row in rows])
    raised = (1.0, 1.0)
    whole = table.joined(raised)
    films, shops = whole[: len(rows)], whole[len(rows) :]
    learns, two = np.flatnonzero(fits & (label != 0)), np.flatnonzero(~fits & (label != 0))
    # Middle ratings say little of what a shop calls neutral: a few of them, with as many clear ones.
    drawn = np.random.default_rng(SEED)
    middle = np.concatenate(
        [drawn.choice(np.flatnonzero(fits & (label == one)), 8000, replace=False) for one in (-1, 0, 1)]
    )

    def line_of(learnt: np.ndarray, weight: float) -> tuple[np.ndarray, float]:
        clear = learnt[ours.label[learnt] != 0]
        model = SGDClassifier(loss="log_loss", alpha=1e-6, max_iter=10, tol=None, average=True, random_state=SEED)
        model.fit(
            sp.vstack([films[learns], shops[clear]]).tocsr(),
            np.concatenate([label[learns], ours.label[clear]]),
            sample_weight=np.concatenate([even(label[learns]), weight * even(ours.label[clear])]),
        )
        return model.coef_[0], float(model.intercept_[0])

    def calm_of(learnt: np.ndarray) -> tuple[np.ndarray, float]:
        model = LogisticRegression(C=2.0, max_iter=200).fit(
            sp.vstack([films[middle], shops[learnt]]).tocsr(),
            np.concatenate([label[middle] == 0, ours.label[learnt] == 0]),
            sample_weight=np.concatenate([np.full(len(middle), 0.2), 2 * even(ours.label[learnt] == 0)]),
        )
        return model.coef_[0], float(model.intercept_[0])

    tried = []
    for weight in (3.0, 8.0):
        score, calm, right = np.zeros(len(ours.texts)), np.zeros(len(ours.texts)), []
        for learnt, sees in ours.folds():
            line, bias = line_of(learnt, weight)
            score[sees], film = shops[sees] @ line + bias, films[two] @ line + bias
            right.append(float(np.mean((film > 0) == (label[two] > 0))))
            line, bias = calm_of(learnt)
            calm[sees] = shops[sees] @ line + bias
        clear = ours.label != 0
        slopes = LogisticRegression(C=1e6).fit(
            np.concatenate([film, score[clear]])[:, None],
            np.concatenate([label[two], ours.label[clear]]),
            sample_weight=np.concatenate([even(label[two]) / len(two), even(ours.label[clear]) / clear.sum()]),
        )
        slope, halfway = float(slopes.coef_[0][0]), -float(slopes.intercept_[0] / slopes.coef_[0][0])
        good, still = 1 / (1 + np.exp(-slope * (score - halfway))), 1 / (1 + np.exp(-calm))
        told = np.argmax(np.column_stack([(1 - still) * (1 - good), still, (1 - still) * good]), axis=1) - 1
        print("  ko, bad or good of shops:", np.mean((good > 0.5)[clear] == (ours.label > 0)[clear]), flush=True)
        tried.append((float(np.mean(right)), float(np.mean(told == ours.label)), (weight, slope, halfway)))
    weight, slope, halfway = chosen_of("ko", tried)
    everything = np.arange(len(ours.texts))
    calm, bias = calm_of(everything)
    found = [line_of(everything, weight), (calm, bias)]
    packed = [table.packed(one, raised, least=least) for (one, _bias), least in zip(found, (0, SMALL), strict=True)]
    save(
        "ko",
        columns=[parts for parts, _scales in packed],
        scales=[scales for _parts, scales in packed],
        bias=[bias for _line, bias in found],
        slope=slope,
        middle=halfway,
    )


def thai(data: Path) -> None:
    """Four classes; a question is neutral."""
    rows = held_back.thai_rows(data, held_back.TRAIN)
    ours = Shop("th")
    table = Table("th", [*(row.text for row in rows), *ours.texts], least=3)
    names = np.array(["neg", "neu", "pos"])[ours.label + 1]
    label = np.array([row.label for row in rows])
    raised = (1.0, 1.0, 1.0)
    whole = table.joined(raised)
    posts, shops = whole[: len(rows)], whole[len(rows) :]
    meanings = {"neg": "negative", "neu": "neutral", "pos": "positive", "q": "neutral"}
    feeling = {"neg": -1, "neu": 0, "pos": 1, "q": 0}

    def fitted(learns: np.ndarray, learnt: np.ndarray, weight: float, strength: float) -> LogisticRegression:
        model = LogisticRegression(C=strength, max_iter=80, tol=1e-3)
        return model.fit(
            sp.vstack([posts[learns], shops[learnt]]).tocsr(),
            np.concatenate([label[learns], names[learnt]]),
            sample_weight=np.concatenate([np.ones(len(learns)), weight * ours.even[learnt]]),
        )

    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(label, label))
    tried = []
    for weight, strength in ((0.3, 1.0), (1.0, 1.0)):
        right, own = [], []
        for (learns, sees), (learnt, seen) in zip(folds, ours.folds(), strict=True):
            model = fitted(learns, learnt, weight, strength)
            right.append(float(np.mean(model.predict(posts[sees]) == label[sees])))
            told = np.array([feeling[one] for one in model.predict(shops[seen])])
            own.append(float(np.mean(told == ours.label[seen])))
        tried.append((float(np.mean(right)), float(np.mean(own)), (weight, strength)))
    weight, strength = chosen_of("th", tried)
    model = fitted(np.arange(len(rows)), np.arange(len(ours.texts)), weight, strength)
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
    """Three classes, with the lexicon that vaderSentiment ships and our words of shops beside it."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415  (needed here alone)

    words = shop_words.OF | {word: round(value, 1) for word, value in SentimentIntensityAnalyzer().lexicon.items()}
    rows = [row for row in held_back.english_rows(data) if row.part == held_back.TRAIN]
    ours = Shop("en")
    texts = [*(row.text for row in rows), *ours.texts]
    table = Table("en", texts, least=1)
    dense = np.array([lexicon.weigh(features.english_words(features.normal(text)), words) for text in texts])
    mean = np.array([row.rating for row in rows])
    label = np.where(mean > held_back.BAND, 1, np.where(mean < -held_back.BAND, -1, 0))
    are_reviews = np.array([row.is_review for row in rows])
    groups = np.array([row.group for row in rows])
    raised, strong = (1.0, 1.0), 2.0
    whole = table.joined(raised, dense * strong)
    corpus, shops = whole[: len(rows)], whole[len(rows) :]
    share = np.where(are_reviews, 1.0, 0.7)

    def fitted(learns: np.ndarray, learnt: np.ndarray, weight: float, strength: float) -> LogisticRegression:
        return LogisticRegression(C=strength, max_iter=400).fit(
            sp.vstack([corpus[learns], shops[learnt]]).tocsr(),
            np.concatenate([label[learns], ours.label[learnt]]),
            sample_weight=np.concatenate([share[learns] * even(label[learns]) ** 0.5, weight * ours.even[learnt]]),
        )

    folds = list(GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(corpus, label, groups))
    tried = []
    for weight, strength in ((0.3, 1.0), (1.0, 0.5), (1.0, 1.0)):
        told, own = np.zeros((len(rows), 3)), np.zeros(len(ours.texts))
        for (learns, sees), (learnt, seen) in zip(folds, ours.folds(), strict=True):
            model = fitted(learns, learnt, weight, strength)
            told[sees], own[seen] = model.predict_proba(corpus[sees]), model.predict(shops[seen])
        right = f1_score(label[are_reviews], np.argmax(told, axis=1)[are_reviews] - 1, average="weighted")
        tried.append((float(right), float(np.mean(own == ours.label)), (weight, strength)))
        print("  r:", np.corrcoef((told[:, 2] - told[:, 0])[are_reviews], mean[are_reviews])[0, 1], flush=True)
    model = fitted(np.arange(len(rows)), np.arange(len(ours.texts)), *chosen_of("en", tried))
    count = dense.shape[1]
    packed = [table.packed(one[count:], raised) for one in model.coef_]
    save(
        "en",
        columns=[parts for parts, _scales in packed],
        scales=[scales for _parts, scales in packed],
        bias=[float(one) for one in model.intercept_],
        dense=[[float(weight) * strong for weight in one[:count]] for one in model.coef_],
        words=words,
        slope=1.0,
        meanings=list(shop.FEELINGS),
        classes=list(shop.FEELINGS),
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
