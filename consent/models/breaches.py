"""Breaches of personal data: what happened, who is affected, what was done about it.

What staff write is sealed under the breach's own key (`cdp.core.crypto.rowkeys`): an incident tells more of a shop, and
now and then of a person, than its pages ask for. `consent.selectors.breaches` opens it.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedModel, Placement


class Breach(Model):
    """One incident. Its texts are about the incident and name no customers; who is affected is a list of ids."""

    placement = Placement.LOCAL

    class Stage(models.TextChoices):
        POSSIBLE = "possible", _("Possible")
        CONFIRMED = "confirmed", _("Confirmed")
        CLOSED = "closed", _("Closed")
        FALSE = "false", _("Was none")

    class Risk(models.TextChoices):
        OPEN = "", _("Not assessed yet")
        NONE = "none", _("No risk to people")
        RISK = "risk", _("A risk")
        HIGH = "high", _("A high risk")

    ring_key = models.CharField(max_length=40, editable=False)
    wrapped = models.BinaryField(editable=False)  # the key of its texts, under the key ring
    title = SealedField()
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, default=Stage.POSSIBLE)
    noticed_at = models.DateTimeField(_("noticed"))
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    data = models.JSONField(_("which data"), default=list)
    cause = models.CharField(_("how it happened"), max_length=20)
    story = SealedField()
    law = models.CharField(
        max_length=20
    )  # of the laws concerned the one with the fewest hours, and when it was checked
    law_checked_on = models.DateField()
    due_at = models.DateTimeField()
    risk = models.CharField(_("risk"), max_length=6, choices=Risk.choices, blank=True)
    risk_reason = SealedField()
    people = models.BigIntegerField(default=0)
    laws = models.JSONField(default=dict)  # as the list was found; empty before
    # The first of the authorities. Which were told, and under which number, stands in the steps (`authority_told`).
    authority_told_at = models.DateTimeField(null=True)
    people_told_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)  # a notice for those whom nothing reaches was put up
    closed_at = models.DateTimeField(null=True)
    escalated = models.PositiveSmallIntegerField(default=0)  # how many of the warnings were given
    created_by = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Clocks that run, for the escalation.
            models.Index(
                fields=["due_at"], name="consent_breach_open", condition=models.Q(stage__in=["possible", "confirmed"])
            ),
        ]


class BreachPerson(OwnedModel):
    """Somebody who is affected, by which of the questions that were asked; the list stays as it was found."""

    breach_id = models.UUIDField()
    via = models.CharField(max_length=12)
    added_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when a notice was written for them
    untold = models.CharField(max_length=30, blank=True)  # why none could be

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "breach_id"], name="consent_breachperson_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The list of one breach, page by page.
            models.Index(fields=["breach_id", "customer"], name="consent_breachperson_list"),
        ]


class BreachStep(Model):
    """What was done, when and by whom. Append-only and chained."""

    placement = Placement.LOCAL

    breach_id = models.UUIDField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    text = SealedField()  # a note of staff; names no customers
    details = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The log of one breach.
            models.Index(fields=["breach_id", "id"], name="consent_breachstep_log"),
        ]


class BreachDraft(Model):
    """What is to be said to an authority or to people, under one law and in one language."""

    placement = Placement.LOCAL

    class Audience(models.TextChoices):
        AUTHORITY = "authority", _("Authority")
        PEOPLE = "people", _("People")

    breach_id = models.UUIDField()
    audience = models.CharField(max_length=10, choices=Audience.choices)
    law = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    subject = SealedField()
    body = SealedField()
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)  # who wrote it does not approve it, where there are two
    approved_at = models.DateTimeField(null=True)
    approved_by = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also the list of a breach's drafts.
            models.UniqueConstraint(
                fields=["breach_id", "audience", "law", "language"], name="consent_breachdraft_once"
            ),
        ]
