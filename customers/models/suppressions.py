"""Identifiers of people who were forgotten."""

from django.db import models

from cdp.core.models import Placement


class SuppressedIdentifier(models.Model):
    """Digest of an identifier that an erased person had. Nobody but the person may bring it back.

    It does not say whose it was: the tombstone and the digest cannot be brought together again.
    """

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()  # when it was suppressed: what the person did before does not bring it back
