"""What was told of somebody who stands for several people, kept so that it can be told again to the right one.

Pure: tellings go in, in the order in which they were heard, and what of them may still matter comes out.
"""

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from customers.rules import provenance, settling
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.rules.settling import State

PLACE = ("street", *settling.AREA, "country")
FIELDS = (*settling.CONTACTS, *settling.NAMES, *PLACE, *settling.SINGLE, *settling.ADDED)
"""What of a person is kept; what only identifies (cards) is found where identifiers are."""
LISTS = ("interests", "tags")
Name = tuple[str, dt.datetime, str]
"""What makes a word out: source, time, fact."""


class Telling(NamedTuple):
    """One thing that was told: when it was heard (an id that sorts by time), which merge was the newest one then, of
    what person, and whose word it is.
    """

    id: uuid.UUID
    since: uuid.UUID
    person: Person
    word: Word


def name_of(word: Word) -> Name:
    """What makes a word out, whatever it replaced."""
    return word.source, word.at, word.fact


def hear(state: State, person: Person, word: Word) -> None:
    """Take in what was told, ways of contact as well."""
    state.hear(person, word)
    for field in settling.CONTACTS:
        if getattr(person, field):
            state.hear_contact(settling.register_of(field, scope=word.source), person, word)


def kept(told: Sequence[Telling]) -> list[Telling]:
    """Those that may still matter: whose words hold among them, and who was the first to tell one of several values.

    There are at most as many as there are different values of what somebody may have several of (addresses, ways of
    contact, tags, sources), and one for each field.
    """
    state = State()
    for one in told:
        hear(state, one.person, one.word)
    winners = {id(person) for person in (*state.winners.values(), state.street)}
    words = {name_of(word) for word in state.words.values()}
    seen: set[tuple[str, object]] = set()
    found = []
    for one in told:
        values = _values(one)
        if id(one.person) in winners or name_of(one.word) in words or not values <= seen:
            found.append(one)
            seen |= values
    return found


def _values(told: Telling) -> set[tuple[str, object]]:
    person = told.person
    values: set[tuple[str, object]] = {("source", told.word.source)}
    values |= {(field, getattr(person, field)) for field in settling.CONTACTS if getattr(person, field)}
    values |= {("tags", tag) for tag in person.tags}
    if person.street:
        values.add(("place", tuple(getattr(person, field) for field in PLACE)))
    return values


def spelt(told: Iterable[Telling]) -> str:
    """As JSON."""
    return json.dumps(
        [
            [one.id.hex, one.since.hex, provenance.spelt(one.word), _fields(one.person), sorted(one.person.cleared)]
            for one in told
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read(text: str) -> list[Telling]:
    """Back from JSON; nothing, where the key was destroyed."""
    return [
        Telling(uuid.UUID(hex=heard), uuid.UUID(hex=since), _person(fields, cleared), provenance.read(word))
        for heard, since, word, fields, cleared in (json.loads(text) if text else ())
    ]


def _fields(person: Person) -> dict[str, Any]:
    fields = {field: value for field in FIELDS if (value := getattr(person, field))}
    for field in ("birth_date", "created_at"):
        if value := getattr(person, field):
            fields[field] = value.isoformat()
    return fields


def _person(fields: dict[str, Any], cleared: Iterable[str]) -> Person:
    values: dict[str, Any] = {field: tuple(value) if field in LISTS else value for field, value in fields.items()}
    if born := values.get("birth_date"):
        values["birth_date"] = dt.date.fromisoformat(born)
    if since := values.get("created_at"):
        values["created_at"] = dt.datetime.fromisoformat(since)
    return Person(**values, cleared=frozenset(cleared))


def without_cleared(told: Iterable[Telling], hands: Collection[Telling]) -> list[Telling]:
    """What was told, but for what a known hand emptied after it was heard."""
    found = []
    for one in told:
        gone = {
            field
            for hand in hands
            if hand.id > one.id
            for field in hand.person.cleared
            if getattr(one.person, field, None) and not getattr(hand.person, field)
        }
        empty = Person()
        left = {field: getattr(empty, field) for field in gone}
        if gone & {"street", *settling.AREA}:  # a place is emptied as a whole, or the rest of it would be another
            left |= dict.fromkeys(PLACE, "")
        if "name" in gone:
            left |= dict.fromkeys(settling.NAMES, "")
        found.append(one._replace(person=dataclasses.replace(one.person, **left)) if left else one)
    return found


def only(state: State, registers: Collection[str]) -> None:
    """Forget what was heard about all other registers."""
    columns = {column for register in registers for column in settling.COLUMNS.get(register, ())}
    for heard in (state.words, state.winners):
        for register in set(heard).difference(registers):
            del heard[register]
    state.emptied &= columns


def entries(told: Iterable[Telling], field: str) -> tuple[list[str], bool]:
    """What these tell of a list (tags, interests), and whether that is all of it, since somebody emptied it or, of
    interests, because each word tells all.
    """
    found: dict[str, None] = {}
    is_all = False
    for one in told:
        values = getattr(one.person, field)
        if field in one.person.cleared or (values and field != "tags"):
            found, is_all = {}, True
        found.update(dict.fromkeys(values))
    return list(found), is_all


def sources(told: Iterable[Telling]) -> list[str]:
    """The sources that told, in order; a known hand is none."""
    return list(dict.fromkeys(one.word.source for one in told if one.word.not_before is None))
