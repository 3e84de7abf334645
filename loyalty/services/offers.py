"""What offers give, as staff change it. Coupons that are out keep what they were promised."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cdp.core import audit
from cdp.core.actors import Actor
from loyalty.models import Offer


def keep(
    *, why: Offer.Why, benefit: Mapping[str, Any], valid_days: int, is_on: bool, actor: Actor, now: datetime
) -> Offer:
    """The offer that is given for that reason, made where there is none yet, gives this from now on."""
    with transaction.atomic():
        offer = Offer.objects.select_for_update().filter(why=why).order_by("key").first() or Offer(
            key=why.value, why=why
        )
        offer.benefit, offer.valid_days, offer.is_on = dict(benefit), valid_days, is_on
        offer.save()
        audit.record(
            audit.Action.ADMIN_CHANGED,
            actor=actor,
            at=now,
            subject=offer.key,
            details={"model": "loyalty.Offer", "fields": ["benefit", "is_on", "valid_days"]},
        )
    return offer
