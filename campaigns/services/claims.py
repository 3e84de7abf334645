"""Claiming due messages: one sender wins each, and a dead sender's claims come back by themselves.

A claim is a compare-and-set from planned to sending that writes the number of the lock the sender holds
(`cdp.core.locks`). While that lock is held nobody touches its messages; once it is not, they are put back.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from campaigns.models import Campaign, Message
from cdp.core import locks
from consent.models import ConsentState

# Serialises only the claiming statement, a few milliseconds: senders that picked the same rows would otherwise wait
# for each other row by row, or deadlock.
_CLAIMING = 0x0CD_5E2D


def sweep() -> int:
    """Put the messages of dead senders back into the queue. Returns how many.

    Where the hand-over had begun, the message may have gone out: it is sent again under the same Message-ID, which is
    the one duplicate a kill may cause.
    """
    freed = 0
    sending = Message.objects.filter(state=Message.State.SENDING)
    for number in sending.values_list("claimed_by", flat=True).distinct():
        if number is not None and not locks.is_dead(number):
            continue
        dead = sending.filter(claimed_by=number)
        freed += dead.filter(attempted_at__isnull=False).update(
            state=Message.State.PLANNED, claimed_by=None, attempts=F("attempts") + 1
        )
        freed += dead.filter(attempted_at__isnull=True).update(state=Message.State.PLANNED, claimed_by=None)
    return freed


def take(number: int, *, channel: str, now: datetime, limit: int) -> list[Message]:
    """Claim up to `limit` due messages under `number`, oldest first. Those of paused campaigns wait."""
    waiting = Campaign.objects.filter(status__in=[Campaign.Status.PAUSED, Campaign.Status.DRAFT])
    due = (
        Message.objects.filter(state=Message.State.PLANNED, channel=channel, due_at__lte=now)
        .exclude(campaign_id__in=list(waiting.values_list("id", flat=True)))
        .order_by("due_at", "id")
        .values_list("customer_id", "id")[:limit]
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIMING])
        wanted = list(due)
        mine = Message.objects.filter(
            customer_id__in={customer for customer, _ in wanted}, id__in=[message for _, message in wanted]
        )
        mine.filter(state=Message.State.PLANNED).update(
            state=Message.State.SENDING, claimed_by=number, attempted_at=None
        )
        return list(mine.filter(state=Message.State.SENDING, claimed_by=number).order_by("due_at", "id"))


def attempt(message: Message, number: int, *, at: datetime) -> bool:
    """Note that the hand-over begins. False when the message must not be sent now: the claim was lost, the campaign
    was paused, or the person said no since the batch was judged. The next sweep puts such a message back.
    """
    active = Campaign.objects.filter(id=OuterRef("campaign_id"), status=Campaign.Status.ACTIVE)
    refused = ConsentState.objects.filter(
        customer_id=OuterRef("customer_id"),
        purpose=OuterRef("purpose"),
        channel=OuterRef("channel"),
        is_granted=False,
    )
    return bool(_claimed(message, number).filter(Exists(active), ~Exists(refused)).update(attempted_at=at))


def settle(message: Message, number: int, *, state: str, **changes: object) -> bool:
    """End the claim in `state`. False when the claim was lost meanwhile."""
    return bool(_claimed(message, number).update(state=state, claimed_by=None, **changes))


def release(messages: Collection[Message], number: int) -> int:
    """Put claimed messages back, as if nobody had taken them. Returns how many."""
    ids: list[uuid.UUID] = [message.id for message in messages]
    return Message.objects.filter(
        customer_id__in={message.customer_id for message in messages},
        id__in=ids,
        state=Message.State.SENDING,
        claimed_by=number,
    ).update(state=Message.State.PLANNED, claimed_by=None)


def _claimed(message: Message, number: int) -> QuerySet[Message]:
    return Message.objects.filter(
        customer_id=message.customer_id, id=message.id, state=Message.State.SENDING, claimed_by=number
    )
