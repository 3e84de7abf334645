"""How names on platforms are kept, compared and shown, and which of them tell who somebody is."""

import pytest

from customers.rules import handles, identifiers
from customers.rules.people import Person


@pytest.mark.parametrize(
    ("raw", "kept", "shown", "masked"),
    [
        ("@Nok.Beauty", "nok.beauty", "@nok.beauty", "@n•••"),
        ("https://www.facebook.com/Anna.Lee.94", "anna.lee.94", "@anna.lee.94", "@a•••"),
        ("Anna Lee", "Anna Lee", "Anna Lee", "A•••"),
        ("อัญชลี ใจดี", "อัญชลี ใจดี", "อัญชลี ใจดี", "อ•••"),
    ],
)
def test_a_handle_is_shown_with_its_sign_and_a_display_name_as_it_is_written(raw, kept, shown, masked):
    found = handles.name(raw, on="facebook")
    assert (found, handles.shown(found), handles.masked(found)) == (kept, shown, masked)
    assert handles.masked("") == handles.shown("") == ""


def test_spellings_of_a_name_are_one_identifier():
    spelt = [identifiers.normalise("handle", f"FB:{raw}") for raw in ("Anna Lee", "anna lee", "@ANNA LEE")]
    assert len({identifiers.key("handle", one) for one in spelt}) == 1


def test_a_display_name_tells_who_it_is_only_where_nothing_else_does():
    handle, display = "facebook:anna.lee.94", "facebook:Anna Lee"
    assert Person(handle=display).account == display
    assert Person(handle=display, name="Anna Lee").account == display
    assert Person(handle=display, email="anna@example.com").account == ""
    assert Person(handle=handle, email="anna@example.com").account == handle
