"""Anonymous answers: kept sealed until others wait beside them, then written in shuffled order (ADR 28).

What a look into the database tells of a waiting answer is its questionnaire and its day. Its place in the table tells
when it came, so answers are written anew under new ids, `BATCH` or more at a time, in an order drawn by chance; what
is left of a day is written when the day is over, also an answer that is alone on its day: nothing else that is kept of
anybody is dated finer than a month, so that this tells nobody whose it is. What only some of a batch share (their
language, the way they came), and what fewer than `BATCH` say of themselves, would tell apart whom everybody knows to
speak it, so it is left out there.
"""

import contextlib
import datetime as dt
import json
import secrets
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import redis
import structlog
from django.core.cache import cache
from django.db import connection, transaction

from cdp.core import locks
from cdp.core.crypto import rowkeys
from surveys.models import AnonymousAnswer, AnonymousResponse, AnonymousWaiting, Survey
from surveys.rules.sending import Judged
from surveys.selectors import sealing

log = structlog.get_logger("surveys")
BATCH = 5
ONCE_SECONDS = 3600
"""How long the same form, sent again, is known by a digest in the cache; nothing of it is in the database."""
CHANCE = secrets.SystemRandom()
_WAITING = AnonymousWaiting._meta.db_table
_ANSWER = AnonymousAnswer._meta.db_table


@dataclass
class Sending:
    """A form as it came: whether it comes for the first time, and whether it was kept now."""

    is_first: bool
    is_kept: bool = False


@contextlib.contextmanager
def once(name: bytes) -> Iterator[Sending]:
    """The form of this digest. Sent twice at once, the second waits for what becomes of the first: it is told that it
    was kept only once it was, and is kept itself where the first one failed.
    """
    key = f"survey.sent:{name.hex()}"
    with locks.in_turn(name):
        try:
            sending = Sending(is_first=cache.get(key) is None)
        except redis.RedisError:
            log.warning("anonymous answers are not known again: no answer from the cache")
            sending = Sending(is_first=True)
        yield sending
        # Only what was committed comes here.
        if sending.is_kept:
            with contextlib.suppress(redis.RedisError):
                cache.set(key, 1, timeout=ONCE_SECONDS)


def counted_on(survey: Survey, day: dt.date) -> dt.date:
    """Under which day it is counted that a page was shown or sent in: of an anonymous questionnaire the month. Counts
    by language would tell of a lone answer in which one it was given.
    """
    return day.replace(day=1) if survey.is_anonymous else day


def keep(survey: Survey, judged: Judged, *, language: str, mode: str, day: dt.date) -> None:
    """Keep one sending, and write out what waits if there is enough of it."""
    row = uuid.uuid4()
    told = {
        "version": survey.version,
        "language": language,
        "mode": mode,
        "scores": dict(judged.scores),
        "answers": [
            [question, one.item, None if one.number is None else str(one.number), one.code, one.text]
            for question in judged.route.shown()
            for one in judged.rows.get(question, ())
        ],
    }
    sealed = sealing.key_of(survey).seal(json.dumps(told, ensure_ascii=False), table=_WAITING, column="sealed", row=row)
    AnonymousWaiting.objects.create(id=row, survey_id=survey.id, day=day, sealed=sealed)
    if AnonymousWaiting.objects.filter(survey_id=survey.id, day=day).count() >= BATCH:
        write_out(survey, day=day)


def write_out(survey: Survey, *, day: dt.date, least: int = BATCH) -> int:
    """Write what waits of that day, if there are `least` or more. Returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{_WAITING}:{survey.id}"])
        waiting = list(AnonymousWaiting.objects.filter(survey_id=survey.id, day=day))
        if not waiting or len(waiting) < least:
            return 0
        _written(survey, waiting, sealing.key_of(survey), day=day)
        AnonymousWaiting.objects.filter(id__in=[row.id for row in waiting]).delete()
    return len(waiting)


def write_out_before(day: dt.date) -> int:
    """Write what is left of days before that one, however few. Returns how many."""
    left = AnonymousWaiting.objects.filter(day__lt=day).values_list("survey_id", "day").distinct()
    count = 0
    for survey, of_day in list(left):
        try:
            count += write_out(Survey.objects.get(id=survey), day=of_day, least=1)
        except Exception:  # one whose key is missing keeps nobody else's answers waiting
            log.exception("anonymous answers of a day could not be written", survey=str(survey))
    return count


def _written(survey: Survey, waiting: Sequence[AnonymousWaiting], key: rowkeys.RowKey, *, day: dt.date) -> None:
    opened: list[dict[str, Any]] = [
        json.loads(key.open(row.sealed, table=_WAITING, column="sealed", row=row.id)) for row in waiting
    ]
    are_many = len(opened) >= BATCH
    shared = {name: are_many and len({told[name] for told in opened}) == 1 for name in ("language", "mode")}
    responses: list[AnonymousResponse] = []
    answers: list[AnonymousAnswer] = []
    for told in opened:
        response = AnonymousResponse(
            id=uuid.uuid4(),
            survey_id=survey.id,
            version=told["version"],
            language=told["language"] if shared["language"] else "",
            mode=told["mode"] if shared["mode"] else "",
            scores=told["scores"],
            at=day,
        )
        responses.append(response)
        pieces = Counter(question for question, *_told in told["answers"])
        for question, item, number, code, text in told["answers"]:
            answer = uuid.uuid4()
            answers.append(
                AnonymousAnswer(
                    id=answer,
                    response=response,
                    survey_id=survey.id,
                    version=told["version"],
                    question=question,
                    item=item,
                    number=None if number is None else Decimal(number),
                    code=code,
                    text=key.seal(text, table=_ANSWER, column="text", row=answer),
                    pieces=pieces[question],
                    at=day,
                )
            )
    CHANCE.shuffle(responses)
    CHANCE.shuffle(answers)
    AnonymousResponse.objects.bulk_create(responses)
    AnonymousAnswer.objects.bulk_create(answers)
