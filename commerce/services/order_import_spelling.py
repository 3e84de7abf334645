"""Rows of new orders in the binary format of COPY, spelt before it is known whose they are."""

from collections.abc import Iterator, Sequence

from cdp.core import binary, copying
from cdp.core.imports.registry import Context
from commerce.models import Order, OrderLine
from commerce.rules import amounts
from commerce.rules.documents import Document, Spelt
from commerce.services.order_import_rows import HEADER, LINE, Placed, told

_HEADER_HEAD = binary.begin(len(HEADER)) + binary.ID
_LINE_HEAD = binary.begin(len(LINE)) + binary.ID


def write(documents: Sequence[Spelt], placed: Placed) -> None:
    """New orders whose rows are spelt already: only whose they are was not known then."""
    heads, lines = [], []
    for document in documents:
        customer = placed[document.external_id][0].bytes
        by = binary.NULL if document.resolved_by is None else binary.raw(document.resolved_by)
        heads.append(_HEADER_HEAD + customer + by + document.head)
        lines.append(document.lines_of(customer))
    copying.packed(Order, HEADER, heads)
    copying.packed(OrderLine, LINE, lines)


class Speller:
    """Spells the rows of new orders before it is known whose they are."""

    def __init__(self, context: Context, *, zero_is_purchase: bool) -> None:
        """Spell once what is the same for all."""
        self._context, self._zero_is_purchase = context, zero_is_purchase
        self._import = binary.ID + context.import_id.bytes
        self._now = binary.moment(context.now) * 2

    def head(self, document: Document, row: bytes) -> bytes:
        """What follows the customer and what told of them in the order's row."""
        values = told(document, self._context, zero_is_purchase=self._zero_is_purchase)
        source, number, at, status, currency, given, *money, counted, coupon, channel, store = values[:14]
        is_status_assumed, is_currency_assumed = values[15:17]
        word = binary.word
        return b"".join(
            (
                binary.ID,
                row,
                word(source),
                binary.text(number),
                binary.moment(at),
                word(status),
                word(currency),
                binary.NULL if given is None else binary.numeric(given),
                *map(binary.numeric, money),
                binary.TRUE if counted else binary.FALSE,
                word(coupon),
                word(channel),
                word(store),
                self._import,
                binary.TRUE if is_status_assumed else binary.FALSE,
                binary.TRUE if is_currency_assumed else binary.FALSE,
                self._now,
            )
        )

    @staticmethod
    def lines(document: Document, row: bytes, owner: bytes, line_ids: Iterator[bytes]) -> bytes:
        """The rows of its lines, as if it were that customer's."""
        head = _LINE_HEAD + owner + binary.ID + row + binary.ID
        word, numeric = binary.word, binary.numeric
        parts: list[bytes] = []
        for line in document.sales:
            parts += (
                head,
                next(line_ids),
                word(line.sku),
                word(line.name),
                word(line.category),
                numeric(amounts.quantity(line.quantity)),
                numeric(line.unit_price),
                numeric(line.discount),
                numeric(line.amount),
            )
        return b"".join(parts)
