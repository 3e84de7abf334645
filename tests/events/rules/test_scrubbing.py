"""What of an event is about a person."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.rules import scrubbing


@pytest.mark.parametrize(
    "values",
    [
        {"sku": "A-1", "name": "Serum 30 ml", "price": 12.5, "quantity": 2},
        {"product_id": "8850999220017", "barcode": 8850999220017, "order_id": "0812345678"},
        {"orderNumber": "1000000001", "total": 1234567890, "timestamp": 1795348800000},
        {"url": "https://shop.example/serum?utm_source=line", "path": "/serum", "price": "0.95"},
        {"products": [{"sku": "A", "name": "Cream"}, {"sku": "B"}], "coupon": "WELCOME10"},
        {"is_gift": True, "note": None},
        {"price": 12.333333333333334, "share": 4111111111111.111, "rating": 4, "views": -5, "huge": 1e300},
        {"phone_model": "X12", "mail_type": "news", "product_name": "Case", "card": "visa", "house_number": 7},
    ],
)
def test_what_was_looked_at_stays(values):
    assert scrubbing.split(values) == (values, {})


@pytest.mark.parametrize(
    ("values", "personal"),
    [
        ({"email": "a@example.com"}, ["email"]),
        ({"Email Address": "unknown"}, ["Email Address"]),
        ({"first_name": "มะลิ", "lastName": "Kim"}, ["first_name", "lastName"]),
        ({"label": "write to mali@example.com soon"}, ["label"]),
        ({"url": "https://shop.example/?email=mali%40example.com"}, ["url"]),
        ({"value": "+66 81 234 5678"}, ["value"]),
        ({"value": "081-234-5678"}, ["value"]),
        ({"value": "4111 1111 1111 1111"}, ["value"]),
        ({"order_id": "4111111111111111"}, ["order_id"]),
        ({"shipping": {"address": {"street": "99 Sukhumvit"}, "method": "post"}}, ["shipping.address"]),
        ({"people": [{"phone": 812345678}, "b@example.com"]}, ["people.0.phone", "people.1"]),
        ({"mali@example.com": 1}, ["mali@example.com"]),
        ({"mobile_number": "812345678"}, ["mobile_number"]),
        ({"contactNumber": 812345678, "id_card_number": 1}, ["contactNumber", "id_card_number"]),
        ({"whatsapp_no": "1", "tel2": "2", "user_email": "x"}, ["whatsapp_no", "tel2", "user_email"]),
        ({"shipping_address1": "12 Soi 5", "homeAddress": "1"}, ["shipping_address1", "homeAddress"]),
        (
            {"customer_first_name": "Mali", "billing_name": "M", "dob": "1990"},
            ["customer_first_name", "billing_name", "dob"],
        ),
        ({"โทรศัพท์": "1", "이메일": "x"}, ["โทรศัพท์", "이메일"]),
    ],
)
def test_what_tells_who_is_taken_out(values, personal):
    clear, found = scrubbing.split(values)
    assert sorted(found) == sorted(personal)
    assert "example.com" not in str(clear)


def test_a_list_keeps_its_places():
    assert scrubbing.split({"tags": ["a", "b@example.com", "c"]})[0] == {"tags": ["a", None, "c"]}


@example({}, "/@a.ai")
@given(
    st.recursive(
        st.dictionaries(st.text(max_size=6), st.text(max_size=20) | st.integers() | st.none(), max_size=3),
        lambda inner: st.dictionaries(st.text(max_size=6), inner | st.lists(inner, max_size=2), max_size=3),
        max_leaves=6,
    ),
    st.emails(),
)
def test_no_address_ever_stays(values, email):
    clear, personal = scrubbing.split({**values, "seen": {"by": [f"<{email}>"]}})
    assert email not in str(clear)
    assert personal
