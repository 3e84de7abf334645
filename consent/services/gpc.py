"""A browser's "do not sell or share" becomes the word of the person who is known in it.

It is written once: what the person allows afterwards, knowingly, stands, and the browser's signal, which goes on with
every page, does not take it back again.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from cdp.core.actors import CUSTOMER
from consent.models import ConsentRecord, ConsentState
from consent.rules import gpc as rules
from consent.selectors import purposes
from consent.services import grants
from customers.selectors import lineage
from customers.services import standing

SOURCE = "browser"


def refuse(*, customer: uuid.UUID, proof: Mapping[str, Any], page: str, at: dt.datetime) -> int:
    """Write the refusal of each purpose that the signal speaks of and that it has not refused before. How many were."""
    with transaction.atomic():
        holder = standing.hold([customer]).get(customer)
        if holder is None:
            return 0
        known = purposes.channels()
        heard = set(
            ConsentRecord.objects.filter(
                customer_id__in=lineage.of(holder), method=rules.METHOD, purpose__in=rules.PURPOSES
            ).values_list("purpose", flat=True)
        )
        refused = set(
            ConsentState.objects.filter(
                customer_id=holder, channel=rules.CHANNEL, is_granted=False, purpose__in=rules.PURPOSES
            )
            .exclude(status="expired")
            .values_list("purpose", flat=True)
        )
        wanted = [
            purpose
            for purpose in rules.PURPOSES
            if purpose not in heard | refused and rules.CHANNEL in known.get(purpose, ())
        ]
        for purpose in wanted:
            grants.record(
                customer=holder,
                purpose=purpose,
                channel=rules.CHANNEL,
                granted=False,
                at=at,
                source=SOURCE,
                method=rules.METHOD,
                actor=CUSTOMER,
                evidence={"signal": "Sec-GPC: 1", "page": page, **proof},
            )
    return len(wanted)
