"""Pre-orders go from waiting to handed over, one step at a time."""

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import AuditEntry
from commerce.models import PreOrder
from commerce.selectors import preorders as reading
from commerce.services import preorders
from tests import factories

NOW = timezone.now()


@pytest.fixture
def placed(db):
    ann = factories.customer(email="ann@example.com", name="Ann Smith")
    wish = preorders.Wish(product="Gift box", quantity=2, way="pickup", address="not used", note="Wrap it")
    return preorders.place(customer=ann.id, wish=wish, source="preorder", actor=actors.CUSTOMER, now=NOW)


def move(row, state):
    return preorders.move(preorder=row.id, state=state, actor=actors.SYSTEM, now=NOW).state


def test_what_was_typed_is_sealed_and_an_address_is_kept_for_delivery_only(placed):
    (one,) = reading.listed().rows
    assert (one.product, one.note, one.address) == ("Gift box", "Wrap it", "")
    assert b"Wrap it" not in bytes(placed.note)


def test_it_moves_on_step_by_step_and_each_step_is_in_the_audit(placed):
    assert [move(placed, state) for state in ("confirmed", "ready", "collected")] == ["confirmed", "ready", "collected"]
    steps = AuditEntry.objects.filter(action="commerce:preorder:moved").order_by("id")
    assert [entry.details["state"] for entry in steps] == [
        ["waiting", "confirmed"],
        ["confirmed", "ready"],
        ["ready", "collected"],
    ]


@pytest.mark.parametrize("state", ["ready", "collected", "nonsense", ""])
def test_a_step_that_does_not_follow_is_refused(placed, state):
    with pytest.raises(preorders.UnableToMove):
        move(placed, state)
    assert PreOrder.objects.get().state == "waiting"


def test_the_same_step_twice_is_one(placed):
    move(placed, "confirmed")
    move(placed, "confirmed")
    assert AuditEntry.objects.filter(action="commerce:preorder:moved").count() == 1


@pytest.mark.parametrize("query", ["Ann", "ann@example.com"])
def test_it_is_found_by_its_number_or_its_person(placed, query):
    for text in (query, placed.number.lower().replace("-", "")):
        assert [one.row.id for one in reading.search(text, in_full=True).rows] == [placed.id]
