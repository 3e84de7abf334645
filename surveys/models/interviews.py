"""Interviews: guides in versions that never change, talks by them, notes, quotes, and what of them may be shown."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedForeignKey, OwnedModel, Placement


class Guide(Model):
    """What talks are held by: its draft, and which version is in force."""

    placement = Placement.SHARED

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    draft = models.JSONField(default=dict)  # see `surveys.rules.interviews.guides`
    draft_at = models.DateTimeField()
    draft_by = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=0)  # the published one in force; 0: none
    is_away = models.BooleanField(default=False)  # put away: no new talk begins by it
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("interview guide")
        verbose_name_plural = _("interview guides")
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]

    def __str__(self) -> str:
        """The address."""
        return self.slug


class GuideVersion(Model):
    """A published version; the database refuses to change it. Interviews name it."""

    placement = Placement.SHARED

    guide = models.ForeignKey(Guide, models.DO_NOTHING, related_name="versions", db_index=False, db_constraint=False)
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("published guide")
        verbose_name_plural = _("published guides")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["guide", "number"], name="surveys_guideversion_once"),
        ]


class Interview(models.Model):
    """One talk, with one person or several: by which guide, on which day. It says of nobody who was there.

    Its id is chance and it has a day alone: who wanted to stay nameless is not found by a moment. Words of theirs, and
    of a group as a whole, are sealed under the key of this row.
    """

    placement = Placement.LOCAL

    class Kind(models.TextChoices):
        SINGLE = "single", _("One person")
        GROUP = "group", _("Group")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guide_id = models.UUIDField()
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    language = models.CharField(max_length=2)
    held_on = models.DateField()
    held_by = models.CharField(max_length=60, blank=True)  # which of staff
    place = models.CharField(max_length=120, blank=True)
    is_done = models.BooleanField(default=False)
    ring_key = models.CharField(max_length=40)
    wrapped = models.BinaryField()

    class Meta:
        verbose_name = _("interview")
        verbose_name_plural = _("interviews")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-held_on", "id"], name="surveys_interview_newest"),
            models.Index(fields=["guide_id", "-held_on"], name="surveys_interview_guide"),
        ]

    def __str__(self) -> str:
        """The id."""
        return str(self.pk)


class Participant(OwnedModel):
    """Somebody in a talk, and what they were told before it. Who stays nameless is one of the bucket customers; so is
    the group as a whole (seat 0).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interview_id = models.UUIDField()
    guide_id = models.UUIDField()
    seat = models.PositiveSmallIntegerField()
    disclosure = models.CharField(max_length=20, blank=True)  # which version was read to them, and they agreed to
    language = models.CharField(max_length=2)
    held_on = models.DateField()

    class Meta:
        verbose_name = _("person in an interview")
        verbose_name_plural = _("people in interviews")
        indexes: ClassVar[list[models.Index]] = [
            # Page and timeline of a customer, newest first.
            models.Index(fields=["customer", "-held_on"], name="surveys_participant_customer"),
            models.Index(fields=["interview_id", "seat"], name="surveys_participant_interview"),
        ]


class InterviewNote(OwnedModel):
    """What was noted of one question: of a person, or of the group."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    participant = OwnedForeignKey(
        Participant, models.DO_NOTHING, related_name="notes", db_index=False, db_constraint=False
    )
    interview_id = models.UUIDField()
    question = models.CharField(max_length=40)
    words = SealedField()
    held_on = models.DateField()

    class Meta:
        verbose_name = _("note of an interview")
        verbose_name_plural = _("notes of interviews")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "participant"], name="surveys_note_participant"),
            models.Index(fields=["interview_id"], name="surveys_note_interview"),
        ]


class Quote(OwnedModel):
    """Words of somebody as they said them, with codes of what they are about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    participant = OwnedForeignKey(
        Participant, models.DO_NOTHING, related_name="quotes", db_index=False, db_constraint=False
    )
    interview_id = models.UUIDField()
    guide_id = models.UUIDField()
    version = models.PositiveIntegerField()
    question = models.CharField(max_length=40)
    words = SealedField()
    language = models.CharField(max_length=2)
    themes = ArrayField(models.CharField(max_length=40), default=list)
    held_on = models.DateField()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "participant"], name="surveys_quote_participant"),
            models.Index(fields=["interview_id"], name="surveys_quote_interview"),
            models.Index(fields=["-held_on", "id"], name="surveys_quote_newest"),
            GinIndex(fields=["themes"], name="surveys_quote_themes"),
        ]


class Testimonial(OwnedModel):
    """A quote that may be shown to everybody, in exactly these words and under this name, if its person says so."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        ALLOWED = "allowed", _("Allowed")
        PUBLISHED = "published", pgettext_lazy("testimonial", "Published")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    quote = OwnedForeignKey(Quote, models.DO_NOTHING, related_name="testimonials", db_index=False, db_constraint=False)
    words = SealedField()
    name = SealedField()
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=State.choices)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    consent_id = models.UUIDField(null=True)  # the record of the ledger that names these words
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("testimonial")
        verbose_name_plural = _("testimonials")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Whatever goes wrong above: nothing is published that no record allows.
            models.CheckConstraint(
                name="surveys_testimonial_allowed",
                condition=~Q(state__in=["allowed", "published"]) | Q(consent_id__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-asked_at"], name="surveys_testimonial_customer"),
            models.Index(
                fields=["-published_at", "id"], name="surveys_testimonial_shown", condition=Q(state="published")
            ),
            models.Index(fields=["-asked_at", "id"], name="surveys_testimonial_newest"),
        ]
