"""Links that somebody asked for on a public page, before anybody looked whether the address is known."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cdp.core.models import Model, Placement


class LinkRequest(Model):
    """What a page took down for a worker: the same row whether or not anybody is known by it.

    `asked` lies sealed under the key of the hour until a worker has looked, and is empty from then on.
    """

    placement = Placement.LOCAL

    asked_at = models.DateTimeField()
    contact_digest = models.BinaryField()  # keyed: how often one address or link is asked for, without telling which
    from_digest = models.BinaryField()  # keyed, of the shortened network address
    asked = models.BinaryField()  # hourly key: what is wanted, the address or the old link, the language
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # What a worker has to look at.
            models.Index(fields=["id"], name="consent_linkrequest_waiting", condition=Q(done_at__isnull=True)),
            # How many were asked for by one address lately.
            models.Index(fields=["contact_digest", "-asked_at"], name="consent_linkrequest_contact"),
            # How many came from one network lately; also what is old enough to be thrown away.
            models.Index(fields=["-asked_at", "from_digest"], name="consent_linkrequest_asked"),
        ]
