import contextlib
import json
from pathlib import Path

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customers.rules import emails
from customers.rules.unreadable import Unreadable

CASES = Path(__file__).parents[3] / ".." / "shared" / "data" / "email_cases_dev" / "email_cases.jsonl"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  Ann.Lee@Example.COM ", "Ann.Lee@example.com"),
        ("\u200bann@example.com\u00a0", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ("'ann@example.com", "ann@example.com"),
        ("o'neil@example.com", "o'neil@example.com"),
        ("Ann Lee <ann@example.com>", "ann@example.com"),
        ("INFO@shop.co.th", "info@shop.co.th"),
        ("jeff@臺網中心.tw", "jeff@臺網中心.tw"),
        ("jeff@xn--fiqq24b10vi0d.tw", "jeff@臺網中心.tw"),
        ("สมชาย@example.com", "สมชาย@example.com"),
    ],
)
def test_writes_an_address_one_way(raw, wanted):
    assert emails.normalise(raw) == wanted


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "missing"),
        ("-", "missing"),
        ("N/A", "missing"),
        ("ann", "not_an_email"),
        ("ann@", "email_domain"),
        ("@example.com", "email_local_part"),
        ("a..b@example.com", "not_an_email"),
        ("ann@example", "email_domain"),
        ("ann@-example.com", "email_domain"),
        ("ann@shop.test", "email_domain"),
        ("ann@[127.0.0.1]", "email_domain"),
        ("a" * 65 + "@example.com", "email_local_part"),
        ("x" * 100_000, "not_an_email"),
    ],
)
def test_says_why_an_address_cannot_be_read(raw, code):
    with pytest.raises(Unreadable) as caught:
        emails.normalise(raw)
    assert caught.value.code == code
    assert str(caught.value.reason)


def test_agrees_with_the_cases_of_email_validator():
    if not CASES.exists():
        pytest.skip("the shared data with e-mail cases is not beside this clone")
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        try:
            found = emails.normalise(case["email"])
        except Unreadable:
            found = None
        if case["test"].startswith("test_email_valid"):
            assert found is not None, case
            assert case["normalized_or_error"] in {found, found.rpartition("@")[0]}, case
        elif "display name and angle brackets" in case["normalized_or_error"]:
            # Not permitted in a login form, well understood in a file: the address is taken.
            assert found == "me@example.com", case
        elif case["test"].endswith("smtputf8_off"):
            # Our mail is international: what that setting alone forbids is allowed here.
            assert found in {None, case["email"]}, case
        else:
            assert found is None, case


def by_the_library(text: str) -> str | None:
    try:
        return email_validator.validate_email(text, check_deliverability=False, strict=True).normalized
    except email_validator.EmailNotValidError:
        return None


LOCALS = st.text(alphabet="abzABZ019.-_+'!#$%&*/=?^`{|}~\" @é", min_size=1, max_size=66) | st.sampled_from(
    ["info", "INFO", "Sales", "x" * 64, "x" * 65]
)
LABELS = st.text(alphabet="abzAZ09-_é", min_size=0, max_size=65)
DOMAINS = st.lists(LABELS, min_size=1, max_size=5).map(".".join) | st.sampled_from(
    [
        "example.com",
        "EXAMPLE.co.TH",
        "x.test",
        "x.local",
        "xn--fiqq24b10vi0d.tw",
        "a.b--c.com",
        "ab--c.com",
        "x.c1",
        "1.2.co",
        "x" * 64 + ".com",
        ("x" * 60 + ".") * 4 + "com",
    ]
)


@given(LOCALS, DOMAINS)
def test_the_fast_path_says_what_the_library_says(local, domain):
    text = f"{local}@{domain}"
    found = emails._fast(text)
    assert found is None or found == by_the_library(text)


@given(LOCALS, DOMAINS)
@example("''", "example.com")
@example("''é", "example.com")
def test_a_written_address_stays_as_it_is(local, domain):
    try:
        once = emails.normalise(f"{local}@{domain}")
    except Unreadable:
        return
    assert emails.normalise(once) == once
    assert emails.key(emails.key(once)) == emails.key(once)


@pytest.mark.parametrize("written", ["''ada@shop.example", "Ada <'ada@shop.example>", "'''ada@shop.example"])
def test_apostrophes_before_an_address_are_no_part_of_it(written):
    assert emails.normalise(written) == "ada@shop.example"


@given(st.text(max_size=80))
def test_nonsense_is_refused_and_never_breaks(raw):
    with contextlib.suppress(Unreadable):
        assert "@" in emails.normalise(raw)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@example.com", "ann@example.com"),
        ("ann+shop@gmail.com", "ANN@gmail.com"),
        ("ann+shop@googlemail.com", "ann@gmail.com"),
    ],
)
def test_two_spellings_of_one_mailbox_have_one_key(one, other):
    assert emails.key(emails.normalise(one)) == emails.key(emails.normalise(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.nn@gmail.com", "ann@gmail.com"),  # dots stay, on purpose
        ("ann+shop@example.com", "ann@example.com"),  # only Gmail is known to drop the tag
        ("ann@example.com", "ann@example.org"),
        ("groß@example.com", "gross@example.com"),
        ("ann@straße.de", "ann@strasse.de"),
    ],
)
def test_two_mailboxes_have_two_keys(one, other):
    assert emails.key(emails.normalise(one)) != emails.key(emails.normalise(other))


@pytest.mark.parametrize(
    "email", ["a@example.com", "a@mail.example.org", "a@example.co.th", "a@shop.example", "a@x.invalid"]
)
def test_knows_the_domains_reserved_for_examples(email):
    assert emails.is_reserved(email)


@pytest.mark.parametrize("email", ["a@myexample.com", "a@shop.co.th", "a@example-shop.com", "a@gmail.com"])
def test_takes_real_domains_for_real(email):
    assert not emails.is_reserved(email)


def test_writes_the_domain_in_ascii_for_the_wire():
    assert emails.wire("jeff@臺網中心.tw") == "jeff@xn--fiqq24b10vi0d.tw"
    assert emails.wire("ann@example.com") == "ann@example.com"
