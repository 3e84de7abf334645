"""From rows of an orders file to documents; what earlier chunks or the database know is handed in.

Pure, so that a process of its own may read the next chunk while this one is written (`cdp.core.apart`).
"""

import re
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import registry
from commerce.rules import amounts, currencies, statuses
from commerce.rules.documents import TEXTS, Document, Line
from commerce.services import order_import_earlier as earlier
from customers.rules import people, provenance
from customers.services import people_import

LINE_TEXTS = {"sku": 120, "name": 300, "category": 200}
ZERO = Decimal(0)
_BARE = re.compile(r"[\d.,\s+-]*")
UNNAMED, NUMBERED = "orders_unnamed", "orders_numbered"
"""What an import counts beside orders: those that name no buyer, and those that name one only by a number."""
LARGEST_QUANTITY = Decimal(10) ** 11 - Decimal("0.0005")
"""From here on rounding to three decimals gives more digits than the column has."""


@dataclass(slots=True)
class Read:
    """What the rows of one chunk say."""

    documents: dict[str, Document] = field(default_factory=dict)  # by number, in the order of first appearance
    refused: set[str] = field(default_factory=set)  # the numbers of rows that were refused
    assumed: int = 0  # quantities that no cell told

    def buyers(self, *, begun: Collection[str] = ()) -> dict[str, int]:
        """How many orders name no buyer, and how many nothing but a number. Orders that go on where an earlier
        chunk ended are counted there.
        """
        fresh = [one for number, one in self.documents.items() if number not in begun and one.is_order]
        found = {
            UNNAMED: sum(1 for one in fresh if one.person is None),
            NUMBERED: sum(1 for one in fresh if one.person is not None and _is_a_number(one.person)),
        }
        return {code: number for code, number in found.items() if number}


