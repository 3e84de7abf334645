"""What is misspelt in the environment is refused with a sentence that says how to mend it, and tells no password."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from cdp.core import environment


@pytest.mark.parametrize(("text", "code"), [("THB", "THB"), ("krw", "KRW"), (" eur ", "EUR")])
def test_a_currency_is_known_by_its_code(text, code):
    assert environment.currency(text, name="CDP_CURRENCY") == code


@pytest.mark.parametrize("text", ["BATH", "", "ZZZ", "TH", "฿", "XXX"])
def test_what_is_no_currency_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match=rf"^CDP_CURRENCY={text} is no currency; .* THB, KRW or USD\.$"):
        environment.currency(text, name="CDP_CURRENCY")


@pytest.mark.parametrize(("text", "code"), [("TH", "TH"), ("kr", "KR"), (" GB ", "GB")])
def test_a_country_is_known_by_its_code(text, code):
    assert environment.country(text, name="CDP_SHOP_COUNTRY") == code


@pytest.mark.parametrize("text", ["ZZZ", "", "ZZ", "EU", "UK", "Thailand", "THA"])
def test_what_is_no_country_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match=rf"^CDP_SHOP_COUNTRY={text} is no country; .* TH, KR or GB\.$"):
        environment.country(text, name="CDP_SHOP_COUNTRY")


@pytest.mark.parametrize(
    "url",
    [
        "file:",
        "file:/var/mail",
        "file:///var/mail",
        "smtp://localhost",
        "smtps://user:p%40ss@mail.example.com:465",
        "smtp+tls://user:secret@[::1]:587",
    ],
)
def test_mail_goes_to_files_or_a_mail_server(url):
    assert environment.mail_url(url, name="EMAIL_URL") == url


@pytest.mark.parametrize(
    "url",
    [
        "smpt://user:secret@mail.example.com",
        "user:secret@mail.example.com",
        "mail.example.com:25",
        "",
        "http://mail.example.com",
        "smtp:user:secret@mail.example.com",
        "smtp://",
        "smtp://user:secret@",
        "smtp://user:secret/more@mail.example.com",
        "smtp://user:secret@mail.example.com:many",
        "smtp://user:secret@mail.example.com:0",
        "smtp://user:12#secret@mail.example.com",
        "smtp://user:12?secret@mail.example.com",
        "smtp://user:12/secret@mail.example.com",
        "smtp://[secret",
    ],
)
def test_another_mail_address_is_refused_without_telling_the_password(url):
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL .* smtp\+tls://user:password@mail") as refused:
        environment.mail_url(url, name="EMAIL_URL")
    assert "secret" not in str(refused.value)
