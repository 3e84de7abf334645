"""Every column that holds keyed digests or blind numbers, so that `reindex` brings all of them to a new root.

A column that nobody declared would keep digests that are never found again: a test holds that every binary or whole
number column of ours is declared here, or named there with why it is none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.db import models

from cdp.core.crypto import index


class Kind(Enum):
    """What a column holds."""

    DIGEST = "digest"  # 32 bytes; shorter ones are something else and stay
    NUMBER = "number"
    NUMBERS = "numbers"  # an array, sorted


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    model: type[models.Model]
    column: str
    kind: Kind

    @property
    def table(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    @property
    def name(self) -> str:
        """As it is noted and told."""
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Way:
    """From one version to the next: the step of its digests, its root, and the roots before it, newest first."""

    step: index.Step
    root: bytes
    before: tuple[bytes, ...]


Rewriting = Callable[[Way], int]
_columns: dict[str, Column] = {}
_lasting: dict[str, Column] = {}
_rewritings: dict[str, Rewriting] = {}


def declare(model: type[models.Model], *columns: str, kind: Kind = Kind.DIGEST) -> None:
    """Say that these columns hold what `crypto.index` makes; each once."""
    for column in columns:
        _put(_columns, Column(model, column, kind))


def declare_lasting(model: type[models.Model], *columns: str) -> None:
    """Say that these columns hold what `index.lasting` makes, which no root changes."""
    for column in columns:
        _put(_lasting, Column(model, column, Kind.DIGEST))


def _put(into: dict[str, Column], column: Column) -> None:
    name = column.name
    assert name not in _columns, f"{name} is declared twice"  # noqa: S101
    assert name not in _lasting, f"{name} is declared twice"  # noqa: S101
    into[name] = column


def declare_rewriting(name: str, rewriting: Rewriting) -> None:
    """What no column says by itself, such as digests in a log's JSON. It runs once for each version, in a transaction
    of its own, and returns how many values it brought along.
    """
    assert name not in _rewritings, f"{name} is declared twice"  # noqa: S101
    _rewritings[name] = rewriting


def every() -> tuple[Column, ...]:
    """All columns that follow the newest root, in the order of their names."""
    return tuple(_columns[name] for name in sorted(_columns))


def lasting() -> tuple[Column, ...]:
    """All columns that stay under the first root."""
    return tuple(_lasting[name] for name in sorted(_lasting))


def rewritings() -> dict[str, Rewriting]:
    """What else follows, by name."""
    return dict(sorted(_rewritings.items()))
