"""How many have each field, by which doors it came, and what used it last: a scan of the customers, as a job."""

import datetime as dt
import uuid
from collections import defaultdict
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext_noop

from cdp.core import ids, jobs, minimising
from cdp.core.actors import Actor
from cdp.core.models import Job
from consent.models import FieldFigure, FieldUse

NAME = "field_figures"
LATELY = dt.timedelta(days=90)
UNUSED_FOR = dt.timedelta(days=180)
"""A note of a use counts that long."""


def begin(*, actor: Actor, state: str = Job.State.WAITING) -> Job:
    """Let the fields be counted."""
    return jobs.submit(NAME, title=gettext_noop("Which fields are used"), params={}, created_by=actor.id, state=state)


@jobs.kind(NAME)
def work(job: Job) -> None:
    """Count, in a few statements that only read, and write the figures at once."""
    now = timezone.now()
    rows = figures(now=now)
    with transaction.atomic():
        FieldFigure.objects.exclude(field__in=[row.field for row in rows]).delete()
        FieldFigure.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["field"],
            update_fields=["have", "of", "doors", "uses", "last_used_on", "is_unused", "counted_at"],
        )
        jobs.progress(job, done=len(rows), total=len(rows))


def keep(field: str, by: str, day: dt.date) -> None:
    """Keep that a field was used that day (`minimising.note`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO consent_fielduse (field, by, day, count) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (field, by, day) DO UPDATE SET count = consent_fielduse.count + EXCLUDED.count",
            [field, by, day],
        )


def figures(*, now: dt.datetime) -> list[FieldFigure]:
    """What is known of every field now."""
    have, doors, total = _counted(now)
    used: dict[str, list[dict[str, str]]] = defaultdict(list)
    last: dict[str, dt.date] = {}
    for use in minimising.uses():
        used[use.field].append({"by": use.by, "what": use.what, "at": now.date().isoformat()})
        last[use.field] = now.date()
    notes = FieldUse.objects.filter(day__gt=(now - UNUSED_FOR).date()).order_by("-day")
    for field, by, day in notes.values_list("field", "by", "day"):
        if not any(one["by"] == by for one in used[field]):
            used[field].append({"by": by, "what": "", "at": day.isoformat()})
        last[field] = max(last.get(field, day), day)
    return [
        FieldFigure(
            field=key,
            have=have.get(key, 0),
            of=total,
            doors=doors.get(key, {}),
            uses=used.get(key, [])[:20],
            last_used_on=last.get(key),
            is_unused=have.get(key, 0) > 0 and not field.needed and key not in last,
            counted_at=now,
        )
        for key, field in minimising.fields().items()
    ]


def _elsewhere(cursor: CursorWrapper, *, floor: uuid.UUID) -> dict[str, int]:
    """Field of another table → how many people it is known of; each table is read once."""
    tables: dict[str, list[minimising.Field]] = defaultdict(list)
    for field in minimising.fields().values():
        if field.table:
            tables[field.table].append(field)
    found: dict[str, int] = {}
    for table, fields in tables.items():
        counts = ", ".join(f"count(DISTINCT r.customer_id) FILTER (WHERE {field.column})" for field in fields)
        among = " OR ".join(f"({field.column})" for field in fields)
        cursor.execute(
            f"SELECT {counts} FROM {table} r JOIN customers_customer c ON c.id = r.customer_id AND c.status = 'known'"  # noqa: S608
            f" WHERE {among}",
            {"floor": floor},
        )
        found |= {field.key: number for field, number in zip(fields, cursor.fetchone(), strict=True)}
    return found


def _counted(now: dt.datetime) -> tuple[dict[str, int], dict[str, dict[str, int]], int]:
    """Field → how many known customers have it; field → source → how many of those told lately; all known ones."""
    columns = [field for field in minimising.fields().values() if field.column and not field.table]
    values = ", ".join(
        f"('{field.key}', {field.column}, coalesce(c.origins -> '{field.register or field.key}', c.origins -> ''))"
        for field in columns
    )
    have: dict[str, int] = defaultdict(int)
    doors: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT f.field, f.word ->> 0, count(*), count(*) FILTER (WHERE (f.word ->> 1)::timestamptz >= %s)
            FROM customers_customer c CROSS JOIN LATERAL (VALUES {values}) AS f (field, has, word)
            WHERE c.status = 'known' AND f.has GROUP BY 1, 2
            """,  # noqa: S608  (declared names)
            [now - LATELY],
        )
        for field, source, count, lately in cursor.fetchall():
            have[field] += count
            if lately and source:
                doors[field][source] = doors[field].get(source, 0) + lately
        cursor.execute("SELECT count(*) FROM customers_customer WHERE status = 'known'")
        total = cursor.fetchone()[0]
        cursor.execute(
            "SELECT kind, count(DISTINCT customer_id) FROM customers_contactpoint GROUP BY kind"
            " UNION ALL SELECT 'street', count(DISTINCT customer_id) FROM customers_address WHERE street IS NOT NULL"
        )
        by_kind: dict[str, Any] = dict(cursor.fetchall())
        have.update(_elsewhere(cursor, floor=ids.floor(now - LATELY)))
    for field in minimising.fields().values():
        if field.kind:
            have[field.key] = by_kind.get(field.kind, 0)
    return have, doors, total
