"""Who takes part in a prize draw and with how many entries: one statement over the facts, also for a million people."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from cdp.core import copying
from cdp.core.models import Source, User
from consent.selectors import restrictions
from customers.rules.people import Person
from customers.selectors import lineage
from customers.services import identity
from loyalty.models import Draw, DrawExclusion
from loyalty.rules import draws as rules
from loyalty.rules.draws import Answers, Members, Orders, Part, Terms, Visits
from surveys.models import Survey

Statement = tuple[str, list[Any]]

_ANSWERS = """
    SELECT customer_id, 1 AS n FROM (
        SELECT customer_id, survey_id FROM surveys_response r
        WHERE state = 'complete' AND NOT is_test AND ended_at < %s AND promised ->> 'kind' = 'draw'
            AND (promised ->> 'draw' = %s OR promised ->> 'draw' IS NULL AND survey_id = ANY(%s::uuid[]))
        UNION SELECT customer_id, survey_id FROM surveys_rewardclaim
        WHERE promised ->> 'kind' = 'draw'
            AND (promised ->> 'draw' = %s OR promised ->> 'draw' IS NULL AND survey_id = ANY(%s::uuid[]))
    ) one"""
_ORDERS = """
    SELECT customer_id, {n} AS n FROM (
        SELECT o.customer_id, o.amount - coalesce((
            SELECT sum(b.amount) FROM commerce_refund b
            WHERE b.customer_id = o.customer_id AND b.order_id = o.id AND b.currency = o.currency), 0) AS left_over
        FROM commerce_order o
        WHERE o.placed_at >= %s AND o.placed_at < %s AND o.is_counted AND o.status <> 'refunded'
            AND o.currency = %s
    ) one WHERE left_over > 0 AND left_over >= %s"""
_VISITS = """
    SELECT customer_id, count(DISTINCT (placed_at AT TIME ZONE %s)::date) AS n FROM commerce_order
    WHERE placed_at >= %s AND placed_at < %s AND is_counted AND status <> 'refunded'
    GROUP BY customer_id"""
_MEMBERS = "SELECT customer_id, 1 AS n FROM loyalty_member WHERE left_at IS NULL AND joined_at < %s"


def statement(draw: Draw, terms: Terms, *, at: datetime) -> Statement:
    """SELECT customer_id, n: everybody who takes part as the facts stand, with at most as many entries as one may have.

    Left out are staff's own accounts, who left the programme, whom staff excluded, whose data may not be used, and
    everybody who is not known: an answer without a person takes part for nobody.
    """
    facts: list[str] = []
    values: list[Any] = []
    for part in terms.entries:
        sql, told = _facts(part, draw)
        facts.append(sql)
        values += told
    resting, moments = restrictions.condition("c", at=at)
    return (
        f"""
        SELECT f.customer_id, least(sum(f.n), %s)::int AS n
        FROM ({" UNION ALL ".join(facts)}) f
        JOIN customers_customer c ON c.id = f.customer_id AND c.status = 'known'
        WHERE NOT EXISTS (
                SELECT 1 FROM loyalty_member m WHERE m.customer_id = f.customer_id AND m.left_at IS NOT NULL)
            AND NOT {resting} AND f.customer_id <> ALL(%s::uuid[])
        GROUP BY f.customer_id HAVING sum(f.n) > 0""",  # noqa: S608  (texts of this file)
        [terms.most, *values, *moments, copying.array(sorted(left_out(draw)))],
    )


def _facts(part: Part, draw: Draw) -> Statement:
    since, until = draw.opens_at, draw.closes_at
    match part:
        case Answers():
            older = copying.array(part.surveys)
            return _ANSWERS, [until, draw.key, older, draw.key, older]
        case Orders():
            n = "least(floor(left_over / %s), 1000000)" if part.each else "1"
            least = max(part.at_least or 0, part.each or 0)
            return _ORDERS.format(n=n), [
                *([part.each] if part.each else []),
                since,
                until,
                settings.CDP_CURRENCY,
                least,
            ]
        case Visits():
            return _VISITS, [settings.TIME_ZONE, since, until]
        case Members():
            if part.tiers:
                return f"{_MEMBERS} AND tier = ANY(%s::text[])", [until, copying.array(part.tiers)]
            return _MEMBERS, [until]


def left_out(draw: Draw) -> set[uuid.UUID]:
    """Who stands today for those whom staff left out, and staff themselves. A few statements."""
    excluded = DrawExclusion.objects.filter(draw_id=draw.id).values_list("customer_id", flat=True)
    return set(lineage.standing({*excluded, *_staff()}).values())


def _staff() -> set[uuid.UUID]:
    """Customers who are known by the address with which a member of staff logs in."""
    addresses = list(User.objects.filter(is_active=True).exclude(email="").values_list("email", flat=True))
    people = [Person(email=address.casefold()) for address in addresses]
    return {found for found in identity.look_up(people, source=Source(key="staff")) if found is not None}


def count(draw: Draw, *, at: datetime) -> tuple[int, int]:
    """How many people take part as the facts stand, and with how many entries in all."""
    sql, values = statement(draw, rules.read(draw.terms), at=at)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), coalesce(sum(n), 0)::bigint FROM ({sql}) e", values)  # noqa: S608
        places, entries = cursor.fetchone() or (0, 0)
        return places, entries


def freeze(draw: Draw, *, at: datetime) -> None:
    """Write the places of everybody who takes part, numbered by chance, so that nobody can know theirs before."""
    sql, values = statement(draw, rules.read(draw.terms), at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO loyalty_drawplace (id, customer_id, draw_id, number, entries)
            SELECT gen_random_uuid(), e.customer_id, %s, row_number() OVER (ORDER BY e.chance), e.n
            FROM (SELECT customer_id, n, gen_random_uuid() AS chance FROM ({sql}) counted) e""",  # noqa: S608
            [draw.id, *values],
        )


def promising(draw: Draw | None) -> list[Survey]:
    """The questionnaires that promise this draw now; None for those that promise one without saying which."""
    rows = Survey.objects.filter(reward__kind="draw")
    named = rows.filter(reward__draw=draw.key) if draw is not None else rows.filter(reward__draw__isnull=True)
    return list(named.order_by("name", "id"))
