"""How an e-mail leaves: one transport for campaigns and for staff mail, chosen by EMAIL_URL.

`file:` (the default) writes one .eml per message under CDP_VAR/outbox, named by the message, so that handing over the
same message twice leaves one file. `smtp://`, `smtp+tls://` (STARTTLS) and `smtps://` talk to a mail server.
"""

import os
import smtplib
import ssl
import tempfile
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from cdp.core import environment, leaving
from cdp.core.leaving import Own, Permit
from cdp.core.models import User

TIMEOUT = 20
OWN = (Own.STAFF_MAIL, Own.REQUEST_ANSWER)
"""What may leave by mail without the word of a customer."""


class Refused(Exception):
    """The server will never take this message (5xx); its text holds no address."""


class Unavailable(Exception):
    """The server cannot be reached or asks to try later (4xx)."""


class Unreachable(Unavailable):
    """There is no connection, or it broke, or the server said that it closes (421): no other message can go either."""


class Transport(Protocol):
    """Something that takes messages; use it as a context manager to keep one connection over many."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *problem: object) -> None: ...
    def send(self, message: EmailMessage, *, name: str, permit: Permit) -> None:
        """Hand over one message under a permit for e-mail. Raises Refused, Unavailable, Unreachable or NotPermitted."""


class FileTransport:
    """Writes .eml files."""

    def __init__(self, folder: Path) -> None:
        """Files go to `folder`."""
        self.folder = folder

    def __enter__(self) -> Self:
        """Make the folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(self, *problem: object) -> None:
        """Nothing to close."""

    def send(self, message: EmailMessage, *, name: str, permit: Permit) -> None:
        """Write the file whole or not at all."""
        permit.check(channel="email", own=OWN)
        try:
            write_whole(self.folder / f"{name}.eml", message.as_bytes())
        except OSError as error:  # a full disk refuses every message, not this one
            raise Unreachable(type(error).__name__) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


class SmtpTransport:
    """Talks to a mail server; one connection per context."""

    def __init__(self, url: SplitResult) -> None:
        """Keep where to connect to."""
        self.url = url
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Connect lazily, on the first message."""
        return self

    def __exit__(self, *problem: object) -> None:
        """Say goodbye if we ever connected."""
        self._quit()

    def _quit(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = self.url.hostname or "localhost", self.url.port
        server: smtplib.SMTP
        if self.url.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT)
        if self.url.scheme == "smtp+tls":
            server.starttls(context=ssl.create_default_context())
        if self.url.username:
            server.login(unquote(self.url.username), unquote(self.url.password or ""))
        return server

    def send(self, message: EmailMessage, *, name: str, permit: Permit) -> None:
        """Send one message. A broken connection is dropped, so that the next message gets a new one.

        A server that refuses us (wrong password, a sender it does not know) refuses every message: that is Unreachable,
        so that a wrong setting never turns a whole campaign into failures.
        """
        permit.check(channel="email", own=OWN)
        try:
            if self._server is None:
                self._server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(type(error).__name__) from error
        try:
            self._server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            self._reset()
            raise self._translated(code) from error
        except smtplib.SMTPSenderRefused as error:
            self._reset()
            too_large = 552
            raise (Refused if error.smtp_code == too_large else Unreachable)(f"SMTP {error.smtp_code}") from error
        except smtplib.SMTPResponseException as error:
            self._reset()
            raise self._translated(error.smtp_code) from error
        except smtplib.SMTPNotSupportedError as error:  # an address beyond ASCII, and a server that knows only ASCII
            self._reset()
            raise Refused("SMTPUTF8") from error
        except (smtplib.SMTPException, OSError) as error:
            self._quit()
            raise Unreachable(type(error).__name__) from error

    def _reset(self) -> None:
        try:
            if self._server is not None:
                self._server.rset()
        except (smtplib.SMTPException, OSError):
            self._quit()

    @staticmethod
    def _translated(code: int) -> Exception:
        permanent, closing = 500, 421
        if code >= permanent:
            return Refused(f"SMTP {code}")
        return Unreachable(f"SMTP {code}") if code == closing else Unavailable(f"SMTP {code}")


def transport(url: str = "") -> Transport:
    """The transport that EMAIL_URL (or `url`) names. Raises ImproperlyConfigured."""
    parts = urlsplit(url or settings.EMAIL_URL)
    if parts.scheme == "file":
        return FileTransport(Path(parts.path) if parts.path else settings.CDP_VAR / "outbox")
    if parts.scheme in environment.MAIL_SERVERS:
        return SmtpTransport(parts)
    raise ImproperlyConfigured("EMAIL_URL must begin with file:, smtp://, smtp+tls:// or smtps://")


def outbox() -> Path | None:
    """The folder where messages lie as files; None where they leave this machine."""
    carrier = transport()
    return carrier.folder if isinstance(carrier, FileTransport) else None


def reaches_the_world() -> bool:
    """Whether messages leave this machine: sample people are never delivered to then."""
    return urlsplit(settings.EMAIL_URL).scheme != "file"


class StaffMailBackend(BaseEmailBackend):
    """Django's own mail (password resets for staff) through the same transport."""

    def send_messages(self, email_messages: Sequence[DjangoMessage]) -> int:
        """Send each; returns how many. Raises NotPermitted for one that goes to anybody but active members of staff."""
        wanted = {parseaddr(one)[1].lower() for message in email_messages for one in message.recipients()}
        if wanted - set(User.objects.filter(is_active=True, email__in=wanted).values_list("email", flat=True)):
            raise leaving.NotPermitted("mail of this kind goes to members of staff only")
        permit = leaving.own(Own.STAFF_MAIL, channel="email", at=timezone.now())
        with transport() as carrier:
            for message in email_messages:
                parsed = message.message()
                carrier.send(parsed, name=str(parsed["Message-ID"]).strip("<>").replace("/", "_"), permit=permit)
        return len(email_messages)
