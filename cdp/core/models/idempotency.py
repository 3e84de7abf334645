"""Answers kept so that a repeated request gets the first answer again."""

from django.db import models

from cdp.core.models.base import Placement


class IdempotentAnswer(models.Model):
    """The first answer to (API key, path, Idempotency-Key), sealed; kept for 24 hours."""

    placement = Placement.LOCAL

    digest = models.BinaryField(primary_key=True)
    body_digest = models.BinaryField()
    status = models.PositiveSmallIntegerField(null=True)  # null while the first request is in flight
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_index=True)
