"""The command that writes files: who is in them, who is not and why, what the log learns, and back in again."""

import csv
import json
from io import StringIO

import duckdb
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cdp.core import actors
from cdp.core.exports import asking, registry, words
from cdp.core.models import AccessEntry, AuditEntry, Export
from commerce.models import Product
from consent.services import restricting
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db


def export(kind, path, **options):
    out = StringIO()
    call_command("export", kind, str(path), stdout=out, **options)
    return out.getvalue()


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def people():
    found = {
        name: factories.customer(name=name.title(), email=f"{name}@example.com") for name in ("ann", "ben", "cleo")
    }
    factories.consent(found["ann"], purpose="third_party", channel="any")
    factories.consent(found["ben"], purpose="third_party", channel="any", granted=False)
    return found


def test_the_shops_own_books_hold_everybody_known(people, tmp_path):
    Customer.objects.filter(id=people["ben"].id).update(status="anonymous")
    said = export("customers", tmp_path / "c.csv")
    assert {row["customer.email"] for row in rows(tmp_path / "c.csv")} == {"ann@example.com", "cleo@example.com"}
    assert "2 rows of 2 people" in said
    assert (tmp_path / "c.csv").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["c.csv"]


def test_a_file_for_others_holds_whom_the_gate_lets_go_and_says_why_not_the_rest(people, tmp_path):
    said = export("customers", tmp_path / "c.csv", purpose="third_party", reason="mail house")
    assert [row["customer.email"] for row in rows(tmp_path / "c.csv")] == ["ann@example.com"]
    assert "denied 1, never_asked 1" in said
    entry = AccessEntry.objects.get(view="export")
    row = Export.objects.get()
    assert (list(entry.customer_ids), entry.reason) == ([people["ann"].id], str(row.id))
    assert (words.of(row).reason, row.held, row.state) == ("mail house", 1, "ended")
    details = AuditEntry.objects.get(action="core:export:written").details
    assert details["left_out"] == {"denied": 1, "never_asked": 1}
    assert "example.com" not in json.dumps(details)


def test_who_is_restricted_or_refused_profiling_is_in_no_file_for_it(people, tmp_path):
    restricting.restrict(
        customer=people["ann"].id, reason=restricting.Reason.ASKED, actor=actors.SYSTEM, at=timezone.now()
    )
    factories.consent(people["ben"], purpose="profiling", channel="any", granted=False)
    said = export("customers", tmp_path / "c.csv", purpose="profiling")
    assert [row["customer.email"] for row in rows(tmp_path / "c.csv")] == ["cleo@example.com"]
    assert "denied 1, restricted 1" in said
    assert "restricted 1" in export("customers", tmp_path / "c.csv")
    assert {row["customer.email"] for row in rows(tmp_path / "c.csv")} == {"ben@example.com", "cleo@example.com"}


def test_more_people_leave_the_server_only_with_what_a_second_person_let_go(people, tmp_path, settings):
    settings.CDP_EXPORT_ALONE, settings.CDP_VAR = 1, tmp_path / "var"
    settings.CDP_VAR.mkdir()
    for person in people.values():
        factories.consent(person, purpose="marketing", channel="email")
    path, owner = tmp_path / "c.csv", factories.staff("owner")
    use = {"purpose": "marketing", "channel": "email"}
    with pytest.raises(CommandError, match="email"):
        export("customers", path, purpose="marketing")
    assert "3 rows of 3 people" in export("customers", path, **use)  # nobody else is there who could let it go
    assert set(rows(path)[0]) == {
        f"customer.{one}" for one in ("email", "name", "given_name", "family_name", "language")
    }
    officer = factories.staff("privacy")
    path.unlink()
    with pytest.raises(CommandError, match="--approved"):
        export("customers", path, **use)
    asked = asking.ask(
        kind="customers", segment="", columns=registry.kinds()["customers"].columns, form="csv", reason="the letter",
        user=owner, at=timezone.now(), **use,
    )  # fmt: skip
    with pytest.raises(CommandError, match="let go"):
        export("customers", path, approved=str(asked.id), **use)
    asking.approve(asked.id, user=officer, at=timezone.now())
    with pytest.raises(CommandError, match="something else"):
        export("customers", path, approved=str(asked.id))
    assert not path.exists()
    with pytest.raises(CommandError, match="cannot be written"):
        export("customers", tmp_path / "nowhere" / "c.csv", approved=str(asked.id), **use)  # was no use of it
    assert "3 rows of 3 people" in export("customers", path, approved=str(asked.id), **use)
    assert AccessEntry.objects.filter(view="export", reason=str(asked.id)).count() == 1
    with pytest.raises(CommandError, match="already"):
        export("customers", path, approved=str(asked.id), **use)


