"""Which money a country pays with."""

import functools

import babel.numbers


@functools.cache
def of_country(country: str) -> str:
    """The ISO 4217 code of what is legal tender in a country today; empty where nothing is."""
    found = babel.numbers.get_territory_currencies(country)
    return str(found[0]) if found else ""
