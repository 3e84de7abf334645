"""Files that staff ask for, and whom they hold as long as they lie there. Two empty tables."""

from typing import ClassVar

import cdp.core.ids
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Exports and their portions."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0021_looks_with_a_reason"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("segment", models.CharField(blank=True, max_length=120)),
                ("purpose", models.CharField(max_length=30)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("form", models.CharField(max_length=10)),
                ("reason", models.CharField(max_length=300)),
                ("is_masked", models.BooleanField(default=False)),
                ("is_personal", models.BooleanField(default=True)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("people", models.PositiveIntegerField(default=0)),
                ("left_out", models.JSONField(default=dict)),
                ("needs_second", models.BooleanField(default=False)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_why", models.CharField(blank=True, max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits for a second person"),
                            ("refused", "Refused"),
                            ("making", "Being made"),
                            ("ready", "Ready"),
                            ("ended", "Ended"),
                        ],
                        max_length=10,
                    ),
                ),
                ("job_id", models.UUIDField(null=True)),
                ("rows", models.PositiveBigIntegerField(default=0)),
                ("held", models.PositiveIntegerField(default=0)),
                ("ready_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("downloads", models.PositiveIntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("expired", "Expired"),
                            ("erased", "Somebody in it was erased"),
                            ("deleted", "Deleted"),
                            ("grown", "More people than were asked for"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "verbose_name": "export",
                "verbose_name_plural": "exports",
                "indexes": [
                    models.Index(fields=["asked_by", "-id"], name="core_export_asked_by"),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "making", "ready"])),
                        fields=["state"],
                        name="core_export_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="core_export_second_is_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("needs_second", False),
                            ("decided_by__isnull", False),
                            ("state__in", ["waiting", "ended"]),
                            _connector="OR",
                        ),
                        name="core_export_decided_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportPortion",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveIntegerField()),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                (
                    "export",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portions",
                        to="core.export",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["people"], name="core_exportportion_people")
                ],
                "constraints": [models.UniqueConstraint(fields=("export", "position"), name="core_exportportion_once")],
            },
        ),
    ]
