"""Finding a phone by its last digits, as people at a counter name it.

A contact point keeps one keyed number for its last four digits, and nothing for longer endings: of a million phones
about a hundred share one, so what is longer is compared after opening those. Whoever may not see numbers in full finds
by the four digits that the mask shows them anyway; longer endings would let them guess the rest digit by digit.
"""

import re
import uuid
from functools import lru_cache

from cdp.core.crypto import index, subjects
from cdp.core.crypto.envelope import Unopenable
from cdp.core.files import dates
from customers.models import ContactPoint

FIELD = "contact.phone.ending"
SHORTEST = 4
LONGEST = 15
MOST = 2000
_TYPED = re.compile(r"[0-9][0-9 ().-]*", re.ASCII)


def number(phone: str) -> int:
    """The keyed number of the last four digits of an E.164 number."""
    return _number(phone[-SHORTEST:])


@lru_cache(maxsize=16384)  # there are ten thousand
def _number(digits: str) -> int:
    return index.present(int.from_bytes(index.lasting(FIELD, digits)[:8]) >> 1)


index.remembers(_number.cache_clear)


def typed(text: str) -> str:
    """The digits of a text that may be the end of a phone number; empty when it is none."""
    plain = dates.plain(text[:40]).strip()
    digits = re.sub(r"[^0-9]", "", plain) if _TYPED.fullmatch(plain) else ""
    return digits if SHORTEST <= len(digits) <= LONGEST else ""


def holders(digits: str, *, in_full: bool) -> set[uuid.UUID]:
    """Customers with a phone that ends with these digits, at most MOST of them; `in_full` lets more than four count."""
    if len(digits) > SHORTEST and not in_full:
        return set()
    rows = ContactPoint.objects.filter(ending=number(digits)).values_list("customer_id", "id", "value")[:MOST]
    if len(digits) == SHORTEST:
        return {customer for customer, _row, _value in rows}
    keyring = subjects.load({customer for customer, _row, _value in rows})
    found = set()
    for customer, row, value in rows:
        try:
            phone = keyring.open(value, table="customers_contactpoint", column="value", row=row)
        except Unopenable:
            continue
        if phone.endswith(digits):
            found.add(customer)
    return found
