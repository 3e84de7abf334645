"""What purchases bring: a step of the pipeline. Earning is a difference (ADR 31), so it may run twice, and whatever
became of an order since (grown, returned in parts, cancelled, somebody else's) needs no code of its own.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from cdp.core import copying, pipeline
from cdp.core.actors import SYSTEM
from customers.selectors import lineage
from customers.services.merging import tries
from loyalty.models import Act, Claim, Member, Settled
from loyalty.rules import ending, purse, ranks, settling
from loyalty.rules.programme import Programme
from loyalty.rules.purse import Account, Purse
from loyalty.rules.ranks import Rank
from loyalty.rules.settling import MAIN, Due, Frozen, text
from loyalty.selectors import accounts, booked, facts, purses, versions
from loyalty.selectors.booked import Booked, History
from loyalty.selectors.facts import Changed, Fact, Pool
from loyalty.selectors.versions import Timeline, Version
from loyalty.services import ends, given_back, members, settled_facts
from loyalty.services.book import Book

ZERO = Decimal(0)


def accrue(customers: Sequence[uuid.UUID], now: datetime, *, paying_back: uuid.UUID | None = None) -> None:
    """Book what orders and returns of these customers are worth to the members among them. A step of the pipeline.

    `paying_back` is the order whose money the caller is about to give back, less what of it is booked as deducted. What
    anybody else has paid out already nothing is deducted of: see `Refunds.without_money`.

    Three queries where nothing changed; a few dozen for a batch of two thousand in which everybody bought something.
    """
    timeline = versions.published()
    if not timeline or timeline.starts_at > now:
        return
    _join_buyers(timeline, customers, now)
    tops = set(lineage.standing(customers).values())
    taking_part = _members(tops)
    if not taking_part:
        return
    pools = _pools(taking_part)
    since = timeline.starts_at
    found = facts.changed(pools, since)
    if not found:
        return
    tops = {one.top for one in found}
    tries.tried(lambda: _settle(tops, timeline, now, paying_back))


def _settle(tops: Collection[uuid.UUID], timeline: Timeline, now: datetime, paying_back: uuid.UUID | None) -> None:
    book = Book.open(sorted(tops), now=now)
    # Again behind the locks: somebody may have settled them, or have been merged, meanwhile.
    taking_part = _members(book.members)
    pools = _pools(taking_part)
    changed = facts.changed(pools, timeline.starts_at) if pools else []
    if changed:
        _Accrual(book, timeline, taking_part, pools, changed, paying_back).settle()


def _join_buyers(timeline: Timeline, customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Where people become members with their first order, whoever has one that counts is one, since then."""
    version = timeline.at(now)
    if version is None or version.programme.joining.how != "first_order":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT o.customer_id, min(o.placed_at) FROM commerce_order o
            WHERE o.customer_id = ANY(%s::uuid[]) AND o.is_counted AND o.placed_at >= %s AND o.placed_at <= %s
                AND NOT EXISTS (SELECT 1 FROM loyalty_member m WHERE m.customer_id = o.customer_id)
            GROUP BY 1
            """,
            [copying.array(list(customers)), timeline.starts_at, now],
        )
        joined = dict(cursor.fetchall())
    if joined:
        with pipeline.seen_by_what_follows():
            members.enrol_many(joined=joined, how=Member.How.ORDER, actor=SYSTEM, now=now)


@dataclass(frozen=True, slots=True)
class _Membership:
    """What of a member's row is looked at."""

    joined_at: datetime
    left_at: datetime | None
    rank: Rank


def _members(tops: Collection[uuid.UUID]) -> dict[uuid.UUID, _Membership]:
    """Members, and who is none (any more) and had purchases settled: of what they share with nobody since."""
    rows = Member.objects.filter(customer_id__in=tops)
    found = {
        customer: _Membership(joined_at, left_at, Rank(tier, since, until))
        for customer, joined_at, left_at, tier, since, until in rows.values_list(
            "customer_id", "joined_at", "left_at", "tier", "tier_since", "tier_until"
        )
    }
    others = set(tops) - found.keys()
    if others:
        settled = Settled.objects.filter(customer_id__in=others).values_list("customer_id", flat=True).distinct()
        found |= {top: _Membership(_NEVER, _NEVER, Rank()) for top in settled}
    return found


