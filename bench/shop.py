"""Sentences as customers of shops write them, written for this project (`bench/shop_sentences/`), in three languages.

`*.learn.txt` is learnt from: each line is a sentence, or a pattern of several ({a|b} stands for one of them).
`*.held_back.txt` was written apart, sentence by sentence, and is only measured.
"""

import itertools
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "shop_sentences"
MOST = 12
"""Variants that are taken of a line, so that none outweighs the others."""
FEELINGS = ("negative", "neutral", "positive")
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """A sentence with its feeling. Those of one `line` are variants of each other."""

    text: str
    feeling: str
    line: int


def learnt(language: str) -> list[Sentence]:
    """What is learnt from."""
    return _read(FOLDER / f"{language}.learn.txt")


def held_back(language: str) -> list[Sentence]:
    """What is measured alone."""
    return _read(FOLDER / f"{language}.held_back.txt")


def variants(pattern: str) -> list[str]:
    """All sentences of a pattern; of many, MOST that follow from the pattern alone."""
    fixed = _CHOICE.split(pattern)[::2]
    chosen = [part.split("|") for part in _CHOICE.findall(pattern)]
    found = list(
        dict.fromkeys(
            "".join([fixed[0], *(word + after for word, after in zip(words, fixed[1:], strict=True))]).strip()
            for words in itertools.product(*chosen)
        )
    )
    return sorted(found, key=lambda text: zlib.crc32(text.encode()))[:MOST]


def _read(path: Path) -> list[Sentence]:
    found: list[Sentence] = []
    feeling = ""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if line.startswith("= "):
            feeling = line[2:].strip()
            if feeling not in FEELINGS:
                raise ValueError(f"{path.name}, line {number}: “{feeling}” is none of {', '.join(FEELINGS)}")
        elif line.strip() and not line.startswith("#"):
            found += [Sentence(text, feeling, number) for text in variants(line)]
    return found
