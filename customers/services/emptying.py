"""One field of everybody: not asked for any more, and emptied where it is."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import connection

from cdp.core import holds, pipeline
from customers.models import Customer, ProfileQuestion
from customers.rules import profiling

PORTION = 2000


def stop_asking(*, field: str) -> list[str]:
    """Switch off the questions that ask for nothing but this field. Returns their keys."""
    keys = [item.key for item in profiling.ITEMS.values() if tuple(item.fields) == (field,)]
    asked = ProfileQuestion.objects.filter(key__in=keys, is_active=True)
    found = list(asked.values_list("key", flat=True))
    asked.update(is_active=False)
    return found


def ask_again(*, questions: Collection[str]) -> None:
    """Switch these questions on again."""
    ProfileQuestion.objects.filter(key__in=list(questions)).update(is_active=True)


def empty(*, field: str, after: uuid.UUID, at: datetime) -> list[uuid.UUID]:
    """Empty a plain column of the next customers who have something in it, whom no hold keeps; who they were, in the
    order of their ids. In the caller's transaction.
    """
    column = Customer._meta.get_field(field)
    nothing = None if column.null else [] if isinstance(column, ArrayField) else ""
    held = holds.everybody()
    found = Customer.objects.filter(id__gt=after).exclude(**{field: nothing}).exclude(id__in=held)
    if column.null:
        found = Customer.objects.filter(id__gt=after, **{f"{field}__isnull": False}).exclude(id__in=held)
    people = list(found.order_by("id").values_list("id", flat=True)[:PORTION])
    if people:
        Customer.objects.filter(id__in=people).update(**{field: nothing, "updated_at": at})
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE customers_customer SET origins = origins - %s WHERE id = ANY(%s) AND origins ? %s",
                [field, people, field],
            )
        pipeline.mark(people, cause="customers.field_emptied", lane=pipeline.BULK)
    return people
