"""Some calls and visits for the sample shop, so that the counter and the phone have something to tell."""

import datetime as dt
import uuid

from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.models import Source
from cdp.core.models.sources import SAMPLE
from cdp.sample import calls, rows, shop
from customers.models import Customer
from customers.rules.people import Person
from customers.services import identity, interactions


def load(sample: shop.Shop, *, now: dt.datetime) -> int:
    """Write the talks of a generated shop whose people are in; how many. Safe to repeat."""
    wanted = calls.rows_of(seed=sample.seed, customers=sample.customers)
    people = [Person(external_id=rows.external_id(row)) for row in wanted]
    source, _ = Source.objects.get_or_create(key=SAMPLE)
    customers = dict(zip(wanted, identity.look_up(people, source=source), strict=True))
    spoken = dict(
        Customer.objects.filter(id__in={one for one in customers.values() if one}).values_list("id", "language")
    )
    languages = {row: spoken.get(customer, "") for row, customer in customers.items() if customer}
    written = 0
    for number, talk in enumerate(
        calls.talks(seed=sample.seed, customers=sample.customers, language_of=languages, now=now)
    ):
        customer = customers[talk.row]
        if customer is None:
            continue
        ended_at = talk.started_at + dt.timedelta(minutes=talk.minutes)
        promised = timezone.localdate(ended_at) + dt.timedelta(days=talk.back_in) if talk.back_in else None
        made = interactions.log(
            interaction=uuid.uuid5(customer, f"{SAMPLE}/{number}"),
            customer=customer,
            kind=talk.kind,
            direction="in",
            topic=talk.topic,
            outcome=talk.outcome,
            text=talk.text,
            started_at=talk.started_at,
            follow_up_on=promised,
            source=SAMPLE,
            actor=SYSTEM,
            at=ended_at,
        )
        if promised and promised < timezone.localdate(now):
            interactions.follow_up(customer=customer, interaction=made.id, actor=SYSTEM, at=now)
        written += 1
    return written
