"""One message for one person: language, texts, label, links. The same for sending and for previews."""

import uuid
from datetime import datetime

from django.conf import settings

from campaigns.channels.contract import Outgoing
from campaigns.rules import markup, templates
from campaigns.rules.definition import ENDING_DAYS, MessageStep
from campaigns.selectors import recipients
from campaigns.selectors.recipients import Recipient
from consent.rules.packs import Basis
from consent.selectors import jurisdiction
from consent.services import links
from customers.selectors import tongues


def outgoing(
    *,
    message: uuid.UUID,
    step: MessageStep,
    purpose: str,
    recipient: Recipient,
    now: datetime,
    days_ahead: int = ENDING_DAYS,
) -> Outgoing:
    """The message for `recipient`; of their points it tells what ends in `days_ahead`. Raises
    templates.BrokenTemplate.
    """
    language = templates.choose_language(step.languages(), wanted=recipient.language, fallbacks=_fallbacks(recipient))
    law = jurisdiction.of_told(
        country=recipient.country, phone_country=recipient.phone_country, language=recipient.language
    )
    unsubscribe_url = links.unsubscribe_url(
        customer=recipient.id, purpose=purpose, channel=step.channel, message=message
    )
    values = templates.nested(
        {
            **recipients.values(recipient, language=language, now=now, days_ahead=days_ahead),
            "shop.name": settings.CDP_SHOP_NAME,
            "shop.url": settings.CDP_SHOP_URL,
            "shop.address": settings.CDP_SHOP_ADDRESS,
            "unsubscribe_url": unsubscribe_url,
        }
    )
    return Outgoing(
        id=message,
        customer=recipient.id,
        purpose=purpose,
        address=recipient.address,
        name=recipient.name,
        language=language,
        subject=templates.render(step.subject[language], values),
        body=markup.without_empty_links(templates.render(step.body[language], values)),
        label=law.label_for(purpose, step.channel),
        label_variants=law.label_variants_for(purpose, step.channel),
        refusal=law.refusal_for(purpose, step.channel),
        needs_consent=law.basis(purpose, step.channel) is Basis.CONSENT,
        unsubscribe_url=unsubscribe_url,
        preferences_url=f"{links.preferences_url(customer=recipient.id, at=now)}?lang={language}",
        at=now,
    )


def _fallbacks(recipient: Recipient) -> tuple[str, ...]:
    """The languages tried after the customer's own: as in every letter where they told none, then the shop's."""
    of_shop = tongues.of_told()
    if recipient.language:
        return (of_shop,)
    return tongues.of_told(country=recipient.country, phone_country=recipient.phone_country), of_shop
