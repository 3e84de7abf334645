"""Writing orders: new, again, changed, and from a guest to the person named later.

One batch is one transaction and a fixed number of statements, whatever its size. The key of each order is made or
locked first; what is stored is then compared with what was told; what changed is deleted and inserted anew, so an
order changes hands without customer_id ever being updated.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit, pipeline, webhooks
from cdp.core.actors import Actor
from cdp.core.models import Source
from commerce.models import Order, OrderLine
from commerce.rules.inputs import OrderInput
from commerce.rules.revisions import Outcome, Told, judge
from commerce.services import codes, drafts, keys, products, returns, rows, stores
from commerce.services.drafts import Clocks, Draft, UnableToWriteOrder
from commerce.services.keys import Owner
from customers.models import Customer, Status
from customers.rules import unreadable
from customers.rules.people import Person
from customers.services import buckets, identity
from customers.services.identity import deciding

__all__ = ["MOST", "Purchase", "UnableToWriteOrder", "Written", "place", "place_many", "write", "write_many"]

MOST = 1000
"""How many orders one batch may hold."""
_OWNING = (Status.KNOWN, Status.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order and its buyer: a person to be recognised, or a customer's id, or neither for a guest."""

    order: OrderInput
    buyer: Person | None = None
    customer_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """An order as it is stored now, and what became of this telling of it."""

    order: Order
    outcome: Outcome


def place(
    *, purchase: Purchase, source: Source, actor: Actor, now: datetime, teller: identity.Teller = identity.Teller.OTHERS
) -> Written:
    """Recognise the buyer and write the order. Raises UnableToWriteOrder; `teller` as in `place_many`."""
    return _only(place_many(purchases=[purchase], source=source, actor=actor, now=now, teller=teller))


def place_many(
    *,
    purchases: Sequence[Purchase],
    source: Source,
    actor: Actor,
    now: datetime,
    teller: identity.Teller = identity.Teller.OTHERS,
) -> list[Written | UnableToWriteOrder]:
    """Recognise the buyers and write the orders, in one transaction; one result for each, in order.

    Where the identifiers of a buyer belong to two people, the strongest identifier decides. The order of somebody who
    was forgotten is a guest's, or cannot be written where the `teller` wants to be ANSWERED.
    """
    with transaction.atomic():
        identified = [
            position for position, one in enumerate(purchases) if one.buyer is not None and one.buyer.is_somebody
        ]
        people = [_told(one.buyer, one.order) for one in purchases if one.buyer is not None and one.buyer.is_somebody]
        found = identity.resolve_many(people, source=source, now=now) if people else []
        who_told = list(zip(identified, found, strict=True))
        gone = {position for position, who in who_told if who.outcome is identity.Outcome.SUPPRESSED}
        customers = {position: None if position in gone else who.customer for position, who in who_told}
        by = deciding.decided_by(people, found, source=source)
        barred = gone if teller is identity.Teller.ANSWERED else set()
        places = [position for position in range(len(purchases)) if position not in barred]
        named = dict(zip(identified, by, strict=True))
        written = iter(
            write_many(
                orders=[
                    (purchases[position].order, customers.get(position, purchases[position].customer_id))
                    for position in places
                ],
                resolved_by={
                    place: named[position]
                    for place, position in enumerate(places)
                    if position in named and position not in gone
                },
                source=source,
                actor=actor,
                now=now,
            )
        )
        return [_forgotten() if position in barred else next(written) for position in range(len(purchases))]


def _forgotten() -> UnableToWriteOrder:
    return UnableToWriteOrder("suppressed", "/customer", str(unreadable.REASONS["suppressed"]))


def _told(buyer: Person, order: OrderInput) -> Person:
    """What an order tells of its buyer was so when it was placed, unless the door knows better."""
    return replace(
        buyer, told_at=buyer.told_at or order.placed_at, told_by=buyer.told_by or f"order:{order.external_id}"
    )


def write(*, order: OrderInput, customer_id: uuid.UUID | None, source: Source, actor: Actor, now: datetime) -> Written:
    """Write one order of a customer, or of a guest. Raises UnableToWriteOrder."""
    return _only(write_many(orders=[(order, customer_id)], source=source, actor=actor, now=now))


