"""Many sendings at once, of a file: judged like any other, written in a few statements.

The set-based twin of `answering.take`, with the same rules: each answer by itself, what is refused is kept beside for
staff, once however often it comes. What differs lies in what a file is. It tells of the past: it may come for a survey
that is closed, takes no place of a quota, tells no webhook, and a permission in it is an answer and never written to
the ledger, because nothing shows which words stood before it (permissions have an import of their own).
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdp.core import ids, pipeline
from cdp.core.imports import tracing
from commerce.services import keys
from commerce.services.keys import Owner
from customers.services import buckets
from surveys.models import Answer, RefusedAnswer, Response, Survey
from surveys.rules import sending
from surveys.rules.sending import Judged
from surveys.selectors import sealing
from surveys.services.answering import writing
from surveys.services.answering.runs import RESPONSES

MADE = "surveys.responses"
"""The part of an import's traces that tells which responses it made."""
CAUSE = "surveys.answers"
_BUCKETS = frozenset(buckets.IDS)


@dataclass(frozen=True)
class Sent:
    """One row of a file that is a sending. `number` is its own within the source; `ours`: the id it has here, where the
    file is one of ours. `owner`: whom it names, if anybody.
    """

    line: int
    number: str
    judged: Judged
    version: int
    language: str
    started_at: dt.datetime
    ended_at: dt.datetime
    owner: uuid.UUID | None = None
    resolved_by: bytes | None = None
    ours: uuid.UUID | None = None
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Kept:
    """How many were written, and how many were there already."""

    made: int = 0
    known: int = 0


def digest_of(survey: Survey, source: str, number: str) -> bytes:
    """Under which the response to a row is found: one for a number of a source."""
    return hashlib.sha256(f"response\nfile\n{survey.id}\n{source}\n{number}".encode()).digest()


def keep(
    survey: Survey, sent: Sequence[Sent], *, source: str, import_id: uuid.UUID | None = None, at: dt.datetime
) -> Kept:
    """Write what is not there yet, in the transaction of whoever calls. People among the owners are locked by the
    caller's resolving.
    """
    here = _here(survey, [one.ours for one in sent if one.ours is not None])
    wanted: dict[bytes, tuple[Sent, Owner]] = {}
    for one in sent:
        digest = digest_of(survey, source, one.number)
        if one.ours in here or digest in wanted:
            continue
        owner = one.owner or buckets.bucket_for(digest.hex())
        wanted[digest] = (one, Owner(owner, ids.uuid7()))
    places = keys.claim(RESPONSES, {digest: owner for digest, (_one, owner) in wanted.items()})
    fresh = {digest: found for digest, found in wanted.items() if places[digest].row == found[1].row}
    _write(survey, fresh, source=source, at=at)
    if fresh and import_id is not None:
        tracing.note(import_id, MADE, [[digest, owner.row.bytes] for digest, (_one, owner) in fresh.items()])
    people = {owner.customer for _one, owner in fresh.values()} - _BUCKETS
    if people:
        pipeline.mark(sorted(people), cause=CAUSE, lane=pipeline.BULK)
    return Kept(len(fresh), len(sent) - len(fresh))


def known(survey: Survey, numbers: Mapping[str, uuid.UUID | None], *, source: str) -> set[str]:
    """Those of these numbers whose rows are here already: for a file that is only checked."""
    here = _here(survey, [row for row in numbers.values() if row is not None])
    digests = {digest_of(survey, source, number): number for number in numbers}
    found = {digests[digest] for digest in keys.find(RESPONSES, list(digests))}
    return found | {number for number, row in numbers.items() if row in here}


def _here(survey: Survey, rows: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    return (
        set(Response.objects.filter(survey_id=survey.id, id__in=rows).values_list("id", flat=True)) if rows else set()
    )


def _write(survey: Survey, fresh: Mapping[bytes, tuple[Sent, Owner]], *, source: str, at: dt.datetime) -> None:
    if not fresh:
        return
    opened = sealing.load(survey, {owner.customer for _one, owner in fresh.values()})
    responses, answers, refused = [], [], []
    for digest, (one, owner) in fresh.items():
        response = Response(
            id=owner.row,
            customer_id=owner.customer,
            survey_id=survey.id,
            version=one.version,
            state=Response.State.COMPLETE,
            mode=Response.Mode.FILE,
            language=one.language,
            started_at=one.started_at,
            saved_at=one.ended_at,
            ended_at=one.ended_at,
            context=dict(one.context),
            scores=dict(one.judged.scores),
            flags=sending.flags(one.judged, seconds=None),
            external_id=one.number,
            source=source,
            key_digest=digest,
            resolved_by=one.resolved_by,
        )
        responses.append(response)
        answers += writing.rows_of(response, one.judged, opened)
        refused += writing.refusals_of(response, one.judged.refused[: writing.MOST_REFUSED], opened, at=at)
    Response.objects.bulk_create(responses, batch_size=1000)
    Answer.objects.bulk_create(answers, batch_size=2000)
    RefusedAnswer.objects.bulk_create(refused, batch_size=2000)
