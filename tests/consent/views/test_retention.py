import datetime as dt
import html
import re

import pytest
from django.utils import timezone

from cdp.core import jobs
from consent.models import RetentionLine, RetentionRule, RetentionRun
from customers.models import Customer, Note
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    client.force_login(factories.staff("privacy"))
    return client


def test_rules_are_put_in_force_tried_and_carried_out(officer):
    Note.objects.create(customer=factories.customer(), kind="note", at=timezone.now() - dt.timedelta(days=3000))
    assert b"Rules wait for you" in officer.get("/consent/retention/").content
    confirm = "/consent/retention/confirm/"
    assert b"Count it" in officer.get(confirm).content
    officer.post(confirm)  # nobody has read what would go: it is counted, and nothing is in force
    assert not RetentionRule.objects.exists()
    jobs.run_waiting()
    run = RetentionRun.objects.get(is_dry=True)
    assert b"1 row goes in the next night" in officer.get(confirm).content
    listed = officer.get(f"/consent/retention/runs/{run.id}/customers.notes/").content.decode()
    assert str(Note.objects.get().id) in listed
    officer.post(confirm, {"run": run.id})
    assert b"Rules wait for you" not in officer.get("/consent/retention/").content
    pause = "/consent/retention/kinds/customers.notes/pause/"
    officer.post(pause, {"what": "pause"})
    officer.post("/consent/retention/start/", {"what": "run"})
    jobs.run_waiting()
    assert (Note.objects.count(), RetentionLine.objects.filter(outcome="paused").count()) == (1, 1)
    officer.post(pause, {"what": "go_on"})
    for what, left in (("dry", 1), ("run", 0)):
        report = officer.post("/consent/retention/start/", {"what": what}, follow=True)
        assert report.status_code == 200
        jobs.run_waiting()
        page = officer.get(report.request["PATH_INFO"]).content.decode()
        assert "Notes about customers" in page
        assert ("As listed" in page) is (what == "run")
        assert Note.objects.count() == left


def test_one_rule_comes_into_force_after_its_number_was_read(officer):
    Note.objects.create(customer=factories.customer(), kind="note", at=timezone.now() - dt.timedelta(days=800))
    url = "/consent/retention/kinds/customers.notes/"
    told = {"how": "for", "amount": "2", "unit": "years", "action": "delete"}
    page = officer.post(url, told).content.decode()
    assert "1 row goes in the next night by this rule" in page
    assert not RetentionRule.objects.exists(), "nobody had read it"
    read = re.search(r'name="read" value="([^"]+)"', page)[1]
    other = officer.post(url, {**told, "amount": "1", "read": html.unescape(read)}).content.decode()
    assert "1 row goes" in other, "another rule has another number"
    assert officer.post(url, {**told, "read": html.unescape(read)}).status_code == 302
    assert RetentionRule.objects.get().amount == 2
    officer.post("/consent/retention/start/", {"what": "dry"})
    run = RetentionRun.objects.get()
    assert "counting…" in officer.get(f"/consent/retention/runs/{run.id}/").content.decode()


def test_nothing_is_kept_shorter_than_the_law_demands(officer):
    fields = {"how": "for", "unit": "years", "action": "detach"}
    page = officer.post("/consent/retention/kinds/commerce.orders/", {**fields, "amount": "4"})
    assert (page.status_code, "at least 6 years" in page.content.decode()) == (422, True)
    assert not RetentionRule.objects.exists()
    assert officer.post("/consent/retention/kinds/commerce.orders/", {**fields, "amount": "7"}).status_code == 302
    assert RetentionRule.objects.get().amount == 7


def test_a_korean_customer_brings_the_korean_law_along(officer):
    Customer.objects.filter(id=factories.customer().id).update(country="KR")
    page = officer.post(
        "/consent/retention/kinds/campaigns.messages/",
        {"how": "for", "amount": "5", "unit": "months", "action": "delete"},
    ).content.decode()
    assert "E-Commerce Act" in page
    assert not RetentionRule.objects.exists()


def test_people_nobody_has_seen_are_forgotten_with_one_press(officer):
    gone = factories.customer(name="Gone Long")
    Customer.objects.filter(id=gone.id).update(created_at=timezone.now() - dt.timedelta(days=9999))
    assert officer.post("/consent/retention/forget/").status_code == 302
    assert not RetentionRun.objects.exists()  # nobody has looked yet
    officer.post("/consent/retention/start/")
    jobs.run_waiting()
    assert "Forget them" in officer.get("/consent/retention/").content.decode()
    officer.post("/consent/retention/forget/")
    jobs.run_waiting()
    assert Customer.objects.get(id=gone.id).status == "erased"
    assert RetentionLine.objects.get(outcome="removed").removed == 1
