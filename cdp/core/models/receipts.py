"""What public forms have taken, so that the same form sent again is answered as before and writes nothing."""

from django.db import models

from cdp.core.models.base import Placement


class FormReceipt(models.Model):
    """One name of something taken: the token of the form, or the digest of what was written into it.

    Both names of one sending hold the same answer, sealed under the key of its hour.
    """

    placement = Placement.LOCAL

    digest = models.BinaryField(primary_key=True)
    form = models.CharField(max_length=20)
    at = models.DateTimeField(db_index=True)
    answer = models.BinaryField(null=True)  # what the thanks say, for example the coupon's code
