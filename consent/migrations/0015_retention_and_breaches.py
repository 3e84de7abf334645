"""Rules of how long things are kept, what is used of what is collected, and breaches. New tables only."""

import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models

from cdp.core import appendonly


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0014_more_of_a_statement"),
        ("customers", "0019_merges_of_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="FieldDecision",
            fields=[
                ("field", models.CharField(max_length=80, primary_key=True, serialize=False)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("keep", "Needed after all"),
                            ("stop", "Not collected any more"),
                            ("purge", "Not collected any more, and removed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FieldFigure",
            fields=[
                ("field", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("have", models.BigIntegerField(default=0)),
                ("of", models.BigIntegerField(default=0)),
                ("doors", models.JSONField(default=dict)),
                ("uses", models.JSONField(default=list)),
                ("last_used_on", models.DateField(null=True)),
                ("is_unused", models.BooleanField(default=False)),
                ("counted_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                ("kind", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("amount", models.PositiveSmallIntegerField(null=True)),
                (
                    "unit",
                    models.CharField(
                        choices=[("days", "days"), ("months", "months"), ("years", "years")],
                        default="years",
                        max_length=6,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("delete", "Delete"),
                            ("detach", "Keep without the person"),
                            ("propose", "Propose to forget the person"),
                            ("forget", "Forget the person"),
                        ],
                        max_length=10,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Breach",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=160, verbose_name="in one line")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("possible", "Possible"),
                            ("confirmed", "Confirmed"),
                            ("closed", "Closed"),
                            ("false", "Was none"),
                        ],
                        default="possible",
                        max_length=10,
                        verbose_name="stage",
                    ),
                ),
                ("noticed_at", models.DateTimeField(verbose_name="noticed")),
                ("began_at", models.DateTimeField(blank=True, null=True, verbose_name="began")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("data", models.JSONField(default=list, verbose_name="which data")),
                ("cause", models.CharField(max_length=20, verbose_name="how it happened")),
                ("story", models.TextField(blank=True, max_length=8000, verbose_name="what happened")),
                ("law", models.CharField(max_length=20)),
                ("law_checked_on", models.DateField()),
                ("due_at", models.DateTimeField()),
                (
                    "risk",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not assessed yet"),
                            ("none", "No risk to people"),
                            ("risk", "A risk"),
                            ("high", "A high risk"),
                        ],
                        max_length=6,
                        verbose_name="risk",
                    ),
                ),
                ("risk_reason", models.TextField(blank=True, max_length=4000, verbose_name="why")),
                ("people", models.BigIntegerField(default=0)),
                ("authority_told_at", models.DateTimeField(null=True)),
                ("people_told_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("escalated", models.PositiveSmallIntegerField(default=0)),
                ("created_by", models.UUIDField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stage__in", ["possible", "confirmed"])),
                        fields=["due_at"],
                        name="consent_breach_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BreachDraft",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("breach_id", models.UUIDField()),
                (
                    "audience",
                    models.CharField(choices=[("authority", "Authority"), ("people", "People")], max_length=10),
                ),
                ("law", models.CharField(max_length=20)),
                ("language", models.CharField(max_length=5)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField(max_length=20000)),
                ("changed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("breach_id", "audience", "law", "language"), name="consent_breachdraft_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BreachStep",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("breach_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=20)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
                ("text", models.CharField(blank=True, max_length=2000)),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["breach_id", "id"], name="consent_breachstep_log")],
            },
        ),
        migrations.CreateModel(
            name="FieldUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=80)),
                ("by", models.CharField(max_length=12)),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("field", "by", "day"), name="consent_fielduse_once")],
            },
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
                ("as_of", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("is_dry", models.BooleanField(default=False)),
                ("night", models.DateField(null=True)),
                ("job_id", models.UUIDField(null=True)),
                ("started_by", models.UUIDField(null=True)),
                ("rules", models.JSONField(default=list)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("night__isnull", False)),
                        fields=("night",),
                        name="consent_retentionrun_nightly",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BreachPerson",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("breach_id", models.UUIDField()),
                ("via", models.CharField(max_length=12)),
                ("added_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("untold", models.CharField(blank=True, max_length=30)),
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
                "indexes": [models.Index(fields=["breach_id", "customer"], name="consent_breachperson_list")],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "breach_id"), name="consent_breachperson_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionLine",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(max_length=60)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("found", "Found"),
                            ("removed", "Removed"),
                            ("proposed", "Proposed"),
                            ("unconfirmed", "Waits for the privacy officer"),
                            ("kept", "Kept"),
                            ("busy", "In use, the next run goes on"),
                        ],
                        max_length=12,
                    ),
                ),
                ("before", models.DateTimeField(null=True)),
                ("rows", models.BigIntegerField(default=0)),
                ("people", models.BigIntegerField(default=0)),
                ("oldest", models.DateTimeField(null=True)),
                ("held", models.BigIntegerField(default=0)),
                ("checksum", models.CharField(blank=True, max_length=20)),
                ("tables", models.JSONField(default=dict)),
                ("samples", models.JSONField(default=list)),
                ("removed", models.BigIntegerField(default=0)),
                ("removed_checksum", models.CharField(blank=True, max_length=20)),
                ("removed_tables", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lines",
                        to="consent.retentionrun",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "position"), name="consent_retentionline_once")],
            },
        ),
        appendonly.protect("consent_retentionline"),
        appendonly.protect_whole("consent_retentionline"),
        appendonly.protect("consent_breachstep"),
        appendonly.protect_whole("consent_breachstep"),
    ]
