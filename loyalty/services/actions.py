"""What members earn for that is no purchase: joining, birthdays, reviews, events, recommendations, and what
questionnaires promised. A step of the pipeline, and a door for what only upper rooms know (`give`).

Each has a cause of its own and is booked once; what was booked is not judged again.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cdp.core import copying
from customers.selectors import lineage
from loyalty.models import Act, Member
from loyalty.rules import acting, earning, ending, settling
from loyalty.rules.programme import MAIN, Action
from loyalty.selectors import booked, happenings, purses, versions
from loyalty.selectors.happenings import Happening
from loyalty.selectors.versions import Timeline
from loyalty.services import ranking
from loyalty.services.book import Book
from surveys.rules import rewards as promises
from surveys.selectors import rewards

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something somebody earns for: its name, when it was, and what it brings into which wallet.

    `action` is the rule whose caps hold; of those that say the same in `once` the first alone counts, or within `apart`
    days.
    """

    cause: str
    at: datetime
    wallet: str
    points: Decimal
    rule: str
    is_qualifying: bool = False
    action: Action | None = None
    once: str = ""
    apart: int = 0
    cut: Decimal = ZERO

    @property
    def details(self) -> dict[str, Any]:
        """What its act keeps."""
        counts = {"points": str(self.points)} if self.is_qualifying and self.wallet == MAIN else {}
        found: dict[str, Any] = {"rules": {self.rule: str(self.points)}, "counts": counts}
        if self.once:
            found["once"] = self.once
        if self.cut:
            found["cut"] = str(self.cut)
        return found


Deeds = Mapping[uuid.UUID, Sequence[Deed]]


def reward(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Book what these customers' deeds bring, where it was not booked yet. A step of the pipeline."""
    timeline = versions.published()
    if not timeline or timeline.starts_at > now:
        return
    members = _members(customers)
    if not members:
        return
    rows = {row: top for top, some in purses.persons(list(members)).items() for row in some}
    deeds: dict[uuid.UUID, list[Deed]] = defaultdict(list)
    for top, member in members.items():
        deeds[top] += _joining(member, timeline)
    for top in _answered(rows):
        deeds[top] += _answers(members[top], [row for row, one in rows.items() if one == top], timeline)
    for top, some in happenings.of(rows, timeline, now).items():
        deeds[top] += _judged(members[top], some, timeline)
    _settle(deeds, rows, timeline, now)


def give(*, customer: uuid.UUID, what: str, cause: str, at: datetime, now: datetime) -> Decimal:
    """Book what an action brings that only an upper room knows of: `referral`, `referred`.

    `cause` is `<what>:<id of the row it is for>` and books once. The points that this call booked, of all wallets; zero
    for who takes no part, without a rule for it, at its cap and told again. Works inside the caller's transaction.
    """
    timeline = versions.published()
    members = _members([customer])
    if not timeline or not members:
        return ZERO
    rows = {row: top for top, some in purses.persons(list(members)).items() for row in some}
    deeds = {top: list(_judged(member, [Happening(what, cause, at)], timeline)) for top, member in members.items()}
    return _settle(deeds, rows, timeline, now)


def _members(customers: Sequence[uuid.UUID]) -> dict[uuid.UUID, Member]:
    tops = set(lineage.standing(customers).values())
    return {row.customer_id: row for row in Member.objects.filter(customer_id__in=tops, left_at=None)}


def _settle(deeds: Deeds, rows: Mapping[uuid.UUID, uuid.UUID], timeline: Timeline, now: datetime) -> Decimal:
    open_ones = _within(_open(rows, {top: some for top, some in deeds.items() if some}), rows, timeline)
    return _book(open_ones, timeline, now) if open_ones else ZERO


def _judged(
    member: Member, found: Sequence[Happening], timeline: Timeline, *, tier: str | None = None
) -> Iterator[Deed]:
    """What rules give for it by the version of its moment, since they are a member; caps come later. `tier` where it
    is not the one that they have now.
    """
    tier = member.tier if tier is None else tier
    zone = timezone.get_default_timezone()
    for one in found:
        version = timeline.at(one.at)
        if version is None or one.at < member.joined_at:
            continue
        at = one.at.astimezone(zone)
        for gift in acting.gifts(version.programme, one.what, at, event=one.event, tier=tier):
            rule = gift.rule
            if gift.points:
                yield Deed(
                    f"{one.cause}:{rule.key}",
                    one.at,
                    rule.wallet,
                    gift.points,
                    rule.key,
                    rule.is_qualifying,
                    rule,
                    f"{one.once}:{rule.key}" if one.once else "",
                    one.apart,
                    gift.cut,
                )


def _joining(member: Member, timeline: Timeline) -> Iterator[Deed]:
    """Points for joining, and the stamps that a new card starts with, as the version of that moment says."""
    version = timeline.at(member.joined_at)
    if version is None:
        return
    # The rank of that day: who rises later is not given then what others got for joining.
    then = member.tier if member.tier_since and member.tier_since <= member.joined_at else ""
    yield from _judged(member, [Happening("join", f"join:{member.id}", member.joined_at)], timeline, tier=then)
    for key, wallet in version.programme.wallets.items():
        if wallet.first:
            yield Deed(f"join:{member.id}:first", member.joined_at, key, Decimal(wallet.first), "first")


def _answered(rows: Mapping[uuid.UUID, uuid.UUID]) -> set[uuid.UUID]:
    """Who among them was promised anything for answering. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id FROM surveys_response WHERE customer_id = ANY(%(rows)s::uuid[]) AND promised <> '{}'
                AND state = 'complete'
            UNION SELECT customer_id FROM surveys_rewardclaim
            WHERE customer_id = ANY(%(rows)s::uuid[]) AND promised <> '{}'
            """,
            {"rows": copying.array(list(rows))},
        )
        return {rows[row] for (row,) in cursor.fetchall()}


