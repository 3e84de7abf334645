"""For whom metrics and segments stop: who refused profiling, and who is restricted. Silence stops nothing there.

Metrics and segments from a shop's own orders rest on legitimate interest (fine print), so a refusal counts and the
absence of a word does not. Runs of models ask the gate for `profiling` like everything else.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import connection

# Few refuse and fewer are restricted: both are read by index, whatever the size of the shop.
_STOPPED = """(
    EXISTS (
        SELECT 1 FROM consent_consentstate refusal
        WHERE refusal.customer_id = {alias}.id AND refusal.purpose = 'profiling' AND refusal.channel = 'any'
            AND NOT refusal.is_granted AND refusal.status <> 'expired'
    ) OR EXISTS (
        SELECT 1 FROM consent_restriction held
        WHERE held.customer_id = {alias}.id AND held.lifted_at IS NULL AND (held.until IS NULL OR held.until > %(now)s)
    )
)"""


def is_stopped(alias: str) -> str:
    """An SQL condition for those whom nothing may be worked out of; it needs the parameter `now`.

    `alias` is the alias of customers_customer in the caller's statement. Raises ValueError for anything but a name.
    """
    if not alias.isidentifier():
        raise ValueError("the alias must be a plain name")
    return _STOPPED.format(alias=alias)


def stopped(customers: Collection[uuid.UUID], *, now: datetime) -> frozenset[uuid.UUID]:
    """Whose metrics and segments are stopped, of these."""
    condition = is_stopped("c")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id FROM customers_customer c WHERE c.id = ANY(%(ids)s) AND {condition}",  # noqa: S608  (ours)
            {"ids": list(customers), "now": now},
        )
        return frozenset(customer for (customer,) in cursor.fetchall())
