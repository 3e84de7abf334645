"""Whom a link or a client means by an id: the person in front, whatever became of the row since."""

import uuid

from django.db.models import Q

from customers.models import Customer, MergeSuggestion
from customers.models.customer import Status

LONGEST_CHAIN = 10


def survivor(customer: uuid.UUID) -> uuid.UUID | None:
    """The id that now stands for this person: itself, or whom it was merged into. None when erased or not known."""
    for _ in range(LONGEST_CHAIN):
        status = Customer.objects.filter(id=customer).values_list("status", flat=True).first()
        if status in {Status.KNOWN, Status.ANONYMOUS}:
            return customer
        if status != Status.MERGED:
            return None
        absorbed_by = _absorbed_by(customer)
        if absorbed_by is None:
            return None
        customer = absorbed_by
    return None


def exists(customer: uuid.UUID) -> bool:
    """Whether there ever was such a person, erased ones included."""
    return Customer.objects.filter(id=customer).exclude(status=Status.BUCKET).exists()


def language(customer: uuid.UUID) -> str:
    """The language the person reads, or nothing."""
    return Customer.objects.filter(id=customer).values_list("language", flat=True).first() or ""


def _absorbed_by(customer: uuid.UUID) -> uuid.UUID | None:
    """The other side of the suggestion by which a steward merged this row away."""
    pair = (
        MergeSuggestion.objects.filter(Q(customer_id=customer) | Q(other_id=customer), state="merged")
        .order_by("-id")
        .values_list("customer_id", "other_id")
        .first()
    )
    if pair is None:
        return None
    return pair[1] if pair[0] == customer else pair[0]
