"""The texts on which sentiment is learnt and measured, and how they are split: nothing measured was learnt from.

Korean films and English reviews are in one part each as a whole, so that no part knows the words of the other; the
Thai file comes divided. A part of train is where choices are made.
"""

import contextlib
import csv
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TRAIN, CHOICE, TEST = "train", "choice", "test"
BAND = 0.5
"""Mean ratings of twenty people from -BAND to BAND (of -4 to 4) are neutral."""


class Missing(Exception):
    """The data are not beside the project; the message says which."""


@dataclass(frozen=True)
class Row:
    """One text with what people said of it."""

    text: str
    part: str
    label: str = ""
    rating: float = 0.0
    group: str = ""
    is_review: bool = True


def draw(text: str) -> int:
    """A number from 0 to 9 that only depends on the text."""
    return zlib.crc32(text.encode()) % 10


def korean_rows(data: Path = DATA) -> list[Row]:
    """Reviews of films with their ratings from 1 to 10."""
    csv.field_size_limit(1 << 20)
    with _lines(data / "nsmc_dev" / "nsmc_raw_reviews.tsv.gz") as lines:
        told = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        parts = {0: TEST, 1: CHOICE}
        return [
            Row(row["document"], parts.get(draw(row["movie_id"]), TRAIN), rating=float(row["rating"]))
            for row in told
            if row["document"]
        ]


def thai_rows(data: Path, part: str) -> list[Row]:
    """Posts with one of four labels (pos, neu, neg, q)."""
    name = {TRAIN: "train", TEST: "valid"}[part]
    with _lines(data / "wisesight_train" / f"{name}.jsonl.gz") as lines:
        return [Row(row["texts"], part, label=row["category"]) for row in map(json.loads, lines)]


def english_rows(data: Path = DATA) -> list[Row]:
    """Sentences of reviews and of editorials with the mean rating of twenty people."""
    found = []
    for name in ("amazonReviewSnippets", "nytEditorialSnippets"):
        with _lines(data / "vader_en_reviews_dev" / f"{name}_GroundTruth.txt.gz") as lines:
            for line in lines:
                number, mean, text = line.rstrip("\n").split("\t", 2)
                group = f"{name}/{number.split('_')[0]}"
                part = TEST if draw(group) < 2 else TRAIN
                found.append(Row(text, part, rating=float(mean), group=group, is_review=name.startswith("amazon")))
    return found


def sentiment_of(mean: float, band: float = BAND) -> str:
    """The feeling of a mean rating."""
    return "positive" if mean > band else "negative" if mean < -band else "neutral"


@contextlib.contextmanager
def _lines(path: Path) -> Iterator[Iterator[str]]:
    if not path.exists():
        raise Missing(f"{path.parent.name}/{path.name} is not in {path.parent.parent}")
    with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="\n") as file:
        yield iter(file)
