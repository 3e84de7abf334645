"""Files that prove statements, and the column by which statements name them. Nothing that is there is rewritten."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.crypto.fields
import cdp.core.ids
from cdp.core import appendonly


class Migration(migrations.Migration):
    """What is sealed does not get smaller: PostgreSQL need not try for ten megabytes."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("consent", "0022_shown_instead"),
        ("customers", "0020_closed_addresses"),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="EvidenceFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(max_length=5)),
                ("size", models.PositiveIntegerField()),
                ("name", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("content", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("added_at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
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
                "verbose_name": "evidence file",
                "verbose_name_plural": "evidence files",
                "indexes": [models.Index(fields=["customer", "id"], name="consent_evidence_person")],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE consent_evidencefile ALTER COLUMN content SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
        appendonly.protect("consent_evidencefile"),
        appendonly.protect_whole("consent_evidencefile"),
        migrations.AddField("consentrecord", "files", models.JSONField(null=True, editable=False)),
    ]
