"""The gate: may this happen to this person? Asked when planning, and again when sending, exporting and profiling.

`decide` for one person, `decide_many` for a list, `allowed_condition` and `denials` for whole audiences in SQL. The
thinking is in `consent.rules.gate`; 100,000 random cases hold them together.
"""

import datetime as dt
import json
import uuid
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection

from cdp.core.leaving import Decision, Denials
from consent.models import Channel, Purpose
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
# Whether a word was said by somebody old enough then, by the day of that zone; see `rules.born_by`.
_GROWN_THEN = "{born} <= ((word.at AT TIME ZONE {zone})::date - make_interval(years => {age}))::date"
# Nearly everybody is so much older that a subtraction says so, in whatever zone; the exact day costs ten times as much.
_LONG_GROWN = "(word.at::date - {born} >= 366 * {age} + 2)"
# Which of the laws of a statement holds for a place; the first for those that the map does not name.
_NUMBER = "COALESCE(({map}::jsonb ->> {place})::int, 0)"
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
    kind = KIND_OF_CHANNEL.get(channel)
    params: list[Any] = []
    closed = "TRUE"
    if kind:
        closed = f"{alias}.id NOT IN ({_CLOSED.format(kind='%s', among='')})"
        params = [kind, kind]
    places, asked = _by_answer(purpose, channel, at)
    chosen, values = _chosen(places, [_asks(one, purpose, channel, alias, at) for one in asked], alias)
    of_age, ages = _of_age(places, asked, purpose, channel, alias, at)
    return f"({alias}.status = 'known' AND {closed} AND {chosen} AND {of_age})", [*params, *values, *ages]


def _chosen(places: dict[str, int], conditions: list[tuple[str, list[Any]]], alias: str) -> tuple[str, list[Any]]:
    """Of these conditions that of the place."""
    if len(conditions) == 1:
        return conditions[0]
    cases = "".join(f" WHEN {number} THEN {condition}" for number, (condition, _) in enumerate(conditions))
    values = [json.dumps(places), *(value for _condition, more in conditions for value in more)]
    return f"CASE {_NUMBER.format(map='%s', place=place_sql(alias))}{cases} END", values


def _by_answer(purpose: str, channel: str, at: dt.datetime) -> tuple[dict[str, int], list["_Asked"]]:
    """What is asked for, the first where nothing else is known, and which of it in each place. Whose law it is makes no
    other condition.
    """
    numbers: dict[_Asked, int] = {}
    places = {
        where: numbers.setdefault(_Asked.of(rules.asks(law, purpose=purpose, channel=channel, at=at)), len(numbers))
        for where, law in jurisdiction.places().items()
    }
    return places, list(numbers)


class _Asked(NamedTuple):
    """What makes a condition: on what a use rests, and the age; what rests on a contract asks for none."""

    basis: Basis
    born_by: dt.date = dt.date.max
    age: int = 0
    zone: str = ""

    @classmethod
    def of(cls, asked: rules.Asks) -> "_Asked":
        if asked.basis is Basis.CONTRACT:
            return cls(asked.basis)
        return cls(asked.basis, asked.born_by, asked.age, asked.of_age.zone)


def _asks(asked: _Asked, purpose: str, channel: str, alias: str, at: dt.datetime) -> tuple[str, list[Any]]:
    basis, channels = asked.basis, _channels(purpose, channel)
    guards = _GUARDED.format(on="%s", among="", box="%s", any="%s")
    guard: list[Any] = [_day(at), _box(purpose, channel), _box(purpose, ANY)]
    state = (
        f"FROM consent_consentstate word WHERE word.customer_id = {alias}.id "
        "AND word.purpose = %s AND word.channel = ANY(%s)"
    )
    is_no = f"NOT word.is_granted AND word.status <> '{rules.EXPIRED}'"
    # The later of the two: the beginning of the present meaning, and how far back a "yes" holds (GREATEST skips NULL).
    # Of one channel the answer is the same for everybody and asked once.
    is_one = len(channels) == 1
    since = _SINCE.format(of="", channel="%s" if is_one else "word.channel")
    meaning = f"SELECT GREATEST({since}, {_LAPSED.format(at='%s')}) FROM consent_purpose WHERE key = %s"
    is_yes = f"word.is_granted AND word.at >= COALESCE(({meaning}), '-infinity')"
    newest = "ORDER BY word.at DESC, word.is_granted, word.status = 'expired', word.status, word.channel LIMIT 1"
    # What somebody said who could not decide alone then stays unsaid, however old they are now.
    guarded = f"{alias}.birth_date IS NULL OR {alias}.id IN ({guards})"
    if is_one:  # by whom a "yes" was said stands in `_of_age`
        no = f"NOT EXISTS (SELECT 1 {state} AND {is_no})"
        yes = f"EXISTS (SELECT 1 {state} AND {is_yes})"
        said: list[Any] = [purpose, channels, channels[0], at, purpose]
    else:
        by_child = _by_child(f"{alias}.birth_date", zone="%s", age="%s")
        no = f"NOT COALESCE((SELECT {is_no} {state} {newest}), FALSE)"
        yes = f"COALESCE((SELECT {is_yes} AND ({guarded} OR NOT ({by_child})) {state} {newest}), FALSE)"
        said = [at, purpose, *guard, asked.age, asked.zone, asked.age, purpose, channels]
    about: list[Any] = [purpose, channels]
    frozen = f"{alias}.id NOT IN ({_FROZEN.format(at='%s', among='')})"
    if basis is Basis.CONTRACT:
        return (f"({frozen} AND {no})", [at, *about]) if channel in rules.TO_OTHERS else (no, about)
    grown = f"({guarded} OR {alias}.birth_date <= %s)"
    params: list[Any] = [at, *guard, asked.born_by]
    if basis is Basis.LEGITIMATE_INTEREST:
        return f"({frozen} AND {grown} AND {no})", [*params, *about]
    return f"({frozen} AND {grown} AND {yes})", [*params, *said]


