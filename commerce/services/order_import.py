"""Importing orders: one row is one line of an order, in any order of rows.

Rows of one order id within one import form one order even if they are far apart; an order that an earlier import wrote
gets its lines replaced the first time this import meets it. Lines with a negative amount are returns: a refund
document of its own. Everything is set-based: a chunk costs the same few statements however many orders it holds.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from cdp.core import pipeline
from cdp.core.imports import reading, registry
from commerce.rules import digests
from commerce.rules.documents import Document
from commerce.services import order_import_earlier as earlier
from commerce.services import order_import_ready as ready
from commerce.services import order_import_writing as writing
from commerce.services import returns
from commerce.services.order_import_reading import Read, Reader
from customers.rules import people
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
            "order date, ordered at, purchase date, invoice date, date, วันที่สั่งซื้อ, วันที่, 주문일, 주문일자, 주문일시, 날짜,"
            " 결제일, 결제일시, วันที่ทำการสั่งซื้อ"
        ),
        "order.status": "order status, สถานะ, สถานะคำสั่งซื้อ, สถานะการสั่งซื้อ, 상태, 주문상태",
        "order.currency": "สกุลเงิน, 통화",
        "order.total": "ยอดสุทธิ, ยอดรวมสุทธิ, ยอดรวมทั้งหมด, ยอดชำระ, 결제금액, 총결제금액, 주문금액, 총주문금액",
        "order.shipping": "ค่าจัดส่ง, ค่าส่ง, 배송비",
        "line.sku": "stock code, item code, item no, product id, product code, รหัสสินค้า, 상품코드, 상품번호",
        "line.name": "item, item name, product, product name, description, สินค้า, ชื่อสินค้า, 상품, 상품명, 제품, 제품명",
        "line.quantity": "qty, จำนวน, 수량",
        "line.unit_price": "price, item price, ราคา, ราคาต่อหน่วย, ราคาต่อชิ้น, 가격, 단가",
    }.items()
    for name in names.split(", ")
}
DOUBTFUL = {
    name: targets
    for targets, names in {
        ("order.discount", "line.discount"): (
            "discount, discounts, discount amount, total discount, ส่วนลด, มูลค่าส่วนลด, ส่วนลดรวม, 할인, 할인액, 할인금액,"
            " 할인가"
        ),
        ("order.total", "line.unit_price"): (
            "total, amount, sum, subtotal, sub total, total amount, total price, grand total, line total,"
            " ยอดรวม, รวม, ราคารวม, รวมเงิน, จำนวนเงิน, ยอดเงิน, มูลค่า, 합계, 금액, 총액, 총금액, 합계금액"
        ),
        ("order.tax",): "vat, sales tax, ภาษี, ภาษีมูลค่าเพิ่ม, 세금, 부가세, 세액",
        ("order.shipping",): "delivery, delivery fee, shipping fee, shipping cost, ค่าขนส่ง, 배송료, 택배비",
    }.items()
    for name in names.split(", ")
}
"""Money of the order as a whole, or of the line: the header alone does not say."""
SHORT = "orders_short"
"""What an import counts beside orders: those that come in without some of their lines."""


class Handler:
    """Rows of an orders file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context
        self.reader = Reader(context)
        self.foresight = people_import.Foresight(context.source, context.now)
        self.short: dict[str, int] = {}
        self.assumed = 0  # quantities of this chunk
        self.buyers: Mapping[str, int] = {}  # how its orders name them
        self.is_part = set(reading.OWN_COLUMNS) <= set(context.survey.columns)
        self._before: tuple[set[str], set[str], set[str]] = set(), set(), set()
        self.zero_is_purchase = bool(context.options.get("zero_is_purchase"))
        self.memory = earlier.Memory()
        self.maker = ready.Maker(context, zero_is_purchase=self.zero_is_purchase)
        self._rows: Callable[[], Sequence[registry.Row]] = tuple
        self._begun: Mapping[str, earlier.Earlier] = {}

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Document]:
        """One document per order number, in the order of first appearance."""
        numbers = {self.reader.number(cells) for _line, cells in rows}
        wanted = [digests.key(self.context.source.key, number) for number in numbers]
        begun = self.memory.find(numbers) or earlier.find(wanted, context=self.context)
        # What was refused of a file is not all of an order: to put it in the place of what came in would lose the rest.
        known = earlier.known(wanted, context=self.context) if self.is_part else frozenset()
        read = self.reader.read(rows, reject, warn, begun=begun, known=known)
        self.assumed, self.buyers = read.assumed, read.buyers(begun=begun)
        self._refuse_booked_returns(read.documents, reject, warn)
        self._note_short(set(read.documents), read.refused)
        return list(read.documents.values())

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

    def foresee(self, parsed: Sequence[Document]) -> registry.Counts:
        """How many of the buyers would be new."""
        self.memory.keep(parsed)
        told = [document for document in parsed if document.person is not None]
        batch = self.foresight.people([document.person for document in told if document.person], _firsts(told))
        gone = {line for line, *_rest in batch.refused}
        left = [document for document in told if document.rows and document.rows[0] in gone]
        return self._with_notes(dataclasses.replace(batch, notes=(), refused=_refused(left)))

    def prepare(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> ready.Ready:
        """What the rows say as far as it needs nothing but them, with what would be written if all of it is new."""
        read = self.reader.read(rows, reject, warn)
        documents = read.documents.values()
        return self.maker.make(read, [_told(one.person, one) for one in documents if one.person is not None])

    def finish(
        self, prepared: ready.Ready, rows: Callable[[], Sequence[registry.Row]], notes: Sequence[registry.Note]
    ) -> ready.Ready | None:
        """What was prepared, with what the database knows about it; None where that makes another chunk of it."""
        source = self.context.source.key
        if returns.booked(source, [one.external_id for one in prepared.whole.values() if one.returns]):
            return None
        taken = set(prepared.numbers)
        lost = [digests.key(source, number) for number in prepared.refused - taken]
        self._rows, self._begun = rows, earlier.find([*prepared.keys, *lost], context=self.context)
        self.assumed, self.buyers = prepared.assumed, prepared.buyers
        if self._begun and not self._go_on(prepared, notes):
            return None
        self._note_short(taken, prepared.refused)
        return prepared

    def _go_on(self, prepared: ready.Ready, notes: Sequence[registry.Note]) -> bool:
        """Read the orders again that go on where an earlier chunk ended. Whether they come to the same rows."""
        again: list[registry.Note] = []
        found, lines = self._read_again(self._begun, again)
        before = [note for note in notes if note[0] in lines and not _is_about_person(note)]
        if before != [note for note in again if not _is_about_person(note)]:
            return False
        at = {number: position for position, number in enumerate(prepared.numbers) if number in found}
        for number, document in found.items():
            was_order = at[number] not in prepared.whole or prepared.whole[at[number]].is_order
            if document.is_order != was_order:
                return False
            prepared.whole[at[number]] = document
        counted = Read(found).buyers()
        self.buyers = {code: number - counted.get(code, 0) for code, number in prepared.buyers.items()}
        return True

    def _read_again(
        self, numbers: Collection[str], notes: list[registry.Note]
    ) -> tuple[dict[str, Document], Collection[int]]:
        """The documents of these numbers, read here; their notes are added. And all lines that tell of them."""
        some = [(line, cells) for line, cells in self._rows() if self.reader.number(cells) in numbers]
        begun = {number: self._begun[number] for number in numbers if number in self._begun}
        read = self.reader.read(some, *registry.noting(notes), begun=begun)
        return read.documents, {line for line, _cells in some}

    def write(self, parsed: Sequence[Document] | ready.Ready) -> registry.Counts:
        """Resolve the buyers, write orders, refunds and their lines, mark the customers."""
        source, now = self.context.source, self.context.now
        documents: Sequence[writing.Written]
        seen = None
        if isinstance(parsed, ready.Ready):
            documents, batch, seen = parsed.documents(), parsed.batch, parsed.seen
            is_named = parsed.is_named
        else:
            documents = parsed
            is_named = [document.person is not None for document in parsed]
            batch = identity.gather([_told(one.person, one) for one in parsed if one.person is not None], source)
        watch = import_trace.Watch(self.context)
        found = (
            identity.resolve_batch(batch, source=source, now=now, lane=pipeline.BULK, before_change=watch.before)
            if len(batch)
            else []
        )
        watch.after(batch.people, found, facts=batch.facts())
        forgotten = [who.outcome is identity.Outcome.SUPPRESSED for who in found]
        if seen is not None and any(forgotten):  # what the chunk names is not all it names, and its rows are told
            documents, seen = self._opened(documents), None
        customers = [who.customer for who in found]
        decided = zip(customers, deciding.decided_by_keys(batch.keys, found), forgotten, strict=True)
        taken: list[writing.Written] = []
        gone: list[Document] = []
        for document, has_buyer in zip(documents, is_named, strict=True):
            is_gone = False
            if has_buyer:
                document.customer, document.resolved_by, is_gone = next(decided)
            else:
                document.customer = buckets.bucket_for(f"{source.key}/{document.external_id}")
            if is_gone and isinstance(document, Document):
                gone.append(document)
            else:
                taken.append(document)
        counts = writing.write(
            taken, context=self.context, zero_is_purchase=self.zero_is_purchase, seen=seen, open_=self._opened
        )
        return self._with_notes(dataclasses.replace(counts, refused=_refused(gone)))

    def _opened(self, written: Sequence[writing.Written]) -> list[Document]:
        """The same as documents, read again where only rows were spelt."""
        spelt = {one.external_id for one in written if not isinstance(one, Document)}
        found, _lines = self._read_again(spelt, [])
        return [one if isinstance(one, Document) else found[one.external_id] for one in written]

    def _with_notes(self, counts: registry.Counts) -> registry.Counts:
        remarks = {"quantity_assumed": self.assumed} if self.assumed else {}
        return dataclasses.replace(counts, also={**counts.also, **self.short, **self.buyers}, remarks=remarks)


def _is_about_person(note: registry.Note) -> bool:
    """Whether a note says what could not be read of a person, which is said once for all orders that tell the same."""
    _line, target, _value, _code, is_rejected = note
    return target.startswith(people_import.PREFIX) and not is_rejected


def _firsts(documents: Sequence[Document]) -> list[int]:
    return [document.rows[0] if document.rows else 0 for document in documents]


def _refused(documents: Sequence[Document]) -> list[registry.Told]:
    """Every row of orders whose buyer was forgotten: a file does not bring them back."""
    return [
        (line, "order.external_id", document.external_id, "suppressed")
        for document in documents
        for line in document.rows
    ]


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
    doubtful=DOUBTFUL,
    several=people_import.SEVERAL,
    identifiers=frozenset(
        {"order.external_id", *(people_import.PREFIX + name for name in ("external_id", "member_number", "phone"))}
    ),
    chunk=20_000,
    is_undoable=True,
)
