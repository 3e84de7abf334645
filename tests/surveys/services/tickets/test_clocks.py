"""How long people wait, through the services that the doors use: nights, weekends, holidays, zones, late facts."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest

from cdp.core import actors, jobs
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry, Job, Mark
from surveys.models import Ticket, TicketMessage
from surveys.rules.tickets import clock, week
from surveys.rules.tickets.clock import Said
from surveys.selectors.tickets import opened
from surveys.services.tickets import opening, overdue, ruling, telling, working
from tests import factories

pytestmark = pytest.mark.django_db
NINE, SIX = dt.time(9), dt.time(18)
WORKDAYS = {day: [(NINE, SIX)] for day in range(5)}


def bkk(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Bangkok"))


def ticket_at(at: dt.datetime, number: str = "T-1", **others) -> Ticket:
    who = factories.customer(email=f"{number}@example.com".lower())
    return opening.open_ticket(
        **{
            "customer_id": who.id,
            "channel": "email",
            "topic": "delivery",
            "words": "Where is my parcel?",
            "source": "shop",
            "external_id": number,
            "at": at,
            "actor": actors.SYSTEM,
            **others,
        }
    )


def told(ticket: Ticket, direction: str, at: dt.datetime, **others) -> Ticket:
    return working.say(
        customer=ticket.customer_id,
        ticket=ticket.id,
        direction=direction,
        words="…",
        actor=actors.SYSTEM,
        at=at,
        **others,
    )


def test_a_weekend_and_waiting_for_the_customer_do_not_count():
    ticket = ticket_at(bkk("2026-11-20 17:30"))  # a Friday
    assert ticket.first_due_at == bkk("2026-11-23 12:30")  # four hours: 30 minutes on Friday, 3.5 hours on Monday
    assert ticket.resolve_due_at == bkk("2026-11-25 17:30")  # 27 hours: 0.5 + 9 + 9 + 8.5
    assert ticket.next_due_at == ticket.first_due_at

    ticket = told(ticket, "out", bkk("2026-11-23 09:30"), waits=True)  # Monday: 30 + 30 minutes
    assert (ticket.first_reply_seconds, ticket.status, ticket.next_due_at) == (3600, "waiting", None)
    ticket = told(ticket, "in", bkk("2026-11-23 15:00"))
    assert (ticket.status, ticket.spent_seconds) == ("open", 3600)
    assert ticket.next_due_at == bkk("2026-11-26 14:00")  # 26 hours are left: 3 + 9 + 9 + 5
    ticket = told(ticket, "out", bkk("2026-11-24 09:45"))
    ticket = working.resolve(
        customer=ticket.customer_id, ticket=ticket.id, actor=actors.SYSTEM, at=bkk("2026-11-24 10:00")
    )
    assert ticket.spent_seconds == 3600 + 3 * 3600 + 3600  # until the first reply, Monday afternoon, Tuesday morning
    assert (ticket.first_reply_seconds, ticket.status, ticket.next_due_at) == (3600, "resolved", None)
    # A message later opens it again; what lay between does not count.
    ticket = told(ticket, "in", bkk("2026-11-27 17:00"))
    assert (ticket.status, ticket.resolved_at, ticket.spent_seconds) == ("open", None, 5 * 3600)
    ticket = working.resolve(
        customer=ticket.customer_id, ticket=ticket.id, actor=actors.SYSTEM, at=bkk("2026-11-30 10:00")
    )
    assert ticket.spent_seconds == 7 * 3600


def test_holidays_and_clocks_that_are_put_back_count_as_the_shop_says(settings):
    rules = {
        "minutes": week.USUAL_TARGETS,
        "own_addresses": [],
        "actor": actors.SYSTEM,
        "at": bkk("2026-12-01 09:00"),
    }
    ticket = ticket_at(bkk("2026-12-04 17:00"))  # a Friday; Monday the 7th is a holiday in lieu
    assert ticket.first_due_at == bkk("2026-12-07 12:00")
    done = ticket_at(bkk("2026-12-04 17:00"), number="T-0")
    Ticket.objects.filter(id=done.id).update(status="resolved")
    ruling.save(week=WORKDAYS, holidays=[dt.date(2026, 12, 7)], **rules)
    ticket.refresh_from_db()
    assert ticket.first_due_at == bkk("2026-12-07 12:00")  # the request itself counts nothing
    jobs.run_waiting()
    job = Job.objects.get(kind="ticket_recount")
    assert (job.state, job.done, job.total, job.result) == ("done", 1, 1, {"tickets": 1})
    ticket.refresh_from_db()
    assert ticket.first_due_at == bkk("2026-12-08 12:00")
    assert told(ticket, "out", bkk("2026-12-08 10:00")).first_reply_seconds == 2 * 3600

    settings.TIME_ZONE = "Europe/Berlin"
    nights = {**WORKDAYS, 5: [(SIX, dt.time(4))]}  # Saturday from six until four of a night that is an hour longer
    ruling.save(week=nights, holidays=[], **rules)
    berlin = ZoneInfo("Europe/Berlin")
    ticket = ticket_at(dt.datetime(2026, 10, 24, 12, tzinfo=berlin), number="T-2")
    ticket = told(ticket, "out", dt.datetime(2026, 10, 25, 12, tzinfo=berlin))
    assert ticket.first_reply_seconds == 11 * 3600

    with pytest.raises(ruling.UnableToSave):
        ruling.save(week={}, holidays=[], **rules)


def test_the_order_in_which_facts_become_known_makes_no_difference():
    facts = [
        telling.MessageInput("in", bkk("2026-11-20 17:30"), "first", number="a"),
        telling.MessageInput("out", bkk("2026-11-23 09:30"), "reply", number="b", status="waiting"),
        telling.MessageInput("in", bkk("2026-11-23 15:00"), "more", number="c"),
        telling.MessageInput("act", bkk("2026-11-24 10:00"), number="d", act="resolved", status="resolved"),
    ]
    results = set()
    for round_, order in enumerate(itertools.permutations(facts)):
        who = factories.customer(email=f"p{round_}@example.com")
        for fact in order:
            found = telling.tell(
                [telling.TicketInput(who.id, f"P-{round_}", "email", bkk("2026-11-20 17:30"), messages=[fact])],
                source=f"shop-{round_}",
            )
            telling.tell(
                [telling.TicketInput(who.id, f"P-{round_}", "email", bkk("2026-11-20 17:30"), messages=[fact])],
                source=f"shop-{round_}",
            )
        (row,) = found.tickets.values()
        results.add((row.status, row.first_reply_seconds, row.spent_seconds, row.resolved_at))
    assert results == {("resolved", 3600, 5 * 3600, bkk("2026-11-24 10:00"))}
    assert TicketMessage.objects.count() == 24 * 4


def test_what_is_written_down_later_counts_when_it_was_said():
    ticket = ticket_at(bkk("2026-11-20 17:30"))
    monday = bkk("2026-11-23 11:00")
    after = told(ticket, "out", monday, said_at=bkk("2026-11-20 17:45"))
    assert (after.first_reply_seconds, after.first_reply_at) == (15 * 60, bkk("2026-11-20 17:45"))
    done = working.resolve(
        customer=ticket.customer_id, ticket=ticket.id, actor=actors.SYSTEM, at=monday, done_at=bkk("2026-11-20 17:50")
    )
    assert (done.status, done.spent_seconds) == ("resolved", 20 * 60)
    assert AuditEntry.objects.order_by("-id").first().at == monday  # when it was written down


def test_of_one_moment_the_order_of_becoming_known_makes_no_difference():
    said = [Said(bkk("2026-11-23 10:00"), *one) for one in (("in",), ("out", "waiting"), ("act", "resolved"))]
    stands = [
        clock.standing(
            bkk("2026-11-23 09:00"), order, hours=week.hours(WORKDAYS, [], "Asia/Bangkok"), target=week.targets({"n": (60, 60)})["n"]
        )
        for order in itertools.permutations(said)
    ]  # fmt: skip
    assert {one.status for one in stands} == {"resolved"}
    assert all(one == stands[0] for one in stands)


def test_the_same_number_is_one_ticket_and_its_words_are_sealed_and_marked():
    ticket = ticket_at(bkk("2026-11-23 10:00"), subject="Parcel")
    again = ticket_at(bkk("2026-11-23 11:00"), customer_id=ticket.customer_id)
    assert again.id == ticket.id
    keyring = subjects.load([ticket.customer_id])
    (message,) = opened.of_ticket(ticket, keyring)
    assert (message.words, opened.subject(ticket, keyring)) == ("Where is my parcel?", "Parcel")
    stored = TicketMessage.objects.get()
    assert b"parcel" not in bytes(stored.words)
    assert Mark.objects.filter(customer_id=ticket.customer_id, cause="surveys.tickets").exists()
    # Who names another as its customer gets nothing of it and adds nothing to it.
    stranger = factories.customer(email="stranger@example.com")
    foreign = telling.TicketInput(
        stranger.id,
        "T-1",
        "email",
        bkk("2026-11-23 12:00"),
        messages=[telling.MessageInput("in", bkk("2026-11-23 12:00"), "let me in", number="x")],
    )
    assert telling.tell([foreign], source="shop").foreign == [0]
    assert TicketMessage.objects.count() == 1


def test_what_is_missed_is_escalated_once_and_again_when_missed_again():
    ticket = ticket_at(bkk("2026-11-20 17:30"))
    assert overdue.escalate(at=bkk("2026-11-23 12:29")) == 0
    assert overdue.escalate(at=bkk("2026-11-23 12:31")) == 1
    assert overdue.escalate(at=bkk("2026-11-23 12:32")) == 0
    ticket.refresh_from_db()
    assert (ticket.escalated_by, ticket.escalated_for) == ("clock", bkk("2026-11-23 12:30"))
    ticket = told(ticket, "out", bkk("2026-11-23 13:00"))
    assert overdue.escalate(at=bkk("2026-11-23 14:00")) == 0
    assert overdue.escalate(at=bkk("2026-11-25 17:31")) == 1
    assert TicketMessage.objects.filter(act="overdue").count() == 2


def test_a_rating_comes_by_its_link_alone_and_only_after_it_was_resolved():
    ticket = ticket_at(bkk("2026-11-23 10:00"))
    secret, at = telling.secret_of(ticket.id), bkk("2026-11-23 12:00")
    with pytest.raises(working.NoSuchLink):
        working.rate(secret=secret, stars=5, words="", at=at)
    working.resolve(customer=ticket.customer_id, ticket=ticket.id, actor=actors.SYSTEM, at=at)
    assert working.rate(secret=secret, stars=4, words="Quick", at=at).satisfaction == 4
    with pytest.raises(ValueError, match="one to five"):
        working.rate(secret=secret, stars=6, words="", at=at)
    for wrong, when in ((b"x" * 15, at), (secret, at + dt.timedelta(days=91))):
        with pytest.raises(working.NoSuchLink):
            working.rate(secret=wrong, stars=1, words="", at=when)
    ticket.refresh_from_db()
    assert ticket.satisfaction == 4
