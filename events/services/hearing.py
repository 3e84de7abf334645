"""What calls tell of whose they are, standardised as at every door; nobody is asked for it."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from django.conf import settings

from cdp.core.models import Source
from customers.rules import identifiers, people, unreadable
from customers.rules.matching import Key
from customers.rules.people import Person
from customers.selectors import identifiers as holding
from customers.services import identity
from customers.services.identity import visitors
from events.rules import visits
from events.rules.tracking import Tracked


class Call(NamedTuple):
    """One event, whether it may be kept with a person, when it was received, and its word about being measured."""

    event: Tracked
    may_measure: bool
    received_at: dt.datetime
    word: bool | None = None


class Told(msgspec.Struct):
    """What a call of a source tells of whose it is. An alias also tells `previous`, another id of the same person.

    Picklable and small: of most calls it is two ids and their digests.
    """

    source: Source
    kind: str
    message_id: str
    occurred_at: dt.datetime
    received_at: dt.datetime
    raw_id: str  # as it came: chooses the bucket of what is nobody's
    person: Person | None = None  # who tells more than the id
    external_id: str = ""  # of who tells nothing else
    key: bytes = b""  # the strongest digest of anybody who is named
    all_keys: Sequence[Key] = ()  # of who tells more than the id
    anonymous: str = ""
    previous: str = ""
    visitors: dict[str, bytes] = {}
    word: bool | None = None  # what they said of being measured
    shown: str = ""  # which version of the question they were shown
    refused_by: bytes | None = None  # the id that stands for whoever said "no"
    group: Tracked | None = None  # the whole of a group call

    @property
    def fact(self) -> str:
        """By which name what it tells is noted."""
        return f"event:{self.message_id}"

    @property
    def keys(self) -> Sequence[Key]:
        """By what it names a person, the strongest first."""
        return (Key("external_id", self.source.key, self.key),) if self.external_id else self.all_keys

    @property
    def digests(self) -> set[bytes]:
        """Everything by which the call names somebody."""
        return {key.digest for key in self.keys} | set(self.visitors.values())

    def named(self) -> Person:
        """Whom a call with keys names."""
        return self.person or Person(external_id=self.external_id, told_at=self.occurred_at, told_by=self.fact)

    def forget(self) -> None:
        """It names nobody."""
        self.person, self.external_id, self.key, self.all_keys = None, "", b"", ()
        self.anonymous, self.previous, self.visitors = "", "", {}


class Reader:
    """Reads what calls tell, standardised as at every door."""

    def __init__(self, now: dt.datetime) -> None:
        """For one batch."""
        self._rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=now.date())
        self._keyers: dict[str, tuple[identity.Keys, Callable[[str], bytes]]] = {}

    def read(self, call: Call, source: Source) -> Told:
        """What one call tells."""
        event, may_measure, received_at, word = call
        raw_id = event.anonymous_id or event.user_id
        told = Told(source, event.kind, event.message_id, event.occurred_at, received_at, raw_id, word=word)
        if word is not None:
            told.shown = visits.question_shown(event.context)
        if visits.company_of(event) is not None:
            told.group = event
        if may_measure:
            self._name(told, event)
            if event.anonymous_id and (anonymous := kept(event.anonymous_id)):
                told.anonymous, told.visitors = anonymous, {anonymous: visitors.digest(anonymous)}
            if event.kind == "alias" and told.key and (previous := kept(event.previous_id)):
                told.previous = previous
                told.visitors[previous] = visitors.digest(previous)
        if word is False:
            told.refused_by = self._refused_by(event, source)
        return told

    def _name(self, told: Told, event: Tracked) -> None:
        """The person it names, if any."""
        external_id = kept(event.user_id) if event.user_id else ""
        if raw := visits.person_of(event):
            whole, _faults = people.clean(raw, self._rules)
            # Of two words about the same field the later one holds, whichever came first.
            whole.external_id, whole.told_at, whole.told_by = external_id, told.occurred_at, told.fact
            if not whole.is_identified:
                return
            if whole != Person(external_id=external_id, told_at=told.occurred_at, told_by=told.fact):
                told.person, told.all_keys = whole, self._of(told.source)[0](whole)
                told.key = told.all_keys[0].digest
                return
        if external_id:
            told.external_id, told.key = external_id, self._of(told.source)[1](external_id)

    def _refused_by(self, event: Tracked, source: Source) -> bytes | None:
        """The id that says whose "no" it is: the user's alone where there is one, for the browser may be one that
        somebody else used before. A visitor whom nobody knows has no statement that could be written.
        """
        if user := kept(event.user_id):
            return self._of(source)[1](user)
        visitor = kept(event.anonymous_id)
        return visitors.digest(visitor) if visitor else None

    def _of(self, source: Source) -> tuple[identity.Keys, Callable[[str], bytes]]:
        """Where the identifiers of a source get their digests: those of a person, and that of a user's id alone."""
        if source.key not in self._keyers:
            self._keyers[source.key] = identity.Keys(source), holding.digester("external_id", source.key)
        return self._keyers[source.key]


def kept(raw: str) -> str:
    """An id of a user or visitor as it is kept; empty where it stands for nobody ("null", "guest")."""
    try:
        return identifiers.external_id(raw) if raw else ""
    except unreadable.Unreadable:
        return ""
