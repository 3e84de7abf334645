"""The kinds of exports, declared by the rooms that know the rows."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from cdp.core.imports.mapping import MARK

Row = Sequence[str]
Rows = Callable[[Sequence[uuid.UUID]], Iterable[tuple[uuid.UUID, Row]]]
"""Takes a few hundred customers and gives their rows, each with whose it is."""
Mask = Callable[[str], str]
Pages = Callable[[], Iterable[Row]]


@dataclass(frozen=True)
class Reach:
    """What a list of people to be reached by one channel holds: `address` is its columns that say where, `columns`
    all of them. `reached` is SQL over the alias `c` of customers_customer for who has such an address.
    """

    columns: Sequence[str]
    address: Sequence[str]
    reached: str


@dataclass(frozen=True)
class Kind:
    """One kind of file. Columns are named as an import takes them, so that a file of ours comes back as it went.

    `rows` for what belongs to people, of whom the gate judges each; `pages` for what is nobody's. `whose` is SQL over
    the alias `c` of customers_customer for who has any rows at all, empty for everybody. `hides` says how a column
    reads for those who may not see contacts. `lists` says of a channel what a list for it holds; a kind without is no
    list by which somebody is written to, and leaves only for purposes that know no channels.
    """

    key: str
    label: str | Promise
    columns: Sequence[str]
    rows: Rows | None = None
    pages: Pages | None = None
    whose: str = ""
    hides: Mapping[str, Mask] = field(default_factory=dict)
    lists: Mapping[str, Reach] = field(default_factory=dict)

    @property
    def is_personal(self) -> bool:
        """Whether it is about people."""
        return self.rows is not None

    def chosen(self, columns: Collection[str]) -> list[str]:
        """These of its columns, in its own order; all where none is named."""
        return [column for column in self.columns if not columns or column in columns]


_kinds: dict[str, Kind] = {}


def declare(kind: Kind) -> None:
    """Declare a kind; the same key again replaces it."""
    _kinds[kind.key] = kind


def kinds() -> Mapping[str, Kind]:
    """All kinds by key."""
    return dict(sorted(_kinds.items()))


__all__ = ["MARK", "Kind", "Mask", "Pages", "Reach", "Row", "Rows", "declare", "kinds"]
