"""Segments, who is in them, and who entered and left."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, OwnedModel, Placement


class Segment(Model):
    """A named rule over customers. Membership is stored; a refresh writes only who entered and who left."""

    placement = Placement.SHARED

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    rules = models.JSONField(_("rules"))
    version = models.CharField(max_length=16, editable=False)  # hash of the rules: same hash and facts, same members
    size = models.IntegerField(default=0, editable=False)
    refreshed_at = models.DateTimeField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        """The key."""
        return self.key

    @property
    def shown_name(self) -> str:
        """The name as staff read it: the segments a shop starts with speak the reader's language until renamed."""
        return gettext(self.name)

    @property
    def shown_description(self) -> str:
        """The description, in the same way."""
        return gettext(self.description)


class SegmentMember(OwnedModel):
    """A customer who is in a segment now."""

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    segment_id = models.UUIDField()
    entered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "segment_id"], name="analytics_segmentmember_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Members of a segment, page by page, and the comparison of a refresh.
            models.Index(fields=["segment_id", "customer"], name="analytics_segmentmember_list"),
        ]


class SegmentGrowth(models.Model):
    """By how much a segment grew in one drain: written with the members, added to the segment's `size` afterwards.

    So drains do not queue for the segment's row, and `size` plus what waits here is always the number of members.
    """

    placement = Placement.LOCAL

    segment_id = models.UUIDField()
    by = models.IntegerField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # What waits for one segment.
            models.Index(fields=["segment_id"], name="analytics_segmentgrowth_of"),
        ]

    def __str__(self) -> str:
        """The segment."""
        return str(self.segment_id)


class SegmentChange(OwnedModel):
    """Somebody entered or left a segment."""

    NOT_PROFILED: ClassVar[str] = "not_profiled"  # left because they refused profiling, or are restricted

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    segment_id = models.UUIDField()
    entered = models.BooleanField()
    at = models.DateTimeField()
    version = models.CharField(max_length=16)
    reason = models.CharField(max_length=20, blank=True, db_default="")  # why, where the rules do not say it

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The timeline of one customer; the history of a segment reads by id, which sorts by time.
            models.Index(fields=["customer", "-at"], name="analytics_segmentchange_time"),
        ]
