"""Privacy policy and terms: versions in three languages, immutable once published."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement


class Policy(models.TextChoices):
    """Which document."""

    PRIVACY = "privacy", _("Privacy policy")
    TERMS = "terms", _("Terms of use")


class PolicyVersion(Model):
    """One version of a document. Consent records name the version that was shown."""

    placement = Placement.SHARED

    policy = models.CharField(_("document"), max_length=10, choices=Policy.choices)
    version = models.CharField(_("version"), max_length=20)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    summary = models.CharField(_("what changed"), max_length=300, blank=True)

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
    """The text of a version in one language; Markdown-like paragraphs and headings."""

    placement = Placement.SHARED

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=5)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))

    class Meta:
        verbose_name = _("policy text")
        verbose_name_plural = _("policy texts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "language"], name="consent_policytext_once"),
        ]
