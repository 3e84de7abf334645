"""The privacy officer decides about a field; the decision is remembered, and carried out by whoever has the field."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cdp.core import audit, jobs, minimising
from cdp.core.actors import Actor
from cdp.core.models import AuditEntry, Job
from consent.models import FieldDecision
from consent.selectors import minimisation as reading
from customers.services import emptying

NAME = "field_purge"


class UnableToDecide(Exception):
    """That cannot be decided; the message says why."""


def decide(*, field: str, decision: str, reason: str, actor: Actor, at: dt.datetime) -> None:
    """Keep a field, stop collecting it, or stop and remove what is there. Raises UnableToDecide."""
    known = minimising.fields().get(field)
    if known is None or decision not in FieldDecision.Decision.values:
        raise UnableToDecide(_("There is no such field."))
    is_stop = decision != FieldDecision.Decision.KEEP
    if is_stop and (known.needed or not known.can_stop):
        raise UnableToDecide(_("The product cannot work without this field."))
    if decision == FieldDecision.Decision.PURGE and not known.can_purge:
        raise UnableToDecide(_("This field cannot be removed by itself."))
    with transaction.atomic():
        FieldDecision.objects.update_or_create(
            field=field, defaults={"decision": decision, "reason": reason[:300], "at": at, "by": actor.id}
        )
        details: dict[str, Any] = {"decision": decision}
        if is_stop:
            details["questions"] = emptying.stop_asking(field=field)
        audit.record(audit.Action.FIELD_DECIDED, actor=actor, at=at, subject=field, details=details)
        if decision == FieldDecision.Decision.PURGE:
            jobs.submit(
                NAME, title=gettext_noop("Removing a field that nobody uses"), params={"field": field},
                created_by=actor.id,
            )  # fmt: skip
        transaction.on_commit(reading.remember)


def reopen(*, field: str, actor: Actor, at: dt.datetime) -> None:
    """Forget the decision: the field is collected again, the questions that the stop switched off are asked again, and
    the next count may propose it.
    """
    with transaction.atomic():
        if FieldDecision.objects.filter(field=field).delete()[0]:
            decided = AuditEntry.objects.filter(action=audit.Action.FIELD_DECIDED, object_id=field).order_by("-id")
            stopped = decided.values_list("details", flat=True).first() or {}
            emptying.ask_again(questions=stopped.get("questions", ()))
            audit.record(audit.Action.FIELD_DECIDED, actor=actor, at=at, subject=field, details={"decision": None})
        transaction.on_commit(reading.remember)


@jobs.kind(NAME)
def purge(job: Job) -> None:
    """Empty the field of everybody who has it, in portions."""
    field: Any = job.params["field"]
    after = uuid.UUID(job.checkpoint.get("after", str(uuid.UUID(int=0))))
    while True:
        with transaction.atomic():
            people = emptying.empty(field=field, after=after, at=timezone.now())
            if not people:
                return
            after = people[-1]
            jobs.progress(job, done=job.done + len(people), checkpoint={"after": str(after)})
