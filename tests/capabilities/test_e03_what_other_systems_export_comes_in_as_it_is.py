"""E3: exports and answers of other systems come in without hand work, with the counts and totals they are known to have."""

import json
import zipfile
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Count, Sum
from django.utils import timezone

from cdp.core import actors
from cdp.core.imports import running, undoing
from cdp.core.models import Job
from commerce.models import Order, OrderLine, Product, Refund
from customers.models import Address, Customer
from events.models import Event
from tests import data
from tests.importing import Importer

FOLDER = data.FOLDER
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the data sets are not beside this clone")


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def people() -> int:
    return Customer.objects.filter(status="known").count()


def test_a_shop_of_four_years_comes_to_what_its_reference_says(imports):
    summary = json.loads((FOLDER / "superstore" / "reference_summary.json").read_text())
    report = imports("orders", FOLDER / "superstore" / "superstore.csv.gz")
    assert (report["rows"], report["rejected"]) == (9994, [])
    total = Order.objects.filter(is_counted=True).aggregate(sum=Sum("amount"), orders=Count("id"))
    assert (people(), total["orders"], OrderLine.objects.count()) == (793, 5009, 9994)
    assert abs(total["sum"] - Decimal(str(summary["gross_revenue"]))) < 1
    assert set(Order.objects.values_list("currency", flat=True)) == {"USD"}


@pytest.mark.parametrize("file", ["order.json", "orders.json"])
def test_what_shopify_answers_about_orders_comes_in(imports, file):
    told = json.loads((FOLDER / "shopify_api_fixtures" / file).read_text())
    told = told.get("order") or told["orders"][0]
    assert imports("orders", FOLDER / "shopify_api_fixtures" / file)["rejected"] == []
    order = Order.objects.get()
    assert (order.external_id, order.amount, order.currency) == ("#1001", Decimal(told["total_price"]), "USD")
    assert OrderLine.objects.count() == len(told.get("line_items", []))
    assert Customer.objects.get(id=order.customer_id).province == "US-KY"


@pytest.mark.parametrize("file", ["customer.json", "customers_search.json", "customer_saved_search_customers.json"])
def test_what_shopify_answers_about_customers_comes_in_with_their_place(imports, file):
    report = imports("customers", FOLDER / "shopify_api_fixtures" / file)
    assert (report["rejected"], people()) == ([], 1)
    assert "state" not in {warning.get("column") for warning in report["warnings"]}
    place = Address.objects.get()
    assert (place.country, place.province, place.city) in {("US", "US-KY", "Louisville"), ("CA", "", "Ottawa")}


def test_what_shopify_answers_about_products_comes_in(imports):
    report = imports("products", FOLDER / "shopify_api_fixtures" / "products.json")
    assert report["rejected"] == []
    nano = Product.objects.get(sku="IPOD2008PINK")
    assert (nano.name, nano.brand, nano.category) == ("IPod Nano - 8GB", "Apple", "Cult Products")
    assert nano.price == Decimal(199)


def test_what_woocommerce_answers_comes_in_with_what_was_paid_back(imports):
    customers = [f"customers_0{number}.json" for number in range(6)]
    for file in customers:
        assert imports("customers", FOLDER / "woocommerce_json" / file)["rejected"] == []
    numbers = set()
    for file in sorted((FOLDER / "woocommerce_json").glob("orders_0*.json")):
        body = json.loads(file.read_text())
        kept = [body] if "number" in body else [*body.get("create", []), *body.get("update", [])] if isinstance(
            body, dict) else body  # fmt: skip
        report = imports("orders", file)
        assert report["rejected"] == []
        for told in kept:
            numbers.add(told["number"])
            order = Order.objects.get(external_id=told["number"])
            assert (order.amount, order.currency) == (Decimal(told["total"]), told["currency"])
            given = sum(abs(Decimal(refund["total"])) for refund in told.get("refunds", []))
            back = Refund.objects.filter(external_id=told["number"]).aggregate(sum=Sum("amount"))["sum"] or 0
            assert back == given
    assert Order.objects.count() == len(numbers) > 2


