"""What every e-mail of ours shares, from a campaign or a notice: whom it may be addressed to, and how headers fold."""

import email.policy
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import idna
from django.conf import settings

LONGEST_SUBJECT = 250
LONGEST_NAME = 120
# Addresses were judged when they came in; this only keeps out what could break a header.
_LOCAL = re.compile(r"[^\s\x00-\x1f\x7f\"(),:;<>@\[\\\]]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_UNFOLDED = {"list-unsubscribe", "message-id"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class BadAddress(Exception):
    """No mail can be addressed so; the address itself is not repeated."""


class _Policy(email.policy.EmailPolicy):
    """SMTP, but addresses of links stay in one piece: Python would fold a long one into encoded words, which no mail
    program opens.
    """

    def _fold(self, name: str, value: Any, *args: Any, **kwargs: Any) -> str:
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}"
        return super()._fold(name, value, *args, **kwargs)  # type: ignore[misc]


POLICY = _Policy(linesep="\r\n", max_line_length=78)


def header_text(text: str) -> str:
    """A text as a header may hold it: one line without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def recipient(address: str, *, name: str = "") -> Address:
    """Whom a message is addressed to. Raises BadAddress."""
    local, _at, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
            raise BadAddress
        return Address(header_text(name)[:LONGEST_NAME], username=local, domain=ascii_domain)
    except (ValueError, IndexError) as error:
        raise BadAddress from error


def begun(*, message: UUID, to: Address, subject: str, at: datetime) -> EmailMessage:
    """A message of the shop with the headers that every one has; the body is still to come."""
    composed = EmailMessage(policy=POLICY)
    composed["From"] = Address(
        header_text(settings.CDP_SHOP_NAME)[:LONGEST_NAME], addr_spec=settings.DEFAULT_FROM_EMAIL
    )
    composed["To"] = to
    composed["Subject"] = header_text(subject)[:LONGEST_SUBJECT]
    composed["Date"] = format_datetime(at.astimezone(ZoneInfo(settings.TIME_ZONE)))
    composed["Message-ID"] = f"<{message}@{urlsplit(settings.CDP_BASE_URL).hostname}>"
    return composed


def filled(composed: EmailMessage, *, text: str, html: str, language: str) -> EmailMessage:
    """The message with its text and HTML twins."""
    composed.set_content(text, cte="quoted-printable")
    composed.add_alternative(html, subtype="html", cte="quoted-printable")
    composed["Content-Language"] = language  # last: setting contents moves Content- headers to the parts
    return composed