def _answers(member: Member, people: Sequence[uuid.UUID], timeline: Timeline) -> Iterator[Deed]:
    """Points that questionnaires promised, since there is a programme and they are a member."""
    zone = timezone.get_default_timezone()
    for one in rewards.of(people):
        promised = promises.read(one.promised)
        at = datetime.combine(one.on, time(), tzinfo=zone)
        since = member.joined_at.astimezone(zone).date()
        # Of an anonymous answer nobody knows more than the month.
        is_theirs = one.on >= (since.replace(day=1) if one.is_anonymous else since)
        if isinstance(promised, promises.Points) and is_theirs and timeline.at(at + timedelta(days=1)):
            yield Deed(f"survey:{one.name}", at, MAIN, Decimal(promised.points), "survey")


def _open(rows: Mapping[uuid.UUID, uuid.UUID], deeds: Deeds) -> dict[uuid.UUID, list[Deed]]:
    """Those of them that nobody of the purse was given yet, by their times. One query by the key of acts, and one over
    the acts of those who did something that counts once.
    """
    causes = sorted({deed.cause for some in deeds.values() for deed in some})
    if not causes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id, wallet, cause FROM loyalty_act
            WHERE customer_id = ANY(%s::uuid[]) AND kind = 'earn' AND cause = ANY(%s::text[])
            """,
            [copying.array([row for row, top in rows.items() if top in deeds]), copying.array(causes)],
        )
        known = {(rows[row], wallet, cause) for row, wallet, cause in cursor.fetchall()}
    found = {
        top: sorted(
            (deed for deed in some if (top, deed.wallet, deed.cause) not in known),
            key=lambda deed: (deed.at, deed.cause),
        )
        for top, some in deeds.items()
    }
    once = {top for top, some in found.items() if any(deed.once for deed in some)}
    given = _given_once([row for row, top in rows.items() if top in once], rows)
    return {top: left for top, some in found.items() if (left := _first_ones(some, given[top]))}


def _given_once(
    customers: Sequence[uuid.UUID], rows: Mapping[uuid.UUID, uuid.UUID]
) -> dict[uuid.UUID, dict[str, list[datetime]]]:
    """When each person was given what is given once, by its name."""
    found: dict[uuid.UUID, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    if customers:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT customer_id, details->>'once', at FROM loyalty_act
                WHERE customer_id = ANY(%s::uuid[]) AND kind = 'earn' AND details->>'once' IS NOT NULL
                """,
                [copying.array(list(customers))],
            )
            for row, once, at in cursor.fetchall():
                found[rows[row]][once].append(at)
    return found


