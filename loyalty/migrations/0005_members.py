"""Adjustments that wait for a second person; who enrolled a member, and what they have in points, beside their row."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.crypto.fields
import cdp.core.ids

WHY = [
    ("goodwill", "Goodwill"),
    ("complaint", "After a complaint"),
    ("forgotten", "A purchase that was not counted"),
    ("mistake", "A mistake of ours"),
    ("misuse", "Misuse"),
    ("event", "An event or a campaign"),
    ("other", "Another reason"),
]
STATES = [
    ("waiting", "Waits for a second person"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]


class Migration(migrations.Migration):
    """Columns that need no rewriting."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0023_reviews_by_form"), ("loyalty", "0013_referrals")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("wallet", models.CharField(max_length=20)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=18)),
                ("reason", models.CharField(choices=WHY, max_length=40)),
                ("words", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("reverses", models.UUIDField(null=True)),
                ("state", models.CharField(choices=STATES, default="waiting", max_length=10)),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("answer", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("act_id", models.UUIDField(null=True)),
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
                "verbose_name": "adjustment that waits",
                "verbose_name_plural": "adjustments that wait",
                "indexes": [
                    models.Index(fields=["customer", "-id"], name="loyalty_adjustment_customer"),
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["id"], name="loyalty_adjustment_waiting"
                    ),
                    models.Index(fields=["-id"], name="loyalty_adjustment_list"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="loyalty_adjustment_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="loyalty_adjustment_decided",
                    ),
                ],
            },
        ),
        migrations.AddField(model_name="member", name="joined_by", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="member",
            name="points",
            field=models.DecimalField(db_default=0, decimal_places=4, default=0, max_digits=18),
        ),
    ]
