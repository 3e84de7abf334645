"""How coupons read to the person who holds them."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import readable, sources, written_dates, written_numbers
from cdp.core.readable import Reading, Row


def _worth(row: Row) -> str:
    if row["percent"] is not None:
        return f"{written_numbers.number(row['percent'])} %"
    return written_numbers.money(row["amount"], row["currency"])


def _last_day(row: Row) -> str:
    """The last day on which it is good, as the page of the coupon tells it: the moment stored is when that is over."""
    return written_dates.in_full(timezone.localdate(row["valid_until"] - dt.timedelta(microseconds=1)))


readable.declare(
    "loyalty.Coupon",
    Reading(
        _("Coupons"),
        {
            "issued_at": _("Given to you"),
            "code": _("Code"),
            "percent": _("Worth"),
            "minimum": _("From an amount of"),
            "is_first_order": _("For the first order only"),
            "valid_until": _("Good until"),
            "redeemed_at": _("Used"),
            "redeemed_by": _("Came through"),
        },
        newest="issued_at",
        names={"redeemed_by": sources.names},
        money={"minimum": "currency"},
        told={"percent": _worth, "valid_until": _last_day},
    ),
)
readable.declare_inner("loyalty.CouponKey")
