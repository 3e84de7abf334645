"""Carts, wish lists and back-in-stock interest. New, empty tables."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.ids
import cdp.core.models.base


def _id() -> tuple[str, models.Field]:
    return "id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)


def _customer(*, is_checked: bool = True) -> tuple[str, models.Field]:
    return "customer", models.ForeignKey(
        db_constraint=is_checked,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="customers.customer",
    )


class Migration(migrations.Migration):
    """Carts, wish lists and back-in-stock interest."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("commerce", "0004_names_for_people"),
        ("customers", "0001_first_tables"),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="CartKey",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("customer_id", models.UUIDField()),
                ("cart_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="Cart",
            fields=[
                _id(),
                _customer(),
                ("source", models.CharField(max_length=60)),
                (
                    "tokens",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), size=None),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("ordered", "Ordered"), ("deleted", "Deleted")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("total", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("started_at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("order_id", models.UUIDField(null=True)),
                ("is_recovered", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "-told_at"], name="commerce_cart_customer"),
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["told_at"], name="commerce_cart_open"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CartLine",
            fields=[
                _id(),
                ("sku", models.CharField(blank=True, max_length=120)),
                ("name", models.CharField(blank=True, max_length=300)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=14)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=18)),
                (
                    "cart",
                    cdp.core.models.base.OwnedForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="lines",
                        to="commerce.cart",
                    ),
                ),
                _customer(is_checked=False),
            ],
            options={"indexes": [models.Index(fields=["customer", "cart"], name="commerce_cartline_cart")]},
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                _id(),
                _customer(),
                ("source", models.CharField(max_length=60)),
                ("list_id", models.CharField(blank=True, max_length=120)),
                ("list_name", models.CharField(blank=True, max_length=120)),
                ("sku", models.CharField(max_length=120)),
                ("name", models.CharField(blank=True, max_length=300)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("removed_at__isnull", True)), fields=["sku"], name="commerce_wish_sku"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "source", "list_id", "sku"), name="commerce_wish_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StockInterest",
            fields=[
                _id(),
                _customer(),
                ("source", models.CharField(max_length=60)),
                ("sku", models.CharField(max_length=120)),
                ("name", models.CharField(blank=True, max_length=300)),
                ("noted_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["sku"], name="commerce_stockinterest_sku"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "sku"), name="commerce_stockinterest_once")
                ],
            },
        ),
    ]
