"""Two secrets sign for a day when one is renewed, and how long a receiver took. A small table and a nullable column."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """The secret of before, and the time of an answer."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0022_exports")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="WebhookSecret",
            fields=[
                (
                    "webhook",
                    models.OneToOneField(
                        on_delete=models.CASCADE,
                        primary_key=True,
                        related_name="former",
                        serialize=False,
                        to="core.webhook",
                    ),
                ),
                ("ring_key", models.CharField(max_length=40)),
                ("wrapped", models.BinaryField()),
                ("ends_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField("webhookdelivery", "took_ms", models.PositiveIntegerField(null=True)),
    ]
