"""From the first suspicion to the evidence: who is affected, who is told, what is proved."""

import csv
import datetime as dt
import io
import json
import zipfile

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from cdp.core import actors, audit, jobs
from cdp.core.models import AuditEntry, Notice
from consent.models import Breach, BreachPerson, BreachStep
from consent.services.breaches import affected, drafting, escalating, evidence, recording, telling
from customers.models import ContactPoint
from customers.services import erasing
from tests import factories

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return actors.staff(factories.staff("privacy"))


@pytest.fixture
def breach(officer):
    return recording.record(
        title="List sent to the wrong shop", noticed_at=NOW, cause="sent", data=["names", "contacts"], story="",
        began_at=None, ended_at=None, is_certain=False, actor=officer, at=NOW,
    )  # fmt: skip


def kinds(breach):
    return list(BreachStep.objects.filter(breach_id=breach.id).order_by("id").values_list("kind", flat=True))


def look(breach, officer, via, **asked):
    affected.find(breach=breach.id, via=via, asked=asked, actor=officer, at=NOW)
    jobs.run_waiting()
    return set(BreachPerson.objects.filter(breach_id=breach.id).values_list("customer_id", flat=True))


def test_whom_somebody_was_shown_is_found_in_the_access_log(breach, officer):
    spy, other = actors.staff(factories.staff("clerk")), actors.staff(factories.staff("marketer"))
    people = [factories.customer(name=f"P{n}") for n in range(6)]
    for who, hours, shown in (
        (spy, -5, people[:2]),
        (spy, -1, people[1:3]),
        (spy, 5, people[3:4]),
        (other, -1, people[4:5]),
    ):
        audit.looked(actor=who, at=NOW + dt.timedelta(hours=hours), view="x", customers=[one.id for one in shown])
    period = {"since": (NOW - dt.timedelta(hours=6)).isoformat(), "until": NOW.isoformat()}
    assert look(breach, officer, "access", actor=str(spy.id), **period) == {one.id for one in people[:3]}
    assert look(breach, officer, "access", actor="", **period) == {one.id for one in people[:5] if one != people[3]}
    assert Breach.objects.get().people == 4
    assert kinds(breach) == ["recorded", "looking", "people_found", "looking", "people_found"]


def test_the_list_stays_as_it_was_found(breach, officer):
    first, second = factories.customer(name="Ann", email="a@example.com"), factories.customer(name="Ben")
    found = look(breach, officer, "source", key="shop")
    assert found == {first.id, second.id}
    late = factories.customer(name="Cat")
    erasing.erase(customer=second.id, actor=actors.SYSTEM, at=NOW)
    assert set(BreachPerson.objects.values_list("customer_id", flat=True)) == found
    assert late.id not in found


def test_everybody_on_the_list_is_told_once_in_their_language(breach, officer, settings):
    ann = factories.customer(name="Ann", email="ann@example.com", language="th")
    ben = factories.customer(name="Ben", email="ben@example.com")  # told no language: that of the country
    cat = factories.customer(name="Cat", phone="0812345678", language="ko")
    dan = factories.customer(name="Dan", email="dan@example.com", phone="0898765432", language="en")
    ContactPoint.objects.filter(customer_id=dan.id, kind="email").update(bounced_at=NOW)
    eve = factories.customer(name="Eve")
    look(breach, officer, "all")
    with pytest.raises(telling.UnableToTell):
        telling.begin(breach=breach.id, actor=officer, at=NOW)
    for draft in drafting.write(breach=breach.id, actor=officer, at=NOW):
        if draft.audience == "people":
            drafting.approve(draft=draft, actor=officer, at=NOW)
    for _ in range(2):
        telling.begin(breach=breach.id, actor=officer, at=NOW)
        jobs.run_waiting()
    notices = {row.customer_id: (row.channel, row.language) for row in Notice.objects.filter(kind=telling.KIND)}
    assert notices == {ann.id: ("email", "th"), ben.id: ("email", "th"), cat.id: ("sms", "ko"), dan.id: ("sms", "en")}
    assert BreachPerson.objects.get(customer_id=eve.id).untold == "no_address"
    assert Breach.objects.get().people_told_at is not None


