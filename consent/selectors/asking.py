"""Whom a turned meaning concerns: how many permissions end, who of them can be asked by which way, and what they said.

Reachable is meant as `reach.ways` means it: the primary e-mail address unless it came back, else the primary phone.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection

from cdp.core.models import Job
from consent.models import PolicyVersion
from consent.rules import notices as rules
from consent.rules.ledger import REFUSALS
from customers.selectors import lineage

EMAIL, UNCONFIRMED, SMS, CLOSED, NONE = "email", "unconfirmed", "sms", "closed", "none"
"""By mail to an address that was confirmed or not, by text message; the address came back; there is none."""
REACHED = (EMAIL, UNCONFIRMED, SMS)
MOST_LISTED = 200
FRESH_SECONDS = 60
_WAY = """
    CASE
        WHEN way.mail IS NULL AND way.phone IS NULL THEN 'none'
        WHEN way.mail = 3 THEN 'email'
        WHEN way.mail = 2 THEN 'unconfirmed'
        WHEN way.phone IS NOT NULL THEN 'sms'
        ELSE 'closed'
    END
"""
# An address that reaches somebody counts 2, 3 where it was confirmed, and 1 where mail to it came back.
_WAYS = """
    SELECT customer_id,
        max(CASE WHEN kind <> 'email' THEN NULL WHEN bounced_at IS NOT NULL THEN 1
            WHEN verified_at IS NULL THEN 2 ELSE 3 END) AS mail,
        max(CASE WHEN kind = 'phone' THEN 1 END) AS phone
    FROM customers_contactpoint
    WHERE kind IN ('email', 'phone') AND is_primary AND value IS NOT NULL {among}
    GROUP BY customer_id
"""


@dataclass(frozen=True)
class Concerned:
    """Of one purpose: the permissions that would end, the people who gave them, and how many by each way."""

    purpose: str
    permissions: int = 0
    people: int = 0
    by_way: dict[str, int] = field(default_factory=dict)

    @property
    def reachable(self) -> int:
        """How many people can be asked."""
        return sum(self.by_way.get(way, 0) for way in REACHED)

    @property
    def unreachable(self) -> int:
        """How many cannot: their permission ends all the same."""
        return self.people - self.reachable


def concerned(purposes: Collection[str], *, before: dt.datetime) -> list[Concerned]:
    """For each of these purposes what would end if its meaning turned then; one statement, whatever their number."""
    found = {key: Concerned(key) for key in purposes}
    if not found:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH said AS MATERIALIZED (
                SELECT purpose, customer_id, count(*) AS permissions FROM consent_consentstate
                WHERE is_granted AND purpose = ANY(%s) AND at < %s GROUP BY purpose, customer_id
            ), way AS MATERIALIZED ({_WAYS.format(among="")})
            SELECT said.purpose, {_WAY}, sum(said.permissions)::bigint, count(*)
            FROM said LEFT JOIN way USING (customer_id)
            GROUP BY 1, 2
            """,  # noqa: S608  (our own constants)
            [sorted(found), before],
        )
        for purpose, way, permissions, people in cursor.fetchall():
            one = found[purpose]
            found[purpose] = Concerned(
                purpose, one.permissions + permissions, one.people + people, {**one.by_way, way: people}
            )
    return list(found.values())


def together(purposes: Collection[str], *, before: dt.datetime) -> Concerned:
    """What would end if the meaning of all of these turned at once: who allowed several is counted once."""
    return _by_way(
        "SELECT customer_id, count(*) AS permissions FROM consent_consentstate"
        " WHERE is_granted AND purpose = ANY(%s) AND at < %s GROUP BY customer_id",
        [sorted(purposes), before],
    )


def everybody() -> Concerned:
    """Every known customer, by the way they can be told."""
    return _by_way("SELECT id AS customer_id, 0 AS permissions FROM customers_customer WHERE status = 'known'", [])


