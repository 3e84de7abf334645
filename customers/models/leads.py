"""Leads: people who raised their hand on a social network, in an ad's form or in a chat, before anything was bought."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel, Placement

CHATS = {
    "follow": pgettext_lazy("lead", "Added us as a friend"),
    "message": pgettext_lazy("lead", "Wrote to us"),
    "account link": pgettext_lazy("lead", "Linked the account"),
}
"""How a lead of a chat began, which stands where others have the name of their form."""


class LeadKey(models.Model):
    """Digest of (source, the platform's id of a lead) → lead: what arrives twice, by webhook or file, is one lead."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    lead_id = models.UUIDField()


class Lead(OwnedModel):
    """One answer to an ad or one first word in a chat. Its id carries the time it arrived, so lists go by id.

    Names of forms, campaigns and ads are the shop's own words. What the person wrote is sealed.
    """

    class Platform(models.TextChoices):
        FACEBOOK = "facebook", "Facebook"
        INSTAGRAM = "instagram", "Instagram"
        LINKEDIN = "linkedin", "LinkedIn"
        LINE = "line", "LINE"
        GOOGLE = "google", "Google Ads"
        TIKTOK = "tiktok", "TikTok"
        WEB = "web", _("Website")
        OTHER = "other", pgettext_lazy("platform", "Other")

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("lead", "New")
        CONTACTED = "contacted", pgettext_lazy("lead", "Contacted")
        QUALIFIED = "qualified", pgettext_lazy("lead", "Qualified")
        WON = "won", pgettext_lazy("lead", "Won")
        LOST = "lost", pgettext_lazy("lead", "Lost")

    # No foreign key in the database, as for ways of contact: customers are never deleted (ADR 9).
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    key = models.BinaryField()  # its digest in LeadKey
    platform = models.CharField(max_length=12, choices=Platform.choices)
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200, blank=True)  # empty where the platform's id names a person
    form = models.CharField(max_length=200, blank=True)
    form_id = models.CharField(max_length=100, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    campaign_id = models.CharField(max_length=100, blank=True)
    ad = models.CharField(max_length=200, blank=True)
    ad_id = models.CharField(max_length=100, blank=True)
    is_organic = models.BooleanField(null=True)  # found without an ad; null: the platform did not say
    arrived_at = models.DateTimeField()
    answers = SealedField()  # what was asked and answered, and what was told of a person we knew already
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NEW)
    status_at = models.DateTimeField()
    status_by = models.UUIDField(null=True)  # staff; nobody: it came so
    owner_id = models.UUIDField(null=True)  # who of the staff looks after it
    next_step = SealedField()
    next_on = models.DateField(null=True)
    # The identifier digest that told whose lead it is: un-merging sends it to the right side.
    resolved_by = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    @property
    def about(self) -> str:
        """What it answered, in words: the form or else the campaign; of a chat, how it began."""
        name = self.form or self.campaign
        return str(CHATS.get(name, name)) if self.platform == self.Platform.LINE else name

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="customers_lead_status_known",
                condition=models.Q(status__in=["new", "contacted", "qualified", "won", "lost"]),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Filters of the list, which goes by id, newest first.
            models.Index(fields=["status", "-id"], name="customers_lead_status"),
            models.Index(fields=["platform", "-id"], name="customers_lead_platform"),
            models.Index(fields=["source", "-id"], name="customers_lead_source"),
            models.Index(
                fields=["owner_id", "-id"], name="customers_lead_owner", condition=models.Q(owner_id__isnull=False)
            ),
            # The leads of one customer, on the page and when rows change hands.
            models.Index(fields=["customer", "-arrived_at"], name="customers_lead_customer"),
        ]
