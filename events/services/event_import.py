"""Importing what people did elsewhere: one row is one event of a person, or of a visit nobody has a name for.

An event is stored once, however often and however late its file is imported again: its message id is made of what the
row says and of how many equal rows stood before it in the file, also when the import was killed in between.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from cdp.core import ids, pipeline
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from cdp.core.imports import registry, tracing, undoing
from customers.rules import people
from customers.selectors import lineage
from customers.services import identity, import_trace, people_import
from customers.services.identity import deciding, visitors
from events.models import Event
from events.rules import repeats, tracking
from events.services import deduplication, recording, sessions

TARGETS = {
    "event.name": _("Event"),
    "event.at": _("When"),
    "event.user": _("User id"),
    "event.session": _("Visit"),
}
SYNONYMS = {
    name: target
    for target, names in {
        "event.name": "event, event name, action, activity, เหตุการณ์, กิจกรรม, 이벤트, 이벤트명, 행동",
        "event.at": "timestamp, time, date, datetime, event time, created at, เวลา, วันที่, 시간, 일시, 날짜",
        "event.user": "user id, userid, customer id, visitor id, client id, รหัสผู้ใช้, รหัสลูกค้า, 사용자 id, 고객번호",
        "event.session": "session id, sessionid, visit id, เซสชัน, 세션, 세션 id",
    }.items()
    for name in names.split(", ")
}
MADE, REMOVED = "events.made", "events_removed"
WORDS = {REMOVED: gettext_noop("Events removed")}
LONGEST = {"name": tracking.LONGEST_NAME, "user": tracking.LONGEST_ID, "session": tracking.LONGEST_ID}
_TRACK = "track"


@dataclass(slots=True)
class Told:
    """One good row."""

    line: int
    name: str
    at: datetime
    session: str
    person: people.Person | None
    message_id: str


class Handler:
    """Rows of an events file."""

    def __init__(self, context: registry.Context) -> None:
        """Prepare for one import."""
        self.context = context
        self.people = people_import.Columns(context)
        self.style = context.style("event.at")
        self.foresight = people_import.Foresight(context.source, context.now)
        self.repeats = repeats.Repeats(context.survey.rows_estimate)

    def parse(self, rows: Sequence[registry.Row], reject: registry.Reject, warn: registry.Reject) -> Sequence[Told]:
        """An event for each good row."""
        found = []
        for line, cells in rows:
            try:
                found.append(self._event(line, cells, warn))
            except registry.RowRefused as refusal:
                reject(line, refusal.target, refusal.value, refusal.code)
        return found

    def _event(self, line: int, cells: Sequence[str], warn: registry.Reject) -> Told:
        name = self._text(cells, "name")
        if not name:
            raise registry.RowRefused("event.name", "", "missing")
        text = self._cell(cells, "at")
        try:
            at = values.moment(text, zone=self.context.zone, **self.style)
        except ValueProblem as problem:
            raise registry.RowRefused("event.at", text, problem.code) from problem
        if at > self.context.now + recording.AHEAD:
            raise registry.RowRefused("event.at", text, "in_the_future")
        user, session = self._text(cells, "user"), self._text(cells, "session")
        raw = self.people.raw(cells)
        if user:
            raw.setdefault("external_id", user)
        person, faults = self.people.clean(raw)
        for fault in faults:
            warn(line, people_import.PREFIX + fault.field, fault.value, fault.problem.code)
        person.told_at = person.told_at or at
        if not person.is_identified and not session:
            raise self.people.nobody(cells, faults)
        what = f"{name}\n{at.isoformat()}\n{session}\n{person.external_id or person.email or person.phone}"
        nth = self.repeats.number(hashlib.sha256(what.encode()).digest())
        number = hashlib.sha256(f"{what}\n{nth}".encode()).hexdigest()[:32]
        return Told(
            line, name, at, session, person if person.is_identified else None, f"{deduplication.IMPORTED}{number}"
        )

    def _cell(self, cells: Sequence[str], name: str) -> str:
        return self.context.cell(cells, f"event.{name}")

    def _text(self, cells: Sequence[str], name: str) -> str:
        text = people.plain(self._cell(cells, name))
        if len(text) > LONGEST[name]:
            raise registry.RowRefused(f"event.{name}", text, "too_long")
        return text

    def foresee(self, parsed: Sequence[Told]) -> registry.Counts:
        """How many of the people would be new, and which rows are about somebody who was forgotten."""
        named = [(one.person, one.line) for one in parsed if one.person is not None]
        return self.foresight.people([person for person, _line in named], [line for _person, line in named])

    def write(self, parsed: Sequence[Told]) -> registry.Counts:
        """Resolve the people and the visits, write the events that are new."""
        source, now = self.context.source, self.context.now
        digests = [deduplication.digest(source.id, one.message_id) for one in parsed]
        new = deduplication.claim(digests, now=now, is_lasting=True)
        fresh = [(one, digest) for one, digest in zip(parsed, digests, strict=True) if digest in new]
        before = [one for one, digest in zip(parsed, digests, strict=True) if digest not in new]
        named = [one.person for one, _ in fresh if one.person is not None]
        watch = import_trace.Watch(self.context)
        fact = people_import.fact_of(self.context)
        found = (
            identity.resolve_many(
                named,
                source=source,
                now=now,
                lane=pipeline.BULK,
                before_change=watch.before,
                by=fact,
            )
            if named
            else []
        )
        watch.after(named, found)
        customers = [who.customer for who in found]
        known = iter(zip(customers, deciding.decided_by(named, found, source=source), strict=True))
        unnamed = {f"{source.key}:{one.session}" for one, _ in fresh if one.person is None}
        nobodies = visitors.resolve(
            [visitors.Visitor(session, None, fact) for session in sorted(unnamed)], source=source, now=now
        )
        gone = self._forgotten([one for one, _ in fresh if one.person is not None], found)
        left_out = {line for line, _target, _value, _code in gone}
        rows, noted = [], []
        by: bytes | None
        for one, digest in fresh:
            if one.person is None:
                session = f"{source.key}:{one.session}"
                customer, by = nobodies[session], visitors.digest(session)
            else:
                customer, by = next(known)
            if one.line not in left_out:
                rows.append(self._row(one, customer, by))
                noted.append([customer.bytes, one.message_id, digest])
        # They come in once their person has come back.
        deduplication.release([digest for one, digest in fresh if one.line in left_out])
        recording.record_many(rows, now=now, lane=pipeline.BULK)
        if rows:
            times = [row.occurred_at.isoformat() for row in rows]
            tracing.note(self.context.import_id, MADE, [min(times), max(times), noted])
        gone += self._forgotten_before(before)
        return registry.Counts(len(rows), len(parsed) - len(rows) - len(gone), refused=gone)

    @staticmethod
    def _forgotten(told: Sequence[Told], found: Sequence[identity.Resolution]) -> list[registry.Told]:
        people_ = [one.person for one in told if one.person is not None]
        return people_import.refused(people_, [one.line for one in told], found)

    def _forgotten_before(self, told: Sequence[Told]) -> list[registry.Told]:
        """Rows that were in before their person was forgotten: those are nobody's any more, and not known either."""
        named = [(one.person, one.line) for one in told if one.person is not None]
        persons, lines = [person for person, _line in named], [line for _person, line in named]
        return people_import.forgotten(persons, lines, source=self.context.source)

    def _row(self, one: Told, customer: uuid.UUID, by: bytes | None) -> recording.EventRow:
        properties: Mapping[str, Any] = {"session": one.session} if one.session else {}
        return recording.EventRow(
            customer=customer,
            kind=_TRACK,
            name=one.name,
            source=self.context.source.key,
            message_id=one.message_id,
            occurred_at=one.at,
            properties=properties,
            resolved_by=by,
        )


