"""What people answer: one row of a run through a questionnaire, one of each piece of an answer."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedForeignKey, OwnedModel, Placement


class ResponseKey(models.Model):
    """Digest of the secret by which somebody goes on where they stopped → response."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    response_id = models.UUIDField()


class Response(OwnedModel):
    """One run through a questionnaire. Who is not known answers as one of the bucket customers."""

    class State(models.TextChoices):
        # The first page was shown, nothing is answered.
        STARTED = "started", pgettext_lazy("how far people come", "Begun")
        PARTIAL = "partial", _("In part")
        COMPLETE = "complete", _("Complete")
        SCREENED = "screened", _("Not meant for them")
        FULL = "full", _("Quota was full")

    class Mode(models.TextChoices):
        WEB = "web", _("Link")
        MAIL = "mail", _("First question in the mail")
        EMBED = "embed", _("On a website")
        KIOSK = "kiosk", _("Tablet in the shop")
        CALL = "call", _("Staff, during a call")
        API = "api", _("Another system")
        FILE = "file", _("Import")

    survey_id = models.UUIDField()
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    mode = models.CharField(max_length=10, choices=Mode.choices)
    language = models.CharField(max_length=2)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    is_test = models.BooleanField(default=False)  # staff trying it out: counted nowhere
    page = models.CharField(max_length=40, blank=True)  # where they are
    drawn = models.JSONField(default=dict)  # question → the order in which its options stood
    context = models.JSONField(default=dict)  # store, order, campaign: what a signed link carried
    scores = models.JSONField(default=dict)
    # What was promised when it was complete: what the questionnaire promises later is nothing to it.
    promised = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # Permission → the words of its box, and their language, as they stood when it was answered (`answering.boxes`).
    boxes = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    flags = ArrayField(models.CharField(max_length=20), default=list)  # too quick, all alike
    disclosure = models.CharField(max_length=60, blank=True)  # which version of what was said stood before it
    invitation_id = models.UUIDField(null=True)
    staff = models.CharField(max_length=60, blank=True)  # who read it aloud
    external_id = models.CharField(max_length=200, blank=True)  # its number in the file it came from
    source = models.CharField(max_length=60, blank=True)
    key_digest = models.BinaryField(null=True)  # the row's own key, so that merging can move it
    resolved_by = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("survey response")
        verbose_name_plural = _("survey responses")
        indexes: ClassVar[list[models.Index]] = [
            # Page and timeline of a customer, newest first.
            models.Index(fields=["customer", "-saved_at"], name="surveys_response_customer"),
            # Results: how many of each state, by time.
            models.Index(fields=["survey_id", "state", "-saved_at"], name="surveys_response_survey"),
        ]


class Answer(OwnedModel):
    """One piece of an answer: the line of a matrix or the option it is about, a number or a code, or sealed words.

    Times and whether it counts are told here once more, so that counting walks one index.
    """

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    response = OwnedForeignKey(Response, models.DO_NOTHING, related_name="answers", db_index=False, db_constraint=False)
    survey_id = models.UUIDField()
    version = models.PositiveIntegerField()
    question = models.CharField(max_length=40)
    item = models.CharField(max_length=40, blank=True)
    number = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    code = models.CharField(max_length=40, blank=True)
    text = SealedField()
    pieces = models.PositiveSmallIntegerField(default=1, db_default=1)  # of how many the answer is, this one among them
    at = models.DateTimeField()
    is_counted = models.BooleanField(default=False)  # of a complete response that is no test

    class Meta:
        verbose_name = _("survey answer")
        verbose_name_plural = _("survey answers")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "response"], name="surveys_answer_response"),
            # Results of a question run on the index alone.
            models.Index(
                fields=["survey_id", "question", "-at"],
                name="surveys_answer_results",
                include=["item", "code", "number", "version", "pieces"],
                condition=Q(is_counted=True),
            ),
        ]


class RefusedAnswer(OwnedModel):
    """An answer that was not taken, kept beside for staff: which question, why, and what was sent."""

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    response = OwnedForeignKey(Response, models.DO_NOTHING, related_name="refused", db_index=False, db_constraint=False)
    survey_id = models.UUIDField()
    question = models.CharField(max_length=40)
    why = models.CharField(max_length=20)
    value = SealedField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("refused answer")
        verbose_name_plural = _("refused answers")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "response"], name="surveys_refused_response"),
            models.Index(fields=["survey_id", "-at"], name="surveys_refused_survey"),
        ]
