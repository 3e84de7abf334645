"""Writing down by which form, place and campaign somebody came."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from customers.models import Arrival


def note(
    *,
    customer: uuid.UUID,
    form: str,
    place: str,
    campaign: Mapping[str, str],
    language: str,
    resolved_by: bytes | None,
    at: datetime,
) -> Arrival:
    """Keep it. `place` and `campaign` are what `rules.arrivals.read` made of the address."""
    return Arrival.objects.create(
        customer_id=customer,
        form=form,
        at=at,
        place=place,
        campaign=dict(campaign),
        language=language,
        resolved_by=resolved_by,
    )
