"""Claiming due notices: one process delivers each, and a dead one's claims come back by themselves."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet

from cdp.core import locks
from cdp.core.models import Notice

# Serialises only the claiming statement: processes that picked the same rows would otherwise wait row by row.
_CLAIMING = 0x0CD_0B0C


def sweep() -> int:
    """Put what dead processes had claimed back. What was being handed over may have gone: it goes once more, under the
    same name. Returns how many.
    """
    freed = 0
    sending = Notice.objects.filter(state=Notice.State.SENDING)
    for number in sending.values_list("claimed_by", flat=True).distinct():
        if number is not None and not locks.is_dead(number):
            continue
        dead = sending.filter(claimed_by=number)
        freed += dead.filter(attempted_at__isnull=False).update(
            state=Notice.State.WAITING, claimed_by=None, attempts=F("attempts") + 1
        )
        freed += dead.filter(attempted_at__isnull=True).update(state=Notice.State.WAITING, claimed_by=None)
    return freed


def take(number: int, *, channel: str, now: datetime, limit: int) -> list[Notice]:
    """Claim up to `limit` due notices of a channel under `number`, oldest first."""
    due = (
        Notice.objects.filter(state=Notice.State.WAITING, channel=channel, due_at__lte=now)
        .order_by("due_at", "id")
        .values_list("customer_id", "id")[:limit]
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIMING])
        wanted = list(due)
        mine = Notice.objects.filter(
            customer_id__in={customer for customer, _ in wanted}, id__in=[notice for _, notice in wanted]
        )
        mine.filter(state=Notice.State.WAITING).update(state=Notice.State.SENDING, claimed_by=number, attempted_at=None)
        return list(mine.filter(state=Notice.State.SENDING, claimed_by=number).order_by("due_at", "id"))


def attempt(notice: Notice, number: int, *, at: datetime) -> bool:
    """Note that the hand-over begins. False when the claim was lost."""
    return bool(_claimed(notice, number).update(attempted_at=at))


def settle(notice: Notice, number: int, *, state: str, **changes: object) -> bool:
    """End the claim in `state`. False when the claim was lost meanwhile, or the person was forgotten."""
    return bool(_claimed(notice, number).update(state=state, claimed_by=None, **changes))


def release(notices: Collection[Notice], number: int) -> int:
    """Put claimed notices back, as if nobody had taken them. Returns how many."""
    return Notice.objects.filter(
        customer_id__in={notice.customer_id for notice in notices},
        id__in=[notice.id for notice in notices],
        state=Notice.State.SENDING,
        claimed_by=number,
    ).update(state=Notice.State.WAITING, claimed_by=None)


def _claimed(notice: Notice, number: int) -> QuerySet[Notice]:
    return Notice.objects.filter(
        customer_id=notice.customer_id, id=notice.id, state=Notice.State.SENDING, claimed_by=number
    )
