"""Where a chunk ends changes no order, in an import and in a check, through interruptions."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core import jobs
from cdp.core.imports import engine, running
from cdp.core.models import Job
from commerce.models import Order, OrderKey, OrderLine, Refund
from commerce.services import order_import
from tests.commerce.services.order_files import HEADER, MONEY, buyer, clean, line, order, picture, skus
from tests.importing import Importer

HUGE = "90000000000000"


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_line_with_which_its_order_comes_to_more_than_can_be_kept_is_told(imports, size):
    imports.chunk("orders", size)
    sold = line(price=HUGE) + line(price=HUGE, sku="B") + line(sku="C")
    back = line("2", quantity="-1", price=HUGE) * 2 + line("2", quantity="-1", sku="C")
    report = imports("orders", HEADER + sold + back)
    assert imports.problems() == [(3, "line.unit_price", "sum_too_large"), (6, "line.unit_price", "sum_too_large")]
    assert report["accepted"] == 4
    assert (order().amount, skus()) == (Decimal(HUGE) + 10, ["A", "C"])
    assert Refund.objects.get().amount == Decimal(HUGE) + 10


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("name", ["shipping", "tax", "refunded"])
def test_what_is_added_to_the_lines_must_fit_with_them(imports, size, name):
    imports.chunk("orders", size)
    header = f"order.external_id,order.placed_at,line.sku,line.unit_price,order.{name}\n"
    sign = "-" if name == "refunded" else ""
    imports("orders", header + f"1,2026-03-04,A,{sign}{HUGE},\n1,2026-03-04,A,5,{HUGE}\n1,2026-03-04,A,6,\n")
    assert imports.problems() == [(3, "line.unit_price", "sum_too_large")]
    assert order().amount == (6 if name == "refunded" else Decimal(HUGE) + 6)


def test_lines_far_apart_form_one_order_over_the_borders_of_chunks(imports):
    imports.chunk("orders", 2)
    report = imports("orders", HEADER + line(sku="A") + line("2") + line("3") + line("4") + line(sku="B") + line("5"))
    assert (skus(), order().amount) == (["A", "B"], Decimal(20))
    assert (report["rows"], Order.objects.count()) == (6, 5)


def test_a_second_currency_is_also_found_behind_the_border_of_a_chunk(imports):
    imports.chunk("orders", 1)
    imports("orders", MONEY + "1,2026-03-04,c1,USD,A,1,10\n1,2026-03-04,c1,THB,B,1,10\n1,2026-03-04,c1,,C,1,10\n")
    assert imports.problems() == [(3, "order.currency", "currency_differs")]
    assert (skus(), order().currency) == (["A", "C"], "USD")


SPARSE = (
    "order.external_id,order.placed_at,customer.email,order.status,order.currency,order.total,order.shipping,"
    "order.coupon,line.sku,line.unit_price\n"
    "1,2026-03-04,a@example.com,cancelled,USD,25,5,SPRING,A,10\n"
    "1,2026-03-04,,,,,,,B,10\n"
    "2,2026-03-04,,,,,,,A,10\n"
    "2,2026-03-04,b@example.com,refunded,USD,15,5,FALL,B,10\n"
)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_what_the_order_says_on_one_of_its_lines_only_holds_for_all_of_it(imports, size):
    imports.chunk("orders", size)
    imports("orders", SPARSE.replace("2,2026-03-04,b@example.com,refunded,USD", "2,2026-03-04,b@example.com,refunded,"))
    assert imports.problems() == []
    first, second = order("1"), order("2")
    assert (first.status, first.currency, first.amount, first.coupon) == ("cancelled", "USD", Decimal(25), "SPRING")
    assert first.is_counted is False
    assert (second.amount, second.coupon, second.currency) == (Decimal(15), "FALL", "THB")
    assert (buyer("1"), buyer("2")) == ("known", "known")


OPEN = (
    "order.external_id,order.placed_at,customer.external_id,order.currency,order.status,line.sku,line.quantity,"
    "line.unit_price\n"
)


@pytest.mark.parametrize("size", [1, 100])
def test_a_word_that_no_row_had_told_is_taken_from_behind_the_border_of_a_chunk(imports, size):
    imports.chunk("orders", size)
    rows = "1,2026-03-04,c1,,,A,1,10\n1,2026-03-04,c1,USD,cancelled,B,1,10\n1,2026-03-04,c1,THB,paid,C,1,10\n"
    imports("orders", OPEN + rows)
    assert imports.problems() == [(4, "order.currency", "currency_differs")]
    assert (order().currency, order().status, order().amount) == ("USD", "cancelled", Decimal(20))
    assert (order().is_counted, skus()) == (False, ["A", "B"])


@pytest.mark.parametrize("size", [1, 100])
@pytest.mark.parametrize("first", ["1", "-1"])
def test_an_order_and_its_return_have_one_currency_whichever_row_tells_it(imports, size, first):
    imports.chunk("orders", size)
    second = "-1" if first == "1" else "1"
    for number, told in (("1", ("", "USD")), ("2", ("USD", "")), ("3", ("", ""))):
        rows = f"{number},2026-03-04,c1,{told[0]},,A,{first},10\n{number},2026-03-04,c1,{told[1]},,A,{second},10\n"
        imports("orders", OPEN + rows)
    expected = {("1", "USD"), ("2", "USD"), ("3", "THB")}
    assert set(Order.objects.values_list("external_id", "currency")) == expected
    assert set(Refund.objects.values_list("external_id", "currency")) == expected


def test_a_later_file_that_does_not_tell_the_currency_is_in_that_of_the_shop(imports):
    both = "1,2026-03-04,c1,{0},{1},A,1,10\n1,2026-03-04,c1,{0},,A,-1,10\n"
    imports("orders", OPEN + both.format("USD", "cancelled"))
    imports("orders", OPEN + both.format("", ""))
    assert (order().currency, order().status, Refund.objects.get().currency) == ("THB", "paid", "THB")


@pytest.mark.parametrize("size", [1, 100])
def test_what_a_return_says_about_its_order_is_not_the_orders(imports, size):
    imports.chunk("orders", size)
    header = "order.external_id,order.placed_at,order.total,order.status,line.sku,line.unit_price\n"
    imports("orders", header + "1,2026-03-04,-5,cancelled,A,-5\n1,2026-03-04,30,,A,30\n1,2026-03-04,-7,voided,A,-7\n")
    assert (imports.problems(), imports.remarks()) == ([], set())
    assert (order().amount, order().status, Refund.objects.get().amount) == (30, "paid", 12)


def test_amounts_are_exact_to_four_decimals_whatever_the_chunk(imports):
    content = HEADER + "".join(line(quantity="0.333", price="0.0517", sku=str(n)) for n in range(1, 8))
    imports("orders", content)
    whole = order().amount
    Order.objects.all().delete()
    OrderKey.objects.all().delete()
    imports.chunk("orders", 2)
    imports("orders", content, source="other")
    assert (
        order().amount == whole == sum(OrderLine.objects.filter(order_id=order().id).values_list("amount", flat=True))
    )


def test_an_order_without_lines_is_worth_its_total(imports):
    imports("orders", "order.external_id,order.placed_at,order.total\n1,2026-03-04,99.50\n2,2026-03-04,0\n")
    assert (order("1").amount, order("1").is_counted, order("2").is_counted) == (Decimal("99.5"), True, False)


LINES = st.builds(
    line,
    order=st.sampled_from("1234"),
    at=st.sampled_from(["2026-03-04", "2026-03-02", "2026-03-09 12:00"]),
    who=st.sampled_from(["", "", "c1", "c2"]),
    sku=st.sampled_from("ABC"),
    quantity=st.sampled_from(["1", "2", "-1", "0", "x"]),
    price=st.sampled_from(["10", "0.3335", "0"]),
)


FEW = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=100)
CHUNKED = given(st.lists(LINES, min_size=1, max_size=12), st.integers(1, 5))


@FEW
@CHUNKED
def test_any_chunking_gives_the_same_orders(imports, lines, size):
    chunked_alike(imports, lines, size)


@pytest.mark.long
@MANY
@CHUNKED
def test_any_chunking_gives_the_same_orders_many_times(imports, lines, size):
    chunked_alike(imports, lines, size)


def chunked_alike(imports, lines, size):
    # The buyer of an order whose lines name two different people is the first; which that is must not hang on chunks.
    clean()
    imports.chunk("orders", 1000)
    imports("orders", HEADER + "".join(lines))
    whole = picture()
    clean()
    imports.chunk("orders", size)
    imports("orders", HEADER + "".join(lines))
    assert picture() == whole


TOLD = (
    "order.external_id,order.placed_at,customer.external_id,order.currency,order.status,order.total,order.shipping,"
    "order.refunded,order.coupon,line.sku,line.quantity,line.unit_price\n"
)
TOLD_LINES = st.tuples(
    st.sampled_from("12"),
    st.sampled_from(["2026-03-04", "2026-03-02"]),
    st.sampled_from(["", "c1"]),
    st.sampled_from(["", "", "USD", "THB"]),
    st.sampled_from(["", "", "cancelled", "paid"]),
    st.sampled_from(["", "", "0", "30"]),
    st.sampled_from(["", "0", "5", "6"]),
    st.sampled_from(["", "", "0", "4", "7"]),
    st.sampled_from(["", "SPRING", "s" * 81]),
    st.sampled_from("AB"),
    st.sampled_from(["1", "1", "-1", "0"]),
    st.sampled_from(["10", "0.3335", HUGE]),
)


def _said(imports: Importer) -> list[tuple[object, ...]]:
    """What the job says about each row."""
    notes = engine.rejects(imports.job)
    return [(one["line"], one["column"], one["value"], one["reason"], one["rejected"]) for one in notes]


def _heads() -> list[object]:
    names = ("external_id", "status", "currency", "total", "discount", "shipping", "coupon", "is_counted")
    return [
        list(Order.objects.order_by("external_id").values_list(*names)),
        list(Refund.objects.order_by("external_id").values_list("external_id", "currency")),
    ]


COLUMNS_CHUNKED = given(st.lists(TOLD_LINES, min_size=1, max_size=8), st.integers(1, 3))


@FEW
@COLUMNS_CHUNKED
def test_any_chunking_takes_the_same_from_every_column_and_so_does_a_check(imports, rows, size):
    told_alike(imports, rows, size)


@pytest.mark.long
@MANY
@COLUMNS_CHUNKED
def test_any_chunking_takes_the_same_from_every_column_many_times(imports, rows, size):
    told_alike(imports, rows, size)


def told_alike(imports, rows, size):
    content = TOLD + "".join(",".join(row) + "\n" for row in rows)
    clean()
    imports.chunk("orders", 1000)
    imports("orders", content)
    whole = [picture(), _heads(), _said(imports)]
    clean()
    imports.chunk("orders", size)
    imports("orders", content, dry_run=True)
    assert _said(imports) == whole[2]
    imports("orders", content)
    assert [picture(), _heads(), _said(imports)] == whole


def test_a_check_that_was_interrupted_finds_what_one_that_was_not_does(imports, monkeypatch):
    content = OPEN + "1,2026-03-04,c1,USD,,A,1,10\n2,2026-03-04,c1,,,A,1,10\n1,2026-03-04,c1,THB,,A,1,10\n"
    imports.chunk("orders", 1)
    real, calls = order_import.Handler.foresee, []

    def foresee(self, parsed):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(self, parsed)

    monkeypatch.setattr(order_import.Handler, "foresee", foresee)
    job = imports.begin("orders", content, dry_run=True)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id, claim_from=Job.State.DRAFT)
    Job.objects.filter(id=job.id).update(state=Job.State.WAITING, claimed_by=None)
    jobs.run(job.id)
    assert imports.problems() == [(4, "order.currency", "currency_differs")]
    assert running.report(Job.objects.get(id=job.id))["rows"] == 3


def test_an_import_killed_between_chunks_goes_on_to_the_same_result(imports, monkeypatch):
    content = HEADER + "".join(
        line(str(n % 7), who=["", "c1", "c2"][n % 3], sku=str(n), quantity="-1" if n % 5 == 0 else "2")
        for n in range(30)
    )
    imports("orders", content)
    whole = picture()
    clean()
    imports.chunk("orders", 4)
    real, calls = order_import.Handler.write, []

    def write(self, parsed):
        counts = real(self, parsed)
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return counts

    monkeypatch.setattr(order_import.Handler, "write", write)
    path = imports.file(content)
    job = imports.begin("orders", path)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id, claim_from=Job.State.DRAFT)
    imports("orders", path)
    assert imports.job.id == job.id
    assert picture() == whole
