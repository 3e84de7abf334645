"""Rows of an orders file as documents: what was sold under one number, and what came back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from customers.rules import people

TEXTS = {"coupon": 80, "channel": 40, "store": 80}
"""The texts of an order, in the order in which its rows are written, with the characters that each has room for."""


@dataclass(slots=True)
class Line:
    """One row: a sale when amount ≥ 0, a return otherwise. `row` is its line in the file."""

    row: int
    sku: str
    name: str
    category: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    amount: Decimal
    is_beside: bool = False  # an amount paid back that a row tells beside what it is about itself


@dataclass(slots=True)
class Document:
    """All rows of one order number in a chunk. What several rows tell is told by the first that says anything: exports
    repeat the order's own columns on its first line only. No currency or status in any of them is the empty text.

    What rows that are returns say about status, numbers and texts is not the order's: a border between two chunks may
    part them from it.
    """

    external_id: str
    rows: list[int] = field(default_factory=list)  # where in the file it was told of
    placed_at: datetime | None = None  # the earliest of its sales
    returned_at: datetime | None = None  # the earliest of its returns
    status: str = ""
    currency: str = ""
    person: people.Person | None = None
    numbers: dict[str, Decimal] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    is_begun: bool = False  # an earlier chunk of this import wrote the order
    is_currency_open: bool = False  # an earlier chunk wrote the order or its return, and no row had told the currency
    # What the lines come to and what was paid back of the order as a whole, those of earlier chunks with them.
    sold: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    paid_back: Decimal | None = None
    customer: uuid.UUID | None = None
    resolved_by: bytes | None = None  # the identifier that told whose order it is
    key: bytes = b""  # its digest in the key tables, once somebody asked for it

    def tell(self, numbers: Mapping[str, Decimal]) -> list[str]:
        """Take in the order's numbers; the first that is told holds. Returns the names of those that differ from it.

        A zero says nothing unless it is the total: exports fill columns of amounts with zeros.
        """
        differing = []
        for name, number in numbers.items():
            before = self.numbers.get(name)
            if before is None or (not before and name != "total"):
                self.numbers[name] = number
            elif number != before and (number or name == "total"):
                differing.append(name)
        return differing

    @property
    def is_order(self) -> bool:
        """Whether anything was sold: lines, or an order without lines by its numbers. Else it is a mere return."""
        return bool(self.sales) or (self.placed_at is not None and (self.is_begun or bool(self.numbers)))

    @property
    def sales(self) -> list[Line]:
        """Lines that are not returns."""
        return [line for line in self.lines if line.amount >= 0]

    @property
    def returns(self) -> list[Line]:
        """Returned lines."""
        return [line for line in self.lines if line.amount < 0]


@dataclass(slots=True)
class Spelt:
    """An order without returns whose rows were spelt beforehand, as if it were new (see `order_import_ready`).

    `head` is what follows the customer in its own row, `lines` are the rows of its lines as if `owner` bought them.
    """

    external_id: str
    key: bytes
    row: uuid.UUID
    head: bytes
    lines: bytes
    owner: bytes
    customer: uuid.UUID | None = None
    resolved_by: bytes | None = None

    is_order: ClassVar = True
    is_currency_open: ClassVar = False
    returns: ClassVar[tuple[Line, ...]] = ()

    def lines_of(self, customer: bytes) -> bytes:
        """The rows of its lines as that customer's. No text holds somebody's id by chance: it is 74 bits of one."""
        return self.lines if customer == self.owner else self.lines.replace(self.owner, customer)
