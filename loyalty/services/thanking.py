"""Thanking people for a useful suggestion, once for each: with points or credit, or with a coupon given by hand.

Points are an adjustment like any other (limits, second person, taking back). Whatever it is, it is looked up behind the
person's lock whether a colleague was faster.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cdp.core import actors
from cdp.core.models import User
from customers.selectors import lineage
from customers.services import notes, standing
from loyalty.models import Adjustment, Offer
from loyalty.rules.adjusting import Why
from loyalty.selectors import purses, thanks
from loyalty.selectors.thanks import Thanked, Thing
from loyalty.services import adjusting, coupons, giving, thanks_told
from loyalty.services.coupons import Issued, Promise

SOURCE = "staff"


class AlreadyThanked(Exception):
    """Somebody thanked for this before: see `before`."""

    def __init__(self, before: Thanked) -> None:
        super().__init__("thanked before")
        self.before = before


def with_points(
    thing: Thing, *, wallet: str, amount: Decimal, words: str, user: User, now: datetime
) -> giving.Given | Adjustment:
    """Give so much of a wallet, or ask a second person where that is more than one may decide alone. The person is told
    when it is booked. Raises AlreadyThanked and Refused.
    """
    with transaction.atomic():
        _once(thing)
        return adjusting.adjust(
            customer=thing.customer,
            wallet=wallet,
            amount=amount,
            why=Why.SUGGESTION,
            words=words,
            user=user,
            now=now,
            reference=thing.reference,
            about=thing.name,
        )


def with_coupon(thing: Thing, *, offer: Offer, words: str, user: User, now: datetime) -> Issued:
    """Give a coupon, also to who takes no part in the programme. What was useful is kept as a note on their page.
    Raises AlreadyThanked, and lineage.Erased for who is no longer there.
    """
    with transaction.atomic():
        _once(thing)
        actor = actors.staff(user)
        promise = Promise(
            offer.key,
            offer.gives,
            coupons.end(offer.valid_days, now),
            reason=thanks.REASON,
            details={"about": thing.name, "by": str(user.id)},
            given_for=thing.mark,
        )
        issued = coupons.promised(customer=thing.customer, promise=promise, source=SOURCE, actor=actor, now=now)
        if issued is None:
            raise lineage.Erased
        notes.add(customer=issued.coupon.customer_id, kind="note", text=words, actor=actor, at=now)
        thanks_told.coupon(issued, key=thing.name, now=now)
    return issued


def _once(thing: Thing) -> None:
    owner = standing.hold([thing.customer]).get(thing.customer)
    if owner is None:
        raise lineage.Erased
    standing.queue(purses.circle([owner]))  # what is given opens the book of a household
    before = thanks.thanked(thing)
    if before is not None:
        raise AlreadyThanked(before)
