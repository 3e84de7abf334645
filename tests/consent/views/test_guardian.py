"""A child allows nothing alone: a guardian is asked, decides behind a link, and what they allowed ends in time."""

import datetime as dt
import email
import email.policy
import re

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import actors, outbox
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry, Notice
from consent.models import ConsentRecord, ConsentState, Guardianship, Purpose, ServedNotice
from consent.selectors import guardians as waits
from consent.selectors import ledger
from consent.services import gate, guardians, guardians_after, links
from customers.models import Customer
from tests import factories, filling

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SHOWN = re.compile(r'name="shown" value="([^"]+)"')
LINK = re.compile(r"https?://[^/]+(/guardian/[^\s\"<]+)")


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    settings.CDP_VAR, settings.EMAIL_URL = tmp_path, "file:"
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kid():
    return factories.customer(email="kid@example.com", country="KR", birth_date="2015-05-01", language="ko")


def stranger():
    return Client(enforce_csrf_checks=True)


def name_guardian(kid, **changes):
    told = {"act": "guardian", "ask": ["marketing:email"], "guardian_name": "Kim", "guardian_email": "kim@example.com"}
    return stranger().post(links.preferences_path(customer=kid.id, at=NOW) + "?lang=en", told | changes)


def link(tmp_path):
    outbox.send_due(now=NOW)
    for path in (tmp_path / "outbox").glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found = LINK.search(message.get_body(("plain",)).get_content())
        if found:
            assert message["To"] == "kim@example.com"
            return found[1]
    raise AssertionError("no link")


def stopped(tmp_path, at):
    """Recipient, subject and text of each mail that confirms a guardian's no."""
    outbox.send_due(now=at)
    found = []
    for notice in Notice.objects.filter(kind="guardian-stopped"):
        path = tmp_path / "outbox" / f"{notice.id}.eml"
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found.append((message["To"], message["Subject"], message.get_body(("plain",)).get_content()))
    return found


def test_the_guardian_decides_and_the_proof_says_how_they_were_made_sure_of(kid, tmp_path):
    assert "asked them by mail" in name_guardian(kid).content.decode()
    row = Guardianship.objects.get()
    assert (row.state, row.ends_on) == ("asked", dt.date(2029, 5, 1))
    assert b"kim@" not in bytes(row.address)
    address = link(tmp_path)
    page = stranger().get(address + "?lang=en").content.decode()
    assert "News and offers" in page
    assert "kid@" not in page
    assert not ConsentRecord.objects.exists()
    assert stranger().post(address, {"act": "agree"}).status_code == 422  # not without saying who they are
    assert stranger().post(address, {"act": "agree", "is_guardian": "yes"}).status_code == 200
    record = ConsentRecord.objects.get()
    assert (record.method, record.status, record.channel) == ("guardian", "given", "email")
    proof = ledger.evidence(record, subjects.load([kid.id]))
    assert (proof["guardian"], proof["verified"], proof["until"]) == ("Kim", "email_reply", "2029-05-01")
    shown = ServedNotice.objects.get()
    assert (shown.place, shown.customer_id, shown.records, shown.agreed) == ("guardian", kid.id, [record.id], 1)
    assert set(Notice.objects.values_list("kind", flat=True)) == {"guardian-ask", "guardian-done"}
    again = stranger().post(address, {"act": "agree", "is_guardian": "yes"})
    assert (again.status_code, "What you allowed" in again.content.decode()) == (200, True)
    assert ConsentRecord.objects.count() == 1


