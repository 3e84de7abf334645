"""A "yes" that counts no more because too much time has passed or its purpose means something else now.

Nobody said anything: `expired` is written beside the "yes", which stays as it was. It is no refusal, so the person may
be asked again, and where the law needs no consent it restricts nothing.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection

from django.db import transaction

from cdp.core import pipeline
from cdp.core.actors import Actor
from consent.models import ConsentState
from consent.services import grants

PAGE = 2000


def expire(
    *,
    purpose: str,
    said_before: dt.datetime,
    reason: str,
    actor: Actor,
    now: dt.datetime,
    channels: Collection[str] | None = None,
    customers: Collection[uuid.UUID] | None = None,
    limit: int | None = None,
    after: uuid.UUID | None = None,
    noted: Callable[[int, uuid.UUID], None] | None = None,
) -> int:
    """Let every "yes" to `purpose` that was said before `said_before` expire; how many did.

    `reason` is a code kept in the record's `method` (for example `meaning`, `lapsed`, `unconfirmed`). `channels` and
    `customers` narrow it down; `limit` is how many at most in this call. In pages of PAGE with a transaction each, so
    what was interrupted goes on when it is called again, or behind `after` where a checkpoint says so: `noted` is told
    in the same transaction how many expired in a page and who was its last. A "yes" said meanwhile is left alone.
    Raises UnableToRecord for a purpose nobody knows.
    """
    found = ConsentState.objects.filter(purpose=purpose, is_granted=True, at__lt=said_before)
    if channels is not None:
        found = found.filter(channel__in=list(channels))
    if customers is not None:
        found = found.filter(customer_id__in=list(customers))
    done = 0
    while limit is None or done < limit:
        page = found.filter(customer_id__gt=after) if after else found
        size = PAGE if limit is None else min(PAGE, limit - done)
        who = list(page.order_by("customer_id").values_list("customer_id", flat=True).distinct()[:size])
        if not who:
            break
        after = who[-1]
        # By whole people, so that the page may go on behind the last of them; one has few channels.
        slots = (
            found.filter(customer_id__in=who).order_by("customer_id", "channel").values_list("customer_id", "channel")
        )
        rows = [
            grants.GrantRow(
                customer=customer,
                purpose=purpose,
                channel=channel,
                granted=False,
                at=now,
                source="policy",
                method=reason,
                status="expired",
                outlived=said_before,
            )
            for customer, channel in slots
        ]
        with transaction.atomic():
            written = grants.record_many(rows, actor=actor, now=now, lane=pipeline.BULK).written
            if noted is not None:
                noted(written, after)
        done += written
    return done
