"""What tracking tells: carts with their moves, coupons, stores, orders that only a browser told so far.

Constant defaults and empty columns: nothing is rewritten. Of products, which are few, those that have a price or a
brand were written by somebody who answers for the catalogue; learning from order lines never gave them one.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.ids

_WRITTEN = "UPDATE commerce_product SET written_at = updated_at WHERE price IS NOT NULL OR brand <> ''"


class Migration(migrations.Migration):
    """Tracked events become commerce facts."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("commerce", "0006_assumed"),
        ("core", "0005_reject_row"),
        ("customers", "0011_phones_without_ending"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Store",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=80, unique=True, verbose_name="code")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="place")),
                ("channel", models.CharField(blank=True, max_length=40, verbose_name="channel")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "store",
                "verbose_name_plural": "stores",
                "ordering": ["code"],
            },
        ),
        migrations.AddField(
            model_name="cart",
            name="checkout_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="cart",
            name="moves",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="cart",
            name="payment_method",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
        migrations.AddField(
            model_name="cart",
            name="resolved_by",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="cart",
            name="step",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.AddField(
            model_name="order",
            name="tracked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="order",
            name="tracked_status_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="image_url",
            field=models.CharField(blank=True, db_default="", max_length=500, verbose_name="picture"),
        ),
        migrations.AddField(
            model_name="product",
            name="tracked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="url",
            field=models.CharField(blank=True, db_default="", max_length=500, verbose_name="page"),
        ),
        migrations.AddField(
            model_name="product",
            name="written_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="is_tracked",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="stockinterest",
            name="resolved_by",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="wish",
            name="resolved_by",
            field=models.BinaryField(null=True),
        ),
        migrations.CreateModel(
            name="BookingFault",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("event_id", models.UUIDField(unique=True)),
                ("source", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("code", models.CharField(max_length=60)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField()),
                ("noted_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["-noted_at"], name="commerce_bookingfault_noted")],
            },
        ),
        migrations.CreateModel(
            name="Storefront",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                (
                    "number_prefix",
                    models.CharField(
                        blank=True,
                        help_text="For example # where the website says 1001 and Shopify says #1001.",
                        max_length=10,
                        verbose_name="what stands before its numbers there",
                    ),
                ),
                (
                    "takes_orders",
                    models.BooleanField(
                        default=True,
                        help_text="Switched off, an order counts only when the store itself tells it.",
                        verbose_name="orders count from tracking too",
                    ),
                ),
                (
                    "orders_of",
                    models.ForeignKey(
                        help_text="The source under which the store itself, its files or the REST API tell the same orders.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="core.source",
                        verbose_name="numbers its orders like",
                    ),
                ),
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="core.source",
                        verbose_name="tracking source",
                    ),
                ),
            ],
            options={
                "verbose_name": "storefront",
                "verbose_name_plural": "storefronts",
            },
        ),
        migrations.CreateModel(
            name="CouponTry",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("source", models.CharField(max_length=60)),
                ("code", models.CharField(max_length=120)),
                ("name", models.CharField(blank=True, max_length=120)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("entered", "Entered"),
                            ("applied", "Applied"),
                            ("denied", "Refused"),
                            ("removed", "Taken off"),
                        ],
                        max_length=10,
                    ),
                ),
                ("order_number", models.CharField(blank=True, max_length=200)),
                ("cart_token", models.CharField(blank=True, max_length=120)),
                ("discount", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
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
                "indexes": [models.Index(fields=["customer", "-at"], name="commerce_coupontry_customer")],
            },
        ),
        migrations.RunSQL(_WRITTEN, migrations.RunSQL.noop),
    ]
