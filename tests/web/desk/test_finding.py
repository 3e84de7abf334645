"""What is typed or scanned into the one field, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.web.desk import finding
from customers.rules import member_numbers

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


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    plain = finding.plain(text)
    assert len(plain) <= finding.LONGEST
    assert set(finding.proposed(text)) <= {"name", "phone", "email"}
