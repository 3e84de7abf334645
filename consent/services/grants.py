"""Writing down what people allow and what they refuse: the one way into the consent ledger.

`record` is for a form, a till or a click; `record_many` for files of thousands. Both write through the same
statements, so the ledger, the state and the pipeline's marks come out the same.
"""

import datetime as dt
import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cdp.core import audit, ids, pipeline, webhooks
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.models import Channel, ConsentRecord
from consent.rules import ledger as rules
from consent.rules import notices as names
from consent.selectors import ledger, notices, purposes
from consent.selectors.evidence import ATTACHED
from consent.services import states
from consent.services.evidence import Kept
from customers.selectors import lineage, merges
from customers.services import standing

SAYABLE = frozenset({rules.RECONFIRMED, rules.INHERITED, rules.EXPIRED})
AHEAD = dt.timedelta(minutes=5)
"""How far clocks may differ. A grant dated later would outlast every withdrawal until its day."""
Key = tuple[uuid.UUID, str, str]


class UnableToRecord(Exception):
    """The statement cannot be written. `field` is the value at fault, `index` its row among many."""

    def __init__(self, detail: str, *, field: str, index: int | None = None) -> None:
        """Say what is wrong in words a client may read."""
        super().__init__(detail)
        self.field, self.index = field, index


@dataclass(frozen=True)
class GrantRow:
    """One statement of a person. `at` is when it was made; `evidence` is a JSON-ready mapping and gets sealed.

    `status` is empty for a plain "yes" or "no"; else `reconfirmed` or `inherited` (a "yes"), or `expired` (no "yes" any
    more), which ends only a "yes" that was said before `outlived`. `form` and `place` name the form and the store, desk
    or page.
    """

    customer: uuid.UUID
    purpose: str
    channel: str
    granted: bool
    at: dt.datetime
    source: str
    method: str = "import"
    policy_version: str = ""
    language: str = ""
    evidence: Mapping[str, Any] | None = None
    purpose_version: str = ""  # of the words shown; empty: those that held at `at`
    form: str = ""
    place: str = ""
    status: str = ""
    outlived: dt.datetime | None = None
    files: Sequence[Kept] = ()  # kept by `evidence.keep` in this transaction


@dataclass(frozen=True)
class Counts:
    """What became of the rows: written, already there, or of somebody who can have no record (erased, nobody)."""

    written: int = 0
    repeated: int = 0
    refused: int = 0
    records: Sequence[tuple[uuid.UUID, uuid.UUID]] = field(default=(), compare=False)  # customer and id of each written


def record(
    *,
    customer: uuid.UUID,
    purpose: str,
    channel: str,
    granted: bool,
    at: dt.datetime,
    source: str,
    method: str,
    actor: Actor,
    policy_version: str = "",
    language: str = "",
    evidence: Mapping[str, Any] | None = None,
    purpose_version: str = "",
    now: dt.datetime | None = None,
    status: str = "",
    form: str = "",
    place: str = "",
    files: Sequence[Kept] = (),
) -> ConsentRecord:
    """Write one statement, its state, its audit entry and the customer's mark; the record, or the one already there.

    `at` is when the person said so, `now` when it is written down (default: the same moment). The word of somebody who
    was merged is the survivor's. It bears a later time where what was said before it stands ahead of it (see
    `rules.heard_at`). `status`: see GrantRow; a "yes" that reconfirms nothing is given anew. `files` were kept by
    `evidence.keep` in the caller's transaction. Raises UnableToRecord, also for files of what stands there already.
    """
    row = GrantRow(
        customer=customer,
        purpose=purpose,
        channel=channel,
        granted=granted,
        at=at,
        source=source,
        method=method,
        policy_version=policy_version,
        language=language,
        evidence=evidence,
        purpose_version=purpose_version,
        form=form,
        place=place,
        status=status,
        files=files,
    )
    recorded_at = now or at
    with transaction.atomic():
        _check([row], now=recorded_at)
        rows = _held([row])
        if not rows:
            raise UnableToRecord(_("There is no such customer, or the customer was erased."), field="customer")
        customer = rows[0].customer
        said = _said(rows)
        rows = _heard(rows, said, now=recorded_at, until=at + AHEAD if at >= recorded_at else None)
        written = _write(rows, said.said, actor=actor, now=recorded_at)
        if written:
            audit.record(
                audit.Action.CONSENT_RECORDED,
                actor=actor,
                at=recorded_at,
                customer=customer,
                subject=written[0].id,
                details={"purpose": purpose, "channel": channel, "status": written[0].status, "source": source},
            )
            pipeline.mark([customer], cause="consent")
            return ledger.history([customer]).get(id=written[0].id)
        # It may have been said under an id that was absorbed since.
        same = ledger.history(lineage.of(customer)).filter(
            purpose=purpose, channel=channel, at=rows[0].at, source=source
        )
        found = same.filter(status__in=rules.YES) if granted else same.exclude(status__in=rules.YES)
        if (before := found.first()) is None:
            raise UnableToRecord(_("There is no permission that could expire."), field="status")
        if files:
            raise UnableToRecord(_("This stands in the ledger already; nothing is added to it later."), field="files")
        return before