def _by_way(people: str, params: list[Any]) -> Concerned:
    found = Concerned("")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH said AS MATERIALIZED ({people}), way AS MATERIALIZED ({_WAYS.format(among="")})
            SELECT {_WAY}, sum(said.permissions)::bigint, count(*)
            FROM said LEFT JOIN way USING (customer_id) GROUP BY 1
            """,  # noqa: S608  (our own constants)
            params,
        )
        for way, permissions, count in cursor.fetchall():
            found = Concerned("", found.permissions + permissions, found.people + count, {**found.by_way, way: count})
    return found


def unreachable(purposes: Collection[str], *, before: dt.datetime) -> list[tuple[uuid.UUID, str]]:
    """Some of those who would lose a permission and cannot be asked, with why; at most MOST_LISTED."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT said.customer_id, {_WAY} FROM (
                SELECT DISTINCT customer_id FROM consent_consentstate
                WHERE is_granted AND purpose = ANY(%s) AND at < %s
            ) said
            LEFT JOIN LATERAL ({_WAYS.format(among="AND customer_id = said.customer_id")}) way ON TRUE
            WHERE way.customer_id IS NULL OR (way.mail = 1 AND way.phone IS NULL)
            ORDER BY said.customer_id LIMIT %s
            """,  # noqa: S608  (our own constants)
            [sorted(purposes), before, MOST_LISTED],
        )
        return cursor.fetchall()


@dataclass(frozen=True)
class Progress:
    """How far asking again is: of those whose permission ended, who was written to and what they answered."""

    job: Job
    asked: int
    written_to: int
    yes: int
    no: int

    @property
    def unreachable(self) -> int:
        """Whose permission ended without that they could be written to."""
        return max(0, self.asked - self.written_to)

    @property
    def silent(self) -> int:
        """Who was written to and has not answered yet."""
        return max(0, self.written_to - self.yes - self.no)

    @property
    def is_going(self) -> bool:
        """Whether the job is at it, or waits for its turn."""
        return self.job.state in {Job.State.WAITING, Job.State.RUNNING}

    @property
    def is_paused(self) -> bool:
        """Whether somebody stopped it before its end."""
        return self.job.state == Job.State.CANCELLED


def progress(version: PolicyVersion) -> Progress | None:
    """Of the job that asks because of this version; None where it asks nobody. Answers are at most a minute old."""
    job = Job.objects.filter(kind="consent.reconsent", params__version=str(version.id)).order_by("-id").first()
    if job is None or not job.params.get("purposes"):
        return None
    key = f"consent.asking.{version.id}"
    answers = cache.get(key)
    if answers is None:
        answers = _answers(version, job.params["purposes"])
        cache.set(key, answers, FRESH_SECONDS)
    yes, no = answers
    return Progress(job, int(job.result.get("asked", 0)), int(job.result.get("written_to", 0)), yes, no)


_SHOWN = """
    FROM consent_served shown {joined}
    WHERE shown.shown_at >= %(since)s AND shown.place LIKE '%%.reconsent'
        AND shown.versions ->> %(policy)s = %(version)s
"""
_SAID = """
    state.purpose = ANY(%(purposes)s) AND state.at >= %(since)s
    AND (state.is_granted OR state.status = ANY(%(refusals)s))
"""


def _answers(version: PolicyVersion, purposes: Sequence[str]) -> tuple[int, int]:
    """How many of those who were written to allow one of the purposes since, and how many refused; who was merged
    meanwhile by the word of who stands for them.
    """
    params = {
        "purposes": list(purposes),
        "since": version.published_at,
        "refusals": sorted(REFUSALS),
        "policy": version.policy,
        "version": version.version,
    }
    answering = _SHOWN.format(
        joined=f"JOIN consent_consentstate state ON state.customer_id = shown.customer_id AND {_SAID}"
    )
    absorbed = _SHOWN.format(
        joined="JOIN customers_customer c ON c.id = shown.customer_id AND c.merged_into IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FILTER (WHERE said.yes), count(*) FILTER (WHERE said.no AND NOT said.yes) FROM (
                SELECT shown.customer_id, bool_or(state.is_granted) AS yes, bool_or(NOT state.is_granted) AS no
                {answering} GROUP BY shown.customer_id
            ) said
            """,  # noqa: S608  (our own constants)
            params,
        )
        yes, no = cursor.fetchone()
        cursor.execute(f"SELECT DISTINCT shown.customer_id {absorbed}", params)
        stands = lineage.standing([row[0] for row in cursor.fetchall()])
        if not stands:
            return yes, no
        cursor.execute(
            "SELECT state.customer_id, bool_or(state.is_granted) FROM consent_consentstate state"  # noqa: S608
            f" WHERE state.customer_id = ANY(%(people)s) AND {_SAID} GROUP BY 1",
            {**params, "people": sorted(set(stands.values()))},
        )
        said = dict(cursor.fetchall())
    answers = [said[one] for one in stands.values() if one in said]
    return yes + sum(answers), no + len(answers) - sum(answers)


def turned_by(version: PolicyVersion) -> list[str]:
    """The purposes whose meaning this version turned."""
    if rules.kind_of(version.policy) == rules.PURPOSE:
        return [rules.key_of(version.policy)] if version.turns_meaning else []
    return list(version.concerns)
