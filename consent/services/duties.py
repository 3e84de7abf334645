"""What some laws want people told of their own word: what was noted of it, within days, and every two years that it
still holds (Korea: Network Act 50(7) and (8)).

Set-based, page by page, each page a transaction: what was told stands in `consent_confirmation`, so nobody is told
twice and a kill loses nothing. Whose law it is, which days and months: the law packs. Silence keeps what was allowed.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext

from cdp.core import ids, outbox, written_dates
from consent.models import Channel, Confirmation
from consent.rules.jurisdiction import place_sql
from consent.rules.ledger import DENIED, GIVEN, RECONFIRMED, WITHDRAWN
from consent.rules.packs import Pack
from consent.selectors import jurisdiction, packs, purposes, reach
from consent.services import links
from customers.selectors import lineage

RESULT, STILL = "consent-result", "consent-still"
PAGE = 500
SETTLES = dt.timedelta(minutes=10)
"""So long statements wait for others of the same form: one notice tells of all."""
_TOLD = (GIVEN, DENIED, WITHDRAWN, RECONFIRMED)
_PLACE = place_sql("c")
# Where a law may hold its duties do: being told once too often harms nobody.
_LAW = f"({_PLACE} = ANY(%(mine)s) OR (%(is_usual)s AND NOT {_PLACE} = ANY(%(others)s)))"

_NEW_WORDS = f"""
SELECT r.customer_id, r.id, r.purpose, r.channel, r.status, r.at
FROM consent_consentrecord r JOIN customers_customer c ON c.id = r.customer_id
WHERE r.id >= %(floor)s AND r.customer_id > %(after)s AND r.customer_id <= %(last)s
    AND r.recorded_at <= %(until)s AND r.at >= %(since)s
    AND r.status = ANY(%(told)s) AND r.purpose = ANY(%(purposes)s) AND c.status = 'known' AND {_LAW}
    AND NOT EXISTS (
        SELECT 1 FROM consent_confirmation k
        WHERE k.customer_id = r.customer_id AND k.kind = 'result' AND k.record_id = r.id
    )
ORDER BY r.customer_id, r.at, r.id LIMIT %(page)s
"""  # noqa: S608  (constants of this module)
# What was said in the name of rows that were absorbed since: few, found by the words of these days.
_WORDS_OF_MERGED = """
SELECT r.customer_id, r.id, r.purpose, r.channel, r.status, r.at
FROM consent_consentrecord r JOIN customers_customer c ON c.id = r.customer_id
WHERE r.id >= %(floor)s AND r.customer_id > %(after)s AND r.customer_id <= %(last)s
    AND r.recorded_at <= %(until)s AND r.at >= %(since)s
    AND r.status = ANY(%(told)s) AND r.purpose = ANY(%(purposes)s) AND c.status = 'merged'
    AND NOT EXISTS (
        SELECT 1 FROM consent_confirmation k
        WHERE k.customer_id = r.customer_id AND k.kind = 'result' AND k.record_id = r.id
    )
ORDER BY r.customer_id, r.at, r.id LIMIT %(page)s
"""
_UNDER_THE_LAW = f"SELECT c.id FROM customers_customer c WHERE c.id = ANY(%(people)s) AND c.status = 'known' AND {_LAW}"  # noqa: S608
_OLD_YESES = f"""
SELECT s.customer_id, s.record_id, s.purpose, s.channel, s.status, s.at
FROM consent_consentstate s JOIN customers_customer c ON c.id = s.customer_id
WHERE s.customer_id > %(after)s AND s.customer_id <= %(last)s AND s.is_granted AND s.purpose = ANY(%(purposes)s)
    AND s.at <= %(now)s - make_interval(months => %(months)s) AND c.status = 'known' AND {_LAW}
    AND NOT EXISTS (
        SELECT 1 FROM consent_confirmation k
        WHERE k.customer_id = s.customer_id AND k.kind = 'still' AND k.record_id = s.record_id
            AND k.at > %(now)s - make_interval(months => %(months)s)
    )
