"""How people came by our forms, and what the forms offer. New tables; the choices that stood in the code are filled in."""

from typing import ClassVar

import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Arrivals and choices."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("customers", "0013_suppressed"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="FormChoice",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "list",
                    models.CharField(
                        choices=[("interest", "What are you interested in?"), ("heard", "How did you hear about us?")],
                        max_length=10,
                        verbose_name="list",
                    ),
                ),
                ("key", models.SlugField(verbose_name="key")),
                ("name", models.JSONField(default=dict, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "choice of the forms",
                "verbose_name_plural": "choices of the forms",
                "ordering": ["list", "position", "key"],
                "constraints": [models.UniqueConstraint(fields=("list", "key"), name="customers_formchoice_once")],
            },
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "form",
                    models.CharField(
                        choices=[("signup", "Sign-up"), ("warranty", "Warranty"), ("preorder", "Pre-order")],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("place", models.CharField(blank=True, max_length=60)),
                ("campaign", models.JSONField(default=dict)),
                ("language", models.CharField(blank=True, max_length=5)),
                ("resolved_by", models.BinaryField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "-at"], name="customers_arrival_timeline"),
                    models.Index(fields=["at"], include=("form", "place"), name="customers_arrival_at"),
                ],
            },
        ),
    ]
