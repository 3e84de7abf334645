"""What is typed or scanned into the one field, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.web.desk import finding
from customers.rules import member_numbers
from tests import factories

NUMBER = "M1234567894"


@pytest.mark.parametrize(
    "scanned",
    [
        NUMBER,
        "?ๅ/-ภถุึคตภ",  # the keyboard of the tablet is set to Thai
        "ทๅ/-ภถุึคตภ",
        "ㅡ1234567894",  # or to Korean
        " M 123 456 7894 ",
        "m123-456-7894",
        "1234567894\r\n",
    ],
)
def test_a_scanned_card_is_read_whatever_the_keyboard_is_set_to(scanned):
    assert member_numbers.ours(finding.plain(scanned)) == NUMBER


@pytest.mark.parametrize("typed", ["ทราย", "มาลี ใจดี", "ㅡ", "ㅡ김민지", "?", "081-234 5678", "tok_ㅡ1"])
def test_what_people_type_stays_as_it_is(typed):
    assert finding.plain(typed) == typed


@pytest.mark.parametrize(
    ("shop", "typed", "number"),
    [
        ("TH", "010-9876-5432", "+821098765432"),
        ("TH", "081 234 5678", "+66812345678"),
        ("KR", "081 234 5678", "+66812345678"),
        ("US", "010 9876 5432", "+821098765432"),
    ],
)
def test_a_number_is_understood_as_its_owner_says_it(settings, shop, typed, number):
    settings.CDP_SHOP_COUNTRY = shop
    assert finding.proposed(typed) == {"phone": number}


def test_a_number_with_a_digit_too_many_is_not_carried_over_as_a_house_in_another_country(settings):
    settings.CDP_SHOP_COUNTRY = "TH"
    assert finding.proposed("042 123 4567") == {}


@pytest.mark.django_db
def test_a_customer_of_another_country_is_found_by_the_number_as_they_say_it():
    who = factories.customer(name="한소희", phone="+821098765432")
    assert finding.find("010-9876-5432", in_full=False).only == who.id


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    plain = finding.plain(text)
    assert len(plain) <= finding.LONGEST
    assert set(finding.proposed(text)) <= {"name", "phone", "email"}
