"""The links under every message to a customer."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.utils.translation import gettext

from consent.services import links


def links_of(customer: uuid.UUID, language: str, at: dt.datetime) -> Sequence[tuple[str, str]]:
    """Label and address of each, in the language that is in force."""
    url = links.preferences_url(customer=customer, at=at)
    return [(gettext("My settings"), f"{url}?lang={language}")]
