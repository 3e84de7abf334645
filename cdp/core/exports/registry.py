"""The kinds of exports, declared by the rooms that know the rows."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Row = Sequence[str]
Rows = Callable[[Sequence[uuid.UUID]], Iterable[Row]]
"""Takes a few hundred customers and gives their rows, in the order of the customers."""
Pages = Callable[[], Iterable[Row]]


@dataclass(frozen=True)
class Kind:
    """One kind of file. Columns are named as an import takes them, so that a file of ours comes back as it went.

    `rows` for what belongs to people, of whom the gate judges each; `pages` for what is nobody's.
    """

    key: str
    label: str | Promise
    columns: Sequence[str]
    rows: Rows | None = None
    pages: Pages | None = None


_kinds: dict[str, Kind] = {}


def declare(kind: Kind) -> None:
    """Declare a kind; the same key again replaces it."""
    _kinds[kind.key] = kind


def kinds() -> Mapping[str, Kind]:
    """All kinds by key."""
    return dict(sorted(_kinds.items()))
