"""A long orders file is read in a process of its own: what it leaves behind is the same as from one process."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core import jobs
from cdp.core.actors import SYSTEM
from cdp.core.imports import reading, tracing
from cdp.core.models import DataKey, ImportTrace, Job, JobReject, Source
from commerce.models import Order, Store
from commerce.rules.inputs import RefundInput
from commerce.services import order_import, order_import_trace, refunds
from customers.models import Address, ContactPoint, Customer, Identifier, SuppressedIdentifier
from customers.selectors import profiles
from customers.services import erasing, import_trace
from tests.commerce.services.order_files import HEADER, clean, line, order, picture

COLUMNS = (
    "order.external_id,order.placed_at,order.currency,order.shipping,order.store,order.channel,customer.external_id,"
    "customer.email,customer.name,customer.city,customer.street,line.sku,line.name,line.quantity,line.unit_price\n"
)
BUYERS = [
    "c1,one@example.com,Ada Byron,Bangkok,1 Silom Road",
    "c1,one@example.com,,Bangkok,",
    "c1,,Ada King,Chiang Mai,",
    ",two@example.com,Bo Li,,",
    ",two@example.com,,Seoul,2 Jong-ro",
    "c3,not an address,Cy,,",
    "c4,four@example.com,,,",
    "gone,,,,",
    ",,,,",
]


def rows(seed: int) -> str:
    """Orders of one to three lines, some of them far apart, told with and without a currency, bought and brought back.

    With the seed 0 they stand as a shop exports them, one order after another and nothing wrong.
    """
    chance, told = random.Random(seed), []
    for number in range(1, 40):
        buyer = BUYERS[number * len(BUYERS) // 60] if not seed else chance.choice(BUYERS)
        for _ in range(chance.randint(1, 3)):
            at = f"2026-03-{chance.randint(1, 28):02d} 10:00"
            money = chance.choice(("THB", "") if not seed else ("THB", "THB", "", "USD"))
            quantity = chance.choice(("1", "2", "0.125") if not seed else ("1", "2", "0.5", "-1", "many"))
            price = chance.choice(("10", "0.00005", "1234567.8"))
            sku, store = chance.choice("ABC"), chance.choice(("", "S1,shop"))
            told.append(
                f"O{number},{at},{money},{chance.choice(('', '5'))},{store or ','},{buyer},{sku},"
                f"{chance.choice(('', 'Name ' + sku))},{quantity},{price}\n"
            )
    if seed:
        for _ in range(10):
            told.insert(chance.randrange(len(told)), told.pop())
    return COLUMNS + "".join(told)


def everything(job) -> list[object]:
    """What the import left behind: orders, people with who told what of them, remarks, what can be taken back."""
    people = []
    for profile in profiles.opened(Customer.objects.filter(status="known")).values():
        row, reached = profile.customer, profile.contacts
        bought = Order.objects.filter(customer_id=row.id).order_by("external_id")
        by = Identifier.objects.in_bulk([bytes(one.resolved_by) for one in bought if one.resolved_by])
        people.append(
            (
                sorted((one.kind, one.value, one.is_primary, one.told_by) for one in reached),
                sorted((one.street, one.city, one.is_primary) for one in profile.places),
                (profile.name, row.city, row.created_at, row.sources, _ageless(row.origins)),
                sorted(row_.told_by for row_ in Identifier.objects.filter(customer_id=row.id)),
                [(one.external_id, by[bytes(one.resolved_by)].kind, one.channel, one.shipping) for one in bought],
            )
        )
    traces = [
        sorted((len(made), facts) for made, _told, _fields, facts in tracing.lists([job.id], import_trace.MADE)),
        sorted(kind for kind, _new in tracing.lists([job.id], order_import_trace.MADE)),
        sorted(map(tuple, tracing.lists([job.id], order_import_trace.PRODUCTS))),
        sorted(ImportTrace.objects.filter(job=job).values_list("part", flat=True)),
    ]
    noted = JobReject.objects.filter(job=job).values_list("line", "column", "reason")
    kept = [
        row is not None
        for row in JobReject.objects.filter(job=job).order_by("line", "id").values_list("row", flat=True)
    ]
    stores = sorted(Store.objects.values_list("code", "channel"))
    return [sorted(people, key=str), picture(), sorted(noted), kept, stores, traces]


def _ageless(origins):
    """Without the time of an import, which is another one each time."""
    return {register: word if word[2] else [word[0], "", *word[2:]] for register, word in (origins or {}).items()}


def begin_anew(imports) -> None:
    """A shop with an order from another file, a refund that was booked, and somebody who was forgotten."""
    clean()
    Customer.objects.filter(status="known").delete()
    for model in (ContactPoint, Address, Identifier, DataKey, Store, SuppressedIdentifier, ImportTrace):
        model.objects.all().delete()
    imports("orders", HEADER + line("O2", who="c4", sku="Z") + line("O90", who="gone"))
    booked = RefundInput(
        external_id="O7", at=datetime(2026, 3, 5, tzinfo=UTC), currency="", amount=Decimal(5), reason="broken", lines=()
    )
    refunds.write(
        refund=booked, order=order("O2"), source=Source.objects.get(key="shop"), actor=SYSTEM, now=timezone.now()
    )
    erasing.erase(customer=order("O90").customer_id, actor=SYSTEM, at=timezone.now())


@pytest.mark.parametrize(("seed", "size"), [(0, 1000), (1, 12), (2, 25)])
def test_what_comes_of_a_file_is_the_same_as_in_one_process(imports, monkeypatch, seed, size):
    content = imports.file(rows(seed))
    begin_anew(imports)
    imports.chunk("orders", size)
    here = imports("orders", content)
    found = everything(imports.job)
    begin_anew(imports)
    monkeypatch.setattr(reading, "APART_FROM", 1)
    there = imports("orders", content)
    assert there == here
    assert everything(imports.job) == found
    again = imports("orders", content)  # every order is known by now
    assert (again["created"], again["accepted"]) == (0, here["accepted"])
    assert picture() == found[1]


def test_an_import_that_is_killed_between_two_chunks_goes_on_to_the_same_facts(imports, monkeypatch):
    content = imports.file(rows(4))
    begin_anew(imports)
    imports.chunk("orders", 17)
    here = imports("orders", content)
    found = everything(imports.job)
    begin_anew(imports)
    monkeypatch.setattr(reading, "APART_FROM", 1)
    real, calls = order_import.Handler.write, []

    def write(self, parsed):
        calls.append(parsed)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(self, parsed)

    monkeypatch.setattr(order_import.Handler, "write", write)
    job = imports.begin("orders", content)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id, claim_from=job.state)
    assert Job.objects.get(id=job.id).done == 17
    assert imports("orders", content) == here
    assert imports.job.id == job.id
    assert everything(imports.job) == found
