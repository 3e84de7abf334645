"""Orders as tracking tells them.

Several events tell one order: completed, changed, cancelled, in any order of arrival. Content and state each follow the
newest event that says something of them. Whoever answers for the order (its store, a file, REST) wins over all of it;
of such an order tracking can only say whose it is, where nobody else did.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from cdp.core import pipeline
from cdp.core.actors import SYSTEM
from commerce.hooks.reading import Unreadable
from commerce.models import Order, OrderLine, Refund
from commerce.rules import digests, statuses
from commerce.rules.inputs import LineInput, OrderInput
from commerce.selectors import orders as reading
from commerce.services import guest_orders, keys, orders
from commerce.services.booking.hearing import Desk, Heard
from commerce.services.drafts import Clocks, UnableToWriteOrder
from commerce.services.hooks import marks
from commerce.services.keys import Owner
from commerce.tracking import names
from commerce.tracking import orders as telling
from customers.services import buckets

_Tellings = list[tuple[Heard, telling.Told]]


@dataclass(slots=True)
class _State:
    """An order as tracking tells it: its content and state, each with the time of the event that told it."""

    placed_at: dt.datetime
    content: OrderInput | None = None
    content_at: dt.datetime | None = None
    status: str | None = None
    status_at: dt.datetime | None = None
    is_news: bool = False

    def hear(self, one: Heard, told: telling.Told, currency: str) -> None:
        """Take in one event."""
        if one.at < self.placed_at:
            self.placed_at, self.is_news = one.at, True
        if told.content is not None and (self.content_at is None or one.at >= self.content_at):
            self.content, self.content_at, self.is_news = _input(told, one.at, currency), one.at, True
        if told.status and (self.status_at is None or one.at >= self.status_at):
            self.is_news = self.is_news or told.status != self.status
            self.status, self.status_at = told.status, one.at


def book(desk: Desk) -> None:
    """Write the orders of these events; note in `desk.ordered` which order each number is."""
    by_number = _tellings(desk)
    if not by_number:
        return
    digests_of = {number: digests.key(desk.source.key, number) for number in by_number}
    owners = keys.find(keys.ORDERS, digests_of.values())
    stored = reading.lines_of(found := list(_stored(owners)))
    known = {order.external_id: order for order in found}
    _name_buyers(desk, {number: (known[number], tellings) for number, tellings in by_number.items() if number in known})
    if desk.takes_orders:
        _write(desk, by_number, known, stored)
    numbers = {digests_of[number]: number for number in by_number}
    for digest, owner in keys.find(keys.ORDERS, digests_of.values()).items():
        desk.ordered[numbers[digest]] = (owner.customer, owner.row)


def _tellings(desk: Desk) -> dict[str, _Tellings]:
    """What is told of each order, by the number that its store gives it."""
    told: list[tuple[Heard, telling.Told]] = []
    for one in desk.of(names.ORDERS):
        try:
            told.append((one, telling.told(one.kind, one.body)))
        except Unreadable as problem:
            desk.refuse(one, problem)
    # A website may know the inner number of its store only; the store told us which order that is.
    inner = marks.numbers(desk.source.key, "order", {said.number for _one, said in told})
    found: dict[str, _Tellings] = defaultdict(list)
    for one, said in told:
        found[inner.get(said.number) or desk.number(said.number)].append((one, said))
    return found


def _stored(owners: dict[bytes, Owner]) -> Sequence[Order]:
    if not owners:
        return []
    rows, customers = [owner.row for owner in owners.values()], {owner.customer for owner in owners.values()}
    return list(Order.objects.filter(customer_id__in=customers, id__in=rows))


def _write(
    desk: Desk,
    by_number: dict[str, _Tellings],
    known: dict[str, Order],
    lines: dict[uuid.UUID, list[OrderLine]],
) -> None:
    waiting: list[tuple[OrderInput, uuid.UUID | None]] = []
    clocks: dict[int, Clocks] = {}
    deciding: dict[int, bytes | None] = {}
    tellings: list[_Tellings] = []
    for number, told in sorted(by_number.items()):
        order = known.get(number)
        if order is not None and order.tracked_at is None:
            continue  # somebody who answers for it told it
        state = _state(order, lines)
        for one, said in told:
            state = state or _State(one.at)
            state.hear(one, said, order.currency if order else settings.CDP_CURRENCY)
        if state is None or state.content is None or state.content_at is None:
            key = digests.key(desk.source.key, number)
            desk.waiting += [(one.event, key) for one, _said in told]  # cancelled before it was ever told
            continue
        owner = _owner(desk, order, told)
        is_moved = order is not None and owner is not None and owner != order.customer_id
        if not state.is_news and not is_moved:
            continue
        content = replace(state.content, external_id=number, placed_at=state.placed_at)
        content = replace(content, status=state.status or statuses.PAID)
        deciding[len(waiting)] = next((one.resolved_by for one, _said in told if one.person == owner and owner), None)
        clocks[len(waiting)] = Clocks(state.content_at, state.status_at or state.content_at)
        tellings.append(told)
        waiting.append((content, owner))
    if not waiting:
        return
    for start in range(0, len(waiting), orders.MOST):
        places = range(start, min(start + orders.MOST, len(waiting)))
        results = orders.write_many(
            orders=[waiting[place] for place in places],
            source=desk.source,
            actor=SYSTEM,
            now=desk.now,
            resolved_by={place - start: deciding[place] for place in places},
            tracked={place - start: clocks[place] for place in places},
        )
        for place, result in zip(places, results, strict=True):
            if isinstance(result, UnableToWriteOrder):
                last, _said = tellings[place][-1]
                desk.problems.append((last.event, result.code, result.pointer.strip("/").replace("/", ".")))


def _state(order: Order | None, lines: dict[uuid.UUID, list[OrderLine]]) -> _State | None:
    if order is None:
        return None
    content = OrderInput(
        external_id=order.external_id,
        placed_at=order.placed_at,
        currency=order.currency,
        status=order.status,
        total=order.total,
        discount=order.discount,
        shipping=order.shipping,
        tax=order.tax,
        coupon=order.coupon,
        channel=order.channel,
        store=order.store,
        lines=tuple(
            LineInput(line.quantity, line.unit_price, line.sku, line.name, line.category, line.discount, line.amount)
            for line in lines.get(order.id, ())
        ),
    )
    return _State(order.placed_at, content, order.tracked_at, order.status, order.tracked_status_at)


def _input(told: telling.Told, at: dt.datetime, currency: str) -> OrderInput:
    said = told.content
    if said is None:
        raise AssertionError("an event without content tells none")
    return OrderInput(
        external_id=told.number,
        placed_at=at,
        currency=said.currency or currency,
        total=said.total,
        discount=said.discount,
        shipping=said.shipping,
        tax=said.tax,
        coupon=said.coupon,
        channel=said.channel,
        store=said.store,
        lines=said.lines,
    )


def _owner(desk: Desk, order: Order | None, told: _Tellings) -> uuid.UUID | None:
    """Whose the order is: the latest who is somebody, else whose it is, else the browser that told it."""
    people = [one.person for one, _said in told if one.person]
    somebody = [person for person in people if person in desk.known]
    if somebody:
        return somebody[-1]
    if order is not None and order.customer_id not in buckets.ALL:
        return order.customer_id
    return people[-1] if people else None


def _knows(said: telling.Told, order: Order) -> bool:
    """Whether somebody says of an order what only its buyer and the store know."""
    content = said.content
    return (
        content is not None
        and content.total == order.amount
        and (content.currency or settings.CDP_CURRENCY).upper() == order.currency
    )


def _name_buyers(desk: Desk, told: dict[str, tuple[Order, _Tellings]]) -> None:
    """An order that its store told as a guest's is the order of the customer who completed it on the website.

    Numbers can be guessed: where anybody may write events, who completed it also knows what it came to.
    """
    moves: dict[uuid.UUID, guest_orders.Move] = {}
    digests_of: dict[uuid.UUID, bytes] = {}
    for order, tellings in told.values():
        somebody = [
            one.person
            for one, said in tellings
            if one.person in desk.known and (not desk.is_public or _knows(said, order))
        ]
        if order.tracked_at is None and order.customer_id in buckets.ALL and somebody and somebody[-1]:
            moves[order.id] = (order.customer_id, somebody[-1])
            digests_of[order.id] = digests.key(order.source, order.external_id)
    if not moves:
        return
    locked = keys.claim(keys.ORDERS, {digests_of[row]: Owner(bucket, row) for row, (bucket, _to) in moves.items()})
    moves = {row: move for row, move in moves.items() if locked[digests_of[row]].customer == move[0]}
    guest_orders.adopt_orders(moves)
    guest_orders.repoint(keys.ORDERS, moves, digests_of)
    given = Refund.objects.filter(customer_id__in={bucket for bucket, _to in moves.values()}, order_id__in=list(moves))
    back = {refund.id: refund for refund in given}
    back_moves = {row: moves[refund.order_id] for row, refund in back.items() if refund.order_id}
    guest_orders.adopt_refunds(back_moves)
    back_digests = {row: digests.key(refund.source, refund.external_id) for row, refund in back.items()}
    guest_orders.repoint(keys.REFUNDS, back_moves, back_digests)
    pipeline.mark({to for _bucket, to in moves.values()}, cause="commerce.orders")
