"""A person is forgotten: nothing of them can be read anywhere, and nobody but themselves brings them back."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors, pipeline
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry, DataKey, Mark
from commerce.models import CartKey, Order, OrderKey
from commerce.rules import digests
from commerce.rules.carts import CartInput
from commerce.services import carts
from consent.models import ConsentRecord, ConsentState
from consent.services import grants
from customers.models import (
    Address,
    ContactPoint,
    Customer,
    Identifier,
    MergeLog,
    MergeSuggestion,
    Note,
    SharedIdentifier,
    Status,
    SuppressedIdentifier,
)
from customers.rules import people
from customers.selectors import exports, lineage
from customers.services import buckets, erasing, identity, merging, notes
from events.models import Event
from events.services import recording
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SECRETS = {
    "name": "Zanzibara Quillfeather",
    "email": "zq-unique@quill.example",
    "phone": "+66 81 777 1234",
    "street": "77 Featherstone Alley",
    "external_id": "ext-zanzi-77",
    "company": "Quill & Zanzi",
    "line_id": "zanziline",
    "city": "Featherville",
    "tags": "zanzitag",
}
PLANTED = ("zanzi", "quillf", "zq-unique", "817771234", "featherst", "featherville", "whispered", "quill &")


def erase(customer, at=NOW):
    return erasing.erase(customer=customer.id, actor=actors.SYSTEM, at=at)


def told(*, at=NOW, teller=identity.Teller.OTHERS, **raw):
    person, _faults = people.clean(raw, people.Rules(region="TH", today=NOW.date()))
    (found,) = identity.resolve_many([person], source=factories.source(), now=at, teller=teller)
    return found


def written():
    """Everything that can be read in any table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return found


def traces():
    return [row for row in written() if any(secret in row.lower() for secret in PLANTED)]


def sealed():
    """Every sealed value in any table as (table, column, row, value)."""
    found = []
    for model, column in (
        (Customer, "name"),
        (ContactPoint, "value"),
        (Address, "street"),
        (Note, "text"),
        (Event, "sealed"),
        (ConsentRecord, "evidence"),
        (AuditEntry, "sealed"),
    ):
        rows = model.objects.exclude(**{column: None}).values_list("pk", column)
        found += [(model._meta.db_table, column, pk, bytes(value)) for pk, value in rows]
    return found


@pytest.fixture
def zanzi(db):
    """Somebody of whom there is something in every room, two records by now one."""
    buckets.ensure()
    one = factories.customer(now=NOW, **SECRETS)
    other = factories.customer(now=NOW, name="Zanzibara Q", member_number="zanzi-0002", street="1 Featherstone Way")
    for who in (one, other):
        factories.order(who, resolved_by=b"x" * 32, placed_at=NOW)
        notes.add(customer=who.id, kind=Note.Kind.NOTE, text="whispered a secret", actor=actors.SYSTEM, at=NOW)
        recording.record_many(
            [
                recording.EventRow(
                    customer=who.id,
                    kind="track",
                    name="Searched",
                    source="shop",
                    message_id=f"m-{who.id}",
                    occurred_at=NOW,
                    properties={"query": "whispered"},
                    personal={"email": SECRETS["email"]},
                )
            ],
            now=NOW,
        )
        grants.record(
            customer=who.id,
            purpose="marketing",
            channel="email",
            granted=True,
            at=NOW,
            source="shop",
            method="form",
            actor=actors.SYSTEM,
            evidence={"said": "whispered yes"},
        )
        carts.record(
            cart=CartInput(tokens=(f"token-{who.id}",), at=NOW),
            customer_id=who.id,
            source=factories.source(),
            now=NOW,
        )
    merging.merge(survivor=one.id, absorbed=other.id, reason="test", actor=actors.SYSTEM, at=NOW)
    pipeline.drain_all(now=NOW)
    return one


def test_nothing_of_the_person_can_be_read_anywhere(zanzi):
    assert len(traces()) > 5, "there was something to be found"
    before = sealed()
    everybody = lineage.of(zanzi.id)
    assert len(everybody) == 2
    keyring = subjects.load(everybody)
    done = erase(zanzi)
    assert set(done.customers) == set(everybody)
    assert traces() == []
    # What was sealed, in a backup or in pages not yet overwritten, opens with no key that is left.
    left = subjects.load([row.id for row in Customer.objects.all()])
    for table, column, row, value in before:
        assert keyring.open(value, table=table, column=column, row=row) or table == "core_auditentry"
        assert left.open(value, table=table, column=column, row=row) == ""
    assert not DataKey.objects.filter(customer_id__in=everybody).exists()


def test_bare_tombstones_and_the_books_stay(zanzi):
    everybody = lineage.of(zanzi.id)
    erase(zanzi)
    for row in Customer.objects.filter(id__in=everybody):
        assert (row.status, row.merged_into, row.source, row.sources, row.tags, row.city) == (
            Status.ERASED, None, "", [], [], "",
        )  # fmt: skip
        with pytest.raises(lineage.Erased):
            lineage.get(row.id)
    assert list(Order.objects.values_list("customer_id", "resolved_by")) == [(zanzi.id, None)] * 2
    assert ConsentRecord.objects.filter(customer_id__in=everybody).count() == 2, "that something was allowed"
    for model in (ContactPoint, Address, Note, Event, ConsentState, MergeLog, MergeSuggestion, CartKey):
        assert not model.objects.exists(), model
    assert not Identifier.objects.filter(customer_id__in=everybody).exists()
    entry = AuditEntry.objects.filter(action="customers:customer:erased", customer_id=zanzi.id).get()
    assert entry.sealed is None
    assert entry.details["rows"]["events.Event"] == 2


