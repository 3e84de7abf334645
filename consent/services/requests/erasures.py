"""Forgetting somebody who asked for it: the erasure, its certificate, and the last letter, which tells that it is done.

The letter is addressed in the transaction that destroys the keys, and written once it is known what went.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from cdp.core.actors import Actor
from consent.models import PrivacyRequest, Right
from consent.services.requests import certificates, closing, letters, steps
from consent.services.requests.steps import Kind
from customers.services import erasing

BLOCKED = {erasing.Reason.HELD: "held", erasing.Reason.BUSY: "busy"}


def run(request: PrivacyRequest, *, actor: Actor, at: datetime) -> None:
    """Erase the person and close the request with its certificate. What holds it up is kept in the request, which stays
    open and can be run again. Running it again after a kill in the middle finds the person gone, and closes it.
    """
    try:
        erasing.erase(customer=request.customer_id, actor=actor, at=at)
    except erasing.UnableToErase as error:
        if error.reason is not erasing.Reason.ERASED:
            _blocked(request, BLOCKED.get(error.reason, error.reason.value), actor=actor, at=at)
            return
    close(request.id, actor=actor, at=at)


def take_leave(customers: Collection[uuid.UUID], at: datetime) -> None:
    """Address the last letter of those who asked to be erased, whoever erases them: afterwards nobody knows where it
    would go. Within the transaction of the erasure.
    """
    for row in PrivacyRequest.objects.filter(
        customer_id__in=list(customers), right=Right.ERASURE, closed_at__isnull=True
    ):
        letters.address_last(row, at=at)


def close(request: uuid.UUID, *, actor: Actor, at: datetime) -> None:
    """Answer a request whose person is erased, and let their last letter go."""
    with transaction.atomic():
        row = steps.locked(request)
        if row.closed_at is None:
            found = certificates.of(row, at=at)
            closing.answered(row, actor=actor, at=at, outcome={"certificate": found}, is_told=False)
            letters.tell_last(row, found, at=at)


def _blocked(request: PrivacyRequest, reason: str, *, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        row = steps.locked(request.id)
        if row.closed_at is None:
            steps.save(row, blocked=reason, state=PrivacyRequest.State.OPEN)
            steps.add(row, Kind.BLOCKED, actor=actor, at=at, details={"reason": reason})
