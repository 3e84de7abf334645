"""Joining by a public form: whoever was named joins once, and their card goes to their own mailbox."""

import uuid
from datetime import datetime

import structlog

from cdp.core import outbox
from cdp.core.actors import CUSTOMER
from loyalty.models import Member
from loyalty.services import cards, members

log = structlog.get_logger("loyalty")


def by_form(*, customer: uuid.UUID, source: str, now: datetime) -> None:
    """In the transaction that takes the form, which keeps the terms that were accepted.

    Anybody can type anybody's address: who takes part already is left as they are, and who has left is not made to come
    back. Nothing in the answer tells which of these it was; the card goes where the profile says, three times a day at
    most.
    """
    known = Member.objects.filter(customer_id=customer).first()
    if known is not None and known.left_at is not None:
        return
    members.enrol(customer=customer, how=Member.How.FORM, actor=CUSTOMER, now=now, source=source)
    try:
        cards.send(customer=customer, actor=CUSTOMER, now=now, source=source)
    except (cards.UnableToSend, cards.UnableToGive, outbox.writing.UnableToPut):
        log.info("no way to send a card", customer=str(customer))
