"""Who takes part in the programme: joining at any door, alone or by the thousand, and leaving."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cdp.core import audit, copying, ids, pipeline
from cdp.core.actors import Actor
from consent.services import terms as contract
from customers.services import member_numbers, standing
from loyalty.models import Act, Member, Seat
from loyalty.rules.purse import ZERO
from loyalty.selectors import accounts
from loyalty.services import households
from loyalty.services.book import Book


class UnableToEnrol(Exception):
    """There is nobody of that id who could take part: unknown or erased."""


class UnableToLeave(Exception):
    """Nothing was changed. `held` is what is put aside for a purchase under way; `balance` is what would be lost, where
    that is not what the person was shown.
    """

    def __init__(self, *, held: Mapping[str, Decimal], balance: Mapping[str, Decimal]) -> None:
        super().__init__("points are put aside" if held else "the balance is another one")
        self.held, self.balance = held, balance


@dataclass(frozen=True, slots=True)
class Terms:
    """The version of the terms that somebody accepted when they joined, and in which language they read them."""

    version: str
    language: str


def enrol(
    *,
    customer: uuid.UUID,
    how: Member.How,
    actor: Actor,
    now: datetime,
    source: str = "",
    terms: Terms | None = None,
) -> Member:
    """Whoever that id means takes part from now on and has a member number; who takes part already is left as they are.

    Who had left begins anew. What is earned for joining the pipeline books. Raises UnableToEnrol. Works inside the
    caller's transaction as well.
    """
    with transaction.atomic():
        owner = standing.hold([customer]).get(customer)
        if owner is None:
            raise UnableToEnrol
        standing.queue([owner])
        if terms is not None:
            place = f"loyalty.{how.value}"
            contract.accept(customer=owner, version=terms.version, language=terms.language, place=place, at=now)
        row = Member.objects.filter(customer_id=owner).first()
        if row is not None and row.left_at is None:
            return row
        if row is None:
            row = Member(customer_id=owner)
        row.joined_at, row.how, row.source, row.left_at = now, how, source, None
        row.joined_by = actor.id if actor.kind == "staff" else None
        row.tier, row.tier_since, row.tier_until = "", None, None
        row.save()
        member_numbers.give(customer=owner, actor=actor, at=now)
        audit.record(
            audit.Action.MEMBER_JOINED,
            actor=actor,
            at=now,
            customer=owner,
            subject=row.id,
            details={"how": how.value, "source": source},
        )
        pipeline.mark([owner], cause="loyalty.joined")
    return row


def enrol_many(
    *, joined: Mapping[uuid.UUID, datetime], how: Member.How, actor: Actor, now: datetime, source: str = ""
) -> dict[uuid.UUID, datetime]:
    """These people take part, each from their moment on; those of them who joined by this, by who stands for them.

    Who takes part already is left as they are, and so is who left: nobody is made to come back. Their numbers are
    given when somebody asks for them (`number`): each is a change of a profile. A handful of statements, however many.
    """
    with transaction.atomic():
        stand = standing.hold(list(joined))
        standing.queue(set(stand.values()))
        first: dict[uuid.UUID, datetime] = {}
        for asked, owner in stand.items():
            first[owner] = min(joined[asked], first.get(owner, joined[asked]))
        for known in Member.objects.filter(customer_id__in=first).values_list("customer_id", flat=True):
            del first[known]
        rows = [(row, owner, first[owner]) for row, owner in zip(ids.uuid7s(len(first)), sorted(first), strict=True)]
        copying.rows(
            Member,
            ("id", "customer_id", "joined_at", "how", "source", "tier"),
            ((row, owner, moment, how.value, source, "") for row, owner, moment in rows),
        )
        details = {"how": how.value, "source": source}
        audit.record_many(
            audit.Action.MEMBER_JOINED, actor=actor, at=now, entries=[(owner, row, details) for row, owner, _ in rows]
        )
        pipeline.mark(first, cause="loyalty.joined")
    return first


def number(*, customer: uuid.UUID, actor: Actor, now: datetime) -> str:
    """The number of a member, drawn where they have none yet. Raises `customers.services.profiles.UnableToEdit`."""
    return member_numbers.give(customer=customer, actor=actor, at=now)


def leave(*, customer: uuid.UUID, shown: Mapping[str, Decimal], actor: Actor, now: datetime) -> Member | None:
    """Whoever that id means takes part no more: they earn nothing, and what they have expires at once. None for who
    does not take part.

    `shown` is what each wallet had of their own (to spend and waiting) when they were asked; another balance than that,
    or something put aside for a purchase under way, raises UnableToLeave. They leave their household with it.
    """
    with transaction.atomic():
        book = Book.open([customer], now=now, actor=actor, source="leave")
        owner = book.stands.get(customer)
        row = Member.objects.filter(customer_id=owner, left_at=None).first() if owner else None
        if owner is None or row is None:
            return None
        held, balance = {}, {}
        for wallet, purse in book.wallets(owner).items():
            own = purse.own()
            if put_aside := accounts.put_aside(book.members[owner], wallet) or own.held:
                held[wallet] = put_aside
            if whole := own.balance(now) + own.waiting(now):
                balance[wallet] = whole
        if held or balance != {wallet: amount for wallet, amount in shown.items() if amount != ZERO}:
            raise UnableToLeave(held=held, balance=balance)
        for wallet in balance:
            act = book.act(owner, wallet, Act.Kind.EXPIRE, cause=f"left:{row.id}@{now.isoformat()}", reason="left")
            act.moves += book.purse(owner, wallet).own().forfeit(now)
        book.write()
        households.part(book, owner, why=Seat.Why.PROGRAMME, actor=actor, now=now)
        row.left_at, row.points = now, ZERO
        row.tier, row.tier_since, row.tier_until = "", None, None
        row.save(update_fields=["left_at", "points", "tier", "tier_since", "tier_until"])
        audit.record(audit.Action.MEMBER_LEFT, actor=actor, at=now, customer=owner, subject=row.id)
        pipeline.mark([owner], cause="loyalty.left")
    return row
