"""Taking back an import of answers (see ADR 18): the responses it made go, with all that belongs to them.

Nothing changes a response of a file afterwards but whose it is, so whatever is still there goes.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection
from django.utils.translation import gettext_noop

from cdp.core import pipeline
from cdp.core.imports import tracing, undoing
from commerce.services import keys
from commerce.services.keys import Owner
from customers.services import buckets
from surveys.models import Answer, Mention, Reading, RefusedAnswer, Response, ResponseKey
from surveys.services.answering.runs import RESPONSES
from surveys.services.filing.keeping import CAUSE, MADE

REMOVED, GONE = "responses_removed", "responses_gone"
WORDS = {
    REMOVED: gettext_noop("Responses to surveys removed"),
    GONE: gettext_noop("Responses to surveys that were gone already"),
}
_BUCKETS = frozenset(buckets.IDS)
_TABLES = {model._meta.db_table: "response_id" for model in (Answer, RefusedAnswer)} | {
    model._meta.db_table: "parent_id" for model in (Reading, Mention)
}
"""What belongs to a response, and by which column: also what was read out of its words."""


def take_back(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove them with their answers, what was refused of them, and their keys."""
    for trace in traces:
        made = _made(trace)
        there = _there(made, lock=True)
        _delete(there.values())
        ResponseKey.objects.filter(digest__in=list(there)).delete()
        undo.count(REMOVED, GONE, done=len(there), of=len(made))
        people = {owner.customer for owner in there.values()} - _BUCKETS
        if people:
            pipeline.mark(sorted(people), cause=CAUSE, lane=pipeline.BULK)


def foresee(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them, and remember that they keep nobody."""
    for trace in traces:
        made = _made(trace)
        there = _there(made)
        undo.ahead[MADE].update(made.values())
        undo.ahead[Response._meta.label].update(owner.row for owner in there.values())
        undo.count(REMOVED, GONE, done=len(there), of=len(made))


def _made(trace: tracing.Trace) -> dict[bytes, uuid.UUID]:
    return {bytes(digest): uuid.UUID(bytes=row) for digest, row in trace.data}


def _there(made: Mapping[bytes, uuid.UUID], *, lock: bool = False) -> dict[bytes, Owner]:
    """Where those that are left lie by now: a merge moves them."""
    places = keys.find(RESPONSES, list(made))
    if lock:
        places = keys.claim(RESPONSES, places)
    return {digest: owner for digest, owner in places.items() if owner.row == made[digest]}


def _delete(owners: Iterable[Owner]) -> None:
    rows: Collection[Owner] = list(owners)
    with connection.cursor() as cursor:
        for table, column in _TABLES.items():
            cursor.execute(
                f"DELETE FROM {table} t USING unnest(%s::uuid[], %s::uuid[]) AS gone (customer_id, id)"  # noqa: S608
                f" WHERE t.customer_id = gone.customer_id AND t.{column} = gone.id",
                [[one.customer for one in rows], [one.row for one in rows]],
            )
        cursor.execute(
            f"DELETE FROM {Response._meta.db_table} t USING unnest(%s::uuid[], %s::uuid[]) AS gone (customer_id, id)"  # noqa: S608
            " WHERE t.customer_id = gone.customer_id AND t.id = gone.id",
            [[one.customer for one in rows], [one.row for one in rows]],
        )


PARTS = (undoing.Part(MADE, 20, take_back, foresee),)
