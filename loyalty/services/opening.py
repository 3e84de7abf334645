"""What members bring along from another programme: lots out of the account `opening`, and taking them back.

A row is known by what it says (source, wallet, end): the same file again changes nothing, and another amount for the
same is refused, because nobody can tell which of them is meant.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.actors import Actor
from loyalty.models import Act, Member
from loyalty.rules import ending
from loyalty.rules.purse import Account, Shortfall
from loyalty.selectors import versions
from loyalty.services import members
from loyalty.services.accruing import keep_ranks
from loyalty.services.book import Book, Draft

UNDONE = "import_undone"
PARTED = "parted"
"""Two who are parted hand over what is the other's (services.parting)."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What one row says of somebody. Without an end the programme's policy gives one; zero points only enrol."""

    customer: uuid.UUID
    wallet: str
    points: Decimal
    ends: datetime | None = None
    joined_at: datetime | None = None
    tier: str = ""

    def name(self, source: str) -> str:
        """The same for the same balance of the same source."""
        told = "\0".join((source, self.wallet, self.ends.isoformat() if self.ends else ""))
        return hashlib.sha256(told.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the rows: acts by customer, who joined, and the places of rows that were told otherwise before,
    that are of people who left, and that brought something new.
    """

    acts: Sequence[tuple[uuid.UUID, uuid.UUID]]
    joined: Sequence[uuid.UUID]
    otherwise: Collection[int]
    left: Collection[int]
    made: Collection[int]


@transaction.atomic
def bring(rows: Sequence[Brought], *, source: str, actor: Actor, now: datetime) -> Written:
    """Enrol these people and book what they bring along; it can be spent at once and counts for no tier."""
    first: dict[uuid.UUID, datetime] = {}
    for row in rows:
        first[row.customer] = min(row.joined_at or now, first.get(row.customer, now))
    joined = members.enrol_many(joined=first, how=Member.How.FILE, actor=actor, now=now, source=source)
    book = Book.open(sorted(first), now=now, actor=actor, source=source)
    known = _known(book.tops)
    taking_part = {row.customer_id: row for row in Member.objects.filter(customer_id__in=book.members)}
    otherwise, left, made, drafts = set(), set(), set(), []
    ranks = {}
    version = versions.in_force(now)
    zone = timezone.get_default_timezone()
    for place, row in enumerate(rows):
        top = book.stands.get(row.customer)
        member = taking_part.get(top) if top else None
        if top is None or member is None or member.left_at is not None:
            left.add(place)
            continue
        if top in joined:
            made.add(place)
            if row.tier:
                ranks[top] = (top, row.tier, row.joined_at or now, None)
        name = row.name(source)
        told = known[top].setdefault(name, [])
        if row.points in told:
            continue
        if told:
            otherwise.add(place)
            continue
        told.append(row.points)
        if not row.points:
            continue
        made.add(place)
        expiry = version.programme.expiry(row.wallet, row.tier or member.tier) if version else None
        ends = row.ends or (
            ending.end(expiry, earned_at=now, active_from=now, last_active_at=now, zone=zone) if expiry else None
        )
        act = book.act(
            top,
            row.wallet,
            Act.Kind.OPENING,
            cause=f"opening:{member.id}:{uuid.uuid4().hex}",
            version=version.id if version else None,
            details={"told": name, "points": f"{row.points:f}"},
        )
        act.moves += book.purse(top, row.wallet).put(
            act.id, row.points, earned_at=now, active_from=now, ends=ends, at=now, out_of=Account.OPENING
        )
        drafts.append(act)
    book.write()
    if ranks:
        keep_ranks(list(ranks.values()))
    pipeline.mark({draft.customer for draft in drafts}, cause="loyalty.opening", lane=pipeline.BULK)
    return Written([(draft.customer, draft.id) for draft in drafts], sorted(joined), otherwise, left, made)


def _known(tops: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, dict[str, list[Decimal]]]:
    """What these people brought along before and was not taken back, by its name."""
    acts = Act.objects.filter(customer_id__in=tops)
    undone = set(acts.filter(kind=Act.Kind.REFUND, reason__in=[UNDONE, PARTED]).values_list("fact_id", flat=True))
    found: dict[uuid.UUID, dict[str, list[Decimal]]] = defaultdict(dict)
    brought = acts.filter(kind=Act.Kind.OPENING).values_list("id", "customer_id", "details")
    for act, row, details in brought:
        if act not in undone and details:
            found[tops[row]].setdefault(details["told"], []).append(Decimal(details["points"]))
    return found


@transaction.atomic
def take_back(acts: Mapping[uuid.UUID, uuid.UUID], *, actor: Actor, now: datetime) -> int:
    """Take back what these acts (with whose they were) brought: what of it was spent meanwhile is let go. How many."""
    book = Book.open(sorted(set(acts.values())), now=now, actor=actor, source="import")
    undone = set(
        Act.objects.filter(customer_id__in=book.tops, kind="refund", fact_id__in=acts).values_list("fact_id", flat=True)
    )
    found = [act for act in Act.objects.filter(customer_id__in=book.tops, id__in=acts) if act.id not in undone]
    book.bring([act.id for act in found])
    for act in found:
        # With whoever it lies with: where two who are one now are parted, it goes with what it takes back.
        draft = Draft(act.customer_id, act.wallet, Act.Kind.REFUND, f"{act.cause}#1", now, fact=act.id)
        draft.version, draft.reason = act.version, UNDONE
        draft.moves += book.purse(act.customer_id, act.wallet).take_back(
            act.id, act.change, at=now, shortfall=Shortfall.FORGIVE
        )
        book.note(draft)
    book.write()
    pipeline.mark({act.customer_id for act in found}, cause="loyalty.import_undone", lane=pipeline.BULK)
    return len(found)


def unenrol(customers: Collection[uuid.UUID]) -> int:
    """Of these, whom a file enrolled, those take part no more to whom nothing happened since. Returns how many."""
    touched = set(
        Act.objects.filter(customer_id__in=customers)
        .exclude(kind=Act.Kind.OPENING)
        .exclude(kind=Act.Kind.REFUND, reason=UNDONE)
        .values_list("customer_id", flat=True)
    )
    gone = Member.objects.filter(customer_id__in=set(customers) - touched, how=Member.How.FILE)
    return gone.delete()[0]
