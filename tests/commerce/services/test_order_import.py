"""Orders from files: one row is one line, wherever in the file it stands."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.imports import running
from cdp.core.models import Mark, Source
from commerce.models import Order, OrderKey, OrderLine, Product, Refund, RefundKey, RefundLine
from commerce.rules.inputs import OrderInput, RefundInput
from commerce.selectors import orders as reading
from commerce.services import orders, refunds
from customers.models import Customer, Identifier
from customers.rules import people
from customers.services import buckets, identity
from tests import factories
from tests.commerce.services.order_files import HEADER, MONEY, buyer, line, order, skus

# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "column", "code"),
    [
        (line(quantity="two"), "line.quantity", "not_a_number"),
        (line(quantity="NaN"), "line.quantity", "missing"),
        (line(quantity="1e400"), "line.quantity", None),
        (line(quantity="999999999999"), "line.quantity", "too_large"),
        (line(quantity="99999999999.9999"), "line.quantity", "too_large"),
        (line(quantity="2", price="90000000000000"), "line.quantity", "too_large"),
        (line(quantity="0", price="100000000000000"), "line.unit_price", "too_large"),
        (line(quantity="-1", price="999999999999999"), "line.unit_price", "too_large"),
        (line(price="99999999999999.99996"), "line.unit_price", "too_large"),
        (line(price=""), "line.unit_price", "missing"),
        (line(price="cheap"), "line.unit_price", "not_a_number"),
        (line(at="yesterday"), "order.placed_at", "not_a_date"),
        (line(at="2026-02-30"), "order.placed_at", "no_such_day"),
        (line(at=""), "order.placed_at", None),
        (line(order=""), "order.external_id", "missing"),
        (line(order="x" * 201), "order.external_id", "too_long"),
        (line(sku="s" * 121), "line.sku", "too_long"),
    ],
)
def test_a_bad_row_is_told_and_the_others_come_in(imports, bad, column, code):
    report = imports("orders", HEADER + line() + bad + line("3"))
    (problem,) = imports.problems()
    assert problem[:2] == (3, column)
    assert code in (None, problem[2])
    assert report["accepted"] == 2
    assert set(Order.objects.values_list("external_id", flat=True)) == {"1", "3"}


@pytest.mark.parametrize("name", ["total", "discount", "shipping", "tax", "refunded"])
@pytest.mark.parametrize("bad", ["100000000000000", "-999999999999999", "99999999999999.99995"])
def test_an_amount_that_no_column_can_hold_costs_its_row_only(imports, name, bad):
    header = f"order.external_id,order.placed_at,order.{name},line.unit_price\n"
    report = imports("orders", header + f"1,2026-03-04,{bad},5\n2,2026-03-04,,5\n")
    assert imports.problems() == [(2, f"order.{name}", "too_large")]
    assert (report["accepted"], list(Order.objects.values_list("external_id", flat=True))) == (1, ["2"])


def test_an_unknown_currency_or_status_is_told(imports):
    header = "order.external_id,order.placed_at,order.currency,order.status,line.unit_price\n"
    imports("orders", header + "1,2026-03-04,XYZ,paid,5\n2,2026-03-04,THB,teleported,5\n3,2026-03-04,thb,Paid,5\n")
    assert imports.problems() == [
        (2, "order.currency", "unknown_currency"),
        (3, "order.status", "unknown_status"),
    ]
    assert order("3").currency == "THB"


def test_a_buyer_who_cannot_be_read_costs_the_row_and_a_blank_one_is_a_guest(imports):
    header = "order.external_id,order.placed_at,customer.email,line.unit_price\n"
    imports("orders", header + "1,2026-03-04,not-an-address,5\n2,2026-03-04,,5\n3,2026-03-04,a@example.com,5\n")
    assert [(number, column) for number, column, _code in imports.problems()] == [(2, "customer.email")]
    assert (buyer("2"), buyer("3")) == ("bucket", "known")


def test_a_guest_with_a_whole_name_and_a_number_of_no_plan_yet_is_somebody(imports):
    header = "order.external_id,order.placed_at,customer.email,customer.name,customer.phone,line.unit_price\n"
    told = [",Ann Lee,069-571-2671", "ann@example.com,Ann Lee,+66695712671", ",Ann Kim,069-571-2671", ",Bob,0695712671"]
    imports("orders", header + "".join(f"{number},2026-03-04,{who},5\n" for number, who in enumerate(told, start=1)))
    assert [(number, code) for number, _column, code in imports.problems()] == [(5, "phone_not_in_use")]
    assert order("1").customer_id == order("2").customer_id != order("3").customer_id
    assert buyer("3") == "known"


def test_a_buyer_with_one_readable_identifier_is_taken_with_a_warning(imports):
    header = "order.external_id,order.placed_at,customer.email,customer.external_id,line.unit_price\n"
    imports("orders", header + "1,2026-03-04,not-an-address,c1,5\n")
    assert (imports.problems(), buyer()) == ([], "known")
    assert imports.remarks()


def test_a_file_without_prices_or_totals_is_refused(imports):
    with pytest.raises(running.UnableToBegin, match=r"line.unit_price / order.total"):
        imports("orders", "order.external_id,order.placed_at\n1,2026-03-04\n")


# --- one order ------------------------------------------------------------------------------------------------------


def test_rows_of_one_number_are_one_order(imports):
    report = imports("orders", HEADER + line(sku="A") + line("2") + line(sku="B", quantity="3", at="2026-03-04 09:00"))
    assert (report["created"], report["updated"]) == (2, 0)
    assert (skus(), order().amount) == (["A", "B"], Decimal(40))
    assert order().placed_at == dt.datetime(2026, 3, 4, 2, tzinfo=dt.UTC)  # 09:00 in Bangkok, the earliest


def test_exact_duplicates_of_a_line_stay(imports):
    imports("orders", HEADER + line() + line())
    assert (skus(), order().amount) == (["A", "A"], Decimal(20))


def test_a_second_currency_inside_one_order_is_a_bad_row(imports):
    imports("orders", MONEY + "1,2026-03-04,c1,THB,A,1,10\n1,2026-03-04,c1,USD,B,1,10\n1,2026-03-04,c1,,C,1,10\n")
    assert imports.problems() == [(3, "order.currency", "currency_differs")]
    assert (skus(), order().currency) == (["A", "C"], "THB")


REFUNDED = "order.external_id,order.placed_at,customer.external_id,order.refunded,line.sku,line.unit_price\n"


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_refunded_amount_that_each_line_of_the_order_repeats_is_paid_back_once(imports, size):
    imports.chunk("orders", size)
    imports(
        "orders",
        REFUNDED
        + "".join(f"1,2026-03-04,c1,{paid},{sku},10\n" for paid, sku in [("5", "A"), ("5.00", "B"), ("0", "C")]),
    )
    assert (imports.problems(), imports.remarks()) == ([], set())
    assert (Refund.objects.get().amount, RefundLine.objects.count(), skus()) == (Decimal(5), 1, ["A", "B", "C"])


def test_empty_quantities_count_as_one_and_how_many_they_are_is_told(imports):
    imports.chunk("orders", 2)
    imports("orders", HEADER + line(quantity="") + line(sku="B", quantity="2") + line(order="2", quantity=" "))
    assert imports.problems() == []
    assert [(one["code"], one["count"]) for one in imports.job.result["warnings"]] == [("quantity_assumed", 2)]
    assert sorted(OrderLine.objects.values_list("sku", "quantity")) == [("A", 1), ("A", 1), ("B", 2)]


def test_the_download_of_refused_lines_takes_no_other_line_out_of_an_order(imports):
    imports("orders", HEADER + line() + line(sku="B", quantity="two") + line(order="2", quantity="two"))
    mended = line(sku="B", quantity="2") + line(order="2", quantity="2")
    download = "import_line,import_reason," + HEADER + "".join(f"9,why,{row}\n" for row in mended.splitlines())
    for _again in range(2):
        imports("orders", download)
        assert "order_in_part" in {problem[-1] for problem in imports.problems()}
        assert (skus(), skus("2")) == (["A"], ["A"])


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_second_refunded_amount_of_an_order_is_told_and_the_first_one_kept(imports, size):
    imports.chunk("orders", size)
    imports("orders", REFUNDED + "1,2026-03-04,c1,5,A,10\n1,2026-03-04,c1,,B,10\n1,2026-03-04,c1,7,C,10\n")
    assert (imports.problems(), imports.remarks()) == ([], {"number_differs"})
    assert Refund.objects.get().amount == Decimal(5)


def test_a_later_file_tells_the_refunded_amount_anew(imports):
    imports("orders", REFUNDED + "1,2026-03-04,c1,5,A,10\n1,2026-03-04,c1,5,B,10\n")
    imports("orders", REFUNDED + "1,2026-03-04,c1,7,A,10\n1,2026-03-04,c1,7,B,10\n")
    assert imports.problems() == []
    assert Refund.objects.get().amount == Decimal(7)


def test_a_row_whose_refunded_amount_is_no_number_leaves_nothing_of_its_order(imports):
    imports("orders", REFUNDED + "1,2026-03-04,c1,some,A,10\n")
    assert imports.problems() == [(2, "order.refunded", "not_a_number")]
    assert not Order.objects.exists()


STRIPE = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer Email\n"
    "ch_1,2026-03-04 10:00,100.00,20.00,thb,Paid,a@example.com\n"
    "ch_2,2026-03-04 11:00,50.00,50.00,thb,Refunded,a@example.com\n"
    "ch_3,2026-03-04 12:00,30.00,0.00,thb,Paid,a@example.com\n"
)


def test_a_payment_without_lines_that_was_paid_back_is_an_order_and_a_refund(imports):
    report = imports("orders", STRIPE)
    assert (report["created"], report["accepted"], imports.problems()) == (3, 3, [])
    assert set(Order.objects.values_list("external_id", "amount", "is_counted")) == {
        ("ch_1", 100, True),
        ("ch_2", 50, True),
        ("ch_3", 30, True),
    }
    assert set(Refund.objects.values_list("external_id", "amount", "order_id")) == {
        ("ch_1", 20, order("ch_1").id),
        ("ch_2", 50, order("ch_2").id),
    }


def test_a_payment_comes_in_although_its_refund_was_booked_before(imports):
    imports("orders", HEADER + line("O1", quantity="3"))
    told = RefundInput(external_id="ch_1", at=None, currency="", amount=Decimal(20), reason="broken", lines=())
    shop = Source.objects.get(key="shop")
    refunds.write(refund=told, order=order("O1"), source=shop, actor=SYSTEM, now=timezone.now())
    report = imports("orders", STRIPE)
    assert (report["accepted"], imports.problems(), imports.remarks()) == (3, [], {"refund_booked"})
    assert (order("ch_1").amount, order("ch_1").is_counted) == (100, True)
    assert list(reading.reasons_of(Refund.objects.filter(external_id="ch_1")).values()) == ["broken"]


@pytest.mark.parametrize("size", [1, 100])
def test_a_total_below_zero_without_lines_is_a_return_as_it_is_over_rest(imports, size):
    imports.chunk("orders", size)
    header = "order.external_id,order.placed_at,customer.external_id,order.total,order.status\n"
    report = imports(
        "orders", header + "1,2026-03-04,c1,-20.50,paid\n1,2026-03-05,c1,-20.50,paid\n2,2026-03-04,c1,9,\n"
    )
    assert (report["accepted"], imports.problems(), imports.remarks()) == (3, [], set())
    assert list(Order.objects.values_list("external_id", "amount")) == [("2", 9)]
    told = OrderInput(external_id="3", placed_at=timezone.now(), currency="THB", total=Decimal("-20.50"))
    orders.write(
        order=told, customer_id=order("2").customer_id, source=Source.objects.get(key="shop"), actor=SYSTEM,
        now=timezone.now(),
    )  # fmt: skip
    back = Refund.objects.order_by("external_id")
    assert [(one.external_id, one.amount) for one in back] == [("1", Decimal("20.5")), ("3", Decimal("20.5"))]
    assert back[0].at == dt.datetime(2026, 3, 3, 17, tzinfo=dt.UTC)


def test_zero_counts_only_if_the_mapping_says_so(imports):
    imports("orders", HEADER + line(price="0"))
    assert order().is_counted is False
    mapping = {"columns": {name: name for name in HEADER.strip().split(",")}, "options": {"zero_is_purchase": True}}
    imports("orders", HEADER + line("2", price="0"), mapping=mapping)
    assert order("2").is_counted is True


@pytest.mark.parametrize(("text", "amount"), [('"1.234,50"', "1234.50"), ('"12,50"', "12.50")])
def test_a_decimal_comma_is_read(imports, text, amount):
    rest = "".join(f'{n},2026-03-04,c1,A,1,"{n},95"\n' for n in range(2, 12))
    imports("orders", HEADER + f"1,2026-03-04,c1,A,1,{text}\n" + rest)
    assert order().amount == Decimal(amount)


def test_day_and_month_are_told_by_the_whole_column(imports):
    imports("orders", HEADER + line("1", at="03/04/2026") + line("2", at="25/04/2026"))
    assert order("1").placed_at.astimezone(dt.timezone(dt.timedelta(hours=7))).date() == dt.date(2026, 4, 3)


def test_the_mapping_may_say_which_is_the_month(imports):
    mapping = {"columns": {name: name for name in HEADER.strip().split(",")}, "options": {"dayfirst": False}}
    imports("orders", HEADER + line("1", at="03/04/2026"), mapping=mapping)
    assert order().placed_at.astimezone(dt.timezone(dt.timedelta(hours=7))).date() == dt.date(2026, 3, 4)


def test_customer_numbers_that_a_spreadsheet_spoiled_name_the_same_people(imports):
    imports("orders", HEADER + line("1", who="17850.0") + line("2", who="13047.0"))
    imports("orders", HEADER + line("3", who="17850"))
    assert order("1").customer_id == order("3").customer_id


# --- again ----------------------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(imports):
    content = HEADER + line(sku="A") + line(sku="B") + line("2", quantity="-1") + line("3", who="")
    imports("orders", content)
    models = (Order, OrderLine, Refund, RefundLine, OrderKey, RefundKey, Product)
    before = [model.objects.count() for model in models]
    kept = list(Order.objects.order_by("external_id").values_list("id", "customer_id", "amount", "placed_at"))
    again = imports("orders", content)
    assert [model.objects.count() for model in models] == before
    assert list(Order.objects.order_by("external_id").values_list("id", "customer_id", "amount", "placed_at")) == kept
    assert again["created"] == 0


def test_a_later_file_replaces_the_lines_and_the_head(imports):
    imports("orders", HEADER + line(sku="A") + line(sku="B", at="2026-03-01"))
    imports("orders", HEADER + line(sku="C", at="2026-03-09"))
    assert (skus(), order().amount) == (["C"], Decimal(10))
    assert order().placed_at == dt.datetime(2026, 3, 8, 17, tzinfo=dt.UTC)


def test_the_number_of_another_source_is_another_order(imports):
    imports("orders", HEADER + line())
    imports("orders", HEADER + line(), source="till")
    assert Order.objects.filter(external_id="1").count() == 2


# --- returns --------------------------------------------------------------------------------------------------------


def test_negative_lines_become_a_refund_of_that_customer(imports):
    imports("orders", HEADER + line("C9", sku="A", quantity="-2", price="10") + line("C9", sku="B", quantity="-1"))
    refund = Refund.objects.get()
    assert (refund.amount, refund.order_id, refund.external_id) == (Decimal(30), None, "C9")
    assert set(refund.lines.values_list("sku", "quantity", "amount")) == {("A", 2, 20), ("B", 1, 10)}
    assert not Order.objects.exists()
    assert refund.customer_id == Identifier.objects.get().customer_id


def test_a_duplicate_refund_is_one_refund(imports):
    imports("orders", HEADER + line("C9", quantity="-2"))
    imports("orders", HEADER + line("C9", quantity="-2"))
    assert (Refund.objects.count(), RefundLine.objects.count(), Refund.objects.get().amount) == (1, 1, 20)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_refund_that_was_booked_before_is_told_and_not_counted_again(imports, size):
    imports.chunk("orders", size)
    imports("orders", HEADER + line("O1", quantity="3"))
    told = RefundInput(external_id="R1", at=None, currency="", amount=Decimal(20), reason="broken", lines=())
    shop = Source.objects.get(key="shop")
    refunds.write(refund=told, order=order("O1"), source=shop, actor=SYSTEM, now=timezone.now())
    content = HEADER + line("R1", quantity="-2") + line("R1", quantity="1") + line("O2") + line("R2", quantity="-1")
    report = imports("orders", content)
    assert imports.problems() == [(2, "order.external_id", "refund_booked")]
    assert (report["rows"], report["accepted"], report["rejected"][0]["value"]) == (4, 3, "R1")
    assert set(Refund.objects.values_list("external_id", "amount")) == {("R1", 20), ("R2", 10)}
    assert list(reading.reasons_of(Refund.objects.all()).values()) == ["broken"]
    assert set(Order.objects.values_list("external_id", flat=True)) == {"O1", "O2", "R1"}


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("first", ["1", "-1"])
def test_an_order_and_its_return_know_each_other_whatever_comes_first(imports, size, first):
    imports.chunk("orders", size)
    second = "-1" if first == "1" else "1"
    imports("orders", HEADER + line(quantity=first) + line(quantity=second))
    assert Refund.objects.get().order_id == order().id
    assert order().amount == 10


# --- guests ---------------------------------------------------------------------------------------------------------


def test_guests_go_to_buckets_and_mark_nobody(imports):
    imports("orders", HEADER + line(who="") + line("2", who="", quantity="-1"))
    assert {order().customer_id, Refund.objects.get().customer_id} <= set(buckets.IDS)
    assert not Mark.objects.exists()


@pytest.mark.parametrize("size", [1, 100])
def test_a_guest_who_is_named_by_a_later_line_is_no_guest(imports, size):
    imports.chunk("orders", size)
    imports("orders", HEADER + line(who="", sku="A") + line(who="c1", sku="B"))
    assert (buyer(), skus()) == ("known", ["A", "B"])
    assert set(OrderLine.objects.values_list("customer_id", flat=True)) == {order().customer_id}


def test_a_guest_who_is_named_by_a_later_file_gets_order_and_return(imports):
    imports("orders", HEADER + line(who="") + line("1", who="", quantity="-1", sku="B"))
    Mark.objects.all().delete()
    imports("orders", HEADER + line(who="c1") + line("1", who="c1", quantity="-1", sku="B"))
    assert (buyer(), skus()) == ("known", ["A"])
    assert Refund.objects.get().customer_id == order().customer_id == OrderKey.objects.get().customer_id
    assert set(Mark.objects.values_list("customer_id", flat=True)) == {order().customer_id}


def test_a_known_buyer_is_not_lost_to_a_later_file_without_names(imports):
    imports("orders", HEADER + line(who="c1"))
    imports("orders", HEADER + line(who=""))
    assert buyer() == "known"


# --- people and products ----------------------------------------------------------------------------------------------


def test_buyers_are_known_once_whatever_door_they_came_through(imports):
    ann = factories.customer(email="ann@example.com")
    header = "order.external_id,order.placed_at,customer.email,line.unit_price\n"
    imports("orders", header + "1,2026-03-04,Ann@Example.com,5\n2,2026-03-04,ann@example.com,5\n")
    assert set(Order.objects.values_list("customer_id", flat=True)) == {ann.id}


def test_everybody_who_bought_or_returned_is_marked(imports):
    imports("orders", HEADER + line(who="c1") + line("2", who="c2", quantity="-1"))
    assert set(Mark.objects.values_list("customer_id", flat=True)) == set(
        Identifier.objects.values_list("customer_id", flat=True)
    )


def test_new_products_enter_the_catalogue_and_known_ones_stay(imports):
    header = "order.external_id,order.placed_at,line.sku,line.name,line.unit_price\n"
    imports("orders", header + "1,2026-03-04,A,,5\n2,2026-03-04,A,Cup,5\n")
    imports("orders", header + "3,2026-03-04,A,Renamed,5\n")
    assert list(Product.objects.values_list("sku", "name")) == [("A", "Cup")]


# --- interruptions ----------------------------------------------------------------------------------------------------


def test_a_dry_run_writes_nothing(imports):
    report = imports("orders", HEADER + line() + line(quantity="x"), dry_run=True)
    assert (report["accepted"], len(report["rejected"])) == (1, 1)
    assert not any(model.objects.exists() for model in (Order, OrderKey, OrderLine, Product, Mark, Identifier))


def test_two_owners_of_one_order_leave_it_with_the_first(imports):
    imports("orders", HEADER + line(who="c1"))
    imports("orders", HEADER + line(who="c2"))
    (known,) = identity.look_up([people.Person(external_id="c1")], source=factories.source())
    assert order().customer_id == known


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("size", [2, 100])
def test_orders_that_lose_lines_are_counted(imports, dry_run, size):
    imports.chunk("orders", size)
    lines = ["A,5", "A,x", "B,x", "C,x", "C,7", "D,7", "E,x", "E,y", "F,1"]
    content = "order,date,product,price\n" + "".join(
        f"{number},2026-05-01,Tea,{price}\n" for number, price in (line.split(",") for line in lines)
    )
    imports("orders", content, dry_run=dry_run)
    assert imports.job.result["also"]["orders_short"] == 2


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("size", [1, 100])
def test_orders_without_a_buyer_and_with_a_mere_number_are_counted(imports, dry_run, size):
    imports.chunk("orders", size)
    rows = ["A,,", "A,,", "B,77,", "C,77,ann@example.com", "D,78,", "E,,ann@example.com"]
    lines = [f"{row},2026-05-01,Tea,5" for row in rows]
    imports("orders", "\n".join(["order,customer no,email,date,product,price", *lines]), dry_run=dry_run)
    also = imports.job.result["also"]
    assert (also["orders_unnamed"], also["orders_numbered"]) == (1, 2)


def test_orders_that_lose_nothing_are_not_counted(imports):
    imports("orders", "order,date,product,price\nA,2026-05-01,Tea,5\nB,2026-05-01,Tea,x\n")
    assert "orders_short" not in imports.job.result["also"]


def test_people_are_customers_since_their_first_order_and_what_the_newest_order_tells_holds(imports):
    header = "order id,order date,email,city,price\n"
    rows = [
        "3,2025-03-01 12:00,ann@example.com,Phuket,5",
        "2,2025-02-01 12:00,ann@example.com,Krabi,5",
        "1,2025-01-01 12:00,ann@example.com,Phuket,5",
        "4,2026-01-01 12:00,bob@example.com,Krabi,5",
        "5,2025-06-01 12:00,cyd@example.com,Hua Hin,-5",
    ]
    factories.customer(email="bob@example.com", now=dt.datetime(2025, 5, 5, tzinfo=dt.UTC))
    imports("orders", header + "\n".join(rows) + "\n")
    since = dict(Customer.objects.filter(status="known").values_list("city", "created_at"))
    assert {city: f"{at:%Y-%m-%d}" for city, at in since.items() if at.year == 2025} == {
        "Phuket": "2025-01-01",
        "Krabi": "2025-05-05",
    }
    assert Customer.objects.filter(status="known").count() == 3
