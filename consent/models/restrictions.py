"""Whose data may not be used for now, and whose may not be erased for now."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class Restriction(OwnedModel):
    """Processing is frozen from `since` until it is lifted or `until` has come (GDPR 18, PDPA s.34, PIPA 37).

    Data stays and is shown; nothing is sent, exported, profiled or handed on for this person meanwhile.
    """

    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    request_id = models.UUIDField(null=True)  # the PrivacyRequest it answers
    reason = models.CharField(max_length=40)  # accuracy, unlawful, claims, objection, asked, staff
    placed_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        indexes: ClassVar[list[models.Index]] = [
            # The gate asks for every person of an audience; those restricted are few.
            models.Index(
                fields=["customer", "since"], name="consent_restriction_open", condition=Q(lifted_at__isnull=True)
            ),
            # The page of a customer, merging and erasing.
            models.Index(fields=["customer", "-since"], name="consent_restriction_of"),
        ]


class LegalHold(OwnedModel):
    """A duty or a dispute for which this person's data must stay: erasure and retention pass them by meanwhile."""

    placed_at = models.DateTimeField(_("since"))
    placed_by = models.UUIDField(null=True)
    until = models.DateTimeField(_("until"), null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    ground = models.CharField(max_length=40)  # claim, authority, tax, warranty, other
    why = SealedField()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        indexes: ClassVar[list[models.Index]] = [
            # Erasure asks for one person, retention for all at once; those held are few.
            models.Index(
                fields=["customer", "placed_at"], name="consent_legalhold_open", condition=Q(lifted_at__isnull=True)
            ),
            models.Index(fields=["customer", "-placed_at"], name="consent_legalhold_of"),
        ]
