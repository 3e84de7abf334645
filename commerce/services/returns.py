"""Return documents: the negative lines of an order, as a refund with the order's own number.

Such a document belongs to its order: it is written, replaced and moved with it. It has no content digest of its own,
which tells it from a refund that somebody booked by itself.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from cdp.core import ids
from cdp.core.crypto import subjects
from commerce.models import Refund, RefundLine
from commerce.rules import amounts, digests
from commerce.rules.amounts import PricedLine
from commerce.selectors import orders as reading
from commerce.services import keys, rows
from commerce.services.drafts import Draft, UnableToWriteOrder
from commerce.services.keys import Owner
from customers.services import buckets


def settle(drafts: Sequence[Draft]) -> dict[bytes, uuid.UUID]:
    """Claim the numbers of the return documents that are due, drop those that are replaced.

    Returns the id of each document to write by key. A draft whose number already belongs to a refund booked by itself,
    or to another order, gets its problem.
    """
    due = {draft.key: Owner(draft.owner, ids.uuid7()) for draft in drafts if draft.priced.has_return}
    claimed = keys.claim(keys.REFUNDS, due)
    others = keys.find(keys.REFUNDS, [draft.key for draft in drafts if draft.known and draft.key not in due])
    known = rows.owned(Refund, [owner for digest, owner in (claimed | others).items() if owner != due.get(digest)])
    documents: dict[bytes, uuid.UUID] = {}
    replaced, released = [], []
    for draft in drafts:
        pointed = claimed.get(draft.key) or others.get(draft.key)
        refund = known.get(pointed.row) if pointed else None
        is_ours = refund is not None and _is_return_of(refund, draft)
        if draft.key in due and refund is not None and not is_ours:
            draft.problem = UnableToWriteOrder(
                "refund_exists", "/external_id", _("Another refund already has the number of this order's return.")
            )
            continue
        if refund is not None and is_ours:
            replaced.append(refund)
        if draft.key in due and pointed is not None:
            documents[draft.key] = pointed.row
        elif is_ours:
            released.append(draft.key)
    delete(replaced)
    keys.release(keys.REFUNDS, released)
    return documents


def write(drafts: Sequence[Draft], documents: dict[bytes, uuid.UUID], *, now: datetime) -> None:
    """Write the documents that `settle` promised."""
    refunds, lines = [], []
    for draft in drafts:
        if draft.key not in documents or not draft.is_written:
            continue
        refund = Refund(
            id=documents[draft.key],
            customer_id=draft.owner,
            source=draft.source,
            external_id=draft.told.external_id,
            order_id=draft.order_id,
            at=draft.told.placed_at,
            currency=draft.told.currency,
            amount=draft.priced.returned_amount,
            created_at=now,
        )
        refunds.append(refund)
        lines += line_rows(refund, draft.priced.returned)
    rows.insert(Refund, refunds)
    rows.insert(RefundLine, lines)
    keys.point(
        keys.REFUNDS,
        {digests.key(refund.source, refund.external_id): Owner(refund.customer_id, refund.id) for refund in refunds},
    )


def move(drafts: Sequence[Draft]) -> None:
    """Refunds of orders that change hands go with them: deleted and inserted, customer_id is never updated."""
    owners = {draft.order_id: draft.owner for draft in drafts if draft.is_moved}
    if not owners:
        return
    before = {draft.known.customer_id for draft in drafts if draft.is_moved and draft.known}
    refunds = list(Refund.objects.filter(customer_id__in=before, order_id__in=owners))
    found = [refund.id for refund in refunds]
    lines = list(RefundLine.objects.filter(customer_id__in=before, refund_id__in=found))
    delete(refunds)
    reasons = reading.reasons_of(refunds)
    new_owner = {refund.id: owners[refund.order_id] for refund in refunds if refund.order_id}
    keyring = subjects.load({owner for refund, owner in new_owner.items() if reasons.get(refund)})
    for refund in refunds:
        refund.customer_id = new_owner[refund.id]
        refund.words = sealed(refund, reasons.get(refund.id, ""), keyring)
    for line in lines:
        line.customer_id = new_owner[line.refund_id]
    rows.insert(Refund, refunds)
    rows.insert(RefundLine, lines)
    keys.point(
        keys.REFUNDS,
        {digests.key(refund.source, refund.external_id): Owner(refund.customer_id, refund.id) for refund in refunds},
    )


def drop_tracked(orders: Sequence[Owner]) -> None:
    """Forget what tracking said came back of these orders: whoever answers for them tells it from now on."""
    if not orders:
        return
    found = list(
        Refund.objects.filter(
            customer_id__in={order.customer for order in orders},
            order_id__in=[order.row for order in orders],
            is_tracked=True,
        )
    )
    delete(found)
    keys.release(keys.REFUNDS, [digests.key(refund.source, refund.external_id) for refund in found])


def booked(source: str, numbers: Iterable[str]) -> set[str]:
    """Those numbers that belong to a refund which somebody booked by itself: a file must not count it again."""
    wanted = {digests.key(source, number): number for number in numbers}
    owners = keys.find(keys.REFUNDS, wanted)
    stored = rows.owned(Refund, list(owners.values()))
    return {
        wanted[digest]
        for digest, owner in owners.items()
        if owner.row in stored and stored[owner.row].content_digest is not None
    }


def delete(refunds: Sequence[Refund]) -> None:
    """Delete refunds with their lines; their keys stay."""
    rows.delete(refunds, lines=RefundLine, column="refund_id")


def line_rows(refund: Refund, lines: Sequence[PricedLine]) -> list[RefundLine]:
    """The returned lines as they are to be stored."""
    return [
        RefundLine(
            id=ids.uuid7(),
            customer_id=refund.customer_id,
            refund_id=refund.id,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=amounts.rounded(line.amount),
        )
        for line in lines
    ]


def sealed(refund: Refund, reason: str, keyring: subjects.Keyring) -> bytes | None:
    """Why money was given back, sealed for whose refund it is; nothing of a guest, who has no key to destroy."""
    owner = refund.customer_id
    if not reason or owner in buckets.ALL or owner not in keyring.writing:
        return None
    return keyring.seal(reason, customer=owner, table=reading.REFUNDS, column="words", row=refund.id)


def _is_return_of(refund: Refund, draft: Draft) -> bool:
    # A file may have brought the return before its order: then it belongs to no order yet.
    return refund.order_id is None or (refund.order_id == draft.order_id and refund.content_digest is None)
