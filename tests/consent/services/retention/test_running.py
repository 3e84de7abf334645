"""A dry run lists what the run then takes, whatever is old, held, open or interrupted."""

import dataclasses
import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from cdp.core import actors, holds, ids, jobs, pipeline
from cdp.core.chains import sealing, verifying
from cdp.core.models import AccessEntry, AuditEntry, Job, JobReject, Mark
from cdp.core.retention import Action, Term, Unit, finding, registry
from commerce.models import Cart, CartKey, Order, OrderKey, OrderLine, Refund
from commerce.rules import digests
from consent.models import Restriction, RetentionLine
from consent.selectors import retention as reading
from consent.services.retention import deciding, running
from customers.models import Customer, Identifier, Note
from customers.services import buckets
from events.models import Event
from events.services import partitions, recording
from tests import factories

NOW = dt.datetime(2026, 11, 20, 19, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def ago(**span):
    return NOW - dt.timedelta(**span)


def note(who, at):
    return Note.objects.create(customer=who, kind="note", at=at)


def keep(kind, amount, unit=Unit.YEARS, action=None):
    deciding.decide(
        kind=kind,
        term=Term(amount, unit) if amount else None,
        action=action or registry.kind(kind).actions[0],
        actor=actors.SYSTEM,
        at=NOW,
    )


@pytest.fixture(autouse=True)
def _heads_elsewhere(settings, tmp_path):
    settings.CDP_VAR = tmp_path


def looked(at, *people):
    """An entry of the access log as it was written then."""
    AccessEntry.objects.create(
        id=ids.uuid7_at(at), at=at, actor_kind="staff", view="x", customer_ids=[who.id for who in people]
    )


def holding(who):
    return holds._Held(f"SELECT '{who}'::uuid, 'claim'", stops_erasing=True)


def test_portions_find_what_is_over_however_far_apart_it_lies(monkeypatch):
    monkeypatch.setattr(finding, "STRETCH", 1)
    monkeypatch.setattr(finding, "LONGEST", 2)
    ada = factories.customer()
    notes = [note(ada, ago(days=4000 if number in {0, 1, 6, 11} else 1)).id for number in range(13)]
    due = finding.due(registry.kind("customers.notes"), before=ago(days=2000), held=())
    found, after = [], ""
    while rows := finding.batch(due, after=after, limit=1):
        found += [row.key for row in rows]
        after = str(rows[-1].key)
    assert found == [notes[number] for number in (0, 1, 6, 11)]


def sealed():
    while sealing.seal(now=NOW):
        pass


def run(*, is_dry=False, only=(), **how):
    begun = running.begin(as_of=NOW, is_dry=is_dry, actor=actors.SYSTEM, at=NOW, only=only, **how)
    jobs.run(begun.job_id)
    assert Job.objects.get(id=begun.job_id).state == Job.State.DONE
    return {line.kind: line for line in reading.lines(begun.id)}


def visitor(seen):
    """Somebody who never said who they are, with one page view."""
    who = factories.customer(source_key="web").id
    Customer.objects.filter(id=who).update(status="anonymous", created_at=seen)
    recording.record_many(
        [
            recording.EventRow(
                customer=who, kind="page", name="", source="web", message_id=uuid.uuid4().hex,
                occurred_at=seen, properties={"path": "/a"},
            )
        ],
        now=seen,
    )  # fmt: skip
    return who


def old_order(who, years, number):
    order = factories.order(who, placed_at=ago(days=366 * years), external_id=number, resolved_by=b"x")
    OrderLine.objects.create(customer=who, order=order, sku="A", quantity=1, unit_price=5, amount=5)
    Refund.objects.create(
        customer=who, source="shop", external_id=f"r{number}", order_id=order.id, at=ago(days=9), currency="THB",
        amount=1, created_at=NOW,
    )  # fmt: skip
    return order


def test_a_dry_run_lists_what_the_run_then_removes():
    ann, ben = factories.customer(name="Ann"), factories.customer(name="Ben")
    for who, years in ((ann, 6), (ann, 7), (ben, 8), (ben, 1)):
        note(who, ago(days=366 * years))
    old_order(ann, 11, "1")
    old_order(ben, 2, "2")
    visitor(ago(days=91))
    visitor(ago(days=89))
    looked(ago(days=365 * 4), ann)
    sealed()
    job = Job.objects.create(kind="import", state="done", finished_at=ago(days=900))
    JobReject.objects.create(job=job, line=1, column="a", reason="bad")
    deciding.decide_all(actor=actors.SYSTEM, at=NOW)

    dry, real = run(is_dry=True), run()
    told = [kind for kind, line in dry.items() if line.rows]
    assert told == [
        "commerce.orders", "core.access", "core.jobs", "customers.anonymous", "customers.notes",
    ]  # fmt: skip
    for kind, line in dry.items():
        if real[kind].outcome == "removed" and line.before:
            assert (real[kind].removed, real[kind].removed_checksum) == (line.rows, line.checksum)
            assert line.tables.items() <= real[kind].removed_tables.items()
    assert (dry["customers.notes"].rows, dry["customers.notes"].people) == (3, 2)
    assert dry["customers.notes"].oldest == ago(days=366 * 8)
    assert len(dry["customers.notes"].samples) == 3
    assert dry["core.jobs"].tables == {"core.Job": 1, "core.JobReject": 1}
    again = run(is_dry=True)
    assert {kind: line.rows for kind, line in again.items() if line.rows} == {}
    assert Note.objects.count() == 1


def test_a_dry_run_changes_nothing_but_its_own_report():
    note(factories.customer(), ago(days=9999))
    keep("customers.notes", 1)
    before = (Note.objects.count(), AuditEntry.objects.count())
    run(is_dry=True)
    assert (Note.objects.count(), AuditEntry.objects.count()) == before


def test_what_nobody_put_in_force_is_shown_and_stays():
    note(factories.customer(), ago(days=9999))
    line = run(only=["customers.notes"])["customers.notes"]
    assert (line.outcome, line.rows, line.removed, Note.objects.count()) == ("unconfirmed", 1, 0, 1)


def test_an_order_stays_in_the_books_without_its_person():
    ann = factories.customer(name="Ann", email="ann@example.com")
    order = old_order(ann, 11, "1")
    young = old_order(ann, 1, "2")
    for number, row in (("1", order), ("2", young)):
        OrderKey.objects.create(digest=digests.key("shop", number), customer_id=ann.id, order_id=row.id)
    keep("commerce.orders", 10)
    line = run(only=["commerce.orders"])["commerce.orders"]
    assert line.removed_tables == {"commerce.Order": 1, "commerce.OrderLine": 1, "commerce.Refund": 1}
    nobody = buckets.bucket_for(str(order.id))
    kept = Order.objects.get(id=order.id)
    assert (kept.customer_id, kept.amount, kept.resolved_by) == (nobody, order.amount, None)
    assert OrderLine.objects.get(order_id=order.id).customer_id == nobody
    assert Refund.objects.get(order_id=order.id).customer_id == nobody
    assert OrderKey.objects.get(order_id=order.id).customer_id == nobody
    assert OrderKey.objects.get(order_id=young.id).customer_id == ann.id
    assert Order.objects.get(id=young.id).customer_id == ann.id
    assert Mark.objects.filter(customer_id=ann.id, cause="retention.commerce.orders").exists()
    assert run(is_dry=True, only=["commerce.orders"])["commerce.orders"].rows == 0


def test_a_deleted_order_takes_its_lines_and_keys_along():
    ann = factories.customer()
    order = old_order(ann, 11, "1")
    OrderKey.objects.create(digest=digests.key("shop", "1"), customer_id=ann.id, order_id=order.id)
    keep("commerce.orders", 10, action=Action.DELETE)
    run(only=["commerce.orders"])
    assert (Order.objects.count(), OrderLine.objects.count(), Refund.objects.count(), OrderKey.objects.count()) == (
        0, 0, 0, 0,
    )  # fmt: skip


def test_visitors_go_whole_and_what_they_looked_at_is_nobodys():
    gone, stays = visitor(ago(days=91)), visitor(ago(days=89))
    run(only=["customers.anonymous"])
    assert set(Customer.objects.filter(status="anonymous").values_list("id", flat=True)) == {stays}
    assert not Customer.objects.filter(id=gone).exists()
    assert not Identifier.objects.filter(customer_id=gone).exists()
    moved = Event.objects.get(customer_id=buckets.bucket_for(str(gone)))
    assert (moved.properties, moved.sealed, moved.resolved_by) == ({"path": "/a"}, None, None)
    pipeline.drain_all(now=NOW)
    assert Mark.objects.count() == 0


def test_a_visitor_who_came_again_stays():
    who = visitor(ago(days=200))
    recording.record_many(
        [
            recording.EventRow(
                customer=who, kind="page", name="", source="web", message_id="m", occurred_at=ago(days=3), properties={}
            )
        ],
        now=NOW,
    )
    pipeline.drain_all(now=NOW)  # visits are made
    assert run(only=["customers.anonymous"])["customers.anonymous"].removed == 0


def test_a_legal_hold_keeps_what_would_go(monkeypatch):
    ann, ben = factories.customer(name="Ann"), factories.customer(name="Ben")
    for who in (ann, ben):
        note(who, ago(days=9999))
    for months, who in ((70, ben), (66, ann), (64, ben)):
        looked(ago(days=31 * months), who)
    sealed()
    keep("customers.notes", 1)
    monkeypatch.setitem(holds._held, "test", holding(ann.id))
    lines = run(only=["customers.notes", "core.access"])
    assert (lines["customers.notes"].removed, lines["customers.notes"].held) == (1, 1)
    assert Note.objects.get().customer_id == ann.id
    # A ledger goes by whole months, and not from the one with somebody who is held on.
    assert [entry.customer_ids for entry in AccessEntry.objects.order_by("at")] == [[ann.id], [ben.id]]


def test_a_ledger_goes_by_whole_months():
    for day in ("2023-10-31", "2023-11-01", "2023-11-19"):
        looked(dt.datetime.fromisoformat(f"{day}T23:00:00+00:00"))
    sealed()
    assert run(only=["core.access"])["core.access"].removed == 1
    assert AccessEntry.objects.count() == 2
    assert [fault for told in verifying.verify(now=NOW) for fault in told.faults] == []


def test_months_of_events_are_dropped_whole_where_nobody_is_held(monkeypatch):
    ann, ben = factories.customer(name="Ann"), factories.customer(name="Ben")
    rows = [
        recording.EventRow(
            customer=who.id, kind="track", name="x", source="web", message_id=uuid.uuid4().hex,
            occurred_at=dt.datetime(2026, month, 5, tzinfo=dt.UTC), properties={},
        )
        for who, month in ((ann, 5), (ben, 5), (ben, 6), (ann, 10))
    ]  # fmt: skip
    recording.record_many(rows, now=NOW)
    keep("events.events", 3, Unit.MONTHS)
    monkeypatch.setitem(holds._held, "test", holding(ann.id))
    dry, real = (run(is_dry=is_dry, only=["events.events"])["events.events"] for is_dry in (True, False))
    assert (dry.rows, dry.people, dry.held) == (2, 1, 1)
    assert (real.removed, real.removed_checksum) == (dry.rows, dry.checksum)
    assert set(Event.objects.values_list("customer_id", flat=True)) == {ann.id}
    names = partitions.before(NOW)
    assert ("events_event_2026_05" in names, "events_event_2026_06" in names) == (True, False)


def test_a_hold_placed_while_a_run_is_at_work_counts(monkeypatch):
    people = [factories.customer() for _ in range(3)]
    for who in people:
        note(who, ago(days=9999))
    keep("customers.notes", 1)
    one = dataclasses.replace(registry.kind("customers.notes"), portion=1)
    monkeypatch.setitem(registry._kinds, "customers.notes", one)
    last = Note.objects.order_by("-id")[0].customer_id
    monkeypatch.setattr(running.time, "sleep", lambda _s: holds._held.setdefault("test", holding(last)))
    try:
        assert run(only=["customers.notes"])["customers.notes"].removed == 2
    finally:
        holds._held.pop("test", None)
    assert Note.objects.get().customer_id == last


def test_who_is_restricted_keeps_everything():
    ann = factories.customer()
    note(ann, ago(days=9999))
    Restriction.objects.create(customer=ann, since=ago(days=1), reason="accuracy")
    keep("customers.notes", 1)
    line = run(only=["customers.notes"])["customers.notes"]
    assert (line.removed, line.held, Note.objects.count()) == (0, 1, 1)


def test_a_run_that_was_killed_goes_on_and_does_nothing_twice(monkeypatch):
    for _ in range(5):
        note(factories.customer(), ago(days=9999))
    keep("customers.notes", 1)
    monkeypatch.setitem(
        registry._kinds, "customers.notes", dataclasses.replace(registry.kind("customers.notes"), portion=2)
    )
    begun = running.begin(as_of=NOW, is_dry=False, actor=actors.SYSTEM, at=NOW, only=["customers.notes"])
    real, left = running.time.sleep, []

    def killed(_seconds):
        left.append(Note.objects.count())
        if len(left) == 1:
            raise jobs.Interrupted

    monkeypatch.setattr(running.time, "sleep", killed)
    jobs.run(begun.job_id)
    assert (Note.objects.count(), RetentionLine.objects.count()) == (3, 0)
    Job.objects.filter(id=begun.job_id).update(state="waiting", claimed_by=None)
    jobs.run(begun.job_id)
    monkeypatch.setattr(running.time, "sleep", real)
    line = RetentionLine.objects.get()
    assert (line.rows, line.removed, line.removed_checksum == line.checksum, Note.objects.count()) == (5, 5, True, 0)


def test_people_nobody_has_seen_are_proposed_and_forgotten_on_demand():
    gone, seen, allowed, buyer = (factories.customer(name=name, email=f"{name}@example.com") for name in "abcd")
    Customer.objects.filter(id__in=[who.id for who in (gone, seen, allowed, buyer)]).update(created_at=ago(days=9999))
    note(seen, ago(days=1))  # a note of staff is no sign of life
    factories.consent(allowed, at=ago(days=9000))
    factories.order(buyer, placed_at=ago(days=30))
    keep("customers.inactive", 5)
    line = run(only=["customers.inactive"])["customers.inactive"]
    assert (line.outcome, line.rows, line.removed) == ("proposed", 2, 0)
    assert Customer.objects.filter(status="known").count() == 4
    line = run(only=["customers.inactive"], forget=True)["customers.inactive"]
    assert (line.outcome, line.removed) == ("removed", 2)
    assert set(Customer.objects.filter(status="erased").values_list("id", flat=True)) == {gone.id, seen.id}


def test_the_report_cannot_be_changed_afterwards():
    run(is_dry=True, only=["customers.notes"])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RetentionLine.objects.update(rows=9)


def test_carts_go_with_lines_and_keys():
    who = factories.customer()
    cart = Cart.objects.create(
        customer=who, source="shop", tokens=["t"], started_at=ago(days=999), told_at=ago(days=999)
    )
    CartKey.objects.create(digest=digests.key("shop", "t"), customer_id=who.id, cart_id=cart.id)
    keep("commerce.carts", 2)
    run(only=["commerce.carts"])
    assert (Cart.objects.count(), CartKey.objects.count()) == (0, 0)
