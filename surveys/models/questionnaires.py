"""Questionnaires: what is asked, in versions that never change, when it is open, and how many may answer."""

from typing import ClassVar

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement


class Survey(Model):
    """A questionnaire of the shop: its draft, which version is in force, and how people are asked.

    Words of people nobody knows are sealed under the key of this row (`ring_key`, `wrapped`): they have no key of
    their own.
    """

    placement = Placement.SHARED

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")  # never published
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        ARCHIVED = "archived", _("Put away")

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)  # what staff call it
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    is_anonymous = models.BooleanField(_("anonymous"), default=False)  # never changes once published
    draft = models.JSONField(default=dict)  # a definition, perhaps with faults
    draft_at = models.DateTimeField()
    draft_by = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=0)  # the published one in force; 0: none
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    is_once = models.BooleanField(_("one answer per person"), default=True)
    wait_days = models.PositiveSmallIntegerField(_("days before the same person is asked again"), null=True, blank=True)
    sample = models.PositiveSmallIntegerField(_("percent of people who are asked"), default=100)
    reward = models.JSONField(default=dict, blank=True)  # what is promised for an answer (`surveys.rules.rewards`)
    # Own words of its invitations (`surveys.rules.own_words`); those that went out stand in `InvitationBatch`.
    letter = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60, blank=True)
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="surveys_survey_sample", condition=models.Q(sample__gte=1) & models.Q(sample__lte=100)
            ),
        ]

    def __str__(self) -> str:
        """The address: what the shop calls it in links."""
        return self.slug


class SurveyVersion(Model):
    """A published version; the database refuses to change it. Answers name it."""

    placement = Placement.SHARED

    survey = models.ForeignKey(Survey, models.DO_NOTHING, related_name="versions", db_index=False, db_constraint=False)
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("published version")
        verbose_name_plural = _("published versions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["survey", "number"], name="surveys_surveyversion_once"),
        ]


class Quota(Model):
    """At most so many answers of those for whom a condition holds (of everybody where there is none)."""

    placement = Placement.LOCAL

    survey = models.ForeignKey(Survey, models.DO_NOTHING, related_name="quotas", db_index=False, db_constraint=False)
    key = models.CharField(max_length=40)
    when = models.CharField(max_length=2000, blank=True)
    limit = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["survey", "key"], name="surveys_quota_once"),
            # Taking is an UPDATE … WHERE taken < limit; whatever else is tried, the database refuses more.
            models.CheckConstraint(name="surveys_quota_kept", condition=models.Q(taken__lte=models.F("limit"))),
        ]


class Picture(Model):
    """A picture of a poll: a file of the shop's own, named by what is in it."""

    placement = Placement.SHARED

    key = models.CharField(max_length=64, unique=True)
    mime = models.CharField(max_length=20)
    data = models.BinaryField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
