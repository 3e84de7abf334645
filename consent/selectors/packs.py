"""The law packs that are shipped. Which of them hold for a person: `consent.selectors.jurisdiction`."""

from functools import cache
from pathlib import Path

from django.conf import settings

from consent.rules import packs

FOLDER = Path(__file__).resolve().parent.parent / "packs"


@cache
def every() -> dict[str, packs.Pack]:
    """All packs by key. Raises InvalidPack for a file that does not fit, or a country claimed twice."""
    found: dict[str, packs.Pack] = {}
    claimed: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.json")):
        pack = packs.parse(path.read_bytes())
        if pack.key != path.stem:
            raise packs.InvalidPack(f"{path.name} holds the pack {pack.key}")
        for country in pack.countries:
            if country in claimed:
                raise packs.InvalidPack(f"{country} belongs to {claimed[country]} and {pack.key}")
            claimed[country] = pack.key
        found[pack.key] = pack
    return found


@cache
def by_country() -> dict[str, packs.Pack]:
    """The pack of each country (ISO 3166-1) that has one."""
    return {country: pack for pack in every().values() for country in pack.countries}


def of_shop() -> packs.Pack:
    """The law that the shop chose for whoever tells no country."""
    return every()[settings.CDP_JURISDICTION]


def of_seat() -> packs.Pack:
    """The law of the country the shop stands in: it holds for what the shop itself does and lets happen. The chosen one
    where no pack is of that country.
    """
    return by_country().get(settings.CDP_SHOP_COUNTRY) or of_shop()
