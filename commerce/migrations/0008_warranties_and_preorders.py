"""Warranty cards, claims and pre-orders: new, empty tables. Products learn a warranty in months: a nullable column."""

from typing import ClassVar

import cdp.core.crypto.fields
import cdp.core.ids
import cdp.core.models.base
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Warranties and pre-orders."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("commerce", "0007_tracked_commerce"),
        ("customers", "0014_arrivals_and_choices"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="PreOrder",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=12)),
                ("sku", models.CharField(blank=True, max_length=120)),
                ("name", models.CharField(blank=True, max_length=300)),
                ("typed", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("quantity", models.PositiveIntegerField()),
                ("wish_on", models.DateField(null=True)),
                (
                    "way",
                    models.CharField(
                        choices=[("pickup", "Pick up in the shop"), ("delivery", "Have it delivered")],
                        default="pickup",
                        max_length=10,
                    ),
                ),
                ("address", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("note", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("confirmed", "Confirmed"),
                            ("ready", "Ready"),
                            ("collected", "Handed over"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("source", models.CharField(max_length=60)),
                ("placed_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                ("resolved_by", models.BinaryField(null=True)),
            ],
            options={
                "verbose_name": "pre-order",
                "verbose_name_plural": "pre-orders",
            },
        ),
        migrations.CreateModel(
            name="Warranty",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("sku", models.CharField(blank=True, max_length=120)),
                ("name", models.CharField(blank=True, max_length=300)),
                ("typed", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("serial", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("serial_digest", models.BinaryField(null=True)),
                ("place", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("order_number", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("order_id", models.UUIDField(null=True)),
                ("bought_on", models.DateField()),
                ("months", models.PositiveSmallIntegerField()),
                ("ends_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("registered", "Registered"), ("claimed", "Claimed"), ("closed", "Closed")],
                        default="registered",
                        max_length=12,
                    ),
                ),
                ("source", models.CharField(max_length=60)),
                ("registered_at", models.DateTimeField()),
                ("resolved_by", models.BinaryField(null=True)),
            ],
            options={
                "verbose_name": "warranty",
                "verbose_name_plural": "warranties",
            },
        ),
        migrations.CreateModel(
            name="WarrantyClaim",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.UUIDField(null=True)),
                ("text", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("outcome", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="product",
            name="warranty_months",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="warranty in months"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(django.db.models.functions.text.Upper("name"), name="commerce_product_name"),
        ),
        migrations.AddField(
            model_name="preorder",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="warranty",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="warrantyclaim",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="warrantyclaim",
            name="warranty",
            field=cdp.core.models.base.OwnedForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="claims",
                to="commerce.warranty",
            ),
        ),
        migrations.AddIndex(
            model_name="preorder",
            index=models.Index(fields=["customer", "-placed_at"], name="commerce_preorder_customer"),
        ),
        migrations.AddIndex(
            model_name="preorder",
            index=models.Index(fields=["state", "-id"], name="commerce_preorder_state"),
        ),
        migrations.AddIndex(
            model_name="preorder",
            index=models.Index(fields=["-id"], name="commerce_preorder_list"),
        ),
        migrations.AddIndex(
            model_name="preorder",
            index=models.Index(fields=["number"], name="commerce_preorder_number"),
        ),
        migrations.AddIndex(
            model_name="warranty",
            index=models.Index(fields=["customer", "-registered_at"], name="commerce_warranty_customer"),
        ),
        migrations.AddIndex(
            model_name="warranty",
            index=models.Index(
                condition=models.Q(("serial_digest__isnull", False)),
                fields=["serial_digest"],
                name="commerce_warranty_serial",
            ),
        ),
        migrations.AddIndex(
            model_name="warranty",
            index=models.Index(fields=["-id"], name="commerce_warranty_list"),
        ),
        migrations.AddIndex(
            model_name="warranty",
            index=models.Index(
                condition=models.Q(("state", "claimed")), fields=["-id"], name="commerce_warranty_claimed"
            ),
        ),
        migrations.AddIndex(
            model_name="warranty",
            index=models.Index(fields=["ends_on"], name="commerce_warranty_ends"),
        ),
        migrations.AddIndex(
            model_name="warrantyclaim",
            index=models.Index(fields=["customer", "warranty"], name="commerce_warrantyclaim_card"),
        ),
    ]
