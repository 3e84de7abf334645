"""Telling people that their suggestion was useful, or their answer, and what they have of it."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.utils.translation import override

from cdp.core import outbox, written_dates
from consent.selectors import reach
from customers.selectors import lineage
from loyalty.selectors import benefits, coupons, wallets
from loyalty.services.coupons import Issued

NOTICE, ANSWERED = "thanks", "survey-coupon"


def points(customer: uuid.UUID, wallet: str, amount: Decimal, *, key: str, now: datetime) -> bool:
    """Write to who was thanked with points or credit; False for who cannot be reached. `key` is what it is for."""
    way = _way(customer)
    if way is None:
        return False
    with override(way.language):
        held = wallets.every().get(wallet) or wallets.unknown(wallet)
        data = {"what": held.counted(amount), "code": "", "last_day": ""}
    return _put(way, customer, data, key, now)


def coupon(issued: Issued, *, key: str, now: datetime, notice: str = NOTICE) -> bool:
    """The same for a coupon, with its code; `notice` says what for."""
    row = issued.coupon
    way = _way(row.customer_id)
    if way is None:
        return False
    with override(way.language):
        data = {
            "what": benefits.words(row.gives, benefits.names_of([row.gives])),
            "code": issued.code,
            "last_day": written_dates.in_full(coupons.last_day(row)),
        }
    return _put(way, row.customer_id, data, key, now, notice)


def _way(customer: uuid.UUID) -> reach.Way | None:
    who = lineage.standing([customer]).get(customer)
    way = reach.ways([who]).get(who) if who else None
    return way if way is not None and outbox.reaches(way.channel) else None


def _put(
    way: reach.Way, customer: uuid.UUID, data: dict[str, str], key: str, now: datetime, notice: str = NOTICE
) -> bool:
    outbox.put(
        outbox.Draft(
            kind=notice,
            address=way.address,
            key=f"{notice}:{key}",
            language=way.language,
            channel=way.channel,
            customer=lineage.standing([customer])[customer],
            data=data,
        ),
        at=now,
    )
    return True
