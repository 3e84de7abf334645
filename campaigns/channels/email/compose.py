"""An e-mail as it is sent: text and HTML twins, the footer the law wants, headers nobody can inject."""

import email.policy
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import idna
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from campaigns.channels.contract import Outgoing
from campaigns.rules import markup

LONGEST_SUBJECT = 250
# Addresses were judged when they came in; this only keeps out what could break a header.
_LOCAL = re.compile(r"[^\s\x00-\x1f\x7f\"(),:;<>@\[\\\]]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_UNFOLDED = {"list-unsubscribe", "message-id"}


class BadAddress(Exception):
    """No mail can be addressed so; the address itself is not repeated."""


@dataclass(frozen=True)
class Parts:
    """What the reader sees."""

    subject: str
    html: str
    text: str


class _Policy(email.policy.EmailPolicy):
    """SMTP, but addresses of links stay in one piece: Python would fold a long one into encoded words, which no mail
    program opens.
    """

    def _fold(self, name: str, value: Any, *args: Any, **kwargs: Any) -> str:
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}"
        return super()._fold(name, value, *args, **kwargs)  # type: ignore[misc]


POLICY = _Policy(linesep="\r\n", max_line_length=78)


def message(outgoing: Outgoing) -> EmailMessage:
    """The whole message. Raises BadAddress."""
    seen = parts(outgoing)
    composed = EmailMessage(policy=POLICY)
    composed["From"] = Address(_header_text(settings.CDP_SHOP_NAME), addr_spec=settings.DEFAULT_FROM_EMAIL)
    composed["To"] = _recipient(outgoing)
    composed["Subject"] = seen.subject
    composed["Date"] = format_datetime(outgoing.at.astimezone(ZoneInfo(settings.TIME_ZONE)))
    composed["Message-ID"] = f"<{outgoing.id}@{urlsplit(settings.CDP_BASE_URL).hostname}>"
    composed["List-Unsubscribe"] = f"<{outgoing.unsubscribe_url}>"
    composed["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    composed["X-CDP-Message"] = str(outgoing.id)
    composed.set_content(seen.text, cte="quoted-printable")
    composed.add_alternative(seen.html, subtype="html", cte="quoted-printable")
    composed["Content-Language"] = outgoing.language  # last: setting contents moves Content- headers to the parts
    return composed


def parts(outgoing: Outgoing) -> Parts:
    """Subject, HTML and text with label and footer; also what a preview shows."""
    subject = " ".join(filter(None, (outgoing.label, markup.one_line(outgoing.subject))))[:LONGEST_SUBJECT]
    shown = {
        "subject": subject,
        "language": outgoing.language,
        "body": mark_safe(markup.to_html(outgoing.body)),  # noqa: S308  (made of our tags and escaped text)
        "text": markup.to_text(outgoing.body),
        "label": outgoing.label,
        "needs_consent": outgoing.needs_consent,
        "shop": settings.CDP_SHOP_NAME,
        "address": settings.CDP_SHOP_ADDRESS,
        "reply_to": settings.DEFAULT_FROM_EMAIL,
        "unsubscribe_url": outgoing.unsubscribe_url,
        "privacy_url": f"{settings.CDP_BASE_URL}{reverse('consent:privacy')}",
    }
    with translation.override(outgoing.language):
        return Parts(
            subject=subject,
            html=render_to_string("campaigns/email/message.html", shown),
            text=render_to_string("campaigns/email/message.txt", shown),
        )


def _recipient(outgoing: Outgoing) -> Address:
    local, _at, domain = outgoing.address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
            raise BadAddress
        return Address(_header_text(outgoing.name), username=local, domain=ascii_domain)
    except (ValueError, IndexError) as error:
        raise BadAddress from error


def _header_text(text: str) -> str:
    """A name as a header may hold it: one line without control characters."""
    return markup.one_line(text)[:120]
