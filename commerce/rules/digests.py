"""What makes an order or refund the same one, and what makes its content the same again."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from commerce.rules.inputs import LineInput, OrderInput, RefundInput


def key(source: str, external_id: str) -> bytes:
    """The digest under which an order or a refund of a source is unique over all customers."""
    return hashlib.sha256(f"{source}\n{external_id}".encode()).digest()


def order(content: OrderInput) -> bytes:
    """Equal for an order told again, however its numbers are written and its lines are sorted.

    `updated_at` is no content. The buyer is judged apart, because the same person may be named in other words.
    """
    return _digest(
        [
            _time(content.placed_at),
            content.status,
            content.currency,
            _number(content.total),
            _number(content.discount),
            _number(content.shipping),
            _number(content.tax),
            content.coupon,
            content.channel,
            content.store,
            _lines(content.lines),
        ]
    )


def refund(content: RefundInput, *, order_id: object = "") -> bytes:
    """Equal for a refund told again; a time that was not told does not count."""
    return _digest(
        [
            str(order_id or ""),
            _time(content.at),
            content.currency,
            _number(content.amount),
            content.reason,
            _lines(content.lines),
        ]
    )


def _lines(lines: Iterable[LineInput]) -> list[list[str]]:
    return sorted(
        [
            line.sku,
            line.name,
            line.category,
            _number(line.quantity),
            _number(line.unit_price),
            _number(line.discount),
            _number(line.amount),
        ]
        for line in lines
    )


def _number(value: Decimal | None) -> str:
    if value is None:
        return ""
    return format(value.normalize(), "f") if value else "0"


def _time(value: datetime | None) -> str:
    return value.astimezone(UTC).isoformat() if value else ""


def _digest(values: list[object]) -> bytes:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).digest()
