"""The gate: may this happen to this person? Asked when planning, and again when sending, exporting and profiling.

`decide` for one person, `decide_many` for a list, `allowed_condition` and `denials` for whole audiences in SQL. The
thinking is in `consent.rules.gate`; 100,000 random cases hold them together.
"""

import datetime as dt
import json
import uuid
from collections.abc import Collection
from typing import Any

from django.db import connection

from cdp.core.leaving import Decision, Denials
from consent.models import Purpose
from consent.rules import gate as rules
from consent.rules.gate import Kind, Reason, Standing, Word
from consent.rules.jurisdiction import place, place_sql
from consent.rules.packs import Basis
from consent.selectors import jurisdiction, packs

# The statements are put together from constants of this room and a plain alias; values travel beside them.
# ruff: noqa: S608
ANY = "any"
"""A word on this channel is one about every way in which a purpose may be served: of two words the newer holds."""
KIND_OF_CHANNEL = {"email": "email", "sms": "phone", "phone": "phone", "kakao": "phone", "line": "line"}
"""Which kind of contact point a channel writes to."""

# Who has addresses of that kind, none of which reaches anybody: from the few that are closed, by an index of theirs.
_CLOSED = """
SELECT DISTINCT shut.customer_id FROM customers_contactpoint shut
WHERE shut.kind = {kind} AND shut.is_primary AND shut.bounced_at IS NOT NULL {among} AND NOT EXISTS (
    SELECT 1 FROM customers_contactpoint open
    WHERE open.customer_id = shut.customer_id AND open.kind = {kind} AND open.is_primary AND open.bounced_at IS NULL
)
"""
_FROZEN = """
SELECT DISTINCT held.customer_id FROM consent_restriction held
WHERE held.lifted_at IS NULL AND (held.until IS NULL OR held.until > {at}) {among}
"""
# Before when a "yes" is too old; NULL where none ever is.
_LAPSED = "({at}::timestamptz - make_interval(months => lapses_after::int))"
# From when on a "yes" counts: since the present meaning, and never by a way the purpose does not ask by (any more).
_SINCE = """CASE WHEN {of}is_active AND {of}channels @> to_jsonb({channel}::text) THEN {of}meaning_since
    ELSE 'infinity'::timestamptz END"""
_GUARDED = """
SELECT DISTINCT ward.customer_id FROM consent_guardianship ward
WHERE ward.state = 'confirmed' AND ward.ends_on > {on} {among}
    AND (ward.boxes @> {box}::jsonb OR ward.boxes @> {any}::jsonb)
"""


def decide(*, customer: uuid.UUID, purpose: str, channel: str, at: dt.datetime) -> Decision:
    """Allowed, deferred until a time, or denied with a reason, by what the person says now.

    `at` is the planned moment: it decides on quiet hours and ages, and on what ends by itself. The current state holds
    even where its record is later than `at`, so that nothing goes out that was taken back since.
    """
    return decide_many([customer], purpose=purpose, channel=channel, at=at)[customer]


