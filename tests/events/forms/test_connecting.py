"""An address that somebody wrote becomes the origin that browsers send."""

import pytest
from django import forms

from events.forms import connecting


@pytest.mark.parametrize(
    ("told", "sent"),
    [
        ("shop.example", "https://shop.example"),
        ("HTTPS://Shop.Example/", "https://shop.example"),
        ("https://shop.example:443/", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("http://shop.example:443", "http://shop.example:443"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://[2001:DB8:0:0::1]:443", "https://[2001:db8::1]"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("ร้าน.example", "https://xn--q3ct9b5e.example"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(told, sent):
    assert connecting.origin(told) == (sent, "")


LONG = ".".join(["shop" * 12] * 4)
WIDE = ".".join(["ร้านค้าออนไลน์ของเรา"] * 8)


@pytest.mark.parametrize(
    "told",
    [
        "ftp://shop.example",
        "https://",
        "http://[fe80::1%25eth0]",
        "http://[::1",
        "https://a b",
        f"{LONG}.example",
        WIDE,
    ],
)
def test_what_no_browser_sends_or_no_source_can_keep_is_refused(told):
    with pytest.raises(forms.ValidationError, match="as it stands in the browser"):
        connecting.origin(told)


def test_an_address_that_grows_too_long_in_ascii_is_refused_on_both_forms():
    assert len(WIDE) < connecting.LONGEST
    assert "origin" in connecting.ConnectForm({"name": "Shop", "origin": WIDE}).errors
    assert "origins" in connecting.SourceForm({"name": "Shop", "origins": WIDE}).errors
