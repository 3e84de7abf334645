import datetime as dt

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from analytics.models import Segment
from campaigns.models import Campaign, CampaignVersion
from cdp.core import actors, jobs, minimising
from cdp.core.models import Source
from cdp.web.forms.signup import SignupForm
from consent.models import FieldDecision, FieldFigure, FieldUse
from consent.selectors import minimisation as reading
from customers.models import Customer, ProfileQuestion
from customers.rules.people import Person
from customers.services import buckets, profiles
from events.models import Event
from events.services import draining
from tests import factories
from tests.events.services.test_draining import put

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered():
    minimising.forget_notes()
    reading.forget()
    yield
    reading.forget()


@pytest.fixture
def officer(client):
    client.force_login(factories.staff("privacy"))
    return client


def count(officer):
    officer.post("/consent/minimisation/count/")
    jobs.run_waiting()
    return {row.field: row for row in FieldFigure.objects.all()}


def test_a_field_nobody_uses_is_named_and_one_deep_in_a_rule_is_not(officer):
    Segment.objects.all().delete()
    factories.customer(name="Ann", email="a@example.com", education="bachelor", occupation="Nurse", gender="female")
    factories.customer(name="Ben", email="b@example.com", job_title="Cook")
    deep = {"any": [{"not": {"all": [{"field": "occupation", "op": "=", "value": "Nurse"}]}}]}
    Segment.objects.create(key="deep", name="Deep", rules=deep, version="1")
    campaign = Campaign.objects.create(name="Hello")
    CampaignVersion.objects.create(
        campaign=campaign, number=1, trigger={}, steps=[{"template": {"body": {"en": "Dear {{ customer.job_title }}"}}}]
    )
    found = count(officer)
    assert {key for key, row in found.items() if row.is_unused} == {"education", "gender"}
    assert (found["education"].have, found["education"].of, found["education"].doors) == (1, 2, {"shop": 1})
    assert [use["what"] for use in found["occupation"].uses] == ["Deep"]
    assert [use["what"] for use in found["job_title"].uses] == ["Hello"]
    page = officer.get("/consent/minimisation/").content.decode()
    assert page.index("Education") < page.index("Occupation")
    assert page.count("Unused</") >= 2


def test_a_look_counts_as_a_use_for_half_a_year(officer):
    factories.customer(name="Ann", line_id="U1")
    today = timezone.now().date()
    for _ in range(3):
        minimising.note(["line_id"], by="person", day=today)
    assert FieldUse.objects.get().count == 1  # once a day for each process
    assert not count(officer)["line_id"].is_unused
    FieldUse.objects.update(day=today - dt.timedelta(days=181))
    assert count(officer)["line_id"].last_used_on is None


def test_what_is_stopped_comes_in_by_no_door_and_can_be_removed(officer, django_capture_on_commit_callbacks):
    ann = factories.customer(name="Ann", email="a@example.com", education="bachelor")
    with django_capture_on_commit_callbacks(execute=True):
        officer.post("/consent/minimisation/education/", {"decision": "purge"})
    jobs.run_waiting()
    assert Customer.objects.get(id=ann.id).education == ""
    again = factories.customer(name="Ann", email="a@example.com", education="master", job_title="Cook")
    assert (again.id, again.education, again.job_title) == (ann.id, "", "Cook")
    with django_capture_on_commit_callbacks(execute=True):
        officer.post("/consent/minimisation/education/", {"decision": "reopen"})
    assert factories.customer(name="Ann", email="a@example.com", education="master").education == "master"


