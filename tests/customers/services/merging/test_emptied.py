"""Un-merging says who is written to first where that changed, and brings nothing back that was emptied on purpose."""

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import Source
from customers.models import ContactPoint, Customer, MergeLog
from customers.rules.people import Person
from customers.services import merging, profiles
from customers.services.identity import contacts
from tests.importing import Importer

PEOPLE = "customer.external_id,customer.email,customer.name\n"
ORDERS = "order.external_id,order.placed_at,customer.external_id,customer.email,line.unit_price\n"
LONG_AGO = "2026-03-01 10:00"


class Shop:
    """Ann (number 1, with an address) and Bob (number 2)."""

    def __init__(self, imports, bobs=""):
        self.imports, self.number = imports, 0
        imports("customers", f"{PEOPLE}1,old@example.com,Ann\n2,{bobs},Bob\n", source="web")
        self.ann, self.bob = Customer.objects.filter(status="known").order_by("id").values_list("id", flat=True)

    def buy(self, who, mail, at=""):
        self.number += 1
        at = at or timezone.now().strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
        self.imports("orders", f"{ORDERS}O{self.number},{at},{who},{mail}@example.com,5\n", source="web")

    def clear(self):
        source = Source.objects.get_or_create(key="staff", defaults={"name": "Staff", "kind": "form"})[0]
        cleared = Person(cleared=frozenset({"email"}))
        profiles.edit(customer=self.ann, person=cleared, source=source, actor=actors.SYSTEM, at=timezone.now())

    def merge(self):
        merging.merge(survivor=self.ann, absorbed=self.bob, reason="test", actor=actors.SYSTEM, at=timezone.now())

    def part(self):
        merging.unmerge(merge_log=MergeLog.objects.get().id, actor=actors.SYSTEM, at=timezone.now())

    def first(self):
        names = {contacts.digest("email", f"{name}@example.com"): name for name in ("old", "new", "newer", "bobs")}
        found = ContactPoint.objects.filter(kind="email", is_primary=True)
        return {
            person: [names[bytes(row.digest)] for row in found if row.customer_id == who]
            for person, who in (("ann", self.ann), ("bob", self.bob))
        }


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


@pytest.mark.parametrize(("bobs", "is_merged_first"), [("", False), ("", True), ("bobs@example.com", False)])
def test_an_address_that_staff_cleared_does_not_come_back(imports, bobs, is_merged_first):
    shop = Shop(imports, bobs)
    if is_merged_first:
        shop.merge()
    shop.clear()
    shop.buy(1, "old", LONG_AGO)
    assert shop.first()["ann"] == []
    if not is_merged_first:
        shop.merge()
    shop.part()
    assert shop.first() == {"ann": [], "bob": ["bobs"] if bobs else []}


def test_nor_does_it_where_what_was_told_since_leaves(imports):
    shop = Shop(imports)
    shop.clear()
    shop.buy(1, "old", LONG_AGO)
    shop.merge()
    shop.buy(2, "new")
    assert shop.first()["ann"] == ["new"]
    shop.part()
    assert shop.first() == {"ann": [], "bob": ["new"]}


def test_what_was_told_last_before_it_comes_first_where_an_address_leaves(imports):
    shop = Shop(imports)
    shop.merge()
    shop.buy(1, "new")
    shop.buy(2, "newer")
    assert shop.first()["ann"] == ["newer"]
    shop.part()
    assert shop.first() == {"ann": ["new"], "bob": ["newer"]}