ORDER BY s.customer_id, s.purpose, s.channel LIMIT %(page)s
"""  # noqa: S608  (constants of this module)
_ALL = uuid.UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class _Word:
    """One statement that somebody has to be told of."""

    customer: uuid.UUID
    record: uuid.UUID
    purpose: str
    channel: str
    status: str
    at: dt.datetime


def tell_results(*, now: dt.datetime, page: int = PAGE) -> int:
    """Tell whoever gave, refused or withdrew something what was noted, and whoever stands today for somebody who did.
    Returns how many people were written to.
    """
    told = 0
    for pack in packs.every().values():
        if pack.deadlines.receipt_days is None:
            continue
        since = now - dt.timedelta(days=pack.deadlines.receipt_days)
        params = {
            **_params(pack),
            # What is written today may be of long ago; what was written long ago is not of today.
            "floor": ids.floor(since - dt.timedelta(days=1)),
            "since": since,
            "until": now - SETTLES,
            "told": list(_TOLD),
        }
        told += _tell(_NEW_WORDS, params, kind=Confirmation.Kind.RESULT, now=now, page=page)
        told += _tell_merged(params, now=now, page=page)
    return told


def tell_still(*, now: dt.datetime, page: int = PAGE) -> int:
    """Tell whoever allowed something so long ago that it still holds, since when, and how to stop it. Returns how many
    people were written to.
    """
    told = 0
    for pack in packs.every().values():
        if pack.deadlines.reconfirm_months is None:
            continue
        params = {**_params(pack), "now": now, "months": pack.deadlines.reconfirm_months}
        told += _tell(_OLD_YESES, params, kind=Confirmation.Kind.STILL, now=now, page=page)
    return told


def _params(pack: Pack) -> dict[str, Any]:
    mine, is_usual = jurisdiction.places_of(pack.key)
    return {
        "mine": mine,
        "others": sorted(jurisdiction.places().keys() - {"", *mine}),
        "is_usual": is_usual,
        "purposes": sorted(pack.advertising),
    }


def _tell(sql: str, params: Mapping[str, Any], *, kind: str, now: dt.datetime, page: int) -> int:
    told = 0
    for words in _pages(sql, params, page=page):
        with transaction.atomic():
            told += _tell_page(words, kind=kind, now=now)
    return told


def _tell_merged(params: Mapping[str, Any], *, now: dt.datetime, page: int) -> int:
    """Of who was merged before they were told: whoever stands for them is told, by that one's law and address. What the
    absorbed one was told of moved along with the merge.
    """
    told = 0
    for words in _pages(_WORDS_OF_MERGED, params, page=page):
        with transaction.atomic():
            stands = lineage.standing({word.customer for word in words})
            people = sorted(set(stands.values()))
            with connection.cursor() as cursor:
                cursor.execute(_UNDER_THE_LAW, {**params, "people": people})
                under = {row[0] for row in cursor.fetchall()}
            done = Confirmation.objects.filter(customer_id__in=people, kind=Confirmation.Kind.RESULT)
            known = set(done.filter(record_id__in=[word.record for word in words]).values_list("record_id", flat=True))
            left = [
                replace(word, customer=stands[word.customer])
                for word in words
                if stands.get(word.customer) in under and word.record not in known
            ]
            if left:
                told += _tell_page(left, kind=Confirmation.Kind.RESULT, now=now)
    return told


def _pages(sql: str, params: Mapping[str, Any], *, page: int) -> Iterator[list[_Word]]:
    """Whole people: of the last one of a full page the rest comes with it."""
    after = uuid.UUID(int=0)
    while True:
        found = _read(sql, {**params, "after": after, "last": _ALL, "page": page})
        if not found:
            return
        last = found[-1].customer
        if len(found) == page:
            before = [word for word in found if word.customer != last]
            whole = {**params, "after": before[-1].customer if before else after, "last": last, "page": 10_000}
            found = before + _read(sql, whole)
        yield found
        after = last


def _read(sql: str, params: Mapping[str, Any]) -> list[_Word]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_Word(*row) for row in cursor.fetchall()]


def _tell_page(words: Sequence[_Word], *, kind: str, now: dt.datetime) -> int:
    by_person: dict[uuid.UUID, list[_Word]] = defaultdict(list)
    for word in words:
        by_person[word.customer].append(word)
    ways = reach.ways(by_person)
    code = RESULT if kind == Confirmation.Kind.RESULT else STILL
    drafts = [
        outbox.Draft(
            kind=code,
            customer=customer,
            channel=way.channel,
            address=way.address,
            language=way.language,
            key=f"{code}:{by_person[customer][0].record}:{now.date().isoformat()}",
            data=_told(by_person[customer], way.language, customer=customer, now=now),
        )
        for customer, way in ways.items()
    ]
    notices = {draft.customer: put.id for draft, put in zip(drafts, outbox.put_many(drafts, at=now), strict=True)}
    Confirmation.objects.bulk_create(
        [
            Confirmation(
                customer_id=word.customer,
                kind=kind,
                record_id=word.record,
                at=now,
                notice_id=notices.get(word.customer),
                channel=ways[word.customer].channel if word.customer in ways else "",
            )
            for word in words
        ],
        ignore_conflicts=True,
    )
    return len(drafts)


def _told(words: Sequence[_Word], language: str, *, customer: uuid.UUID, now: dt.datetime) -> dict[str, Any]:
    names, zone = purposes.names(language), ZoneInfo(settings.TIME_ZONE)
    with translation.override(language):
        lines = [
            {
                "what": " · ".join(
                    filter(
                        None,
                        (
                            names.get(word.purpose, word.purpose),
                            "" if word.channel == Channel.ANY else purposes.channel_name(word.channel),
                        ),
                    )
                ),
                "said": _said(word.status),
                "day": written_dates.in_full(word.at.astimezone(zone).date()),
            }
            for word in words
        ]
    url = links.preferences_url(customer=customer, at=now)
    return {"lines": lines, "url": f"{url}?lang={language}"}


def _said(status: str) -> str:
    if status in {GIVEN, RECONFIRMED}:
        return gettext("You allowed it")
    return gettext("You withdrew it") if status == WITHDRAWN else gettext("You refused it")
