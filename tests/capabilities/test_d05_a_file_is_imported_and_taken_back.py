"""D5: a whole import is taken back: what only it told goes, what was there before is there again, the rest stays."""

import datetime as dt
import json
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors, jobs, pipeline
from cdp.core.imports import running, undoing
from cdp.core.models import AuditEntry, ImportTrace, Job
from commerce.models import Order, OrderKey, OrderLine, Product, Refund
from consent.models import ConsentRecord, ConsentState
from customers.models import Address, ContactPoint, Customer, Identifier, SharedIdentifier
from customers.services import notes
from tests import factories
from tests.importing import Importer

PEOPLE = (
    "customer id,email,phone,name,province,tags\n"
    "1,ann@example.com,0811111111,Ann Arbor,Bangkok,vip\n"
    "2,bob@example.com,0822222222,Bob Brown,Chiang Mai,\n"
)
ORDERS = (
    "order id,order date,email,sku,product,quantity,price,currency\n"
    "A1,2026-01-02 10:00,ann@example.com,P-1,Soap,2,100,THB\n"
    "A1,2026-01-02 10:00,ann@example.com,P-2,Towel,1,50,THB\n"
    "A2,2026-01-03 10:00,cyd@example.com,P-1,Soap,-1,100,THB\n"
)
CONSENTS = "email,purpose,channel,granted,at\nann@example.com,marketing,email,{},2026-01-02\n"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def undo(imported: Job) -> dict[str, int]:
    """Take an import back as its page does; what happened, which is what the page foretold."""
    told, is_whole = undoing.foresee(Job.objects.get(id=imported.id), at=timezone.now(), most=50)
    begun = undoing.begin(Job.objects.get(id=imported.id), actor=actors.SYSTEM, at=timezone.now())
    running.finish(begun, lambda _done, _total: None)
    done = Job.objects.get(id=begun.id)
    assert done.state == "done", done.error
    pipeline.drain_all(now=timezone.now())
    counts = {word: number for word, number in done.result["counts"].items() if number}
    assert is_whole
    assert {word: number for word, number in told.items() if number} == counts
    return counts


def picture() -> str:
    """Everything the shop knows of people and orders, but for what says when it was last touched."""
    parts = {}
    for model in (
        Customer,
        ContactPoint,
        Address,
        Identifier,
        SharedIdentifier,
        Order,
        OrderLine,
        OrderKey,
        Refund,
        Product,
    ):
        with connection.cursor() as cursor:
            known = "WHERE status = 'known'" if model is Customer else ""
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {model._meta.db_table} AS t {known}")
            rows = [json.loads(row) for (row,) in cursor.fetchall()]
        for row in rows:
            row.pop("updated_at", None)
        parts[model._meta.label] = sorted(json.dumps(row, sort_keys=True) for row in rows)
    return json.dumps(parts, indent=1)


def test_undoing_leaves_the_shop_as_it_was_before(imports):
    ann = factories.customer(email="ann@example.com", name="Ann A", tags="old", province="Phuket", source_key="shop")
    factories.customer(phone="0822222222", name="Bea Brown")  # a household's phone
    imports("orders", ORDERS.replace("100,THB", "80,THB"), source="shop")
    before = picture()
    imports("customers", PEOPLE, source="list")
    first = imports.job
    imports("orders", ORDERS, source="shop")
    second = imports.job
    assert Customer.objects.get(id=ann.id).tags == ["old", "vip"]
    undo(second)
    undo(first)
    assert picture() == before
    assert not ImportTrace.objects.filter(job__in=[first, second]).exists()
    assert Customer.objects.filter(status="erased").count() == 1
    assert AuditEntry.objects.filter(action="customers:customer:undone").count() == 1
    imports("customers", PEOPLE, source="list")  # once more
    assert (imports.job.result["created"], imports.job.result["updated"]) == (1, 1)


