"""Wrapped keys. The bytes here open nothing without CDP_ENCRYPTION_KEYS."""

from typing import ClassVar

from django.db import models

from cdp.core.models.base import Model, Placement


class DataKey(Model):
    """A key that seals the personal values of one customer. After merges a customer has several."""

    placement = Placement.OWNED

    # No foreign key: the kernel does not know the customers' table, and erasure deletes keys first.
    customer_id = models.UUIDField()
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # subjects.load: all keys of the customers on a page.
            models.Index(fields=["customer_id", "id"], name="core_datakey_customer"),
        ]


class IndexRoot(models.Model):
    """The root of all blind indexes, one row per digest version."""

    placement = Placement.SHARED

    version = models.PositiveSmallIntegerField(primary_key=True)
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()


class HourlyKey(models.Model):
    """A key for short-lived data sealed in that hour (hours since the epoch)."""

    placement = Placement.LOCAL

    hour = models.BigIntegerField(primary_key=True)
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()
