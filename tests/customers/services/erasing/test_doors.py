"""Files leave out who was forgotten; the form brings back who signs up."""

import pytest
from django.utils import timezone

from cdp.core import actors
from commerce.models import Order
from consent.models import ConsentRecord
from consent.services import reference
from customers.models import Customer, Status
from customers.services import buckets, erasing
from tests import factories
from tests.importing import Importer

CUSTOMERS = "email,name\nzq@example.com,Zan\nann@example.com,Ann\n,Nobody\n"
ORDERS = (
    "order id,date,total,email\n1,2026-11-01,10,ann@example.com\n2,2026-11-01,20,zq@example.com\n3,2026-11-01,30,\n"
)
CONSENTS = "email,purpose,channel,granted\nzq@example.com,marketing,email,yes\nann@example.com,marketing,email,yes\n"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    buckets.ensure()
    gone = factories.customer(email="zq@example.com", name="Zan")
    erasing.erase(customer=gone.id, actor=actors.SYSTEM, at=timezone.now())
    return Importer(tmp_path, monkeypatch)


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_file_of_customers_skips_the_row_with_that_reason(imports, dry_run):
    report = imports("customers", CUSTOMERS, dry_run=dry_run)
    assert sorted(imports.problems()) == [(2, "email", "suppressed"), (4, "email", "nobody_named")]
    assert (report["rows"], report["accepted"], report["created"]) == (3, 1, 0 if dry_run else 1)
    assert Customer.objects.filter(status=Status.KNOWN).count() == (0 if dry_run else 1)


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_file_of_orders_skips_their_orders(imports, dry_run):
    report = imports("orders", ORDERS, dry_run=dry_run)
    assert imports.problems() == [(3, "order id", "suppressed")]
    assert report["accepted"] == 2
    assert set(Order.objects.values_list("external_id", flat=True)) == (set() if dry_run else {"1", "3"})


def test_a_file_of_consents_skips_their_words(imports):
    reference.ensure()
    imports("consents", CONSENTS)
    assert (2, "email", "suppressed") in imports.problems()
    assert ConsentRecord.objects.count() == 1