def test_a_customer_with_something_from_elsewhere_stays_without_what_the_import_told(imports, client):
    imports("customers", PEOPLE, source="list")
    _key, text = factories.api_key(source_key="till")
    body = {
        "external_id": "77", "placed_at": "2026-02-01T10:00:00Z", "currency": "THB", "total": "90",
        "customer": {"email": "ann@example.com"},
    }  # fmt: skip
    answer = client.post("/api/v1/orders", body, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {text}")
    assert answer.status_code == 201, answer.content
    who = Order.objects.get().customer_id
    bob = Customer.objects.get(status="known", province="TH-50")
    notes.add(customer=bob.id, text="rang", kind="call", actor=actors.SYSTEM, at=timezone.now())
    counts = undo(imports.job)
    assert counts["people_stayed"] == 2
    assert "people_removed" not in counts
    ann = Customer.objects.get(id=who)
    assert (ann.status, ann.province, ann.tags, ann.sources, ann.name) == ("known", "", [], ["till"], None)
    assert set(ContactPoint.objects.filter(customer=ann).values_list("kind", flat=True)) == {"email"}
    assert set(Identifier.objects.filter(customer_id=ann.id).values_list("kind", flat=True)) == {"email"}
    assert Identifier.objects.filter(customer_id=bob.id).count() == 1  # by something one must be found again


@pytest.mark.parametrize("is_known_before", [False, True])
def test_since_when_somebody_is_a_customer_goes_with_the_file_that_told_it(imports, is_known_before):
    if is_known_before:
        imports("orders", ORDERS, source="shop")
    imports("customers", "email,signed up\nann@example.com,2020-05-06\n", source="list")
    people = imports.job
    if not is_known_before:
        imports("orders", ORDERS, source="shop")
    ann = Order.objects.filter(external_id="A1").get().customer
    assert ann.created_at.year == 2020
    assert undo(people).get("values_kept", 0) == 0
    ann.refresh_from_db()
    known_since = dt.date(2026, 1, 2) if is_known_before else timezone.now().date()
    assert ann.created_at.date() == known_since


def test_a_day_that_another_file_told_too_stays(imports):
    imports("customers", "email,signed up\nann@example.com,2020-05-06\n", source="list")
    people = imports.job
    imports("customers", "email,signed up\nann@example.com,2020-05-06\n", source="till")
    undo(people)
    assert Customer.objects.get(status="known").created_at.year == 2020


def test_what_was_changed_since_stays_and_is_counted(imports):
    imports("customers", "email,name,city,job title\nann@example.com,Ann,Bangkok,Cook\n", source="shop")
    imports("customers", "email,name,city,job title\nann@example.com,Ann,Phuket,Chef\n", source="shop")
    second = imports.job
    imports("customers", "email,name,city\nann@example.com,Ann,Krabi\n", source="shop")
    counts = undo(second)
    ann = Customer.objects.get(status="known")
    assert (ann.city, ann.job_title) == ("Krabi", "Cook")
    assert (counts["people_restored"], counts["values_kept"]) == (1, 1)


def test_two_whom_a_row_made_one_lose_nothing_that_was_theirs_before(imports):
    factories.customer(email="ann@example.com", name="Ann Arbor")
    factories.customer(phone="0811111111", external_id="9", source_key="shop", name="Ann Arbor")
    before = (ContactPoint.objects.count(), Identifier.objects.count())
    imports("customers", "customer id,email,name\n9,ann@example.com,Ann Arbor\n", source="shop")
    assert Customer.objects.filter(status="merged").count() == 1
    assert undo(imports.job) == {"people_merged": 1}
    assert (ContactPoint.objects.count(), Identifier.objects.count()) == before


def test_an_order_that_was_written_again_since_stays(imports):
    imports("orders", ORDERS, source="shop")
    first = imports.job
    imports("orders", ORDERS.splitlines()[0] + "\n" + ORDERS.splitlines()[1] + "\n", source="shop")
    counts = undo(first)
    assert (counts["orders_kept"], counts["refunds_removed"]) == (1, 1)
    assert Order.objects.count() == 1
    assert Product.objects.filter(sku="P-1").exists()
    assert not Product.objects.filter(sku="P-2").exists()


def test_consent_goes_back_to_what_was_said_before_and_the_proof_stays(imports):
    imports("consents", CONSENTS.format("no"), source="paper")
    ann = Customer.objects.get(status="known")
    imports("consents", CONSENTS.format("yes").replace("2026-01-02", "2026-03-04"), source="list")
    assert ConsentState.objects.get().is_granted
    undo(imports.job)
    assert [state.status for state in ConsentState.objects.all()] == ["denied"]
    assert sorted(ConsentRecord.objects.values_list("status", flat=True)) == ["denied", "given", "retracted"]
    entry = ConsentRecord.objects.get(status="retracted")
    assert (entry.method, entry.retracts) == ("import_undone", ConsentRecord.objects.get(status="given").id)
    imports("consents", CONSENTS.format("yes").replace("2026-01-02", "2026-03-04"), source="list")
    assert ConsentState.objects.get(customer=ann).is_granted  # the same file holds again when imported once more


def test_consent_of_which_nothing_was_said_before_is_unsaid_again(imports):
    factories.customer(email="ann@example.com")
    imports("consents", CONSENTS.format("yes"))
    undo(imports.job)
    assert not ConsentState.objects.exists()
    assert Customer.objects.filter(status="known").count() == 1


def test_undoing_goes_on_after_a_kill_and_does_nothing_twice(imports, monkeypatch):
    imports.chunk("customers", 10)
    rows = "".join(f"{n},p{n}@example.com,,P{n} Q,,\n" for n in range(60))
    imports("customers", PEOPLE.splitlines()[0] + "\n" + rows)
    begun = undoing.begin(Job.objects.get(id=imports.job.id), actor=actors.SYSTEM, at=timezone.now())
    taken, real = [], undoing._page

    def killed(*args):
        if len(taken) == 3:
            raise jobs.Interrupted
        took = real(*args)
        taken.extend([1] * took)
        return took

    monkeypatch.setattr(undoing, "_page", killed)
    jobs.run(begun.id)
    assert Customer.objects.filter(status="known").count() == 30
    monkeypatch.setattr(undoing, "_page", real)
    jobs.sweep()
    running.finish(Job.objects.get(id=begun.id), lambda _done, _total: None)
    done = Job.objects.get(id=begun.id)
    assert (done.state, done.result["counts"]["people_removed"]) == ("done", 60)
    again = undoing.begin(Job.objects.get(id=imports.job.id), actor=actors.SYSTEM, at=timezone.now())
    assert again.id == done.id
    assert AuditEntry.objects.filter(action="customers:customer:undone").count() == 60


def test_a_running_a_checked_and_an_old_import_are_not_taken_back(imports):
    imports("customers", PEOPLE, dry_run=True)
    job = Job.objects.get(id=imports.job.id)
    assert "Nothing" in undoing.why_not(job, at=timezone.now())
    imports("customers", PEOPLE)
    job = Job.objects.get(id=imports.job.id)
    assert undoing.why_not(job, at=timezone.now() + dt.timedelta(days=8))
    Job.objects.filter(id=job.id).update(state=Job.State.RUNNING)
    with pytest.raises(undoing.UnableToUndo, match="running"):
        undoing.begin(job, actor=actors.SYSTEM, at=timezone.now())
    assert uuid.UUID(str(job.id))


def test_undoing_the_wrong_file_keeps_whom_the_corrected_file_of_the_same_source_told_of(imports):
    imports("customers", PEOPLE + "3,cyd@example.com,,Cyd Cole,Krabi,\n")
    wrong = imports.job
    imports("customers", PEOPLE.replace("Bangkok", "Phuket"))
    corrected = imports.job
    counts = undo(wrong)
    assert (counts["people_stayed"], counts["people_removed"]) == (2, 1)
    known = Customer.objects.filter(status="known")
    assert sorted(known.values_list("province", "tags")) == [("TH-50", []), ("TH-83", ["vip"])]
    assert set(ContactPoint.objects.filter(kind="phone").values_list("customer_id", flat=True)) == {
        customer.id for customer in known
    }
    assert undo(corrected)["people_restored"] == 1  # the other one was only told of again


def test_undoing_both_files_of_a_source_the_later_one_first_removes_everybody(imports):
    imports("customers", PEOPLE)
    first = imports.job
    imports("customers", PEOPLE + "3,cyd@example.com,,Cyd Cole,Krabi,\n")
    undo(imports.job)
    assert undo(first)["people_removed"] == 2
    assert not Customer.objects.filter(status="known").exists()
    assert not ImportTrace.objects.exists()


def test_what_another_source_told_the_same_since_stays_with_whom_the_import_made(imports):
    imports(
        "customers", "email,phone,name,city,country,job title\nann@example.com,0811111111,Ann Arbor,Krabi,TH,Cook\n"
    )
    first = imports.job
    imports("customers", "email,name,city,country\nann@example.com,Ann Arbor,Krabi,TH\n", source="till")
    undo(first)
    ann = Customer.objects.get(status="known")
    assert (ann.city, ann.country, ann.job_title, ann.sources) == ("Krabi", "TH", "", ["till"])
    assert ann.name is not None
    assert set(ContactPoint.objects.filter(customer=ann).values_list("kind", flat=True)) == {"email"}
    assert set(Identifier.objects.filter(customer_id=ann.id).values_list("kind", flat=True)) == {"email"}
    assert Address.objects.get().city == "Krabi"