@pytest.mark.parametrize(
    ("file", "rows", "taken"),
    [
        ("dittofeed/users.csv", 5, 5),
        ("dittofeed/missing-some-identifiers.csv", 5, 4),
        ("unomi/2-surfers-test.csv", 36, 17),
        ("unomi/6-actors-test.csv", 6, 6),
    ],
)
def test_the_samples_of_other_platforms_bring_those_whom_they_name(imports, file, rows, taken):
    report = imports("customers", FOLDER / "cdp_import_samples" / file)
    assert (report["rows"], report["accepted"], people()) == (rows, taken, taken)
    assert len(report["rejected"]) == rows - taken


@pytest.mark.long
def test_the_lines_of_a_whole_year_come_to_what_their_reference_says(imports):
    summary = json.loads((FOLDER / "online_retail_uci" / "reference_summary.json").read_text())
    report = imports(
        "orders",
        FOLDER / "online_retail_uci" / "online_retail_all.csv.gz",
        mapping={
            "columns": {
                "InvoiceNo": "order.external_id", "InvoiceDate": "order.placed_at", "CustomerID": "customer.external_id",
                "StockCode": "line.sku", "Description": "line.name", "Quantity": "line.quantity",
                "UnitPrice": "line.unit_price", "Country": "customer.country",
            },
            "constants": {"order.currency": "GBP"},
        },
    )  # fmt: skip
    assert report["rows"] == 541909
    gross = OrderLine.objects.aggregate(sum=Sum("amount"))["sum"]
    assert abs(gross - Decimal(str(summary["gross_revenue"]))) < 1
    assert Order.objects.filter(is_counted=True).count() == summary["orders_all"]


def test_clicks_of_half_a_year_come_in_once_and_go_again(imports, monkeypatch):
    summary = json.loads((FOLDER / "retentioneering_ecom" / "reference_summary.json").read_text())
    path = imports.folder / "clicks.csv"
    lines = data.text("retentioneering_ecom/ecom.csv.gz").splitlines(keepends=True)
    path.write_text("".join(lines[:2001]))
    first = imports("events", path, source="web")
    assert (first["created"], first["rejected"], Event.objects.count()) == (2000, [], 2000)
    assert summary["events"] == len(lines) - 1
    job = imports.job
    again = imports("events", path, source="web")
    assert (again["created"], Event.objects.count()) == (0, 2000)
    undo = undoing.begin(Job.objects.get(id=job.id), actor=actors.SYSTEM, at=timezone.now())
    running.finish(undo, lambda _done, _total: None)
    assert (Event.objects.count(), people()) == (0, 0)
    assert imports("events", path, source="web")["created"] == 2000


def test_products_of_a_file_are_changed_and_changed_back(imports):
    imports("products", 'sku,name,price,brand\nA-1,Soap,100,Fine\nA-2,Towel,"1,250.50",\n')
    assert Product.objects.get(sku="A-2").price == Decimal("1250.5")
    imports("products", "sku,name,price\nA-1,Soap bar,90\nA-3,Comb,5\n,No number,1\n")
    assert imports.problems() == [(4, "sku", "missing")]
    assert Product.objects.get(sku="A-1").brand == "Fine"
    undo = undoing.begin(Job.objects.get(id=imports.job.id), actor=actors.SYSTEM, at=timezone.now())
    running.finish(undo, lambda _done, _total: None)
    soap = Product.objects.get(sku="A-1")
    assert (soap.name, soap.price, soap.brand) == ("Soap", Decimal(100), "Fine")
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["A-1", "A-2"]


def test_a_zip_that_calls_itself_csv_is_refused_with_its_reason(imports, capsys):
    path = imports.folder / "people.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("people.csv", "email\na@example.com\n")
    with pytest.raises(Exception, match=r"(?i)zip"):
        call_command("import_file", "customers", str(path))
    assert people() == 0
    assert capsys.readouterr().out == ""