def test_a_stop_holds_for_corrections_and_without_a_cache_and_is_undone_with_its_question(
    officer, django_capture_on_commit_callbacks, monkeypatch
):
    ann = factories.customer(name="Ann", email="a@example.com", education="bachelor")
    ben = factories.customer(name="Ben", email="b@example.com")
    asked = ProfileQuestion.objects.filter(key="education", is_active=True)
    assert asked.exists()
    with django_capture_on_commit_callbacks(execute=True):
        officer.post("/consent/minimisation/education/", {"decision": "stop"})
    assert not asked.exists()
    cache.clear()  # the store of queues was emptied
    assert reading.stopped() == {"education"}
    monkeypatch.setattr(reading.cache, "get", _away)
    assert reading.stopped() == {"education"}
    for who in (ann, ben):
        profiles.edit(
            customer=who.id, person=Person(education="master", occupation="Nurse"), source=profiles.staff_source(),
            actor=actors.SYSTEM, at=timezone.now(),
        )  # fmt: skip
    told = dict(Customer.objects.filter(status="known").values_list("id", "education"))
    assert told == {ann.id: "master", ben.id: ""}  # what is there may be put right
    assert set(Customer.objects.filter(status="known").values_list("occupation", flat=True)) == {"Nurse"}
    monkeypatch.undo()
    with django_capture_on_commit_callbacks(execute=True):
        officer.post("/consent/minimisation/education/", {"decision": "reopen"})
    assert asked.exists()
    assert reading.stopped() == frozenset()


def test_no_form_asks_for_what_was_stopped_and_what_is_there_can_be_put_right(
    officer, django_capture_on_commit_callbacks
):
    ann = factories.customer(name="Ann", email="a@example.com", gender="female")
    ben = factories.customer(name="Ben", email="b@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        for field in ("gender", "interests"):
            officer.post(f"/consent/minimisation/{field}/", {"decision": "stop"})
    officer.force_login(factories.staff("clerk"))
    for address, asked in (("new/", False), (f"{ben.id}/edit/", False), (f"{ann.id}/edit/", True)):
        page = officer.get(f"/customers/{address}").content.decode()
        assert ('name="gender"' in page, 'name="interests"' in page) == (asked, False), address
        assert 'name="job_title"' in page
    assert "interests" not in SignupForm().fields


def test_fields_of_orders_and_traits_are_in_the_report_with_the_exports_that_use_them(
    officer, django_capture_on_commit_callbacks
):
    ann = factories.customer(name="Ann", email="a@example.com", gender="female")
    for number in ("A-1", "A-2"):
        factories.order(ann, amount="10", external_id=number, channel="web")
    identify("U-1", shoeSize="38")
    found = count(officer)
    assert (found["order.channel"].have, found["event.traits"].have) == (1, 1)
    assert found["order.channel"].is_unused
    assert found["event.traits"].is_unused
    page = officer.get("/consent/minimisation/").content.decode()
    assert "Stop sending it where it comes from." in page
    minimising.note(["order.channel", "customer.gender"], by="export", day=timezone.now().date())
    found = count(officer)
    assert not found["order.channel"].is_unused
    assert not found["gender"].is_unused
    with django_capture_on_commit_callbacks(execute=True):
        officer.post("/consent/minimisation/event.traits/", {"decision": "stop"})
    identify("U-2", shoeSize="39", firstName="Ben")
    assert {b"" if sealed is None else b"x" for sealed in Event.objects.values_list("sealed", flat=True)} == {b"", b"x"}
    assert count(officer)["event.traits"].have == 1


def identify(user, **traits):
    buckets.ensure()
    source = Source.objects.filter(key="web").first() or factories.source("web")
    put(source, {"type": "identify", "userId": user, "timestamp": timezone.now().isoformat(), "traits": traits})
    draining.drain(now=timezone.now())


def _away(*_args):
    raise RedisError


def test_what_the_product_needs_cannot_be_stopped(officer):
    officer.post("/consent/minimisation/email/", {"decision": "stop"})
    officer.post("/consent/minimisation/nonsense/", {"decision": "stop"})
    assert not FieldDecision.objects.exists()


def test_a_decision_is_remembered(officer):
    factories.customer(name="Ann", email="a@example.com", education="bachelor")
    count(officer)
    officer.post("/consent/minimisation/education/", {"decision": "keep", "reason": "For a study"})
    count(officer)
    row = next(row for row in reading.report() if row["field"].key == "education")
    assert (row["is_proposed"], row["decision"].reason) == (False, "For a study")
