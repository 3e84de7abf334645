"""Anonymous answers: no person, no link, no time of day. Ids are random (UUIDv4): a UUIDv7 would tell the moment."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedModel, Placement


class _Nameless(models.Model):
    """A row under a random id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """The random id."""
        return str(self.pk)


class AnonymousWaiting(_Nameless):
    """A sending that waits, whole and sealed, until enough others wait beside it or its day is over."""

    placement = Placement.LOCAL

    survey_id = models.UUIDField()
    day = models.DateField()
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("waiting anonymous answer")
        verbose_name_plural = _("waiting anonymous answers")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["survey_id", "day"], name="surveys_waiting_survey"),
        ]


class AnonymousResponse(_Nameless):
    """One sending, written among others in shuffled order."""

    placement = Placement.LOCAL

    survey_id = models.UUIDField()
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=2)
    mode = models.CharField(max_length=10)
    scores = models.JSONField(default=dict)
    at = models.DateField()

    class Meta:
        verbose_name = _("anonymous response")
        verbose_name_plural = _("anonymous responses")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["survey_id", "-at"], name="surveys_anonymous_survey"),
        ]


class AnonymousAnswer(_Nameless):
    """One piece of it; the same columns as `Answer`, so that results are counted by the same statements."""

    placement = Placement.LOCAL

    response = models.ForeignKey(AnonymousResponse, models.DO_NOTHING, related_name="answers", db_constraint=False)
    survey_id = models.UUIDField()
    version = models.PositiveIntegerField()
    question = models.CharField(max_length=40)
    item = models.CharField(max_length=40, blank=True)
    number = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    code = models.CharField(max_length=40, blank=True)
    text = models.BinaryField(null=True)  # sealed under the key of the survey
    pieces = models.PositiveSmallIntegerField(default=1, db_default=1)
    at = models.DateField()

    class Meta:
        verbose_name = _("anonymous answer")
        verbose_name_plural = _("anonymous answers")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["survey_id", "question", "-at"],
                name="surveys_anonymous_results",
                include=["item", "code", "number", "version", "pieces"],
            ),
        ]


class WaitingClaim(_Nameless):
    """A code that was brought, with who brought it, sealed until its month is over. Dated any finer, and in the order
    in which they came, codes would tell who answered on the day of a lone answer.
    """

    placement = Placement.LOCAL

    survey_id = models.UUIDField()
    month = models.DateField()  # the first day of the month in which it was brought
    code_digest = models.BinaryField(unique=True)
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("waiting reward of an anonymous answer")
        verbose_name_plural = _("waiting rewards of anonymous answers")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["survey_id", "month"], name="surveys_waitingclaim_survey"),
        ]


class SpentClaim(models.Model):
    """A code for the reward of an anonymous answer that was used; unused ones are written nowhere."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    claim_id = models.UUIDField()


class RewardClaim(OwnedModel):
    """Somebody brought such a code: they answered some time before, and nothing tells when or what."""

    survey_id = models.UUIDField()
    promised = models.JSONField(default=dict)
    month = models.DateField()  # the first day of the month whose claims were written together with this one
    code_digest = models.BinaryField()  # the row's own key, so that merging can move it

    class Meta:
        verbose_name = _("reward of an anonymous answer")
        verbose_name_plural = _("rewards of anonymous answers")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "survey_id"], name="surveys_rewardclaim_customer"),
        ]
