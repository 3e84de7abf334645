"""What is asked of customers, one thing at a time, and what they said to it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedModel, Placement


class ProfileQuestion(models.Model):
    """One thing worth asking. Which it is stands in `customers.rules.profiling`; when, where and how is the shop's."""

    placement = Placement.SHARED

    key = models.SlugField(_("key"), max_length=40, primary_key=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    level = models.PositiveSmallIntegerField(
        _("trust level"), default=0, help_text=_("0 anybody, 1 acquainted, 2 known, 3 trusted")
    )
    contexts = ArrayField(models.CharField(max_length=10), verbose_name=_("asked at"), default=list)
    stale_after_days = models.PositiveIntegerField(
        _("still right after days"), default=0, help_text=_("0: is never asked again")
    )
    ask = models.JSONField(_("sentence"), default=dict)  # {"en": …, "th": …, "ko": …}
    still = models.JSONField(_("sentence when it is known"), default=dict)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("question to customers")
        verbose_name_plural = _("questions to customers")
        ordering: ClassVar[list[str]] = ["position", "key"]

    def __str__(self) -> str:
        """The key."""
        return self.key


class Asked(OwnedModel):
    """The last time that something was asked of a customer, and what became of it. One row for each question."""

    class Reply(models.TextChoices):
        TOLD = "told", _("Told")
        CONFIRMED = "confirmed", _("Still right")
        DECLINED = "declined", _("Rather not say")
        POSTPONED = "postponed", _("Not now")

    question = models.CharField(max_length=40)
    reply = models.CharField(max_length=10, choices=Reply.choices)
    at = models.DateTimeField()
    context = models.CharField(max_length=10)
    source = models.CharField(max_length=60, blank=True)
    author_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("answer to a question")
        verbose_name_plural = _("answers to questions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also how the answers of one customer are read.
            models.UniqueConstraint(fields=["customer", "question"], name="customers_asked_once"),
        ]
