"""Members are told before what they have ends: once for all that ends in the days their programme says.

A notice waits in the outbox and says nothing yet: what ends, and when, is looked at when it is sent, so that nobody
reads of points that were spent or whose end moved away meanwhile. Its key names the days ahead and the last day it
speaks for. Where a campaign tells of the same, that is enough (`stands_down_by`).
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

from cdp.core import outbox, written_dates
from cdp.core.actors import SYSTEM
from cdp.core.models import Notice
from cdp.core.outbox.delivery import NO_LONGER_SO
from consent.selectors import reach
from customers.services import standing
from loyalty.rules.programme import Notices
from loyalty.rules.purse import ZERO
from loyalty.selectors import cards as card_selectors
from loyalty.selectors import endings, versions, wallets
from loyalty.services import cards

ALLOWED = "points-ending"
MEMBERS = "points-ending-terms"
KINDS = {"allowed": ALLOWED, "members": MEMBERS}
"""The first is news, and asks for that permission; the second tells members what their terms promise to tell."""
AT_ONCE = 500

_instead: list[Callable[[], bool]] = []


def stands_down_by(asked: Callable[[], bool]) -> None:
    """Register who says that something else tells of it already."""
    _instead.append(asked)


def put_due(*, now: dt.datetime) -> int:
    """Put a notice for everybody of whom it is time, as the programme in force says; how many. Told again it puts
    nothing: what a notice spoke for is not spoken of again with as many days ahead.
    """
    version = versions.in_force(now)
    notices = version.programme.notices if version else None
    if notices is None or not notices.ahead or any(asked() for asked in _instead):
        return 0
    return sum(_put(notices, some, now) for some in _ending(endings.until(now, notices.ahead[-1]), now))


def _ending(until: dt.datetime, now: dt.datetime) -> Iterator[list[uuid.UUID]]:
    """Whose lots end until then, by the index of ending lots: asked once, in portions."""
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(
            "SELECT DISTINCT customer_id FROM loyalty_lot WHERE active > 0 AND ends IS NOT NULL"
            " AND ends > %s AND ends <= %s",
            [now, until],
        )
        while rows := cursor.fetchmany(AT_ONCE):
            yield [row for (row,) in rows]


def _put(notices: Notices, rows: Collection[uuid.UUID], now: dt.datetime) -> int:
    today = timezone.localdate(now)
    with transaction.atomic():
        tops = set(standing.hold(rows).values())
        due = {}
        spoken = _spoken_for(tops)
        for who, purses in endings.wallets_of(tops).items():
            found = endings.first(purses, notices, at=now)
            if found is None:
                continue
            days, last_day = found
            if last_day > spoken.get((who, days), dt.date.min):
                due[who] = days
        ways = reach.ways(due)
        drafts = [
            outbox.Draft(
                kind=KINDS[notices.to],
                customer=who,
                channel=way.channel,
                address=way.address,
                key=f"{ALLOWED}:{due[who]}:{today + dt.timedelta(days=due[who])}",
                language=way.language,
                data={"days": due[who], "minimum": str(notices.minimum)},
                valid_until=endings.until(now, 1),
            )
            for who, way in sorted(ways.items())
            if outbox.reaches(way.channel)
        ]
        return sum(put.is_new for put in outbox.put_many(drafts, at=now)) if drafts else 0


def _spoken_for(customers: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, int], dt.date]:
    """Until which day a notice with so many days ahead spoke to each of these; one that had nothing to say did not."""
    found: dict[tuple[uuid.UUID, int], dt.date] = {}
    rows = Notice.objects.filter(~Q(reason=NO_LONGER_SO), customer_id__in=list(customers), kind__in=KINDS.values())
    for who, key in rows.values_list("customer_id", "key"):
        _kind, days, day = key.split(":")
        at = who, int(days)
        found[at] = max(dt.date.fromisoformat(day), found.get(at, dt.date.min))
    return found


def afresh(customer: uuid.UUID, data: Mapping[str, Any], language: str, now: dt.datetime) -> Mapping[str, Any] | None:
    """What the notice says as things stand: what ends and when, what there is, and where the card is."""
    found = endings.wallets_of([customer]).get(customer, {})
    with override(language):
        known = wallets.every()
        lines = []
        for key, wallet in known.items():
            if key not in found:
                continue
            ending = endings.of_purse(found[key], at=now, days=int(data["days"]))
            if ending.last_day is None or ending.amount < endings.least(key, data["minimum"]):
                continue
            lines.append(
                {
                    "ends": wallet.counted(ending.amount),
                    "day": written_dates.in_full(ending.last_day),
                    "has": wallet.counted(max(ending.balance, ZERO)),
                }
            )
    if not lines:
        return None
    return {"lines": lines, "url": _card(customer, now)}


def _card(customer: uuid.UUID, now: dt.datetime) -> str:
    try:
        return card_selectors.url(cards.give(customer=customer, actor=SYSTEM, now=now, source="loyalty"))
    except cards.UnableToGive:
        return ""
