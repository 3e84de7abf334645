"""The programme, version by version, and who takes part."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, OwnedModel, Placement


class ProgrammeVersion(Model):
    """How points are earned, kept and spent. Once it is published it never changes; the draft is the one without."""

    placement = Placement.SHARED

    number = models.PositiveIntegerField(_("number"), unique=True)
    definition = models.JSONField(_("definition"))  # see loyalty.rules.programme
    starts_at = models.DateTimeField(_("in force from"), null=True)
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.UUIDField(null=True)
    note = models.CharField(_("what changed"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("version of the programme")
        verbose_name_plural = _("versions of the programme")
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="loyalty_version_starts",
                condition=Q(starts_at__isnull=True, published_at__isnull=True)
                | Q(starts_at__isnull=False, published_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["published_at"], name="loyalty_version_draft", condition=Q(published_at__isnull=True),
                nulls_distinct=False,
            ),
        ]  # fmt: skip


class Member(OwnedModel):
    """Somebody who takes part. The number is an identifier of the customer."""

    class How(models.TextChoices):
        FORM = "form", _("Signed up")
        STAFF = "staff", _("By staff")
        ORDER = "order", _("With the first order")
        API = "api", _("By a store or till")
        FILE = "file", _("Brought along")

    joined_at = models.DateTimeField()
    how = models.CharField(max_length=10, choices=How.choices)
    source = models.CharField(max_length=60, blank=True)
    joined_by = models.UUIDField(null=True)  # the member of staff who enrolled them
    left_at = models.DateTimeField(null=True)
    tier = models.CharField(max_length=40, blank=True)
    tier_since = models.DateTimeField(null=True)
    tier_until = models.DateTimeField(null=True)
    # What they can spend of points less what they owe, as it was booked last: for lists and segments. Whoever shows a
    # balance reads the purse.
    points = models.DecimalField(max_digits=18, decimal_places=4, default=0, db_default=0)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two who turn out to be one keep the membership of who stands for them.
            models.UniqueConstraint(fields=["customer"], name="loyalty_member_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The list of staff, newest first, all and by tier.
            models.Index(fields=["-joined_at", "-id"], name="loyalty_member_list"),
            models.Index(fields=["tier", "-joined_at", "-id"], name="loyalty_member_tier"),
            # The same with the most points first, those who left not among them.
            models.Index(fields=["-points", "-id"], name="loyalty_member_points", condition=Q(left_at__isnull=True)),
            models.Index(
                fields=["tier", "-points", "-id"], name="loyalty_member_rich", condition=Q(left_at__isnull=True)
            ),
            # Whom each member of staff enrolled.
            models.Index(
                fields=["joined_at", "joined_by"], name="loyalty_member_staff", condition=Q(joined_by__isnull=False)
            ),
            # Those who left.
            models.Index(fields=["-joined_at", "-id"], name="loyalty_member_left", condition=Q(left_at__isnull=False)),
            # Tiers that end.
            models.Index(fields=["tier_until"], name="loyalty_member_ending", condition=Q(tier_until__isnull=False)),
        ]
