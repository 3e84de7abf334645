"""Points that staff give or take: alone up to what the programme says, above that with a second person who decides."""

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cdp.core import actors, audit, second_person
from cdp.core.crypto import subjects
from cdp.core.models import User
from customers.selectors import lineage
from customers.services import standing
from loyalty.models import Adjustment
from loyalty.rules.adjusting import Why
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import adjustments, allowances
from loyalty.selectors.thanks import REASON
from loyalty.services import giving, thanks_told
from loyalty.services.tills import Asked, open_till, patiently

SOURCE = "staff"
TABLE = "loyalty_adjustment"
PATH = "/loyalty/adjustments/"
State = Adjustment.State


class UnableToDecide(Exception):
    """It stays as it is; `reason` is a code: decided, own, gone, role."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def adjust(
    *,
    customer: uuid.UUID,
    wallet: str,
    amount: Decimal,
    why: Why,
    words: str,
    user: User,
    now: datetime,
    reference: str = "",
    about: str = "",
) -> giving.Given | Adjustment:
    """Give (above zero) or take (below): at once, or as what waits for a second person: above what is left of the day's
    limit, and for an account of who asks. Told again with the same `reference` it is the same. `about` is what somebody
    is thanked for, who is told then. Raises Refused.
    """
    asked = Asked(
        customer=customer,
        actor=actors.staff(user),
        now=now,
        source=SOURCE,
        wallet=wallet,
        reference=reference,
    )
    left = allowances.left(user, wallet, at=now, but=giving.cause_of(asked))
    if abs(amount) <= left and not allowances.is_own(user, customer):
        done = giving.adjust(asked, amount, why=why, words=words, about=about)
        if about and not done.is_repeated:
            thanks_told.points(customer, wallet, amount, key=about, now=now)
        return done
    return _ask(asked, amount, why=why, words=words, user=user, about=about)


def reverse(*, customer: uuid.UUID, act: uuid.UUID, words: str, user: User, now: datetime) -> giving.Given | Adjustment:
    """Take an adjustment back, once: what was given is taken, what was taken comes back to the lots it was of. The
    same limits hold. Raises Refused.
    """
    asked = Asked(customer=customer, actor=actors.staff(user), now=now, source=SOURCE)
    with transaction.atomic():
        known = giving.adjustment(asked, act)
        asked = replace(asked, wallet=known.wallet)
        amount = -known.change
        is_within = abs(amount) <= allowances.left_for_reversal(user, known, at=now)
        if is_within and not allowances.is_own(user, customer):
            return giving.reverse(asked, act, words=words)
        return _ask(asked, amount, why=Why.MISTAKE, words=words, user=user, reverses=act)


def _ask(
    asked: Asked,
    amount: Decimal,
    *,
    why: Why,
    words: str,
    user: User,
    reverses: uuid.UUID | None = None,
    about: str = "",
) -> Adjustment:
    """Keep it for somebody else to decide. What could not be booked now is refused now."""
    colleagues = adjustments.approvers(user.id)
    if not colleagues:
        raise Refused(Refusal.NOBODY_ELSE, limit=allowances.left(user, asked.wallet, at=asked.now))
    with transaction.atomic():
        till = open_till(asked)
        giving.check(till, amount)
        same = Adjustment.objects.filter(
            customer_id__in=till.people,
            state=State.WAITING,
            wallet=asked.wallet,
            amount=amount,
            reverses=reverses,
            about=about,
        )
        if same.exists():
            raise Refused(Refusal.WAITS)
        row = Adjustment(
            customer_id=till.who,
            wallet=asked.wallet,
            amount=amount,
            reason=why.value,
            reverses=reverses,
            about=about,
            asked_by=user.id,
            asked_at=asked.now,
        )
        row.words = _sealed(row, "words", words)
        row.save(force_insert=True)
        _noted(audit.Action.POINTS_ASKED, row, actor=asked.actor, at=asked.now)
        key = f"adjustment:{row.id}"
        second_person.tell(colleagues, what=second_person.POINTS, path=PATH, key=key, at=asked.now)
    return row


@patiently
def approve(adjustment: uuid.UUID, *, user: User, now: datetime) -> Adjustment:
    """Book it: as given by who asked, approved by this person. Raises UnableToDecide and Refused."""
    with transaction.atomic():
        row = _undecided(adjustment, user)
        if allowances.is_own(user, row.customer_id):
            raise UnableToDecide("role")
        asker = User.objects.filter(id=row.asked_by, is_active=True).first()
        if asker is None or not asker.can("loyalty.adjust"):
            raise UnableToDecide("gone")
        asked = Asked(
            customer=row.customer_id,
            actor=actors.staff(asker),
            now=now,
            source=SOURCE,
            wallet=row.wallet,
            reference=f"{REASON}:{row.about}" if row.about else f"adjustment:{row.id}",
            approved_by=user.id,
        )
        words = words_of(row)
        if row.reverses:
            given = giving.reverse(asked, row.reverses, words=words)
        else:
            given = giving.adjust(asked, row.amount, why=Why(row.reason), words=words, about=row.about)
            if row.about and not given.is_repeated:
                thanks_told.points(row.customer_id, row.wallet, row.amount, key=row.about, now=now)
        row.act_id = given.act.id
        _decide(row, State.APPROVED, user, now)
    return row


def refuse(adjustment: uuid.UUID, *, words: str, user: User, now: datetime) -> Adjustment:
    """Nothing is booked; who asked reads why. Raises UnableToDecide."""
    with transaction.atomic():
        row = _undecided(adjustment, user)
        row.answer = _sealed(row, "answer", words)
        _decide(row, State.REFUSED, user, now)
    return row


def withdraw(adjustment: uuid.UUID, *, user: User, now: datetime) -> Adjustment:
    """Who asked needs it no more. Raises UnableToDecide."""
    with transaction.atomic():
        row = _locked(adjustment)
        if row.asked_by != user.id:
            raise UnableToDecide("role")
        _decide(row, State.WITHDRAWN, user, now)
    return row


def keyring_of(rows: Collection[Adjustment]) -> subjects.Keyring:
    """What opens the words of all of these. Two queries."""
    return subjects.load(lineage.everybody({row.customer_id for row in rows}))


def words_of(row: Adjustment, column: str = "words", *, keyring: subjects.Keyring | None = None) -> str:
    """What was written beside it; empty for nothing."""
    sealed = getattr(row, column)
    if not sealed:
        return ""
    keyring = keyring or keyring_of([row])
    return keyring.open(sealed, table=TABLE, column=column, row=row.id)


def _undecided(adjustment: uuid.UUID, user: User) -> Adjustment:
    row = _locked(adjustment)
    if row.asked_by == user.id:
        raise UnableToDecide("own")
    if not user.can("loyalty.approve"):
        raise UnableToDecide("role")
    return row


def _locked(adjustment: uuid.UUID) -> Adjustment:
    """The row behind the lock of whose it is: a merge may have given it to somebody else meanwhile."""
    known = Adjustment.objects.filter(id=adjustment).first()
    if known is None:
        raise UnableToDecide("decided")
    standing.hold([known.customer_id])
    row = Adjustment.objects.select_for_update().filter(customer_id=known.customer_id, id=adjustment).first()
    if row is None or row.state != State.WAITING:
        raise UnableToDecide("decided")
    return row


def _decide(row: Adjustment, state: Adjustment.State, user: User, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, user.id, now
    row.save(update_fields=["state", "decided_by", "decided_at", "answer", "act_id"])
    _noted(audit.Action.POINTS_DECIDED, row, actor=actors.staff(user), at=now)


def _noted(action: audit.Action, row: Adjustment, *, actor: actors.Actor, at: datetime) -> None:
    details = {"points": f"{row.amount:f}", "wallet": row.wallet, "reason": row.reason, "state": str(row.state)}
    audit.record(action, actor=actor, at=at, customer=row.customer_id, subject=row.id, details=details)


def _sealed(row: Adjustment, column: str, words: str) -> bytes | None:
    if not words:
        return None
    keyring = subjects.load([row.customer_id])
    text = words[: giving.LONGEST_WORDS]
    return keyring.seal(text, customer=row.customer_id, table=TABLE, column=column, row=row.id)
