"""From the first suspicion to the evidence: who is affected, who is told, what is proved."""

import csv
import datetime as dt
import hashlib
import io
import json
import re
import zipfile

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cdp.core import actors, audit, ids, jobs, outbox, second_person
from cdp.core.models import AuditEntry, Job, Notice
from consent.models import Breach, BreachDraft, BreachPerson, BreachStep
from consent.selectors import breaches as reading
from consent.services.breaches import affected, drafting, escalating, evidence, recording, telling
from customers.models import ContactPoint
from customers.services import erasing
from tests import factories

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)
LATE = dt.timedelta(hours=73)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stands_in_germany(settings):
    settings.CDP_SHOP_COUNTRY = "DE"


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


def approve_letters(breach, officer):
    """The letters to the authorities, written and approved."""
    letters = [
        one for one in drafting.write(breach=breach.id, actor=officer, at=NOW) if one.row.audience == "authority"
    ]
    for one in letters:
        drafting.approve(draft=one.row, actor=officer, at=NOW)
    return letters


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
    settings.CDP_SHOP_COUNTRY = "TH"
    ann = factories.customer(name="Ann", email="ann@example.com", language="th")
    ben = factories.customer(name="Ben", email="ben@example.com")  # told no language: that of the country
    cat = factories.customer(name="Cat", phone="0812345678", language="ko")
    dan = factories.customer(name="Dan", email="dan@example.com", phone="0898765432", language="en")
    ContactPoint.objects.filter(customer_id=dan.id, kind="email").update(bounced_at=NOW)
    eve = factories.customer(name="Eve")
    look(breach, officer, "all")
    refused = {"breach": breach.id, "actor": officer, "at": NOW}
    with pytest.raises(telling.UnableToTell, match="Write the drafts"):
        telling.begin(**refused)
    letters = [one.row for one in drafting.write(breach=breach.id, actor=actors.SYSTEM, at=NOW)]
    people = [one for one in letters if one.audience == "people"]
    for draft in people[1:]:
        drafting.approve(draft=draft, actor=officer, at=NOW)
    with pytest.raises(telling.UnableToTell, match="English"):
        telling.begin(**refused)
    drafting.approve(draft=people[0], actor=officer, at=NOW)
    telling.begin(**refused)
    with pytest.raises(telling.UnableToTell, match="already"):
        telling.begin(**refused)
    jobs.run_waiting()
    with pytest.raises(telling.UnableToTell, match="Nobody"):
        telling.begin(**refused)
    with pytest.raises(drafting.UnableToApprove):
        drafting.change(draft=people[0], subject="Other", body="words", actor=officer, at=NOW)
    notices = {row.customer_id: (row.channel, row.language) for row in Notice.objects.filter(kind=telling.KIND)}
    assert notices == {ann.id: ("email", "th"), ben.id: ("email", "th"), cat.id: ("sms", "ko"), dan.id: ("sms", "en")}
    assert BreachPerson.objects.get(customer_id=eve.id).untold == "no_address"
    assert Breach.objects.get().people_told_at is not None


def test_whoever_may_approve_a_text_is_told_once_a_day_that_it_waits_and_nothing_of_what(
    breach, officer, settings, tmp_path
):
    settings.CDP_VAR, settings.EMAIL_URL = tmp_path, "file:"
    boss = factories.staff("owner")
    draft = drafting.write(breach=breach.id, actor=officer, at=NOW)[0].row
    drafting.change(draft=draft, subject="Ours", body="Text", actor=officer, at=NOW + dt.timedelta(hours=1))
    (notice,) = Notice.objects.all()
    assert notice.key.endswith(str(boss.id))
    outbox.send_due(now=NOW + dt.timedelta(hours=1))
    told = (tmp_path / "outbox" / f"{notice.id}.eml").read_text()
    assert f"/consent/breaches/{breach.id}/" in told
    assert ("wrong shop" in told, "Ours" in told) == (False, False)


def test_drafts_speak_every_law_that_concerns_customers_and_stay_as_approved(breach, officer):
    recording.note(breach=breach.id, text="Passwords were changed", actor=officer, at=NOW)
    drafts = [one.row for one in drafting.write(breach=breach.id, actor=officer, at=NOW)]
    assert {(one.audience, one.law, one.language) for one in drafts} == {
        ("authority", "gdpr", "en"), ("people", "gdpr", "en"), ("people", "gdpr", "th"), ("people", "gdpr", "ko"),
    }  # fmt: skip
    authority = next(one for one in reading.letters(breach) if one.row.audience == "authority")
    assert "Possible breach" in authority.subject
    assert "Passwords were changed" in authority.body
    drafting.change(draft=authority.row, subject="Ours", body="Text", actor=officer, at=NOW)
    drafting.approve(draft=authority.row, actor=officer, at=NOW)
    again = drafting.write(breach=breach.id, actor=officer, at=NOW)
    assert next(one for one in again if one.row.audience == "authority").subject == "Ours"


