"""Taking a single response away: one that was a try, a prank, or not by who it says. The log keeps that it was."""

import datetime as dt
import uuid

from django.db import transaction

from cdp.core import audit, pipeline
from cdp.core.actors import Actor
from commerce.services import keys
from customers.services import buckets
from surveys.models import Answer, Mention, Reading, RefusedAnswer, Response, Survey
from surveys.services.answering import taking
from surveys.services.answering.runs import RESPONSES


class UnableToRemove(Exception):
    """There is no such response."""


def remove(*, survey: Survey, response: uuid.UUID, actor: Actor, at: dt.datetime) -> None:
    """Remove a response with its answers and what was refused of it; what it told the profile stays, and a place that
    it took in a quota stays taken. Raises UnableToRemove.
    """
    with transaction.atomic():
        found = Response.objects.filter(id=response, survey_id=survey.id).values_list("customer_id", flat=True).first()
        # Locked beside its owner; whoever was merged or forgotten in between is not here any more.
        row = Response.objects.select_for_update().filter(customer_id=found, id=response).first() if found else None
        if row is None:
            raise UnableToRemove
        whose = {"customer_id": row.customer_id, "response_id": row.id}
        Answer.objects.filter(**whose).delete()
        RefusedAnswer.objects.filter(**whose).delete()
        for read in (Reading, Mention):
            read._default_manager.filter(customer_id=row.customer_id, parent_id=row.id).delete()
        Response.objects.filter(customer_id=row.customer_id, id=row.id).delete()
        if row.key_digest is not None:
            keys.release(RESPONSES, [bytes(row.key_digest)])
        is_known = row.customer_id not in buckets.ALL
        if is_known:
            pipeline.mark([row.customer_id], cause=taking.CAUSE)
        audit.record(
            audit.Action.SURVEY_RESPONSE_REMOVED,
            actor=actor,
            at=at,
            customer=row.customer_id if is_known else None,
            subject=survey.slug,
            details={"response": str(row.id), "state": row.state, "version": row.version},
        )
