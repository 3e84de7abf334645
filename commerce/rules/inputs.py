"""An order, a refund, a product as any door tells it: plain values, already parsed, not yet judged."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from commerce.rules import statuses

ZERO = Decimal(0)
MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line. `amount` is what the source says the line comes to; None means quantity × unit price − discount."""

    quantity: Decimal
    unit_price: Decimal
    sku: str = ""
    name: str = ""
    category: str = ""
    discount: Decimal = ZERO
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderInput:
    """One order as its source tells it. `placed_at` and `updated_at` are aware; money is in `currency`."""

    external_id: str
    placed_at: datetime
    currency: str
    status: str = statuses.PAID
    total: Decimal | None = None
    discount: Decimal = ZERO
    shipping: Decimal = ZERO
    tax: Decimal = ZERO
    coupon: str = ""
    channel: str = ""
    store: str = ""
    lines: tuple[LineInput, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundInput:
    """Money given back. `amount` None means the sum of the lines; `at` None means now; quantities are positive."""

    external_id: str
    amount: Decimal | None = None
    lines: tuple[LineInput, ...] = ()
    at: datetime | None = None
    currency: str = ""
    reason: str = ""
