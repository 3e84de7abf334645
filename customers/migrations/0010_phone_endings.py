"""A phone is found by its last digits. Rows of before get their number from `manage.py index_phone_endings`."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A phone is found by its last digits."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0009_ways_of_contact_unchecked")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="contactpoint",
            name="ending",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        AddIndexAnew(
            model_name="contactpoint",
            index=models.Index(
                fields=["ending"],
                name="customers_contactpoint_ending",
                condition=models.Q(("ending__isnull", False)),
            ),
        ),
    ]
