"""What data is used for, and by which way people are reached."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Placement


class Channel(models.TextChoices):
    """Ways a message or an export leaves the system. `any` is for purposes that are no messages (profiling)."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    LINE = "line", _("LINE")
    KAKAO = "kakao", _("KakaoTalk")
    PHONE = "phone", _("Phone")
    POST = "post", _("Post")
    PUSH = "push", _("Push")
    WEBHOOK = "webhook", _("Webhook")
    ANY = "any", _("Any")


class Purpose(models.Model):
    """One purpose, with the words customers read, per language."""

    placement = Placement.SHARED

    key = models.SlugField(_("key"), max_length=30, primary_key=True)
    name = models.JSONField(_("name"), default=dict)  # {"en": …, "th": …, "ko": …}
    description = models.JSONField(_("description"), default=dict)
    channels = models.JSONField(_("channels"), default=list)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    # When a published version last turned what this purpose means: a "yes" older than this counts no more (the gate).
    meaning_since = models.DateTimeField(_("meaning since"), null=True, blank=True, editable=False)

    # After so many months a "yes" counts no more, unless it is said again; empty: it holds until it is taken back.
    lapses_after = models.PositiveSmallIntegerField(_("lapses after, in months"), null=True, blank=True)

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        ordering: ClassVar[list[str]] = ["position", "key"]

    def __str__(self) -> str:
        """The key."""
        return self.key
