"""What members did that is no purchase and that rules may reward: birthdays, reviews, events by name. Reads only.

Each has a cause of its own, `<what>:<id of the row it is for>`, which never changes.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from cdp.core import copying, ids
from loyalty.rules import acting
from loyalty.rules.programme import Action
from loyalty.selectors.versions import Timeline

LATEST = timedelta(days=60)
"""What is told later than that after it happened earns no more: nobody looks through years of events each time."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What somebody did, and when. Of those that say the same in `once` only the first is rewarded for each person, or
    within `apart` days.
    """

    what: str
    cause: str
    at: datetime
    event: str = ""
    once: str = ""
    apart: int = 0


Found = dict[uuid.UUID, list[Happening]]


def actions(timeline: Timeline) -> dict[str, set[str]]:
    """What any version rewards, with the names of its events."""
    found: dict[str, set[str]] = defaultdict(set)
    for version in timeline.versions:
        for rule in version.programme.rules:
            if isinstance(rule, Action):
                found[rule.what].add(rule.event)
    return found


def of(rows: Mapping[uuid.UUID, uuid.UUID], timeline: Timeline, now: datetime) -> Found:
    """What these people did, by who stands for them; `rows` tells that for each row. A query for each kind of action
    that any version rewards, none where none does.
    """
    wanted = actions(timeline)
    found: Found = defaultdict(list)
    since = max(timeline.starts_at, now - LATEST)
    if "review" in wanted:
        _reviews(found, rows, since, now)
    if names := wanted.get("event"):
        _events(found, rows, names, since, now)
    if "birthday" in wanted:
        _birthdays(found, set(rows.values()), since, now)
    return found


def _reviews(found: Found, rows: Mapping[uuid.UUID, uuid.UUID], since: datetime, now: datetime) -> None:
    """The first of each person for each article."""
    for row, review, sku, at in _read(
        """
        SELECT customer_id, id, sku, at FROM surveys_review
        WHERE customer_id = ANY(%(rows)s::uuid[]) AND at >= %(since)s AND at <= %(now)s ORDER BY at, id
        """,
        {"rows": copying.array(list(rows)), "since": since, "now": now},
    ):
        found[rows[row]].append(Happening("review", f"review:{review}", at, once=f"review:{sku}"))


def _events(
    found: Found, rows: Mapping[uuid.UUID, uuid.UUID], names: Collection[str], since: datetime, now: datetime
) -> None:
    for row, event, name, at in _read(
        """
        SELECT customer_id, id, name, occurred_at FROM events_event
        WHERE customer_id = ANY(%(rows)s::uuid[]) AND name = ANY(%(names)s::text[])
            AND id >= %(first)s AND occurred_at >= %(since)s AND occurred_at <= %(now)s
        ORDER BY occurred_at, id
        """,
        {
            "rows": copying.array(list(rows)),
            "names": copying.array(sorted(names)),
            "first": ids.floor(since),  # the table is cut into months by the id
            "since": since,
            "now": now,
        },
    ):
        found[rows[row]].append(Happening("event", f"event:{event}", at, event=name))


def _birthdays(found: Found, tops: Collection[uuid.UUID], since: datetime, now: datetime) -> None:
    """The last birthday of each, if it was lately: at midnight of the shop's clock."""
    zone = timezone.get_default_timezone()
    today = now.astimezone(zone).date()
    for customer, member, born in _read(
        """
        SELECT c.id, m.id, c.birth_date FROM customers_customer c JOIN loyalty_member m ON m.customer_id = c.id
        WHERE c.id = ANY(%(tops)s::uuid[]) AND c.birth_date IS NOT NULL
        """,
        {"tops": copying.array(list(tops))},
    ):
        on = _last_birthday(born, today)
        at = datetime.combine(on, time(), tzinfo=zone)
        if at >= since:
            found[customer].append(
                Happening("birthday", f"birthday:{member}:{on.year}", at, once="birthday", apart=APART)
            )


APART = 300
"""Days between two birthdays of one person, whatever is told of the date meanwhile."""


def _last_birthday(born: date, today: date) -> date:
    on = acting.birthday(born, today.year)
    return on if on <= today else acting.birthday(born, today.year - 1)


def with_birthday(since: date, until: date, after: uuid.UUID, most: int) -> list[uuid.UUID]:
    """Members whose birthday lies in these days, both included, page by page of ids. By the index of birthdays."""
    return [
        row
        for (row,) in _read(
            """
            SELECT m.customer_id FROM loyalty_member m JOIN customers_customer c ON c.id = m.customer_id
            WHERE m.customer_id > %(after)s AND m.left_at IS NULL AND c.birth_date IS NOT NULL
                AND EXTRACT(MONTH FROM c.birth_date) * 100 + EXTRACT(DAY FROM c.birth_date) = ANY(%(days)s::numeric[])
            ORDER BY m.customer_id LIMIT %(most)s
            """,
            {"after": after, "days": copying.array(acting.days_of_birth(since, until)), "most": most},
        )
    ]


def _read(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
