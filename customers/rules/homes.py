"""Numbers that people say as at home: a shop in one country has customers who dial from another.

The shop's own country is asked first, so that nothing that can be read there is read otherwise.
"""

import dataclasses
from collections.abc import Callable

from customers.rules.people import Fault, Person, Rules

OF_LANGUAGE = {"th": "TH", "ko": "KR"}
"""The countries whose people the languages of the product are for."""


def regions(first: str) -> list[str]:
    """The countries in which a number without its country code is looked for, the shop's own first."""
    return [first, *(country for country in OF_LANGUAGE.values() if country != first.upper())]


def read(reader: Callable[[Rules], tuple[Person, list[Fault]]], rules: Rules) -> tuple[Person, list[Fault]]:
    """What the reader reads, with a phone number that is none in the country of the rules taken for one of another."""
    person, faults = reader(rules)
    if any(fault.field == "phone" for fault in faults):
        for region in regions(rules.region)[1:]:
            again, fewer = reader(dataclasses.replace(rules, region=region))
            if len(fewer) < len(faults):
                return again, fewer
    return person, faults
