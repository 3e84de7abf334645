"""One order on its way into the tables: what was told, what it comes to, what is known of it, what becomes of it."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from cdp.core import ids
from commerce.models import Order, OrderLine
from commerce.rules import amounts, digests
from commerce.rules.inputs import OrderInput
from commerce.rules.revisions import Outcome
from commerce.services.keys import Owner
from customers.services import buckets


@dataclass(frozen=True, slots=True)
class Clocks:
    """When the events happened that told an order's content and its state: what tracking tells is ordered by them."""

    content_at: datetime
    status_at: datetime


class UnableToWriteOrder(Exception):
    """An order that cannot be written. `code` is for programs, `pointer` the place in it, `detail` the reason."""

    def __init__(self, code: str, pointer: str, detail: str) -> None:
        """Say which, where and why."""
        super().__init__(detail)
        self.code, self.pointer, self.detail = code, pointer, detail


@dataclass(slots=True)
class Draft:
    """`customer` is the buyer who was named, None for a guest; `owner` is whose the order is after judging."""

    position: int
    told: OrderInput
    source: str
    customer: uuid.UUID | None
    priced: amounts.Priced
    key: bytes
    content: bytes
    proposed: Owner
    known: Order | None = None
    outcome: Outcome = Outcome.CREATED
    owner: uuid.UUID = field(default=uuid.UUID(int=0))
    problem: UnableToWriteOrder | None = None
    resolved_by: bytes | None = None
    tracked: Clocks | None = None  # told by tracking, which gives way to every other teller

    @property
    def order_id(self) -> uuid.UUID:
        """The id of the row, kept over all its revisions."""
        return self.known.id if self.known else self.proposed.row

    @property
    def is_written(self) -> bool:
        """Whether rows of this order are to be written."""
        return self.problem is None and self.outcome in {Outcome.CREATED, Outcome.UPDATED}

    @property
    def is_moved(self) -> bool:
        """Whether a known order changes hands."""
        return self.is_written and self.known is not None and self.known.customer_id != self.owner

    @property
    def is_taken_over(self) -> bool:
        """Whether an order that only tracking told is told by somebody who answers for it."""
        return self.tracked is None and self.known is not None and self.known.tracked_at is not None


def make(position: int, told: OrderInput, *, source: str, customer: uuid.UUID | None) -> Draft:
    """A draft of what was told. Raises UnableToWriteOrder when it comes to more than a column can hold."""
    try:
        priced = amounts.price(told)
    except amounts.TooLarge as error:
        raise UnableToWriteOrder("too_large", "/lines", _("The order comes to 10^14 or more.")) from error
    return Draft(
        position=position,
        told=told,
        source=source,
        customer=customer,
        priced=priced,
        key=digests.key(source, told.external_id),
        content=digests.order(told),
        proposed=Owner(customer or guest(source, told.external_id), ids.uuid7()),
    )


def guest(source: str, external_id: str) -> uuid.UUID:
    """The bucket customer that owns this document when nobody is named."""
    return buckets.bucket_for(f"{source}/{external_id}")


def order_row(draft: Draft, *, now: datetime) -> Order:
    """The order as it is to be stored: what was told, the earliest time, the row's own birth."""
    told, known = draft.told, draft.known
    clocks = [told.updated_at, known.source_updated_at if known else None]
    return Order(
        id=draft.order_id,
        customer_id=draft.owner,
        source=draft.source,
        external_id=told.external_id,
        placed_at=min(told.placed_at, known.placed_at) if known else told.placed_at,
        status=told.status,
        currency=told.currency,
        total=told.total,
        discount=told.discount,
        shipping=told.shipping,
        tax=told.tax,
        amount=draft.priced.amount,
        is_counted=draft.priced.is_counted,
        coupon=told.coupon,
        channel=told.channel,
        store=told.store,
        content_digest=draft.content,
        import_id=None,
        tracked_at=draft.tracked.content_at if draft.tracked else None,
        tracked_status_at=draft.tracked.status_at if draft.tracked else None,
        resolved_by=draft.resolved_by or (known.resolved_by if known else None),
        source_updated_at=max((clock for clock in clocks if clock), default=None),
        created_at=known.created_at if known else now,
        updated_at=now,
    )


def line_rows(draft: Draft) -> list[OrderLine]:
    """The bought lines as they are to be stored."""
    return [
        OrderLine(
            id=ids.uuid7(),
            customer_id=draft.owner,
            order_id=draft.order_id,
            sku=line.sku,
            name=line.name,
            category=line.category,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            amount=amounts.rounded(line.amount),
        )
        for line in draft.priced.bought
    ]
