"""What stores tell of customers in the same way."""

from collections.abc import Mapping, Sequence

from commerce.hooks import reading
from commerce.hooks.facts import Fact, NoticeTold
from commerce.hooks.reading import Body, Telling


def deleted(body: Body, telling: Telling) -> Sequence[Fact]:
    """The store deleted a customer: what that means for us is for people to decide."""
    number = reading.number(body, "id")
    return [NoticeTold("customer_deleted", reference=number, person={"external_id": number}, named={"id": number})]


def names(body: Body) -> dict[str, str]:
    """The two parts of a name as they stand in a customer or an address; either may be empty."""
    return {
        "given_name": reading.text(body, "first_name", longest=120),
        "family_name": reading.text(body, "last_name", longest=120),
    }


def named(body: Body, address: Mapping[str, str]) -> dict[str, str]:
    """A customer's own name, else the one on the address: that may be another one's, so the parts never mix."""
    own = names(body)
    return own if any(own.values()) else {part: address.get(part, "") for part in own}


def address(body: Body, *, street: Sequence[str], postcode: str, country: str, province: str) -> dict[str, str]:
    """The texts of an address object. `street` and `postcode` name its fields; country and province are read."""
    lines = [reading.text(body, name, longest=longest) for name, longest in zip(street, (150, 148), strict=True)]
    return reading.filled(
        {
            **names(body),
            "phone": reading.text(body, "phone", longest=60),
            "company": reading.text(body, "company", longest=200),
            "street": ", ".join(line for line in lines if line),
            "city": reading.text(body, "city", longest=120),
            "province": province,
            "postcode": reading.text(body, postcode, longest=12),
            "country": country,
        }
    )