def record_many(
    rows: Sequence[GrantRow],
    *,
    actor: Actor,
    now: dt.datetime,
    lane: int = pipeline.BULK,
) -> Counts:
    """Write thousands of statements in a few statements, in one transaction.

    Writing the same rows again changes nothing. Raises UnableToRecord for the first row that names an unknown purpose
    or channel (`purposes.channels()` tells beforehand) or a time in the future; rows of people who can have no record
    are counted, not written. What is told of somebody who was merged is the survivor's, and no word is lost to an
    earlier one that stands ahead of it (see `rules.heard_at`).
    """
    _check(rows, now=now)
    with transaction.atomic():
        accepted = _held(rows)
        said = _said(accepted)
        written = _write(_heard(accepted, said, now=now), said.said, actor=actor, now=now)
        pipeline.mark(dict.fromkeys(new.customer for new in written), cause="consent", lane=lane)
    return Counts(
        written=len(written),
        repeated=len(accepted) - len(written),
        refused=len(rows) - len(accepted),
        records=[(new.customer, new.id) for new in written],
    )


@dataclass(frozen=True)
class _New:
    id: uuid.UUID
    customer: uuid.UUID
    status: str


def _check(rows: Sequence[GrantRow], *, now: dt.datetime) -> None:
    known = purposes.channels()
    for index, row in enumerate(rows):
        if row.status and (row.status not in SAYABLE or row.granted is not (row.status in rules.YES)):
            message = f"{row.status!r} is nothing that can be said of granted={row.granted}"
            raise ValueError(message)
        offered = known.get(row.purpose)
        if offered is None:
            listed = ", ".join(sorted(known))
            raise UnableToRecord(
                _("Unknown purpose; known are %(known)s.") % {"known": listed}, field="purpose", index=index
            )
        # A "no" can be said about every way there is: it may have been offered when the "yes" was given.
        if row.channel not in offered and (row.granted or row.channel not in Channel.values):
            listed = ", ".join(sorted(offered))
            detail = _("The purpose %(purpose)s has no such channel; it has %(listed)s.") % {
                "purpose": row.purpose,
                "listed": listed,
            }
            raise UnableToRecord(detail, field="channel", index=index)
        if row.at.tzinfo is None:
            raise UnableToRecord(_("The time needs a zone."), field="at", index=index)
        if row.at > now + AHEAD:
            raise UnableToRecord(_("The time lies in the future."), field="at", index=index)


def _held(rows: Sequence[GrantRow]) -> list[GrantRow]:
    """The rows of those who may have records, under the id that stands for them until we are done."""
    found = standing.hold({row.customer for row in rows})
    # Whose state is judged by all that was ever said must not be judged twice at once.
    if merged := merges.trees(set(found.values())):
        standing.queue(merged)
    return [
        row if found[row.customer] == row.customer else replace(row, customer=found[row.customer])
        for row in rows
        if row.customer in found
    ]


def _write(
    rows: Sequence[GrantRow], said: Mapping[Key, Sequence[rules.Statement]], *, actor: Actor, now: dt.datetime
) -> list[_New]:
    """Insert what is new, in the order of the rows, and bring the states up to date."""
    decided = [(row, status) for row, status in zip(rows, _statuses(rows, said), strict=True) if status is not None]
    if not decided:
        return []
    keyring = subjects.load({row.customer for row, _ in decided if row.evidence or row.files})
    words = notices.in_force_at({(names.of_purpose(row.purpose), row.at) for row, _ in decided})
    columns: list[list[Any]] = [[] for _ in range(9)]
    for row, status in decided:
        record_id = ids.uuid7()
        values = (
            record_id,
            row.customer,
            row.purpose,
            row.channel,
            status,
            row.at,
            row.source,
            (
                row.method,
                row.policy_version,
                row.purpose_version or words.get((names.of_purpose(row.purpose), row.at), ""),
                row.language,
                row.form,
                row.place,
                _named(row.files),
            ),
            _sealed(row, record_id, keyring),
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)
    proofs = columns.pop(7)
    with connection.cursor() as cursor:
        # The unique rule behind ON CONFLICT settles two imports of one file that run at the same time.
        cursor.execute(
            """
            INSERT INTO consent_consentrecord (
                id, customer_id, purpose, channel, status, at, source, evidence, method, policy_version,
                purpose_version, language, form, place, files, recorded_at, actor_kind, actor_id
            )
            SELECT *, %s::timestamptz, %s, %s::uuid FROM unnest(
                %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
                %s::bytea[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[]
            )
            ON CONFLICT DO NOTHING
            RETURNING id, customer_id, status
            """,
            [
                now,
                actor.kind,
                actor.id,
                *columns,
                *(list(column) for column in zip(*proofs, strict=True)),
            ],
        )
        written = [_New(*found) for found in cursor.fetchall()]
    states.advance(written_ids=[new.id for new in written], customers={new.customer for new in written})
    _tell(written, dict(zip(columns[0], (row for row, _status in decided), strict=True)), now)
    return written


