"""One notice as it is read: subject, text and HTML in its language, with who sends it and where the policy stands."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import translation

from cdp.core import letters
from cdp.core.outbox import registry


@dataclass(frozen=True)
class Outgoing:
    """A notice ready to be composed."""

    id: uuid.UUID
    kind: str
    customer: uuid.UUID | None
    channel: str
    address: str
    language: str
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Parts:
    """What the reader sees; channels of short texts show `short` only."""

    subject: str
    text: str
    html: str
    short: str


def parts(outgoing: Outgoing) -> Parts:
    """Every form of the notice. The first line of the text template is the subject."""
    kind = registry.kind(outgoing.kind)
    with translation.override(outgoing.language):
        links: Sequence[tuple[str, str]] = ()
        if kind.has_preferences and outgoing.customer is not None:
            links = registry.footer(outgoing.customer, outgoing.language, outgoing.at)
            stop = registry.stop(outgoing.customer, kind.purpose, outgoing.channel)
            links = [stop, *links] if stop is not None else links
        shown = {
            **outgoing.data,
            "language": outgoing.language,
            "shop": settings.CDP_SHOP_NAME,
            "shop_address": settings.CDP_SHOP_ADDRESS,
            "reply_to": settings.DEFAULT_FROM_EMAIL,
            "privacy_url": f"{settings.CDP_BASE_URL}/privacy/?lang={outgoing.language}",
            "links": links,
        }
        subject, _, text = render_to_string(f"notices/{kind.code}.txt", shown).strip().partition("\n")
        html = render_to_string(f"notices/{kind.code}.html", {**shown, "subject": subject})
        try:
            short = render_to_string(f"notices/{kind.code}.short.txt", shown).strip()
        except TemplateDoesNotExist:
            short = f"[{settings.CDP_SHOP_NAME}] {letters.header_text(subject)}\n{text.strip()}"
    return Parts(letters.header_text(subject), text.strip() + "\n", html, short)


def message(outgoing: Outgoing) -> EmailMessage:
    """The whole e-mail. Raises letters.BadAddress."""
    seen = parts(outgoing)
    composed = letters.begun(
        message=outgoing.id, to=letters.recipient(outgoing.address), subject=seen.subject, at=outgoing.at
    )
    kind = registry.kind(outgoing.kind)
    stop = registry.stop(outgoing.customer, kind.purpose, outgoing.channel) if outgoing.customer is not None else None
    if stop is not None:  # RFC 8058: one press in the mail program
        composed["List-Unsubscribe"] = f"<{stop[1]}>"
        composed["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    composed["X-CDP-Notice"] = str(outgoing.id)
    composed["Auto-Submitted"] = "auto-generated"  # out-of-office replies stay away (RFC 3834)
    return letters.filled(composed, text=seen.text, html=seen.html, language=outgoing.language)
