"""From which country the phone of a customer is, as a plain fact beside the sealed number.

Whose law holds for somebody who told no country is seen by it (`consent.selectors.jurisdiction`). A contact point keeps
the country of its own number; the customer's row repeats that of the phone that comes first, and whoever writes phones
lets it be settled again in the same transaction.
"""

import uuid
from collections.abc import Collection, Sequence

from django.db import connection, transaction

from cdp.core import copying
from customers.rules import phones
from customers.services import older_phones
from customers.services.older_phones import Phone

_FIRST = """COALESCE((
    SELECT MAX(p.country) FROM customers_contactpoint AS p
    WHERE p.customer_id = c.id AND p.kind = 'phone' AND p.is_primary
), '')"""


def of(phone: str) -> str:
    """The country (ISO 3166-1) of a number in E.164; empty for no number and for one of no single country."""
    return (phones.country(phone) or "") if phone else ""


def settle(customers: Collection[uuid.UUID]) -> None:
    """Let these customers' rows say what their phones say now. In the transaction that wrote the phones."""
    if not customers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE customers_customer AS c SET phone_country = {_FIRST}"  # noqa: S608  (a constant of this module)
            f" WHERE c.id = ANY(%s::uuid[]) AND c.phone_country <> {_FIRST}",
            [copying.array(sorted(set(customers)))],
        )


def fill(*, most: int | None = None) -> int:
    """Look at every phone of before whose country nobody looked at, or at about `most` of them; how many were read.

    Until a phone was looked at, the law is the one of before.
    """
    return older_phones.go_through("country", _look_at, most=most)


def _look_at(found: Sequence[Phone]) -> int:
    customers = [phone.customer for phone in found]
    with transaction.atomic(), connection.cursor() as cursor:
        # As everybody who writes a person's rows: the customer first, in the order of the ids.
        cursor.execute(
            "SELECT id FROM customers_customer WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE",
            [copying.array(sorted(set(customers)))],
        )
        cursor.execute(
            """
            UPDATE customers_contactpoint AS p SET country = n.country
            FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS n (customer_id, id, country)
            WHERE p.customer_id = n.customer_id AND p.id = n.id
            """,
            [customers, [phone.row for phone in found], [of(phone.number) for phone in found]],
        )
        looked_at = cursor.rowcount
        settle(customers)
    return looked_at
