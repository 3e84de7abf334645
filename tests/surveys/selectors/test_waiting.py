"""The report of tickets, counted by hand: what is answered, what is late and what is not judged yet."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from cdp.core import actors
from surveys.rules.statistics.shares import Share
from surveys.rules.tickets import service
from surveys.selectors.tickets import queue, ruling, waiting
from surveys.services.tickets import opening, overdue, working
from surveys.services.tickets.telling import MessageInput
from tests import factories

pytestmark = pytest.mark.django_db
NOW = "2026-11-20 17:30"  # a Friday
TOLD = (
    # channel, opened, answered, resolved, stars
    ("email", "2026-11-16 10:00", "2026-11-16 11:00", "2026-11-16 12:00", 4),
    ("email", "2026-11-17 10:00", "2026-11-17 13:00", "2026-11-17 14:00", 2),
    ("email", "2026-11-18 09:00", "2026-11-18 17:00", "", None),  # four hours too late; to be resolved until 18:00
    ("phone", "2026-11-19 09:00", "", "", None),  # should have been answered by one
    ("phone", "2026-11-20 17:00", "", "", None),  # has time until Monday
    ("email", "2026-10-05 10:00", "2026-10-05 10:30", "2026-10-05 11:00", None),  # of the period before
)


def bkk(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Bangkok"))


def tell() -> None:
    for number, (channel, asked, answered, resolved, stars) in enumerate(TOLD):
        said = [MessageInput("out", bkk(answered), "Yes")] if answered else []
        said += [MessageInput("act", bkk(resolved), act="resolved", status="resolved")] if resolved else []
        ticket = opening.open_ticket(
            customer_id=factories.customer(email=f"p{number}@example.com").id,
            channel=channel,
            topic=("delivery", "ห่อของขวัญ")[number % 2],
            words="Where is it?",
            source="shop",
            external_id=str(number),
            said=said,
            at=bkk(asked),
            actor=actors.SYSTEM,
        )
        if stars:
            working.record_rating(
                customer=ticket.customer_id,
                ticket=ticket.id,
                stars=stars,
                words="",
                actor=actors.SYSTEM,
                at=bkk(resolved),
            )


def test_waiting_times_promises_and_satisfaction_are_those_counted_by_hand():
    tell()
    overdue.escalate(at=bkk(NOW))
    found = waiting.report(waiting.Asked(weeks=4), ruling.current(), bkk(NOW))
    assert (found.since, found.until) == (dt.date(2026, 10, 24), dt.date(2026, 11, 20))
    first, whole = found.now.first, found.now.whole
    assert (found.now.n, first.n, first.median, first.ninetieth) == (5, 3, 10800, pytest.approx(25200))
    assert first.within == Share(2, 4)
    assert (whole.n, whole.median, whole.ninetieth, whole.within) == (2, 10800, pytest.approx(13680), Share(2, 2))
    assert (found.now.satisfaction.n, found.now.satisfaction.value, found.now.rated) == (2, 3.0, Share(2, 2))
    assert found.now.satisfaction.deviation == pytest.approx(2**0.5)
    assert (found.before.n, found.before.first.median, found.before.rated) == (1, 1800, Share(0, 1))
    assert [(week.begins.day, week.now.n, week.before.n) for week in found.weeks] == [
        *((24, 0, 0), (31, 0, 1), (7, 0, 0), (14, 5, 0)),
    ]
    assert [(key, one.n, one.first.within) for key, one in found.groups.items()] == [
        *(("email", 3, Share(2, 3)), ("phone", 2, Share(0, 1))),
    ]
    assert (found.open, found.overdue, found.helped, found.escalated, found.escalated_before) == (3, 1, 1, 1, 0)
    phone = waiting.report(waiting.Asked(weeks=4, by="topic", channel="phone"), ruling.current(), bkk(NOW))
    assert {key: one.n for key, one in phone.groups.items()} == {"delivery": 1, "ห่อของขวัญ": 1}
    assert (phone.now.n, phone.escalated, phone.before.n) == (2, 1, 0)
    assert queue.topics() == ["delivery", "ห่อของขวัญ"]
    chances = service.changes(found.before, found.now)
    assert chances["n"] == pytest.approx(min(1, 0.1025 * 3), abs=0.001)  # z = 4/√6, of three that can be judged
    assert chances["first"] is None  # one answer alone has no spread


def test_a_shop_without_tickets_has_a_report_all_the_same():
    found = waiting.report(waiting.Asked(weeks=52, by="priority"), ruling.current(), bkk(NOW))
    assert (found.now, found.before, found.groups, len(found.weeks)) == (service.NOTHING, service.NOTHING, {}, 52)
    assert set(service.changes(found.before, found.now).values()) == {None}
