"""Identifiers of people who were forgotten, and the pairs that name somebody as the second."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Identifiers of people who were forgotten, and the pairs that name somebody as the second."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0012_calls_and_questions")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="SuppressedIdentifier",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
            ],
        ),
        AddIndexAnew(
            model_name="mergesuggestion",
            index=models.Index(fields=["other_id"], name="customers_suggestion_other"),
        ),
    ]
