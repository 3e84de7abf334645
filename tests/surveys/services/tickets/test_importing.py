"""`import_file tickets`: times, words of other systems, what a later file adds, and whom a row may not touch."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from cdp.core import actors, jobs
from cdp.core.imports import undoing
from cdp.core.models import AuditEntry, Job
from surveys.models import Ticket, TicketMessage
from surveys.selectors.tickets import ruling, waiting
from surveys.services.tickets import telling, working
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = (
    "Ticket ID,email,Subject,Description,Channel,Priority,Status,Created at,First reply at,Resolved at,Satisfaction\n"
)
FIRST = """\
1,mali@example.com,Lid,It broke,E-mail,critical,open,2026-11-20 17:30,,,
2,mali@example.com,,배송이 늦어요,카카오,보통,완료,2026-11-20 17:30,2026-11-23 09:30,2026-11-23 10:30,4
3,,Nobody,Who am I,web,low,open,2026-11-20 17:30,,,
"""
LATER = "1,mali@example.com,Lid,It broke,E-mail,critical,closed,2026-11-20 17:30,2026-11-23 09:30,2026-11-23 11:00,5\n"


def bring(path, text, capsys) -> dict:
    path.write_text(HEAD + text, encoding="utf-8")
    call_command("import_file", "tickets", str(path), "--source", "helpdesk", "--json")
    return json.loads(capsys.readouterr().out)


def test_tickets_come_from_a_file_and_a_later_one_adds_what_happened_since(tmp_path, capsys):
    told = bring(tmp_path / "one.csv", FIRST, capsys)
    assert (told["created"], len(told["rejected"])) == (2, 1), told
    lid, late = Ticket.objects.order_by("external_id")
    assert (lid.priority, lid.channel, lid.status, lid.first_reply_at) == ("urgent", "email", "open", None)
    assert (late.channel, late.priority, late.status, late.satisfaction) == ("other", "normal", "resolved", 4)
    assert (late.first_reply_seconds, late.spent_seconds) == (3600, 7200)

    assert bring(tmp_path / "two.csv", FIRST, capsys)["created"] == 0
    assert bring(tmp_path / "three.csv", LATER, capsys)["updated"] == 1
    lid.refresh_from_db()
    assert (lid.status, lid.satisfaction, lid.first_reply_seconds, lid.spent_seconds) == ("resolved", 5, 3600, 9000)

    factories.customer(email="eve@example.com")
    count = TicketMessage.objects.count()
    foreign = LATER.replace("mali@", "eve@").replace("1,", "1,", 1)
    assert bring(tmp_path / "four.csv", foreign, capsys)["rejected"]
    assert TicketMessage.objects.count() == count


def test_a_status_that_its_source_tells_anew_is_an_act_of_its_own(tmp_path, capsys):
    row = "9,mali@example.com,Lid,It broke,E-mail,low,{},2026-03-02 10:00,{},{},\n"
    stands = []
    for place, (status, replied, resolved, updated) in enumerate([
        ("pending", "", "", 0), ("pending", "", "", 0), ("open", "", "", 1), ("open", "", "", 0),
        ("pending", "2026-03-02 11:00", "", 1), ("closed", "2026-03-02 11:00", "", 1),
        ("open", "2026-03-02 11:00", "", 1), ("closed", "2026-03-02 11:00", "2026-03-02 12:00", 1),
        ("closed", "2026-03-02 11:00", "2026-03-02 12:00", 0),
    ]):  # fmt: skip
        told = bring(tmp_path / f"{place}.csv", row.format(status, replied, resolved), capsys)
        ticket = Ticket.objects.get()
        stands.append((ticket.status, told["updated"] - updated))
    states = "waiting waiting open open waiting resolved open resolved resolved".split()
    assert stands == [(state, 0) for state in states]


def test_times_that_a_later_file_or_call_corrects_are_corrected_and_taken_back(tmp_path, capsys):
    row = "9,mali@example.com,Lid,It broke,E-mail,low,closed,2026-03-02 {},2026-03-02 {},{},\n"
    assert bring(tmp_path / "1.csv", row.format("10:00", "11:00", ""), capsys)["created"] == 1
    ticket = Ticket.objects.get()
    assert (ticket.first_reply_seconds, ticket.spent_seconds) == (3600, 3600)
    mended = row.format("09:30", "10:00", "2026-03-02 15:30")
    assert bring(tmp_path / "2.csv", mended, capsys)["updated"] == 1
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_reply_seconds, ticket.spent_seconds) == ("resolved", 1800, 6 * 3600)
    assert ticket.opened_at == dt.datetime(2026, 3, 2, 2, 30, tzinfo=dt.UTC)
    corrected = TicketMessage.objects.filter(act="corrected")
    assert [(one.status, one.at > ticket.resolved_at) for one in corrected] == [("", True)]
    assert bring(tmp_path / "3.csv", mended, capsys)["updated"] == 0
    second = Job.objects.filter(kind="import").order_by("id")[1]
    jobs.run(undoing.begin(second, actor=actors.SYSTEM, at=timezone.now()).id)
    ticket.refresh_from_db()
    assert (ticket.first_reply_seconds, ticket.spent_seconds, corrected.all().count()) == (3600, 3600, 0)

    about = {"customer": ticket.customer_id, "ticket": ticket.id, "direction": "out", "words": "Yes", "number": "m1"}
    noon, early = (dt.datetime(2026, 3, 2, hour, tzinfo=dt.UTC) for hour in (4, 3))
    working.say(**about, at=noon, actor=actors.SYSTEM)
    working.say(**about, at=noon - dt.timedelta(minutes=30), actor=actors.SYSTEM)  # nobody told its moment
    said = TicketMessage.objects.get(direction="out", key_digest=telling.key_of_message("helpdesk", "m1"))
    assert said.at == noon
    now = timezone.now()
    working.say(**about, at=early + dt.timedelta(minutes=15), told_at=now, actor=actors.SYSTEM)
    said.refresh_from_db()
    assert said.at == early + dt.timedelta(minutes=15)
    assert [one.at for one in corrected.all()] == [now]
    assert AuditEntry.objects.filter(action="surveys:ticket:changed").order_by("-id").first().at == now


def test_times_that_cannot_be_are_told_and_left_out(tmp_path, capsys):
    rows = (
        "5,a@example.com,Lid,It broke,web,low,closed,2026-03-05 10:00,,2026-03-04 10:00,\n"  # resolved before it was
        "6,b@example.com,Lid,It broke,web,low,closed,,2026-03-02 10:00,2026-03-02 11:00,\n"  # nobody says since when
        "7,c@example.com,Lid,It broke,web,low,closed,2026-03-05 10:00,2026-03-05 11:00,2099-03-05 10:00,\n"
    )
    told = bring(tmp_path / "odd.csv", rows, capsys)
    assert (told["created"], told["rejected"]) == (3, [])
    swapped, unopened, ahead = Ticket.objects.order_by("external_id")
    assert {one.status for one in (swapped, unopened, ahead)} == {"resolved"}
    assert swapped.resolved_at == swapped.opened_at
    assert (unopened.opened_at, unopened.spent_seconds) == (unopened.first_reply_at, 3600)
    assert ahead.resolved_at == ahead.first_reply_at
    asked = waiting.Asked(weeks=52)
    figures = waiting.report(asked, ruling.current(), swapped.opened_at + dt.timedelta(days=3)).now
    assert (figures.n, figures.whole.n, figures.rated.n) == (3, 2, 3)  # how long the first took nobody knows
