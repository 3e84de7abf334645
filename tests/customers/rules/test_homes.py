"""Numbers that people say as at home."""

import datetime as dt

import pytest

from customers.rules import homes, people

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("shop", "told", "phone"),
    [
        ("TH", "010-9876-5432", "+821098765432"),
        ("TH", "๐๑๐-๙๘๗๖-๕๔๓๒", "+821098765432"),
        ("TH", "081 234 5678", "+66812345678"),
        ("KR", "081 234 5678", "+66812345678"),
        ("US", "010 9876 5432", "+821098765432"),
        ("TH", "042 123 4567", ""),  # a house in Udon Thani with a digit too many, or one in Daejeon
        ("TH", "1234567890", ""),  # ten digits are a number somewhere
        ("TH", "+1 202 555 01", ""),
        ("TH", "", ""),
    ],
)
def test_a_number_is_read_as_its_owner_says_it(shop, told, phone):
    rules = people.Rules(region=shop, today=TODAY)
    person, faults = homes.read(lambda rules_: people.clean({"phone": told}, rules_), rules)
    assert (person.phone, bool(faults)) == (phone, bool(told) and not phone)
