"""How coupons read to the person who holds them."""

from django.utils.translation import gettext_lazy as _

from cdp.core import readable, sources, written_numbers
from cdp.core.readable import Reading, Row


def _worth(row: Row) -> str:
    if row["percent"] is not None:
        return f"{written_numbers.number(row['percent'])} %"
    return written_numbers.money(row["amount"], row["currency"])


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
        told={"percent": _worth},
    ),
)
readable.declare_inner("loyalty.CouponKey")