def test_keys_of_orders_that_stay_stay():
    buyer = factories.customer()
    order = factories.order(buyer, external_id="9")
    OrderKey.objects.create(digest=digests.key("shop", "9"), customer_id=buyer.id, order_id=order.id)
    erase(buyer)
    assert OrderKey.objects.get().customer_id == buyer.id


def test_nobody_is_erased_twice_and_nobody_is_nobody(zanzi):
    absorbed = next(one for one in lineage.of(zanzi.id) if one != zanzi.id)
    erasing.erase(customer=absorbed, actor=actors.SYSTEM, at=NOW)
    assert Customer.objects.get(id=zanzi.id).status == Status.ERASED, "by any of their ids"
    with pytest.raises(erasing.UnableToErase, match="erased"):
        erase(zanzi)
    with pytest.raises(erasing.UnableToErase, match="unknown_customer"):
        erasing.erase(customer=buckets.IDS[3], actor=actors.SYSTEM, at=NOW)


def test_one_of_two_parted_people_leaves_the_other_readable():
    ann = factories.customer(name="Ann Ray", email="ann@example.com", street="1 Long Road")
    bea = factories.customer(name="Bea Ray", phone="0812345678", street="2 Long Road")
    before = exports.as_text(exports.of(ann.id))
    log = merging.merge(survivor=ann.id, absorbed=bea.id, reason="test", actor=actors.SYSTEM, at=NOW)
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=NOW + dt.timedelta(minutes=1))
    erase(bea)
    assert exports.as_text(exports.of(ann.id)) == before
    assert not MergeLog.objects.exists()
    assert told(email="ann@example.com").customer == ann.id


def test_a_households_phone_stays_with_who_is_left():
    one = factories.customer(name="Somchai", phone="0812345678")
    other = factories.customer(name="Malee", phone="0812345678")
    erase(one)
    assert not SuppressedIdentifier.objects.exists()
    assert Identifier.objects.get().customer_id == other.id
    assert set(SharedIdentifier.objects.values_list("customer_id", flat=True)) == {other.id}
    assert told(phone="0812345678", name="Malee").customer == other.id
    erase(other)
    assert SuppressedIdentifier.objects.get().kind == "phone"


def test_a_file_or_a_store_does_not_bring_them_back(zanzi):
    erase(zanzi)
    found = told(email=SECRETS["email"], name="Zanzibara")
    assert (found.outcome, found.customer in buckets.IDS) == (identity.Outcome.SUPPRESSED, True)
    mixed = identity.resolve_many(
        [people.Person(external_id="new"), people.Person(email=SECRETS["email"]), people.Person(external_id="other")],
        source=factories.source(),
        now=NOW,
    )
    assert [one.outcome for one in mixed] == ["created", "suppressed", "created"]
    with pytest.raises(identity.Suppressed):
        told(external_id=SECRETS["external_id"], teller=identity.Teller.ANSWERED)
    assert traces() == []


def test_the_persons_own_act_lifts_it_and_is_recorded(zanzi):
    erase(zanzi)
    found = told(email=SECRETS["email"], name="Zanzibara", teller=identity.Teller.SELF)
    assert found.outcome is identity.Outcome.CREATED
    assert found.customer != zanzi.id
    entry = AuditEntry.objects.get(action="customers:suppression:lifted")
    assert (entry.customer_id, entry.details) == (found.customer, {"kinds": ["email"], "source": "shop"})
    assert told(email=SECRETS["email"]).customer == found.customer
    assert told(phone=SECRETS["phone"]).outcome is identity.Outcome.SUPPRESSED, "what they did not tell again"


def test_what_reaches_a_tombstone_after_all_is_swept_by_the_pipeline(zanzi):
    keyring = subjects.load([zanzi.id])
    late = bytes(keyring.seal("whispered", customer=zanzi.id, table="customers_note", column="text", row=zanzi.id))
    erase(zanzi)
    pipeline.drain_all(now=NOW)
    # A writer that had found the person just before.
    Identifier.objects.create(digest=b"n" * 32, customer_id=zanzi.id, kind="email", created_at=NOW)
    Note.objects.create(customer_id=zanzi.id, kind="note", text=late, at=NOW)
    Customer.objects.filter(id=zanzi.id).update(city="Featherville")
    pipeline.mark([zanzi.id], cause="test")
    pipeline.drain_all(now=NOW)
    assert traces() == []
    assert not Note.objects.exists()
    assert SuppressedIdentifier.objects.filter(digest=b"n" * 32).exists()
    assert not Mark.objects.exists()
    assert Order.objects.count() == 2


def test_details_of_the_audit_name_no_value(zanzi):
    erase(zanzi)
    for entry in AuditEntry.objects.filter(action__contains="erased"):
        assert not any(secret in json.dumps(entry.details).lower() for secret in PLANTED)


def test_a_former_address_brings_nobody_back_either():
    ann = factories.customer(external_id="A1", email="first@example.com")
    told(external_id="A1", email="second@example.com")
    erase(ann)
    for address in ("first@example.com", "second@example.com"):
        assert told(email=address).outcome == identity.Outcome.SUPPRESSED, address