def take_back(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Remove the events, let the message ids of those found go, and derive the visits of their people anew."""
    for trace in traces:
        query, params = _selected(undo, trace)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE {query} RETURNING customer_id, message_id", params)
            gone = cursor.fetchall()
        undo.counts[REMOVED] += len(gone)
        messages = {message for _, message in gone}
        # One that was not found may be kept somewhere still: imported again, it would be there twice.
        deduplication.release([digest for _, message, digest in trace.data[2] if message in messages])
        losers = sorted({customer for customer, _ in gone})
        sessions.derive(losers)
        pipeline.mark(losers, cause="events.import_undone", lane=pipeline.BULK)


def _selected(undo: undoing.Undo, trace: tracing.Trace) -> tuple[str, list[Any]]:
    """The events of a trace, as the end of a statement with its parameters."""
    noted = trace.data[2]
    # Under these times they are kept, however long ago they were.
    first, last = (max(datetime.fromisoformat(at), recording.EARLIEST) for at in trace.data[:2])
    told = {uuid.UUID(bytes=customer) for customer, _, _ in noted}
    # Merged or parted since, their events went along.
    holders = sorted(lineage.holders(told))
    edge = uuid.UUID(int=ids.floor(last).int + (1 << 80))
    messages = [message for _, message, _ in noted]
    query = (
        f"FROM {Event._meta.db_table} WHERE customer_id = ANY(%s) AND id >= %s AND id < %s "
        "AND source = %s AND message_id = ANY(%s)"
    )
    return query, [holders, ids.floor(first), edge, undo.source, messages]


def foresee(undo: undoing.Undo, traces: Sequence[tracing.Trace]) -> None:
    """Count them."""
    for trace in traces:
        query, params = _selected(undo, trace)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id {query}", params)
            found = {row for (row,) in cursor.fetchall()}
        undo.ahead[Event._meta.label].update(found)
        undo.counts[REMOVED] += len(found)


PARTS = (undoing.Part(MADE, 15, take_back, foresee),)
KIND = registry.Kind(
    key="events",
    label=_("Events"),
    targets={**TARGETS, **people_import.qualified(people_import.TARGETS)},
    handler=Handler,
    senses=people_import.senses,
    required=(
        ("event.name",),
        ("event.at",),
        ("event.user", "event.session", *(people_import.PREFIX + name for name in people.IDENTIFYING)),
    ),
    synonyms={
        **{name: people_import.PREFIX + target for name, target in people_import.SYNONYMS.items()},
        **SYNONYMS,
    },
    identifiers=frozenset({"event.user"}),
    is_undoable=True,
    remembers=True,
)
