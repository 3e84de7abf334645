"""Which column goes where: guessed, given, and what is wrong with it."""

import pytest
from django.utils import translation

from cdp.core.imports import mapping, registry

HEADER = ["Email", "Full Name", "โทรศัพท์", "이름"]


@pytest.fixture
def customers():
    return registry.get("customers")


def read(kind, data, header=HEADER):
    return mapping.read(data, kind=kind, header=header)


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("customer.email", "customer.email"),
        ("E-Mail", "customer.email"),
        ("อีเมล", "customer.email"),
        ("이메일", "customer.email"),
        ("FIRST_NAME", "customer.given_name"),
        ("ชื่อ-นามสกุล", "customer.name"),
        ("เบอร์โทรศัพท์", "customer.phone"),
        ("เบอร์", "customer.phone"),
        ("เบอร์มือถือ", "customer.phone"),
        ("อีเมล์", "customer.email"),
        ("ชื่อ-สกุล", "customer.name"),
        ("휴대폰", "customer.phone"),
        ("우편번호", "customer.postcode"),
        ("Ｅｍａｉｌ", "customer.email"),
    ],
)
def test_usual_names_in_three_languages_are_guessed(customers, column, target):
    assert mapping.guess(kind=customers, header=[column]).columns == {target: column}


def test_a_target_is_guessed_once_and_unknown_columns_are_left(customers):
    guessed = mapping.guess(kind=customers, header=["email", "E-Mail", "shoe size"])
    assert guessed.columns == {"customer.email": "email"}


@pytest.mark.parametrize("column", ["ส่วนลด", "ยอดรวม", "할인 금액", "합계", "Amount"])
def test_money_that_may_be_the_orders_or_a_lines_is_left_to_people(column):
    orders = registry.get("orders")
    assert mapping.guess(kind=orders, header=[column]).columns == {}
    assert len(mapping.doubts(orders, ["Order", column])[column]) == 2


def test_several_columns_may_become_tags(customers):
    data = {"columns": {"Email": "customer.email", "이름": "customer.tag", "Full Name": "customer.tag"}}
    assert read(customers, data).as_json()["columns"] == data["columns"]


def test_a_mapping_survives_its_own_json(customers):
    data = {
        "columns": {"Email": "customer.email"},
        "constants": {"customer.country": "TH"},
        "options": {"dayfirst": True},
    }
    assert read(customers, data).as_json() == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "JSON object"),
        ("x", "JSON object"),
        ({"column": {}}, "JSON object"),
        ({"columns": ["Email"]}, "must be JSON objects"),
        ({"options": {"speed": 1}}, "Unknown option “speed”"),
        ({"options": {"dayfirst": "yes"}}, "“dayfirst” must be true, false or null"),
        ({"options": {"zero_is_purchase": 1}}, "“zero_is_purchase” must be"),
        ({"options": {"delimiter": ";;"}}, "one character"),
        ({"options": {"delimiter": ""}}, "one character"),
        ({"options": {"delimiter": 5}}, "one character"),
        ({"options": {"header_line": 0}}, "line number"),
        ({"options": {"header_line": "first"}}, "line number"),
        ({"options": {"encoding": 5}}, "must be a text"),
        ({"columns": {"E-mail": "customer.email"}}, "no column “E-mail”; it has Email, Full Name"),
        ({"columns": {"Email": "customer.mail"}}, "no target “customer.mail”"),
        ({"columns": {"Email": ["customer.email"]}}, "must be a text"),
        ({"columns": {"Email": "customer.email", "이름": "customer.email"}}, "Two columns"),
        ({"columns": {"Full Name": "customer.name"}}, "One column must be mapped to"),
        ({"columns": {"Email": "customer.email"}, "constants": {"customer.country": ["TH"]}}, "text or a number"),
        ({"columns": {"Email": "customer.email"}, "constants": {"customer.planet": "TH"}}, "no target"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(customers, data, words):
    with pytest.raises(mapping.BadMapping, match=words):
        read(customers, data)


def test_columns_may_be_left_out_on_purpose(customers):
    assert read(customers, {"columns": {"Email": "customer.email", "Full Name": "-", "이름": None}}).columns == {
        "customer.email": "Email"
    }


@pytest.mark.parametrize("language", ["th", "ko"])
def test_faults_can_be_told_in_the_readers_language(customers, language):
    with translation.override(language), pytest.raises(mapping.BadMapping) as refused:
        read(customers, {"columns": {"E-mail": "customer.email"}})
    # In the language of whoever asks, which may be somebody else than who was there when it happened.
    assert "has no column" in str(refused.value)
    with translation.override(language):
        assert "E-mail" in str(refused.value)
        assert "has no column" not in str(refused.value)


@pytest.mark.parametrize(
    ("header", "shop", "constants"),
    [
        (["이메일", "phone"], "TH", {"customer.country": "KR"}),
        (["อีเมล", "เบอร์"], "KR", {"customer.country": "TH"}),
        (["อีเมล", "เบอร์"], "TH", {}),
        (["이메일", "เบอร์"], "US", {}),
        (["이메일", "국가"], "TH", {}),
        (["email"], "TH", {}),
    ],
)
def test_the_writing_of_the_header_says_the_country_where_no_column_does(customers, settings, header, shop, constants):
    settings.CDP_SHOP_COUNTRY = shop
    assert mapping.guess(kind=customers, header=header).constants == constants


@pytest.mark.parametrize(
    ("kind", "column", "target"),
    [
        *(
            (kind, name, "customer.external_id")
            for kind in ("customers", "orders", "consents")
            for name in ("Customer No", "Customer no.", "Customer #", "Cust ID", "รหัสลูกค้า", "고객번호")
        ),
        ("customers", "รหัส", "customer.external_id"),
        ("orders", "Customer", "customer.name"),
        *(
            ("orders", name, "order.external_id")
            for name in ("Order", "Order no", "Order #", "เลขที่คำสั่งซื้อ", "주문번호", "InvoiceNo")
        ),
        *(("orders", name, "line.name") for name in ("Item", "Product", "สินค้า", "상품")),
        *(("orders", name, "line.sku") for name in ("StockCode", "รหัสสินค้า", "상품코드")),
        *(("orders", name, "order.placed_at") for name in ("Date", "InvoiceDate", "วันที่", "주문일")),
        ("orders", "UnitPrice", "line.unit_price"),
        ("consents", "ช่องทาง", "consent.channel"),
    ],
)
def test_ordinary_headers_are_recognised(kind, column, target):
    assert mapping.guess(kind=registry.get(kind), header=[column]).columns == {target: column}


def test_a_code_in_a_file_of_orders_is_nobodys_number_by_itself():
    assert mapping.guess(kind=registry.get("orders"), header=["รหัส"]).columns == {}


@pytest.mark.parametrize("kind", ["customers", "orders", "consents", "leads"])
def test_a_column_of_whole_names_is_one_whatever_it_is_called(kind):
    rows = [["นายสมชาย ใจดี", "0812345678"], ["มาลี รักไทย", "0898765432"]]
    guessed = mapping.guess(kind=registry.get(kind), header=["ชื่อ", "เบอร์โทร"], rows=rows).columns
    assert guessed == {"customer.name": "ชื่อ", "customer.phone": "เบอร์โทร"}
