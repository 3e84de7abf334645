"""The step `surveys.understand`: texts of customers are read, once for each telling and each version of the model."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import connection, transaction

from cdp.core import copying, ids, pipeline
from consent.selectors import profiling
from customers.services import buckets
from surveys.models import AnonymousReading, Mention, Reading
from surveys.rules.understanding import reader, weights
from surveys.selectors.texts import answers, names, sources, vocabulary
from surveys.selectors.texts.sources import Place, Source, Unread

log = structlog.get_logger("texts")
CAUSE = "surveys.texts"
MOST = 3000
"""Texts of one run: a few seconds. What is left is marked again."""
WAITING = 5000
"""Customers whose texts the background looks for at once."""

_READING = (
    *("id", "customer_id", "kind", "text_id", "parent_id", "at", "told_at", "read_at", "model", "names", "language"),
    *("sentiment", "negative", "neutral", "positive", "terms", "felt", "clauses"),
)
_MENTION = ("id", "customer_id", "kind", "text_id", "parent_id", "about", "ref", "sentiment", "at")


def understand(customers: Sequence[uuid.UUID], now: datetime) -> None:
    """The step. Nothing is worked out of who refused it, or of whom nothing may be: what was read of them goes."""
    people = buckets.without(customers)
    if not people:
        return
    with transaction.atomic():
        stopped = profiling.stopped(people, now=now)
        if stopped:
            Mention.objects.filter(customer_id__in=stopped).delete()
            Reading.objects.filter(customer_id__in=stopped).delete()
        _forget_gone(people)
        left = _read([one for one in people if one not in stopped], now)
        _tell_last("g.customer_id = ANY(%(ids)s)", {"ids": people})
    if left:
        pipeline.again(left, cause=CAUSE)


def look_around(now: datetime) -> int:
    """What no mark tells of: texts from before this step or from before the version in force, texts of nobody we know,
    anonymous ones. Customers are marked behind everything else that waits. Returns how many texts and marks.
    """
    done = 0
    versions = _versions()
    if versions is None:
        return 0
    models, list_of_names = versions
    for source in sources.declared().values():
        found = sources.waiting(source, models=models, names=list_of_names, limit=WAITING, now=now)
        with transaction.atomic():
            known = buckets.without(found)
            pipeline.mark(known, cause=CAUSE, lane=pipeline.BULK)
            done += len(known)
    with transaction.atomic():
        _forget_gone(buckets.IDS)
        done += len(_read(buckets.IDS, now))
    return done + _read_nobodys(models, list_of_names)


def _versions() -> tuple[list[str], int] | None:
    try:
        return reader.versions(), names.version()
    except weights.Damaged as damaged:
        # Orders, points and segments do not wait for it.
        log.error("texts are not read: the weights are damaged", problem=str(damaged))  # noqa: TRY400  (known, no trace)
        return None


def _read(customers: Sequence[uuid.UUID], now: datetime) -> list[uuid.UUID]:
    """Read what waits of these customers, at most MOST texts. Returns whose texts may be left."""
    versions = _versions() if customers else None
    if versions is None:
        return []
    models, list_of_names = versions
    room, left = MOST, set[uuid.UUID]()
    for source in sources.declared().values():
        found = sources.unread(source, customers, models=models, names=list_of_names, limit=room + 1)
        if len(found) > room:
            left.update(one.customer for one in found[room:])
            left.update(one for one in customers if one > found[room].customer)
            found = found[:room]
        room -= len(found)
        if found:
            _write(source, found, list_of_names, now)
    return sorted(left)


def _write(source: Source, found: Sequence[Unread], list_of_names: int, now: datetime) -> None:
    places = [Place(one.customer, one.text) for one in found]
    words, stars = source.words(places), source.stars(places)
    searchers, rivals, numbers = names.searchers(), names.rivals(), vocabulary.phrases()
    readings, mentions = [], []
    for one in found:
        # Words that are gone with their key are read as none, so that nobody asks for them again.
        told = reader.read(words.get(one.text, ""), searchers, rivals, stars.get(one.text))
        negative, neutral, positive = told.shares or (0, 0, 0)
        whose = (one.customer, source.kind, one.text, one.parent)
        readings.append(
            (
                *(ids.uuid7(), *whose, one.at, one.told_at, now, told.model, list_of_names, told.language),
                *(told.sentiment, negative, neutral, positive),
                *_said(told, numbers),
            )
        )
        mentions += [
            (ids.uuid7(), *whose, about, ref[:120], sentiment, one.at)
            for about, named in told.named.items()
            for ref, sentiment in named
        ]
    whom, which = sorted({one.customer for one in found}), [one.text for one in found]
    for model in (Mention, Reading):
        model._default_manager.filter(customer_id__in=whom, kind=source.kind, text_id__in=which).delete()
    copying.rows(Reading, _READING, readings)
    copying.rows(Mention, _MENTION, mentions)
    if not buckets.without(whom):
        # Of nobody there may be any number of texts: only what was read now is looked at.
        parents = sorted({one.parent for one in found})
        _tell_last("g.customer_id = ANY(%(ids)s) AND g.parent_id = ANY(%(parents)s)", {"ids": whom, "parents": parents})


def _tell_last(which: str, params: Mapping[str, Any]) -> None:
    """Mark the newest text with a feeling of each ticket among these readings."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE surveys_reading g SET is_last = w.is_last FROM (
                SELECT g.customer_id, g.id, g.sentiment <> '' AND row_number() OVER (
                    PARTITION BY g.customer_id, g.parent_id ORDER BY g.sentiment = '', g.at DESC, g.text_id DESC
                ) = 1 AS is_last
                FROM surveys_reading g WHERE {which} AND g.kind = 'ticket'
            ) w
            WHERE {which} AND w.customer_id = g.customer_id AND w.id = g.id AND w.is_last <> g.is_last
            """,  # noqa: S608  (ours)
            params,
        )


def _said(told: reader.Told, numbers: vocabulary.Phrases) -> tuple[list[int], list[int], list[int]]:
    """The phrases as numbers, how each feels, in which clause it stands."""
    said = [(numbers.number(one.phrase), reader.FELT.index(one.sentiment), one.clause) for one in told.said]
    return [one[0] for one in said], [one[1] for one in said], [one[2] for one in said]


def _forget_gone(customers: Sequence[uuid.UUID]) -> None:
    """Texts that are not there any more leave nothing behind."""
    with connection.cursor() as cursor:
        for source in sources.declared().values():
            for table in (Mention._meta.db_table, Reading._meta.db_table):
                cursor.execute(
                    f"DELETE FROM {table} g WHERE g.customer_id = ANY(%(ids)s) AND g.kind = %(kind)s AND NOT EXISTS"  # noqa: S608
                    f" (SELECT 1 FROM ({source.rows}) t WHERE t.customer_id = g.customer_id AND t.text_id = g.text_id)",
                    {**source.params(), "ids": list(customers), "kind": source.kind},
                )


def _read_nobodys(models: Sequence[str], list_of_names: int) -> int:
    """Anonymous answers, after they were written out in their shuffled order. In which language somebody wrote is not
    told beside it: it would single out whom everybody knows to speak it.
    """
    waiting = answers.unread_of_nobody(models=models, names=list_of_names, limit=MOST)
    if not waiting:
        return 0
    searchers, rivals, numbers = names.searchers(), names.rivals(), vocabulary.phrases()
    rows = []
    for one in waiting:
        told = reader.read(one.text, searchers, rivals)
        negative, neutral, positive = told.shares or (0, 0, 0)
        terms, felt, clauses = _said(told, numbers)
        brands, products = (told.named.get(about.value, ()) for about in (Mention.About.BRAND, Mention.About.PRODUCT))
        rows.append(
            AnonymousReading(
                id=one.id,
                survey_id=one.survey,
                at=one.at,
                model=reader.version_of_any(),
                names=list_of_names,
                sentiment=told.sentiment,
                negative=negative,
                neutral=neutral,
                positive=positive,
                terms=terms,
                felt=felt,
                clauses=clauses,
                brands=[one.ref for one in brands],
                brands_felt=[reader.FELT.index(one.sentiment) for one in brands],
                products=[one.ref for one in products],
                products_felt=[reader.FELT.index(one.sentiment) for one in products],
            )
        )
    with transaction.atomic():
        AnonymousReading.objects.filter(id__in=[row.id for row in rows]).delete()
        AnonymousReading.objects.bulk_create(rows)
    return len(rows)
