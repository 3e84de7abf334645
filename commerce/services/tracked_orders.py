"""An order that a website told under its store's inner number, before the store told which order that is."""

from commerce.models import Order, OrderLine, Storefront
from commerce.rules import digests
from commerce.services import keys, returns, rows
from commerce.services.keys import Owner


def renumber(*, source: str, inner: str, number: str) -> None:
    """Let what tracking told under `inner` (as it came, or behind what a storefront puts before its numbers) go by
    `number` from now on, so that the store's telling meets it.

    Where that number is known already, what tracking told is the same order once more and goes. In the transaction of
    whoever writes the order; one look where there is nothing.
    """
    if not inner or inner == number:
        return
    prefixes = Storefront.objects.filter(orders_of__key=source).values_list("number_prefix", flat=True)
    names = {inner, *(f"{prefix}{inner}"[:200] for prefix in prefixes)} - {number}
    known = keys.find(keys.ORDERS, [digests.key(source, name) for name in names])
    orders = [order for order in rows.owned(Order, list(known.values())).values() if order.tracked_at is not None]
    for order in orders:
        old, new = digests.key(source, order.external_id), digests.key(source, number)
        mine = Owner(order.customer_id, order.id)
        if keys.claim(keys.ORDERS, {new: mine})[new] == mine:
            Order.objects.filter(customer_id=order.customer_id, id=order.id).update(external_id=number)
        else:
            returns.drop_tracked([mine])
            rows.delete([order], lines=OrderLine, column="order_id")
        keys.release(keys.ORDERS, [old])
