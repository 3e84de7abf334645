"""Facts of a store, written through the same services as every other door.

The caller holds the transaction. Whatever arrives twice, or later than something newer, changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cdp.core import pipeline
from cdp.core.actors import SYSTEM
from commerce.hooks import facts
from commerce.models import HookDelivery, Order
from commerce.rules import carts as rules
from commerce.rules import statuses
from commerce.rules.carts import CartInput
from commerce.rules.inputs import OrderInput, RefundInput
from commerce.rules.revisions import Outcome
from commerce.selectors import orders as reading
from commerce.services import carts, orders, products, refunds, tracked_orders
from commerce.services.hooks import leads, marks, notices
from commerce.services.hooks.receipts import Receipt
from consent.selectors import jurisdiction
from consent.services import grants, refusing
from customers.rules import people
from customers.services import buckets, identity

MARKETING = "marketing"
STORE, CART = "store", "cart"
"""What a store tells of people outside its orders, as the origin of what is known of them."""


class OrderUnknown(Exception):
    """A refund of an order that has not been told yet. `mark` is what the order will bring along."""

    def __init__(self, mark: bytes) -> None:
        """Name the mark."""
        super().__init__("the order of this refund was not told yet")
        self.mark = mark


def write(fact: facts.Fact, receipt: Receipt) -> bool:
    """Write one fact; False when it told nothing new. Raises OrderUnknown and what the services raise."""
    return _WRITERS[type(fact)](fact, receipt)


def _person(fact: facts.PersonTold, receipt: Receipt) -> bool:
    source = receipt.source
    if not marks.advance(source.key, "customer", fact.number, at=fact.at):
        return False
    person, _ = people.clean(fact.raw, receipt.rules)
    if not person.is_somebody:
        return False
    person.told_at = fact.at
    (found,) = identity.resolve_many([person], source=source, now=receipt.now, by=STORE)
    rows = [
        grants.GrantRow(
            customer=found.customer,
            purpose=MARKETING,
            channel=said.channel,
            granted=said.granted,
            at=min(said.at, receipt.now),
            source=source.key,
            method="store",
            evidence=said.evidence,
        )
        for said in fact.consents
    ]
    wanted = [(row.customer, row.purpose) for row in rows if row.granted]
    if wanted and jurisdiction.needing_guardian(wanted, on=receipt.now.date()):
        boxes = [(row.purpose, row.channel) for row in rows if row.granted]
        rows = [row for row in rows if not row.granted]
        refusing.note_child(customer=found.customer, boxes=boxes, door="store", actor=SYSTEM, at=receipt.now)
    if rows:
        grants.record_many(rows, actor=SYSTEM, now=receipt.now, lane=pipeline.INTERACTIVE)
    return True


def _order(fact: facts.OrderTold, receipt: Receipt) -> bool:
    source = receipt.source
    order = _placed_at_first(fact, source.key)
    if not marks.advance(source.key, "order", fact.order_id, at=fact.at, number=order.external_id):
        return _refunds(fact, receipt)  # an older telling may still be the first to tell of a refund
    marks.advance(source.key, "currency", "", at=fact.at, number=order.currency)
    tracked_orders.renumber(source=source.key, inner=fact.order_id, number=order.external_id)
    buyer, _ = people.clean(_current(fact, receipt), receipt.rules)
    buyer.told_at = fact.at
    written = orders.place(
        purchase=orders.Purchase(order, buyer if buyer.is_somebody else None),
        source=source,
        actor=SYSTEM,
        now=receipt.now,
    )
    HookDelivery.objects.filter(waits_for=marks.digest(source.key, "order", fact.order_id)).update(next_at=receipt.now)
    if fact.tokens:
        carts.record(
            cart=CartInput(tokens=fact.tokens, at=order.placed_at, status=rules.ORDERED),
            customer_id=None if written.order.customer_id in buckets.ALL else written.order.customer_id,
            order_id=written.order.id,
            source=source,
            now=receipt.now,
        )
    told = _refunds(fact, receipt)
    return told or written.outcome in {Outcome.CREATED, Outcome.UPDATED}


def _placed_at_first(fact: facts.OrderTold, source: str) -> OrderInput:
    """The order, placed when it was first told of if its store's clock runs ahead: each telling is received later."""
    known = reading.by_number(source, fact.order.external_id).first() if fact.is_ahead else None
    return replace(fact.order, placed_at=known.placed_at) if known else fact.order