def _of_age(
    places: dict[str, int], asked: list[_Asked], purpose: str, channel: str, alias: str, at: dt.datetime
) -> tuple[str, list[Any]]:
    """That nobody's "yes" on the one channel was said at an age at which they could not decide alone. The few who may
    have been that young by any of the laws are found at once for everybody; the law of the place is asked about these.
    """
    channels = _channels(purpose, channel)
    strict = [one for one in asked if one.basis is Basis.CONSENT]
    if len(channels) > 1 or not strict:
        return "TRUE", []
    oldest = max(one.age for one in strict)
    young = (
        "SELECT word.customer_id FROM consent_consentstate word"
        " JOIN customers_customer kid ON kid.id = word.customer_id"
        " WHERE word.purpose = %s AND word.channel = ANY(%s) AND word.is_granted"
        f" AND NOT {_LONG_GROWN.format(born='kid.birth_date', age='%s')}"
        # Says nothing new, but leaves out whoever was grown up before anybody said anything.
        " AND kid.birth_date > (SELECT min(one.at)::date FROM consent_consentstate one"
        " WHERE one.purpose = %s AND one.is_granted) - (366 * %s + 2)"
    )
    guards = _GUARDED.format(on="%s", among="", box="%s", any="%s")
    by_child = _by_child(f"{alias}.birth_date", zone="%s", age="%s")
    grown = (
        f"({alias}.id IN ({guards}) OR EXISTS (SELECT 1 FROM consent_consentstate word"
        f" WHERE word.customer_id = {alias}.id AND word.purpose = %s AND word.channel = ANY(%s)"
        f" AND word.is_granted AND NOT ({by_child})))"
    )
    guard: list[Any] = [_day(at), _box(purpose, channel), _box(purpose, ANY)]
    conditions: list[tuple[str, list[Any]]] = [
        (grown, [*guard, purpose, channels, one.age, one.zone, one.age]) if one in strict else ("TRUE", [])
        for one in asked
    ]
    chosen, values = _chosen(places, conditions, alias)
    return (
        f"({alias}.birth_date IS NULL OR {alias}.id NOT IN ({young}) OR {chosen})",
        [purpose, channels, oldest, purpose, oldest, *values],
    )


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
    is_one = len(params["gate_channels"]) == 1
    params["gate_only"] = params["gate_channels"][0]
    channel_of = "%(gate_only)s" if is_one else "word.channel"
    join = (
        f" LEFT JOIN ({_word(purpose, channel)}) word ON word.customer_id = {alias}.id"
        f" LEFT JOIN ({_FROZEN.format(at='%(gate_at)s', among='')}) frozen ON frozen.customer_id = {alias}.id"
        f" LEFT JOIN ({_CLOSED.format(kind='%(gate_kind)s', among='')}) closed ON closed.customer_id = {alias}.id"
        f" LEFT JOIN ({_GUARDED.format(on='%(gate_on)s', among='', box='%(gate_box)s', any='%(gate_any)s')}) guarded"
        f" ON guarded.customer_id = {alias}.id"
        # DISTINCT, so that the planner knows there is one number for a place and hashes them; it would sort a million
        # rows else, as it knows nothing of how often a place occurs.
        " LEFT JOIN (SELECT DISTINCT ON (place) place, number"
        " FROM unnest(%(gate_places)s::text[], %(gate_numbers)s::int[]) AS told (place, number)) lex"
        f" ON lex.place = {place_sql(alias)}"
        " CROSS JOIN LATERAL (SELECT COALESCE(lex.number, 1) AS number) which"
        " CROSS JOIN LATERAL (SELECT (%(gate_packs)s::text[])[which.number] AS pack,"
        " (%(gate_bases)s::text[])[which.number] AS basis, (%(gate_born)s::date[])[which.number] AS born_by,"
        " (%(gate_laws)s::text[])[which.number] AS of_age, (%(gate_zones)s::text[])[which.number] AS zone,"
        " (%(gate_ages)s::int[])[which.number] AS age) law"
        f" CROSS JOIN LATERAL (SELECT (SELECT {_SINCE.format(of='', channel=channel_of)}"
        " FROM consent_purpose WHERE key = %(gate_purpose)s) AS since,"
        f" (SELECT {_LAPSED.format(at='%(gate_at)s')} FROM consent_purpose WHERE key = %(gate_purpose)s) AS lapsed)"
        " meaning"
    )
    was_grown = _GROWN_THEN.format(born=f"{alias}.birth_date", zone="law.zone", age="law.age")
    long_grown = _LONG_GROWN.format(born=f"{alias}.birth_date", age="law.age")
    by_child = f"NOT {long_grown} AND guarded.customer_id IS NULL AND NOT {was_grown}"
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
        (
            f"{asks} AND word.is_granted AND {by_child}",
            f"'{Reason.CHILD}'",
            f"law.of_age || ':{Kind.CHILD}'",
        ),
        (
            f"{asks} AND NOT word.is_granted AND word.ended_by = '{rules.BY_MEANING}'",
            f"'{Reason.OUTDATED}'",
            _rule(Kind.MEANING),
        ),
        (
            f"{asks} AND NOT word.is_granted AND word.ended_by = '{rules.BY_AGE}'",
            f"'{Reason.GROWN}'",
            f"law.of_age || ':{Kind.CHILD}'",
        ),
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
    """What the laws say of that purpose, each once as a place in six lists, and which of them holds where; the first
    wherever nothing else is known.
    """
    numbers: dict[rules.Asks, int] = {}
    places = {
        where: numbers.setdefault(rules.asks(law, purpose=purpose, channel=channel, at=at), len(numbers))
        for where, law in jurisdiction.places().items()
    }
    return {
        "gate_places": [where for where in places if where],
        "gate_numbers": [number + 1 for where, number in places.items() if where],
        "gate_packs": [asked.pack.key for asked in numbers],
        "gate_bases": [str(asked.basis) for asked in numbers],
        "gate_born": [asked.born_by for asked in numbers],
        "gate_laws": [asked.of_age.key for asked in numbers],
        "gate_zones": [asked.of_age.zone for asked in numbers],
        "gate_ages": [asked.age for asked in numbers],
    }


