"""Exports of shops and mail services come in as they are: the right people, money and consent, nobody merged wrongly."""

import csv
import json
import uuid
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Sum

from cdp.core.imports import layouts, mapping, registry
from commerce.models import Order, Refund
from consent.models import ConsentRecord, ConsentState
from customers.models import Customer, Identifier
from customers.rules import emails
from customers.selectors import identifiers

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
EXPORTS = DATA / "platform_exports_dev"
FILES = (
    ("customers", "shopify_customers_export_new.csv", "shopify"),
    ("customers", "shopify_customers_export_old.csv", "shopify"),
    ("orders", "shopify_orders_export.csv", "shopify"),
    ("orders", "woocommerce_orders.csv", "woocommerce"),
    ("customers", "subscribed_email_audience_export.csv", "mailchimp"),
    ("customers", "unsubscribed_email_audience_export.csv", "mailchimp"),
    ("customers", "nonsubscribed_email_audience_export.csv", "mailchimp"),
    ("customers", "cleaned_email_audience_export.csv", "mailchimp"),
    ("customers", "klaviyo_list.csv", "klaviyo"),
    ("customers", "hubspot_contacts.csv", "hubspot"),
)
WORDS = {
    True: True, False: False, "subscribed": True, "unsubscribed": False, "cleaned": False, "SUBSCRIBED": True,
    "UNSUBSCRIBED": False, "nonsubscribed": None, "NEVER_SUBSCRIBED": None,
}  # fmt: skip

ONLY_A_NAME_LEADS_TO = {"p0063", "p0220"}
"""A line of theirs at HubSpot has nothing but a name in common with their other lines: nobody is merged for a name."""


