"""Who changed what, and who looked at whom. Both are append-only: the database refuses UPDATE and DELETE."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from cdp.core.crypto.fields import SealedField
from cdp.core.models.base import Model, Placement


class AuditEntry(Model):
    """One change, written in the transaction that made it. Personal old and new values are sealed."""

    placement = Placement.LOCAL

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)  # staff, key, customer, system
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=80)  # room:subject:verb, see cdp.core.audit.Action
    customer_id = models.UUIDField(null=True)
    object_id = models.CharField(max_length=80, blank=True)
    details = models.JSONField(default=dict)  # never personal values
    sealed = SealedField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The customer page's history.
            models.Index(fields=["customer_id", "-at"], name="core_audit_customer"),
        ]


class AccessEntry(Model):
    """One page or answer that showed personal data: who, when, which page, which customers."""

    placement = Placement.LOCAL

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    view = models.CharField(max_length=120)
    reason = models.CharField(max_length=200, blank=True)
    customer_ids = ArrayField(models.UUIDField(), default=list)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # What is unusual of late.
            models.Index(fields=["at"], name="core_access_at"),
            # "Who looked at me": an access request and the page of the log list the entries of one customer.
            GinIndex(fields=["customer_ids"], name="core_access_customers"),
            # What one member of staff looked at, newest first.
            models.Index(fields=["actor_id", "-id"], name="core_access_actor"),
            # Looks that gave a reason are few among many.
            models.Index(fields=["-id"], name="core_access_reasons", condition=~models.Q(reason="")),
        ]
