"""What files told of two people while they were merged goes to whom it named, and so does what a mere return told."""

import pytest
from django.utils import timezone

from cdp.core import actors
from commerce.models import Order, Refund
from customers.models import ContactPoint, Customer, Identifier, MergeLog
from customers.selectors import identifiers
from customers.services import merging
from events.models import Event
from tests.importing import Importer

ORDER = "order.external_id,order.placed_at,customer.email,customer.external_id,customer.phone,line.unit_price\n"
EVENT = "event,timestamp,customer.email,customer.external_id\n"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


@pytest.fixture
def log(imports):
    """Ann, known by an address alone, absorbed by Bea, known by a number alone."""
    imports("customers", "customer.email,customer.name\nann@example.com,Ann\n", source="web")
    imports("customers", "customer.external_id,customer.name\nu2,Bea\n", source="other")
    ann, bea = Customer.objects.filter(status="known").order_by("id").values_list("id", flat=True)
    merging.merge(survivor=bea, absorbed=ann, reason="test", actor=actors.SYSTEM, at=timezone.now())

    def part():
        merging.unmerge(merge_log=MergeLog.objects.get().id, actor=actors.SYSTEM, at=timezone.now())
        return ann, bea

    return part


def test_an_imported_event_goes_back_by_what_was_known_before_it(imports, log):
    imports("events", EVENT + "Viewed,2026-03-01 10:00,ann@example.com,c77\n", source="web")
    ann, _bea = log()
    assert Event.objects.get(name="Viewed").customer_id == ann


@pytest.mark.parametrize(("price", "told"), [("5", Order), ("-5", Refund)])
def test_what_an_order_or_a_mere_return_told_goes_back_with_it(imports, log, price, told):
    imports("orders", ORDER + f"O1,2026-03-01 10:00,ann@example.com,c78,0812345678,{price}\n", source="till")
    ann, _bea = log()
    assert told.objects.get().customer_id == ann
    assert Identifier.objects.get(digest=identifiers.digest("external_id", "c78", "till")).customer_id == ann
    assert set(ContactPoint.objects.filter(kind="phone").values_list("customer_id", flat=True)) == {ann}