class Reader:
    """Reads the rows of one file."""

    def __init__(self, context: registry.Context) -> None:
        """Find the cells of this file."""
        self.context = context
        self.people = people_import.Columns(context)
        self.at = {
            target.partition(".")[2]: position
            for target, position in context.columns.items()
            if target.startswith("order.")
        }
        self.line = {
            target.partition(".")[2]: position
            for target, position in context.columns.items()
            if target.startswith("line.")
        }
        self.constants = {
            target.partition(".")[2]: value
            for target, value in context.constants.items()
            if not target.startswith(people_import.PREFIX)
        }
        self.comma = {
            position: context.survey.columns[position] in context.survey.decimal_comma
            for position in context.columns.values()
        }
        self.amounts = [
            (positions[name], values.heading_unit(context.survey.columns[positions[name]]))
            for positions, name in ((self.at, "total"), (self.line, "unit_price"))
            if name in positions
        ]
        self.refunds = _whole_list(context, "order.refunded")
        self.style, self.zone = context.style("order.placed_at"), context.zone_of("order.placed_at")
        self.is_currency_by_country = bool(context.options.get("currency_by_country"))
        self._assumed = 0
        self._known: Collection[str] = ()
        self._earlier: Mapping[str, earlier.Earlier] = {}
        self._people: dict[tuple[str, ...], people.Person | people.Fault | None] = {}

    def number(self, cells: list[str]) -> str:
        """The order number of a row, as documents have it."""
        return self._plain(self._cell(cells, self.at, "external_id"))

    def read(
        self,
        rows: Sequence[registry.Row],
        reject: registry.Reject,
        warn: registry.Reject,
        *,
        begun: Mapping[str, earlier.Earlier] = MappingProxyType({}),
        known: Collection[str] = (),
    ) -> Read:
        """One document per order number. `begun` are the orders that go on where an earlier chunk ended; rows of
        `known` ones are refused.
        """
        read = Read()
        self._people.clear()
        self._assumed, self._earlier, self._known = 0, begun, known
        for line, cells in rows:
            try:
                self._row(line, cells, read.documents, warn)
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
                read.refused.add(self.number(cells))
        read.assumed = self._assumed
        return read

    def _row(self, line: int, cells: list[str], documents: dict[str, Document], warn: registry.Reject) -> None:
        number = self._text(cells, self.at, "external_id", 200)
        if not number:
            raise registry.RowRefused("order.external_id", "", "missing")
        if number in self._known:
            raise registry.RowRefused("order.external_id", number, "order_in_part")
        person = self._person(line, cells, warn)
        moment = self._moment(cells)
        entry = self._line(line, cells) if self.line else None
        numbers = self._numbers(cells)
        currency, status = self._currency(cells, person), self._status(cells)
        refunded = self._refunded(line, cells)
        mere_return = self._mere_return(line, numbers) if entry is None else None
        texts = {name: text for name, most in TEXTS.items() if (text := self._text(cells, self.at, name, most))}
        is_return = mere_return is not None or (entry is not None and entry.amount < 0)
        if is_return:
            numbers, status, texts = {}, "", {}  # what the order is told by its sales only
        document = documents.get(number) or earlier.go_on(number, self._earlier.get(number))
        if currency and document.currency and currency != document.currency:
            raise registry.RowRefused("order.currency", currency, "currency_differs")
        self._add(document, entry, numbers, mere_return or refunded)
        # From here on nothing is refused.
        document.rows.append(line)
        documents[number] = document
        document.currency = document.currency or currency
        document.status = document.status or status
        for name in document.tell(numbers):
            warn(line, f"order.{name}", str(numbers[name]), "number_differs")
        if is_return:
            document.returned_at = min(document.returned_at or moment, moment)
        else:
            document.placed_at = min(document.placed_at or moment, moment)
        document.person = document.person or person
        for back in filter(None, (mere_return, refunded)):
            self._pay_back(document, back, moment, warn)
        document.texts = texts | document.texts

    def _add(self, document: Document, entry: Line | None, numbers: dict[str, Decimal], back: Line | None) -> None:
        """Take a line into the document unless the sum would be more than its column can hold."""
        sold, returned, target = document.sold, document.returned, "order.total"
        if entry is not None:
            target = "line.unit_price"
            if entry.amount >= 0:
                sold += entry.amount
            else:
                returned -= entry.amount
        comes_to = sold
        if numbers or document.numbers:
            told = numbers | {name: number for name, number in document.numbers.items() if number}
            comes_to += told.get("shipping", ZERO) + told.get("tax", ZERO) - told.get("discount", ZERO)
        if back is not None and document.paid_back is None:
            returned -= back.amount
        largest = max(sold, comes_to, returned)
        if largest >= amounts.LARGEST:
            raise registry.RowRefused(target, str(largest), "sum_too_large")
        document.sold, document.returned = sold, returned
        if entry is not None:
            document.lines.append(entry)

    def _pay_back(self, document: Document, refunded: Line, moment: datetime, warn: registry.Reject) -> None:
        """Once for the order, however many of its lines say it; the first amount holds."""
        if document.paid_back is None:
            document.paid_back = -refunded.amount
            document.returned_at = min(document.returned_at or moment, moment)
            document.lines.append(refunded)
        elif document.paid_back != -refunded.amount:
            target = "order.refunded" if refunded.is_beside else "order.total"
            warn(refunded.row, target, str(-refunded.amount), "number_differs")

    def _person(self, line: int, cells: list[str], warn: registry.Reject) -> people.Person | None:
        """The buyer; None is a guest. The same cells give the same person without reading them again."""
        key = tuple(cells[position] for position in self.people.positions)
        found = self._people.get(key, self)
        if found is self:
            raw = self.people.raw(cells)
            person, faults = self.people.clean(dict(raw))
            identifying = [fault for fault in faults if fault.field in people.IDENTIFYING]
            if person.is_somebody:
                found = person
                for fault in faults:
                    warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
            else:
                found = identifying[0] if identifying else None
            self._people[key] = found
        if isinstance(found, people.Fault):
            raise registry.RowRefused(people_import.PREFIX + found.field, found.value, found.problem.code)
        return found  # type: ignore[return-value]

    def _line(self, row: int, cells: list[str]) -> Line:
        quantity = self._decimal(cells, self.line, "quantity", "line.quantity", default=Decimal(1))
        if "quantity" in self.line and not self._cell(cells, self.line, "quantity").strip():
            self._assumed += 1
        price = self._money(cells, self.line, "unit_price", "line.unit_price")
        discount = self._money(cells, self.line, "discount", "line.discount", default=ZERO)
        amount = quantity * price
        amount = amount - discount if amount >= 0 else amount + discount
        if abs(quantity) >= LARGEST_QUANTITY:
            raise registry.RowRefused("line.quantity", str(quantity), "too_large")
        name = self._text(cells, self.line, "name", LINE_TEXTS["name"])
        sku = self._text(cells, self.line, "sku", LINE_TEXTS["sku"])
        category = self._text(cells, self.line, "category", LINE_TEXTS["category"])
        # Product texts repeat; one copy of each is enough.
        product = (sys.intern(sku), sys.intern(name), sys.intern(category))
        return Line(row, *product, quantity, price, discount, self._kept(amount, "line.quantity", quantity))

    def _cell(self, cells: list[str], positions: dict[str, int], name: str) -> str:
        position = positions.get(name)
        if position is None:
            return self.constants.get(name, "")
        return cells[position] or self.constants.get(name, "")

    def _text(self, cells: list[str], positions: dict[str, int], name: str, longest: int) -> str:
        text = self._cell(cells, positions, name)
        if not text:
            return ""
        text = self._plain(text)
        if len(text) > longest:
            raise registry.RowRefused(f"{'order' if positions is self.at else 'line'}.{name}", text, "too_long")
        return text

    @staticmethod
    def _plain(text: str) -> str:
        return text.strip() if text.isascii() and text.isprintable() else people.plain(text)

    def _decimal(
        self,
        cells: list[str],
        positions: dict[str, int],
        name: str,
        target: str,
        *,
        default: Decimal | None = None,
    ) -> Decimal:
        text = self._cell(cells, positions, name)
        if not text.strip():
            if default is None:
                raise registry.RowRefused(target, text, "missing")
            return default
        try:
            return values.decimal(text, comma=self.comma.get(positions.get(name, -1)) or None)
        except ValueProblem as problem:
            raise registry.RowRefused(target, text, problem.code) from problem

    def _money(
        self,
        cells: list[str],
        positions: dict[str, int],
        name: str,
        target: str,
        *,
        default: Decimal | None = None,
    ) -> Decimal:
        amount = self._decimal(cells, positions, name, target, default=default)
        self._kept(amount, target, amount)
        return amount

    def _kept(self, amount: Decimal, target: str, told: Decimal) -> Decimal:
        """An amount as its column keeps it."""
        try:
            return amounts.rounded(amount)
        except amounts.TooLarge as problem:
            raise registry.RowRefused(target, str(told), "too_large") from problem

    def _numbers(self, cells: list[str]) -> dict[str, Decimal]:
        """What the row says about the order as a whole. Rounded, so that a sum over two chunks is that of one."""
        told = {}
        for name in earlier.NUMBERS:
            if self._cell(cells, self.at, name):
                number = self._decimal(cells, self.at, name, f"order.{name}")
                told[name] = self._kept(number, f"order.{name}", number)
        return told

    def _moment(self, cells: list[str]) -> datetime:
        text = self._cell(cells, self.at, "placed_at")
        try:
            at = values.moment(text, zone=self.zone, **self.style)
        except ValueProblem as problem:
            raise registry.RowRefused("order.placed_at", text, problem.code) from problem
        if at > self.context.now + provenance.AHEAD:
            raise registry.RowRefused("order.placed_at", text, "in_the_future")
        return at

    def _refunded(self, row: int, cells: list[str]) -> Line | None:
        """What an export says was paid back of the order as a whole; which products came back it does not say."""
        if not self._cell(cells, self.at, "refunded").strip():
            return None
        amount = abs(self._decimal(cells, self.at, "refunded", "order.refunded"))
        for position in self.refunds:
            amount += abs(self._decimal(cells, {"refunded": position}, "refunded", "order.refunded", default=ZERO))
        back = self._back(row, amount, "order.refunded")
        if back is not None:
            back.is_beside = True
        return back

    def _mere_return(self, row: int, numbers: dict[str, Decimal]) -> Line | None:
        """A total below zero without lines: nothing was sold, and the total went back, as over REST (amounts.price)."""
        if numbers.get("total", ZERO) >= 0:
            return None
        back = self._back(row, -numbers["total"], "order.total")
        numbers.clear()  # they tell of no order
        return back

    def _back(self, row: int, amount: Decimal, target: str) -> Line | None:
        """An amount that went back as a line of no product; None where it rounds to nothing."""
        amount = self._kept(amount, target, amount)
        return Line(row, "", "", "", Decimal(-1), amount, ZERO, -amount) if amount else None

    def _currency(self, cells: list[str], person: people.Person | None) -> str:
        text = self._cell(cells, self.at, "currency")
        if not text.strip():
            if unit := self._unit(cells):
                return unit
            # Some exports name none: each order is in the money of the country that it was billed to.
            if self.is_currency_by_country and person is not None and person.country:
                return currencies.of_country(person.country)
            return ""
        try:
            return values.currency(text)
        except ValueProblem as problem:
            raise registry.RowRefused("order.currency", text, problem.code) from problem

    def _unit(self, cells: list[str]) -> str:
        """The currency that stands beside an amount (12,000원), or in the heading of its column; empty without one."""
        for position, heading in self.amounts:
            text = cells[position]
            if text and not _BARE.fullmatch(text):
                try:
                    unit = values.money(text, comma=self.comma.get(position) or None)[1]
                except ValueProblem:
                    unit = None  # which is told where the amount is read
                if unit:
                    return unit
            if text and heading:
                return heading
        return ""

    def _status(self, cells: list[str]) -> str:
        text = self._cell(cells, self.at, "status")
        if not text.strip():
            return ""
        status = statuses.find(text)
        if status is None:
            raise registry.RowRefused("order.status", text, "unknown_status")
        return str(status)


def _is_a_number(person: people.Person) -> bool:
    """Whether a buyer has nothing but a customer number or a phone number."""
    others = (person.email, person.line_id, person.member_number, person.card_token)
    return bool(person.external_id or person.phone) and not any(
        (*others, person.name, person.given_name, person.family_name)
    )


def _whole_list(context: registry.Context, target: str) -> list[int]:
    """The columns of the further elements of a list whose first one is mapped: several refunds of one order add up."""
    position = context.columns.get(target)
    names = context.survey.columns
    found = re.fullmatch(r"(.+)\.1\.(.+)", names[position]) if position is not None else None
    if found is None:
        return []
    before, after = (re.escape(part) for part in found.groups())
    same = re.compile(rf"{before}\.(?!1\.)\d+\.{after}")
    return [number for number, name in enumerate(names) if same.fullmatch(name)]
