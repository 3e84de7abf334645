import dataclasses
import datetime as dt
import re
import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import AuditEntry, DataKey, Mark
from commerce.models import Order, OrderKey, OrderLine, Refund
from commerce.rules.inputs import LineInput, OrderInput
from commerce.services import orders
from customers.models import Address, ContactPoint, Customer, Identifier, MergeLog, MergeSuggestion, Note, Status
from customers.rules import people
from customers.selectors import exports, lineage, profiles
from customers.services import merging, notes
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def merge(survivor, absorbed, **choices):
    return merging.merge(
        survivor=survivor.id, absorbed=absorbed.id, choices=choices, reason="steward", actor=actors.SYSTEM, at=NOW
    )


def unmerge(log, at=None):
    return merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=at or NOW + dt.timedelta(minutes=1))


def text(customer):
    return exports.as_text(exports.of(customer.id))


def buy(customer, number, source="shop"):
    told = OrderInput(
        external_id=number,
        placed_at=NOW,
        currency="THB",
        lines=[LineInput(sku="a", quantity=Decimal(1), unit_price=Decimal(50))],
    )
    return orders.write(
        order=told, customer_id=customer.id, source=factories.source(source), actor=actors.SYSTEM, now=NOW
    ).order


def note(customer, words):
    notes.add(customer=customer.id, kind=Note.Kind.NOTE, text=words, actor=actors.SYSTEM, at=NOW)


@pytest.fixture
def ann():
    return factories.customer(name="Ann Ray", email="ann@example.com", street="1 Long Road", city="Bangkok", tags="vip")


@pytest.fixture
def annie():
    return factories.customer(
        name="Annie Ray", phone="0812345678", gender="female", street="1 Long Road", city="Bangkok", tags="new"
    )


def test_everything_belongs_to_the_survivor(ann, annie):
    order = buy(annie, "77")
    note(annie, "likes tea")
    log = merge(ann, annie)
    assert Order.objects.get(id=order.id).customer_id == ann.id
    assert OrderLine.objects.get(order_id=order.id).customer_id == ann.id
    assert OrderKey.objects.get(order_id=order.id).customer_id == ann.id
    profile = profiles.one(ann.id)
    assert profile.name == "Ann Ray"
    assert {contact.written for contact in profile.contacts} == {"ann@example.com", "+66 81 234 5678"}
    assert profile.customer.gender == "female"
    assert set(profile.customer.tags) == {"vip", "new"}
    assert "likes tea" in text(ann)
    assert lineage.get(annie.id).customer.id == ann.id
    assert Customer.objects.get(id=annie.id).status == Status.MERGED
    assert not Identifier.objects.filter(customer_id=annie.id).exists()
    assert AuditEntry.objects.filter(action="customers:customer:merged", object_id=str(log.id)).count() == 2
    assert set(Mark.objects.filter(cause="customers.merged").values_list("customer_id", flat=True)) == {
        ann.id,
        annie.id,
    }


def test_unmerging_restores_both_to_the_byte(ann, annie):
    buy(ann, "1")
    buy(annie, "2")
    note(annie, "likes tea")
    factories.consent(annie, granted=False)
    before = text(ann), text(annie)
    keys = set(DataKey.objects.filter(customer_id=annie.id).values_list("id", flat=True))
    identifiers = set(Identifier.objects.values_list("customer_id", "kind"))
    log = merge(ann, annie)
    assert text(ann) != before[0]
    unmerge(log)
    assert (text(ann), text(annie)) == before
    assert set(DataKey.objects.filter(customer_id=annie.id).values_list("id", flat=True)) == keys
    assert set(Identifier.objects.values_list("customer_id", "kind")) == identifiers
    assert OrderKey.objects.get(order_id=Order.objects.get(external_id="2").id).customer_id == annie.id
    assert Address.objects.filter(is_primary=True).count() == 2
    assert MergeLog.objects.get(id=log.id).images == {}
    assert MergeSuggestion.objects.get().state == "apart"


