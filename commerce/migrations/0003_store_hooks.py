"""What stores tell by webhook: deliveries, counts, clocks, notices. New, empty tables."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.ids


def _id() -> tuple[str, models.Field]:
    return "id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)


def _source() -> tuple[str, models.Field]:
    on_delete = django.db.models.deletion.CASCADE
    return "source", models.ForeignKey(db_index=False, on_delete=on_delete, related_name="+", to="core.source")


class Migration(migrations.Migration):
    """What stores tell by webhook."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("commerce", "0002_resolved_by"), ("core", "0004_source_secret")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="HookDelivery",
            fields=[
                _id(),
                ("digest", models.BinaryField(unique=True)),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="core.source",
                    ),
                ),
                ("vendor", models.CharField(max_length=20)),
                ("topic", models.CharField(max_length=80)),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("ignored", "Left aside"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("waits_for", models.BinaryField(null=True)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("sealed", models.BinaryField(null=True)),
                ("handled_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_at", "id"],
                        name="commerce_hookdelivery_next",
                    ),
                    models.Index(
                        condition=models.Q(("waits_for__isnull", False)),
                        fields=["waits_for"],
                        name="commerce_hookdelivery_waits",
                    ),
                    models.Index(
                        condition=models.Q(("state", "failed")), fields=["-id"], name="commerce_hookdelivery_failed"
                    ),
                    models.Index(fields=["received_at"], name="commerce_hookdelivery_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HookTally",
            fields=[
                _id(),
                _source(),
                ("topic", models.CharField(max_length=80)),
                ("outcome", models.CharField(max_length=10)),
                ("count", models.BigIntegerField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "topic", "outcome"), name="commerce_hooktally_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StoreMark",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("told_at", models.DateTimeField()),
                ("number", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="StoreNotice",
            fields=[
                _id(),
                _source(),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("data_request", "A customer asks for their data"),
                            ("customer_redact", "A customer asks to be erased"),
                            ("shop_redact", "The store asks to erase all its customers"),
                            ("customer_deleted", "The store deleted a customer"),
                            ("uninstalled", "The app was removed from the store"),
                        ],
                        max_length=20,
                    ),
                ),
                ("digest", models.BinaryField(unique=True)),
                ("received_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(choices=[("open", "Open"), ("closed", "Closed")], default="open", max_length=10),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("ring_key", models.CharField(blank=True, max_length=40)),
                ("wrapped", models.BinaryField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["state", "-id"], name="commerce_storenotice_state")]},
        ),
    ]
