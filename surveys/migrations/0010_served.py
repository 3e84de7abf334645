"""Indexes of the report of tickets, and of lists that would walk a table for the few rows they show."""

from typing import ClassVar

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from cdp.core.migrating import AddIndexAnew


class Migration(migrations.Migration):
    """Made while others write; a run that was cut off may be run again."""

    atomic = False

    dependencies: ClassVar[list[tuple[str, str]]] = [("surveys", "0009_pieces_of_before")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            "ticket",
            models.Index(
                fields=["opened_at"],
                name="surveys_ticket_waited",
                include=(
                    *("channel", "topic", "priority", "status", "first_reply_seconds", "first_due_at"),
                    *("spent_seconds", "resolve_due_at", "satisfaction"),
                ),
            ),
        ),
        AddIndexAnew(
            "ticket",
            models.Index(
                fields=["assigned_to", "-id"], name="surveys_ticket_owner", condition=Q(assigned_to__isnull=False)
            ),
        ),
        AddIndexAnew(
            "ticket",
            models.Index(
                fields=["-id"],
                name="surveys_ticket_help",
                condition=Q(escalated_at__isnull=False) & ~Q(status="resolved"),
            ),
        ),
        AddIndexAnew("ticket", models.Index(fields=["topic", "-id"], name="surveys_ticket_topic")),
        AddIndexAnew(
            "ticketmessage",
            models.Index(
                fields=["at"],
                name="surveys_ticketmessage_help",
                include=("customer", "ticket"),
                condition=Q(act__in=("escalated", "overdue")),
            ),
        ),
        AddIndexAnew(
            "review",
            models.Index(
                fields=["-id"],
                name="surveys_review_waiting",
                condition=Q(replied_at__isnull=True, settled_at__isnull=True),
            ),
        ),
        AddIndexAnew(
            "socialact",
            models.Index(
                fields=["-id"],
                name="surveys_socialact_waiting",
                condition=Q(has_words=True, state="", replied_at__isnull=True),
            ),
        ),
        AddIndexAnew(
            "socialact",
            models.Index(
                fields=["state", "-id"],
                name="surveys_socialact_state",
                condition=Q(has_words=True) & ~Q(state=""),
            ),
        ),
        RemoveIndexConcurrently("ticket", "surveys_ticket_report"),
    ]