def test_a_chosen_side_stands_and_goes_back(ann, annie):
    email = factories.customer(name="B", email="b@example.com")
    before = text(ann), text(email)
    log = merge(ann, email, name="absorbed", email="absorbed")
    profile = profiles.one(ann.id)
    assert profile.name == "B"
    assert [contact.value for contact in profile.contacts if contact.is_primary] == ["b@example.com"]
    unmerge(log)
    assert (text(ann), text(email)) == before
    assert set(ContactPoint.objects.filter(is_primary=True).values_list("customer_id", flat=True)) == {
        ann.id,
        annie.id,
        email.id,
    }


def test_what_was_changed_since_stays_changed(ann, annie):
    log = merge(ann, annie)
    Customer.objects.filter(id=ann.id).update(gender="other", tags=["vip", "new", "late"])
    unmerge(log)
    row = Customer.objects.get(id=ann.id)
    assert (row.gender, row.tags) == ("other", ["vip", "late"])


def test_nested_merges_come_apart_in_any_order(ann, annie):
    top = factories.customer(name="Top", email="top@example.com")
    buy(annie, "5")
    before = text(ann), text(annie), text(top)
    for first in (0, 1):
        logs = [merge(ann, annie), merge(top, ann)]
        assert set(lineage.of(top.id)) == {top.id, ann.id, annie.id}
        unmerge(logs[first])
        if first == 0:
            assert text(annie) == before[1]
            assert Customer.objects.get(id=top.id).gender == ""
        unmerge(logs[1 - first])
        assert (text(ann), text(annie), text(top)) == before


def test_a_row_that_collided_in_a_later_merge_comes_back(ann):
    one = factories.customer(name="One", phone="0812345678")
    two = factories.customer(name="Two", phone="0812345678")
    before = text(one), text(two), text(ann)
    below = merge(ann, one)
    above = merge(two, ann)
    unmerge(below)
    assert text(one) == before[0]
    unmerge(above)
    assert (text(one), text(two), text(ann)) == before


def test_facts_since_the_merge_follow_the_identifier_that_resolved_them(ann, annie):
    phone = bytes(Identifier.objects.get(kind="phone").digest)
    log = merge(ann, annie)
    theirs, ours = buy(ann, "11"), buy(ann, "12")
    Order.objects.filter(id=theirs.id).update(resolved_by=phone)
    unmerge(log)
    assert Order.objects.get(id=theirs.id).customer_id == annie.id
    assert OrderLine.objects.get(order_id=theirs.id).customer_id == annie.id
    assert OrderKey.objects.get(order_id=theirs.id).customer_id == annie.id
    assert Order.objects.get(id=ours.id).customer_id == ann.id


def test_an_order_by_the_absorbed_ones_phone_goes_back_with_that_phone(ann, annie):
    log = merge(ann, annie)
    said = {"external_id": "21", "placed_at": NOW, "currency": "THB"}
    told = OrderInput(**said, lines=[LineInput(sku="a", quantity=Decimal(1), unit_price=Decimal(50))])
    source = factories.source()
    for number, phone in (("21", "0812345678"), ("22", "")):
        buyer, _faults = people.clean(
            {"phone": phone, "email": "" if phone else "ann@example.com"}, people.Rules(region="TH", today=NOW.date())
        )
        purchase = orders.Purchase(dataclasses.replace(told, external_id=number), buyer=buyer)
        assert orders.place(purchase=purchase, source=source, actor=actors.SYSTEM, now=NOW).order.customer_id == ann.id
    given_back = Order.objects.get(external_id="21").id
    Refund.objects.create(
        customer_id=ann.id,
        source="shop",
        external_id="r",
        order_id=given_back,
        at=NOW,
        currency="THB",
        amount=5,
        created_at=NOW,
    )
    unmerge(log)
    assert dict(Order.objects.values_list("external_id", "customer_id")) == {"21": annie.id, "22": ann.id}
    assert Refund.objects.get().customer_id == annie.id


