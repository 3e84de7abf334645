"""What becomes of notices: old ones go after some time, those of people who are forgotten at once, files with them."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from cdp.core import ids
from cdp.core.models import Notice
from cdp.core.outbox import carriers, writing

KEPT = timedelta(days=90)
"""How long a settled notice stays: long enough to tell somebody what we have written to them."""
KEPT_OF_STRANGERS = timedelta(days=14)
PORTION = 1000


def forget(customers: Collection[uuid.UUID]) -> None:
    """Delete every notice of these people with its file: after an erasure. May run twice."""
    _remove(Notice.objects.filter(customer_id__in=list(customers)).values_list("customer_id", "id").iterator())


def forget_old(*, now: datetime, kept: timedelta = KEPT, of_strangers: timedelta = KEPT_OF_STRANGERS) -> int:
    """Delete settled notices older than `kept`, and whatever is as old and could not be sent at all. In portions.

    Returns how many. Called outside of a transaction.
    """
    total = 0
    strangers = Notice.objects.filter(customer_id=writing.NOBODY, id__lt=ids.floor(now - of_strangers))
    settled = Notice.objects.filter(id__lt=ids.floor(now - kept)).exclude(state=Notice.State.SENDING)
    settled = settled.exclude(state=Notice.State.WAITING, due_at__gt=now)
    for old in (strangers, settled):
        while found := list(old.order_by("id").values_list("customer_id", "id")[:PORTION]):
            total += _remove(found)
    return total


def remove_stray(notice: Notice) -> None:
    """Delete the file of a notice whose row is gone."""
    if not Notice.objects.filter(customer_id=notice.customer_id, id=notice.id).exists():
        _unlink([notice.id])


def _remove(found: Iterable[tuple[uuid.UUID, uuid.UUID]]) -> int:
    # The row goes first: who hands the notice over at this moment then finds it gone and takes its file along.
    rows = list(found)
    gone = Notice.objects.filter(
        customer_id__in={customer for customer, _ in rows}, id__in=[notice for _, notice in rows]
    ).delete()[0]
    _unlink(notice for _, notice in rows)
    return gone


def _unlink(notices: Iterable[uuid.UUID]) -> None:
    folder = carriers.folder()
    for notice in notices:
        for name in carriers.file_names(notice):
            (folder / name).unlink(missing_ok=True)
