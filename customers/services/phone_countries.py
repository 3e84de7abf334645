"""From which country the phone of a customer is, as a plain fact beside the sealed number.

Whose law holds for somebody who told no country is seen by it (`consent.selectors.jurisdiction`). A contact point keeps
the country of its own number; the customer's row repeats that of the phone that comes first, and whoever writes phones
lets it be settled again in the same transaction.
"""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

import structlog
from django.db import connection, transaction

from cdp.core import copying
from cdp.core.crypto import subjects
from cdp.core.crypto.envelope import Unopenable
from customers.models import ContactPoint
from customers.rules import phones

log = structlog.get_logger("phone_countries")
BATCH = 5000
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

    Each batch commits by itself and what was looked at is passed over, so that after an interruption it simply runs
    again. What cannot be opened is left for another time. Until a phone was looked at, the law is the one of before.
    """
    done, last = 0, None
    # As the condition of the index customers_contactpoint_nowhere: without it every look would read the whole table.
    waiting = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, country=None, value__isnull=False)
    while most is None or done < most:
        rows = waiting if last is None else waiting.filter(id__gt=last)
        batch = list(rows.order_by("id").values_list("customer_id", "id", "value")[:BATCH])
        if not batch:
            break
        done += _look_at(batch)
        last = batch[-1][1]
    return done


def _look_at(batch: Sequence[tuple[Any, Any, Any]]) -> int:
    keyring = subjects.load({customer for customer, _row, _value in batch})
    found = []
    for customer, row, value in batch:
        try:
            phone = keyring.open(value, table="customers_contactpoint", column="value", row=row)
        except Unopenable:
            log.error("a phone cannot be read", customer=str(customer))  # noqa: TRY400
            continue
        found.append((customer, row, of(phone or "")))
    if not found:
        return 0
    customers, rows, countries = (list(column) for column in zip(*found, strict=True))
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
            [customers, rows, countries],
        )
        looked_at = cursor.rowcount
        settle(customers)
    return looked_at
