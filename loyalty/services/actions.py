"""What members earn for that is no purchase: joining, and what questionnaires promised. A step of the pipeline.

Each has a cause of its own and is booked once; what was booked is not judged again.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from cdp.core import copying
from customers.selectors import lineage
from loyalty.models import Act, Member
from loyalty.rules import ending
from loyalty.rules.programme import Action
from loyalty.rules.settling import MAIN
from loyalty.selectors import purses, versions
from loyalty.selectors.versions import Timeline
from loyalty.services.book import Book
from surveys.rules import rewards as promises
from surveys.selectors import rewards


@dataclass(frozen=True, slots=True)
class Deed:
    """Something somebody earns for: its name, when it was, and what it brings into which wallet."""

    cause: str
    at: datetime
    wallet: str
    points: Decimal
    rule: str
    is_qualifying: bool = False


def reward(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """Book what these customers' deeds bring, where it was not booked yet. A step of the pipeline."""
    timeline = versions.published()
    if not timeline or timeline.starts_at > now:
        return
    tops = set(lineage.standing(customers).values())
    members = {row.customer_id: row for row in Member.objects.filter(customer_id__in=tops, left_at=None)}
    if not members:
        return
    rows = {row: top for top, some in purses.pools(list(members)).items() for row in some}
    deeds: dict[uuid.UUID, list[Deed]] = defaultdict(list)
    for top, member in members.items():
        deeds[top] += _joining(member, timeline)
    for top in _answered(rows):
        deeds[top] += _answers(members[top], [row for row, one in rows.items() if one == top], timeline)
    open_ones = _open(rows, {top: some for top, some in deeds.items() if some})
    if open_ones:
        _book(open_ones, timeline, now)


def _joining(member: Member, timeline: Timeline) -> Iterator[Deed]:
    """Points for joining, and the stamps that a new card starts with, as the version of that moment says."""
    version = timeline.at(member.joined_at)
    if version is None:
        return
    for rule in version.programme.rules:
        if isinstance(rule, Action) and rule.what == "join":
            cause = f"join:{member.id}:{rule.key}"
            yield Deed(cause, member.joined_at, rule.wallet, rule.points, rule.key, rule.is_qualifying)
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


def _open(
    rows: Mapping[uuid.UUID, uuid.UUID], deeds: Mapping[uuid.UUID, Sequence[Deed]]
) -> dict[uuid.UUID, list[Deed]]:
    """Those of them that nobody of the purse was given yet. One query, by the key of acts."""
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
    found = {top: [deed for deed in some if (top, deed.wallet, deed.cause) not in known] for top, some in deeds.items()}
    return {top: some for top, some in found.items() if some}


def _book(deeds: Mapping[uuid.UUID, Sequence[Deed]], timeline: Timeline, now: datetime) -> None:
    zone = timezone.get_default_timezone()
    with transaction.atomic():
        book = Book.open(sorted(deeds), now=now)
        behind = {top: list(some) for top, some in deeds.items() if top in book.members}
        # Again behind the locks: somebody may have booked them meanwhile.
        for top, some in _open(book.tops, behind).items():
            for deed in some:
                version = timeline.at(deed.at) or timeline.versions[0]
                wallet = version.programme.wallet(deed.wallet)
                counts = {"points": str(deed.points)} if deed.is_qualifying and deed.wallet == MAIN else {}
                act = book.act(
                    top,
                    deed.wallet,
                    Act.Kind.EARN,
                    cause=deed.cause,
                    at=deed.at,
                    version=version.id,
                    reason=deed.rule,
                    details={"rules": {deed.rule: str(deed.points)}, "counts": counts},
                )
                active_from = deed.at + timedelta(days=wallet.pending_days)
                end = ending.end(
                    wallet.expiry, earned_at=deed.at, active_from=active_from, last_active_at=deed.at, zone=zone
                )
                act.moves += book.purse(top, deed.wallet).put(
                    act.id, deed.points, earned_at=deed.at, active_from=active_from, ends=end, at=now
                )
        book.write()
