"""P4: access, portability, rectification, erasure, restriction, objection and withdrawal, from the public page to the
answer, and the same by staff; with the clock of the law of whoever asks.
"""

import csv
import datetime as dt
import io
import json
import tracemalloc
import zipfile
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from cdp.core import actors, ids, jobs
from cdp.core.crypto import signing
from cdp.core.leaving import Outcome
from commerce.models import Order
from consent.models import ConsentState, PrivacyAttempt, PrivacyRequest
from consent.selectors import restrictions
from consent.services import evidence, gate, grants, holding
from consent.services.requests import certificates, clocks, copies, intake
from customers.models import Customer, Status
from customers.selectors import profiles
from customers.services import notes
from tests import factories, papers, requesting

pytestmark = pytest.mark.django_db(transaction=True)
State = PrivacyRequest.State


@pytest.fixture
def ann():
    return factories.customer(
        name="Ann Suksai", email="ann@example.com", phone="+66812345678", country="TH", city="Chiang Mai"
    )


@pytest.fixture
def officer(client):
    client.force_login(factories.staff("privacy"))
    return client


def test_a_copy_holds_everything_that_is_hers_and_nobody_else(ann):
    staff = factories.staff("clerk")
    staff.name = "Somchai Jaidee"
    staff.save()
    factories.customer(name="Bob Other", email="bob@example.com")
    factories.order(ann, amount="499.50")
    notes.add(
        customer=ann.id,
        kind="note",
        text="Somchai Jaidee called her; write to bob@example.com or 089 999 8888, hers is ann@example.com",
        actor=actors.staff(staff),
        at=timezone.now(),
    )
    with transaction.atomic():
        given = [evidence.Given("form.pdf", papers.PDF)]
        scan = evidence.keep(customer=ann.id, files=given, actor=actors.SYSTEM, at=timezone.now())
        grants.record(
            customer=ann.id, purpose="marketing", channel="email", granted=True, at=timezone.now(), source="staff",
            method="paper", actor=actors.SYSTEM, files=scan,
        )  # fmt: skip
    browser = Client()
    request = requesting.ask(browser, "access", "Ann@Example.com ")
    assert (request.pack, request.customer_id, request.identity_method) == ("pdpa_th", ann.id, "code")
    archive = requesting.copy(browser, request)
    assert json.loads(archive.read("json/customers_customer.json"))[0]["name"] == "Ann Suksai"
    contacts = json.loads(archive.read("json/customers_contactpoint.json"))
    assert {one["value"] for one in contacts} == {"ann@example.com", "+66812345678"}
    (order,) = csv.DictReader(io.StringIO(archive.read("csv/commerce_order.csv").decode("utf-8-sig")))
    assert Decimal(order["amount"]) == Decimal("499.50")
    (note,) = json.loads(archive.read("json/customers_note.json"))
    assert "ann@example.com" in note["text"]
    assert archive.read(f"files/{scan[0].id}.pdf") == papers.PDF
    page = archive.read("index.html").decode()
    for other in ("Somchai", "bob@example.com", "999 8888", "Bob Other"):
        assert other not in page
        assert other not in note["text"]
    about = {one["key"]: one for one in json.loads(archive.read("about.json"))}
    uses = {line["what"] for key, one in about.items() if key.startswith("use_") for line in one["lines"]}
    assert {"What for", "Which data", "Who receives it", "How long", "To other countries", "Basis in law"} <= uses
    assert about["origin"]["lines"]
    assert ("Complaints go to", "สำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคล (PDPC)") in {
        (line["what"], line["is"]) for line in about["rights"]["lines"]
    }
    assert "How your data are used" in page
    receipt = json.loads(archive.read("receipt.json"))
    assert signing.is_signed(receipt["receipt"], receipt["signature"])
    (asked,) = json.loads(archive.read("json/requests.json"))
    assert asked["number"] == request.reference
    named = {file["json"] for file in json.loads(archive.read("schema.json"))["files"]}
    assert named == {name for name in archive.namelist() if name.startswith("json/")}