def test_what_was_let_go_masked_does_not_leave_the_server_in_clear(people, tmp_path, settings):
    settings.CDP_EXPORT_ALONE, settings.CDP_VAR = 1, tmp_path / "var"
    settings.CDP_VAR.mkdir()
    kept = {"kind": "customers", "segment": "", "columns": ["customer.email"], "form": "csv", "reason": "the books"}
    use = {"purpose": "service", "channel": ""}
    asked = asking.ask(user=factories.staff("marketer"), at=timezone.now(), **kept, **use)
    assert asked.is_masked
    asking.approve(asked.id, user=factories.staff("owner"), at=timezone.now())
    with pytest.raises(CommandError, match="masked"):
        export("customers", tmp_path / "c.csv", approved=str(asked.id), **use)
    assert not (tmp_path / "c.csv").exists()


def test_a_formula_in_a_name_is_a_text(tmp_path):
    factories.customer(name="=HYPERLINK(1)", email="eve@example.com")
    export("customers", tmp_path / "c.csv")
    assert rows(tmp_path / "c.csv")[0]["customer.name"].startswith("'=")


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_other_forms_hold_the_same(people, tmp_path, form):
    path = tmp_path / f"c.{form}"
    export("customers", path)
    if form == "jsonl":
        found = {json.loads(line)["customer.email"] for line in path.read_text().splitlines()}
    else:
        found = {row[0] for row in duckdb.sql(f"SELECT \"customer.email\" FROM '{path}'").fetchall()}
    assert found == {f"{name}@example.com" for name in people}
    assert len(list(tmp_path.iterdir())) == 1


def test_orders_consents_and_products_have_their_rows(people, tmp_path):
    factories.order(people["ann"], amount="120.50", external_id="A-1", total="120.50")
    Product.objects.create(sku="S-1", name="Tea", created_at=timezone.now(), updated_at=timezone.now())
    export("orders", tmp_path / "o.csv")
    export("consents", tmp_path / "k.csv")
    export("products", tmp_path / "p.csv")
    (order,) = rows(tmp_path / "o.csv")
    assert (order["order.external_id"], order["order.total"], order["customer.email"]) == (
        "A-1",
        "120.5",
        "ann@example.com",
    )
    assert {(row["customer.email"], row["consent.granted"]) for row in rows(tmp_path / "k.csv")} == {
        ("ann@example.com", "true"),
        ("ben@example.com", "false"),
    }
    assert rows(tmp_path / "p.csv")[0]["product.sku"] == "S-1"


def test_a_kind_or_segment_that_does_not_exist_is_refused_and_leaves_no_file(tmp_path):
    with pytest.raises(CommandError):
        export("nonsense", tmp_path / "x.csv")
    with pytest.raises(CommandError):
        export("customers", tmp_path / "x.csv", segment="none-such")
    assert not list(tmp_path.iterdir())


def test_portions_cost_the_same_however_many_people(tmp_path, monkeypatch, django_assert_max_num_queries):
    for _ in range(7):
        factories.customer()
    monkeypatch.setattr("cdp.core.exports.leading.PORTION", 3)
    with django_assert_max_num_queries(3 * 9 + 9):  # per portion, and once for the count and the row of the file
        export("customers", tmp_path / "c.csv")
    assert len(rows(tmp_path / "c.csv")) == 7


@pytest.mark.django_db(transaction=True)
def test_our_own_file_comes_back_as_it_went(tmp_path):
    factories.customer(name="Mali Srisuk", email="mali@example.com", phone="0812345678", province="Bangkok")
    export("customers", tmp_path / "c.csv")
    out = StringIO()
    call_command("import_file", "customers", str(tmp_path / "c.csv"), json=True, no_wait=True, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["accepted"], found["created"], found["rejected"]) == (1, 0, [])
    assert Customer.objects.filter(status="known").count() == 1
