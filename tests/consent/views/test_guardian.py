"""A child allows nothing alone: a guardian is asked, decides behind a link, and what they allowed ends in time."""

import datetime as dt
import email
import email.policy
import re

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from cdp.core import actors, outbox
from cdp.core.crypto import subjects
from cdp.core.models import Notice
from consent.models import ConsentRecord, ConsentState, Guardianship, Purpose, ServedNotice
from consent.selectors import ledger
from consent.services import guardians, links
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
    assert (again.status_code, "already" in again.content.decode()) == (200, True)
    assert ConsentRecord.objects.count() == 1


def test_a_guardian_who_refuses_leaves_everything_as_it_was(kid, tmp_path):
    name_guardian(kid)
    address = link(tmp_path)
    assert stranger().post(address, {"act": "refuse"}).status_code == 200
    assert not ConsentRecord.objects.exists()
    assert Guardianship.objects.get().state == "refused"


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


def test_grown_up_they_decide_themselves_and_are_asked(kid, tmp_path):
    name_guardian(kid)
    stranger().post(link(tmp_path), {"act": "agree", "is_guardian": "yes"})
    birthday = dt.datetime(2029, 5, 1, 1, 0, tzinfo=dt.UTC)
    assert guardians.sweep(now=birthday - DAY) == 0
    assert ConsentState.objects.get().is_granted
    assert guardians.sweep(now=birthday) == 1
    assert guardians.sweep(now=birthday) == 0
    state = ConsentState.objects.get()
    assert (state.is_granted, state.status) == (False, "expired")
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
    page = name_guardian(adult).content.decode()
    assert "asked them by mail" in page  # the same words
    for _ in range(5):
        name_guardian(kid)
    assert Notice.objects.filter(kind="guardian-ask").count() == guardians.MOST
    assert name_guardian(kid, guardian_email="").status_code == 422


def test_a_child_who_signs_up_is_told_whom_to_name_and_nothing_is_allowed(client):
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


def test_a_childs_birth_date_in_a_form_sends_nobody_elses_centre(client):
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
    pages = [name_guardian(kid, guardian_email=f"stranger{one}@example.com").content for one in range(5)]
    assert Notice.objects.count() == guardians.MOST
    assert len({SHOWN.sub("", page.decode()) for page in pages}) == 1


def test_a_child_is_not_its_own_guardian(kid):
    of_another = name_guardian(kid).content.decode()
    Notice.objects.all().delete()
    assert SHOWN.sub("", name_guardian(kid, guardian_email="KID@Example.com").content.decode()) == SHOWN.sub(
        "", of_another
    )
    assert not Notice.objects.exists()
