"""How people came: each time somebody filled in one of our own forms."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedModel


class Arrival(OwnedModel):
    """One form that somebody sent, with the place and the campaign that led there. Nothing in it names a person."""

    class Form(models.TextChoices):
        SIGNUP = "signup", _("Sign-up")
        WARRANTY = "warranty", _("Warranty")
        PREORDER = "preorder", _("Pre-order")
        FEEDBACK = "feedback", _("Review")

    form = models.CharField(max_length=20, choices=Form.choices)
    at = models.DateTimeField()
    place = models.CharField(max_length=60, blank=True)  # ?src= of the address: qr-counter, kiosk, flyer-may …
    campaign = models.JSONField(default=dict)  # {"source": …, "medium": …, "campaign": …} of the address
    language = models.CharField(max_length=5, blank=True)
    resolved_by = models.BinaryField(null=True)  # by which identifier the person was known

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The timeline of one customer, newest first.
            models.Index(fields=["customer", "-at"], name="customers_arrival_timeline"),
            # How many came by which form and place, for the page of forms.
            models.Index(fields=["at"], name="customers_arrival_at", include=["form", "place"]),
        ]
