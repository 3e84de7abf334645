"""Wrapped keys. The bytes here open nothing without CDP_ENCRYPTION_KEYS."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
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
    """The root of all blind indexes, one row per digest version.

    Each version stands on the one before (`crypto.index`), so none of the rows is ever deleted.
    """

    placement = Placement.SHARED

    version = models.PositiveSmallIntegerField(primary_key=True)
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    made_at = models.DateTimeField(null=True)  # null: with the shop itself
    # Not while `reindex` brings digests to it: `done` are the columns that are there.
    is_ready = models.BooleanField(default=True, db_default=True)
    done = ArrayField(models.TextField(), default=list, db_default=[])
    # Links made by it are read until somebody ends them.
    opens_links = models.BooleanField(default=True, db_default=True)


class HourlyKey(models.Model):
    """A key for short-lived data sealed in that hour (hours since the epoch)."""

    placement = Placement.LOCAL

    hour = models.BigIntegerField(primary_key=True)
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()


class RingKey(models.Model):
    """A key of the ring that this database knows: what it must open, and since when it is used.

    `proof` is a known word wrapped by it: a process that was given another key under the same id notices at its start,
    before it writes anything that others cannot read.
    """

    placement = Placement.LOCAL

    id = models.CharField(primary_key=True, max_length=40)
    proof = models.BinaryField()
    first_used_at = models.DateTimeField()
    # Nothing names it any more: a process may start without it.
    retired_at = models.DateTimeField(null=True)


class DestroyedKey(models.Model):
    """The ids of data keys that were destroyed on purpose: what they sealed is gone, and is empty where it is read.

    A data key that is missing without standing here is lost, and whoever reads is told so instead of being shown a
    blank. `is_mark` stands for all keys made before its id: those were destroyed before anybody took notes.
    """

    placement = Placement.LOCAL

    id = models.UUIDField(primary_key=True)
    is_mark = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # At most one row; the reader of a missing key asks for it.
            models.Index(fields=["id"], name="core_destroyedkey_mark", condition=models.Q(is_mark=True)),
        ]
