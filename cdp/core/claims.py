"""Claiming rows that are to be handed over: one sender wins each, and a dead sender's claims come back by themselves.

A claim is a compare-and-set from waiting to sending that writes the number of the lock the sender holds
(`cdp.core.locks`). While that lock is held nobody touches its rows; once it is not, they are put back. The model has
`customer_id`, `state`, `due_at`, `claimed_by`, `attempted_at` and `attempts`, an index of what is due and one of what
is claimed; `state="sending"` is a claim.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from django.db.models import F, QuerySet

from cdp.core import locks
from cdp.core.models import Model

Row = TypeVar("Row", bound=Model)
SENDING = "sending"


@dataclass(frozen=True)
class Claims(Generic[Row]):
    """The claims on rows of one table, of which `waiting` is the state before.

    `turn` is the advisory lock that serialises only the claiming statement, a few milliseconds: senders that picked the
    same rows would otherwise wait for each other row by row, or deadlock.
    """

    model: type[Row]
    waiting: str
    turn: int

    def sweep(self) -> int:
        """Put the rows of dead senders back into the queue. Returns how many.

        Where the hand-over had begun, it may have gone out: it goes once more under the same name, which is the one
        duplicate a kill may cause.
        """
        freed = 0
        sending = self._rows.filter(state=SENDING)
        for number in sending.values_list("claimed_by", flat=True).distinct():
            if number is not None and not locks.is_dead(number):
                continue
            dead = sending.filter(claimed_by=number)
            back: dict[str, Any] = {"state": self.waiting, "claimed_by": None}
            freed += dead.filter(attempted_at__isnull=False).update(attempts=F("attempts") + 1, **back)
            freed += dead.filter(attempted_at__isnull=True).update(**back)
        return freed

    def take(self, number: int, due: QuerySet[Row], *, limit: int) -> list[Row]:
        """Claim up to `limit` of the rows of `due` that wait, under `number`, oldest first."""
        first = due.filter(state=self.waiting).order_by("due_at", "id").values_list("customer_id", "id")[:limit]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [self.turn])
            wanted = list(first)
            mine = self._rows.filter(customer_id__in={one for one, _ in wanted}, id__in=[one for _, one in wanted])
            mine.filter(state=self.waiting).update(state=SENDING, claimed_by=number, attempted_at=None)
            return list(mine.filter(state=SENDING, claimed_by=number).order_by("due_at", "id"))

    def attempt(self, row: Row, number: int, *conditions: Any, at: datetime) -> bool:
        """Note that the hand-over begins. False when the claim was lost, or one of `conditions` does not hold."""
        return bool(self._claim(row, number).filter(*conditions).update(attempted_at=at))

    def settle(self, row: Row, number: int, *, state: str, **changes: object) -> bool:
        """End the claim in `state`. False when the claim was lost meanwhile, or the row is gone."""
        return bool(self._claim(row, number).update(state=state, claimed_by=None, **changes))

    def release(self, rows: Collection[Row], number: int) -> int:
        """Put claimed rows back, as if nobody had taken them. Returns how many."""
        mine = self._rows.filter(customer_id__in={_owner(row) for row in rows}, id__in=[row.id for row in rows])
        return mine.filter(state=SENDING, claimed_by=number).update(state=self.waiting, claimed_by=None)

    def _claim(self, row: Row, number: int) -> QuerySet[Row]:
        return self._rows.filter(customer_id=_owner(row), id=row.id, state=SENDING, claimed_by=number)

    @property
    def _rows(self) -> QuerySet[Row]:
        return self.model._default_manager.all()


def _owner(row: Any) -> Any:
    return row.customer_id
