"""Taking back what an import made of leads (see ADR 18).

A lead that the import brought goes with its key, as long as nobody has worked on it: status, owner and next step are as
they came, and no other door has completed it. What the import only completed loses what it filled in.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import gettext_noop

from cdp.core import pipeline
from cdp.core.imports import tracing, undoing
from customers.models import Lead, LeadKey
from customers.services.leads.taking import NAMES, Taken

MADE, COMPLETED = "leads.made", "leads.completed"
REMOVED, RESTORED, KEPT = "leads_removed", "leads_restored", "leads_kept"
WORDS = {
    REMOVED: gettext_noop("Leads removed"),
    RESTORED: gettext_noop("Leads that are again as they were before"),
    KEPT: gettext_noop("Leads that stay, because somebody has worked on them since"),
}


def note(taken: Taken, *, import_id: uuid.UUID) -> None:
    """Note what a chunk made of leads, in its transaction."""
    if taken.written:
        made = [
            [row.key, row.id.bytes, row.status, {name: getattr(row, name) for name in NAMES}] for row in taken.written
        ]
        tracing.note(import_id, MADE, made)
    if taken.completed:
        tracing.note_all(import_id, COMPLETED, [(row, [key, filled]) for row, key, filled in taken.completed])


@dataclass(slots=True)
class _Noted:
    """What the import left of one lead."""

    key: bytes
    status: str = ""
    names: dict[str, str] = field(default_factory=dict)


def take_back_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove the leads that are as the import left them."""
    for trace in traces:
        made = _made(trace)
        later = _and_completed(undo, made)
        gone = _as_left("DELETE FROM customers_lead AS l USING", made, _WHOLE, "RETURNING l.id, l.customer_id")
        LeadKey.objects.filter(digest__in=[made[row].key for row in gone]).delete()
        tracing.drop(later)
        undo.count(REMOVED, KEPT, done=len(gone), of=len(made))
        _mark(gone.values())


def foresee_made(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    for trace in traces:
        made = _made(trace)
        _and_completed(undo, made)
        going = _as_left("SELECT l.id, l.customer_id FROM customers_lead AS l JOIN", made, _WHOLE)
        undo.ahead[MADE].update(made)
        undo.ahead[Lead._meta.label].update(going)
        undo.count(REMOVED, KEPT, done=len(going), of=len(made))


def take_back_completed(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Empty what the import filled in of leads that were here before."""
    filled = _completed(traces)
    emptied = ", ".join(f"{name} = CASE WHEN {_same(name)} THEN '' ELSE l.{name} END" for name in NAMES)
    verb = f"UPDATE customers_lead AS l SET {emptied} FROM"  # noqa: S608  (names of columns)
    done = _as_left(verb, filled, _ANY, "RETURNING l.id, l.customer_id")
    undo.count(RESTORED, KEPT, done=len(done), of=len(filled))
    _mark(done.values())


def foresee_completed(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    filled = {row: one for row, one in _completed(traces).items() if row not in undo.ahead[MADE]}
    found = _as_left("SELECT l.id, l.customer_id FROM customers_lead AS l JOIN", filled, _ANY)
    undo.count(RESTORED, KEPT, done=len(found), of=len(filled))


def _made(trace: tracing.Trace) -> dict[uuid.UUID, _Noted]:
    return {uuid.UUID(bytes=row): _Noted(key, status, dict(names)) for key, row, status, names in trace.data}


def _and_completed(undo: undoing.Undo, made: Mapping[uuid.UUID, _Noted]) -> list[tracing.Trace]:
    """What the same import filled in of leads that it had made itself."""
    later = tracing.of_subjects(undo.import_id, COMPLETED, list(made))
    for row, one in _completed(later).items():
        made[row].names |= one.names
    return later


def _completed(traces: Sequence[tracing.Trace]) -> dict[uuid.UUID, _Noted]:
    found: dict[uuid.UUID, _Noted] = {}
    for trace in traces:
        if trace.subject is not None:
            key, names = trace.data
            found.setdefault(trace.subject, _Noted(key)).names.update(names)
    return found


def _same(name: str) -> str:
    return f"(n.{name} <> '' AND l.{name} = n.{name})"


_ANY = " OR ".join(map(_same, NAMES))
_WHOLE = " AND ".join(
    [
        "l.status = n.status AND l.status_by IS NULL AND l.owner_id IS NULL",
        "l.next_step IS NULL AND l.next_on IS NULL",
        *(f"l.{name} = n.{name}" for name in NAMES),
    ]
)
"""Nobody has worked on it, and no other door has told more of it."""


def _as_left(verb: str, noted: Mapping[uuid.UUID, _Noted], where: str, ending: str = "") -> dict[uuid.UUID, uuid.UUID]:
    """Do this to the leads that are as the import left them, whosever they are by now: row → customer. It is judged by
    the statement itself, so whoever works on one at the same moment either was first or finds none.
    """
    owners = {key.lead_id: key.customer_id for key in LeadKey.objects.filter(digest__in=_keys(noted))}
    wanted = sorted((owners[row], row) for row in noted if row in owners)
    if not wanted:
        return {}
    told = [noted[row] for _customer, row in wanted]
    joined = "ON" if verb.endswith("JOIN") else "WHERE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {verb} unnest(%s::uuid[], %s::uuid[], %s::text[], {", ".join("%s::text[]" for _ in NAMES)})
                AS n (customer_id, id, status, {", ".join(NAMES)})
            {joined} l.customer_id = n.customer_id AND l.id = n.id AND ({where}) {ending}
            """,
            [
                [customer for customer, _row in wanted],
                [row for _customer, row in wanted],
                [one.status for one in told],
                *([one.names.get(name, "") for one in told] for name in NAMES),
            ],
        )
        return dict(cursor.fetchall())


def _keys(noted: Mapping[uuid.UUID, _Noted]) -> list[bytes]:
    return [one.key for one in noted.values()]


def _mark(customers: Iterable[uuid.UUID]) -> None:
    pipeline.mark(sorted(set(customers)), cause="customers.leads", lane=pipeline.BULK)


PARTS = (
    undoing.Part(MADE, 10, take_back_made, foresee_made),
    undoing.Part(COMPLETED, 12, take_back_completed, foresee_completed),
)
