"""The e-mail as mail programs get it."""

import datetime as dt
import email
import email.policy
import uuid
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.channels.contract import Outgoing
from campaigns.channels.email import compose
from campaigns.rules import markup
from cdp.core import letters
from consent.rules import packs

ID = uuid.UUID("01990000-0000-7000-8000-000000000001")
OUTGOING = Outgoing(
    id=ID,
    customer=uuid.UUID("01990000-0000-7000-8000-000000000002"),
    purpose="marketing",
    address="mali@example.com",
    name="Mali Srisuk",
    language="en",
    subject="We miss you",
    body="# Hello\n\nCome back to [our shop](https://shop.example)",
    label="",
    needs_consent=True,
    unsubscribe_url="http://127.0.0.1:8000/unsubscribe/" + "x" * 200,
    at=dt.datetime(2026, 6, 30, 5, 0, tzinfo=dt.UTC),
)


def sent(**changes: Any) -> EmailMessage:
    """As it comes out at the other end."""
    raw = compose.message(replace(OUTGOING, **changes)).as_bytes()
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_headers_are_those_of_the_contract() -> None:
    message = sent()
    assert str(message["From"]) == '"Mali & Co." <hello@example.com>'
    assert str(message["To"]) == "Mali Srisuk <mali@example.com>"
    assert message["Subject"] == "We miss you"
    assert message["Message-ID"] == f"<{ID}@127.0.0.1>"
    assert message["X-CDP-Message"] == str(ID)
    assert message["List-Unsubscribe"] == f"<{OUTGOING.unsubscribe_url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == "en"
    assert message["Date"] == "Tue, 30 Jun 2026 12:00:00 +0700"
    assert message.get_content_type() == "multipart/alternative"


def test_long_links_are_not_folded_into_encoded_words() -> None:
    raw = compose.message(OUTGOING).as_bytes()
    assert f"List-Unsubscribe: <{OUTGOING.unsubscribe_url}>\r\n".encode() in raw


def test_text_and_html_say_the_same() -> None:
    message = sent()
    text, html = content(message, "plain"), content(message, "html")
    for part in (text, html):
        assert "Come back to" in part
        assert "https://shop.example" in part
        assert "Mali" in part
        assert "99 Sukhumvit Road" in part
        assert OUTGOING.unsubscribe_url in part
        assert "http://127.0.0.1:8000/privacy/" in part
        assert "because you allowed" in part
    assert "<h2" in html
    assert "# Hello" not in text


def test_without_consent_the_reason_is_another() -> None:
    assert "because you are a customer" in content(sent(needs_consent=False), "plain")


KOREA = packs.parse((Path(packs.__file__).parents[1] / "packs" / "pipa_kr.json").read_bytes())
KOREAN: dict[str, Any] = {
    "language": "ko",
    "label": KOREA.label_for("marketing", "email"),
    "label_variants": KOREA.label.variants if KOREA.label else (),
    "refusal": KOREA.refusal_for("marketing", "email"),
}


@pytest.mark.parametrize(
    ("written", "sent_as"),
    [
        ("보고 싶어요", "(광고) 보고 싶어요"),
        ("(광고) 보고 싶어요", "(광고) 보고 싶어요"),
        ("(광고)(광고)보고 싶어요", "(광고) 보고 싶어요"),
        ("[광고] 보고 싶어요", "(광고) 보고 싶어요"),
        ("(광/고) 보고 싶어요", "(광고) 보고 싶어요"),
        ("（광 고） 보고 싶어요", "(광고) 보고 싶어요"),
        ("[AD] 보고 싶어요", "(광고) 보고 싶어요"),
        ("광고 대상 수상 기념", "(광고) 광고 대상 수상 기념"),
        ("", "(광고)"),
    ],
)
def test_a_korean_advertisement_bears_the_label_once_at_its_start_and_refusal_at_its_end(
    written: str, sent_as: str
) -> None:
    """Network Act 50(4): label first and in one spelling; sender, contact and the free refusal at the end."""
    message = sent(subject=written, **KOREAN)
    assert message["Subject"] == sent_as
    assert message["Content-Language"] == "ko"
    text = content(message, "plain").rstrip().splitlines()
    assert text[-1] == f"무료수신거부 (unsubscribe free of charge): {OUTGOING.unsubscribe_url}"
    assert {"Mali & Co.", "99 Sukhumvit Road, Bangkok 10110, Thailand"} <= set(text)
    assert "hello@example.com" in "\n".join(text)
    html = content(message, "html")
    assert html.index("무료수신거부") > html.index("99 Sukhumvit Road")
    assert html.count(OUTGOING.unsubscribe_url) == 1


def test_without_a_law_that_wants_a_label_a_subject_stays_as_it_was_written() -> None:
    message = sent(subject="(광고) Hello")
    assert message["Subject"] == "(광고) Hello"
    assert "무료수신거부" not in content(message, "html")


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b\x0c", "\0"])
def test_no_header_begins_in_a_value(mark: str) -> None:
    evil = f"x{mark}Bcc: thief@example.com{mark}{mark}<script>alert(1)</script>"
    message = sent(subject=evil, name=evil, body=evil, label="")
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "mali@example.com"
    assert "<script>" not in content(message, "html")


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "@example.com", "a@", "a@example.com\r\nBcc: b@example.com", "a b@example.com", "a@exa mple.com"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(letters.BadAddress):
        compose.message(replace(OUTGOING, address=address))


def test_a_domain_in_another_script_is_written_in_ascii() -> None:
    assert sent(address="mali@ร้าน.example")["To"].addresses[0].domain == "xn--q3ct9b5e.example"


@given(name=st.text(max_size=80), subject=st.text(max_size=300), body=st.text(max_size=300))
def test_any_text_makes_a_whole_message(name: str, subject: str, body: str) -> None:
    safe = [text.encode(errors="ignore").decode() for text in (name, subject, body)]
    message = sent(name=safe[0], subject=markup.shield(safe[1]), body=safe[2])
    assert message["X-CDP-Message"] == str(ID)
    assert message["To"].addresses[0].addr_spec == "mali@example.com"
    assert "Unsubscribe" in content(message, "html")
    assert not message.defects
