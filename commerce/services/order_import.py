"""Importing orders: one row is one line of an order, in any order of rows.

Rows of one order id within one import form one order even if they are far apart; an order that an earlier import wrote
gets its lines replaced the first time this import meets it. Lines with a negative amount are returns: a refund
document of its own. Everything is set-based: a chunk costs the same few statements however many orders it holds.
"""

import dataclasses
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from cdp.core import pipeline
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import reading, registry
from commerce.rules import amounts, currencies, statuses
from commerce.rules.documents import Document, Line
from commerce.services import order_import_earlier as earlier
from commerce.services import order_import_writing as writing
from commerce.services import returns
from customers.rules import people, provenance
from customers.services import buckets, identity, import_trace, people_import
from customers.services.identity import deciding

TARGETS = {
    "order.external_id": _("Order number"),
    "order.placed_at": _("Placed at"),
    "order.status": _("Status"),
    "order.currency": _("Currency"),
    "order.total": _("Order total"),
    "order.discount": _("Order discount"),
    "order.shipping": _("Shipping"),
    "order.tax": _("Tax"),
    "order.refunded": _("Refunded"),
    "order.coupon": _("Coupon"),
    "order.channel": _("Channel"),
    "order.store": _("Store"),
    "line.sku": _("SKU"),
    "line.name": _("Product name"),
    "line.category": _("Category"),
    "line.quantity": _("Quantity"),
    "line.unit_price": _("Unit price"),
    "line.discount": _("Line discount"),
}
SYNONYMS = {
    name: target
    for target, names in {
        "order.external_id": (
            "order id, order number, order no, order nr, order, invoice, invoice no, invoice number, receipt no,"
            " เลขที่คำสั่งซื้อ, หมายเลขคำสั่งซื้อ, เลขคำสั่งซื้อ, รหัสคำสั่งซื้อ, คำสั่งซื้อ, เลขที่ใบเสร็จ, 주문번호, 주문 id"
        ),
        "order.placed_at": (
            "order date, ordered at, purchase date, invoice date, date, วันที่สั่งซื้อ, วันที่, 주문일, 주문일자, 주문일시, 날짜"
        ),
        "order.status": "order status, สถานะ, สถานะคำสั่งซื้อ, 상태, 주문상태",
        "order.currency": "สกุลเงิน, 통화",
        "order.shipping": "ค่าจัดส่ง, 배송비",
        "line.sku": "stock code, item code, item no, product id, product code, รหัสสินค้า, 상품코드, 상품번호",
        "line.name": "item, item name, product, product name, description, สินค้า, ชื่อสินค้า, 상품, 상품명, 제품, 제품명",
        "line.quantity": "qty, จำนวน, 수량",
        "line.unit_price": "price, item price, ราคา, ราคาต่อหน่วย, ราคาต่อชิ้น, 가격, 단가",
    }.items()
    for name in names.split(", ")
}
TEXTS = {"coupon": 80, "channel": 40, "store": 80}
LINE_TEXTS = {"sku": 120, "name": 300, "category": 200}
ZERO = Decimal(0)
SHORT = "orders_short"
"""What an import counts beside orders: those that come in without some of their lines."""
LARGEST_QUANTITY = Decimal(10) ** 11 - Decimal("0.0005")
"""From here on rounding to three decimals gives more digits than the column has."""