def test_what_a_fact_told_since_goes_back_with_it(ann, annie):
    log = merge(ann, annie)
    told = {
        "placed_at": NOW,
        "currency": "THB",
        "lines": [LineInput(sku="a", quantity=Decimal(1), unit_price=Decimal(50))],
    }
    rules, source, line = people.Rules(region="TH", today=NOW.date()), factories.source(), "U" + "1" * 32
    calls = (
        ("31", {"phone": "0812345678", "line_id": line}),
        ("32", {"line_id": line, "member_number": "M-77"}),
        ("33", {"email": "ann@example.com", "external_id": "77"}),
    )
    for number, said in calls:
        buyer, faults = people.clean(said, rules)
        assert not faults
        bought = orders.Purchase(OrderInput(external_id=number, **told), buyer=buyer)
        orders.place(purchase=bought, source=source, actor=actors.SYSTEM, now=NOW)
    assert set(Identifier.objects.values_list("customer_id", flat=True)) == {ann.id}
    unmerge(log)
    owners = dict(Order.objects.values_list("external_id", "customer_id"))
    assert owners == {"31": annie.id, "32": annie.id, "33": ann.id}
    for who, kinds, points in (
        (annie, ["line_id", "member_number", "phone"], ["line", "member_number", "phone"]),
        (ann, ["email", "external_id"], ["email", "external_id"]),
    ):
        assert sorted(Identifier.objects.filter(customer_id=who.id).values_list("kind", flat=True)) == kinds
        assert sorted(one.kind for one in profiles.one(who.id).contacts if one.is_primary) == points
    assert Customer.objects.get(id=annie.id).origins["line_id"][2] == "order:32"
    assert not {"order:31", "order:32"} & set(re.findall(r"order:\d+", str(Customer.objects.get(id=ann.id).origins)))


def test_lines_written_anew_since_go_back_with_their_order(ann, annie):
    buy(annie, "9")
    log = merge(ann, annie)
    order = Order.objects.get(external_id="9")
    OrderLine.objects.filter(order_id=order.id).update(id=uuid.uuid4())
    unmerge(log)
    assert OrderLine.objects.get(order_id=order.id).customer_id == annie.id


def test_what_was_edited_while_they_were_one_is_sealed_under_their_own_keys(ann, annie):
    log = merge(ann, annie)
    note(ann, "written to both")
    mine = Note.objects.get()
    MergeLog.objects.filter(id=log.id).update(moved={**log.moved, "customers.Note": [str(mine.id)]})
    unmerge(log)
    DataKey.objects.filter(customer_id=ann.id).delete()
    assert "written to both" in text(annie)


def test_facts_that_arrive_under_the_old_id_are_gathered(ann, annie):
    log = merge(ann, annie)
    late = factories.order(annie, external_id="late")
    merging.gather([annie.id, ann.id], NOW)
    assert Order.objects.get(id=late.id).customer_id == ann.id
    unmerge(log)
    assert Order.objects.get(id=late.id).customer_id == annie.id


@pytest.mark.parametrize(
    ("status", "reason"),
    [(Status.ERASED, "erased"), (Status.BUCKET, "not_a_person"), (Status.MERGED, "already_merged")],
)
def test_who_is_no_person_any_more_is_not_merged(ann, annie, status, reason):
    Customer.objects.filter(id=annie.id).update(status=status)
    with pytest.raises(merging.UnableToMerge) as refused:
        merge(ann, annie)
    assert refused.value.reason == reason


def test_nobody_is_merged_with_themselves_or_with_nobody(ann):
    with pytest.raises(merging.UnableToMerge, match="same_customer"):
        merge(ann, ann)
    with pytest.raises(merging.UnableToMerge, match="unknown_customer"):
        merge(ann, Customer(id=uuid.uuid4()))
    with pytest.raises(merging.UnableToMerge, match="unknown_choice"):
        merge(ann, Customer(id=uuid.uuid4()), shoe_size="absorbed")


def test_a_merge_is_taken_back_once(ann, annie):
    log = merge(ann, annie)
    unmerge(log)
    with pytest.raises(merging.UnableToUnmerge, match="already_undone"):
        unmerge(log)
    again = merge(ann, annie)
    unmerge(again)
