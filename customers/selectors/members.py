"""The member number on the page of one customer, with the QR code that a scanner reads."""

from typing import Any

from cdp.core import panels, qr
from customers.rules import masking, member_numbers
from customers.selectors import profiles
from customers.selectors.profiles import Kind


def panel(question: panels.Question) -> dict[str, Any] | None:
    """The number and its code; without one the offer to give it, for those who may."""
    known = profiles.asked_about(question)
    number = known.value(Kind.MEMBER) if known else ""
    may_give = question.reader.can("customers.edit")
    if known is None or not (number or may_give):
        return None
    # Whoever shows the number or the code at the till is taken for the customer.
    in_full = question.reader.can("customers.reveal")
    return {
        "customer_id": known.id,
        "number": number,
        "spaced": member_numbers.spaced(number) if in_full else masking.number(number),
        "code": qr.svg(number) if number and in_full else "",
        "may_give": may_give,
    }