def decide_many(
    customers: Collection[uuid.UUID], *, purpose: str, channel: str, at: dt.datetime
) -> dict[uuid.UUID, Decision]:
    """The decision for each of these customers, in two statements; ids nobody knows are denied as `unknown`."""
    standings = _standings(customers, purpose=purpose, channel=channel, at=at)
    nobody = Standing()
    return {
        customer: rules.decide(
            standing := standings.get(customer, nobody),
            law=jurisdiction.of_place(standing.place),
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
    _check(alias)
    shop, others = _by_answer(purpose, channel, alias, at)
    kind = KIND_OF_CHANNEL.get(channel)
    params: list[Any] = []
    closed = "TRUE"
    if kind:
        closed = f"{alias}.id NOT IN ({_CLOSED.format(kind='%s', among='')})"
        params = [kind, kind]
    cases = ""
    for places, condition, values in others:
        cases += f" WHEN {place_sql(alias)} = ANY(%s) THEN {condition}"
        params += [places, *values]
    condition, values = shop
    chosen = f"CASE{cases} ELSE {condition} END" if cases else condition
    return f"({alias}.status = 'known' AND {closed} AND {chosen})", [*params, *values]


def _by_answer(
    purpose: str, channel: str, alias: str, at: dt.datetime
) -> tuple[tuple[str, list[Any]], list[tuple[list[str], str, list[Any]]]]:
    """What is asked for where nothing else is known, and (places, condition, parameters) of laws that ask for
    something else.
    """
    usual, others = None, dict[tuple[Basis, dt.date], list[str]]()
    for where, law in jurisdiction.places().items():
        asked = rules.asks(law, purpose=purpose, channel=channel, at=at)
        # What rests on a contract asks for no age.
        key = (asked.basis, dt.date.max if asked.basis is Basis.CONTRACT else asked.born_by)
        usual = usual or key
        if key != usual:
            others.setdefault(key, []).append(where)
    assert usual is not None, "there is always a law of the shop"  # noqa: S101
    return _asks(*usual, purpose, channel, alias, at), [
        (places, *_asks(*key, purpose, channel, alias, at)) for key, places in others.items()
    ]


def _asks(
    basis: Basis, born_by: dt.date, purpose: str, channel: str, alias: str, at: dt.datetime
) -> tuple[str, list[Any]]:
    channels = _channels(purpose, channel)
    state = (
        f"FROM consent_consentstate word WHERE word.customer_id = {alias}.id "
        "AND word.purpose = %s AND word.channel = ANY(%s)"
    )
    is_no = f"NOT word.is_granted AND word.status <> '{rules.EXPIRED}'"
    # The later of the two: the beginning of the present meaning, and how far back a "yes" holds (GREATEST skips NULL).
    since = _SINCE.format(of="", channel="word.channel")
    meaning = f"SELECT GREATEST({since}, {_LAPSED.format(at='%s')}) FROM consent_purpose WHERE key = %s"
    is_yes = f"word.is_granted AND word.at >= COALESCE(({meaning}), '-infinity')"
    newest = "ORDER BY word.at DESC, word.is_granted, word.status = 'expired', word.status, word.channel LIMIT 1"
    if len(channels) == 1:
        no, yes = f"NOT EXISTS (SELECT 1 {state} AND {is_no})", f"EXISTS (SELECT 1 {state} AND {is_yes})"
        asked: list[Any] = [purpose, channels, at, purpose]
    else:
        no = f"NOT COALESCE((SELECT {is_no} {state} {newest}), FALSE)"
        yes = f"COALESCE((SELECT {is_yes} {state} {newest}), FALSE)"
        asked = [at, purpose, purpose, channels]
    about: list[Any] = [purpose, channels]
    frozen = f"{alias}.id NOT IN ({_FROZEN.format(at='%s', among='')})"
    if basis is Basis.CONTRACT:
        return (f"({frozen} AND {no})", [at, *about]) if channel in rules.TO_OTHERS else (no, about)
    guarded = _GUARDED.format(on="%s", among="", box="%s", any="%s")
    grown = f"({alias}.birth_date IS NULL OR {alias}.birth_date <= %s OR {alias}.id IN ({guarded}))"
    params: list[Any] = [at, born_by, _day(at), _box(purpose, channel), _box(purpose, ANY)]
    if basis is Basis.LEGITIMATE_INTEREST:
        return f"({frozen} AND {grown} AND {no})", [*params, *about]
    return f"({frozen} AND {grown} AND {yes})", [*params, *asked]


def denials(purpose: str, channel: str, alias: str, *, at: dt.datetime) -> Denials:
    """What `decide` says of everybody in a statement: why they are denied and by which rule; deferred ones are not.

    `alias` is the alias of customers_customer in the caller's statement. Parameters are named, with the prefix `gate_`.
    """
    _check(alias)
    params: dict[str, Any] = {
        "gate_purpose": purpose,
        "gate_channels": _channels(purpose, channel),
        "gate_kind": KIND_OF_CHANNEL.get(channel, ""),
        "gate_at": at,
        "gate_on": _day(at),
        "gate_box": _box(purpose, channel),
        "gate_any": _box(purpose, ANY),
    }
    params |= _laws(purpose, channel, at)
    join = (
        f" LEFT JOIN ({_word(purpose, channel)}) word ON word.customer_id = {alias}.id"
        f" LEFT JOIN ({_FROZEN.format(at='%(gate_at)s', among='')}) frozen ON frozen.customer_id = {alias}.id"
        f" LEFT JOIN ({_CLOSED.format(kind='%(gate_kind)s', among='')}) closed ON closed.customer_id = {alias}.id"
        f" LEFT JOIN ({_GUARDED.format(on='%(gate_on)s', among='', box='%(gate_box)s', any='%(gate_any)s')}) guarded"
        f" ON guarded.customer_id = {alias}.id"
        " LEFT JOIN unnest(%(gate_places)s::text[], %(gate_packs)s::text[], %(gate_bases)s::text[],"
        " %(gate_born)s::date[], %(gate_ages)s::text[]) AS lex (place, pack, basis, born_by, of_age)"
        f" ON lex.place = {place_sql(alias)}"
        " CROSS JOIN LATERAL (SELECT COALESCE(lex.pack, %(gate_shop)s) AS pack,"
        " COALESCE(lex.basis, %(gate_shop_basis)s) AS basis, COALESCE(lex.born_by, %(gate_shop_born)s) AS born_by,"
        " COALESCE(lex.of_age, %(gate_shop_age)s) AS of_age) law"
        f" CROSS JOIN LATERAL (SELECT (SELECT {_SINCE.format(of='', channel='word.channel')}"
        " FROM consent_purpose WHERE key = %(gate_purpose)s) AS since,"
        f" (SELECT {_LAPSED.format(at='%(gate_at)s')} FROM consent_purpose WHERE key = %(gate_purpose)s) AS lapsed)"
        " meaning"
    )
    no_contract = f"law.basis <> '{Basis.CONTRACT}'"
    asks = f"law.basis = '{Basis.CONSENT}'"
    may_not_pass = "TRUE" if channel in rules.TO_OTHERS else no_contract
    steps = [
        # condition, reason, rule
        (f"{alias}.status <> 'known'", f"{alias}.status", f"'{rules.STATUS_RULE}'"),
        (f"{may_not_pass} AND frozen.customer_id IS NOT NULL", f"'{Reason.RESTRICTED}'", _rule(Kind.RESTRICTION)),
        ("closed.customer_id IS NOT NULL", f"'{Reason.SUPPRESSED}'", f"'{rules.ADDRESS_RULE}'"),
        (
            f"{no_contract} AND guarded.customer_id IS NULL AND {alias}.birth_date > law.born_by",
            f"'{Reason.CHILD}'",
            f"law.of_age || ':{Kind.CHILD}'",
        ),
        (
            f"NOT word.is_granted AND word.status <> '{rules.EXPIRED}'",
            "word.status",
            f"law.pack || CASE WHEN {asks} THEN ':{Kind.CONSENT}' ELSE ':{Kind.OBJECTION}' END",
        ),
        (f"{asks} AND word.customer_id IS NULL", f"'{Reason.NEVER_ASKED}'", _rule(Kind.CONSENT)),
        (f"{asks} AND (NOT word.is_granted OR word.at < meaning.lapsed)", f"'{Reason.EXPIRED}'", _rule(Kind.CONSENT)),
        (f"{asks} AND word.at < meaning.since", f"'{Reason.OUTDATED}'", _rule(Kind.MEANING)),
    ]
    return Denials(
        join=join,
        reason="CASE" + "".join(f" WHEN {condition} THEN {reason}" for condition, reason, _ in steps) + " ELSE '' END",
        rule="CASE" + "".join(f" WHEN {condition} THEN {rule}" for condition, _, rule in steps) + " ELSE '' END",
        params=params,
    )


def _laws(purpose: str, channel: str, at: dt.datetime) -> dict[str, Any]:
    """What the law of each place says of that purpose, as columns to join, and what holds for all others."""
    rows = {
        where: rules.asks(law, purpose=purpose, channel=channel, at=at) for where, law in jurisdiction.places().items()
    }
    usual = rows.pop("")
    return {
        "gate_places": list(rows),
        "gate_packs": [asked.pack.key for asked in rows.values()],
        "gate_bases": [str(asked.basis) for asked in rows.values()],
        "gate_born": [asked.born_by for asked in rows.values()],
        "gate_ages": [asked.of_age.key for asked in rows.values()],
        "gate_shop": usual.pack.key,
        "gate_shop_basis": str(usual.basis),
        "gate_shop_born": usual.born_by,
        "gate_shop_age": usual.of_age.key,
    }


def _word(purpose: str, channel: str) -> str:
    """The word that holds about a purpose, per customer."""
    only = "purpose = %(gate_purpose)s AND channel = ANY(%(gate_channels)s)"
    if len(_channels(purpose, channel)) == 1:
        return f"SELECT customer_id, channel, is_granted, status, at FROM consent_consentstate WHERE {only}"
    return (
        "SELECT DISTINCT ON (customer_id) customer_id, channel, is_granted, status, at FROM consent_consentstate"
        f" WHERE {only} ORDER BY customer_id, at DESC, is_granted, status = 'expired', status, channel"
    )


def _channels(purpose: str, channel: str) -> list[str]:
    """Where a word about the purpose may stand that holds on that channel; mostly there alone, which is quicker."""
    if channel == ANY:
        return [ANY]
    offered = Purpose.objects.filter(key=purpose).values_list("channels", flat=True).first()
    # What is asked for a channel of its own has its words there; of what the register does not know, anywhere.
    return [channel] if offered is not None and ANY not in offered else [channel, ANY]


def _rule(kind: Kind) -> str:
    return f"law.pack || ':{kind}'"


def _check(alias: str) -> None:
    if not alias.isidentifier():
        raise ValueError("the alias must be a plain name")


def _box(purpose: str, channel: str) -> str:
    """A purpose and channel as they stand among those that a guardian was asked about."""
    return json.dumps([[purpose, channel]])


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(dt.UTC).date()


_WORDS = f"""
SELECT word.customer_id, word.purpose, word.is_granted, word.status,
    meaning.key IS NULL OR word.at >= COALESCE({_SINCE.format(of="meaning.", channel="word.channel")}, '-infinity'),
    COALESCE(word.at < {_LAPSED.format(at="%(at)s")}, FALSE)
FROM consent_consentstate word LEFT JOIN consent_purpose meaning ON meaning.key = word.purpose
WHERE word.customer_id = ANY(%(wanted)s) AND word.purpose = ANY(%(asked)s)
    AND (word.channel = %(channel)s OR (word.channel = 'any' AND COALESCE(meaning.channels @> '["any"]', TRUE)))
ORDER BY word.at DESC, word.is_granted, word.status = 'expired', word.status, word.channel
"""
_WARDS = "AND ward.customer_id = ANY(%(wanted)s)"
_PEOPLE = f"""
SELECT c.id, c.status, c.country, c.phone_country, c.language, c.birth_date, frozen.customer_id IS NOT NULL,
    closed.customer_id IS NOT NULL, guarded.customer_id IS NOT NULL
FROM customers_customer c
LEFT JOIN ({_FROZEN.format(at="%(at)s", among="AND held.customer_id = ANY(%(wanted)s)")}) frozen
    ON frozen.customer_id = c.id
LEFT JOIN ({_CLOSED.format(kind="%(kind)s", among="AND shut.customer_id = ANY(%(wanted)s)")}) closed
    ON closed.customer_id = c.id
LEFT JOIN ({_GUARDED.format(on="%(on)s", among=_WARDS, box="%(box)s", any="%(any)s")}) guarded
    ON guarded.customer_id = c.id
WHERE c.id = ANY(%(wanted)s)
"""


def _standings(
    customers: Collection[uuid.UUID], *, purpose: str, channel: str, at: dt.datetime
) -> dict[uuid.UUID, Standing]:
    asked = {purpose} | {pack.quiet_hours.unless for pack in packs.every().values() if pack.quiet_hours}
    params: dict[str, Any] = {
        "wanted": list(customers),
        "asked": sorted(asked),
        "channel": channel,
        "kind": KIND_OF_CHANNEL.get(channel, ""),
        "at": at,
        "on": _day(at),
        "box": _box(purpose, channel),
        "any": _box(purpose, ANY),
    }
    words: dict[uuid.UUID, dict[str, Word]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, params)
        for customer, about, *word in cursor.fetchall():
            words.setdefault(customer, {}).setdefault(about, Word(*word))
        cursor.execute(_PEOPLE, params)
        return {
            row[0]: Standing(
                status=row[1],
                place=place(country=row[2], phone_country=row[3], language=row[4]),
                words=words.get(row[0], {}),
                birth_date=row[5],
                is_restricted=row[6],
                is_closed=row[7],
                has_guardian=row[8],
            )
            for row in cursor.fetchall()
        }
