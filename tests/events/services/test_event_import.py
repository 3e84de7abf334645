"""Events of a file: each row once, whatever happens on the way, and gone again when the import is taken back."""

import datetime as dt

import pytest
from django.utils import timezone

from cdp.core import actors, jobs
from cdp.core.imports import running, undoing
from cdp.core.models import Job
from customers.models import Customer, SuppressedIdentifier
from customers.services import erasing, merging
from events.models import Event, MessageKey
from events.services import event_import, retention, upkeep
from tests import factories
from tests.importing import Importer

HEADER = "event,timestamp,email\n"
EQUAL = "Product Viewed,2026-03-01 10:00,ann@example.com\n"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def undo(job: Job) -> dict[str, int]:
    job = Job.objects.get(id=job.id)
    foreseen, _ = undoing.foresee(job, at=timezone.now(), most=99)
    begun = undoing.begin(job, actor=actors.SYSTEM, at=timezone.now())
    done = running.finish(begun, lambda _done, _total: None)
    assert done.state == "done"
    assert {word: n for word, n in done.result["counts"].items() if n} == {w: n for w, n in foreseen.items() if n}
    return done.result["counts"]


def test_equal_rows_are_all_kept_when_the_import_is_killed_between_them(imports, monkeypatch):
    imports.chunk("events", 3)
    content = HEADER + (EQUAL * 2 + EQUAL.replace("ann", "bob")) * 3
    imports("events", content, source="whole")
    real, calls = event_import.Handler.write, []

    def write(self, parsed):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(self, parsed)

    monkeypatch.setattr(event_import.Handler, "write", write)
    path = imports.file(content)
    job = imports.begin("events", path, source="cut")
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id, claim_from=Job.State.DRAFT)
    report = imports("events", path, source="cut")
    assert (imports.job.id, report["created"], report["updated"]) == (job.id, 9, 0)

    def told(source: str) -> list[tuple]:
        return sorted(Event.objects.filter(source=source).values_list("customer_id", "message_id", "occurred_at"))

    assert told("cut") == told("whole")
    assert len(told("cut")) == 9
    assert imports("events", imports.file(content), source="cut")["created"] == 0


@pytest.mark.parametrize("from_an_older_version", [False, True])
def test_a_file_that_is_imported_again_months_later_adds_nothing(imports, time_machine, from_an_older_version):
    content = HEADER + EQUAL * 2 + EQUAL.replace("ann", "bob")
    imports("events", content)
    if from_an_older_version:  # it forgot them after thirty days, unless their file came again before that
        MessageKey.objects.update(seen_on=timezone.now().date())
        imports("events", content + "\n")
    time_machine.move_to(timezone.now() + dt.timedelta(days=60))
    upkeep.tidy(now=timezone.now())
    again = imports("events", content + "\n\n")
    assert (again["accepted"], again["created"], again["updated"]) == (3, 0, 3)
    assert Event.objects.filter(source="shop").count() == 3
    assert undo(imports.job) == {}, "what an import did not bring it does not take back"


def test_events_from_before_our_time_are_taken_back_as_well(imports):
    imports("events", HEADER + EQUAL + EQUAL.replace("2026", "1995"))
    assert Event.objects.filter(source="shop").count() == 2
    assert undo(imports.job)["events_removed"] == 2
    assert not Event.objects.filter(source="shop").exists()
    assert not MessageKey.objects.exists()


@pytest.mark.parametrize("is_told_of_survivor", [False, True])
def test_events_of_two_who_were_one_in_between_are_taken_back_once_they_are_parted(imports, is_told_of_survivor):
    ann, bob, cat = (factories.customer(email=f"{name}@example.com") for name in ("ann", "bob", "cat"))

    def merge(survivor, absorbed):
        return merging.merge(
            survivor=survivor.id, absorbed=absorbed.id, reason="t", actor=actors.SYSTEM, at=timezone.now()
        ).id

    content = HEADER + EQUAL
    if not is_told_of_survivor:
        imports("events", content)
    logs = [merge(bob, ann), merge(cat, bob)]
    if is_told_of_survivor:
        imports("events", content)
    job = imports.job
    for log in reversed(logs):
        merging.unmerge(merge_log=log, actor=actors.SYSTEM, at=timezone.now())
    assert Event.objects.get(source="shop").customer_id == ann.id
    assert undo(job)["events_removed"] == 1
    assert not Event.objects.filter(source="shop").exists()
    assert not MessageKey.objects.exists()
    assert imports("events", content + "\n")["created"] == 1


def test_an_event_that_is_not_found_when_its_import_is_taken_back_is_not_doubled_by_the_next(imports):
    content = HEADER + EQUAL + EQUAL.replace("ann", "bob")
    imports("events", content)
    Event.objects.filter(source="shop", customer=Event.objects.filter(source="shop")[0].customer_id).update(
        customer=factories.customer().id
    )
    assert undo(imports.job)["events_removed"] == 1
    assert imports("events", content + "\n")["created"] == 1
    assert Event.objects.filter(source="shop").count() == 2


def test_a_file_of_a_month_that_was_dropped_counts_as_new(imports):
    content = HEADER + EQUAL + EQUAL.replace("2026-03", "2025-03")
    imports("events", content)
    dropped = retention.drop_old(months=12, now=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    assert ("events_event_2025_03" in dropped, MessageKey.objects.count()) == (True, 1)
    assert imports("events", content + "\n")["created"] == 1
    assert Event.objects.filter(source="shop").count() == 2


def test_what_somebody_erased_did_does_not_come_back_with_the_file(imports):
    content = HEADER + EQUAL
    imports("events", content)
    ann = Customer.objects.get(status="known")
    erasing.erase(customer=ann.id, actor=actors.SYSTEM, at=timezone.now())
    SuppressedIdentifier.objects.all().delete()  # as for somebody who came back
    assert imports("events", content + "\n")["created"] == 0


def test_rows_of_people_who_were_forgotten_are_listed_as_refused_and_come_in_once_they_are_back(imports):
    content = HEADER + EQUAL + EQUAL.replace("ann", "bob")
    imports("events", HEADER + EQUAL)
    ann = Customer.objects.get(status="known")
    erasing.erase(customer=ann.id, actor=actors.SYSTEM, at=timezone.now())
    dry = imports("events", content, dry_run=True)
    assert [(one["line"], one["value"], one["code"]) for one in dry["rejected"]] == [
        (2, "ann@example.com", "suppressed")
    ]
    for again in (False, True):
        real = imports("events", content + "\n" * again)
        assert (real["rejected"], real["accepted"]) == (dry["rejected"], 1)
    assert real["created"] == 0
    MessageKey.objects.all().delete()
    assert imports("events", content, source="till")["rejected"] == dry["rejected"]
    assert MessageKey.objects.count() == 1, "what was left out counts as never told"
    assert set(Event.objects.filter(source="till").values_list("customer__status", flat=True)) == {"known"}
    factories.customer(email="zoe@example.com")
