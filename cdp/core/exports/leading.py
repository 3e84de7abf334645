"""Who is in a file: the gate judges everybody, a portion at a time.

Memory holds one portion, whatever the size of the shop. A restriction, a refusal or a missing word leaves somebody out;
how many and why is told at the end.

Some purposes are allowed channel by channel: a list of people to be written to is a list for one channel, and the gate
is asked about that one. Whoever has no address there would be on it for nothing, and is left out as well.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from cdp.core import audiences, leaving
from cdp.core.exports import registry
from cdp.core.leaving import Permit

FILE = "file"
"""The channel of files by which nobody is reached."""
OWN = "service"
"""The shop's own books: a file for them leads to nobody, whatever channels customers are served by."""
NO_ADDRESS = "no_address"
PORTION = 500
FIRST = uuid.UUID(int=0)


@dataclass
class Judged:
    """A portion: who is in the file, under which permit, and how many are not, by reason."""

    permit: Permit | None
    people: list[uuid.UUID] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def ways(kind: registry.Kind, purpose: str) -> list[str] | None:
    """For which channels such a list may be made, where the purpose is allowed channel by channel; None where a file
    needs no channel.
    """
    if not kind.is_personal or purpose == OWN:
        return None
    asked = list(leaving.gate().ways(purpose))
    return [channel for channel in asked if channel in kind.lists] if asked else None


def judge(kind: registry.Kind, portion: Sequence[uuid.UUID], *, purpose: str, channel: str, at: datetime) -> Judged:
    """Who of these may be in a file for that purpose; `channel` is empty for one that is no list."""
    answer = leaving.ask_many(portion, purpose=purpose, channel=channel or FILE, at=at, is_list=bool(channel))
    judged = Judged(answer.permit, left_out=Counter(decision.reason for decision in answer.refused.values()))
    if answer.permit is not None:
        judged.people = _reached(kind, answer.permit.people, channel)
        if unreached := len(answer.permit.people) - len(judged.people):
            judged.left_out[NO_ADDRESS] += unreached
    return judged


def unreached(kind: registry.Kind, channel: str) -> str:
    """SQL over the alias `c`: who has nowhere to be reached by that channel."""
    return f"NOT {kind.lists[channel].reached}" if channel else "FALSE"


def _reached(kind: registry.Kind, people: Collection[uuid.UUID], channel: str) -> list[uuid.UUID]:
    if not channel:
        return sorted(people)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM customers_customer c WHERE c.id = ANY(%s) AND NOT {unreached(kind, channel)} ORDER BY c.id",  # noqa: E501, S608
            [list(people)],
        )
        return [row[0] for row in cursor.fetchall()]


def everybody(kind: registry.Kind, segment: str, *, after: uuid.UUID = FIRST) -> Iterator[list[uuid.UUID]]:
    """Known customers who have such rows, by id, in portions behind `after`: keyset, so that the last portion costs
    what the first one does. Raises audiences.UnknownAudience.
    """
    members = audiences.audience(segment) if segment else None
    whose, last = kind.whose or "TRUE", after
    while True:
        with connection.cursor() as cursor:
            if members is not None:
                found = list(members.filter(customer_id__gt=last).order_by("customer_id")[:PORTION])
                among = f"SELECT c.id FROM customers_customer c WHERE c.id = ANY(%s) AND {whose} ORDER BY c.id"  # noqa: S608
                cursor.execute(among, [found])
            else:
                found = []
                cursor.execute(
                    "SELECT c.id FROM customers_customer c"  # noqa: S608  (`whose` is written by a room)
                    f" WHERE c.id > %s AND c.status = 'known' AND {whose} ORDER BY c.id LIMIT %s",
                    [last, PORTION],
                )
            portion = [row[0] for row in cursor.fetchall()]
        found = found or portion
        if not found:
            return
        if portion:
            yield portion
        last = found[-1]