def test_the_guardian_takes_back_on_a_page_of_their_own_which_ends_when_the_child_decides(tmp_path, at_noon):
    kid = factories.customer(
        email="kid@example.com", country="KR", birth_date="2015-05-01", given_name="Minji", family_name="Plant"
    )
    name_guardian(kid, ask=["marketing:email", "profiling:any"])
    address = link(tmp_path)
    assert "Minji" not in address
    page = stranger().get(address + "?lang=ko").content.decode()
    assert ("Minji" in page, "Plant" in page, "회원님" in page) == (True, False, False)
    stranger().post(address, {"act": "agree", "is_guardian": "yes"})
    at_noon.shift(dt.timedelta(days=30))  # longer than the question waited
    outbox.send_due(now=NOW + 30 * DAY)
    mails = [path.read_text() for path in (tmp_path / "outbox").glob("*.eml")]
    assert len(mails) == 2
    done = email.message_from_string(next(one for one in mails if "allowed" in one), policy=email.policy.default)
    text = done.get_body(("plain",)).get_content()
    assert ("/preferences/" in text, "Minji" in text) == (False, True)
    address = LINK.search(text)[1]
    page = stranger().get(address + "?lang=en").content.decode()
    assert 'value="marketing:email"' in page
    assert stranger().post(address, {"act": "back"}).status_code == 422
    stranger().post(address, {"act": "back", "box": ["marketing:email"]})
    stranger().post(address, {"act": "back", "box": ["marketing:email"]})
    ((_to, subject, text),) = stopped(tmp_path, timezone.now())
    assert "You took back what" in subject
    assert ("News and offers" in text, text.count("\n- "), bool(LINK.search(text))) == (True, 1, True)
    assert gate.decide(customer=kid.id, purpose="marketing", channel="email", at=timezone.now()).is_denied
    assert gate.decide(customer=kid.id, purpose="profiling", channel="any", at=timezone.now()).is_allowed
    # No word of the child stands in for the guardian's, who took it back.
    at_noon.shift(dt.timedelta(minutes=1))
    factories.consent(kid, at=timezone.now())
    assert gate.decide(customer=kid.id, purpose="marketing", channel="email", at=timezone.now()).reason == "child"
    stranger().post(address, {"act": "back", "all": "1"})
    assert Guardianship.objects.get().state == "refused"
    newest = ConsentRecord.objects.get(purpose="profiling", status="withdrawn")
    assert (newest.method, newest.actor_kind) == ("guardian", "customer")
    at_noon.move_to(dt.datetime(2029, 5, 2, tzinfo=dt.UTC))
    other = factories.customer(email="grown@example.com", country="KR", birth_date="2015-05-01")
    row = guardian_row(other, state="confirmed")
    page = stranger().get(guardians.url_of(row).removeprefix("http://testserver") + "?lang=en").content.decode()
    assert "decides alone now" in page
    assert 'href="/preferences/?lang=en"' in page


def test_a_guardian_takes_nothing_back_from_who_decides_alone_by_now(kid, tmp_path, at_noon, say):
    """Not from a page that was left open either, in the hours before the night ends the guardian's word."""
    name_guardian(kid)
    address = link(tmp_path)
    stranger().post(address, {"act": "agree", "is_guardian": "yes"})
    at_noon.move_to(dt.datetime(2029, 5, 1, 1, 0, tzinfo=dt.UTC))
    say(kid.id, at=timezone.now(), now=timezone.now())
    for told in ({"all": "1"}, {"box": ["marketing:email"]}):
        answer = stranger().post(address + "?lang=en", {"act": "back"} | told)
        assert "decides alone now" in answer.content.decode()
    with pytest.raises(guardians.Unanswerable, match="grown"):
        guardians_after.take_back(address.split("/")[2], chosen=None, proof={}, at=timezone.now())
    assert not ConsentRecord.objects.filter(status="withdrawn").exists()
    assert Guardianship.objects.get().state == "confirmed", "the night ends it"
    assert gate.decide(customer=kid.id, purpose="marketing", channel="email", at=timezone.now()).is_allowed


def guardian_row(kid, **changes):
    return Guardianship.objects.create(
        customer=kid, channel="email", boxes=[["marketing", "email"]], language="en", asked_at=NOW,
        expires_at=NOW + guardians.LASTS, ends_on=dt.date(2029, 5, 1), **changes,
    )  # fmt: skip


