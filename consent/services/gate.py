"""The gate: may this happen to this person? Asked when planning, and again when sending, exporting and profiling.

`decide` for one person, `decide_many` for a list, `allowed_condition` and `denials` for whole audiences in SQL. The
thinking is in `consent.rules.gate`; a property test holds them together.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection

from cdp.core.leaving import Decision, Denials
from consent.rules import gate as rules
from consent.rules.gate import Standing, Word
from consent.rules.packs import Basis
from consent.selectors import packs


def decide(*, customer: uuid.UUID, purpose: str, channel: str, at: dt.datetime) -> Decision:
    """Allowed, deferred until a time, or denied with a reason, by what the person says now.

    `at` is the planned moment: it decides on quiet hours only. The current state holds even where its record is later
    than `at`, so that nothing goes out that was taken back since.
    """
    return decide_many([customer], purpose=purpose, channel=channel, at=at)[customer]


def decide_many(
    customers: Collection[uuid.UUID], *, purpose: str, channel: str, at: dt.datetime
) -> dict[uuid.UUID, Decision]:
    """The decision for each of these customers, in two statements; ids nobody knows are denied as `unknown`."""
    standings = _standings(customers, purpose=purpose, channel=channel)
    nobody = Standing()
    return {
        customer: rules.decide(
            standing := standings.get(customer, nobody),
            pack=packs.of_country(standing.country),
            purpose=purpose,
            channel=channel,
            at=at,
        )
        for customer in customers
    }


def allowed_condition(purpose: str, channel: str, alias: str, *, at: dt.datetime) -> tuple[str, list[Any]]:
    """An SQL condition and its parameters, true for whom `decide` does not deny (deferred ones included).

    `alias` is the alias of customers_customer in the caller's statement.
    """
    if not alias.isidentifier():
        raise ValueError("the alias must be a plain name")
    state = (
        f"SELECT 1 FROM consent_consentstate word WHERE word.customer_id = {alias}.id "  # noqa: S608  (a plain name)
        "AND word.purpose = %s AND word.channel = %s"
    )
    about = [purpose, channel]
    said_yes, not_said_no = f"EXISTS ({state} AND word.is_granted)", f"NOT EXISTS ({state} AND NOT word.is_granted)"
    every = packs.every().values()
    asks = {pack.key: pack.basis(purpose, channel) is Basis.CONSENT for pack in every}
    shop_asks = asks[packs.of_shop().key]
    otherwise = sorted(country for pack in every if asks[pack.key] != shop_asks for country in pack.countries)
    usual, other = (said_yes, not_said_no) if shop_asks else (not_said_no, said_yes)
    if not otherwise:
        return f"({alias}.status = 'known' AND {usual})", about
    return (
        f"({alias}.status = 'known' AND CASE WHEN {alias}.country = ANY(%s) THEN {other} ELSE {usual} END)",
        [otherwise, *about, *about],
    )


def denials(purpose: str, channel: str, alias: str, *, at: dt.datetime) -> Denials:
    """What `decide` says of everybody in a statement: why they are denied and by which rule; deferred ones are not.

    `alias` is the alias of customers_customer in the caller's statement. Parameters are named, with the prefix `gate_`.
    """
    if not alias.isidentifier():
        raise ValueError("the alias must be a plain name")
    every = packs.every().values()
    rules_of = {
        pack.key: f"{pack.key}:{'consent' if pack.basis(purpose, channel) is Basis.CONSENT else 'objection'}"
        for pack in every
    }
    params: dict[str, Any] = {
        "gate_purpose": purpose,
        "gate_channel": channel,
        "gate_shop": rules_of[packs.of_shop().key],
    }
    cases = ""
    for number, pack in enumerate(every):
        params |= {f"gate_countries_{number}": sorted(pack.countries), f"gate_rule_{number}": rules_of[pack.key]}
        cases += f" WHEN {alias}.country = ANY(%(gate_countries_{number})s) THEN %(gate_rule_{number})s"
    join = (
        f" LEFT JOIN consent_consentstate word ON word.customer_id = {alias}.id"
        " AND word.purpose = %(gate_purpose)s AND word.channel = %(gate_channel)s"
        f" CROSS JOIN LATERAL (SELECT CASE{cases} ELSE %(gate_shop)s END AS rule) law"
    )
    silent = "word.customer_id IS NULL AND law.rule LIKE '%%:consent'"
    return Denials(
        join=join,
        reason=f"CASE WHEN {alias}.status <> 'known' THEN {alias}.status WHEN NOT word.is_granted THEN word.status"
        f" WHEN {silent} THEN 'never_asked' ELSE '' END",
        rule=f"CASE WHEN {alias}.status <> 'known' THEN 'status'"
        f" WHEN NOT word.is_granted OR ({silent}) THEN law.rule ELSE '' END",
        params=params,
    )


def _standings(customers: Collection[uuid.UUID], *, purpose: str, channel: str) -> dict[uuid.UUID, Standing]:
    wanted = list(customers)
    asked = {purpose} | {pack.quiet_hours.unless for pack in packs.every().values() if pack.quiet_hours}
    words: dict[uuid.UUID, dict[str, Word]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT customer_id, purpose, is_granted, status FROM consent_consentstate
            WHERE customer_id = ANY(%s) AND purpose = ANY(%s) AND channel = %s
            """,
            [wanted, sorted(asked), channel],
        )
        for customer, about, is_granted, status in cursor.fetchall():
            words.setdefault(customer, {})[about] = Word(is_granted, status)
        cursor.execute("SELECT id, status, country FROM customers_customer WHERE id = ANY(%s)", [wanted])
        return {
            customer: Standing(status=status, country=country, words=words.get(customer, {}))
            for customer, status, country in cursor.fetchall()
        }
