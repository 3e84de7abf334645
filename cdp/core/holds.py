"""Whose data must stay: the one register that everything asks which takes something of people away.

Rooms declare who is held, as SQL. A *legal hold* stops everything that removes: erasing, retention, emptying a field,
taking an import back, parting who was merged. A *restriction* stops the same except erasing, because whoever had the
use of their data paused may still ask to be erased.

Copies are not held: uploads, exports and the copies made for requests are sealed under the key of their hour, which is
gone after a week whatever anybody wants; what they were made of is what a hold keeps.
"""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class _Held:
    statement: str
    stops_erasing: bool


Widen = Callable[[Collection[uuid.UUID]], Collection[uuid.UUID]]
_held: dict[str, _Held] = {}
_widen: list[Widen] = []


def declare(key: str, statement: str, *, stops_erasing: bool) -> None:
    """Register a statement with two columns, the customers held at that moment and why (a code); the same key again
    replaces it.
    """
    _held[key] = _Held(statement, stops_erasing)


def widen_by(widen: Widen) -> None:
    """Register who knows everybody that was merged into somebody: a hold keeps all of them."""
    _widen[:] = [widen]


def named() -> frozenset[uuid.UUID]:
    """Every customer that a hold or a restriction in force names. They are for disputes: few."""
    return frozenset(_asked(stops_erasing=False))


def everybody() -> frozenset[uuid.UUID]:
    """The same with everybody who was merged into them: whose rows stay, whatever has run out."""
    found = named()
    return frozenset(_widen[0](found)) if found and _widen else found


def held(customers: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Customer → why, for those of these who may not even be erased now."""
    found = _asked(stops_erasing=True, among=customers) if customers else {}
    return {customer: found[customer] for customer in customers if customer in found}


def resting(customer: uuid.UUID) -> frozenset[bool]:
    """What of both is in force for that customer: True for a hold, False for a restriction; empty for neither."""
    if not _held:
        return frozenset()
    asked = " UNION ALL ".join(
        f"SELECT h.customer, {one.stops_erasing} FROM ({one.statement}) AS h (customer, why)"  # noqa: S608 - declared by the rooms
        for _key, one in sorted(_held.items())
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT f.stops FROM ({asked}) AS f (customer, stops) WHERE f.customer = %s", [customer])  # noqa: S608
        return frozenset(stops for (stops,) in cursor.fetchall())


def _asked(*, stops_erasing: bool, among: Collection[uuid.UUID] | None = None) -> dict[uuid.UUID, str]:
    asked = [one.statement for _key, one in sorted(_held.items()) if one.stops_erasing or not stops_erasing]
    if not asked:
        return {}
    statement = " UNION ALL ".join(f"({one})" for one in asked)
    with connection.cursor() as cursor:
        if among is None:
            cursor.execute(statement)
        else:
            cursor.execute(
                f"SELECT h.customer, h.why FROM ({statement}) AS h (customer, why) WHERE h.customer = ANY(%s)",  # noqa: S608
                [list(among)],
            )
        return {customer: why for customer, why in cursor.fetchall() if customer}