def test_words_of_staff_in_another_language_are_approved_only_knowingly_and_why_there_is_a_risk_stays_inside(
    breach, officer
):
    recording.note(breach=breach.id, text="เปลี่ยนรหัสผ่านแล้ว", actor=officer, at=NOW)
    recording.assess(breach=breach.id, risk="high", reason="Our own carelessness", actor=officer, at=NOW)
    letters = drafting.write(breach=breach.id, actor=officer, at=NOW)
    texts = {(one.row.audience, one.row.language): one for one in letters}
    assert "Our own carelessness" in texts["authority", "en"].body
    assert "Our own carelessness" not in texts["people", "en"].body
    foreign = {key: drafting.foreign(one.body, one.row.language) for key, one in texts.items()}
    own = ["- เปลี่ยนรหัสผ่านแล้ว"]
    assert foreign == {
        ("authority", "en"): own, ("people", "en"): own, ("people", "ko"): own, ("people", "th"): [],
    }  # fmt: skip
    drafting.approve(draft=texts["people", "th"].row, actor=officer, at=NOW)
    with pytest.raises(drafting.UnableToApprove, match="another language"):
        drafting.approve(draft=texts["people", "ko"].row, actor=officer, at=NOW)
    drafting.approve(draft=texts["people", "ko"].row, actor=officer, at=NOW, may_mix=True)


def test_who_wrote_a_text_approves_it_only_where_nobody_else_could(breach, officer):
    draft = drafting.write(breach=breach.id, actor=officer, at=NOW)[0].row
    drafting.approve(draft=draft, actor=officer, at=NOW)  # alone
    assert BreachStep.objects.get(kind="draft_approved").details["alone"] is True
    other = actors.staff(factories.staff("owner"))
    drafting.change(draft=draft, subject="Ours", body="Text", actor=officer, at=NOW)
    with pytest.raises(drafting.UnableToApprove):
        drafting.approve(draft=draft, actor=officer, at=NOW)
    drafting.approve(draft=draft, actor=other, at=NOW)
    assert BreachDraft.objects.get(id=draft.id).approved_by == other.id


def test_a_list_an_import_and_a_file_that_left_tell_who_is_affected(breach, officer):
    ann = factories.customer(name="Ann", email="ann@example.com")
    ben = factories.customer(name="Ben", external_id="B-7")
    cat = factories.customer(name="Cat")
    told = affected.take_list(
        breach=breach.id, text=f"ANN@example.com\nB-7\n{cat.id}\nnobody@example.com\n", actor=officer, at=NOW
    )
    assert told == (3, 1)
    assert set(BreachPerson.objects.values_list("customer_id", "via")) == {(one.id, "list") for one in (ann, ben, cat)}
    assert "example.com" not in str(list(BreachStep.objects.values_list("details", flat=True)))
    with pytest.raises(recording.UnableToRecord):
        affected.take_list(breach=breach.id, text=" \n", actor=officer, at=NOW)

    dan, eve = factories.customer(name="Dan"), factories.customer(name="Eve")
    for people in ([dan.id], [ann.id]):
        audit.looked(actor=officer, at=NOW, view="export", customers=people)
    audit.record(audit.Action.EXPORT_WRITTEN, actor=officer, at=NOW, details={"people": 2})
    audit.looked(actor=officer, at=NOW, view="customers:customer-detail", customers=[eve.id])
    (file,) = reading.exports()
    assert look(breach, officer, "export", entry=str(file.id)) == {ann.id, ben.id, cat.id, dan.id}

    work = Job.objects.create(kind="import", state="done", params={}, result={"begun_at": "2026-10-01T00:00:00+00:00"})
    order = factories.order(eve, placed_at=NOW, amount=5)
    type(order).objects.filter(id=order.id).update(import_id=work.id)
    assert eve.id in look(breach, officer, "import", job=str(work.id))
    assert BreachStep.objects.filter(kind="people_found").last().details["partly"] is True


