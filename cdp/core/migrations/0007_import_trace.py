"""What an import made or changed, so that it can be taken back. A new, empty table."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.ids


class Migration(migrations.Migration):
    """What an import made or changed."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0006_source_without_consent")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="ImportTrace",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("part", models.CharField(max_length=30)),
                ("subject", models.UUIDField(null=True)),
                ("data", models.BinaryField()),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="traces",
                        to="core.job",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["job", "part", "subject", "id"], name="core_importtrace_walk"),
                ],
            },
        ),
    ]
