"""Whom a person may complain to about what became of their request."""

from django.utils.translation import gettext, gettext_noop

from consent.models import PrivacyRequest
from consent.selectors import packs

OF_EUROPE = gettext_noop("the data protection authority of your country")
"""What the pack of the GDPR says, which knows no single authority; the others name theirs, which is not translated."""


def authority(request: PrivacyRequest) -> str:
    """Its name, in the language in force where it has one; empty where the law of the request is no longer known."""
    pack = packs.every().get(request.pack)
    return gettext(pack.authority) if pack and pack.authority else ""
