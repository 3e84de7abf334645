"""Who of an audience can be asked to answer a questionnaire now, and why the others are left out.

One statement judges all of them, in the order in which a shop would explain it: what the gate says, whether there is an
address, whether they answered or are asked already, whether they were asked too lately or too often by any
questionnaire, and whether the sample has them. A person is in the sample of a questionnaire or out of it for ever: a
keyed hash of both decides, so whoever is asked again is the same, and nobody can tell from outside.
"""

import datetime as dt
import itertools
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from cdp.core.crypto import index
from consent.rules import reasons
from consent.services import gate
from consent.services.gate import KIND_OF_CHANNEL
from surveys.models import Survey

PURPOSE = "marketing"
"""News, offers and invitations: what the shop asks of its own accord rests on the permission for these."""
CHANNELS = ("email", "sms")
BY_HAND = ("email", "sms", "line")
CHUNK = 10_000


class Out(StrEnum):
    """Why somebody is not asked, beside what the gate says."""

    NO_ADDRESS = "no_address"
    ANSWERED = "answered"
    ASKED = "asked"
    TOO_SOON = "too_soon"
    TOO_OFTEN = "too_often"
    SAMPLE = "sample"


@dataclass(frozen=True)
class Preview:
    """How many of an audience would be asked, and how many are left out for which reason: `Out`, or the gate's."""

    audience: int
    asked: int
    left_out: Mapping[str, int]


def preview(*, survey: Survey, customers: Iterable[uuid.UUID], channel: str, at: dt.datetime) -> Preview:
    """Count; nothing is written."""
    found: Counter[str] = Counter()
    for chunk in chunks(customers):
        found.update(judged(survey=survey, customers=chunk, channel=channel, at=at).values())
    asked = found.pop("", 0)
    return Preview(asked + found.total(), asked, dict(found.most_common()))


def chunks(customers: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    """So many at a time that no statement and no list grows with the shop."""
    rest = iter(customers)
    while chunk := list(itertools.islice(rest, CHUNK)):
        yield chunk


def words(code: str) -> str:
    """A reason as staff read it, after whoever is left out."""
    own = {
        Out.ANSWERED: _("has answered already"),
        Out.ASKED: _("is asked already, and the link still works"),
        Out.TOO_SOON: _("was asked something only lately"),
        Out.TOO_OFTEN: _("was asked often enough for now"),
        Out.SAMPLE: _("is not in the sample"),
    }
    return own[Out(code)] if code in own else reasons.words(code)


def pace(*, survey: Survey, customer: uuid.UUID, at: dt.datetime) -> str:
    """Why one person whom staff pick is not asked now, whichever way: they answered, or were asked too lately or too
    often. Empty where they can be; a link that they have already, and the sample, stand in nobody's way.
    """
    found = _both(survey=survey, customers=[customer], channel=BY_HAND[0], at=at).get(customer, ("", ""))[1]
    return "" if found in {Out.ASKED, Out.SAMPLE} else found


def ways(*, survey: Survey, customer: uuid.UUID, at: dt.datetime) -> dict[str, str]:
    """Of each way in which staff could send a link themselves why it is closed: what the gate says, or no address;
    empty where it is open.
    """
    return {
        channel: _both(survey=survey, customers=[customer], channel=channel, at=at).get(customer, ("", ""))[0]
        for channel in BY_HAND
    }


def judged(*, survey: Survey, customers: list[uuid.UUID], channel: str, at: dt.datetime) -> dict[uuid.UUID, str]:
    """Why each is left out; empty for those who can be asked. Ids nobody knows are not in it."""
    found = _both(survey=survey, customers=customers, channel=channel, at=at)
    return {who: way or pace for who, (way, pace) in found.items()}


def _both(
    *, survey: Survey, customers: list[uuid.UUID], channel: str, at: dt.datetime
) -> dict[uuid.UUID, tuple[str, str]]:
    """Of each what stands against the channel, and what against being asked at all."""
    denials = gate.denials(PURPOSE, channel, "c", at=at)
    wait = survey.wait_days if survey.wait_days is not None else settings.SURVEY_WAIT_DAYS
    params: dict[str, Any] = denials.params | {
        "asked": customers,
        "survey": survey.id,
        "kind": KIND_OF_CHANNEL.get(channel, ""),
        "now": at,
        "is_once": survey.is_once and not survey.is_anonymous,
        "lately": at - dt.timedelta(days=wait),
        "window": at - dt.timedelta(days=settings.SURVEY_WINDOW_DAYS),
        "most": settings.SURVEY_MOST_IN_WINDOW,
        "key": index.lasting("survey.sample", str(survey.id)),
        "sample": survey.sample,
    }
    statement = f"""
        SELECT c.id, CASE
            WHEN {denials.reason} <> '' THEN {denials.reason}
            WHEN NOT EXISTS (
                SELECT 1 FROM customers_contactpoint way WHERE way.customer_id = c.id AND way.kind = %(kind)s
                AND way.is_primary AND way.bounced_at IS NULL
            ) THEN '{Out.NO_ADDRESS}'
            ELSE '' END, CASE
            WHEN %(is_once)s AND EXISTS (
                SELECT 1 FROM surveys_response said WHERE said.customer_id = c.id AND said.survey_id = %(survey)s
                AND said.state = 'complete' AND NOT said.is_test
            ) THEN '{Out.ANSWERED}'
            WHEN EXISTS (
                SELECT 1 FROM surveys_invitation open WHERE open.customer_id = c.id AND open.survey_id = %(survey)s
                AND open.state IN ('made', 'sent') AND open.expires_at > %(now)s
            ) THEN '{Out.ASKED}'
            WHEN EXISTS (
                SELECT 1 FROM surveys_invitation lately WHERE lately.customer_id = c.id
                AND lately.made_at > %(lately)s AND {_REACHED.format("lately")}
            ) THEN '{Out.TOO_SOON}'
            WHEN (
                SELECT count(*) FROM surveys_invitation often WHERE often.customer_id = c.id
                AND often.made_at > %(window)s AND {_REACHED.format("often")}
            ) >= %(most)s THEN '{Out.TOO_OFTEN}'
            WHEN %(sample)s < 100 AND get_byte(hash, 0) * 256 + get_byte(hash, 1) >= 65536 * %(sample)s / 100
                THEN '{Out.SAMPLE}'
            ELSE '' END
        FROM unnest(%(asked)s::uuid[]) AS wanted (id) JOIN customers_customer c ON c.id = wanted.id
            {denials.join}
            CROSS JOIN LATERAL (SELECT sha256(%(key)s || uuid_send(c.id)) AS hash) drawn
    """  # noqa: S608  (made of constants; values travel beside)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {who: (way, pace) for who, way, pace in cursor.fetchall()}


_REACHED = "({0}.state <> 'ended' OR {0}.sent_at IS NOT NULL)"
"""One that was taken back before it went bothered nobody."""
