"""Counting anew what open tickets waited and what is due, as a job: a shop may have a hundred thousand of them."""

import uuid

from django.db import transaction
from django.utils.translation import gettext_noop

from cdp.core import jobs
from cdp.core.actors import Actor
from cdp.core.models import Job
from customers.services import standing as owners
from surveys.models import Ticket
from surveys.selectors.tickets import ruling
from surveys.services.tickets import standing

NAME = "ticket_recount"
CHUNK = 500


def begin(*, actor: Actor) -> Job:
    """Count them anew once the surrounding transaction commits."""
    return jobs.submit(NAME, title=gettext_noop("Counting waiting times anew"), params={}, created_by=actor.id)


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Count all tickets anew that are not resolved, chunk by chunk; killed, it goes on where it was. What is resolved
    keeps what it took.
    """
    unresolved = Ticket.objects.exclude(status=Ticket.Status.RESOLVED)
    last, done = uuid.UUID(job.checkpoint.get("last", str(uuid.UUID(int=0)))), job.done
    total = done + unresolved.filter(id__gt=last).count()
    while places := list(unresolved.filter(id__gt=last).order_by("id").values_list("customer_id", "id")[:CHUNK]):
        last = places[-1][1]
        with transaction.atomic():
            mine = Ticket.objects.filter(customer_id__in={customer for customer, _id in places})
            owners.queue({customer for customer, _id in places})
            chunk = list(mine.filter(id__in=[row for _customer, row in places]))
            said, rules = standing.said_in(chunk), ruling.current()  # the newest rules, if they change meanwhile
            for ticket in chunk:
                standing.count(ticket, said.get(ticket.id, ()), rules)
            mine.bulk_update(chunk, standing.COUNTED)
            done += len(places)
            job.result = {"tickets": done}
            jobs.progress(job, done=done, total=max(total, done), checkpoint={"last": str(last)})
