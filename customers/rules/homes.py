"""Numbers that people say as at home: a shop in one country has customers who dial from another.

The shop's own country is asked first, so that nothing that can be read there is read otherwise; and only a number that
begins with the zero of a long-distance call is looked for elsewhere, because any ten digits are a number somewhere.
What is written down so is a mobile besides: one digit too many makes a Korean house of a Thai one.
"""

import contextlib
import dataclasses
import unicodedata
from collections.abc import Callable

from customers.rules import phones, unreadable
from customers.rules.people import Fault, Person, Rules

OF_LANGUAGE = {"th": "TH", "ko": "KR"}
"""The countries whose people the languages of the product are for."""


def regions(first: str, told: str) -> list[str]:
    """The countries in which a number as it was told is looked for, the shop's own first."""
    begins = next((sign for sign in told if sign.isdecimal() or sign == "+"), "")
    if not begins.isdecimal() or unicodedata.decimal(begins) != 0:
        return [first]
    return [first, *(country for country in OF_LANGUAGE.values() if country != first.upper())]


def number(told: str, region: str) -> str:
    """The number as it would be written down (E.164); empty for what is none."""
    for country in regions(region, told):
        with contextlib.suppress(unreadable.Unreadable):
            found = phones.normalise(told, region=country)
            if country == region or phones.is_mobile(found):
                return found
    return ""


def read(reader: Callable[[Rules], tuple[Person, list[Fault]]], rules: Rules) -> tuple[Person, list[Fault]]:
    """What the reader reads; a number that is none in the country of the rules is read as a mobile of another one."""
    person, faults = reader(rules)
    told = next((fault.value for fault in faults if fault.field == "phone"), "")
    for region in regions(rules.region, told)[1:]:
        again, fewer = reader(dataclasses.replace(rules, region=region))
        if phones.is_mobile(again.phone):
            return again, fewer
    return person, faults