def test_a_file_made_on_the_pages_names_whoever_was_in_what_was_fetched(breach, officer):
    ann, ben = factories.customer(name="Ann"), factories.customer(name="Ben")
    files = [str(ids.uuid7()) for _ in range(2)]
    for export, person in zip(files, (ann, ben), strict=True):
        audit.record(audit.Action.EXPORT_WRITTEN, actor=officer, at=NOW, subject=export, details={"people": 1})
        audit.looked(actor=officer, at=NOW, view="web:export-file", customers=[person.id], reason=export)
    entry = AuditEntry.objects.get(object_id=files[0])
    assert look(breach, officer, "export", entry=str(entry.id)) == {ann.id}


def test_officers_are_reminded_once_for_each_limit_until_the_authority_is_told(
    breach, officer, settings, django_capture_on_commit_callbacks
):
    settings.CDP_SHOP_COUNTRY = "KR"  # the officer's account names no language

    def wake(hours):
        with django_capture_on_commit_callbacks(execute=True):
            return escalating.remind(now=NOW + dt.timedelta(hours=hours))

    assert [wake(hours) for hours in (1, 24, 25, 48)] == [0, 1, 0, 1]
    assert len(mail.outbox) == 2
    assert "List sent" not in mail.outbox[0].body
    assert re.search("[가-힣]", mail.outbox[0].subject)
    letters = approve_letters(breach, officer)
    told = NOW + dt.timedelta(hours=50)
    for one in letters:
        recording.tell_authority(
            breach=breach.id, law=one.row.law, reference="A-1", told_at=told, actor=officer, at=told
        )
    # Korean law wants customers told of what is only possible, when no authority has to be.
    row, at = Breach.objects.get(), NOW + dt.timedelta(hours=61)
    (shown,) = reading.latest(now=at)
    assert (shown["tell"]["waiting"], shown["tell"]["customers"]) == (1, True)
    assert reading.latest(now=NOW + LATE)[0]["tell"]["late"] == 1
    assert wake(61) == 1
    assert re.search("고객", mail.outbox[-1].subject)
    Breach.objects.filter(id=row.id).update(people_told_at=at, escalated=0)
    assert wake(62) == 0
    assert not reading.latest(now=NOW + LATE)[0]["tell"]["waiting"]


def test_each_law_of_the_people_has_its_own_clock_letter_and_report(
    breach, officer, django_capture_on_commit_callbacks
):
    for name, country in (("Ann", "TH"), ("Ben", "KR"), ("Cat", "DE")):
        person = factories.customer(name=name)
        type(person).objects.filter(id=person.id).update(country=country)
    look(breach, officer, "all")
    breach = Breach.objects.get()
    assert breach.laws == {"gdpr": 3, "pdpa_th": 1, "pipa_kr": 1}
    recording.confirm(breach=breach.id, actor=officer, at=NOW)
    recording.assess(breach=breach.id, risk="risk", reason="Lists", actor=officer, at=NOW)
    standing = lambda hours: {  # noqa: E731
        one.duty.law: str(one.standing)
        for one in reading.authorities(Breach.objects.get(), now=NOW + dt.timedelta(hours=hours))
    }
    assert standing(1) == {"gdpr": "waits", "pdpa_th": "waits", "pipa_kr": "not_needed"}  # one person in Korea
    told = {"breach": breach.id, "reference": "TH-9", "told_at": NOW, "actor": officer, "at": NOW}
    with pytest.raises(recording.UnableToRecord, match="approved first"):
        recording.tell_authority(**told, law="pdpa_th")
    letters = approve_letters(breach, officer)
    assert {one.row.law for one in letters} == {"gdpr", "pdpa_th", "pipa_kr"}
    for wrong in ({"law": "nowhere"}, {"law": "gdpr", "reference": " "}, {"law": "gdpr", "told_at": NOW - LATE}):
        with pytest.raises(recording.UnableToRecord):
            recording.tell_authority(**{**told, **wrong})
    recording.tell_authority(**told, law="pdpa_th")
    with pytest.raises(recording.UnableToRecord, match="already"):
        recording.tell_authority(**told, law="pdpa_th")
    thai = next(one.row for one in letters if one.row.law == "pdpa_th")
    with pytest.raises(drafting.UnableToApprove):
        drafting.change(draft=thai, subject="Other", body="words", actor=officer, at=NOW)
    assert standing(73) == {"gdpr": "late", "pdpa_th": "told", "pipa_kr": "not_needed"}
    with django_capture_on_commit_callbacks(execute=True):
        assert escalating.remind(now=NOW + LATE) == 1
    assert "GDPR" in mail.outbox[-1].body
    assert "PDPA" not in mail.outbox[-1].body
    close = {"breach": breach.id, "reason": "Done", "was_none": False, "actor": officer, "at": NOW + LATE}
    with pytest.raises(recording.UnableToRecord, match="GDPR"):
        recording.close(**close)
    late = {**told, "law": "gdpr", "reference": "DE-1", "told_at": NOW + LATE, "at": NOW + LATE}
    recording.tell_authority(**late)
    steps = BreachStep.objects.filter(kind="authority_told").order_by("id")
    assert [(one.details["law"], one.details["late"]) for one in steps] == [("pdpa_th", False), ("gdpr", True)]
    with pytest.raises(recording.UnableToRecord, match=r"people.*: PIPA"):
        recording.close(**close)  # Korean law asks for word to everybody concerned, whatever the risk
    BreachPerson.objects.update(untold="no_address")
    recording.close(**close)
    report = "\n".join(evidence.report_of(Breach.objects.get()))
    assert all(one in report for one in ("TH-9", "DE-1", "not needed"))


