"""What was due and was not done is escalated: marked, told on the pages of tickets and to subscribed systems, once for
each moment that was missed.
"""

import datetime as dt
import uuid

from django.db import connection, transaction
from django.db.models import F

from cdp.core import ids, pipeline, webhooks
from customers.services import standing as owners
from surveys.models import Ticket, TicketMessage
from surveys.services.tickets.telling import CAUSE

OVERDUE = "ticket.overdue"
BATCH = 500
BY = "clock"


def escalate(*, at: dt.datetime) -> int:
    """Escalate everything that is overdue; returns how many tickets were. Safe to run twice and side by side."""
    done = 0
    while found := _batch(at):
        done += found
    return done


def _batch(at: dt.datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        late = Ticket.objects.filter(next_due_at__lte=at).exclude(escalated_for=F("next_due_at"))
        places = list(late.order_by("next_due_at").values_list("customer_id", "id")[:BATCH])
        if not places:
            return 0
        owners.queue({customer for customer, _id in places})  # as everybody does who writes to a ticket
        # Judged again where it is written: another worker may have been quicker, or a reply have come.
        cursor.execute(
            """
            UPDATE surveys_ticket t
            SET escalated_at = %s, escalated_by = %s, escalated_for = t.next_due_at
            FROM unnest(%s::uuid[], %s::uuid[]) AS late (customer_id, id)
            WHERE t.customer_id = late.customer_id AND t.id = late.id
                AND t.next_due_at <= %s AND t.escalated_for IS DISTINCT FROM t.next_due_at
            RETURNING t.customer_id, t.id, t.next_due_at, t.priority, t.channel
            """,
            [at, BY, [customer for customer, _id in places], [ticket for _customer, ticket in places], at],
        )
        rows: list[tuple[uuid.UUID, uuid.UUID, dt.datetime, str, str]] = cursor.fetchall()
        TicketMessage.objects.bulk_create(
            [
                TicketMessage(
                    id=ids.uuid7(),
                    customer_id=customer,
                    ticket_id=ticket,
                    direction=TicketMessage.Direction.ACT,
                    act="overdue",
                    at=due,
                    author=BY,
                )
                for customer, ticket, due, _priority, _channel in rows
            ]
        )
        webhooks.publish_many(
            OVERDUE,
            [
                webhooks.Fact(
                    customer,
                    at,
                    {"ticket": str(ticket), "due_at": due.isoformat(), "priority": priority, "channel": channel},
                )
                for customer, ticket, due, priority, channel in rows
            ],
        )
        pipeline.mark(sorted({row[0] for row in rows}), cause=CAUSE)
    return len(rows)


def count(at: dt.datetime) -> int:
    """How many tickets are overdue now."""
    return Ticket.objects.filter(next_due_at__lte=at).count()