@pytest.mark.long
def test_a_copy_of_ten_thousand_orders_needs_no_more_memory_than_one_of_a_hundred(ann):
    request = intake.begin(
        intake.Ask(customer=ann.id, right="access", door="counter", language="en", identity="id_card"),
        actor=actors.SYSTEM,
        at=timezone.now(),
    ).request
    peaks = []
    for count in (100, 10_000):
        first = factories.order(ann, amount="10")
        Order.objects.bulk_create(_again(first, number) for number in range(count - 1))
        upload = ids.uuid7()
        tracemalloc.start()
        _size, counts = copies.write(request, upload, at=timezone.now())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert counts["commerce_order"] == 10_100
    assert peaks[1] < peaks[0] + 8 * 1024 * 1024, peaks


def _again(order, number):
    fields = {field.attname: getattr(order, field.attname) for field in order._meta.concrete_fields}
    return Order(**{**fields, "id": ids.uuid7(), "external_id": f"o-{number}-{order.id}"})


def test_what_she_takes_along_is_what_she_told_and_did(ann):
    factories.order(ann)
    notes.add(customer=ann.id, kind="note", text="likes tea", actor=actors.SYSTEM, at=timezone.now())
    browser = Client()
    request = requesting.ask(browser, "portability", "081 234 5678")
    names = requesting.copy(browser, request).namelist()
    assert "json/commerce_order.json" in names
    assert not [name for name in names if "note" in name or "analytics" in name or "who_looked" in name]


def test_corrections_are_decided_field_by_field(ann, officer):
    request = requesting.ask(Client(), "rectification", "ann@example.com", new_name="Ann Jaidee", new_city="Lamphun")
    name, city = request.changes.order_by("id")
    act = f"/consent/requests/{request.id}/do/"
    assert officer.post(act, {"act": "accept-change", "change": name.id}).status_code == 302
    refused = officer.post(act, {"act": "refuse-change", "change": city.id, "reason": ""})
    assert refused.status_code == 422, "a refusal says why"
    officer.post(act, {"act": "refuse-change", "change": city.id, "reason": "The letter came back."})
    request.refresh_from_db()
    assert (request.state, request.outcome) == (State.ANSWERED, {"accepted": 1, "refused": 1})
    profile = profiles.one(ann.id)
    assert (profile.name, profile.customer.city) == ("Ann Jaidee", "Chiang Mai")
    told = Client().get(requesting.page(request)).content.decode()
    assert "The letter came back." in told
    assert "Ann Jaidee" not in told, "the link alone tells nothing of the person"


def test_an_objection_a_restriction_and_a_withdrawal_hold_at_once(ann):
    factories.consent(ann, purpose="marketing", channel="email")
    factories.consent(ann, purpose="measurement", channel="any")
    requesting.ask(Client(), "objection", "ann@example.com")
    assert not ConsentState.objects.filter(customer_id=ann.id, purpose="marketing", is_granted=True).exists()
    requesting.ask(Client(), "withdrawal", "ann@example.com")
    assert not ConsentState.objects.filter(customer_id=ann.id, is_granted=True).exists()
    requesting.ask(Client(), "restriction", "ann@example.com")
    assert restrictions.restricted([ann.id], at=timezone.now()) == {ann.id}
    later = timezone.now()
    assert gate.decide(customer=ann.id, purpose="marketing", channel="email", at=later).outcome is Outcome.DENIED
    assert gate.decide(customer=ann.id, purpose="service", channel="email", at=later).outcome is Outcome.ALLOWED
    assert set(PrivacyRequest.objects.values_list("state", flat=True)) == {State.ANSWERED}