def test_a_breach_stays_open_while_nobody_knows_whether_an_authority_has_to_be_told(officer, settings):
    settings.CDP_JURISDICTION, settings.CDP_SHOP_COUNTRY = "pipa_kr", "KR"
    row = recording.record(
        title="Something", noticed_at=NOW, cause="unknown", data=[], story="", began_at=None, ended_at=None,
        is_certain=True, actor=officer, at=NOW,
    )  # fmt: skip
    recording.assess(breach=row.id, risk="risk", reason="Open", actor=officer, at=NOW)
    close = {"breach": row.id, "reason": "Done", "was_none": False, "actor": officer, "at": NOW}
    with pytest.raises(recording.UnableToRecord, match="not known yet"):
        recording.close(**close)  # nobody is on the list
    factories.customer(name="Soo")
    look(row, officer, "all")
    for waits_for, known in (("cause", {"cause": "lost", "data": []}), ("data", {"cause": "lost", "data": ["names"]})):
        (authority,) = reading.authorities(Breach.objects.get(), now=NOW)
        assert (authority.is_waiting, authority.duty.waits_for) == (True, waits_for)
        with pytest.raises(recording.UnableToRecord, match="not known yet"):
            recording.close(**close)
        recording.learn(breach=row.id, **known, actor=officer, at=NOW)
    recording.learn(breach=row.id, **known, actor=officer, at=NOW)  # again: nothing new
    BreachPerson.objects.update(untold="no_address")
    recording.close(**close)
    learned = BreachStep.objects.filter(kind="learned").order_by("id").values_list("details", flat=True)
    assert [one["after"]["data"] for one in learned] == [[], ["names"]]
    assert learned[0]["before"] == {"cause": "unknown", "data": []}


def test_the_law_of_the_country_the_shop_stands_in_is_its_own(breach, officer, settings):
    settings.CDP_SHOP_COUNTRY, settings.CDP_JURISDICTION = "TH", "gdpr"  # gdpr: for whoever tells no country
    for name, country in (("Ann", "TH"), ("Soo", "KR")):
        factories.customer(name=name, country=country)
    look(breach, officer, "all")
    breach = Breach.objects.get()
    assert breach.laws == {"pdpa_th": 2, "pipa_kr": 1}
    assert [one.duty.law for one in reading.authorities(breach, now=NOW)] == ["pdpa_th", "pipa_kr"]
    factories.customer(name="Nobody knows where")
    look(breach, officer, "all")
    assert Breach.objects.get().laws == {"pdpa_th": 3, "pipa_kr": 1, "gdpr": 1}


def test_a_step_of_before_that_names_no_law_told_the_authority_of_each(breach, officer):
    recording.step(breach, "authority_told", actor=officer, at=NOW, text="A-1", details={"late": False})
    (found,) = reading.authorities(breach, now=NOW + LATE)
    assert (found.standing, found.told.reference, found.told.at) == ("told", "A-1", NOW)
    with pytest.raises(recording.UnableToRecord, match="already"):
        recording.tell_authority(breach=breach.id, law="gdpr", reference="A-2", told_at=NOW, actor=officer, at=NOW)


