"""The kinds of exports, declared by the rooms that know the rows."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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


class UnknownChoice(ValueError):
    """There is no such thing of the shop that a file could be about."""


@dataclass(frozen=True)
class About:
    """What each file of a kind is about one of: a survey, for example. `name` is how it is named in addresses and on
    the command line, `names` what else may be said of a file (filters), `choices` (value, label) all there are.

    `kind` makes the kind for what was said, with columns of its own; raises UnknownChoice. `words` says it to people.
    `options`: further choices with a label: name → (label, [(value, label), …]), the first one meant unless said.
    """

    name: str
    label: str | Promise
    choices: Callable[[], Sequence[tuple[str, str]]]
    kind: Callable[[Mapping[str, str]], "Kind"]
    words: Callable[[Mapping[str, str]], str]
    names: Sequence[str] = ()
    options: Mapping[str, tuple[str | Promise, Sequence[tuple[str, str | Promise]]]] = field(default_factory=dict)

    def said(self, told: Mapping[str, Any]) -> dict[str, str]:
        """What of this was said of a file."""
        names = (self.name, *self.names, *self.options)
        return {name: str(value) for name in names if (value := told.get(name))}


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
    nameless: Callable[[], int] | None = None
    about: About | None = None
    needs: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    book: Callable[[], tuple[Sequence[str], Iterable[Row]]] | None = None

    def headed(self, columns: Sequence[str], form: str) -> list[str]:
        """These columns as a file of that form calls them."""
        return [self.headings.get(column, column) if form == "csv" else column for column in columns]

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


def of(key: str, about: Mapping[str, str]) -> Kind:
    """The kind of a file about that. Raises KeyError for an unknown kind, UnknownChoice."""
    kind = _kinds[key]
    return kind.about.kind(about) if kind.about is not None else kind


def kinds() -> Mapping[str, Kind]:
    """All kinds by key."""
    return dict(sorted(_kinds.items()))


__all__ = ["MARK", "About", "Kind", "Mask", "Pages", "Reach", "Row", "Rows", "UnknownChoice", "declare", "kinds", "of"]