def test_an_erasure_waits_for_the_officer_and_the_hold_and_ends_with_a_certificate(ann, officer):
    factories.order(ann)
    now = timezone.now()
    hold = holding.place(customer=ann.id, ground=holding.Ground.CLAIM, why="case 12", actor=actors.SYSTEM, at=now)
    request = requesting.ask(Client(), "erasure", "ann@example.com")
    assert request.state == State.OPEN
    act = f"/consent/requests/{request.id}/do/"
    officer.post(act, {"act": "run"})
    request.refresh_from_db()
    assert (request.state, request.blocked) == (State.OPEN, "held")
    holding.lift(customer=ann.id, hold=hold.id, actor=actors.SYSTEM, at=timezone.now())
    officer.post(act, {"act": "run"})
    request.refresh_from_db()
    assert request.state == State.ANSWERED
    assert Customer.objects.get(id=ann.id).status == Status.ERASED
    page = Client().get(requesting.page(request))
    assert page.status_code == 200
    certificate = Client().get(requesting.page(request) + "certificate/").json()
    assert certificates.is_ours(certificate)
    assert not certificates.is_ours({**certificate, "erased_at": "2020-01-01"})
    assert certificate["removed"]["customers.ContactPoint"] == 2
    assert certificate["kept"]["commerce.Order"] == {"rows": 1, "why": "books"}
    for planted in ("Ann", "Suksai", "ann@example.com", "812345678"):
        assert planted not in json.dumps(certificate) + page.content.decode()