def test_the_child_sees_whose_answer_it_waits_for_and_staff_send_the_mail_again_within_limits(kid, client):
    mistaken = name_guardian(kid, ask=["marketing:email"], guardian_email="kim")
    page = mistaken.content.decode()
    assert (mistaken.status_code, "callout-success" in page) == (422, False)
    assert re.search(r'name="ask" value="marketing:email" checked', page), "what was ticked stays"
    assert 'value="Kim"' in page
    name_guardian(kid)
    page = stranger().get(links.preferences_path(customer=kid.id, at=NOW) + "?lang=en").content.decode()
    assert "Waiting for your guardian" in page
    assert "k•••@example.com" in page
    assert page.index('id="guardian"') < page.index('name="act" value="save"')
    client.force_login(factories.staff("clerk"))
    path = f"/consent/people/{kid.id}/guardian/"
    assert "k•••@example.com" in client.get(path).content.decode()
    question = str(Guardianship.objects.get().id)
    for minute in range(4):
        with time_machine.travel(NOW + dt.timedelta(minutes=minute), tick=False):
            client.post(path, {"act": "again", "question": question})
    assert Notice.objects.filter(kind="guardian-ask").count() == guardians.MOST
    assert AuditEntry.objects.filter(action="consent:guardian:asked_again").count() == guardians.MOST - 1
    client.post(path, {"act": "again", "question": "forged"})
    assert Guardianship.objects.count() == 1


def test_a_guardian_who_refuses_leaves_everything_as_it_was(kid, tmp_path):
    name_guardian(kid)
    address = link(tmp_path)
    assert stranger().post(address, {"act": "refuse"}).status_code == 200
    assert not ConsentRecord.objects.exists()
    assert Guardianship.objects.get().state == "refused"
    stranger().post(address, {"act": "refuse"})
    ((to, subject, text),) = stopped(tmp_path, NOW)
    assert (to, "did not allow" in subject, "you do not allow this" in text) == ("kim@example.com", True, True)
    assert "News and offers" in text


def test_old_and_forged_links_allow_nothing(kid, tmp_path, at_noon):
    name_guardian(kid)
    address = link(tmp_path)
    assert stranger().post("/guardian/forged", {"act": "agree", "is_guardian": "yes"}).status_code == 404
    assert stranger().get("/guardian/").status_code == 404
    at_noon.shift(guardians.LASTS)
    assert stranger().post(address, {"act": "agree", "is_guardian": "yes"}).status_code == 410
    guardians.sweep(now=NOW + guardians.LASTS)
    row = Guardianship.objects.get()
    assert (row.state, row.address, row.told) == ("expired", None, None)
    assert not ConsentRecord.objects.exists()


def test_grown_up_they_decide_themselves_and_are_asked(kid, tmp_path, at_noon):
    name_guardian(kid)
    stranger().post(link(tmp_path), {"act": "agree", "is_guardian": "yes"})
    birthday = dt.datetime(2029, 5, 1, 1, 0, tzinfo=dt.UTC)
    assert guardians.sweep(now=birthday - DAY) == 0
    assert ConsentState.objects.get().is_granted
    assert guardians.sweep(now=birthday) == 1
    assert guardians.sweep(now=birthday) == 0
    state = ConsentState.objects.get()
    assert (state.is_granted, state.status) == (False, "expired")
    assert gate.decide(customer=kid.id, purpose="marketing", channel="email", at=birthday).reason == "grown"
    at_noon.move_to(birthday)
    page = stranger().get(links.preferences_path(customer=kid.id, at=birthday) + "?lang=en").content.decode()
    assert "You decide yourself by now" in page
    assert Notice.objects.filter(kind="guardian-grown", customer_id=kid.id).count() == 1
    assert Guardianship.objects.get().address is None


