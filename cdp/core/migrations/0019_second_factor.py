"""What the shop asks of its staff at log-in. A column with a default on a table of tens of rows, and a table of one row."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Nothing is required until an owner says so."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0018_chains"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="user",
            name="factor_required",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.CreateModel(
            name="StaffPolicy",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "second_factor",
                    models.CharField(
                        choices=[
                            ("off", "Everybody decides for themselves"),
                            ("recommended", "Recommended to owners and privacy officers"),
                            ("required", "Required of the roles chosen below"),
                        ],
                        default="recommended",
                        max_length=12,
                    ),
                ),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="core_staffpolicy_one")
                ],
            },
        ),
    ]
