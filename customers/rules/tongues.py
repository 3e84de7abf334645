"""In which of our languages somebody is written and spoken to: decided here, for letters, codes, receipts and the desk.

1. Their own language, where we write it; whoever told another one reads English.
2. Nothing told: what is spoken in the country whose law holds for them (what was told, else that of the phone), where
   we write it; English for every other country.
3. No country known: the language of the shop's own country.
"""

from cdp.core.spoken import FOREIGN, main_of
from customers.rules.places import LANGUAGES


def of(language: str, *, country: str, phone_country: str, shop_country: str) -> str:
    """The language for somebody of whom this is known; anything may be empty."""
    if language:
        spoken = language.replace("_", "-").partition("-")[0].lower()
        return spoken if spoken in LANGUAGES else FOREIGN
    return main_of(country or phone_country or shop_country)
