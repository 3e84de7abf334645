"""Tickets: what somebody asks or complains about, what was said on both sides, and how long it took."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedForeignKey, OwnedModel, Placement


class TicketKey(models.Model):
    """Digest → ticket: of (source, its number), of a message's number there, and of the secret in the link to rate."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    ticket_id = models.UUIDField()


class Ticket(OwnedModel):
    """One matter of one customer. What is told of it in time (state, first reply, resolution, what the clock says and
    when it is due) is counted from its messages: `surveys.rules.tickets.clock`.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", pgettext_lazy("ticket", "E-mail")
        PHONE = "phone", pgettext_lazy("ticket", "Phone")
        LINE = "line", pgettext_lazy("ticket", "LINE")
        CHAT = "chat", pgettext_lazy("ticket", "Chat")
        COUNTER = "counter", pgettext_lazy("ticket", "In the shop")
        WEB = "web", pgettext_lazy("ticket", "Website")
        SOCIAL = "social", pgettext_lazy("ticket", "Social network")
        OTHER = "other", pgettext_lazy("ticket", "Another way")

    class Priority(models.TextChoices):
        LOW = "low", pgettext_lazy("priority", "Low")
        NORMAL = "normal", pgettext_lazy("priority", "Normal")
        HIGH = "high", pgettext_lazy("priority", "High")
        URGENT = "urgent", pgettext_lazy("priority", "Urgent")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("ticket", "Open")
        WAITING = "waiting", pgettext_lazy("ticket", "Waits for the customer")
        RESOLVED = "resolved", pgettext_lazy("ticket", "Resolved")

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    topic = models.CharField(max_length=60, blank=True)  # key of a topic of talks, or what another system calls it
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    subject = SealedField()
    about_kind = models.CharField(max_length=20, blank=True)  # review, social, answer: what it was opened for
    about_id = models.UUIDField(null=True)
    assigned_to = models.UUIDField(null=True)  # a member of staff
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=60, blank=True)
    named_by = models.BinaryField(null=True)  # digest of the identifier that told whose it is
    # How it stands, counted from the messages.
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    spoken_at = models.DateTimeField()  # when anything was last said
    first_reply_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    running_since = models.DateTimeField(null=True)  # the clock runs since; none while it waits or is resolved
    spent_seconds = models.PositiveIntegerField(default=0)  # of the shop's hours, before `running_since`
    first_reply_seconds = models.PositiveIntegerField(null=True)  # of the shop's hours
    first_due_at = models.DateTimeField(null=True)
    resolve_due_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True)  # the earlier one of what is still owed
    escalated_at = models.DateTimeField(null=True)
    escalated_by = models.CharField(max_length=60, blank=True)
    escalated_for = models.DateTimeField(null=True)  # the moment that was missed, so that each is told once
    satisfaction = models.PositiveSmallIntegerField(null=True)
    satisfaction_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="surveys_ticket_of_five",
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__gte=1, satisfaction__lte=5),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Page of a customer, newest first.
            models.Index(fields=["customer", "-opened_at"], name="surveys_ticket_customer"),
            # The list goes by id; what is open is few among what was ever asked.
            models.Index(fields=["status", "-id"], name="surveys_ticket_status"),
            # What is due next, and what was missed.
            models.Index(fields=["next_due_at"], name="surveys_ticket_due", condition=Q(next_due_at__isnull=False)),
            # How long people waited in a time runs on the index alone.
            models.Index(
                fields=["opened_at"],
                name="surveys_ticket_waited",
                include=[
                    *("channel", "topic", "priority", "status", "first_reply_seconds", "first_due_at"),
                    *("spent_seconds", "resolve_due_at", "satisfaction"),
                ],
            ),
            # What one colleague looks after, what needs help, and the topics there are: few rows of many.
            models.Index(
                fields=["assigned_to", "-id"], name="surveys_ticket_owner", condition=Q(assigned_to__isnull=False)
            ),
            models.Index(
                fields=["-id"],
                name="surveys_ticket_help",
                condition=Q(escalated_at__isnull=False) & ~Q(status="resolved"),
            ),
            models.Index(fields=["topic", "-id"], name="surveys_ticket_topic"),
        ]


class TicketMessage(OwnedModel):
    """One thing that was said or done in a ticket. `status` is what the ticket became by it; empty: as before."""

    class Direction(models.TextChoices):
        IN = "in", pgettext_lazy("message", "From the customer")
        OUT = "out", pgettext_lazy("message", "From us")
        NOTE = "note", pgettext_lazy("message", "Note for colleagues")
        ACT = "act", pgettext_lazy("message", "What was done")

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    ticket = OwnedForeignKey(Ticket, models.DO_NOTHING, related_name="messages", db_index=False, db_constraint=False)
    direction = models.CharField(max_length=4, choices=Direction.choices)
    act = models.CharField(max_length=20, blank=True)  # assigned, escalated, overdue, resolved, reopened, rated …
    status = models.CharField(max_length=10, choices=Ticket.Status.choices, blank=True)
    words = SealedField()
    more = SealedField()  # JSON: what was quoted below, names of files that came with it
    at = models.DateTimeField()
    author = models.CharField(max_length=60, blank=True)
    named_by = models.BinaryField(null=True)  # digest of the identifier that told who wrote it
    key_digest = models.BinaryField(null=True)  # of its number at the source, so that merging can move the key

    class Meta:
        verbose_name = _("message of a ticket")
        verbose_name_plural = _("messages of tickets")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "ticket", "at"], name="surveys_ticketmessage_ticket"),
            # Timeline of a customer, newest first.
            models.Index(fields=["customer", "-at"], name="surveys_ticketmessage_story"),
            # What needed help in a time: few of all that is said.
            models.Index(
                fields=["at"],
                name="surveys_ticketmessage_help",
                include=["customer", "ticket"],
                condition=Q(act__in=("escalated", "overdue")),
            ),
        ]


class TicketRules(Model):
    """When somebody is there to answer, and how quickly. One row for the shop; without it the usual ones hold."""

    placement = Placement.SHARED

    week = models.JSONField(default=dict)  # {"0": [["09:00", "18:00"]], …}; Monday is 0
    holidays = ArrayField(models.DateField(), default=list)
    targets = models.JSONField(default=dict)  # priority → [minutes to the first reply, minutes to the resolution]
    own_addresses = ArrayField(models.CharField(max_length=254), default=list)  # mail from these is ours
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("hours and targets of tickets")
        verbose_name_plural = _("hours and targets of tickets")