def test_the_evidence_holds_the_log_the_texts_and_ids_only_and_goes_after_a_day(breach, officer, settings, tmp_path):
    ann = factories.customer(name="Ann Planted", email="planted@example.com")
    look(breach, officer, "all")
    drafting.write(breach=breach.id, actor=officer, at=NOW)
    recording.note(breach=breach.id, text="Told the host", actor=officer, at=NOW)
    settings.CDP_VAR = tmp_path
    job = evidence.begin(breach=breach.id, language="ko", actor=officer, at=NOW)
    jobs.run_waiting()
    now = timezone.now()
    (stored,) = (tmp_path / "uploads").iterdir()
    assert b"Told the host" not in stored.read_bytes()
    fetch = {"breach": breach.id, "job": job.id, "actor": officer}
    with zipfile.ZipFile(evidence.fetch(**fetch, at=now)) as archive:
        assert {"breach.json", "timeline.json", "people.csv", "report.txt", "SHA256SUMS"} <= set(archive.namelist())
        rows = list(csv.DictReader(io.StringIO(archive.read("people.csv").decode())))
        assert [row["customer"] for row in rows] == [str(ann.id)]
        timeline = json.loads(archive.read("timeline.json"))
        assert (timeline[-1]["kind"], timeline[-2]["text"]) == ("packed", "Told the host")
        assert all(b"lanted" not in archive.read(name) for name in archive.namelist())
        sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
        assert sums["report.txt"] == hashlib.sha256(archive.read("report.txt")).hexdigest()
    with pytest.raises(evidence.UnableToFetch):
        evidence.fetch(**fetch, at=now + evidence.LASTS)
    assert evidence.forget_old(now=now + dt.timedelta(days=2)) == 1
    assert not stored.exists()


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


def test_a_breach_with_a_high_risk_is_closed_when_everybody_was_told(breach, officer):
    factories.customer(name="Ann", email="ann@example.com")
    look(breach, officer, "all")
    recording.assess(breach=breach.id, risk="high", reason="Numbers", actor=officer, at=NOW)
    close = {"breach": breach.id, "reason": "Done", "was_none": False, "actor": officer, "at": NOW}
    with pytest.raises(recording.UnableToRecord, match="authority"):
        recording.close(**close)
    approve_letters(breach, officer)
    recording.tell_authority(breach=breach.id, law="gdpr", reference="A-1", told_at=NOW, actor=officer, at=NOW)
    with pytest.raises(recording.UnableToRecord, match="people"):
        recording.close(**close)
    BreachPerson.objects.update(untold="no_address")
    recording.close(**close)
    assert any("A-1" in one.text for one in reading.log(breach))


def test_nothing_that_staff_write_stands_in_clear(breach, officer):
    recording.note(breach=breach.id, text="Qzxplanted", actor=officer, at=NOW)
    recording.assess(breach=breach.id, risk="risk", reason="Qzxplanted", actor=officer, at=NOW)
    drafting.write(breach=breach.id, actor=officer, at=NOW)
    with connection.cursor() as cursor:
        for table in ("consent_breach", "consent_breachstep", "consent_breachdraft"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows = str(cursor.fetchall())
            for text in ("Qzxplanted", "List sent"):
                assert text not in rows
                assert text.encode().hex() not in rows
    assert reading.words(Breach.objects.get()).title == "List sent to the wrong shop"


def test_what_was_noticed_in_the_future_is_refused(officer):
    with pytest.raises(recording.UnableToRecord):
        recording.record(
            title="x", noticed_at=NOW + dt.timedelta(hours=1), cause="sent", data=[], story="", began_at=None,
            ended_at=None, is_certain=True, actor=officer, at=NOW,
        )  # fmt: skip


def test_ten_breaches_cost_the_statements_of_one(officer, django_assert_max_num_queries):
    """Without anybody on their lists each asks which laws concern customers, which may be a walk over all of them."""
    for _number in range(10):
        recording.record(
            title="A bag", noticed_at=NOW, cause="", data=["names"], story="", began_at=None, ended_at=None,
            is_certain=False, actor=officer, at=NOW,
        )  # fmt: skip
    with django_assert_max_num_queries(12):
        assert len(reading.latest(now=NOW)) == 10


def test_drafts_written_anew_wait_for_a_second_person_only_if_they_say_something_new(breach, officer):
    factories.staff("owner")

    def waits(day):
        drafting.write(breach=breach.id, actor=officer, at=NOW + dt.timedelta(days=day))
        return Notice.objects.filter(kind=second_person.KIND).count()

    assert [waits(0), waits(1)] == [1, 1]
    assert {one.row.changed_at for one in reading.letters(breach)} == {NOW}
    recording.assess(breach=breach.id, risk="high", reason="Not encrypted", actor=officer, at=NOW)
    assert waits(2) == 2
