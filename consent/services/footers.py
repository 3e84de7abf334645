"""The links under every message to a customer."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.utils.translation import gettext

from consent.selectors import jurisdiction
from consent.services import links


def links_of(customer: uuid.UUID, language: str, at: dt.datetime) -> Sequence[tuple[str, str]]:
    """Label and address of each, in the language that is in force."""
    url = links.preferences_url(customer=customer, at=at)
    return [(gettext("My settings"), f"{url}?lang={language}")]


def stop_of(customer: uuid.UUID, purpose: str, channel: str) -> tuple[str, str]:
    """Label and address of the link that stops messages of that purpose, in the word that the customer's law wants."""
    refusal = jurisdiction.of_customer(customer).refusal_for(purpose, channel)
    return refusal or gettext("Unsubscribe"), links.unsubscribe_url(customer=customer, purpose=purpose, channel=channel)
