import collections
import datetime as dt
from decimal import Decimal
from itertools import groupby

from cdp.sample import purchases

CENT = {"THB": Decimal("0.01"), "KRW": Decimal(1), "USD": Decimal("0.01")}


def documents(lines):
    return [list(group) for _, group in groupby(lines, key=lambda row: row["order.external_id"])]


def is_return(lines):
    return lines[0]["order.external_id"].startswith("RT")


def test_every_line_has_every_column_as_text(lines):
    for row in lines:
        assert tuple(row) == purchases.COLUMNS
        assert all(isinstance(value, str) for value in row.values())


def test_the_lines_of_an_order_stand_together_under_one_number(lines):
    heads = [document[0]["order.external_id"] for document in documents(lines)]
    assert len(set(heads)) == len(heads)


def test_a_total_is_its_lines_less_discount_with_shipping(lines):
    for document in documents(lines):
        head = document[0]
        step = CENT[head["order.currency"]]
        amount = sum(Decimal(row["line.quantity"]) * Decimal(row["line.unit_price"]) for row in document)
        for row in document:
            price = Decimal(row["line.unit_price"])
            assert price > 0
            assert price == price.quantize(step)
        if is_return(document):
            assert amount < 0
            assert head["order.total"] == ""
        else:
            assert Decimal(head["order.discount"]) < amount
            assert Decimal(head["order.total"]) == amount - Decimal(head["order.discount"]) + Decimal(
                head["order.shipping"]
            )
            assert Decimal(head["order.total"]) > 0


def test_currencies_belong_to_countries(lines, people):
    country = {row["customer.external_id"]: row["customer.phone"] for row in people}
    assert country
    currency_of = collections.defaultdict(set)
    for row in lines:
        if row["customer.external_id"]:
            currency_of[row["customer.external_id"]].add(row["order.currency"])
    assert all(len(found) == 1 for found in currency_of.values())
    shares = collections.Counter(found.copy().pop() for found in currency_of.values())
    assert set(shares) == {"THB", "KRW", "USD"}
    assert shares["THB"] > shares["KRW"] > shares["USD"]


def test_returns_are_documents_of_their_own_that_take_back_what_was_bought(lines):
    bought = {document[0]["order.external_id"]: document for document in documents(lines)}
    back = [document for document in bought.values() if is_return(document)]
    assert 0.01 < len(back) / len(bought) < 0.08
    for document in back:
        original = bought[document[0]["order.external_id"].replace("RT", "SO")]
        sold = {(row["line.sku"], int(row["line.quantity"]), row["line.unit_price"]) for row in original}
        for row in document:
            assert (row["line.sku"], -int(row["line.quantity"]), row["line.unit_price"]) in sold
        assert dt.datetime.fromisoformat(document[0]["order.placed_at"]) > dt.datetime.fromisoformat(
            original[0]["order.placed_at"]
        )
        assert original[0]["order.status"] == ("refunded" if len(document) == len(original) else "partially_refunded")


def test_orders_lie_between_sign_up_and_now(lines, people, sample):
    since = {row["customer.external_id"]: dt.datetime.fromisoformat(row["customer.created_at"]) for row in people}
    for row in lines:
        at = dt.datetime.fromisoformat(row["order.placed_at"])
        assert at <= sample.now
        if row["customer.external_id"]:
            assert at >= since[row["customer.external_id"]]


def test_buyers_differ_as_people_do(lines, people, sample):
    orders, last = collections.Counter(), {}
    for document in documents(lines):
        head = document[0]
        if not is_return(document) and head["customer.external_id"]:
            orders[head["customer.external_id"]] += 1
            at = dt.datetime.fromisoformat(head["order.placed_at"])
            last[head["customer.external_id"]] = max(at, last.get(head["customer.external_id"], at))
    never = 1 - len(orders) / len(people)
    assert 0.18 < never < 0.38
    once = sum(count == 1 for count in orders.values()) / len(orders)
    assert 0.25 < once < 0.55
    assert max(orders.values()) > 20
    lapsed = sum(sample.now - at > dt.timedelta(days=90) for at in last.values()) / len(last)
    assert 0.35 < lapsed < 0.7


def test_sale_days_and_paydays_are_busy(lines):
    by_day = collections.Counter(
        document[0]["order.placed_at"][:10] for document in documents(lines) if document[0]["order.currency"] == "THB"
    )
    usual = sorted(by_day.values())[len(by_day) // 2]
    assert by_day["2026-11-11"] > 3 * usual
    november = [by_day[f"2026-10-{day:02d}"] for day in range(1, 32)]
    assert sum(november[24:31]) / 7 > 1.1 * sum(november[4:24]) / 20


def test_people_have_a_usual_hour(lines):
    hours = collections.defaultdict(list)
    for document in documents(lines):
        if not is_return(document) and document[0]["customer.external_id"]:
            hours[document[0]["customer.external_id"]].append(int(document[0]["order.placed_at"][11:13]))
    regular = [sorted(found) for found in hours.values() if len(found) >= 8]
    assert len(regular) > 50
    spread = [found[-2] - found[1] for found in regular]
    assert sum(spread) / len(spread) < 6


def test_people_come_back_to_their_favourites(lines):
    skus = collections.defaultdict(list)
    for row in lines:
        if row["customer.external_id"] and int(row["line.quantity"]) > 0:
            skus[row["customer.external_id"]].append(row["line.sku"])
    loyal = [
        collections.Counter(found).most_common(1)[0][1] / len(found) for found in skus.values() if len(found) >= 15
    ]
    assert sum(loyal) / len(loyal) > 0.18


def test_some_orders_name_no_customer(lines):
    guests = [document[0] for document in documents(lines) if not document[0]["customer.external_id"]]
    assert any(head["customer.email"] for head in guests)
    assert any(not head["customer.email"] and head["order.channel"] == "store" for head in guests)
    assert len(guests) / len(documents(lines)) < 0.1


def test_stores_belong_to_the_channel_store(lines):
    for row in lines:
        assert (row["order.channel"] == "store") == bool(row["order.store"])


def test_coupons_take_something_off(lines):
    used = [document[0] for document in documents(lines) if document[0]["order.coupon"]]
    assert len(used) > 100
    assert all(Decimal(head["order.discount"]) > 0 for head in used)
    assert {head["order.coupon"] for head in used} >= {"WELCOME10", "DOUBLE11", "BIRTHDAY15", "SONGKRAN15"}
