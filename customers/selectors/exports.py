"""Everything the house holds about one person, as plain values: what access requests and portability are made from.

Every room says in its `lifecycle.py` which columns belong in it; sealed ones are opened here.
"""

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

from cdp.core import context, lifecycle
from cdp.core.crypto import subjects
from cdp.core.crypto.fields import SealedField
from customers.models import Customer
from customers.selectors import lineage

Export = dict[str, list[dict[str, Any]]]


def of(customer: uuid.UUID) -> Export:
    """Room and table → rows with the columns that are the person's own, in the order of their ids.

    The whole lineage is read, so that what stayed with an absorbed record is there. Times are ISO 8601 in UTC,
    amounts are texts as they are stored.
    """
    people = lineage.of(customer)
    keyring = subjects.load(people)
    context.show([customer])
    found: Export = {}
    for model, declaration in lifecycle.declarations().items():
        if not declaration.export:
            continue
        owner = "id" if model is Customer else "customer_id"
        # A record that was absorbed has nothing of its own to tell: the survivor's row has it.
        who = [customer] if model is Customer else people
        rows = model._default_manager.filter(**{f"{owner}__in": who}).order_by("pk")
        sealed = {field.column for field in model._meta.local_concrete_fields if isinstance(field, SealedField)}
        found[model._meta.label] = [
            {
                column: keyring.open(value, table=model._meta.db_table, column=column, row=key)
                if column in sealed
                else _plain(value)
                for column, value in zip(declaration.export, values, strict=True)
            }
            for key, *values in rows.values_list("pk", *declaration.export)
        ]
    return found


def as_text(export: Export) -> str:
    """The export as JSON, the same bytes for the same facts."""
    return json.dumps(export, ensure_ascii=False, indent=1, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value
