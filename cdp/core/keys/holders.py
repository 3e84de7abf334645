"""Every table whose rows are wrapped by a key of the ring. A test fails for one that nobody declared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True, slots=True)
class Holder:
    """A table with the columns `ring_key` and `wrapped`.

    `context` gives the associated data of a row from the columns `of`, in their order.
    """

    model: type[models.Model]
    of: tuple[str, ...]
    context: Callable[..., bytes]

    @property
    def table(self) -> str:
        """Its name in the database."""
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """The column of its primary key, in whose order it is walked."""
        column: Any = self.model._meta.pk
        return str(column.column)


_holders: dict[str, Holder] = {}


def declare(*holders: Holder) -> None:
    """Say how the rows of these tables are opened; once for each table."""
    for holder in holders:
        assert holder.table not in _holders, f"{holder.table} is declared twice"  # noqa: S101
        _holders[holder.table] = holder


def every() -> tuple[Holder, ...]:
    """All of them, small tables first: what is few is done when a long table takes its time."""
    return tuple(sorted(_holders.values(), key=lambda holder: (holder.table == "core_datakey", holder.table)))
