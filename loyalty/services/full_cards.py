"""Stamp cards that are full: their reward by itself, what is over stays, and a card that was never full is undone.

A step of the pipeline behind those that earn. A full card is a redemption (Hold) of its stamps; spent stamps fill no
second card, so it may run twice. Where stamps of a given card came back, members owe them: an unused coupon is taken
away and the card's stamps are theirs again, less what came back; where it was used, or the programme says `keep`, they
owe. Either is flagged for the report on staff.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from cdp.core import ids, pipeline
from customers.selectors import lineage
from loyalty.models import Act, Balance, Hold, Member, Movement, Reward, WalletType
from loyalty.rules.programme import Wallets
from loyalty.rules.purse import ZERO, Account
from loyalty.rules.spending import Refused
from loyalty.selectors import purses, taken, versions
from loyalty.selectors.purses import Sharing
from loyalty.selectors.versions import Version
from loyalty.services import rewards
from loyalty.services.book import Book
from loyalty.services.tills import Till

SOURCE = "card"
UNDONE, KEPT = "undone", "kept"
SHORT = [Account.DEBT.value, Account.FORGIVEN.value, Account.DEDUCTED.value]
"""Where a stamp that comes back is taken from when the member has it no more."""


def fill(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Give what full cards of these customers bring. Two queries where no card is full and nothing came back."""
    version = versions.in_force(now)
    cards = _cards(version) if version else {}
    if version is None or not cards:
        return
    members = set(lineage.standing(customers).values())
    tops = list(Member.objects.filter(customer_id__in=members, left_at=None).values_list("customer_id", flat=True))
    wanted = _wanted(purses.sharing(tops), tops, cards) if tops else set()
    if not wanted:
        return
    prizes = {row.key: row for row in Reward.objects.filter(key__in={how.reward for how in cards.values()})}
    kinds = {row.key: row for row in WalletType.objects.filter(key__in=cards)}
    with transaction.atomic(), pipeline.seen_by_what_follows():
        book = Book.open(sorted({top for top, _wallet in wanted}), now=now, source=SOURCE)
        given: Counter[str] = Counter()
        for top, wallet in sorted(wanted):
            prize = prizes.get(cards[wallet].reward)
            if top not in book.members or prize is None or wallet not in kinds:
                continue
            till = Till(book, top, kinds[wallet], version.programme, version.id)
            given[prize.key] -= _undo(till)
            till = replace(till, who=_last(till))
            while till.available >= (cards[wallet].full or 0):
                _give(till, prize, Decimal(cards[wallet].full or 0))
                given[prize.key] += 1
        book.write()
        _count(given)


def _count(given: Counter[str]) -> None:
    """Write how many each reward brought, last: nobody waits for the shop's row longer than for one statement."""
    for key, by in sorted(given.items()):
        if by:
            Reward.objects.filter(key=key).update(by_card=Greatest(F("by_card") + by, 0))


def _cards(version: Version) -> dict[str, Wallets]:
    return {key: how for key, how in version.programme.wallets.items() if how.full and how.reward}


def _last(till: Till) -> uuid.UUID:
    """Who of a household brought the last stamp: the full card is theirs."""
    stamps = [lot for lot in till.purse.lots.values() if lot.active]
    last = max(stamps, key=lambda lot: (lot.earned_at, lot.id), default=None)
    return till.book.tops[last.customer] if last else till.who


def _wanted(shared: Sharing, asked: Collection[uuid.UUID], cards: Mapping[str, Wallets]) -> set[tuple[uuid.UUID, str]]:
    """Whose cards may be full or may have to be undone; of a household one of them."""
    tops = {row: min(shared.circles.get(top, [top])) for top in asked for row in shared.rows(top)}
    owners = {row: top for top, rows in shared.persons.items() for row in rows}
    has: dict[tuple[uuid.UUID, str], Decimal] = defaultdict(lambda: ZERO)
    found = set()
    for row in Balance.objects.filter(customer_id__in=tops, wallet__in=cards):
        has[tops[row.customer_id], row.wallet] += row.active + row.pending
        if row.debt:
            found.add((owners[row.customer_id], row.wallet))
    found |= {where for where, amount in has.items() if amount >= (cards[where[1]].full or 0)}
    given = Hold.objects.filter(customer_id__in=tops, wallet__in=cards, source=SOURCE, restored=0, flag="")
    last: dict[uuid.UUID, uuid.UUID] = {}
    for hold, customer in given.values_list("id", "customer_id"):
        last[tops[customer]] = max(hold, last.get(tops[customer], hold))
    if last:
        people = [row for row, top in tops.items() if top in last]
        short = Movement.objects.filter(
            customer_id__in=people, wallet__in=cards, debit__in=SHORT, credit=Account.ISSUED
        )
        for move, customer, wallet in short.filter(id__gt=min(last.values())).values_list(
            "id", "customer_id", "wallet"
        ):
            if move > last[tops[customer]]:
                found.add((owners[customer], wallet))
    return found


def _give(till: Till, prize: Reward, full: Decimal) -> None:
    """One full card: its stamps are redeemed, and what it brings is given."""
    now = till.book.now
    row = Hold(
        id=ids.uuid7(),
        customer_id=till.who,
        wallet=till.wallet.key,
        amount=full,
        captured=full,
        state=Hold.State.CAPTURED,
        until=now,
        reward=prize.key,
        gave=rewards.frozen(prize) | {"how": Reward.How.VOUCHER.value, "card": True},
        source=SOURCE,
        made_at=now,
        ended_at=now,
    )
    act = till.act(Act.Kind.REDEEM, f"hold:{row.id}", fact=row.id, details={"reward": prize.key})
    act.moves += till.purse.spend(full, at=now)
    row.save(force_insert=True)
    rewards.give(till, row)


def _undo(till: Till) -> int:
    """Stamps came back of cards that were given: the newest first. How many cards were undone."""
    undone = 0
    rows = Hold.objects.filter(
        customer_id__in=till.sharers, wallet=till.wallet.key, source=SOURCE, restored=0, state=Hold.State.CAPTURED
    )
    for row in rows.order_by("-id"):
        if not _is_short(till, row):
            break
        whose = replace(till, who=till.book.tops[row.customer_id])
        is_undone = till.how.undone == "void" and till.purse.owed > 0 and _void(whose, row)
        if is_undone:
            act = whose.act(Act.Kind.RESTORE, f"hold:{row.id}:card", fact=row.id, reason=UNDONE)
            parts = taken.redeemed(row.id, list(till.book.tops))
            till.book.bring([part.lot for part in parts])
            for purse, some in till.book.apart(row.wallet, parts):
                act.moves += purse.restore(some, row.captured, at=till.book.now, grace=till.grace)
            row.restored = row.captured
            undone += 1
        if is_undone or not row.flag:
            row.flag, row.flagged_at = UNDONE if is_undone else KEPT, till.book.now
            row.save(update_fields=["restored", "flag", "flagged_at"])
        if not till.purse.owed:
            break
    return undone


def _is_short(till: Till, row: Hold) -> bool:
    """Whether stamps came back after this card that nobody had any more."""
    short = Movement.objects.filter(customer_id__in=till.sharers, wallet=till.wallet.key, credit=Account.ISSUED)
    return short.filter(debit__in=SHORT, id__gt=row.id).exists()


def _void(till: Till, row: Hold) -> bool:
    try:
        rewards.undo(till, row)
    except Refused:
        return False
    return True
