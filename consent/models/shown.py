"""What people were shown, and the terms they accepted."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, OwnedModel, Placement


class ServedNotice(OwnedModel):
    """The texts that stood before somebody's eyes, by version and language, and the records that came of it.

    As long as nobody knows who looks there is only a count (`ServedCount`); with the answer the row is written, under
    the name that the form bore until then.
    """

    place = models.CharField(max_length=60)  # form.signup, preferences, mail.reconsent …
    token = models.BinaryField(null=True)  # keyed digest of what the form was called while nobody knew who looks
    language = models.CharField(max_length=5)
    versions = models.JSONField()  # {"privacy": "1.0", "purpose.marketing": "2", …}
    shown_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    agreed = models.PositiveSmallIntegerField(default=0)  # how many matters they said yes to
    records = ArrayField(models.UUIDField(), default=list)

    class Meta:
        db_table = "consent_served"
        verbose_name = _("served notice")
        verbose_name_plural = _("served notices")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-shown_at"], name="consent_served_person"),
            models.Index(fields=["shown_at"], name="consent_served_time"),  # of the purge
        ]


class ServedCount(Model):
    """How often texts were shown and answered on one day, nobody named. `slot` lets many count at once."""

    placement = Placement.LOCAL

    day = models.DateField()
    place = models.CharField(max_length=60)
    language = models.CharField(max_length=5)
    versions = models.CharField(max_length=600)  # "form.signup=1 privacy=1.0 …"
    slot = models.PositiveSmallIntegerField()
    shown = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    agreed = models.PositiveIntegerField(default=0)  # answers with at least one yes

    class Meta:
        verbose_name = _("served count")
        verbose_name_plural = _("served counts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["day", "place", "language", "versions", "slot"], name="consent_servedcount_once"
            ),
        ]


class TermsAcceptance(OwnedModel):
    """That somebody accepted a version of the terms, by a box of its own. Append-only in the database.

    It is no consent (ADR 22): it concerns a contract, nobody withdraws it, and the gate never asks for it.
    """

    version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    at = models.DateTimeField()
    place = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("acceptance of terms")
        verbose_name_plural = _("acceptances of terms")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "version", "place", "at"], name="consent_terms_once"),
        ]