def write_many(
    *,
    orders: Sequence[tuple[OrderInput, uuid.UUID | None]],
    source: Source,
    actor: Actor,
    now: datetime,
    lane: int = pipeline.INTERACTIVE,
    resolved_by: Mapping[int, bytes | None] | None = None,
    tracked: Mapping[int, Clocks] | None = None,
) -> list[Written | UnableToWriteOrder]:
    """Write at most MOST orders with their customers (None for guests), in one transaction.

    Returns one result for each, in order; an order that cannot be written does not stop the others. An order that
    appears several times is taken in the order told. `resolved_by`: position → digest of the identifier that told whose
    order it is. `tracked`: position → clocks of those that tracking tells; they change nothing that anybody else told.
    """
    results: dict[int, Written | UnableToWriteOrder] = {}
    with transaction.atomic():
        known = _customers(customer for _, customer in orders if customer)
        waiting: list[Draft] = []
        for position, (told, customer) in enumerate(orders):
            try:
                owner = known.get(customer) if customer else None
                if customer and owner is None:
                    raise UnableToWriteOrder("unknown_customer", "/customer", _("There is no such customer."))
                draft = drafts.make(position, told, source=source.key, customer=owner)
                draft.resolved_by = (resolved_by or {}).get(position)
                draft.tracked = (tracked or {}).get(position)
                waiting.append(draft)
            except UnableToWriteOrder as problem:
                results[position] = problem
        written: list[Draft] = []
        while waiting:
            once, waiting = _each_once(waiting)
            results |= _write(once, now=now)
            written += [draft for draft in once if draft.is_written]
        _tell(written, actor=actor, now=now, lane=lane)
    return [results[position] for position in range(len(orders))]


def _write(batch: Sequence[Draft], *, now: datetime) -> dict[int, Written | UnableToWriteOrder]:
    """Write orders that all have different numbers."""
    claimed = keys.claim(keys.ORDERS, {draft.key: draft.proposed for draft in batch})
    _judge(batch, claimed)
    writing = [draft for draft in batch if draft.is_written]
    # What tracking said came back of them is told by their store as well, under numbers of its own.
    taken_over = [draft.known for draft in writing if draft.known and draft.is_taken_over]
    returns.drop_tracked([Owner(order.customer_id, order.id) for order in taken_over])
    documents = returns.settle(writing)
    keys.release(keys.ORDERS, [draft.key for draft in writing if draft.problem and not draft.known])
    writing = [draft for draft in writing if draft.is_written]
    rows.delete([draft.known for draft in writing if draft.known], lines=OrderLine, column="order_id")
    stored = {draft.position: drafts.order_row(draft, now=now) for draft in writing}
    rows.insert(Order, list(stored.values()))
    rows.insert(OrderLine, [line for draft in writing for line in drafts.line_rows(draft)])
    returns.move(writing)
    returns.write(writing, documents, now=now)
    pointed = {draft.key: Owner(draft.owner, draft.order_id) for draft in writing}
    keys.point(keys.ORDERS, {key: owner for key, owner in pointed.items() if claimed[key] != owner})
    _note_clocks(batch)
    return {
        draft.position: draft.problem or Written(stored.get(draft.position) or _kept(draft), draft.outcome)
        for draft in batch
    }


def _judge(batch: Sequence[Draft], claimed: dict[bytes, Owner]) -> None:
    """Compare each draft with the stored order of its number."""
    owners = [claimed[draft.key] for draft in batch if claimed[draft.key] != draft.proposed]
    stored = rows.owned(Order, owners)
    for draft in batch:
        known = draft.known = stored.get(claimed[draft.key].row)
        if known is None:  # new; or its rows were deleted and only the key is left
            draft.outcome, draft.owner = Outcome.CREATED, draft.proposed.customer
            continue
        if draft.tracked is not None and known.tracked_at is None:
            draft.outcome, draft.owner = Outcome.STALE, known.customer_id
            continue
        before = Told(
            digest=bytes(known.content_digest) if known.content_digest else None,
            updated_at=known.source_updated_at,
            customer=None if known.customer_id in buckets.ALL else known.customer_id,
        )
        draft.outcome, owner = judge(before, Told(draft.content, draft.told.updated_at, draft.customer))
        draft.owner = owner or known.customer_id
        if draft.is_taken_over and draft.outcome is Outcome.SAME:
            draft.outcome = Outcome.UPDATED  # the same words from somebody who answers for them


