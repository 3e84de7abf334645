"""Reading warranty cards: found when they are claimed, shown on the customer's page and timeline."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext

from cdp.core import panels
from cdp.core.crypto import index, subjects
from cdp.core.timeline import Entry, Question
from commerce.models import Warranty, WarrantyClaim
from commerce.rules import warranties as rules
from customers.selectors import listing, profiles
from customers.selectors.profiles import Profile

TABLE = "commerce_warranty"
CLAIMS = "commerce_warrantyclaim"
PAGE = 50
MOST_PEOPLE = 50
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A card in clear. `others` is how many other people registered the same serial number."""

    row: Warranty
    product: str
    serial: str
    place: str
    order_number: str
    is_running: bool
    others: int = 0
    owner: Profile | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the staff list, newest first; `is_cut` when a search found more than it shows."""

    rows: Sequence[Shown]
    older: uuid.UUID | None = None
    is_cut: bool = False


def serial_digest(text: str) -> bytes | None:
    """The keyed digest of a serial number, equal however it is written; None for no number."""
    plain = rules.plain_serial(text)
    return index.digest("warranty.serial", plain) if plain else None


def of_serial(text: str, *, sku: str) -> list[Warranty]:
    """The cards of one serial number that may be about the same article, whoever has them, the oldest first; at most
    fifty, and none without a number.
    """
    digest = serial_digest(text)
    if digest is None:
        return []
    found = Warranty.objects.filter(serial_digest=digest).order_by("id")[:PAGE]
    return [row for row in found if rules.may_be_same(row.sku, sku)]


def listed(*, state: str = "", older_than: uuid.UUID | None = None, today: date) -> Page:
    """All cards or those of one state, newest first, a page at a time."""
    rows = Warranty.objects.all()
    if state:
        rows = rows.filter(state=state)
    if older_than:
        rows = rows.filter(id__lt=older_than)
    found = list(rows.order_by("-id")[: PAGE + 1])
    return Page(opened(found[:PAGE], today=today), older=found[PAGE - 1].id if len(found) > PAGE else None)


def search(text: str, *, today: date, in_full: bool) -> Page:
    """Cards by serial number, or of the people whom a name, a phone number or an e-mail address finds."""
    digest = serial_digest(text)
    by_serial = list(Warranty.objects.filter(serial_digest=digest).order_by("-id")[: PAGE + 1]) if digest else []
    people = listing.search(text, listing.Filters(), region=settings.CDP_SHOP_COUNTRY, in_full=in_full)
    owners = [row.id for row in people.rows[:MOST_PEOPLE]]
    theirs = list(Warranty.objects.filter(customer_id__in=owners).order_by("-registered_at", "-id")[: PAGE + 1])
    found = list({row.id: row for row in (*by_serial, *theirs)}.values())
    is_cut = people.is_cut or len(people.rows) > MOST_PEOPLE or len(found) > PAGE
    return Page(opened(found[:PAGE], today=today), is_cut=is_cut)


def find(warranty: uuid.UUID) -> Warranty | None:
    """The card of that id."""
    return Warranty.objects.filter(id=warranty).first()


def claimed() -> int:
    """How many cards wait for an answer, counted to 1,000."""
    return Warranty.objects.filter(state=Warranty.State.CLAIMED).order_by()[:1000].count()


def opened(
    rows: Sequence[Warranty], *, today: date, with_owners: bool = True, keyring: subjects.Keyring | None = None
) -> list[Shown]:
    """These cards in clear, in their order; six queries at most, however many. `keyring`: keys that are open."""
    people = list(dict.fromkeys(row.customer_id for row in rows))
    keyring = keyring or subjects.load(people)
    owners = profiles.opened(people, with_places=False, keyring=keyring) if with_owners else {}
    twice = _others(rows)
    return [_shown(row, keyring, twice.get(row.id, 0), owners.get(row.customer_id), today) for row in rows]


def _shown(row: Warranty, keyring: subjects.Keyring, others: int, owner: Profile | None, today: date) -> Shown:
    def text(column: str) -> str:
        return keyring.open(getattr(row, column), table=TABLE, column=column, row=row.id)

    return Shown(
        row=row,
        product=row.name or row.sku or text("typed"),
        serial=text("serial"),
        place=text("place"),
        order_number=text("order_number"),
        is_running=rules.is_running(row.ends_on, today),
        others=others,
        owner=owner,
    )


def _others(rows: Iterable[Warranty]) -> dict[uuid.UUID, int]:
    """Card → how many other customers registered its serial number; cards that are alone are left out."""
    by_digest: dict[bytes, list[Warranty]] = defaultdict(list)
    for row in rows:
        if row.serial_digest:
            by_digest[bytes(row.serial_digest)].append(row)
    if not by_digest:
        return {}
    counted = (
        Warranty.objects.filter(serial_digest__in=list(by_digest))
        .order_by()
        .values_list("serial_digest")
        .annotate(people=Count("customer_id", distinct=True))
    )
    return {row.id: people - 1 for digest, people in counted if people > 1 for row in by_digest[bytes(digest)]}


def same_serial(row: Warranty, *, today: date) -> list[Shown]:
    """The cards of other people with the same serial number, at most ten."""
    if not row.serial_digest:
        return []
    found = Warranty.objects.filter(serial_digest=row.serial_digest).exclude(customer_id=row.customer_id)
    return opened(list(found.order_by("-id")[:10]), today=today)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim in clear."""

    row: WarrantyClaim
    text: str
    outcome: str


