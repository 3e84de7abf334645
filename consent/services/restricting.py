"""Freezing what is done with somebody's data, and thawing it again."""

import uuid
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from cdp.core import audit, pipeline, webhooks
from cdp.core.actors import Actor
from consent.models import Restriction
from consent.selectors import restrictions
from customers.services import standing


class Reason(StrEnum):
    """Why processing is frozen (GDPR 18(1); the other laws know fewer, none knows more)."""

    ACCURACY = "accuracy"  # until it is found out whether the data are right
    UNLAWFUL = "unlawful"  # kept rather than erased, because the person wants it so
    CLAIMS = "claims"  # the person needs them for a claim
    OBJECTION = "objection"  # until it is weighed whose interest is stronger
    ASKED = "asked"  # the person gave no reason, and the law asks for none
    STAFF = "staff"


class UnableToRestrict(Exception):
    """There is no such person (any more)."""


def restrict(
    *,
    customer: uuid.UUID,
    reason: Reason,
    actor: Actor,
    at: datetime,
    until: datetime | None = None,
    request: uuid.UUID | None = None,
) -> Restriction:
    """Freeze from now on; the restriction that holds already for that reason. Raises UnableToRestrict."""
    with transaction.atomic():
        here = standing.hold([customer]).get(customer)
        if here is None:
            raise UnableToRestrict
        standing.queue([here])
        # One for each reason: they end one by one, and the person ends only what they asked for.
        for before in restrictions.holding(at=at).filter(customer_id=here, reason=reason).order_by("since", "id"):
            if before.until is None or (until is not None and before.until >= until):
                return before
        row = Restriction.objects.create(
            customer_id=here, since=at, until=until, reason=reason, request_id=request, placed_by=actor.id
        )
        audit.record(
            audit.Action.RESTRICTION_PLACED,
            actor=actor,
            at=at,
            customer=here,
            subject=row.id,
            details={"reason": reason.value, "until": until.isoformat() if until else None},
        )
        told = {"until": until.isoformat() if until else None}
        webhooks.publish_many("customer.restricted", [webhooks.Fact(here, at, told, is_stop=True)])
        pipeline.mark([here], cause="consent.restricted")
    return row


def lift(*, customer: uuid.UUID, actor: Actor, at: datetime, only: Collection[Reason] = ()) -> int:
    """End every restriction of the person, or `only` those for these reasons; how many there were. Doing it again finds
    none. Raises UnableToRestrict.
    """
    with transaction.atomic():
        here = standing.hold([customer]).get(customer)
        if here is None:
            raise UnableToRestrict
        found = Restriction.objects.filter(customer_id=here, lifted_at__isnull=True)
        open_ones = list((found.filter(reason__in=only) if only else found).select_for_update())
        for row in open_ones:
            Restriction.objects.filter(customer_id=here, id=row.id).update(lifted_at=at, lifted_by=actor.id)
            audit.record(audit.Action.RESTRICTION_LIFTED, actor=actor, at=at, customer=here, subject=row.id)
        if open_ones:
            pipeline.mark([here], cause="consent.restricted")
    return len(open_ones)
