"""The headers of a real message, as they arrive at a mail server, and one click on them: RFC 8058 by the letter."""

import email
import email.policy
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from campaigns.channels.contract import Outgoing
from campaigns.channels.email import deliver
from cdp.core import ids, leaving
from consent.models import ConsentRecord, ConsentState
from consent.services import links
from tests import factories
from tests.campaigns.conftest import NOW, MailServer

pytestmark = pytest.mark.django_db


def faults_of(raw: bytes, *, is_https: bool) -> list[str]:
    """What RFC 8058 (and RFC 2369, on which it stands) finds wrong with a message as it was received."""
    found = []
    head = raw.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0].decode("ascii")
    lines = re.sub(r"\r?\n[ \t]+", " ", head).splitlines()
    fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
    of = lambda name: [value for key, value in fields if key.lower() == name]  # noqa: E731
    if len(of("list-unsubscribe-post")) != 1:
        found.append("there must be one List-Unsubscribe-Post")
    elif of("list-unsubscribe-post")[0] != "List-Unsubscribe=One-Click":
        found.append("its value must be List-Unsubscribe=One-Click and nothing else")
    if len(of("list-unsubscribe")) != 1:
        return [*found, "there must be one List-Unsubscribe"]
    value = of("list-unsubscribe")[0]
    if not re.fullmatch(r"<[^<>\s]+>(\s*,\s*<[^<>\s]+>)*", value):
        found.append("List-Unsubscribe must be addresses in angle brackets")
    addresses = re.findall(r"<([^<>]+)>", value)
    web = [one for one in addresses if urlsplit(one).scheme in {"https", "http"}]
    if len(web) != 1:
        found.append("there must be one HTTPS address")
    elif is_https and urlsplit(web[0]).scheme != "https":
        found.append("the address must be HTTPS")
    elif len(urlsplit(web[0]).path.rsplit("/", 1)[-1]) < 40:
        found.append("the address must hold an opaque part that is hard to forge")
    if not of("from") or not of("message-id"):
        found.append("the fields that DKIM has to sign with it are missing")
    return found


@pytest.fixture
def sent(settings, mail_server: MailServer):
    """A campaign's message as the mail server took it, and who it was for."""
    settings.EMAIL_URL = mail_server.url
    settings.CDP_BASE_URL = "https://crm.example.com"
    settings.ALLOWED_HOSTS = ["crm.example.com", "testserver"]
    ann = factories.customer(email="ann@example.com", name="Ann")
    factories.consent(ann)
    message = ids.uuid7()
    permit = leaving.ask(customer=ann.id, purpose="marketing", channel="email", at=NOW)
    with deliver.carrier() as carrier:
        carrier.send(
            Outgoing(
                id=message,
                customer=ann.id,
                purpose="marketing",
                address="ann@example.com",
                name="Ann",
                language="en",
                subject="News",
                body="Hello.",
                label="",
                needs_consent=True,
                unsubscribe_url=links.unsubscribe_url(
                    customer=ann.id, purpose="marketing", channel="email", message=message
                ),
                at=NOW,
            ),
            permit=permit,
        )
    return ann, mail_server.raw[-1]


def address_in(raw: bytes) -> str:
    return urlsplit(email.message_from_bytes(raw, policy=email.policy.default)["List-Unsubscribe"].strip("<> ")).path


def test_the_headers_of_a_real_message_are_as_the_rfc_wants_them(sent):
    _ann, raw = sent
    assert faults_of(raw, is_https=True) == []
    assert faults_of(raw.replace(b"One-Click", b"Two-Clicks"), is_https=True) != []  # the checker can say no
    assert faults_of(raw.replace(b"<https:", b"<http:"), is_https=True) != []


@pytest.mark.parametrize("shape", ["urlencoded", "multipart"])
def test_one_click_without_cookie_or_token_stops_it_and_twice_is_fine(sent, shape):
    ann, raw = sent
    robot, path = Client(enforce_csrf_checks=True), address_in(raw)
    assert robot.get(path).status_code == 200
    assert robot.head(path).status_code == 200
    assert ConsentState.objects.get(customer=ann).is_granted  # looking stops nothing
    for _twice in range(2):
        if shape == "urlencoded":
            body, kind = b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
        else:
            kind = "multipart/form-data; boundary=x"
            body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
        answer = robot.post(path, data=body, content_type=kind)
        assert answer.status_code == 200  # RFC 8058: no redirect
        assert not answer.cookies
    assert not ConsentState.objects.get(customer=ann).is_granted
    assert ConsentRecord.objects.filter(customer=ann, status="withdrawn").count() == 1
