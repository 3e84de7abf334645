"""Offers and personal coupons. New tables with the one offer the sign-up form makes."""

from typing import ClassVar

import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Coupons."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("customers", "0014_arrivals_and_choices"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="CouponKey",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("customer_id", models.UUIDField()),
                ("coupon_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("key", models.SlugField(max_length=40, unique=True, verbose_name="key")),
                ("is_on", models.BooleanField(default=True, verbose_name="coupons are issued")),
                (
                    "percent",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="percent off"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=16, null=True, verbose_name="amount off"
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3, verbose_name="currency")),
                (
                    "minimum",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=16, null=True, verbose_name="smallest basket"
                    ),
                ),
                ("valid_days", models.PositiveSmallIntegerField(default=60, verbose_name="valid for days")),
            ],
            options={
                "verbose_name": "coupon offer",
                "verbose_name_plural": "coupon offers",
                "ordering": ["key"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__isnull", True), ("percent__gt", 0), ("percent__lte", 100)),
                            models.Q(("amount__gt", 0), ("percent__isnull", True)),
                            _connector="OR",
                        ),
                        name="loyalty_offer_percent_or_amount",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("offer", models.CharField(max_length=40)),
                ("code", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("code_digest", models.BinaryField()),
                ("percent", models.DecimalField(decimal_places=2, max_digits=5, null=True)),
                ("amount", models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("minimum", models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ("is_first_order", models.BooleanField(default=False)),
                ("source", models.CharField(blank=True, max_length=60)),
                ("issued_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("redeemed_at", models.DateTimeField(null=True)),
                ("redeemed_by", models.CharField(blank=True, max_length=60)),
                ("order_id", models.UUIDField(null=True)),
                ("reference", models.CharField(blank=True, max_length=200)),
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
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
                "indexes": [
                    models.Index(fields=["customer", "-issued_at"], name="loyalty_coupon_customer"),
                    models.Index(
                        condition=models.Q(("redeemed_at__isnull", True)),
                        fields=["customer"],
                        name="loyalty_coupon_open",
                    ),
                    models.Index(
                        condition=models.Q(("redeemed_at__isnull", True)),
                        fields=["valid_until"],
                        name="loyalty_coupon_ended",
                    ),
                ],
            },
        ),
    ]