def test_what_the_grown_up_said_since_is_left_alone(kid, tmp_path, say):
    name_guardian(kid)
    stranger().post(link(tmp_path), {"act": "agree", "is_guardian": "yes"})
    birthday = dt.datetime(2029, 5, 1, 1, 0, tzinfo=dt.UTC)
    say(kid.id, at=birthday, now=birthday)
    guardians.sweep(now=birthday + DAY)
    assert ConsentState.objects.get().is_granted


def test_staff_write_down_a_guardian_whom_they_saw(kid):
    name_guardian(kid)
    row = Guardianship.objects.get()
    clerk = factories.staff("clerk")
    with pytest.raises(guardians.Unanswerable):
        guardians.record(row, method="she said so", actor=actors.staff(clerk), at=NOW)
    guardians.record(row, method="paper", actor=actors.staff(clerk), at=NOW)
    row.refresh_from_db()
    assert (row.state, row.method, row.verified_by) == ("confirmed", "paper", clerk.id)
    assert ConsentState.objects.get().is_granted


def test_grown_ups_need_no_guardian_and_nobody_is_flooded(kid):
    adult = factories.customer(email="ann@example.com", country="KR", birth_date="1990-05-01")
    assert name_guardian(adult).status_code == 422
    assert not Notice.objects.exists()
    for _ in range(5):
        name_guardian(kid)
    assert Notice.objects.filter(kind="guardian-ask").count() == guardians.MOST
    assert name_guardian(kid, guardian_email="").status_code == 422


def test_a_child_who_signs_up_is_told_whom_to_name_and_nothing_is_allowed(client, say):
    with time_machine.travel(NOW + dt.timedelta(hours=1), tick=False):
        filling.send(
            client,
            "signup",
            name="Min",
            email="min@example.com",
            birth_date="2019-05-01",
            consent_marketing_email="on",
        )
    assert not ConsentRecord.objects.exists()
    who = Customer.objects.get(status="known")
    assert list(Notice.objects.values_list("customer_id", "kind")) == [(who.id, "guardian-needed")]
    # It need not choose once more what it chose in the form, until a guardian was asked.
    path = links.preferences_path(customer=who.id, at=NOW) + "?lang=en"
    with time_machine.travel(NOW + dt.timedelta(hours=2), tick=False):
        page = stranger().get(path).content.decode()
        assert re.findall(r'name="ask" value="([^"]+)" checked', page) == ["marketing:email"]
        assert "ticked already" in page
        told = {
            "act": "guardian",
            "ask": ["profiling:any"],
            "guardian_name": "Kim",
            "guardian_email": "kim@example.com",
        }
        page = stranger().post(path, told).content.decode()
        assert re.findall(r'name="ask" value="([^"]+)" checked', page) == ["profiling:any"]
    kept = {"customers": [who.id], "since": NOW}
    assert waits.ticked(**kept) == set(), "a guardian was asked since"
    Guardianship.objects.all().delete()
    assert waits.ticked(**kept) == {"marketing:email"}
    say(who.id, granted=False, at=NOW + dt.timedelta(hours=3))
    assert waits.ticked(**kept) == set(), "it said no since"


def test_a_childs_birth_date_in_a_form_sends_nobody_elses_centre(client, tmp_path):
    victim = factories.customer(name="Ann Plant", phone="0812345678", now=NOW - DAY)
    filling.send(
        client,
        "signup",
        name="Ann Plant",
        phone="0812345678",
        email="mallory@example.com",
        birth_date="2019-05-01",
        consent_marketing_email="on",
    )
    told = Notice.objects.get()
    assert told.customer_id != victim.id
    assert Customer.objects.get(id=told.customer_id).birth_date == dt.date(2019, 5, 1)
    # What was ticked is kept for whoever reads that address, as the mail says, and not shown to whom it named.
    outbox.send_due(now=NOW)
    assert b"kept for you for 7 days" in (tmp_path / "outbox" / f"{told.id}.eml").read_bytes()
    ticks = [waits.ticked([one], since=NOW - DAY) for one in (told.customer_id, victim.id)]
    assert ticks == [{"marketing:email"}, set()]
    assert not guardians.tell_child(customer=victim.id, address="eve@example.com", language="en", at=NOW)


