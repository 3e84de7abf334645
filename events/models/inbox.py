"""What the tracking door writes: the inbox, the quarantine, and what is known of sources beyond their key."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement, Source


class InboxRow(Model):
    """One accepted request. `sealed` holds its events as sent, under the key of the hour (`events.services.inbox`);
    nothing personal stands in a clear column. The drain deletes the row in the transaction that writes its facts.
    """

    placement = Placement.LOCAL

    # No constraint: the check of a foreign key would cost a row lock per request.
    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    received_at = models.DateTimeField()
    accepted = models.IntegerField()
    rejected = models.IntegerField()  # these lie in the quarantine, not in the blob
    unconsented = models.IntegerField(default=0, db_default=0)  # refused for want of consent: these lie nowhere
    sealed = models.BinaryField()


class RejectedEvent(Model):
    """An event that was refused, kept for seven days so that staff can read it, mend it and send it in again."""

    placement = Placement.LOCAL

    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    received_at = models.DateTimeField()
    code = models.CharField(max_length=40)  # events.rules.tracking.Code
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("refused event")
        verbose_name_plural = _("refused events")
        indexes: ClassVar[list[models.Index]] = [
            # The list of the quarantine, newest first, by source.
            models.Index(fields=["source", "-id"], name="events_rejectedevent_source"),
            # … and by reason.
            models.Index(fields=["code", "-id"], name="events_rejectedevent_code"),
        ]


class SourceHour(Model):
    """What became of the events a source sent in one hour: stored + duplicates + rejected + unconsented = sent, once
    drained. Those of robots are stored and counted once more in `bots`.
    """

    placement = Placement.LOCAL

    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    hour = models.DateTimeField()
    stored = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    unconsented = models.BigIntegerField(default=0, db_default=0)
    bots = models.BigIntegerField(default=0, db_default=0)
    last_received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The drain adds to the row of an hour.
            models.UniqueConstraint(fields=["source", "hour"], name="events_sourcehour_one_per_hour"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The page reads the last hours of all sources.
            models.Index(fields=["hour"], name="events_sourcehour_hour"),
        ]


class RefusedRequests(Model):
    """Requests that the door turned away whole, by hour, source (empty where no key named one) and code."""

    placement = Placement.LOCAL

    hour = models.DateTimeField()
    source_key = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40)
    count = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Web processes add to the same row.
            models.UniqueConstraint(fields=["hour", "source_key", "code"], name="events_refusedrequests_once"),
        ]


class SourceLimits(Model):
    """Limits of one source where they differ from the defaults, for example 4 MB for RudderStack clients."""

    placement = Placement.LOCAL

    source = models.OneToOneField(Source, models.CASCADE, related_name="+", verbose_name=_("source"))
    event_bytes = models.PositiveIntegerField(_("largest event in bytes"), default=32 * 1024)
    body_bytes = models.PositiveIntegerField(_("largest request in bytes"), default=500 * 1024)
    batch_events = models.PositiveIntegerField(_("most events in a batch"), default=2500)

    class Meta:
        verbose_name = _("limits of a source")
        verbose_name_plural = _("limits of sources")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The door holds a whole request in memory, in each of its threads.
            models.CheckConstraint(
                name="events_sourcelimits_bounded",
                condition=models.Q(body_bytes__lte=16 * 1024 * 1024, batch_events__lte=25_000),
            ),
        ]


class MessageKey(models.Model):
    """A keyed digest of (source, messageId) and the day it was last counted as new: an event is stored once.

    Those of imported files are remembered for good; their day never comes (`events.services.deduplication`).
    """

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    seen_on = models.DateField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Forgetting keys older than the window; rows come in the order of their day.
            models.Index(fields=["seen_on"], name="events_messagekey_seen"),
        ]
