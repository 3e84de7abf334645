"""Calls, visits and chats: what people came with, what became of it, and when to get back to them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel, Placement


class InteractionTopic(models.Model):
    """What a call or visit was about: a short list that the shop writes itself, in the languages of its staff."""

    placement = Placement.SHARED

    key = models.SlugField(_("key"), max_length=40, primary_key=True)
    name = models.JSONField(_("name"), default=dict)  # {"en": …, "th": …, "ko": …}
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("topic of calls and visits")
        verbose_name_plural = _("topics of calls and visits")
        ordering: ClassVar[list[str]] = ["position", "key"]

    def __str__(self) -> str:
        """The key."""
        return self.key


class Interaction(OwnedModel):
    """One call, visit or chat of a customer with somebody who works here; what was said is sealed."""

    class Kind(models.TextChoices):
        CALL = "call", pgettext_lazy("conversation", "Call")
        VISIT = "visit", pgettext_lazy("conversation", "Visit")
        CHAT = "chat", pgettext_lazy("conversation", "Chat")

    class Direction(models.TextChoices):
        IN = "in", _("They came to us")
        OUT = "out", _("We went to them")

    class Outcome(models.TextChoices):
        SOLVED = "solved", pgettext_lazy("outcome", "Solved")
        PROMISED = "promised", pgettext_lazy("outcome", "We get back to them")
        PASSED_ON = "passed_on", pgettext_lazy("outcome", "Passed on")
        SOLD = "sold", pgettext_lazy("outcome", "Sold")
        NOT_REACHED = "not_reached", pgettext_lazy("outcome", "Not reached")
        OPEN = "open", pgettext_lazy("outcome", "Still open")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.IN)
    topic = models.CharField(max_length=40, blank=True)  # key of an InteractionTopic; old ones outlive their topic
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    text = SealedField()
    author_id = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    follow_up_on = models.DateField(null=True)
    followed_up_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("call or visit")
        verbose_name_plural = _("calls and visits")
        indexes: ClassVar[list[models.Index]] = [
            # The timeline of one customer, newest first.
            models.Index(fields=["customer", "-started_at"], name="customers_interaction_story"),
            # How many of each topic in a time; what was promised for today.
            models.Index(fields=["started_at", "topic"], name="customers_interaction_topics"),
            models.Index(
                fields=["follow_up_on"],
                name="customers_interaction_due",
                condition=models.Q(follow_up_on__isnull=False, followed_up_at__isnull=True),
            ),
        ]
