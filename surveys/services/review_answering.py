"""What the shop does about a review: the reply it wrote, or that nothing has to be done any more.

The reply is kept here and never sent: each platform has its own page for it, and who wrote it copies the words there.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from customers.services import buckets
from customers.services import standing as owners
from surveys.models import Review
from surveys.selectors.reviews import TABLE
from surveys.services.tickets import from_reviews

LONGEST = 5000
CAUSE = "surveys.reviews"


class UnableToAnswer(Exception):
    """The review stays as it is; `reason` is the sentence for whoever tried."""

    def __init__(self, reason: object) -> None:
        """Keep the sentence."""
        super().__init__(str(reason))
        self.reason = reason


def answer(*, customer: uuid.UUID, review: uuid.UUID, words: str, actor: Actor, at: datetime) -> Review:
    """Keep a reply; a later one replaces it. Of a review of nobody only that it was answered is kept: no words of it
    are. It is a reply in the ticket that the review opened, too. Raises UnableToAnswer.
    """
    words = words.replace("\x00", "").strip()
    if not words:
        raise UnableToAnswer(_("Write the reply."))
    if len(words) > LONGEST:
        raise UnableToAnswer(_("This is too long; the limit is 5,000 characters."))
    with transaction.atomic():
        if customer not in buckets.ALL:
            owners.queue([customer])  # as everybody does who writes to a ticket
        row = _locked(customer, review)
        if customer not in buckets.ALL:
            from_reviews.replied(row, words, actor=actor, at=at)
            keyring = subjects.load([customer])
            row.reply = keyring.seal(words, customer=customer, table=TABLE, column="reply", row=row.id)
        row.replied_at, row.replied_by = at, actor.id
        row.save(update_fields=["reply", "replied_at", "replied_by"])
        _told(row, "answered", actor, at)
    return row


def settle(*, customer: uuid.UUID, review: uuid.UUID, actor: Actor, at: datetime) -> Review:
    """Nothing has to be done about it any more. Raises UnableToAnswer."""
    with transaction.atomic():
        row = _locked(customer, review)
        if row.settled_at is None:
            row.settled_at, row.settled_by = at, actor.id
            row.save(update_fields=["settled_at", "settled_by"])
            _told(row, "settled", actor, at)
    return row


def unsettle(*, customer: uuid.UUID, review: uuid.UUID, actor: Actor, at: datetime) -> Review:
    """Something has to be done after all. Raises UnableToAnswer."""
    with transaction.atomic():
        row = _locked(customer, review)
        if row.settled_at is not None:
            row.settled_at, row.settled_by = None, None
            row.save(update_fields=["settled_at", "settled_by"])
            _told(row, "unsettled", actor, at)
    return row


def _locked(customer: uuid.UUID, review: uuid.UUID) -> Review:
    row = Review.objects.select_for_update().filter(customer_id=customer, id=review).first()
    if row is None:
        raise UnableToAnswer(_("This review is no longer here."))
    return row


def _told(row: Review, act: str, actor: Actor, at: datetime) -> None:
    owner = None if row.customer_id in buckets.ALL else row.customer_id
    audit.record(audit.Action.REVIEW_ANSWERED, actor=actor, at=at, customer=owner, subject=row.id, details={"act": act})
    if owner is not None:
        pipeline.mark([owner], cause=CAUSE)
