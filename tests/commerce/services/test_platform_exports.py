"""Exports of shops and mail services come in as they are: the right people, money and consent, nobody merged wrongly."""

import csv
import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Count, Sum

from cdp.core.imports import layouts, mapping, registry
from commerce.models import Order, Refund
from consent.models import ConsentRecord, ConsentState
from customers.models import Customer, Identifier

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


def imported(kind: str, path: Path, source: str) -> dict:
    out = StringIO()
    call_command("import_file", kind, path, source=source, json=True, no_wait=True, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def people():
    if not EXPORTS.is_dir():
        pytest.skip("the shared data with exports of platforms is not beside this clone")
    return [json.loads(line) for line in (EXPORTS / "reference_people.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.django_db(transaction=True)
def test_the_exports_of_five_platforms_give_their_people_money_and_consent(people):
    for kind, name, source in FILES:
        assert imported(kind, EXPORTS / name, source)["rejected"] == [], name
    summary = json.loads((EXPORTS / "reference_summary.json").read_text("utf-8"))
    # Four people more than the reference knows: nothing but the name leads from their line at HubSpot to their other
    # lines. Two gave their number nowhere else, the numbers of two (+66 69…) are none that Thailand gives out.
    assert Customer.objects.filter(status="known").count() == summary["people"] + 4
    owners = dict(Identifier.objects.filter(kind="email").values_list("digest", "customer_id"))
    assert len(set(owners.values())) == len(owners), "each address is a person: no household, no namesakes merged"
    assert len(owners) == len({person["email"] for person in people if has_email(person)})
    for currency, expected in summary["money_by_currency"].items():
        orders = Order.objects.filter(is_counted=True, currency=currency).aggregate(n=Count("id"), gross=Sum("amount"))
        refunds = Refund.objects.filter(currency=currency).aggregate(total=Sum("amount"))
        found = {"orders": orders["n"], "gross": float(orders["gross"]), "refunded": float(refunds["total"])}
        assert found == expected
    assert consents() == {
        (source, WORDS[word]): number
        for (source, word), number in Counter(
            item for person in people for item in person["consent"].items() if WORDS[item[1]] is not None
        ).items()
    } | {("mailchimp", False): 28}


def has_email(person: dict) -> bool:
    rows = csv.DictReader((EXPORTS / "reference_row_to_person.csv").open(encoding="utf-8"))
    return any(row["person"] == person["person"] and row["basis"] == "email" for row in rows)


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


@pytest.mark.django_db(transaction=True)
def test_incomes_are_kept_only_as_bands():
    path = DATA / "adventureworks_prospects" / "ProspectiveBuyer.csv"
    if not path.is_file():
        pytest.skip("the shared data with prospects is not beside this clone")
    report = imported("customers", path, "crm")
    assert (report["rows"], report["rejected"]) == (2059, [])
    bands = Counter(Customer.objects.filter(status="known").values_list("income_band", flat=True))
    assert set(bands) == {"10000-19999", "20000-49999", "50000-99999", "100000-199999"}


@pytest.mark.django_db(transaction=True)
def test_of_everything_stripe_knows_the_customers_are_people():
    path = DATA / "stripe_fixtures" / "fixtures3.json"
    if not path.is_file():
        pytest.skip("the shared data of Stripe is not beside this clone")
    report = imported("customers", path, "stripe")
    assert (report["created"], report["rejected"]) == (1, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "created"), [("gmail-list.vcf", 3), ("John_Doe_IPHONE.vcf", 1), ("rfc2426-example.vcf", 2)]
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