class Handler:
    """Rows of an orders file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
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
        self.refunds = _whole_list(context, "order.refunded")
        self.style = context.style("order.placed_at")
        self.foresight = people_import.Foresight(context.source, context.now)
        self.short: dict[str, int] = {}
        self.assumed = 0  # quantities of this chunk
        self.is_part = set(reading.OWN_COLUMNS) <= set(context.survey.columns)
        self._known: frozenset[str] = frozenset()
        self._before: tuple[set[str], set[str], set[str]] = set(), set(), set()
        self.zero_is_purchase = bool(context.options.get("zero_is_purchase"))
        self.is_currency_by_country = bool(context.options.get("currency_by_country"))
        self._people: dict[tuple[str, ...], people.Person | people.Fault | None] = {}
        self._earlier: dict[str, earlier.Earlier] = {}
        self.memory = earlier.Memory()

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Document]:
        """One document per order number, in the order of first appearance."""
        documents: dict[str, Document] = {}
        refused: set[str] = set()
        self._people.clear()
        self.assumed = 0
        numbers = {self._plain(self._cell(cells, self.at, "external_id")) for _line, cells in rows}
        self._earlier = self.memory.find(numbers) or earlier.find(numbers, context=self.context)
        # What was refused of a file is not all of an order: to put it in the place of what came in would lose the rest.
        self._known = earlier.known(numbers, context=self.context) if self.is_part else frozenset()
        for line, cells in rows:
            try:
                self._row(line, cells, documents, warn)
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
                refused.add(self._plain(self._cell(cells, self.at, "external_id")))
        self._refuse_booked_returns(documents, reject, warn)
        self._note_short(set(documents), refused)
        return list(documents.values())

    def _note_short(self, taken: set[str], refused: set[str]) -> None:
        """Count the orders of which lines are refused and others taken; a chunk remembers the one before it, which is
        as far as the lines of one order nearly always are apart.
        """
        taken_before, refused_before, short_before = self._before
        short = refused & (taken | taken_before) | taken & refused_before
        self._before = taken, refused, short
        self.short = {SHORT: len(short - short_before)} if short - short_before else {}

    def _refuse_booked_returns(
        self, documents: dict[str, Document], reject: registry.Reject, warn: registry.Reject
    ) -> None:
        """A refund that was booked by itself is not told again by a file: it would count twice or be lost."""
        given = [number for number, document in documents.items() if document.returns]
        for number in returns.booked(self.context.source.key, given) if given else ():
            document = documents[number]
            for line in document.returns:
                (warn if line.is_beside else reject)(line.row, "order.external_id", number, "refund_booked")
            document.lines = document.sales
            if not document.is_order:
                del documents[number]

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
        key = tuple(cells[position] for _, position in self.people.cells)
        found = self._people.get(key, self)
        if found is self:
            raw = self.people.raw(cells)
            person, faults = self.people.clean(dict(raw))
            identifying = [fault for fault in faults if fault.field in people.IDENTIFYING]
            if person.is_identified:
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
            self.assumed += 1
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
            at = values.moment(text, zone=self.context.zone, **self.style)
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
            # Some exports name none: each order is in the money of the country that it was billed to.
            if self.is_currency_by_country and person is not None and person.country:
                return currencies.of_country(person.country)
            return ""
        try:
            return values.currency(text)
        except ValueProblem as problem:
            raise registry.RowRefused("order.currency", text, problem.code) from problem

    def _status(self, cells: list[str]) -> str:
        text = self._cell(cells, self.at, "status")
        if not text.strip():
            return ""
        status = statuses.find(text)
        if status is None:
            raise registry.RowRefused("order.status", text, "unknown_status")
        return str(status)

    def foresee(self, parsed: Sequence[Document]) -> registry.Counts:
        """How many of the buyers would be new."""
        self.memory.keep(parsed)
        told = [document for document in parsed if document.person is not None]
        batch = self.foresight.people([document.person for document in told if document.person], _firsts(told))
        gone = {line for line, *_rest in batch.refused}
        left = [document for document in told if document.rows and document.rows[0] in gone]
        return self._with_notes(dataclasses.replace(batch, notes=(), refused=_refused(left)))

    def write(self, parsed: Sequence[Document]) -> registry.Counts:
        """Resolve the buyers, write orders, refunds and their lines, mark the customers."""
        buyers = [_told(document.person, document) for document in parsed if document.person is not None]
        source, now = self.context.source, self.context.now
        watch = import_trace.Watch(self.context)
        found = (
            identity.resolve_many(buyers, source=source, now=now, lane=pipeline.BULK, before_change=watch.before)
            if buyers
            else []
        )
        watch.after(buyers, found)
        forgotten = [who.outcome is identity.Outcome.SUPPRESSED for who in found]
        customers = [who.customer for who in found]
        by = deciding.decided_by(buyers, found, source=source)
        decided = zip(customers, by, forgotten, strict=True)
        taken: list[Document] = []
        gone: list[Document] = []
        for document in parsed:
            is_gone = False
            if document.person is not None:
                document.customer, document.resolved_by, is_gone = next(decided)
            else:
                document.customer = buckets.bucket_for(f"{self.context.source.key}/{document.external_id}")
            (gone if is_gone else taken).append(document)
        counts = writing.write(taken, context=self.context, zero_is_purchase=self.zero_is_purchase)
        return self._with_notes(dataclasses.replace(counts, refused=_refused(gone)))

    def _with_notes(self, counts: registry.Counts) -> registry.Counts:
        remarks = {"quantity_assumed": self.assumed} if self.assumed else {}
        return dataclasses.replace(counts, also={**counts.also, **self.short}, remarks=remarks)


def _firsts(documents: Sequence[Document]) -> list[int]:
    return [document.rows[0] if document.rows else 0 for document in documents]


def _refused(documents: Sequence[Document]) -> list[registry.Told]:
    """Every row of orders whose buyer was forgotten: a file does not bring them back."""
    return [
        (line, "order.external_id", document.external_id, "suppressed")
        for document in documents
        for line in document.rows
    ]


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


def _told(buyer: people.Person, document: Document) -> people.Person:
    """What an order tells of its buyer was so when it was placed, or when something of it came back; a customer since
    then they are at the latest. Several orders may have the same cells and so the same person, hence the copy.
    """
    return dataclasses.replace(
        buyer,
        told_at=document.placed_at or document.returned_at,
        told_by=f"order:{document.external_id}",
        created_at=buyer.created_at or document.placed_at,
    )


KIND = registry.Kind(
    key="orders",
    label=_("Orders"),
    targets={**TARGETS, **people_import.qualified(people_import.TARGETS)},
    handler=Handler,
    senses=people_import.senses,
    required=(("order.external_id",), ("order.placed_at",), ("line.unit_price", "order.total")),
    synonyms={
        **{name: people_import.PREFIX + target for name, target in people_import.SYNONYMS.items()},
        **SYNONYMS,
    },
    identifiers=frozenset(
        {"order.external_id", *(people_import.PREFIX + name for name in ("external_id", "member_number", "phone"))}
    ),
    chunk=20_000,
    is_undoable=True,
)
