"""Where facts come from: a store, a till, a file, a form."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models.base import Model, Placement

SAMPLE = "sample"
"""The source of the sample shop: people it brings are marked and never written to outside file outboxes."""


class Source(Model):
    """One origin of facts. External ids are unique per source; every fact and consent record names its source."""

    placement = Placement.SHARED

    class Kind(models.TextChoices):
        STORE = "store", _("Online store")
        TILL = "till", _("Till or counter")
        FILE = "file", _("File")
        FORM = "form", _("Form")
        API = "api", _("REST API")

    class KnownPeople(models.TextChoices):
        UPDATE = "update", _("The later word holds")
        FILL = "fill", _("Only what is empty is filled")

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.API)
    write_key_digest = models.BinaryField(null=True, blank=True, editable=False, unique=True)
    allowed_origins = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    consent_mode = models.CharField(
        _("consent of events without a consent object"),
        max_length=10,
        choices=[("assume", _("Assume")), ("require", _("Require"))],
        default="assume",
    )
    without_consent = models.CharField(
        _("events without consent to measure"),
        max_length=10,
        choices=[("keep", _("Keep without a person")), ("refuse", _("Refuse"))],
        default="keep",
        db_default="keep",
        help_text=_("Refused events are counted, and nothing of them is stored."),
    )
    known_people = models.CharField(
        _("what tracking changes about people we know"),
        max_length=10,
        choices=KnownPeople.choices,
        default=KnownPeople.UPDATE,
        db_default=KnownPeople.UPDATE.value,
        help_text=_(
            "A write key in a web page can be read by everybody. “Only what is empty is filled” keeps names, "
            "addresses and identifiers that are known as they are, and merges nobody who is known. With “The later "
            "word holds” and origins, anybody who knows a customer's e-mail address can rename that customer."
        ),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        """What staff call it: sources are no personal data."""
        return self.name or self.key


class SourceSecret(Model):
    """The secret that a source signs its webhooks with, wrapped by the key ring; it is never shown again."""

    placement = Placement.LOCAL

    source = models.OneToOneField(Source, models.CASCADE, related_name="+", verbose_name=_("source"))
    vendor = models.CharField(_("kind"), max_length=20, blank=True)  # whose webhooks it signs; empty: anybody's
    ring_key = models.CharField(max_length=40, editable=False)
    wrapped = models.BinaryField(editable=False)
    set_at = models.DateTimeField(_("set"))

    class Meta:
        verbose_name = _("webhook secret")
        verbose_name_plural = _("webhook secrets")


class SourceToken(Model):
    """What we need to ask a source for more, such as an access token; wrapped by the key ring, never shown again."""

    placement = Placement.LOCAL

    source = models.ForeignKey(Source, models.CASCADE, related_name="+", verbose_name=_("source"), db_index=False)
    name = models.CharField(max_length=20)
    ring_key = models.CharField(max_length=40, editable=False)
    wrapped = models.BinaryField(editable=False)
    set_at = models.DateTimeField(_("set"))
    refused_at = models.DateTimeField(null=True, editable=False)  # the platform did not accept it when last asked
    refused_for = models.CharField(max_length=60, blank=True, db_default="", editable=False)  # a code of ours

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Setting a token again replaces it.
            models.UniqueConstraint(fields=["source", "name"], name="core_sourcetoken_once"),
        ]
