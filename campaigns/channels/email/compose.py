"""An e-mail as it is sent: text and HTML twins, the footer the law wants, headers nobody can inject."""

from dataclasses import dataclass
from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from campaigns.channels.contract import Outgoing
from campaigns.rules import markup
from cdp.core import letters
from consent.rules import labels


@dataclass(frozen=True)
class Parts:
    """What the reader sees."""

    subject: str
    html: str
    text: str


def message(outgoing: Outgoing) -> EmailMessage:
    """The whole message. Raises letters.BadAddress."""
    seen = parts(outgoing)
    composed = letters.begun(
        message=outgoing.id,
        to=letters.recipient(outgoing.address, name=markup.one_line(outgoing.name)),
        subject=seen.subject,
        at=outgoing.at,
    )
    composed["List-Unsubscribe"] = f"<{outgoing.unsubscribe_url}>"
    composed["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    composed["X-CDP-Message"] = str(outgoing.id)
    return letters.filled(composed, text=seen.text, html=seen.html, language=outgoing.language)


def parts(outgoing: Outgoing) -> Parts:
    """Subject, HTML and text with label and footer; also what a preview shows."""
    written = markup.one_line(outgoing.subject)
    subject = labels.labelled(written, outgoing.label, outgoing.label_variants)[: letters.LONGEST_SUBJECT]
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
        "refusal": outgoing.refusal,
        "preferences_url": outgoing.preferences_url,
        "privacy_url": f"{settings.CDP_BASE_URL}{reverse('consent:privacy')}?lang={outgoing.language[:2]}",
    }
    with translation.override(outgoing.language):
        return Parts(
            subject=subject,
            html=render_to_string("campaigns/email/message.html", shown),
            text=render_to_string("campaigns/email/message.txt", shown),
        )
