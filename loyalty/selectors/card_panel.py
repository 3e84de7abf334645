"""The member's card on the page of one customer: whether they have it on a phone."""

from collections.abc import Mapping
from typing import Any

from cdp.core import panels
from loyalty.models import Card, Member


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """Since when there is one, and the way to hand it over; None for who takes no part and for who may not."""
    people = list(question.lineage)
    if not question.reader.can("customers.edit"):
        return None
    if not Member.objects.filter(customer_id__in=people, left_at=None).exists():
        return None
    made = Card.objects.filter(customer_id__in=people).order_by("-id").values_list("made_at", flat=True).first()
    return {"customer_id": question.customer, "made_at": made}
