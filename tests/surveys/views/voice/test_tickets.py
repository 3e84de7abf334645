"""Tickets as staff work on them: the list, one of them, a new one, the hours; and the link by which it is rated."""

import datetime as dt
import email
import re
import uuid
from email import policy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cdp.core import actors, jobs, outbox, uploads
from cdp.core.models import Job, Notice
from surveys.models import Reading, Ticket, TicketMessage
from surveys.services.tickets import opening
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_ticket_is_opened_answered_resolved_and_rated(client, settings, tmp_path):
    settings.EMAIL_URL = f"file:{tmp_path}"
    who = factories.customer(email="nok@example.com", name="Nok Dee")
    clerk = factories.staff("clerk")
    client.force_login(clerk)
    new = f"/voice/tickets/new/{who.id}/"
    number = re.search(r'name="number" value="([^"]+)"', client.get(f"{new}?channel=phone").content.decode())[1]
    given = {"channel": "phone", "words": "The kettle\n<script>leaks</script>", "priority": "high", "number": number}
    for _twice in range(2):  # the same form sent twice is one ticket
        answer = client.post(new, {**given, "is_mine": "on"})
    ticket = Ticket.objects.get()
    page = f"/voice/tickets/{who.id}/{ticket.id}/"
    assert (answer["Location"], ticket.assigned_to, ticket.priority) == (page, clerk.id, "high")
    assert client.post(new, {**given, "words": " "}).status_code == 422

    shown = client.get(page).content.decode()
    assert "&lt;script&gt;leaks" in shown
    assert "<h1>The kettle" in shown
    assert "The kettle" in client.get("/voice/tickets/?owner=me&priority=high&channel=phone").content.decode()
    assert "No ticket passes" in client.get("/voice/tickets/?priority=low").content.decode()
    assert client.get("/voice/tickets/?after=nonsense").status_code == 404
    # The panel names it, the timeline tells its words: once each.
    assert client.get(f"/customers/{who.id}/").content.decode().count("The kettle") == 2

    def act(action, **data):
        client.post(f"{page}{action}/", data)
        ticket.refresh_from_db()
        return ticket

    assert act("say", direction="out", words="We send a new one", then="wait").status == "waiting"
    assert act("say", direction="in", words="It came", then="").status == "open"
    later = timezone.localtime(ticket.opened_at + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    early = timezone.localtime(ticket.opened_at - dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    count = TicketMessage.objects.count()
    for wrong, why in ((later, "lies in the future"), (early, "earlier than the ticket"), ("soon", "Write the time")):
        refused = client.post(f"{page}say/", {"direction": "out", "words": "x", "said_at": wrong}, follow=True)
        assert why in refused.content.decode()
    act("say", direction="out", words="As the page offers it", said_at=early, offered=early)
    assert TicketMessage.objects.latest("id").at > ticket.opened_at
    assert TicketMessage.objects.count() == count + 1
    assert act("escalate", words="Refund?", owner="").escalated_by == str(clerk.id)
    assert act("calm").escalated_at is None
    assert act("sort", priority="low", topic="delivery").priority == "low"
    assert act("assign", owner="").assigned_to is None
    assert act("resolve").status == "resolved"
    assert client.post(f"{page}nonsense/").status_code == 404

    link = re.search(r"/s/_/rate/[^\"<]+", client.get(page).content.decode())[0]
    for _twice in range(2):  # asked once for each time it was resolved
        act("ask", channel="email")
    act("ask", channel="pigeon")
    outbox.send_due(now=timezone.now())
    (letter,) = (email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in tmp_path.glob("*.eml"))
    assert (letter["To"], link in letter.get_body(("plain",)).get_content()) == ("nok@example.com", True)
    client.logout()
    assert client.get(f"{link}?stars=5").status_code == 200
    ticket.refresh_from_db()
    assert ticket.satisfaction is None  # opening a link keeps nothing
    assert client.post(link, {"stars": "9"}).status_code == 422
    thanks = client.post(link, {"stars": "5", "words": "Quick"})
    assert (thanks.status_code, thanks.headers["Referrer-Policy"]) == (200, "no-referrer")
    ticket.refresh_from_db()
    assert ticket.satisfaction == 5
    client.force_login(clerk)
    assert "Ask by e-mail" not in client.get(page).content.decode()  # who has answered is not asked
    assert client.post("/s/_/rate/bm9uc2Vuc2U=/", {"stars": "5"}).status_code == 410


def test_whose_language_nobody_told_is_asked_in_the_one_they_wrote_in_or_the_one_that_is_chosen(
    client, settings, tmp_path
):
    settings.EMAIL_URL = f"file:{tmp_path}"
    who, now = factories.customer(email="minji@example.com", name="Minji"), timezone.now()
    ticket = opening.open_ticket(
        customer_id=who.id, channel="web", topic="return", words="환불은 얼마나 걸리나요?", source="shop",
        external_id="1", at=now, actor=actors.SYSTEM,
    )  # fmt: skip
    client.force_login(factories.staff("clerk"))
    page = f"/voice/tickets/{who.id}/{ticket.id}/"
    client.post(f"{page}resolve/")
    assert '<div lang="th">' in client.get(page).content.decode()  # nothing was read yet: the shop's
    Reading.objects.create(
        customer_id=who.id, kind="ticket", text_id=TicketMessage.objects.filter(direction="in").get().id,
        parent_id=ticket.id, at=now, told_at=now, read_at=now, model="any", names=0, language="ko",
    )  # fmt: skip
    told = client.get(page).content.decode()
    assert '<div lang="ko">' in told
    assert re.search(r'href="\?in=ko#rating" aria-current="true"', told)
    assert '<div lang="en">' in client.get(f"{page}?in=en").content.decode()
    client.post(f"{page}ask/", {"channel": "email"})
    assert Notice.objects.get().language == "ko"


def test_whoever_sees_contacts_masked_reads_no_words(client):
    who = factories.customer(email="nok@example.com", name="Nok Dee")
    now = timezone.now()
    ticket = opening.open_ticket(
        customer_id=who.id, channel="email", topic="", words="My secret", source="shop", external_id="1",
        at=now, actor=actors.SYSTEM,
    )  # fmt: skip
    client.force_login(factories.staff("viewer"))
    for page in ("/voice/tickets/", f"/voice/tickets/{who.id}/{ticket.id}/", f"/customers/{who.id}/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "My secret" not in answer.content.decode(), page


def test_hours_are_written_as_people_write_them_and_faults_name_their_place(client):
    client.force_login(factories.staff("steward"))
    page = "/voice/tickets/rules/"
    shown = client.get(page).content.decode()
    given = dict(re.findall(r'name="([a-z_0-9]+)" value="([^"]*)"', shown)) | {"holidays": "", "own_addresses": ""}
    assert given["day_0"] == "09:00-18:00"
    bad = client.post(page, {**given, "day_0": "9-25", "holidays": "31.12."})
    assert bad.status_code == 422
    assert "There is no such time of day." in bad.content.decode()
    assert "31.12." in bad.content.decode()
    assert "a whole day is 0:00-24:00" in client.post(page, {**given, "day_0": "9:00-9:00"}).content.decode()
    good = {
        **given,
        "day_6": "0:00-24:00",
        "day_5": "10 - 12, 13.30-17",
        "holidays": "2026-12-31",
        "own_addresses": "help@shop.example",
    }
    assert client.post(page, good).status_code == 302
    assert "10:00-12:00, 13:30-17:00" in client.get(page).content.decode()
    assert client.post(page, {**good, **{f"day_{day}": "" for day in range(7)}}).status_code == 422
    assert TicketMessage.objects.count() == 0


def test_a_mailbox_is_read_by_a_job_and_the_page_tells_what_came_of_it(client):
    client.force_login(factories.staff("steward"))
    raw = (
        b"From x\nFrom: Mali <mali@example.com>\nSubject: Lid\nMessage-ID: <1@example.com>\n\nIt broke.\n\n"
        b"From x\nFrom: Help@Shop.example\nMessage-ID: <2@shop>\nIn-Reply-To: <1@example.com>\n\nSend it back.\n\n"
        b"From x\nFrom: help@shop.example\nMessage-ID: <3@shop>\n\nWe write first.\n\n"
        b"From x\nSubject: of nobody\n\nWho?\n"
    )

    def left_behind() -> set[str]:
        folder = uploads.path_of(uuid.uuid4()).parent
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    before = left_behind()  # other tests may have left theirs

    def send(own) -> str:
        sent = SimpleUploadedFile("mail.mbox", raw, content_type="application/mbox")
        given = {"mailbox": sent, "own_addresses": own}
        return client.post("/voice/tickets/mail/", given, follow=True).content.decode()

    assert "Name the address" in send(" ")
    assert "One of these is no e-mail address." in send("help@shop.example nobody")
    assert "Choose a mailbox" in client.post("/voice/tickets/mail/", follow=True).content.decode()
    assert left_behind() == before
    assert not Job.objects.exists()
    for said in ("1 new ticket · 2 new messages · 1 of ours", "4 mails read · 2 known already"):
        waits = send("help@shop.example")
        assert "is being read" in waits
        assert "delay:2s" in waits
        jobs.run_waiting()
        told = client.get("/voice/tickets/").content.decode()
        assert said in told
        assert "1 without a sender" in told
        assert "delay:2s" not in told
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.status) == ("email", "waiting")
    assert left_behind() == before
    client.force_login(factories.staff("clerk"))
    assert "mailbox-state" not in client.get("/voice/tickets/").content.decode()
