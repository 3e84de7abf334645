"""Who may not be measured now, whoever tells of them: an explicit "no" in the ledger, or a restriction."""

import datetime as dt
import uuid
from collections.abc import Collection

from consent.models import ConsentState
from consent.rules.ledger import REFUSALS
from consent.selectors import restrictions

PURPOSE, CHANNEL = "measurement", "any"


def refusing(customers: Collection[uuid.UUID], *, at: dt.datetime) -> frozenset[uuid.UUID]:
    """Those of these (ids that stand for people) whose last word on measurement is "no", or who are restricted."""
    if not customers:
        return frozenset()
    states = ConsentState.objects.filter(
        customer_id__in=list(customers), purpose=PURPOSE, channel=CHANNEL, is_granted=False, status__in=REFUSALS
    )
    return frozenset(states.values_list("customer_id", flat=True)) | restrictions.restricted(customers, at=at)