def _word(purpose: str, channel: str) -> str:
    """The word that holds about a purpose, per customer."""
    only = "purpose = %(gate_purpose)s AND channel = ANY(%(gate_channels)s)"
    if len(_channels(purpose, channel)) == 1:
        return f"SELECT customer_id, channel, is_granted, status, ended_by, at FROM consent_consentstate WHERE {only}"
    return (
        "SELECT DISTINCT ON (customer_id) customer_id, channel, is_granted, status, ended_by, at"
        " FROM consent_consentstate"
        f" WHERE {only} ORDER BY customer_id, at DESC, is_granted, status = 'expired', status, channel"
    )


def _by_child(born: str, *, zone: str, age: str) -> str:
    """Whether a word was said by somebody too young to decide alone. Takes the age, the zone and the age."""
    return f"NOT {_LONG_GROWN.format(born=born, age=age)} AND NOT {_GROWN_THEN.format(born=born, zone=zone, age=age)}"


def _channels(purpose: str, channel: str) -> list[str]:
    """Where a word about the purpose may stand that holds on that channel; mostly there alone, which is quicker."""
    if channel == ANY:
        return [ANY]
    offered = Purpose.objects.filter(key=purpose).values_list("channels", flat=True).first()
    # What is asked for a channel of its own has its words there; of what the register does not know, anywhere.
    return [channel] if offered is not None and ANY not in offered else [channel, ANY]


def ways(purpose: str) -> list[str]:
    """The channels a word on that purpose is asked for, one by one, in the order of `Channel`; none where one word is
    about all of them, or where the register does not know the purpose.
    """
    offered = Purpose.objects.filter(key=purpose).values_list("channels", flat=True).first() or []
    return [] if ANY in offered else [channel for channel in Channel.values if channel in offered]


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
    COALESCE(word.at < {_LAPSED.format(at="%(at)s")}, FALSE), word.at,
    word.ended_by
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
