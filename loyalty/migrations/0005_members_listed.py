"""The list of members by points, who enrolled whom, and what people and tills did of late; what members have now."""

import uuid
from typing import Any, ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core.migrating import AddIndexAnew

BATCH = 5000
_FILL = """
WITH page AS (SELECT id, customer_id FROM loyalty_member WHERE id > %s ORDER BY id LIMIT %s),
has AS (
    SELECT p.id, COALESCE(sum(b.active - b.debt), 0) AS points
    FROM page p LEFT JOIN loyalty_balance b ON b.customer_id = p.customer_id AND b.wallet = 'points' GROUP BY p.id
),
done AS (UPDATE loyalty_member m SET points = h.points FROM has h WHERE m.id = h.id AND m.points <> h.points)
SELECT id FROM page ORDER BY id DESC LIMIT 1
"""


def fill(_apps: Any, editor: Any) -> None:
    """Batch by batch. Of merged people the pipeline adds what the other rows have, with their next change."""
    last = uuid.UUID(int=0)
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(_FILL, [last, BATCH])
            found = cursor.fetchone()
            if not found:
                break
            last = found[0]


class Migration(migrations.Migration):
    """Indexes made while others write; may be run again."""

    atomic = False  # CREATE INDEX CONCURRENTLY
    dependencies: ClassVar[list[tuple[str, str]]] = [("loyalty", "0005_members")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="act",
            index=models.Index(
                condition=models.Q(("actor_kind", "system"), _negated=True),
                fields=["-id"],
                include=("actor_kind", "actor_id", "source", "place", "kind", "wallet", "change", "customer"),
                name="loyalty_act_hand",
            ),
        ),
        AddIndexAnew(
            model_name="member",
            index=models.Index(
                condition=models.Q(("left_at__isnull", True)), fields=["-points", "-id"], name="loyalty_member_points"
            ),
        ),
        AddIndexAnew(
            model_name="member",
            index=models.Index(
                condition=models.Q(("left_at__isnull", True)),
                fields=["tier", "-points", "-id"],
                name="loyalty_member_rich",
            ),
        ),
        AddIndexAnew(
            model_name="member",
            index=models.Index(
                condition=models.Q(("joined_by__isnull", False)),
                fields=["joined_at", "joined_by"],
                name="loyalty_member_staff",
            ),
        ),
        AddIndexAnew(
            model_name="member",
            index=models.Index(
                condition=models.Q(("left_at__isnull", False)),
                fields=["-joined_at", "-id"],
                name="loyalty_member_left",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
