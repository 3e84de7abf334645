"""Handlers around handlers: some rows only, and several kinds reading the same rows in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from cdp.core.imports import registry

_TOLD_BEFORE = frozenset({"missing", "nobody_named", "named_by_unused"})


@dataclass
class Chosen:
    """The rows that have one of these values in a column; the others are passed over, a list may hold many things."""

    handler: registry.Handler
    position: int
    values: frozenset[str]

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Any]:
        """Parse those rows."""
        return self.handler.parse(self.of(rows), reject, warn)

    def of(self, rows: Sequence[registry.Row]) -> Sequence[registry.Row]:
        """Those of the rows that have one of the values."""
        return [row for row in rows if row[1][self.position] in self.values]

    def write(self, parsed: Sequence[Any]) -> registry.Counts:
        """Write them."""
        return self.handler.write(parsed)

    def foresee(self, parsed: Sequence[Any]) -> registry.Counts:
        """What writing them would tell."""
        return self.handler.foresee(parsed)


def passed_over(handler: registry.Parser, rows: Sequence[registry.Row]) -> int:
    """How many of the rows the handler does not look at."""
    return len(rows) - len(handler.of(rows)) if isinstance(handler, Chosen) else 0


def others(handler: registry.Parser) -> Collection[str]:
    """The keys of the kinds that read the same rows beside the first one."""
    if isinstance(handler, Chosen):
        return others(handler.handler)
    return handler.others if isinstance(handler, Together) else ()


@dataclass
class Together:
    """A kind and the others that read its rows. What the others cannot use is told and costs no row."""

    first: registry.Handler
    others: dict[str, registry.Handler]

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Any]:
        """What each of them makes of the rows; a row that the first one refuses is nobody's."""
        refused: set[int] = set()

        def refuse(line: int, target: str, value: str, code: str) -> None:
            refused.add(line)
            reject(line, target, value, code)

        def told(line: int, target: str, value: str, code: str) -> None:
            # Of the person the first one has told; an empty cell says nothing, and nothing is missing.
            if not target.startswith("customer.") and code not in _TOLD_BEFORE:
                warn(line, target, value, code)

        parsed = self.first.parse(rows, refuse, warn)
        rest = [row for row in rows if row[0] not in refused]
        return [parsed, *(other.parse(rest, told, told) for other in self.others.values())]

    def write(self, parsed: Sequence[Any]) -> registry.Counts:
        """Write all of it; what the others wrote is counted under the names of their kinds."""
        first, *rest = parsed
        counts = self.first.write(first)
        also = dict(counts.also)
        for (kind, other), theirs in zip(self.others.items(), rest, strict=True):
            kind = kind.partition("/")[0]  # noqa: PLW2901  (several columns may be of one kind)
            also[kind] = also.get(kind, 0) + other.write(theirs).created
        return registry.Counts(
            counts.created, counts.updated, also, counts.notes, refused=counts.refused, remarks=counts.remarks
        )

    def foresee(self, parsed: Sequence[Any]) -> registry.Counts:
        """What the first one's writing would tell: the others are about the same people."""
        return self.first.foresee(parsed[0])
