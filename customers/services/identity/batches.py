"""People to be resolved together, with what can be worked out about each of them before anybody knows who it is."""

import array
import datetime as dt
import marshal
import operator
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, overload

from cdp.core import ids, minimising
from cdp.core.crypto import index
from cdp.core.models import Source
from customers.models import Customer
from customers.rules import identifiers, provenance, settling
from customers.rules.matching import Key
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.services.identity import contacts, fresh, profiles

_DATES = ("birth_date", "created_at")
_TOLD = ("told_at", "told_by")  # travel beside the people, because words are needed where people stay packed
_FIELDS = tuple(field for field in Person.__slots__ if field not in _DATES + _TOLD)
_MAY_STOP = {*Customer.PLAIN, "interests"}
_EMPTY: dict[str, Any] = {one.name: one.default for one in fields(Person) if one.name in _MAY_STOP}
"""What a field is that was not told, of those that a shop may stop collecting."""
Told = tuple[dt.datetime | None, str]
_state_of = operator.attrgetter(*_FIELDS)
_key = tuple.__new__  # half the price of Key(…): three for each person
PACKED = (*_FIELDS, *_DATES)
"""The order of the fields of a packed person, for whoever keeps packed people longer than this program runs."""


class Packed(Sequence[Person]):
    """People who travelled between processes; each is opened when somebody asks for it, which is rare."""

    def __init__(self, people: Sequence[bytes], told: Sequence[Told | None] | None = None) -> None:
        """Take them as `pack` made them, with when and by which fact each was told of."""
        self._people, self._told = people, told

    @overload
    def __getitem__(self, index: int) -> Person: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Person]: ...
    def __getitem__(self, index: int | slice) -> Person | Sequence[Person]:
        """One of them, or several that stay packed."""
        if isinstance(index, slice):
            return Packed(self._people[index], None if self._told is None else self._told[index])
        state, birth, created = marshal.loads(self._people[index])  # noqa: S302  (made by `pack`)
        person = Person(**dict(zip(_FIELDS, state, strict=True)))
        person.birth_date = dt.date.fromordinal(birth) if birth else None
        person.created_at = dt.datetime.fromisoformat(created) if created else None
        if self._told is not None and (told := self._told[index]) is not None:
            person.told_at, person.told_by = told
        return person

    def __len__(self) -> int:
        """How many there are."""
        return len(self._people)

    def raw(self, positions: Iterable[int]) -> list[bytes]:
        """Some of them as they travelled."""
        return [self._people[position] for position in positions]


def pack(people: Iterable[Person]) -> list[bytes]:
    """Each person as bytes, many times faster than pickle writes objects; only for a process of the same program."""
    return [
        marshal.dumps(
            (
                _state_of(person),
                person.birth_date.toordinal() if person.birth_date else 0,
                person.created_at.isoformat() if person.created_at else "",
            )
        )
        for person in people
    ]


def unpacked(state: bytes, fields: Sequence[str]) -> Person:
    """A person who was packed when the fields were these; what no person has any more is left out."""
    told, birth, created = marshal.loads(state)  # noqa: S302  (made by `pack` and sealed since)
    values = dict(zip(fields, told, strict=False))
    person = Person(**{name: value for name, value in values.items() if name in Person.__slots__})
    person.birth_date = dt.date.fromordinal(birth) if birth else None
    person.created_at = dt.datetime.fromisoformat(created) if created else None
    return person


def packed(people: Sequence[Person], positions: Iterable[int]) -> list[bytes]:
    """Some of the people as bytes; those who travelled here are taken as they are."""
    if isinstance(people, Packed):
        return people.raw(positions)
    return pack(people[position] for position in positions)


