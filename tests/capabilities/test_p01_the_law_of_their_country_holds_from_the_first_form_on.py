"""P1: whose law holds is known from the first form on, though nobody was asked for a country."""

import datetime as dt
import email
import email.policy
import re

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from cdp.core import outbox
from cdp.core.actors import CUSTOMER
from cdp.core.models import AuditEntry, Notice
from consent.models import Confirmation, ConsentRecord, ConsentState, Pending
from consent.services import duties, gate, links
from consent.services.requests import intake
from customers.models import Customer
from tests import filling

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
LINK = re.compile(r"https?://[^/\s]+(/confirm/[^\s\"<?]+)")
TICKS = {"consent_marketing_email": "on"}


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    settings.CDP_VAR, settings.EMAIL_URL = tmp_path, "file:"
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def sign_up(**told):
    return filling.send(Client(), "signup", name="Kim Muster", **{"email": "kim@example.com", **told, **TICKS})


def only():
    return Customer.objects.get(status="known")


def link(tmp_path):
    outbox.send_due(now=NOW)
    (path,) = (tmp_path / "outbox").glob("*.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return LINK.search(message.get_body(("plain",)).get_content())[1]


def test_a_german_phone_starts_the_double_opt_in(tmp_path):
    assert sign_up(phone="+49 1512 3456789").status_code == 302
    kim = only()
    assert (kim.country, kim.phone_country) == ("", "DE")
    assert Pending.objects.get().state == "waiting"
    assert not ConsentRecord.objects.exists()
    page = link(tmp_path)
    assert Client().get(page).status_code == 200
    assert not ConsentRecord.objects.exists()
    assert Client().post(page).status_code == 200
    record = ConsentRecord.objects.get()
    assert (record.customer_id, record.status, record.channel) == (kim.id, "given", "email")
    assert gate.decide(customer=kim.id, purpose="marketing", channel="email", at=NOW).rule == "gdpr:consent"
    begun = intake.begin(intake.Ask(kim.id, "access", "web", "en"), actor=CUSTOMER, at=NOW)
    assert (begun.request.pack, begun.request.country) == ("gdpr", "DE")


@pytest.mark.parametrize(
    ("told", "query"),
    [({"phone": "+82 10 2345 6789"}, ""), ({"phone": "010-2345-6789"}, "?lang=ko"), ({}, "?lang=ko")],
)
def test_a_korean_phone_or_the_korean_form_starts_the_korean_clocks(at_noon, told, query):
    filling.send(Client(), "signup", query, name="김민수", email="kim@example.com", **told, **TICKS)
    kim = only()
    assert ConsentState.objects.get().is_granted  # Korea asks for no second step
    night = dt.datetime(2026, 11, 20, 13, 0, tzinfo=dt.UTC)  # 22:00 in Seoul
    ConsentState.objects.update(channel="sms")
    assert gate.decide(customer=kim.id, purpose="marketing", channel="sms", at=night).rule == "pipa_kr:quiet_hours"
    at_noon.shift(dt.timedelta(hours=1))
    assert duties.tell_results(now=NOW + dt.timedelta(hours=1)) == 1  # within its fourteen days
    assert Notice.objects.get(kind="consent-result").customer_id == kim.id
    almost = dt.datetime(2028, 11, 20, 4, 0, tzinfo=dt.UTC)
    assert (duties.tell_still(now=almost), duties.tell_still(now=almost + dt.timedelta(hours=2))) == (0, 1)
    assert Confirmation.objects.filter(customer_id=kim.id, kind="still").exists()
    begun = intake.begin(intake.Ask(kim.id, "access", "web", "ko"), actor=CUSTOMER, at=NOW)
    assert begun.request.pack == "pipa_kr"  # ten days end before a month
    assert begun.request.due_at < NOW + dt.timedelta(days=12)


def test_at_fifteen_a_guardian_decides_in_germany_and_they_themselves_in_thailand():
    for phone, mail in (("+49 1512 3456789", "de@example.com"), ("+66 81 234 5678", "th@example.com")):
        sign_up(phone=phone, email=mail, birth_date="2011-05-01")
    german = Customer.objects.get(phone_country="DE")
    thai = Customer.objects.get(phone_country="TH")
    assert list(ConsentRecord.objects.values_list("customer_id", flat=True)) == [thai.id]
    assert Notice.objects.get(kind="guardian-needed").customer_id == german.id
    refused = AuditEntry.objects.get(action="consent:record:refused")
    assert refused.customer_id == german.id
    assert refused.details == {"reason": "child", "door": "signup", "boxes": [["marketing", "email"]]}
    asked = {"act": "guardian", "ask": ["marketing:email"], "guardian_name": "Jo", "guardian_email": "jo@example.com"}
    for who, is_asked in ((german, True), (thai, False)):
        page = Client().post(links.preferences_path(customer=who.id, at=NOW) + "?lang=en", asked).content.decode()
        assert ("asked them by mail" in page) is is_asked
    assert not gate.decide(customer=thai.id, purpose="marketing", channel="email", at=NOW).is_denied
    assert gate.decide(customer=german.id, purpose="marketing", channel="email", at=NOW).rule == "gdpr:child"