def _tell(written: Sequence[_New], said: Mapping[uuid.UUID, GrantRow], now: dt.datetime) -> None:
    """Other systems learn of it, those whom a "no" concerns above all."""
    facts = [
        webhooks.Fact(
            new.customer,
            now,
            {
                "record": str(new.id),
                "purpose": said[new.id].purpose,
                "channel": said[new.id].channel,
                "status": new.status,
                "said_at": said[new.id].at,
            },
            is_stop=not said[new.id].granted,
        )
        for new in written
    ]
    webhooks.publish_many("consent.changed", facts)


def _sealed(row: GrantRow, record_id: uuid.UUID, keyring: subjects.Keyring) -> bytes | None:
    if not row.evidence and not row.files:
        return None
    told = dict(row.evidence or {})
    if row.files:
        # What anybody who has the file can compare, sealed: a digest in clear would outlive the person.
        told[ATTACHED] = [
            {"id": str(one.id), "kind": one.kind, "size": one.size, "sha256": one.sha256} for one in row.files
        ]
    text = msgspec.json.encode(told, enc_hook=str).decode()
    return keyring.seal(text, customer=row.customer, table=ledger.TABLE, column="evidence", row=record_id)


def _named(files: Sequence[Kept]) -> str | None:
    return json.dumps([{"id": str(one.id), "digest": one.digest} for one in files]) if files else None


@dataclass(frozen=True)
class _Ledger:
    """What is in the ledger of some people: what counts, and what was taken back with its import."""

    said: Mapping[Key, Sequence[rules.Statement]]
    spent: Mapping[Key, Collection[rules.Statement]]


def _said(rows: Sequence[GrantRow]) -> _Ledger:
    """What is in the ledger of these people already, in one read."""
    said: dict[Key, list[rules.Statement]] = defaultdict(list)
    spent: dict[Key, set[rules.Statement]] = defaultdict(set)
    customers = {row.customer for row in rows}
    stands_for = {
        one.absorbed: customer
        for customer, joined in merges.trees(customers).items()
        for one in joined
        if one.until is None
    }
    found = list(ledger.history({*customers, *stands_for}).order_by().defer("evidence"))
    retracted = {record.retracts for record in found}
    for record in found:
        key = (stands_for.get(record.customer_id, record.customer_id), record.purpose, record.channel)
        granted = record.status in rules.YES
        statement = rules.Statement(granted, record.at, record.source, record.recorded_at)
        if record.id in retracted:
            spent[key].add(statement)
        elif record.status != ConsentRecord.Status.RETRACTED:
            said[key].append(statement)
    return _Ledger(said, spent)


def _heard(
    rows: Sequence[GrantRow],
    known: _Ledger,
    *,
    now: dt.datetime,
    until: dt.datetime | None = None,
) -> list[GrantRow]:
    """The rows under the times at which they stand beside what was said."""
    found = []
    for row in rows:
        key = (row.customer, row.purpose, row.channel)
        new = rules.Statement(row.granted, row.at, row.source)
        # Exactly now: a file may tell again, minutes later, a "yes" that a fast clock dated later still.
        at = rules.heard_at(known.said.get(key, ()), new, until=until, is_said_now=row.at == now)
        # What was taken back with its import stands in the ledger for ever; told again, it needs a place of its own.
        while replace(new, at=at) in known.spent.get(key, ()):
            at += rules.JUST_AFTER
        found.append(row if at == row.at else replace(row, at=at))
    return found


def _statuses(rows: Sequence[GrantRow], said: Mapping[Key, Sequence[rules.Statement]]) -> list[str | None]:
    """The status of each row beside the ledger and the other rows; None for a repetition."""
    groups: dict[Key, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        groups[row.customer, row.purpose, row.channel].append(index)
    result: list[str | None] = [None] * len(rows)
    for key, indexes in groups.items():
        incoming = [
            rules.Statement(row.granted, row.at, row.source, status=row.status, outlived=row.outlived)
            for row in (rows[index] for index in indexes)
        ]
        for index, found in zip(indexes, rules.statuses(said.get(key, []), incoming), strict=True):
            result[index] = found
    return result
