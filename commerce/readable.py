"""How orders, refunds, carts, wishes, warranties and pre-orders read to the person whose they are."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core import readable, sources, written_numbers
from cdp.core.readable import Reading, Row


def _line(row: Row, parent: Row) -> str:
    """An article with how many and what it cost, as in 2 × Ginger tea: ฿340.00; else with the price of one."""
    name = row["name"] or row["sku"] or "?"
    text = f"{written_numbers.number(row['quantity'])} × {name}"
    amount = row.get("amount", row.get("unit_price"))
    currency = parent["currency"]
    return f"{text}: {written_numbers.money(amount, currency)}" if amount is not None and currency else text


def _article(row: Row) -> str:
    return row["name"] or row["typed"] or row["sku"] or ""


readable.declare(
    "commerce.Order",
    Reading(
        _("Orders"),
        {
            "placed_at": pgettext_lazy("order", "Ordered"),
            "external_id": _("Order number"),
            "status": _("State"),
            "lines": _("Articles"),
            "discount": _("Discount"),
            "shipping": _("Shipping"),
            "tax": _("Tax"),
            "amount": _("Amount"),
            "coupon": _("Coupon"),
            "store": _("Shop"),
            "source": _("Came through"),
        },
        newest="placed_at",
        names={"source": sources.names},
        money=dict.fromkeys(("discount", "shipping", "tax", "amount"), "currency"),
    ),
)
readable.declare("commerce.OrderLine", Reading(_("Articles of orders"), part_of="commerce.Order", line=_line))
readable.declare(
    "commerce.Refund",
    Reading(
        _("Refunds and returns"),
        {
            "at": _("When"),
            "external_id": _("Number"),
            "lines": _("Articles"),
            "amount": _("Amount"),
            "words": _("Reason"),
            "source": _("Came through"),
        },
        newest="at",
        names={"source": sources.names},
        money={"amount": "currency"},
    ),
)
readable.declare("commerce.RefundLine", Reading(_("Articles given back"), part_of="commerce.Refund", line=_line))
readable.declare(
    "commerce.Cart",
    Reading(
        _("Carts"),
        {
            "started_at": _("Begun"),
            "told_at": _("Last changed"),
            "lines": _("Articles"),
            "total": _("Amount"),
            "status": _("State"),
            "source": _("Came through"),
        },
        newest="told_at",
        names={"source": sources.names},
        money={"total": "currency"},
    ),
)
readable.declare("commerce.CartLine", Reading(_("Articles in carts"), part_of="commerce.Cart", line=_line))
readable.declare(
    "commerce.Wish",
    Reading(
        _("Wish lists"),
        {"added_at": _("Put on it"), "name": _("Article"), "list_name": _("List"), "removed_at": _("Taken off"),
         "source": _("Came through")},
        newest="added_at",
        names={"source": sources.names},
        told={"name": lambda row: row["name"] or row["sku"]},
    ),
)  # fmt: skip
readable.declare(
    "commerce.StockInterest",
    Reading(
        _("Articles you wanted to hear of once they are back"),
        {"noted_at": _("When"), "name": _("Article"), "ended_at": _("Over since"), "source": _("Came through")},
        newest="noted_at",
        names={"source": sources.names},
        told={"name": lambda row: row["name"] or row["sku"]},
    ),
)
readable.declare(
    "commerce.CouponTry",
    Reading(
        _("Coupons you tried"),
        {
            "at": _("When"),
            "code": _("Code"),
            "action": _("What happened"),
            "order_number": _("Order number"),
            "reason": _("Reason"),
            "source": _("Came through"),
        },
        newest="at",
        names={"source": sources.names},
    ),
)
readable.declare(
    "commerce.Warranty",
    Reading(
        _("Warranties"),
        {
            "registered_at": pgettext_lazy("warranty", "Registered"),
            "name": _("Article"),
            "serial": _("Serial number"),
            "place": _("Bought at"),
            "order_number": _("Order number"),
            "bought_on": _("Bought on"),
            "ends_on": _("Good until"),
            "state": _("State"),
            "lines": _("Claims"),
            "source": _("Came through"),
        },
        newest="registered_at",
        names={"source": sources.names},
        told={"name": _article},
    ),
)
readable.declare(
    "commerce.WarrantyClaim",
    Reading(
        _("Warranty claims"),
        part_of="commerce.Warranty",
        line=lambda row, _parent: " → ".join(one for one in (row["text"], row["outcome"]) if one),
    ),
)
readable.declare(
    "commerce.PreOrder",
    Reading(
        _("Pre-orders"),
        {
            "placed_at": _("When"),
            "number": _("Number"),
            "name": _("Article"),
            "quantity": _("How many"),
            "wish_on": _("Wished for"),
            "way": _("Way"),
            "address": _("Address"),
            "note": _("Your note"),
            "state": _("State"),
            "source": _("Came through"),
        },
        newest="placed_at",
        names={"source": sources.names},
        told={"name": _article},
    ),
)
readable.declare_inner("commerce.OrderKey", "commerce.RefundKey", "commerce.CartKey")
