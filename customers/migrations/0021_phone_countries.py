"""Where a phone is from, by which the law of who told no country is found. Rows of before are looked at by beat
(`customers.tasks.index_phones`): the numbers are sealed, so no statement could.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core import migrating


class Migration(migrations.Migration):
    """Two columns that need no rewriting, and the index of what waits, built while writers go on."""

    atomic = False  # CREATE INDEX CONCURRENTLY
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0020_closed_addresses")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="customer",
            name="phone_country",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=2),
        ),
        migrations.AddField(
            model_name="contactpoint",
            name="country",
            field=models.CharField(blank=True, editable=False, max_length=2, null=True),
        ),
        migrating.AddIndexAnew(
            "contactpoint",
            models.Index(
                fields=["id"],
                name="customers_contactpoint_nowhere",
                condition=models.Q(country__isnull=True, kind="phone", value__isnull=False),
            ),
        ),
    ]