def _first_ones(deeds: Sequence[Deed], given: dict[str, list[datetime]]) -> list[Deed]:
    found = []
    for deed in deeds:
        if deed.once:
            before = given[deed.once]
            if before if not deed.apart else any(abs(deed.at - at) < timedelta(days=deed.apart) for at in before):
                continue
            before.append(deed.at)
        found.append(deed)
    return found


def _within(deeds: Deeds, rows: Mapping[uuid.UUID, uuid.UUID], timeline: Timeline) -> dict[uuid.UUID, list[Deed]]:
    """What the caps of their rules leave of them. A query where any has caps."""
    capped = {top for top, some in deeds.items() if any(deed.action and deed.action.caps for deed in some)}
    if not capped:
        return {top: list(some) for top, some in deeds.items()}
    zone = timezone.get_default_timezone()
    histories = booked.histories({row: top for row, top in rows.items() if top in capped}, zone)
    found: dict[uuid.UUID, list[Deed]] = defaultdict(list)
    for top, some in deeds.items():
        for one in some:
            deed = one
            if one.action and one.action.caps:
                on, history = one.at.astimezone(zone).date(), histories[top]
                version = timeline.at(one.at)
                so_far = settling.given(version.programme, on, history.past()) if version else {}
                points = earning.capped(one.rule, one.action.caps, so_far, on, one.points)
                if not points:
                    continue
                deed = replace(one, points=points, cut=one.points - points)
                history.give((uuid.uuid4(), one.wallet), on, {one.rule: points})
            found[top].append(deed)
    return found


def _book(deeds: Deeds, timeline: Timeline, now: datetime) -> Decimal:
    """The points of all of them that were booked by this call."""
    zone = timezone.get_default_timezone()
    booked_, counted = ZERO, set()
    with transaction.atomic():
        book = Book.open(sorted(deeds), now=now)
        behind = {top: list(some) for top, some in deeds.items() if top in book.members}
        tiers = dict(Member.objects.filter(customer_id__in=behind).values_list("customer_id", "tier"))
        # Again behind the locks: somebody may have booked them meanwhile.
        for top, some in _within(_whole(_open(book.tops, behind)), book.tops, timeline).items():
            for deed in some:
                version = timeline.at(deed.at) or timeline.versions[0]
                act = book.act(
                    top,
                    deed.wallet,
                    Act.Kind.EARN,
                    cause=deed.cause,
                    at=deed.at,
                    version=version.id,
                    reason=deed.rule,
                    details=deed.details,
                )
                active_from = deed.at + timedelta(days=version.programme.wallet(deed.wallet).pending_days)
                expiry = version.programme.expiry(deed.wallet, tiers.get(top, ""))
                end = ending.end(expiry, earned_at=deed.at, active_from=active_from, last_active_at=deed.at, zone=zone)
                act.moves += book.purse(top, deed.wallet).put(
                    act.id, deed.points, earned_at=deed.at, active_from=active_from, ends=end, at=now
                )
                booked_ += deed.points
                if deed.details.get("counts"):
                    counted.add(top)
        book.write()
        if counted:
            ranking.settle(counted, timeline=timeline, now=now)
    return booked_


def _whole(deeds: Deeds) -> dict[uuid.UUID, list[Deed]]:
    """As they were before caps were looked at: those are judged again."""
    return {top: [replace(one, points=one.points + one.cut, cut=ZERO) for one in some] for top, some in deeds.items()}