@dataclass(slots=True)
class Batch:
    """People in order. `keys` come strongest first, `ids` are for those who turn out to be new.

    `rows` are what the new ones would be written as; None leaves making them to whoever writes.
    """

    people: Sequence[Person]
    keys: list[list[Key]]
    given_names: list[int | None]
    ids: list[uuid.UUID]
    rows: fresh.Rows | None = None
    identifiers: list[list[bytes]] | None = None
    kinds: list[tuple[tuple[str, str], ...]] = field(default_factory=list)  # kind and scope of each identifier
    ranks: bytes = b""  # of each name, 0 where none was told (see `settling.name_rank`)
    told: list[Told | None] | None = None  # when and by which fact, None where it is the batch's own
    lines: Sequence[int] = ()  # where in a file each of them stands, if they come from one
    firsts: Sequence[int] | None = None  # where each is told of first in these very words; None: nobody comes again

    def __len__(self) -> int:
        """How many people."""
        return len(self.people)

    def words(self, base: Word) -> list[Word]:
        """The word of each person; `base` is what those say who know no better."""
        if self.told is None:
            return [base] * len(self.keys)
        return [base if told is None else provenance.of_fact(base, at=told[0], fact=told[1]) for told in self.told]

    def facts(self) -> list[str]:
        """The fact that told of each person, empty where it is the batch's own."""
        return [""] * len(self.keys) if self.told is None else ["" if told is None else told[1] for told in self.told]

    def together(self) -> dict[int, list[int]]:
        """The positions of everybody whose rows are made, by the first of them; the rows are made of all of them."""
        found: dict[int, list[int]] = {}
        for position, first in enumerate(self.firsts if self.firsts is not None else range(len(self.keys))):
            found.setdefault(first, []).append(position)
        return found

    def __getstate__(self) -> tuple[Any, ...]:
        """Few large values instead of many small objects: what is sent between processes is paid for twice."""
        return (
            pack(self.people),
            None if self.identifiers is not None else [[tuple(key) for key in keys] for keys in self.keys],
            self.kinds,
            self.given_names,
            b"".join(id_.bytes for id_ in self.ids),
            self.rows,
            self.identifiers,
            self.ranks,
            self.told,
            array.array("Q", self.lines),
            None if self.firsts is None else array.array("I", self.firsts),
        )

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """The same batch; its people stay packed."""
        people, keys, self.kinds, self.given_names, raw, self.rows, self.identifiers, *rest = state
        self.ranks, self.told, self.lines, self.firsts = rest
        self.people = Packed(people, self.told)
        self.ids = [uuid.UUID(bytes=raw[start : start + 16]) for start in range(0, len(raw), 16)]
        if self.identifiers is None:
            self.keys = [list(map(Key._make, some)) for some in keys]
        else:
            self.keys = [
                [_key(Key, (*kind, fresh.digest_of(line))) for kind, line in zip(kinds, lines, strict=True)]
                for kinds, lines in zip(self.kinds, self.identifiers, strict=True)
            ]
        if self.firsts is not None:
            self.keys = [self.keys[first] for first in self.firsts]


def dropped(person: Person) -> list[str]:
    """Which of the fields that somebody tells of a person the shop has stopped collecting."""
    return sorted(name for name in minimising.stopped() if name in _EMPTY and getattr(person, name) != _EMPTY[name])


def collected(people: Sequence[Person], *, standing: Collection[str] = ()) -> Sequence[Person]:
    """These people without the fields that the shop has stopped collecting, whatever the door; fields that are
    `standing` may still be put right.
    """
    names = [name for name in minimising.stopped() if name in _EMPTY and name not in standing]
    if not names:
        return people
    nothing = {name: _EMPTY[name] for name in names}
    return [replace(person, **nothing) for person in people]


def gather(people: Sequence[Person], source: Source) -> Batch:
    """A batch without the rows of new customers."""
    people = collected(people)
    keys = Keys(source)
    return Batch(
        people=people,
        keys=[keys(person) for person in people],
        given_names=[profiles.given_name_key(person.given_name) for person in people],
        ids=ids.uuid7s(len(people)),
        ranks=bytes([settling.name_rank(person.given_name) if person.name else 0 for person in people]),
        told=_told(people),
    )


def _told(people: Sequence[Person]) -> list[Told | None] | None:
    """When and by which fact each was told of; None where nobody knows better than the batch."""
    found = [(person.told_at, person.told_by) if person.told_at or person.told_by else None for person in people]
    return found if any(found) else None


def prepare(people: Sequence[Person], source: Source, *, maker: fresh.Maker) -> Batch:
    """A batch with the rows that its people get if they are new."""
    people = collected(people)
    batch = gather(people, source)
    batch.rows = fresh.Rows(maker.make(people, batch.ids, given_names=batch.given_names))
    shapes: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}  # few: one object each travels once
    for keys in batch.keys:
        shape = tuple([key[:2] for key in keys])
        batch.kinds.append(shapes.setdefault(shape, shape))
    words = batch.words(maker.base)
    batch.identifiers = [
        maker.identifiers(keys, id_, word) for keys, id_, word in zip(batch.keys, batch.ids, words, strict=True)
    ]
    return batch


