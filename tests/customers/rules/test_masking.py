"""Masked contacts: enough to recognise, too little to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import masking


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("john@example.com", "j•••@example.com"),
        ("j@example.com", "•••@example.com"),
        ("สมชาย@example.com", "ส•••@example.com"),
        ("a@b@example.com", "a•••@example.com"),
        ("nonsense", "•••••"),
        ("", ""),
    ],
)
def test_an_address_keeps_its_first_letter_and_domain(value, masked):
    assert masking.of("email", value) == masked


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("+66812345678", "+66 •• ••• 5678"),
        ("+821012345678", "+82 •• •••• 5678"),
        ("+14155550123", "+1 ••• ••• 0123"),
        ("+6621234567", "+66 • ••• 4567"),
    ],
)
def test_a_number_keeps_its_country_and_last_four_digits(value, masked):
    assert masking.of("phone", value) == masked


@pytest.mark.parametrize("kind", ["line", "external_id", "anything"])
def test_everything_else_shows_only_that_it_is_there(kind):
    assert masking.of(kind, "somchai99") == "•••••"
    assert masking.of(kind, "") == ""


@given(st.from_regex(r"\+66[689][0-9]{8}", fullmatch=True))
def test_no_number_shows_more_than_four_of_its_own_digits(number):
    masked = masking.phone(number)
    assert sum(char.isdigit() for char in masked.removeprefix("+66")) == 4
    assert masked.endswith(number[-4:])


@given(st.emails())
def test_no_address_shows_its_mailbox(address):
    local = address.rpartition("@")[0]
    masked = masking.email(address).rpartition("@")[0]
    assert masked.rstrip("•") == (local[:1] if len(local) > 1 else "").rstrip("•")


def test_a_member_number_shows_its_last_four():
    assert masking.of("member_number", "M123456789") == "•••• 6789"