def imported(kind: str, path: Path, source: str) -> dict:
    out = StringIO()
    call_command("import_file", kind, path, source=source, json=True, no_wait=True, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def people():
    if not EXPORTS.is_dir():
        pytest.skip("the shared data with exports of platforms is not beside this clone")
    return [json.loads(line) for line in (EXPORTS / "reference_people.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_exports_of_five_platforms_give_their_people_money_and_consent(people):
    for kind, name, source in FILES:
        assert imported(kind, EXPORTS / name, source)["rejected"] == [], name
    summary = json.loads((EXPORTS / "reference_summary.json").read_text("utf-8"))
    # Two people more than the reference knows: nothing but the name leads from their line at HubSpot to their other
    # lines, for they gave their number nowhere else.
    assert Customer.objects.filter(status="known").count() == summary["people"] + len(ONLY_A_NAME_LEADS_TO)
    for currency, expected in summary["money_by_currency"].items():
        orders = Order.objects.filter(is_counted=True, currency=currency).aggregate(n=Count("id"), gross=Sum("amount"))
        refunds = Refund.objects.filter(currency=currency).aggregate(total=Sum("amount"))
        found = {"orders": orders["n"], "gross": float(orders["gross"]), "refunded": float(refunds["total"])}
        assert found == expected
    found = customers_of_rows()
    split = {person: customers for person, customers in found.items() if len(customers) > 1}
    assert split.keys() == ONLY_A_NAME_LEADS_TO
    assert all(len(customers) == 2 for customers in split.values())
    everybody = [customer for customers in found.values() for customer in customers]
    assert len(everybody) == len(set(everybody)), "no row of one person is with another: no household, no namesakes"
    traps = ("household_pairs_that_must_stay_apart", "namesake_pairs_that_must_stay_apart")
    for one, other in (pair for trap in traps for pair in summary[trap]):
        assert not found[one] & found[other]
    for person in people:
        assert money_of(found[person["person"]]) == person["money"], person["person"]
        assert consents_of(found[person["person"]]) == {
            (source, WORDS[word]) for source, word in person["consent"].items() if WORDS[word] is not None
        }, person["person"]


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file, as a person reads them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def customers_of_rows() -> dict[str, set[uuid.UUID]]:
    """By person of the reference: every customer with whom a row of that person is."""
    orders = {row[:2]: row[2] for row in Order.objects.values_list("source", "external_id", "customer_id")}
    keys = dict(Identifier.objects.values_list("digest", "customer_id"))
    files = {name: (source, rows_of(EXPORTS / name)) for _kind, name, source in FILES}
    found: dict[str, set[uuid.UUID]] = {}
    for told in rows_of(EXPORTS / "reference_row_to_person.csv"):
        source, rows = files[told["file"]]
        row = rows[int(told["row"]) - 1]
        if number := row.get("Name" if source == "shopify" else "Order Number"):
            customer = orders[source, number]
        elif told["basis"] == "email":
            email = row.get("Email") or row["Email Address"]
            customer = keys[identifiers.digest("email", emails.normalise(email))]
        else:
            customer = keys[identifiers.digest("external_id", row["Record ID"], source)]
        found.setdefault(told["person"], set()).add(customer)
    return found


def money_of(customers: set[uuid.UUID]) -> dict[str, dict[str, float]]:
    """In the shape of the reference."""
    orders = Order.objects.filter(customer_id__in=customers, is_counted=True).values_list("currency")
    refunds = Refund.objects.filter(customer_id__in=customers).values_list("currency")
    back = dict(refunds.annotate(Sum("amount")))
    return {
        currency: {"orders": number, "gross": float(gross), "refunded": float(back.get(currency, 0))}
        for currency, number, gross in orders.annotate(Count("id"), Sum("amount"))
    }


def consents_of(customers: set[uuid.UUID]) -> set[tuple[str, bool]]:
    """What they said, and where; twice is told as a fault."""
    rows = list(ConsentRecord.objects.filter(customer_id__in=customers).values_list("source", "status"))
    assert len({source for source, _ in rows}) == len(rows)
    return {(source, status == ConsentRecord.Status.GIVEN) for source, status in rows}


def consents() -> Counter:
    """How many people have which word from which source; each has one at most."""
    rows = list(ConsentRecord.objects.values_list("source", "customer_id", "status"))
    assert len({row[:2] for row in rows}) == len(rows)
    return Counter((source, status == ConsentRecord.Status.GIVEN) for source, _, status in rows)


@pytest.mark.django_db(transaction=True)
def test_importing_the_same_audience_again_records_nothing_new(tmp_path):
    path = tmp_path / "customers_export.csv"
    path.write_text(
        "First Name,Last Name,Email,Accepts Email Marketing,Total Spent\nAnn,Lee,ann@example.com,yes,1.00\n"
        "Bob,Kim,bob@example.com,no,0.00\nCho,,cho@example.com,,0.00\n"
    )
    imported("customers", path, "shopify")
    path.write_text(path.read_text() + "Dan,Ito,dan@example.com,yes,0.00\n")
    imported("customers", path, "shopify")
    assert consents() == {("shopify", True): 2, ("shopify", False): 1}
    assert Customer.objects.filter(status="known").count() == 4


@pytest.mark.django_db(transaction=True)
def test_an_undated_yes_of_another_list_is_kept_and_undoes_no_no(tmp_path):
    unsubscribed = tmp_path / "unsubscribed_email_audience_export.csv"
    unsubscribed.write_text(
        "Email Address,First Name,Last Name,MEMBER_RATING,LEID,EUID,UNSUB_TIME\n"
        "ann@example.com,Ann,Lee,2,1,a,2024-06-01 10:00:00\n"
    )
    shopify = tmp_path / "customers_export.csv"
    shopify.write_text(
        "First Name,Last Name,Email,Accepts Email Marketing,Total Spent\nAnn,Lee,ann@example.com,yes,1.00\n"
    )
    imported("customers", unsubscribed, "mailchimp")
    imported("customers", shopify, "shopify")
    assert consents() == {("mailchimp", False): 1, ("shopify", True): 1}
    assert not ConsentState.objects.get().is_granted


@pytest.mark.django_db(transaction=True)
def test_a_part_of_a_name_does_not_replace_the_whole(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("email,given_name,family_name\nann@example.com,Ann,Lee\nann@example.com,,Lee\n")
    imported("customers", path, "shop")
    path.write_text("email,given_name,family_name\nann@example.com,,Lee\nann@example.com,Ann,\n")
    imported("customers", path, "shop")
    key = Customer.objects.get(status="known").given_name_key
    assert key is not None
    path.write_text("email,given_name,family_name\nann@example.com,Anna,Lee\n")
    imported("customers", path, "shop")
    assert Customer.objects.get(status="known").given_name_key != key


BANDS = [(100000, "100000-199999"), (50000, "50000-99999"), (20000, "20000-49999"), (10000, "10000-19999")]


@pytest.mark.django_db(transaction=True)
def test_incomes_are_kept_only_as_bands():
    path = DATA / "adventureworks_prospects" / "ProspectiveBuyer.csv"
    if not path.is_file():
        pytest.skip("the shared data with prospects is not beside this clone")
    report = imported("customers", path, "crm")
    assert (report["rows"], report["rejected"]) == (2059, [])
    keys = dict(Identifier.objects.values_list("digest", "customer_id"))
    told = {}  # of somebody who stands there twice the last line holds
    for row in rows_of(path):
        digest = identifiers.digest("external_id", row["ProspectAlternateKey"], "crm")
        told[keys[digest]] = next(band for least, band in BANDS if int(row["YearlyIncome"]) >= least)
    assert dict(Customer.objects.filter(status="known").values_list("id", "income_band")) == told
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} t WHERE t::text ~ '\\m(110|120|130|160|170)000\\M' LIMIT 1")
            assert cursor.fetchone() is None, f"an exact income lies in {table}"


@pytest.mark.django_db(transaction=True)
def test_of_everything_stripe_knows_the_customers_are_people():
    path = DATA / "stripe_fixtures" / "fixtures3.json"
    if not path.is_file():
        pytest.skip("the shared data of Stripe is not beside this clone")
    report = imported("customers", path, "stripe")
    assert (report["created"], report["rejected"]) == (1, [])
    number = json.loads(path.read_text("utf-8"))["resources"]["customer"]["id"]
    owner = Identifier.objects.get(digest=identifiers.digest("external_id", number, "stripe"))
    assert owner.customer_id == Customer.objects.get(status="known").id


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "created"),
    [
        ("gmail-list.vcf", 3),
        ("gmail-single.vcf", 1),
        ("John_Doe_GMAIL.vcf", 1),
        ("John_Doe_IPHONE.vcf", 1),
        ("John_Doe_MS_OUTLOOK.vcf", 1),
        ("rfc2426-example.vcf", 2),
        ("rfc6350-example.vcf", 1),
    ],
)
def test_cards_become_customers(name, created):
    path = DATA / "vcards_dev" / name
    if not path.is_file():
        pytest.skip("the shared data with cards is not beside this clone")
    report = imported("customers", path, "phone")
    assert (report["created"], report["rejected"]) == (created, [])


@pytest.mark.parametrize(
    ("kind", "header", "key"),
    [
        ("customers", "Record ID,First Name,Last Name,Email,Phone Number", "hubspot.contacts"),
        ("customers", "Id,FirstName,LastName,Email,MobilePhone", "salesforce.contacts"),
        ("customers", "First Name,Last Name,E-mail 1 - Value,Phone 1 - Value", "google.contacts"),
        ("customers", "id,Description,Email,Name,Created (UTC)", "stripe.customers"),
        ("customers", "email,name", None),
        (
            "orders",
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            "online_retail",
        ),
    ],
)
def test_a_layout_is_known_by_its_header(kind, header, key):
    found = layouts.find(kind, header.split(","))
    assert (found and found.key) == key
    for column, target in found.columns.items() if found else ():
        assert target in registry.get(kind).targets, column


def test_what_never_subscribed_is_known_by_the_name_of_its_file():
    header = ["Email Address", "First Name", "MEMBER_RATING", "LEID", "EUID", "OPTIN_TIME"]
    names = {
        "subscribed_email_audience_export_1.csv": True, "nonsubscribed_email_audience_export_1.csv": False,
        "members.csv": False,
    }  # fmt: skip
    for name, allows in names.items():
        mapped = mapping.guess(kind=registry.get("customers"), header=header, file=name)
        assert bool(mapped.also) == allows, name
