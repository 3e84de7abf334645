"""Rewards of the catalogue: whether a member can have one, what it gives, and what becomes of that afterwards.

A redemption is a hold (services.holds); what is here runs inside its transaction, behind the person's lock. Pieces are
counted on the shelf of the till and written last, rewards in the order of their keys: nobody waits for two at once the
wrong way round, and a piece that is not there any more takes everything back.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from loyalty.models import Act, Hold, Reward
from loyalty.rules import benefit as benefits
from loyalty.rules import ending
from loyalty.rules import rewards as rules
from loyalty.rules.benefit import Credit
from loyalty.rules.purse import ZERO, Shortfall
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import rewards as reading
from loyalty.services import coupons
from loyalty.services.book import Draft
from loyalty.services.tills import Till

PREFIX = "reward:"
"""Of a coupon's `offer`, before the key of the reward that it came from."""


def known(key: str) -> Reward:
    """The reward of that key. Raises Refused."""
    found = Reward.objects.filter(key=key).first()
    if found is None:
        raise Refused(Refusal.UNKNOWN_REWARD)
    return found


def take(till: Till, reward: Reward) -> None:
    """One piece for who stands at this till, which is counted when everything is written. Raises Refused."""
    taken = reading.taken(till.people, [reward], at=till.book.now)
    reason = rules.refusal(
        reading.terms(reward),
        at=till.book.now,
        tier=till.tier,
        taken=taken[reward.key],
        available=till.available,
    )
    if reason is Refusal.INSUFFICIENT:
        raise Refused(reason, available=till.available)
    if reason is not None:
        raise Refused(reason)
    till.shelf[reward.key] += 1


def frozen(reward: Reward) -> dict[str, Any]:
    """What a hold keeps of it."""
    return {
        "names": reward.names,
        "how": reward.how,
        "valid_days": reward.valid_days,
        "benefit": benefits.written(reward.gives),
    }


def give(till: Till, row: Hold) -> None:
    """What the redeemed reward gives: a coupon, or store credit; what the till takes off itself it knows. Before the
    book is written.
    """
    if not row.gave:
        return
    gives = benefits.known(row.gave["benefit"])
    if isinstance(gives, Credit):
        _credit(till, row, gives)
    elif row.gave["how"] == Reward.How.VOUCHER:
        _voucher(till, row, row.gave)


def _voucher(till: Till, row: Hold, gave: Mapping[str, Any]) -> None:
    """The personal coupon that a redemption bought; it names the hold."""
    coupons.promised(
        customer=row.customer_id,
        promise=coupons.Promise(
            f"{PREFIX}{row.reward}",
            benefits.known(gave["benefit"]),
            coupons.end(gave["valid_days"], till.book.now),
            reason="card" if gave.get("card") else "reward",
            details={"reward": row.reward, "names": gave["names"]},
            given_for=row.id,
        ),
        source=row.source,
        actor=till.book.actor,
        now=till.book.now,
        resolved_by=None if row.resolved_by is None else bytes(row.resolved_by),
    )


def undo(till: Till, row: Hold) -> None:
    """What it gave is taken back with it: a coupon or credit that was used cannot be. Raises Refused."""
    if not row.gave:
        return
    gives = benefits.known(row.gave["benefit"])
    try:
        if isinstance(gives, Credit):
            _uncredit(till, row, gives)
        else:
            coupons.void(given_for=row.id, people=till.people, actor=till.book.actor, now=till.book.now)
    except coupons.UnableToRedeem as error:
        raise Refused(Refusal.REWARD_USED) from error
    put_back(till.shelf, [row])


def put_back(shelf: Counter[str], rows: Sequence[Hold]) -> None:
    """The pieces of these holds are there again; a full card's never were on the shelf."""
    for row in rows:
        if row.reward and row.gave and not row.gave.get("card"):
            shelf[row.reward] -= 1


def count(shelf: Counter[str]) -> None:
    """Write what was taken and put back. Raises Refused where one more was taken than there is."""
    for key, by in sorted(shelf.items()):
        found = Reward.objects.filter(key=key)
        if by > 0:
            found = found.filter(Q(stock__isnull=True) | Q(stock__gte=F("taken") + by))
            if not found.update(taken=F("taken") + by):
                raise Refused(Refusal.SOLD_OUT)
        elif by < 0:
            found.filter(taken__gte=-by).update(taken=F("taken") + by)
    shelf.clear()


# --- store credit ---


def _credit(till: Till, row: Hold, gives: Credit) -> None:
    now, programme = till.book.now, till.programme
    ends: dt.datetime | None = None
    if programme is not None:
        ends = ending.end(
            programme.expiry(gives.wallet, till.tier),
            earned_at=now,
            active_from=now,
            last_active_at=now,
            zone=timezone.get_default_timezone(),
        )
    details = {"reward": row.reward}
    act = till.book.act(
        till.who, gives.wallet, Act.Kind.EARN, cause=_cause(row.id), version=till.version, details=details
    )
    act.moves += till.book.purse(till.who, gives.wallet).put(
        act.id, gives.amount, earned_at=now, active_from=now, ends=ends, at=now
    )


def _uncredit(till: Till, row: Hold, gives: Credit) -> None:
    acts = Act.objects.filter(
        customer_id__in=till.people, wallet=gives.wallet, cause__startswith=_cause(row.id)
    ).order_by("id")
    # Two who are parted hand it over: what was taken back with one of them is no more.
    back = {(act.customer_id, act.cause) for act in acts if act.kind == Act.Kind.REFUND}
    stands = [act for act in acts if act.kind == Act.Kind.EARN and (act.customer_id, act.cause) not in back]
    earned = stands[-1] if stands else None
    purse = till.book.purse(till.who, gives.wallet)
    till.book.bring([earned.id] if earned else [])
    lot = purse.lots.get(earned.id) if earned else None
    if earned is None or lot is None or lot.pending + lot.active + lot.expired < gives.amount:
        raise Refused(Refusal.REWARD_USED)
    act = till.book.note(
        Draft(earned.customer_id, gives.wallet, Act.Kind.REFUND, earned.cause, till.book.now, version=till.version)
    )
    act.reason = "reward"
    act.moves += purse.take_back(lot.id, gives.amount, at=till.book.now, shortfall=Shortfall.FORGIVE, limit=ZERO)


def _cause(hold: uuid.UUID) -> str:
    return f"reward:{hold}"
