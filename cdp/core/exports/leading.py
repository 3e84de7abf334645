"""Who is in a file: the gate judges everybody, a portion at a time, and the access log learns of each.

Memory holds one portion, whatever the size of the shop. A restriction, a refusal or a missing word leaves somebody out;
how many and why is told at the end.
"""

import os
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection

from cdp.core import audiences, audit, leaving, minimising
from cdp.core.actors import Actor
from cdp.core.exports import registry, writing
from cdp.core.leaving import Permit

CHANNEL = "file"
PORTION = 500
VIEW = "export"
FIRST = uuid.UUID(int=0)


@dataclass
class Outcome:
    """What a file holds, and of whom it does not."""

    rows: int = 0
    people: int = 0
    left_out: Counter[str] = field(default_factory=Counter)  # by the gate's reason


Progress = Callable[[Outcome], None]


def write(
    kind: registry.Kind,
    path: Path,
    *,
    form: str,
    purpose: str,
    segment: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
    on_progress: Progress | None = None,
) -> Outcome:
    """Write a file of everybody, or of a segment, whom the gate lets go for `purpose`; whole or not at all.

    The file is readable for its owner only. Raises audiences.UnknownAudience, OSError.
    """
    members = everybody(kind, segment) if kind.rows else iter(())
    if kind.rows:
        minimising.note(kind.columns, by="export", day=at.date())
    handle, draft_name = tempfile.mkstemp(dir=path.parent, prefix=".export-", suffix=".part")
    os.close(handle)
    draft, outcome = Path(draft_name), Outcome()
    try:
        writer = writing.begin(draft, form, kind.columns)
        try:
            if kind.pages and not segment:
                outcome.rows += writer.write(kind.pages())
            for portion in members:
                _portion(kind, portion, writer, outcome, purpose=purpose, actor=actor, at=at, reason=reason)
                if on_progress:
                    on_progress(outcome)
        finally:
            writer.close()
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    audit.record(
        audit.Action.EXPORT_WRITTEN,
        actor=actor,
        at=at,
        details={
            "kind": kind.key,
            "purpose": purpose,
            "segment": segment,
            "people": outcome.people,
            "rows": outcome.rows,
            "left_out": dict(outcome.left_out),
            "reason": reason,
        },
    )
    return outcome


def _portion(
    kind: registry.Kind,
    portion: Sequence[uuid.UUID],
    writer: writing.Writer,
    outcome: Outcome,
    *,
    purpose: str,
    actor: Actor,
    at: datetime,
    reason: str,
) -> None:
    answer = leaving.ask_many(portion, purpose=purpose, channel=CHANNEL, at=at)
    outcome.left_out.update(decision.reason for decision in answer.refused.values())
    if answer.permit is not None:
        outcome.rows += _people(kind, answer.permit, writer)
        outcome.people += len(answer.permit.people)
        audit.looked(actor=actor, at=at, view=VIEW, customers=sorted(answer.permit.people), reason=reason)


def _people(kind: registry.Kind, permit: Permit, writer: writing.Writer) -> int:
    permit.check(channel=CHANNEL)
    assert kind.rows is not None, "kinds of people have rows"  # noqa: S101
    return writer.write(cells for _whose, cells in kind.rows(sorted(permit.people)))


def everybody(kind: registry.Kind, segment: str, *, after: uuid.UUID = FIRST) -> Iterator[list[uuid.UUID]]:
    """Known customers who have such rows, by id, in portions behind `after`: keyset, so that the last portion costs
    what the first one does. Raises audiences.UnknownAudience.
    """
    members = audiences.audience(segment) if segment else None
    whose, last = kind.whose or "TRUE", after
    while True:
        with connection.cursor() as cursor:
            if members is not None:
                found = list(members.filter(customer_id__gt=last).order_by("customer_id")[:PORTION])
                among = f"SELECT c.id FROM customers_customer c WHERE c.id = ANY(%s) AND {whose} ORDER BY c.id"  # noqa: S608
                cursor.execute(among, [found])
            else:
                found = []
                cursor.execute(
                    "SELECT c.id FROM customers_customer c"  # noqa: S608  (`whose` is written by a room)
                    f" WHERE c.id > %s AND c.status = 'known' AND {whose} ORDER BY c.id LIMIT %s",
                    [last, PORTION],
                )
            portion = [row[0] for row in cursor.fetchall()]
        found = found or portion
        if not found:
            return
        if portion:
            yield portion
        last = found[-1]
