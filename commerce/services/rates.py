"""Writing exchange rates. Metrics take a changed rate with their next full rebuild; purchases that waited for one earn
now.
"""

from datetime import datetime

from django.db import transaction

from cdp.core import audit, wake
from cdp.core.actors import Actor
from commerce.models import ExchangeRate


def save(*, rate: ExchangeRate, actor: Actor, now: datetime) -> ExchangeRate:
    """Store a new or changed rate."""
    with transaction.atomic():
        rate.save()
        _record(rate, actor=actor, now=now, change="saved")
        transaction.on_commit(wake.purchases)
    return rate


def delete(*, rate: ExchangeRate, actor: Actor, now: datetime) -> None:
    """Remove a rate; the one dated before it holds again."""
    with transaction.atomic():
        _record(rate, actor=actor, now=now, change="deleted")
        rate.delete()


def _record(rate: ExchangeRate, *, actor: Actor, now: datetime, change: str) -> None:
    audit.record(
        audit.Action.ADMIN_CHANGED,
        actor=actor,
        at=now,
        subject=rate.id,
        details={
            "model": "commerce.exchangerate",
            "change": change,
            "currency": rate.currency,
            "on": rate.on.isoformat(),
            "rate": str(rate.rate),
        },
    )
