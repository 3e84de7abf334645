"""The secrets that stores sign their webhooks with. A new, empty table."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.ids


class Migration(migrations.Migration):
    """The secrets that stores sign their webhooks with."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0003_whole_append_only")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="SourceSecret",
            fields=[
                (
                    "id",
                    models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("ring_key", models.CharField(editable=False, max_length=40)),
                ("wrapped", models.BinaryField()),
                ("set_at", models.DateTimeField(verbose_name="set")),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="core.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={"verbose_name": "webhook secret", "verbose_name_plural": "webhook secrets"},
        ),
    ]