def test_drafts_speak_every_law_that_concerns_customers_and_stay_as_approved(breach, officer):
    recording.note(breach=breach.id, text="Passwords were changed", actor=officer, at=NOW)
    drafts = drafting.write(breach=breach.id, actor=officer, at=NOW)
    assert {(one.audience, one.law, one.language) for one in drafts} == {
        ("authority", "gdpr", "en"), ("people", "gdpr", "en"), ("people", "gdpr", "th"), ("people", "gdpr", "ko"),
    }  # fmt: skip
    authority = next(one for one in drafts if one.audience == "authority")
    assert "Possible breach" in authority.subject
    assert "Passwords were changed" in authority.body
    drafting.change(draft=authority, subject="Ours", body="Text", actor=officer, at=NOW)
    drafting.approve(draft=authority, actor=officer, at=NOW)
    again = drafting.write(breach=breach.id, actor=officer, at=NOW)
    assert next(one for one in again if one.audience == "authority").subject == "Ours"


def test_officers_are_reminded_once_for_each_limit_until_the_authority_is_told(
    breach, officer, django_capture_on_commit_callbacks
):
    def wake(hours):
        with django_capture_on_commit_callbacks(execute=True):
            return escalating.remind(now=NOW + dt.timedelta(hours=hours))

    assert [wake(hours) for hours in (1, 24, 25, 48)] == [0, 1, 0, 1]
    assert len(mail.outbox) == 2
    assert "List sent" not in mail.outbox[0].body
    recording.tell_authority(breach=breach.id, reference="A-1", actor=officer, at=NOW + dt.timedelta(hours=50))
    assert wake(61) == 0


def test_the_evidence_holds_the_log_the_texts_and_ids_only(breach, officer):
    ann = factories.customer(name="Ann Planted", email="planted@example.com")
    look(breach, officer, "all")
    drafting.write(breach=breach.id, actor=officer, at=NOW)
    data = evidence.pack(breach=breach.id, actor=officer, at=NOW)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {"breach.json", "timeline.json", "people.csv", "SHA256SUMS"} <= set(archive.namelist())
        rows = list(csv.DictReader(io.StringIO(archive.read("people.csv").decode())))
        assert [row["customer"] for row in rows] == [str(ann.id)]
        assert [one["kind"] for one in json.loads(archive.read("timeline.json"))][-1] == "packed"
        assert all(b"lanted" not in archive.read(name) for name in archive.namelist())


def test_the_log_cannot_be_changed_and_every_step_is_audited(breach, officer):
    recording.assess(breach=breach.id, risk="high", reason="Addresses", actor=officer, at=NOW)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        BreachStep.objects.all().delete()
    assert AuditEntry.objects.filter(object_id=str(breach.id)).count() == 2


def test_a_breach_is_not_closed_before_its_risk_is_known(breach, officer):
    close = {"breach": breach.id, "reason": "Done", "actor": officer, "at": NOW}
    with pytest.raises(recording.UnableToRecord):
        recording.close(**close, was_none=False)
    recording.assess(breach=breach.id, risk="none", reason="Nobody saw it", actor=officer, at=NOW)
    recording.close(**close, was_none=False)
    with pytest.raises(recording.UnableToRecord):
        recording.note(breach=breach.id, text="more", actor=officer, at=NOW)


def test_what_was_noticed_in_the_future_is_refused(officer):
    with pytest.raises(recording.UnableToRecord):
        recording.record(
            title="x", noticed_at=NOW + dt.timedelta(hours=1), cause="sent", data=[], story="", began_at=None,
            ended_at=None, is_certain=True, actor=officer, at=NOW,
        )  # fmt: skip