def _pools(taking_part: Mapping[uuid.UUID, _Membership]) -> list[Pool]:
    return [
        Pool(row, top, taking_part[top].joined_at)
        for top, rows in purses.persons(list(taking_part)).items()
        for row in rows
    ]


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Person:
    """One purse while its facts are settled."""

    top: uuid.UUID
    member: _Membership
    rank: Rank
    history: History = field(default_factory=History)

    def takes_part(self, at: datetime, programme: Programme) -> bool:
        """Whether a purchase of that time earns."""
        since = self.member.joined_at - timedelta(days=programme.joining.backdate_days)
        return since <= at and (self.member.left_at is None or at < self.member.left_at)


class _Accrual:
    """Changed facts of some people, settled in the order of their times."""

    def __init__(
        self,
        book: Book,
        timeline: Timeline,
        taking_part: Mapping[uuid.UUID, _Membership],
        pools: Sequence[Pool],
        changed: Sequence[Changed],
        paying_back: uuid.UUID | None,
    ) -> None:
        self.book, self.timeline, self.changed = book, timeline, changed
        self.paying_back = paying_back
        self.zone = timezone.get_default_timezone()
        self.digits = versions.digits()
        wanted = {one.top for one in changed}
        self.rows = {pool.row: pool.top for pool in pools if pool.top in wanted}
        self.facts = self._facts()
        histories = self._histories()
        self.people = {
            top: _Person(top, row, row.rank, histories[top]) for top, row in taking_part.items() if top in wanted
        }
        returned = [fact.id for fact in self.facts.values() if fact.spent and settling.gone(fact.purchase)]
        self.paid = given_back.of_orders(self.rows, returned)
        self.unrated: set[uuid.UUID] = set()
        self.booked = booked.of(self.rows, [one.fact for one in changed])
        currencies = {fact.currency for fact in self.facts.values()}
        self.rates = facts.Rates(
            {*currencies, *(version.programme.currency for version in timeline.versions)}, self.zone
        )
        # What was bought as a guest and claimed by the receipt earns, whenever who claimed it joined.
        self.claimed = set(
            Claim.objects.filter(customer_id__in=self.rows, order_id__in=self.facts).values_list("order_id", flat=True)
        )
        book.bring([lot for one in self.booked.values() for lots in one.lots.values() for lot in lots])
        if self.facts and any(ends.may_change(version.programme) for version in timeline.versions):
            known = {fact for (_, fact), one in self.booked.items() if one.judged}
            new = [fact.at for fact in self.facts.values() if fact.id not in known]
            if new:
                book.bring_ended(min(new))

    def _histories(self) -> Mapping[uuid.UUID, History]:
        """What is asked of them: caps and returns of no known order ask for everything, tiers for the time that may lie
        in a window, and nothing else asks.
        """
        programmes = [version.programme for version in self.timeline.versions]
        everything = any(rule.caps for one in programmes for rule in (*one.rules, *one.bonuses))
        if everything or any(one.kind == Settled.Kind.RETURN for one in self.changed):
            return booked.histories(self.rows, self.zone)
        tierings = [one.tiering for one in programmes if one.tiering.tiers]
        if not tierings:
            return defaultdict(History)
        first = min((fact.at for fact in self.facts.values()), default=self.book.now)
        since = min(ranks.earliest(tiering, now=min(first, self.book.now), zone=self.zone) for tiering in tierings)
        return booked.counted(self.rows, {tiering.basis for tiering in tierings}, since)

    def _facts(self) -> dict[uuid.UUID, Fact]:
        wanted = defaultdict(list)
        for one in self.changed:
            if one.seen:
                wanted[one.kind].append(one.fact)
        return {
            **facts.orders(self.rows, wanted[Settled.Kind.ORDER], self.zone),
            **facts.returns(self.rows, wanted[Settled.Kind.RETURN], self.zone),
        }

    def settle(self) -> None:
        """All of them, and what follows for ranks; then everything is written."""
        # What is gone first, then by time: tiers rise and caps fill in that order.
        beginning = self.timeline.starts_at
        for one in sorted(self.changed, key=lambda one: (self._at(one) or beginning, one.fact)):
            person, fact = self.people[one.top], self._fact(one)
            if one.kind == Settled.Kind.RETURN:
                self._return(person, one, fact)
            else:
                self._order(person, one, fact)
        self._rise()
        self.book.write()
        # What waits for a rate is looked at again once there is one (`catching_up`).
        settled = [one for one in self.changed if one.fact not in self.unrated]
        if settled:
            settled_facts.remember(self.rows, settled)

    def _fact(self, one: Changed) -> Fact | None:
        """None where it is not this purse's any more, whoever of the others has it."""
        return self.facts.get(one.fact) if one.seen else None

    def _at(self, one: Changed) -> datetime | None:
        fact = self._fact(one)
        return fact.at if fact else None

    # --- orders ---

    def _order(self, person: _Person, one: Changed, fact: Fact | None) -> None:
        past = self.booked[one.top, one.fact]
        version = self.timeline.by_id(past.version) or (self.timeline.at(fact.at) if fact else None)
        if version is None:
            return
        before = settling.read(past.judged)
        now = self._judge(person, fact, version, before) if fact else None
        if now is not None and before is None and fact is not None:
            # Before it earns: what it brings begins with it anyway.
            ends.prolong(self.book, person.top, at=fact.at, tier=person.rank.tier, timeline=self.timeline)
        if now is not None and fact is not None:
            due = settling.due(now, self._purchase(fact, now.rate, version), self.digits)
        else:
            due = Due()
        if fact is not None and fact.id in self.paid:
            self._give_back(person, fact)
        is_told = now is not None and (before is None or now.mark != before.mark)
        for wallet in sorted({*due.points, *past.by, MAIN}):
            self._book(person, one, fact, version, past, due, wallet, judged=now, is_told=is_told)

    def _give_back(self, person: _Person, fact: Fact) -> None:
        """What paid for what came back comes back, in proportion."""
        share = settling.gone(fact.purchase)
        if not share:
            return
        programme = self.timeline.at(self.book.now)
        if programme is None or not programme.programme.refunds.spent:
            return
        terms = given_back.Terms(
            timedelta(days=programme.programme.refunds.grace_days),
            lambda wallet: self._end(person, programme, wallet, self.book.now, self.book.now),
        )
        for row in self.paid[fact.id]:
            given_back.with_return(self.book, row, share, digits=self.digits.get(row.wallet, 0), terms=terms)

    def _judge(self, person: _Person, fact: Fact, version: Version, before: Frozen | None) -> Frozen | None:
        """What the order was worth: as it was judged before, anew under the same circumstances if it is another one
        now, or for the first time. None where it is worth nothing and was not before.
        """
        if before is not None:
            purchase = self._purchase(fact, before.rate, version)
            if purchase.mark == before.mark:
                return before
            return self._assess(version, purchase, before.tier, before.rate, before.so_far)
        rate = self.rates.of(fact.currency, version.programme.currency, fact.at)
        if rate is None and not fact.purchase.is_void:
            self.unrated.add(fact.id)
        if fact.purchase.is_void or rate is None:
            return None
        if fact.id not in self.claimed and not person.takes_part(fact.at, version.programme):
            return None
        self._rank(person, version, fact.at)
        on = fact.at.astimezone(self.zone).date()
        so_far = settling.given(version.programme, on, person.history.past())
        return self._assess(version, self._purchase(fact, rate, version), person.rank.tier, rate, so_far)

    def _assess(
        self, version: Version, purchase: settling.Purchase, tier: str, rate: Decimal, so_far: Mapping[Any, Any]
    ) -> Frozen:
        return settling.assess(version.programme, purchase, tier=tier, rate=rate, so_far=so_far, digits=self.digits)

    def _purchase(self, fact: Fact, rate: Decimal, version: Version) -> settling.Purchase:
        """In the programme's currency, with what was redeemed for it taken for a reward."""
        return fact.purchase.at_rate(rate).paid_with(
            sum(
                (amount * (version.programme.wallet(wallet).worth or ZERO) for wallet, amount in fact.spent.items()),
                ZERO,
            )
        )

    def _book(
        self,
        person: _Person,
        one: Changed,
        fact: Fact | None,
        version: Version,
        past: Booked,
        due: Due,
        wallet: str,
        *,
        judged: Frozen | None = None,
        is_told: bool = False,
    ) -> None:
        """Book one wallet's difference, and in the main one what counts for tiers. A judgement that is another one now
        is told (`is_told`).
        """
        by = due.points.get(wallet, ZERO) - past.by[wallet]
        counts = {}
        if wallet == MAIN:
            counts = {
                basis: due.counts.get(basis, ZERO) - past.counts[basis]
                for basis in settling.BASES
                if due.counts.get(basis, ZERO) != past.counts[basis]
            }
        if not by and not counts:
            return
        at = fact.at if fact else past.on or self.book.now
        is_back = by < 0 or (not by and past.last >= 0)
        details: dict[str, Any] = settling.written(judged, wallet) if judged and is_told else {}
        rules = settling.kept_by_rule(judged, due, wallet)
        kept = {rule: text(points) for rule, points in rules.items()}
        if one.kind == Settled.Kind.ORDER and kept != details.get("rules"):
            details["kept"] = kept
        details |= {"by": text(by), "counts": {basis: text(value) for basis, value in counts.items()}}
        happened = at if past.last < 0 else self._changed_at(fact)
        if happened != at:
            details["on"] = at.isoformat()
        act = self.book.act(
            person.top,
            wallet,
            Act.Kind.REFUND if is_back else Act.Kind.EARN,
            cause=f"{one.kind}:{one.fact}" + (f"#{past.last + 1}" if past.last >= 0 else ""),
            at=happened,
            fact=one.fact,
            version=version.id,
            qualifying=counts.get(version.programme.tiering.basis),
            details=details,
            reason="" if not is_back else "refund" if fact and not fact.purchase.is_void else "void",
            source=fact.source if fact else "",
            place=fact.place[:60] if fact else "",
        )
        self._move(person, act, fact, by, at, version, past)
        person.history.by[wallet] += by
        if counts:
            person.history.count(at, counts)
        if one.kind == Settled.Kind.ORDER:
            person.history.give((one.fact, wallet), at.astimezone(self.zone).date(), rules)

    def _changed_at(self, fact: Fact | None) -> datetime:
        """When what is booked now happened: the last money that went back, else nobody knows better than now."""
        at = fact.refunded_at if fact else None
        return min(at, self.book.now) if at else self.book.now

    def _move(
        self,
        person: _Person,
        act: Any,
        fact: Fact | None,
        by: Decimal,
        at: datetime,
        version: Version,
        past: Booked,
    ) -> None:
        """The movements of a difference: more of a lot that there is or a new one, or what is taken back of it."""
        if not by:
            return
        found = self.book.purse(person.top, act.wallet)
        own = [lot for lot in past.lots[act.wallet] if lot in found.lots]
        if by < 0:
            refunds = version.programme.refunds
            lot = max(own, key=lambda lot: _left(found, lot), default=None)
            is_paid_less = False
            if fact and fact.id == self.paying_back:  # of what has a price in its money; stamps have none
                is_paid_less = accounts.worth(act.wallet, Decimal(1), at=self.book.now)[1] == fact.currency
            shortfall = refunds.shortfall if is_paid_less else refunds.without_money
            moves = found.take_back(lot, -by, at=self.book.now, shortfall=shortfall, limit=refunds.limit)
            act.moves += moves
            let_go = sum((move.amount for move in moves if move.debit is Account.FORGIVEN), ZERO)
            if let_go:
                act.details["forgiven"] = text(let_go)
            return
        kept = min(past.forgiven[act.wallet], by)  # they have that already: it was never taken
        if kept > 0:
            act.details["forgiven"] = text(-kept)
        if by - kept <= 0:
            return
        if own:
            act.moves += found.add(own[0], by - kept, at=self.book.now)
            return
        act.details["lot"] = True
        active_from = at + timedelta(days=version.programme.wallet(act.wallet).pending_days)
        end = self._end(person, version, act.wallet, at, active_from)
        act.moves += found.put(act.id, by - kept, earned_at=at, active_from=active_from, ends=end, at=self.book.now)
        found.lots[act.id].version = version.id

    def _end(
        self, person: _Person, version: Version, wallet: str, at: datetime, active_from: datetime
    ) -> datetime | None:
        expiry = version.programme.expiry(wallet, person.rank.tier)
        return ending.end(expiry, earned_at=at, active_from=active_from, last_active_at=at, zone=self.zone)

    # --- returns of no known order ---

    def _return(self, person: _Person, one: Changed, fact: Fact | None) -> None:
        """What an article is worth that came back from nobody knows which order: of the newest lots, and never more
        than purchases brought.
        """
        past = self.booked[one.top, one.fact]
        version = self.timeline.by_id(past.version) or (self.timeline.at(fact.at) if fact else None)
        if version is None:
            return
        points: Mapping[str, Decimal] = {}
        spent = ZERO
        rate = self.rates.of(fact.currency, version.programme.currency, fact.at) if fact else None
        if fact and rate is None and past.last < 0:
            self.unrated.add(fact.id)
        if fact and rate is not None and (past.last >= 0 or person.takes_part(fact.at, version.programme)):
            purchase = fact.purchase.at_rate(rate)
            points, spent = settling.worth_back(
                version.programme, purchase.basket.at, purchase.basket.lines, tier=person.rank.tier, digits=self.digits
            )
        for wallet in sorted({*points, *past.by, MAIN}):
            most = person.history.earned(wallet) - past.by[wallet]
            due = Due(
                {wallet: -min(points.get(wallet, ZERO), max(most, ZERO))},
                {"spend": -min(spent, max(person.history.counter("spend", *_EVER) - past.counts["spend"], ZERO))},
            )
            self._book(person, one, fact, version, past, due, wallet)

    # --- ranks ---

    def _rank(self, person: _Person, version: Version, at: datetime) -> None:
        """Which rank holds at that moment; what is older than the last rise changes nothing."""
        tiering = version.programme.tiering
        moment = max(at, person.rank.since or at)
        since = ranks.window(tiering, joined_at=person.member.joined_at, now=moment, zone=self.zone)
        counter = person.history.counter(tiering.basis, since, moment)
        before, person.rank = person.rank, ranks.settle(tiering, person.rank, counter, now=moment)
        if person.rank.tier != before.tier:
            self._other_tier(person, moment)

    def _other_tier(self, person: _Person, at: datetime) -> None:
        tier = person.rank.tier
        ends.prolong(self.book, person.top, at=at, tier=tier, is_active=False, timeline=self.timeline)

    def _rise(self) -> None:
        """Keep the ranks that changed."""
        version = self.timeline.at(self.book.now)
        if version is None:
            return
        for person in self.people.values():
            if person.member.left_at is None:
                self._rank(person, version, self.book.now)
        changed = [
            (person.top, person.rank.tier, person.rank.since, person.rank.until)
            for person in self.people.values()
            if person.rank != person.member.rank
        ]
        if changed:
            keep_ranks(changed)


def _left(found: Purse, lot: uuid.UUID) -> Decimal:
    one = found.lots[lot]
    return one.pending + one.active + one.expired


_EVER = (datetime.min.replace(tzinfo=UTC), purse.ENDLESS)


def keep_ranks(changed: Sequence[tuple[uuid.UUID, str, datetime | None, datetime | None]]) -> None:
    """Write ranks by customer: tier, since when, and until when it cannot be lost. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE loyalty_member m SET tier = w.tier, tier_since = w.since, tier_until = w.until
            FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[]) w (customer, tier, since, until)
            WHERE m.customer_id = w.customer
            """,
            [copying.array(list(column)) for column in zip(*changed, strict=True)],
        )
