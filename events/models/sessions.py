"""Visits: what somebody did without a pause of half an hour."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.models import OwnedModel


class Session(OwnedModel):
    """One visit to the website or app, derived from events by `events.services.sessions` and by nothing else.

    Nothing in it is told by the visitor: paths and titles of pages, the name of the campaign that brought them, times.
    """

    class Channel(models.TextChoices):
        DIRECT = "direct", _("Direct")
        SEARCH = "search", _("Search engine")
        SOCIAL = "social", _("Social network")
        MAIL = "mail", _("E-mail")
        MESSAGE = "message", _("Message")
        PAID = "paid", _("Advertisement")
        REFERRAL = "referral", _("Another website")
        CAMPAIGN = "campaign", _("Campaign")

    class Device(models.TextChoices):
        UNKNOWN = "", _("Unknown")
        PHONE = "phone", pgettext_lazy("device", "Phone")
        TABLET = "tablet", _("Tablet")
        DESKTOP = "desktop", _("Computer")

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    source = models.CharField(max_length=60)
    events = models.IntegerField()
    pages = models.IntegerField()
    seconds = models.IntegerField()  # on pages, as far as it is known
    entry_path = models.CharField(max_length=500, blank=True)
    entry_title = models.CharField(max_length=200, blank=True)
    exit_path = models.CharField(max_length=500, blank=True)
    exit_title = models.CharField(max_length=200, blank=True)
    # The last touch of the visit: what brought somebody in.
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.DIRECT)
    referrer_host = models.CharField(max_length=253, blank=True)
    utm_source = models.CharField(max_length=200, blank=True)
    utm_medium = models.CharField(max_length=200, blank=True)
    utm_campaign = models.CharField(max_length=200, blank=True)
    utm_term = models.CharField(max_length=200, blank=True)
    utm_content = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=10, choices=Device.choices, blank=True)
    signed_in_at = models.DateTimeField(null=True)
    is_bot = models.BooleanField(default=False)  # behaves like a robot, whatever it calls itself
    # [{"kind": "page", "path", "title", "after": seconds since the start, "seconds": known or null}, {"kind": "track",
    # "name", "about", "after"}], the first `rules.sessions.MOST_STEPS`.
    steps = models.JSONField(default=list)
    # Of the events it was made of and the version of the rules: the same fingerprint, the same visit.
    fingerprint = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Visits of one customer never overlap. Also the timeline, and metrics without a look at the row.
            models.UniqueConstraint(
                fields=["customer", "started_at"],
                name="events_session_one_at_a_time",
                include=["ended_at", "signed_in_at", "is_bot"],
            ),
        ]