def prepare_alike(people: Sequence[Person], source: Source, *, maker: fresh.Maker, firsts: Sequence[int]) -> Batch:
    """As `prepare`, for people of whom the same is told again and again by facts of their own: but for when and by
    which fact each was told of (and since when they are known), everybody is as the one at `firsts`.

    What is worked out about the first is everybody's, and the rows are what somebody new is after all of it.
    """
    own = sorted(set(firsts))
    alone = gather([people[first] for first in own], source)
    at = {first: number for number, first in enumerate(own)}
    numbers = [at[first] for first in firsts]
    batch = Batch(
        people=people,
        keys=[alone.keys[number] for number in numbers],
        given_names=[alone.given_names[number] for number in numbers],
        ids=ids.uuid7s(len(people)),
        ranks=bytes([alone.ranks[number] for number in numbers]),
        told=_told(people),
        firsts=firsts,
    )
    words = batch.words(maker.base)
    batch.rows = _whole_rows(batch, words, maker, source)
    shapes: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}
    batch.identifiers = []
    for position, (first, keys) in enumerate(zip(firsts, batch.keys, strict=True)):
        is_first = position == first
        shape = tuple((key.kind, key.scope) for key in keys) if is_first else ()
        batch.kinds.append(shapes.setdefault(shape, shape))
        batch.identifiers.append(maker.identifiers(keys, batch.ids[first], words[first]) if is_first else [])
    return batch


def _whole_rows(batch: Batch, words: Sequence[Word], maker: fresh.Maker, source: Source) -> fresh.Rows:
    """At the first position of each person the rows made of all that is told; nothing at the others."""
    heard = {
        batch.ids[first]: [(batch.people[position], words[position]) for position in positions]
        for first, positions in batch.together().items()
    }
    again = {customer: told for customer, told in heard.items() if len(told) > 1}
    settled = {customer: settling.settled(told) for customer, told in again.items()}
    # The states learn which word holds about each way of contact.
    contacts.plan_points(
        again, {customer: state for customer, (_, state) in settled.items()}, known=(), source=source, base=maker.base
    )
    made: list[Person] = []
    origins: list[dict[str, Any] | None] = []
    for customer, told in heard.items():
        first, word = told[0]
        if customer in settled:
            whole, state = settled[customer]
            reached = {field: getattr(first, field) for field in (*settling.CONTACTS, "street", *_TOLD)}
            made.append(replace(whole, **reached))
            origins.append(provenance.gathered(state.words, otherwise=word))
        else:
            made.append(first)
            origins.append(None)
    firsts = list(batch.together())
    rows = maker.make(
        made,
        list(heard),
        given_names=[batch.given_names[first] for first in firsts],
        origins=origins,
    )
    nothing = fresh.Fresh(b"", b"", b"", b"")
    alone = set(firsts)
    return fresh.Rows(next(rows) if position in alone else nothing for position in range(len(batch.keys)))


class Keys:
    """Finds the digests of people's identifiers, strongest first."""

    def __init__(self, source: Source) -> None:
        """External ids are unique within `source`."""
        self._of = [
            (
                operator.attrgetter(_TOGETHER.get(field, field)),
                kind,
                scope,
                f"{scope}\n".encode(),
                index.hasher(f"identifier.{kind}"),
                spell,
            )
            for field, kind, scope, spell in _kinds(source.key)
        ]

    def __call__(self, person: Person) -> list[Key]:
        """The keys of one person."""
        return [
            _key(Key, (kind, scope, digest(start + (spell(value) if spell else value).encode())))
            for get, kind, scope, start, digest, spell in self._of
            if (value := get(person))
        ]


_Spelling = Callable[[str], str] | None
_TOGETHER = {"unlisted_phone": "named_number", "handle": "account"}
"""What identifies only together with other words, or only without them: field → what says so."""


def _kinds(source: str) -> list[tuple[str, str, str, _Spelling]]:
    """(field, kind, scope, what makes two values one), in the order of matching.PRIORITY."""
    return [
        ("external_id", "external_id", source, None),
        ("member_number", "member_number", "", None),
        ("line_id", "line_id", "", None),
        ("email", "email", "", identifiers.SPELT["email"]),
        ("card_token", "card", "", None),
        ("phone", "phone", "", None),
        ("handle", "handle", "", identifiers.SPELT["handle"]),
        ("unlisted_phone", "unlisted_phone", "", None),
    ]


FIELDS_OF = {kind: field for field, kind, _scope, _spelling in _kinds("")}
"""Kind of identifier → field of a person."""