def _note_clocks(batch: Sequence[Draft]) -> None:
    """The same content at a later clock: remember the clock, so that an older telling cannot win afterwards."""
    later = []
    for draft in batch:
        told_at, order = draft.told.updated_at, draft.known
        if draft.outcome is not Outcome.SAME or order is None or told_at is None:
            continue
        if order.source_updated_at is None or told_at > order.source_updated_at:
            order.source_updated_at = told_at
            later.append(order)
    if later:
        owned = Order.objects.filter(customer_id__in={order.customer_id for order in later})
        owned.bulk_update(later, ["source_updated_at"])


def _is_guest(draft: Draft) -> bool:
    return draft.owner in buckets.ALL


def _tell(written: Sequence[Draft], *, actor: Actor, now: datetime, lane: int) -> None:
    """Codes are redeemed, products learn names, customers are marked, the audit gets one entry for the batch."""
    if not written:
        return
    products.learn((line for draft in written for line in draft.told.lines), now=now)
    stores.learn(((draft.told.store, draft.told.channel) for draft in written), now=now)
    naming = sorted({draft.owner for draft in written if draft.told.coupon} - buckets.ALL)
    if naming:
        codes.redeem(naming, now=now)
    guests = sorted({(draft.owner, draft.order_id) for draft in written if draft.told.coupon and _is_guest(draft)})
    if guests:
        codes.redeem_guests(guests, now=now)
    touched = {draft.owner for draft in written} | {draft.known.customer_id for draft in written if draft.known}
    pipeline.mark(sorted(touched - buckets.ALL), cause="commerce.orders", lane=lane)
    new = [
        webhooks.Fact(
            draft.owner,
            now,
            {
                "order": str(draft.order_id),
                "external_id": draft.told.external_id,
                "placed_at": draft.told.placed_at,
                "currency": draft.told.currency,
            },
        )
        for draft in written
        if draft.outcome is Outcome.CREATED and draft.owner not in buckets.ALL
    ]
    webhooks.publish_many("order.created", new)
    only = written[0] if len(written) == 1 else None
    moves = {str(draft.order_id): str(draft.known.customer_id) for draft in written if draft.is_moved and draft.known}
    audit.record(
        audit.Action.ORDER_WRITTEN,
        actor=actor,
        at=now,
        customer=only.owner if only else None,
        subject=only.order_id if only else "",
        details={
            "orders": {str(draft.order_id): draft.outcome.value for draft in written},
            **({"moved_from": moves} if moves else {}),
        },
    )


def _each_once(waiting: Sequence[Draft]) -> tuple[list[Draft], list[Draft]]:
    """The first telling of each order, and the rest."""
    seen: set[bytes] = set()
    once: list[Draft] = []
    rest: list[Draft] = []
    for draft in waiting:
        (rest if draft.key in seen else once).append(draft)
        seen.add(draft.key)
    return once, rest


def _customers(wanted: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The customers who can own an order, by the ids they were named with; a merged id means its survivor."""
    means = {customer: customer for customer in wanted}
    owners: dict[uuid.UUID, uuid.UUID] = {}
    while means:
        rows = Customer.objects.filter(id__in=set(means.values())).values_list("id", "status", "merged_into")
        found = {row: (status, survivor) for row, status, survivor in rows}
        further = {}
        for named, row in means.items():
            status, survivor = found.get(row, (None, None))
            if status in _OWNING:
                owners[named] = row
            elif status == Status.MERGED and survivor is not None:
                further[named] = survivor
        means = further
    return owners


def _kept(draft: Draft) -> Order:
    if draft.known is None:
        raise AssertionError("an order that was not written is known")
    return draft.known


def _only(results: Sequence[Written | UnableToWriteOrder]) -> Written:
    (result,) = results
    if isinstance(result, UnableToWriteOrder):
        raise result
    return result
