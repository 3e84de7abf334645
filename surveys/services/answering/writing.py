"""The rows of a response. A step writes them all anew: it is a few, and what was answered before may have changed."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable

from cdp.core import ids
from surveys.models import Answer, RefusedAnswer, Response
from surveys.rules.sending import Fault, Judged
from surveys.selectors.sealing import Words

LONGEST_REFUSED = 2000
MOST_REFUSED = 200
"""Of one response; a program that sends nonsense for ever fills no disk."""


def clear(response: Response) -> None:
    """Take the answers of a response away."""
    Answer.objects.filter(customer_id=response.customer_id, response_id=response.id).delete()


def answers(response: Response, judged: Judged, words: Words) -> None:
    """Write every answer that counts."""
    Answer.objects.bulk_create(rows_of(response, judged, words))


def rows_of(response: Response, judged: Judged, words: Words) -> list[Answer]:
    """Every answer that counts, in the order of the questionnaire; not written yet."""
    table, at = Answer._meta.db_table, response.ended_at or response.saved_at
    is_counted = response.state == Response.State.COMPLETE and not response.is_test
    rows = []
    for key in judged.route.shown():
        pieces = judged.rows.get(key, ())
        for row in pieces:
            answer = ids.uuid7()
            text = words.seal(row.text, owner=response.customer_id, table=table, column="text", row=answer)
            rows.append(
                Answer(
                    id=answer,
                    customer_id=response.customer_id,
                    response_id=response.id,
                    survey_id=response.survey_id,
                    version=response.version,
                    question=key,
                    item=row.item,
                    number=row.number,
                    code=row.code,
                    text=text,
                    pieces=len(pieces),
                    at=at,
                    is_counted=is_counted,
                )
            )
    return rows


def refused(response: Response, faults: Iterable[Fault], words: Words, *, at: dt.datetime) -> None:
    """Write what was not taken, for staff."""
    before = RefusedAnswer.objects.filter(customer_id=response.customer_id, response_id=response.id).count()
    kept = list(faults)[: max(0, MOST_REFUSED - before)]
    RefusedAnswer.objects.bulk_create(refusals_of(response, kept, words, at=at))


def refusals_of(response: Response, faults: Iterable[Fault], words: Words, *, at: dt.datetime) -> list[RefusedAnswer]:
    """What was not taken, for staff; not written yet."""
    table = RefusedAnswer._meta.db_table
    rows = []
    for fault in faults:
        row = ids.uuid7()
        value = json.dumps(fault.value, ensure_ascii=False, default=str)[:LONGEST_REFUSED]
        rows.append(
            RefusedAnswer(
                id=row,
                customer_id=response.customer_id,
                response_id=response.id,
                survey_id=response.survey_id,
                question=fault.question[:40],
                why=fault.why.value,
                value=words.seal(value, owner=response.customer_id, table=table, column="value", row=row),
                at=at,
            )
        )
    return rows


def handed_over(response: Response, owner: uuid.UUID, words: Words) -> None:
    """Give a response to whom it turned out to be of: the row and what was refused of it, sealed anew; its answers are
    written afterwards. `words` has the keys of both.
    """
    before = response.customer_id
    table = RefusedAnswer._meta.db_table
    kept = list(RefusedAnswer.objects.filter(customer_id=before, response_id=response.id))
    for row in kept:
        value = words.open(row.value, owner=before, table=table, column="value", row=row.id)
        row.value = words.seal(value, owner=owner, table=table, column="value", row=row.id)
        row.customer_id = owner
    RefusedAnswer.objects.filter(customer_id=before, response_id=response.id).delete()
    Response.objects.filter(customer_id=before, id=response.id).delete()
    response.customer_id = owner
    response.save(force_insert=True)
    RefusedAnswer.objects.bulk_create(kept)