def _current(fact: facts.OrderTold, receipt: Receipt) -> Mapping[str, str]:
    """What an order may say of its buyer. One that is older than what was told of the person since names the person,
    and changes nothing of them.
    """
    buyer, source = fact.buyer, receipt.source.key
    name = buyer.get("external_id") or buyer.get("email", "").casefold()
    if not name:
        return buyer
    told_at = marks.told_at(source, "customer", name)
    is_newest = marks.advance(source, "buyer", name, at=fact.at)
    if is_newest and (told_at is None or told_at <= fact.at):
        return buyer
    return {field: buyer[field] for field in ("external_id", "email") if field in buyer}


def _refunds(fact: facts.OrderTold, receipt: Receipt) -> bool:
    is_news = False
    for refund in fact.refunds:
        try:
            is_news = _refund(refund, receipt) or is_news
        except refunds.UnableToWriteRefund as problem:
            receipt.problems.append(problem)
        except OrderUnknown:  # the store deleted the order before it was ever told
            continue
    return is_news


def _refund(fact: facts.RefundTold, receipt: Receipt) -> bool:
    source = receipt.source
    number = marks.number_of(source.key, "order", fact.order_id)
    order = reading.by_number(source.key, number).first() if number else None
    if order is None:
        raise OrderUnknown(marks.digest(source.key, "order", fact.order_id))
    try:
        recorded = refunds.write(
            refund=_fitting(fact.refund, order), order=order, source=source, actor=SYSTEM, now=receipt.now
        )
    except refunds.RefundExists:
        return False  # told before, with its order or by itself: the first telling stays
    return recorded.is_new


def _fitting(refund: RefundInput, order: Order) -> RefundInput:
    """A refund told in the words of its order: without a time it was given when the order was last changed."""
    return RefundInput(
        external_id=refund.external_id,
        amount=refund.amount,
        lines=refund.lines,
        at=refund.at or order.source_updated_at,
        currency=refund.currency or order.currency,
        reason=refund.reason,
    )


def _order_gone(fact: facts.OrderGone, receipt: Receipt) -> bool:
    """The order stays and counts no more; what comes late about it is older than this."""
    source = receipt.source.key
    if not marks.advance(source, "order", fact.order_id, at=receipt.received_at):
        return False
    order = reading.by_number(source, marks.number_of(source, "order", fact.order_id) or "").first()
    if order is None:
        return False
    changed = Order.objects.filter(customer_id=order.customer_id, id=order.id).update(
        status=statuses.CANCELLED,
        is_counted=False,
        content_digest=None,
        source_updated_at=receipt.received_at,
        updated_at=receipt.now,
    )
    pipeline.mark({order.customer_id} - buckets.ALL, cause="commerce.orders")
    return changed == 1


def _product(fact: facts.ProductTold, receipt: Receipt) -> bool:
    source = receipt.source.key
    if not marks.advance(source, "product", fact.product_id, at=fact.at):
        return False
    currency = marks.number_of(source, "currency", "")
    for article in fact.articles:
        values: dict[str, Any] = dict(article.values)
        # Stores do not say in which currency a price is; their orders do.
        if article.price is not None and currency:
            values |= {"price": article.price, "currency": currency}
        products.write(sku=article.sku, values=values, actor=SYSTEM, now=receipt.now)
    return bool(fact.articles)


def _notice(fact: facts.NoticeTold, receipt: Receipt) -> bool:
    notices.note(told=fact, source=receipt.source, rules=receipt.rules, now=receipt.now)
    return True


def _cart(fact: facts.CartTold, receipt: Receipt) -> bool:
    """A cart, of whoever is known to have filled it. It tells nothing of the person that would change them."""
    buyer = {
        name: fact.buyer[name] for name in ("external_id", "email", "given_name", "family_name") if name in fact.buyer
    }
    person, _ = people.clean(buyer, receipt.rules)
    (known,) = identity.look_up([person], source=receipt.source) if person.is_identified else (None,)
    if known is None and person.is_identified:
        (found,) = identity.resolve_many([person], source=receipt.source, now=receipt.now, by=CART)
        known = None if found.outcome is identity.Outcome.SUPPRESSED else found.customer
    return carts.record(cart=fact.cart, customer_id=known, source=receipt.source, now=receipt.now)


_WRITERS: Mapping[type, Callable[[Any, Receipt], bool]] = {
    facts.PersonTold: _person,
    facts.OrderTold: _order,
    facts.OrderGone: _order_gone,
    facts.RefundTold: _refund,
    facts.ProductTold: _product,
    facts.CartTold: _cart,
    facts.NoticeTold: _notice,
    facts.LeadTold: leads.take,
    facts.LinkTold: leads.link,
    facts.ReachTold: leads.reach,
    facts.ChatTold: leads.chat,
}
