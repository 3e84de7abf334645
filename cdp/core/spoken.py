"""What our languages call themselves, which is spoken where, and so in which one staff are written to."""

from functools import cache

from babel.core import get_global
from django.conf import settings

FOREIGN = "en"
"""For whoever reads none of the others."""
OWN_NAMES = {"en": "English", "th": "ไทย", "ko": "한국어"}
"""Each of our languages in its own words, for people who cannot read the page they are on."""


@cache
def main_of(country: str) -> str:
    """What most people speak in a country (Unicode CLDR, likely subtags), where we write it; else English."""
    language = str(get_global("likely_subtags").get(f"und_{country}") or "").partition("_")[0]
    return language if language in dict(settings.LANGUAGES) else FOREIGN


def by_staff(language: str) -> str:
    """The language in which a colleague is written to whose account names this one, or none: then that of the shop's
    country.
    """
    return language or main_of(settings.CDP_SHOP_COUNTRY)
