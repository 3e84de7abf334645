"""What changed between two texts, word by word, in any of our languages.

Paragraphs are matched first, words inside those that differ. Thai has no blanks between words: there the unit is a
syllable's letters, and what two changes leave between them counts as changed when it is too short to be read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_TOKENS = 6000
"""Of a passage; a longer one is shown as replaced whole, which is what its readers would see anyway."""
SHORTEST_ISLAND = 4
"""Thai letters between two changes that still say something."""
KEPT_AROUND = 1
"""Unchanged paragraphs shown beside a change."""
_THAI = r"[\u0e40-\u0e44]?[\u0e01-\u0e2e][\u0e30-\u0e3a\u0e45\u0e47-\u0e4e]*|[\u0e2f-\u0e7f]"
_TOKEN = re.compile(rf"{_THAI}|\s+|[^\W\u0e00-\u0e7f]+|[^\w\s]")
_IS_THAI = re.compile(r"[\u0e00-\u0e7f]+\Z")


class Kind(StrEnum):
    """What became of some words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """Words in a row with one fate."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Passage:
    """A paragraph, heading or list item; or, with `skipped`, so many of them that did not change."""

    pieces: Sequence[Piece] = ()
    skipped: int = 0
    style: str = "text"

    @property
    def is_changed(self) -> bool:
        """Whether a reader has something to look at."""
        return any(piece.kind is not Kind.SAME for piece in self.pieces)


def words(before: str, after: str) -> list[Piece]:
    """Both texts as one, every word once or marked as gone or new.

    The pieces that are not new make `before`, those that are not gone make `after`.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if before == after:
        return [Piece(Kind.SAME, after)] if after else []
    if max(len(old), len(new)) > MOST_TOKENS:
        return [Piece(kind, text) for kind, text in ((Kind.GONE, before), (Kind.NEW, after)) if text]
    pairs: list[tuple[Kind, str, str]] = []
    for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        pairs.append((Kind.SAME if operation == "equal" else Kind.NEW, "".join(old[a:b]), "".join(new[c:d])))
    return _pieces(_joined(pairs))


def _joined(pairs: Sequence[tuple[Kind, str, str]]) -> list[tuple[str, str]]:
    """(before, after) in a row, equal where nothing changed, without islands nobody could read."""
    found: list[tuple[str, str]] = []
    was_changed = False
    for index, (kind, old, new) in enumerate(pairs):
        is_last = index == len(pairs) - 1
        is_changed = kind is not Kind.SAME or (was_changed and not is_last and _is_unreadable(new))
        if is_changed and was_changed:
            found[-1] = (found[-1][0] + old, found[-1][1] + new)
        else:
            found.append((old, new))
        was_changed = is_changed
    return found


def _is_unreadable(text: str) -> bool:
    return not text.strip() or (len(text) < SHORTEST_ISLAND and _IS_THAI.match(text) is not None)


def _pieces(pairs: Sequence[tuple[str, str]]) -> list[Piece]:
    found: list[Piece] = []
    for old, new in pairs:
        if old == new:
            found.append(Piece(Kind.SAME, new))
            continue
        found += [Piece(kind, text) for kind, text in ((Kind.GONE, old), (Kind.NEW, new)) if text]
    return found


def passages(before: str, after: str) -> list[Passage]:
    """The text of `after` with what was there before; long stretches without a change are only counted."""
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[Passage] = []
    for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            found += [_passage([Piece(Kind.SAME, line)], line) for line in new[c:d]]
            continue
        pairs = list(zip(old[a:b], new[c:d], strict=False))
        found += [_passage(words(_plain(one), _plain(other)), other) for one, other in pairs]
        found += [_passage([Piece(Kind.GONE, _plain(line))], line) for line in old[a + len(pairs) : b]]
        found += [_passage([Piece(Kind.NEW, _plain(line))], line) for line in new[c + len(pairs) : d]]
    return _shortened(found)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _plain(line: str) -> str:
    return line.removeprefix("## ").removeprefix("- ")


def _passage(pieces: Sequence[Piece], line: str) -> Passage:
    style = "heading" if line.startswith("## ") else "item" if line.startswith("- ") else "text"
    return Passage([Piece(piece.kind, _plain(piece.text)) for piece in pieces], style=style)


def _shortened(found: Sequence[Passage]) -> list[Passage]:
    """Without what lies further than KEPT_AROUND from a change."""
    near = {
        index + step
        for index, passage in enumerate(found)
        if passage.is_changed
        for step in range(-KEPT_AROUND, KEPT_AROUND + 1)
    }
    shown: list[Passage] = []
    for index, passage in enumerate(found):
        if index in near:
            shown.append(passage)
        elif shown and shown[-1].skipped:
            shown[-1] = Passage(skipped=shown[-1].skipped + 1)
        else:
            shown.append(Passage(skipped=1))
    return shown
