"""Reading pre-orders: the staff list, the customer's page and timeline."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from cdp.core import panels
from cdp.core.crypto import subjects
from cdp.core.timeline import Entry, Question
from commerce.models import PreOrder
from commerce.rules import preorders as rules
from customers.selectors import listing, profiles
from customers.selectors.profiles import Profile

TABLE = "commerce_preorder"
PAGE = 50
MOST_PEOPLE = 50
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A pre-order in clear, with the states that may follow."""

    row: PreOrder
    product: str
    address: str
    note: str
    next_states: Sequence[str]
    owner: Profile | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the staff list, newest first; `is_cut` when a search found more than it shows."""

    rows: Sequence[Shown]
    older: uuid.UUID | None = None
    is_cut: bool = False


def listed(*, state: str = "", older_than: uuid.UUID | None = None) -> Page:
    """All pre-orders or those of one state, newest first, a page at a time."""
    rows = PreOrder.objects.all()
    if state:
        rows = rows.filter(state=state)
    if older_than:
        rows = rows.filter(id__lt=older_than)
    found = list(rows.order_by("-id")[: PAGE + 1])
    return Page(opened(found[:PAGE]), older=found[PAGE - 1].id if len(found) > PAGE else None)


def search(text: str, *, in_full: bool) -> Page:
    """The pre-order of that number, or those of the people whom a name, a phone number or an address finds."""
    number = rules.read_number(text)
    if number and (named := list(PreOrder.objects.filter(number=number).order_by("-id")[:PAGE])):
        return Page(opened(named))
    people = listing.search(text, listing.Filters(), region=settings.CDP_SHOP_COUNTRY, in_full=in_full)
    owners = [row.id for row in people.rows[:MOST_PEOPLE]]
    found = list(PreOrder.objects.filter(customer_id__in=owners).order_by("-placed_at", "-id")[: PAGE + 1])
    is_cut = people.is_cut or len(people.rows) > MOST_PEOPLE or len(found) > PAGE
    return Page(opened(found[:PAGE]), is_cut=is_cut)


def waiting() -> int:
    """How many nobody has answered yet, counted to 1,000."""
    return PreOrder.objects.filter(state=PreOrder.State.WAITING).order_by()[:1000].count()


def opened(
    rows: Sequence[PreOrder], *, with_owners: bool = True, keyring: subjects.Keyring | None = None
) -> list[Shown]:
    """These pre-orders in clear, in their order; five queries at most, however many. `keyring`: keys that are open."""
    people = list(dict.fromkeys(row.customer_id for row in rows))
    keyring = keyring or subjects.load(people)
    owners = profiles.opened(people, with_places=False, keyring=keyring) if with_owners else {}

    def text(row: PreOrder, column: str) -> str:
        return keyring.open(getattr(row, column), table=TABLE, column=column, row=row.id)

    return [
        Shown(
            row=row,
            product=row.name or row.sku or text(row, "typed"),
            address=text(row, "address"),
            note=text(row, "note"),
            next_states=rules.NEXT.get(row.state, ()),
            owner=owners.get(row.customer_id),
        )
        for row in rows
    ]


def entries(question: Question) -> list[Entry]:
    """Pre-orders as entries of the timeline."""
    found = PreOrder.objects.filter(customer_id__in=question.customers)
    if question.before is not None:
        found = found.filter(placed_at__lt=question.before)
    return [
        Entry(
            id=str(row.id),
            at=row.placed_at,
            kind="preorder",
            title=gettext("Pre-order %(number)s") % {"number": row.number},
            source=row.source,
            icon="clock-hour-4",
            data={
                "preorder": str(row.id),
                "state": row.state,
                "sku": row.sku,
                "quantity": str(row.quantity),
                "wish_on": row.wish_on.isoformat() if row.wish_on else None,
                "way": row.way,
                "text": f"{row.quantity} × {_product(row, question.keyring)} · {row.get_state_display()}",
            },
        )
        for row in found.order_by("-placed_at", "-id")[: question.limit]
    ]


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The newest pre-orders on the page of a customer, open ones first; None leaves the panel out."""
    found = PreOrder.objects.filter(customer_id__in=list(question.lineage)).order_by("-placed_at", "-id")
    rows = sorted(found[:20], key=lambda row: row.state not in rules.OPEN)
    if not rows:
        return None
    return {
        "preorders": opened(rows[:SHOWN], with_owners=False, keyring=question.keyring),
        "has_more": len(rows) > SHOWN,
    }


def _product(row: PreOrder, keyring: subjects.Keyring) -> str:
    return row.name or row.sku or keyring.open(row.typed, table=TABLE, column="typed", row=row.id)
