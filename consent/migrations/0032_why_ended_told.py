"""What ended before `ended_by` was there says why as well: the record that ended it knows.

In portions that are committed one by one. Cut off, it may simply be run again: a portion written twice says the same.
The column came with a migration of its own, because what stands in this one would be begun again with it.
"""

import uuid
from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

PORTION = 2_000
_ENDED = """
SELECT id, customer_id, record_id FROM consent_consentstate
WHERE id > %s AND status = 'expired' ORDER BY id LIMIT %s
"""
# By the record's id alone: what was said before a merge stays with who said it.
_METHODS = "SELECT id, method FROM consent_consentrecord WHERE id = ANY(%s)"
# Whoever said "yes" since they were read keeps their word.
_WRITE = """
UPDATE consent_consentstate AS r SET ended_by = k.value
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[]) AS k (customer_id, id, record_id, value)
WHERE r.customer_id = k.customer_id AND r.id = k.id AND r.record_id = k.record_id AND r.status = 'expired'
"""


def fill(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What the record says that ended it."""
    last = uuid.UUID(int=0)
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(_ENDED, [last, PORTION])
            rows = cursor.fetchall()
            if not rows:
                return
            cursor.execute(_METHODS, [[record for _id, _customer, record in rows]])
            methods = dict(cursor.fetchall())
            states, people, records = (list(column) for column in zip(*rows, strict=True))
            cursor.execute(_WRITE, [people, states, records, [methods.get(record, "") for record in records]])
            last = states[-1]


class Migration(migrations.Migration):
    """Outside a transaction, so that each portion is committed by itself."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0031_why_ended")]
    operations: ClassVar[list[Operation]] = [migrations.RunPython(fill, migrations.RunPython.noop)]
