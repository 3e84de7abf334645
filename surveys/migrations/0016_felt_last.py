"""Which text of a ticket with a feeling is its newest one, so that tickets are found by it."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from cdp.core.migrating import AddIndexAnew


class Migration(migrations.Migration):
    """A column with a constant default, and an index made while others write. Readings of before are read again anyway."""

    atomic = False

    dependencies: ClassVar[list[tuple[str, str]]] = [("surveys", "0015_own_words")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("reading", "is_last", models.BooleanField(default=False, db_default=False)),
        AddIndexAnew(
            "reading",
            models.Index(
                fields=["kind", "sentiment", "-parent_id"],
                name="surveys_reading_last",
                condition=Q(is_last=True),
                include=("customer", "model"),
            ),
        ),
    ]
