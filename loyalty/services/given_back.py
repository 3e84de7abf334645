"""What was spent comes back to the lots it was of: at a till that says so, or with the return of what it paid for."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from django.db import connection

from cdp.core import copying
from loyalty.models import Act, Hold
from loyalty.rules.earning import decimal
from loyalty.rules.fraction import Fraction
from loyalty.rules.purse import ZERO, Account
from loyalty.selectors import taken
from loyalty.services.book import Book, Draft


@dataclass(frozen=True, slots=True)
class Terms:
    """How long what comes back can be spent where its own end has passed, and the end of a new lot of a wallet."""

    grace: timedelta
    end: Callable[[str], datetime | None]


def restore(book: Book, row: Hold, act: Draft, wanted: Decimal, terms: Terms) -> None:
    """Put into the act what gives so much of a redemption back. What was taken of lots that are somebody else's since
    (two who were one and were parted) comes back as a lot of its own: those lots got theirs when they parted.
    """
    parts = taken.redeemed(row.id, list(book.tops))
    book.bring([part.lot for part in parts])
    own = ZERO
    for purse, some in book.apart(row.wallet, parts, wanted, last_first=True):
        amount = sum((part.amount for part in some), ZERO)
        act.moves += purse.restore(some, amount, at=book.now, grace=terms.grace)
        own += amount
    if wanted > own:
        act.moves += book.purse(act.customer, row.wallet).put(
            act.id,
            wanted - own,
            earned_at=book.now,
            active_from=book.now,
            ends=terms.end(row.wallet),
            at=book.now,
            out_of=Account.REDEEMED,
        )
    row.restored += wanted


def of_orders(rows: Collection[uuid.UUID], orders: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[Hold]]:
    """What paid for these orders and has not come back whole, by order: points and credit told with the number of the
    sale. Rewards are no money and come back where somebody says so. Two queries.
    """
    found: dict[uuid.UUID, list[Hold]] = defaultdict(list)
    if not orders:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT h.id, o.id FROM loyalty_hold h JOIN commerce_order o
                ON o.customer_id = h.customer_id AND o.source = h.source AND o.external_id = h.reference
            WHERE h.customer_id = ANY(%s::uuid[]) AND o.id = ANY(%s::uuid[])
                AND h.state = 'captured' AND h.captured > h.restored AND h.reward = ''
            """,
            [copying.array(list(rows)), copying.array(list(orders))],
        )
        paid = dict(cursor.fetchall())
    for row in Hold.objects.filter(customer_id__in=list(rows), id__in=list(paid)).order_by("id"):
        found[paid[row.id]].append(row)
    return found


def with_return(book: Book, row: Hold, share: Fraction, *, digits: int, terms: Terms) -> None:
    """Give back what of a redemption belongs to the share of its purchase that has come back so far, less what came
    back before, however it did: told again nothing happens.
    """
    exact = Decimal(1).scaleb(-digits)
    due = decimal(Fraction(row.captured) * share).quantize(exact, rounding=ROUND_DOWN) - row.restored
    if due <= 0:
        return
    cause = f"hold:{row.id}:returned:{row.restored + due:f}"
    details = {"points": f"{due:f}"}
    act = book.act(row.customer_id, row.wallet, Act.Kind.RESTORE, cause=cause, fact=row.id, details=details)
    restore(book, row, act, due, terms)
    row.save(update_fields=["restored"])
