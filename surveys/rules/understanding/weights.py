"""The trained weights of a language: a file of plain numbers, checked before it is believed.

Layout: 8 bytes mark, 4 bytes length, a JSON head of that length, the weights as one byte each, packed by zlib. The head
names the language, the version, what the columns are, and the SHA-256 of the unpacked weights and of itself.
"""

import hashlib
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from surveys.rules.understanding import features, lexicon

MARK = b"CDPWORD1"
FOLDER = Path(__file__).parent / "trained"
LABELS = ("negative", "neutral", "positive")
LARGEST = 64_000_000


class Damaged(Exception):
    """The file is not what the training wrote; the message says how. Nothing is read by it."""


@dataclass(frozen=True)
class Model:
    """A linear model. `columns[class][block]` are the weights of a block of features, one signed byte per bucket;
    `dense[class]` are those of the numbers that a list of `words` gives.

    With `classes` each has a score of its own, and `meanings` says which feeling each stands for. Without, there are
    two scores: one lies on a line from bad to good, divided at `middle` with steepness `slope`; the other says whether
    anything is felt at all.
    """

    language: str
    version: str
    mask: int
    columns: Sequence[Sequence[memoryview]]
    scales: Sequence[Sequence[float]]
    bias: Sequence[float]
    dense: Sequence[Sequence[float]]
    words: dict[str, float]
    slope: float
    middle: float
    meanings: Sequence[str]
    classes: Sequence[str]

    def scores(self, blocks: features.Blocks, weighed: Sequence[float]) -> list[float]:
        """The score of each class."""
        found = []
        for place, (columns, scales, bias) in enumerate(zip(self.columns, self.scales, self.bias, strict=True)):
            score = bias
            for buckets, column, scale in zip(blocks, columns, scales, strict=True):
                if buckets:
                    score += scale * sum(map(column.__getitem__, buckets)) / math.sqrt(len(buckets))
            if self.dense:
                score += sum(weight * value for weight, value in zip(self.dense[place], weighed, strict=True))
            found.append(score)
        return found

    def shares(self, text: str, cut: features.Cut) -> tuple[float, float, float]:
        """How probable it is that the text is negative, neutral, positive. `text` is normal, see `features.normal`."""
        blocks = features.OF[self.language](text, cut, self.mask)
        weighed = lexicon.weigh(features.english_words(text), self.words) if self.words else ()
        return self.divided(self.scores(blocks, weighed))

    def divided(self, scores: Sequence[float]) -> tuple[float, float, float]:
        """Scores as the probabilities of the three feelings."""
        if not self.classes:
            line, calm = self.slope * (scores[0] - self.middle), _logistic(scores[1])
            return (1 - calm) * _logistic(-line), calm, (1 - calm) * _logistic(line)
        highest = max(scores)
        raised = [math.exp(self.slope * (score - highest)) for score in scores]
        whole, told = sum(raised), dict.fromkeys(LABELS, 0.0)
        for meaning, value in zip(self.meanings, raised, strict=True):
            told[meaning] += value / whole
        return told["negative"], told["neutral"], told["positive"]


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -500 else 0.0


def write(path: Path, head: dict[str, Any], columns: Sequence[Sequence[bytes]]) -> None:
    """Write a file that `read` reads: the same head and weights give the same bytes."""
    plain = b"".join(block for one in columns for block in one)
    head = {**head, "sha256": hashlib.sha256(plain).hexdigest()}
    head["head_sha256"] = _digest(head)
    told = json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(MARK + len(told).to_bytes(4, "big") + told + zlib.compress(plain, 9))


def read(path: Path) -> Model:
    """The model in a file. Raises Damaged, which names the file and what is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise Damaged(f"{path.name}: cannot be read ({problem.strerror}); train it again or restore it") from problem
    try:
        return _parsed(raw)
    except (ValueError, KeyError, TypeError, zlib.error) as problem:
        raise Damaged(f"{path.name}: {problem}; train it again or restore it") from problem


def _parsed(raw: bytes) -> Model:
    if raw[:8] != MARK:
        raise ValueError("not a file of weights, or of another version")
    length = int.from_bytes(raw[8:12], "big")
    if len(raw) < 12 + length:
        raise ValueError("cut off in its head")
    head = json.loads(raw[12 : 12 + length])
    if head.pop("head_sha256") != _digest(head):
        raise ValueError("its head was altered")
    unpacking = zlib.decompressobj()
    plain = unpacking.decompress(raw[12 + length :], LARGEST)
    if not unpacking.eof:
        raise ValueError("cut off, or larger than any model of ours")
    if hashlib.sha256(plain).hexdigest() != head["sha256"]:
        raise ValueError("its weights were altered")
    size = 1 << head["bits"]
    classes, blocks = len(head["bias"]), head["blocks"]
    if len(plain) != size * classes * blocks:
        raise ValueError("as many weights as its head says are not there")
    whole = memoryview(plain).cast("b")
    columns = [
        [whole[size * place : size * (place + 1)] for place in range(blocks * one, blocks * (one + 1))]
        for one in range(classes)
    ]
    return Model(
        language=head["language"],
        version=head["version"],
        mask=size - 1,
        columns=columns,
        scales=head["scales"],
        bias=head["bias"],
        dense=head["dense"],
        words=head["words"],
        slope=head["slope"],
        middle=head["middle"],
        meanings=head["meanings"],
        classes=head["classes"],
    )


def _digest(head: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(head, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@cache
def of(language: str) -> Model:
    """The model of a language, read once in a process. Raises Damaged."""
    return read(FOLDER / f"{language}.weights")
