"""Files whose columns we know: the exports of shop, mail and contact systems need no mapping.

A room declares the layouts of its kinds. A layout is recognised by names that must all be in the header; where two
files of a platform have the same header and mean the opposite, by the name of the file as well. It says which column
goes to which target, what every row has in common, and which other kind reads the same rows: an audience brings people
and what they allowed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Layout:
    """One known file. `columns` may name columns that only some versions of the export have.

    `also` maps the key of another kind to its own mapping (columns and constants) for the same rows.
    """

    key: str
    kind: str
    signature: frozenset[str]
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    otherwise: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Target → columns that are asked in turn where the cell of its own column is empty."""
    behind: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Target → columns whose texts go on where its own ends, like a second line of a street."""
    file: str = ""
    """A pattern that the name of the file must contain; of two fitting layouts the one with a pattern wins."""

    @property
    def platform(self) -> str:
        """The system that writes such files; keys begin with it."""
        return self.key.partition(".")[0]


class _Spelt:
    """The names of a file's columns, of which some tools write all in capitals."""

    def __init__(self, header: Sequence[str]) -> None:
        self._names = frozenset(header)
        self._is_upper = not any(letter.islower() for name in header for letter in name)

    def find(self, column: str) -> str:
        """The name of a layout's column as it stands in the file; empty where the file has none of that name."""
        if column in self._names:
            return column
        return column.upper() if self._is_upper and column.upper() in self._names else ""


_layouts: dict[str, Layout] = {}


def declare(*layouts: Layout) -> None:
    """Register layouts."""
    _layouts.update({layout.key: layout for layout in layouts})


def find(kind: str, header: Sequence[str], *, file: str = "") -> Layout | None:
    """The layout of a file with this header and name: the one that names most of it, or None."""
    spelt = _Spelt(header)
    fitting = [
        layout
        for layout in _layouts.values()
        if layout.kind == kind
        and all(map(spelt.find, layout.signature))
        and (not layout.file or re.search(layout.file, file, re.IGNORECASE))
    ]
    return max(fitting, key=lambda layout: (len(layout.signature), bool(layout.file), layout.key), default=None)


def present(columns: Mapping[str, str], header: Sequence[str]) -> dict[str, str]:
    """Target → column, for the columns that this file has; the first of several columns for one target."""
    spelt = _Spelt(header)
    found: dict[str, str] = {}
    for column, target in columns.items():
        if name := spelt.find(column):
            found.setdefault(target, name)
    return found


def further(told: Mapping[str, Sequence[str]], named: Mapping[str, str], header: Sequence[str]) -> dict[str, list[str]]:
    """Of further columns by target those that the file has, for the targets that have a column of their own."""
    spelt = _Spelt(header)
    found = {
        target: [name for name in map(spelt.find, columns) if name and name != named[target]]
        for target, columns in told.items()
        if target in named
    }
    return {target: columns for target, columns in found.items() if columns}