def test_corrections_are_read_like_everywhere_kept_as_typed_and_written_together_with_where_they_came_from(
    ann, officer
):
    browser = Client()
    typed = {"right": "rectification", "contact": "ann@example.com", "new_birth_date": "31/02/1990"}
    wrong = browser.post("/my-data/?lang=th", {**typed, "new_country": "Atlantis", "new_email": "ann@", "lang": "th"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    for kept in ("31/02/1990", "Atlantis", "ann@"):
        assert f'value="{kept}"' in page, "what was typed stays"
    assert page.count("field-error") >= 3
    right = {"new_birth_date": "24 มีนาคม 2533", "new_country": "เกาหลีใต้", "new_email": "ann@new.example"}
    request = requesting.ask(browser, "rectification", "ann@example.com", **right)
    desk = officer.get(f"/consent/requests/{request.id}/").content.decode()
    assert "a•••@example.com" in desk
    assert ">ann@example.com<" not in desk
    assert "ann@new.example" in desk
    assert officer.post(f"/consent/requests/{request.id}/do/", {"act": "accept-all"}).status_code == 302
    request.refresh_from_db()
    assert request.outcome == {"accepted": 3, "refused": 0}
    profile = profiles.one(ann.id)
    assert (profile.email, str(profile.customer.birth_date), profile.customer.country) == (
        "ann@new.example", "1990-03-24", "KR",
    )  # fmt: skip
    assert request.reference in officer.get(f"/customers/{ann.id}/").content.decode(), "told by this request"


def test_the_page_of_a_request_tells_every_end_in_the_readers_language(ann, officer):
    request = requesting.ask(Client(), "erasure", "ann@example.com")
    page = requesting.page(request)
    ends = []
    act = f"/consent/requests/{request.id}/do/"
    assert officer.post(act, {"act": "refuse", "ground": "", "reason": "x"}).status_code == 422, "no ground is chosen"
    officer.post(act, {"act": "refuse", "ground": "law_requires", "reason": "Invoices stay."})
    for language in ("en", "th", "ko"):
        shown = Client().get(f"{page}?lang={language}")
        with translation.override(language):
            assert f"<h1>{gettext('We cannot do this')}</h1>" in shown.content.decode()
            assert gettext("We refused it") in shown.content.decode()
        ends.append(shown.content)
    assert len(set(ends)) == 3
    desk = officer.get("/consent/requests/?state=closed").content.decode()
    assert "Closed" in desk
    assert "Clock stands still" not in desk
    later = timezone.now() + dt.timedelta(days=91)
    PrivacyRequest.objects.update(closed_at=later - dt.timedelta(days=182))
    gone = [Client().get(path).status_code for path in (page, "/my-data/r/forged/", "/my-data/code/forged/")]
    assert gone == [410, 404, 404]
    assert PrivacyAttempt.objects.count() == 3, "each is recorded"


def test_staff_take_a_request_at_the_counter_with_a_receipt(ann):
    clerk = Client()
    clerk.force_login(factories.staff("clerk"))
    path = f"/consent/requests/new/{ann.id}/"
    assert clerk.get(path).status_code == 200
    told = {"right": "erasure", "door": "counter", "identity": "id_card", "asker": "person", "language": "th"}
    taken = clerk.post(path, told)
    assert taken.status_code == 302, taken.content.decode()
    request = PrivacyRequest.objects.get()
    receipt = clerk.get(taken.headers["Location"]).content.decode()
    assert request.reference in receipt
    assert "/my-data/r/" in receipt
    assert requesting.notices("request-received")[0]["reference"] == request.reference
    assert clerk.get(f"/consent/requests/{request.id}/").status_code == 403, "the desk is the officer's"
    agent = clerk.post(path, {**told, "right": "access", "asker": "agent"})
    assert agent.status_code == 422, "an agent shows by what they may"


def test_the_law_of_the_person_sets_the_clock_and_staff_are_told_in_time(officer):
    soo = factories.customer(name="Soo", email="soo@example.com", country="KR")
    now = timezone.now()
    request = requesting.ask(Client(), "erasure", "soo@example.com")
    assert request.pack == "pipa_kr"
    assert dt.timedelta(days=10) < request.due_at - now < dt.timedelta(days=17)
    half = request.received_at + (request.due_at - request.received_at) / 2 + dt.timedelta(seconds=1)
    assert [clocks.watch(now=moment) for moment in (now, half, half, request.due_at)] == [0, 1, 0, 1]
    assert [one["step"] for one in requesting.notices("request-reminder")] == [50, 100]
    listed = officer.get("/consent/requests/").content.decode()
    assert request.reference in listed
    act = f"/consent/requests/{request.id}/do/"
    assert officer.post(act, {"act": "extend", "reason": "much"}).status_code == 422, "not for an erasure in Korea"
    refused = officer.post(act, {"act": "refuse", "ground": "law_requires", "reason": "Invoices stay five years."})
    assert refused.status_code == 302
    page = Client().get(requesting.page(request) + "?lang=en").content.decode()
    assert "Invoices stay five years." in page
    assert "PIPC" in page, "and where to complain"
    assert soo.id == request.customer_id


def test_advertising_ends_also_where_the_rest_of_an_objection_is_refused(officer):
    uwe = factories.customer(name="Uwe", email="uwe@example.com", country="DE")
    taken = intake.begin(
        intake.Ask(customer=uwe.id, right="objection", door="counter", language="en"),
        actor=actors.SYSTEM,
        at=timezone.now(),
    )
    act = f"/consent/requests/{taken.request.id}/do/"
    assert officer.post(act, {"act": "refuse", "ground": "overriding", "reason": "Fraud checks."}).status_code == 302
    for channel in ("post", "email"):
        decision = gate.decide(customer=uwe.id, purpose="marketing", channel=channel, at=timezone.now())
        assert decision.outcome is Outcome.DENIED


def test_a_copy_for_somebody_without_an_address_is_handed_over_by_the_officer(officer):
    kim = factories.customer(name="Kim", external_id="k-1")
    taken = intake.begin(
        intake.Ask(customer=kim.id, right="access", door="counter", language="ko", identity="id_card"),
        actor=actors.SYSTEM,
        at=timezone.now(),
    )
    jobs.run_waiting()
    path = f"/consent/requests/{taken.request.id}/copy/"
    assert officer.post(path).status_code == 422, "not without saying why"
    handed = officer.post(path, {"reason": "In person, by her card"})
    assert handed.headers["Content-Type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(b"".join(handed.streaming_content))).namelist()
    assert "json/customers_customer.json" in names
    step = taken.request.steps.get(kind="fetched")
    assert step.actor_kind == "staff"
    page = officer.get(f"/consent/requests/{taken.request.id}/").content.decode()
    assert "In person, by her card" in page


def test_a_copy_that_its_owner_can_fetch_is_handed_to_nobody_else(ann, officer):
    request = requesting.ask(Client(), "access", "ann@example.com")
    jobs.run_waiting()
    refused = officer.post(f"/consent/requests/{request.id}/copy/", {"reason": "I would like to look"})
    assert refused.status_code == 409
    assert "Content-Disposition" not in refused.headers
    assert not request.steps.filter(kind="fetched").exists()