def test_staff_record_a_guardian_who_stands_before_them_by_a_way_the_law_knows(client, kid):
    client.force_login(factories.staff("clerk"))
    path = f"/consent/people/{kid.id}/guardian/"
    page = client.get(path).content.decode()
    assert 'value="marketing:email"' in page
    assert 'value="phone_identity"' in page
    assert 'value="in_person"' not in page, "the law of Korea does not know it"
    told = {"box": ["marketing:email"], "name": "Kim Younghee", "method": "paper"}
    for missing in ({"box": []}, {"name": " "}, {"method": "in_person"}):
        assert client.post(path, told | missing).status_code == 422
    assert not Guardianship.objects.exists(), "nothing half written"
    assert client.post(path, told).status_code == 302
    (record,) = ConsentRecord.objects.all()
    assert (record.method, record.actor_kind, record.status, record.purpose) == (
        "guardian", "staff", "given", "marketing",
    )  # fmt: skip
    row = Guardianship.objects.get()
    assert (row.state, row.method, row.ends_on) == ("confirmed", "paper", dt.date(2029, 5, 1))
    assert ConsentState.objects.get().is_granted
    proof = ledger.evidence(record, subjects.load([kid.id]))
    assert (proof["guardian"], proof["verified"], proof["by"]) == ("Kim Younghee", "paper", "staff")
    grown = factories.customer(email="grown@example.com", country="KR", birth_date="1990-05-01")
    assert 'name="box"' not in client.get(f"/consent/people/{grown.id}/guardian/").content.decode()
    assert client.post(f"/consent/people/{grown.id}/guardian/", told).status_code == 422


def test_a_guardian_reads_new_words_before_they_count(kid, tmp_path, at_noon):
    name_guardian(kid)
    address = link(tmp_path)
    page = stranger().get(address).content.decode()
    Purpose.objects.filter(key="marketing").update(meaning_since=NOW + DAY / 2)
    at_noon.shift(DAY)
    told = {"act": "agree", "is_guardian": "yes", "shown": SHOWN.search(page)[1]}
    answer = stranger().post(address, told)
    assert answer.status_code == 422
    assert not ConsentRecord.objects.exists()
    again = {**told, "shown": SHOWN.search(answer.content.decode())[1]}
    assert stranger().post(address, again).status_code == 200
    assert ConsentState.objects.get().is_granted
    assert ServedNotice.objects.get().agreed == 1


def test_one_childs_link_writes_to_no_list_of_strangers(kid):
    pages = [name_guardian(kid, guardian_email=f"stranger{one}@example.com") for one in range(5)]
    assert Notice.objects.count() == guardians.MOST
    assert [page.status_code for page in pages] == [200, 200, 200, 429, 429]


def test_a_child_is_not_its_own_guardian(kid):
    """It is told so at once, as families share a mailbox, and writes another address; guesses at others are counted."""
    page = name_guardian(kid, guardian_email="KID@Example.com")
    told = page.content.decode()
    assert (page.status_code, "your own e-mail address" in told) == (422, True)
    assert ("Waiting for your guardian" in told, 'value="KID@Example.com"' in told) == (False, True)
    assert (Guardianship.objects.count(), Notice.objects.count()) == (0, 0)
    assert "Waiting for your guardian" in name_guardian(kid).content.decode()
    assert [one.customer_id for one in Notice.objects.all()] == [kid.id]


def test_a_guardian_never_reads_the_yes_of_a_box_as_if_it_were_allowed(kid, tmp_path):
    name_guardian(kid, ask=["profiling:any"])
    address = link(tmp_path)
    page = stranger().get(address + "?lang=en").content.decode()
    assert Purpose.objects.get(key="profiling").name["en"] in page
    assert "Yes, please" not in page
    stranger().post(address, {"act": "agree", "is_guardian": "yes"})
    assert "Yes, please" not in stranger().get(address + "?lang=en").content.decode()
