"""How e-mail leaves: files and mail servers, and what each refusal means."""

import datetime as dt
import smtplib
from email.message import EmailMessage

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ImproperlyConfigured

from cdp.core import leaving, mail
from tests import factories

OWN = leaving.own(leaving.Own.STAFF_MAIL, channel="email", at=dt.datetime(2026, 6, 30, tzinfo=dt.UTC))


def message(subject: str = "Hello") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "shop@example.com", "ann@example.com", subject
    made.set_content("สวัสดี")
    return made


def test_a_file_is_written_whole_and_named_by_its_message(tmp_path):
    with mail.transport(f"file:{tmp_path}/out") as carrier:
        carrier.send(message("one"), name="m-1", permit=OWN)
        carrier.send(message("one"), name="m-1", permit=OWN)
        carrier.send(message("two"), name="m-2", permit=OWN)
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == ["m-1.eml", "m-2.eml"]
    assert folder.stat().st_mode & 0o077 == 0
    assert b"Subject: one" in (folder / "m-1.eml").read_bytes()


def test_a_folder_that_cannot_be_written_is_unreachable_and_leaves_nothing(tmp_path):
    carrier = mail.FileTransport(tmp_path / "gone")
    with pytest.raises(mail.Unreachable):
        carrier.send(message(), name="m", permit=OWN)


def test_file_without_a_path_is_the_outbox(settings, tmp_path):
    settings.CDP_VAR = tmp_path
    assert mail.transport("file:").folder == tmp_path / "outbox"


@pytest.mark.parametrize("url", ["", "http://example.com", "smtp.example.com:25", "ftp://x"])
def test_another_scheme_is_refused(url, settings):
    settings.EMAIL_URL = "nonsense:"
    with pytest.raises(ImproperlyConfigured):
        mail.transport(url)


@pytest.mark.parametrize(
    ("url", "reaches"), [("file:", False), ("smtp://x", True), ("smtps://x", True), ("smtp+tls://x", True)]
)
def test_only_files_stay_here(settings, url, reaches):
    settings.EMAIL_URL = url
    assert mail.reaches_the_world() is reaches


class Server:
    """A mail server that answers as told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.sent, self.resets, self.quits = error, 0, 0, 0

    def send_message(self, _message) -> None:
        self.sent += 1
        if self.error:
            raise self.error

    def rset(self) -> None:
        self.resets += 1

    def quit(self) -> None:
        self.quits += 1


@pytest.mark.parametrize(
    ("error", "means", "stays"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"no such ann@example.com")}), mail.Refused, True),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), mail.Unavailable, True),
        (smtplib.SMTPRecipientsRefused({"a": (421, b"closing")}), mail.Unreachable, True),
        (smtplib.SMTPSenderRefused(550, b"who", "shop@example.com"), mail.Unreachable, True),
        (smtplib.SMTPSenderRefused(552, b"large", "shop@example.com"), mail.Refused, True),
        (smtplib.SMTPDataError(554, b"spam"), mail.Refused, True),
        (smtplib.SMTPDataError(451, b"later"), mail.Unavailable, True),
        (smtplib.SMTPNotSupportedError(), mail.Refused, True),
        (smtplib.SMTPServerDisconnected(), mail.Unreachable, False),
        (ConnectionResetError(), mail.Unreachable, False),
    ],
)
def test_each_answer_of_a_server_means_one_thing_and_never_tells_an_address(monkeypatch, error, means, stays):
    server = Server(error)
    carrier = mail.transport("smtp://mail.example.com")
    monkeypatch.setattr(carrier, "_connect", lambda: server)
    with pytest.raises(mail.Refused if means is mail.Refused else mail.Unavailable) as told:
        carrier.send(message(), name="m", permit=OWN)
    assert type(told.value) is means
    assert "@" not in str(told.value)
    assert (carrier._server is server) is stays


def test_one_connection_serves_many_messages_and_ends_with_the_block(monkeypatch):
    server = Server()
    carrier = mail.transport("smtp://mail.example.com")
    monkeypatch.setattr(carrier, "_connect", lambda: server)
    with carrier:
        for _ in range(3):
            carrier.send(message(), name="m", permit=OWN)
    assert (server.sent, server.quits) == (3, 1)


def test_a_server_that_is_not_there_is_unreachable():
    with pytest.raises(mail.Unreachable):
        mail.transport("smtp://127.0.0.1:1").send(message(), name="m", permit=OWN)


def test_no_mail_leaves_under_a_permit_for_something_else(tmp_path):
    at = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
    for permit in (
        leaving.own(leaving.Own.STAFF_MAIL, channel="webhook", at=at),
        leaving.own(leaving.Own.STOP_NOTICE, channel="email", at=at),
    ):
        for address in (f"file:{tmp_path}/out", "smtp://127.0.0.1:1"):
            with mail.transport(address) as carrier, pytest.raises(leaving.NotPermitted):
                carrier.send(message(), name="m-1", permit=permit)
    assert not list(tmp_path.rglob("*.eml"))


@pytest.mark.django_db
def test_the_mail_of_the_framework_reaches_staff_and_nobody_else(settings, tmp_path):
    settings.EMAIL_URL, settings.EMAIL_BACKEND = f"file:{tmp_path}", "cdp.core.mail.StaffMailBackend"
    factories.staff("owner", "mali@example.com")
    django_mail.send_mail("Hello", "You have a task.", None, ["Mali <mali@example.com>"])
    customer = factories.customer(email="ann@example.com")
    for people in (["ann@example.com"], ["mali@example.com", "ann@example.com"]):
        with pytest.raises(leaving.NotPermitted):
            django_mail.send_mail("Hello", f"Dear {customer.id}", None, people)
    assert len(list(tmp_path.glob("*.eml"))) == 1