def claims_of(row: Warranty) -> list[Claim]:
    """The claims of a card, newest first."""
    found = WarrantyClaim.objects.filter(customer_id=row.customer_id, warranty_id=row.id)
    return _in_clear(row, found.order_by("-opened_at", "-id")[:PAGE])


def open_claim_of(row: Warranty) -> Claim | None:
    """The claim of a card that is not closed yet; one at most is."""
    found = WarrantyClaim.objects.filter(customer_id=row.customer_id, warranty_id=row.id, closed_at=None)
    return next(iter(_in_clear(row, found[:1])), None)


def _in_clear(row: Warranty, claims: Iterable[WarrantyClaim]) -> list[Claim]:
    keyring = subjects.load([row.customer_id])
    return [
        Claim(
            one,
            keyring.open(one.text, table=CLAIMS, column="text", row=one.id),
            keyring.open(one.outcome, table=CLAIMS, column="outcome", row=one.id),
        )
        for one in claims
    ]


def entries(question: Question) -> list[Entry]:
    """Cards and claims as entries of the timeline."""
    cards = Warranty.objects.filter(customer_id__in=question.customers)
    claims = WarrantyClaim.objects.filter(customer_id__in=question.customers)
    if question.before is not None:
        cards, claims = cards.filter(registered_at__lt=question.before), claims.filter(opened_at__lt=question.before)
    found = [
        Entry(
            id=str(row.id),
            at=row.registered_at,
            kind="warranty",
            title=gettext("Warranty: %(product)s") % {"product": _product(row, question.keyring)},
            source=row.source,
            icon="certificate",
            data={
                "warranty": str(row.id),
                "sku": row.sku,
                "name": row.name,
                "bought_on": row.bought_on.isoformat(),
                "ends_on": row.ends_on.isoformat(),
                "state": row.state,
            },
        )
        for row in cards.order_by("-registered_at", "-id")[: question.limit]
    ]
    return found + [
        Entry(
            id=str(one.id),
            at=one.opened_at,
            kind="warranty",
            title=gettext("Warranty claimed"),
            is_private=True,
            icon="tool",
            data={
                "warranty": str(one.warranty_id),
                "text": question.keyring.open(one.text, table=CLAIMS, column="text", row=one.id),
                "closed_at": one.closed_at.isoformat() if one.closed_at else None,
            },
        )
        for one in claims.order_by("-opened_at", "-id")[: question.limit]
    ]


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The newest cards on the page of a customer; None leaves the panel out."""
    found = Warranty.objects.filter(customer_id__in=list(question.lineage)).order_by("-registered_at", "-id")
    rows = list(found[: SHOWN + 1])
    if not rows:
        return None
    today = timezone.localdate(question.now)
    shown = opened(rows[:SHOWN], today=today, with_owners=False, keyring=question.keyring)
    return {"cards": shown, "has_more": len(rows) > SHOWN}


def _product(row: Warranty, keyring: subjects.Keyring) -> str:
    return row.name or row.sku or keyring.open(row.typed, table=TABLE, column="typed", row=row.id)
