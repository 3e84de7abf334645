"""Texts that people are shown: versions in three languages, immutable once published.

One table for all of them, so that one rule, one editor, one history and one proof hold for the privacy policy, the
terms, the words of a purpose and what stands before the first question of a form.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement


class Policy(models.TextChoices):
    """The two documents of the whole shop."""

    PRIVACY = "privacy", _("Privacy policy")
    TERMS = "terms", _("Terms of use")


class PolicyVersion(Model):
    """One version of a text. Consent records name the version that was shown.

    `policy` says of what: a document of the shop (`Policy`), the words of a purpose (`purpose.marketing`), or what
    stands before a form, survey or guide (`form.signup`, see `consent.rules.notices`).
    """

    placement = Placement.SHARED

    policy = models.CharField(_("document"), max_length=60)
    version = models.CharField(_("version"), max_length=20)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    summary = models.CharField(_("what changed"), max_length=300, blank=True)
    # Of a purpose: whether it now means something else, so that those who allowed it are asked again.
    turns_meaning = models.BooleanField(_("changes the meaning"), default=False, editable=False)
    # Of a document: the purposes whose permissions it concerns, and whether the others are told.
    concerns = models.JSONField(_("concerns"), default=list, editable=False)
    is_announced = models.BooleanField(_("customers are told"), default=False, editable=False)
    # Languages it does not speak, and the one whose text their readers are shown; who published it said so.
    shown_instead = models.JSONField(_("shown instead"), default=dict, editable=False)
    # Of a form: nobody can tell whose answers they are.
    is_anonymous = models.BooleanField(_("anonymous"), default=False, editable=False)
    # The one thing a published version may still be told: that its form is closed.
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering: ClassVar[list[str]] = ["-published_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["policy", "version"], name="consent_policyversion_once"),
        ]

    def __str__(self) -> str:
        """Document and version."""
        return f"{self.policy} {self.version}"


class PolicyText(Model):
    """The text of a version in one language; Markdown-like paragraphs and headings.

    `parts` holds what has a place of its own: what happens without a "yes" (purposes), used for what, seen by whom and
    how long (forms), and what changed.
    """

    placement = Placement.SHARED

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=5)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    parts = models.JSONField(_("parts"), default=dict, blank=True)

    class Meta:
        verbose_name = _("policy text")
        verbose_name_plural = _("policy texts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "language"], name="consent_policytext_once"),
        ]
