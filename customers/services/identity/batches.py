"""People to be resolved together, with what can be worked out about each of them before anybody knows who it is."""

import operator
import pickle
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from cdp.core import ids
from cdp.core.crypto import index
from cdp.core.models import Source
from customers.rules import emails
from customers.rules.matching import Key
from customers.rules.people import Person
from customers.services.identity import fresh, profiles

_FIELDS = tuple(Person.__slots__)
_state_of = operator.attrgetter(*_FIELDS)


class Packed(Sequence[Person]):
    """People who travelled between processes; each is opened when somebody asks for it, which is rare."""

    def __init__(self, people: Sequence[bytes]) -> None:
        """Take them as `pack` made them."""
        self._people = people

    @overload
    def __getitem__(self, index: int) -> Person: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Person]: ...
    def __getitem__(self, index: int | slice) -> Person | Sequence[Person]:
        """One of them, or several that stay packed."""
        if isinstance(index, slice):
            return Packed(self._people[index])
        return Person(*pickle.loads(self._people[index]))  # noqa: S301  (made by `pack` in a child of this process)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._people)


def pack(people: Iterable[Person]) -> list[bytes]:
    """Each person as bytes."""
    return [pickle.dumps(_state_of(person), pickle.HIGHEST_PROTOCOL) for person in people]


@dataclass(slots=True)
class Batch:
    """People in order. `keys` come strongest first, `ids` are for those who turn out to be new.

    `rows` are what the new ones would be written as; None leaves making them to whoever writes.
    """

    people: Sequence[Person]
    keys: list[list[Key]]
    given_names: list[int | None]
    ids: list[uuid.UUID]
    rows: list[fresh.Fresh] | None = None
    identifiers: list[list[bytes]] | None = None

    def __len__(self) -> int:
        """How many people."""
        return len(self.people)

    def __getstate__(self) -> tuple[Any, ...]:
        """Few large values instead of many small objects: what is sent between processes is paid for twice."""
        return (
            pack(self.people),
            [[tuple(key) for key in keys] for keys in self.keys],
            self.given_names,
            b"".join(id_.bytes for id_ in self.ids),
            None if self.rows is None else [tuple(row) for row in self.rows],
            self.identifiers,
        )

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """The same batch; its people stay packed."""
        people, keys, self.given_names, raw, rows, self.identifiers = state
        self.people = Packed(people)
        self.keys = [list(map(Key._make, some)) for some in keys]
        self.ids = [uuid.UUID(bytes=raw[start : start + 16]) for start in range(0, len(raw), 16)]
        self.rows = None if rows is None else list(map(fresh.Fresh._make, rows))


def gather(people: Sequence[Person], source: Source) -> Batch:
    """A batch without the rows of new customers."""
    keys = Keys(source)
    return Batch(
        people=people,
        keys=[keys(person) for person in people],
        given_names=[profiles.given_name_key(person.given_name) for person in people],
        ids=ids.uuid7s(len(people)),
    )


def prepare(people: Sequence[Person], source: Source, *, maker: fresh.Maker) -> Batch:
    """A batch with the rows that its people get if they are new."""
    batch = gather(people, source)
    batch.rows = list(maker.make(people, batch.ids))
    batch.identifiers = [maker.identifiers(keys, id_) for keys, id_ in zip(batch.keys, batch.ids, strict=True)]
    return batch


class Keys:
    """Finds the digests of people's identifiers, strongest first."""

    def __init__(self, source: Source) -> None:
        """External ids are unique within `source`."""
        self._of = [
            (operator.attrgetter(field), kind, scope, f"{scope}\n".encode(), index.hasher(f"identifier.{kind}"), spell)
            for field, kind, scope, spell in _kinds(source.key)
        ]

    def __call__(self, person: Person) -> list[Key]:
        """The keys of one person."""
        return [
            Key(kind, scope, digest(start + (spell(value) if spell else value).encode()))
            for get, kind, scope, start, digest, spell in self._of
            if (value := get(person))
        ]


_Spelling = Callable[[str], str] | None


def _kinds(source: str) -> list[tuple[str, str, str, _Spelling]]:
    """(field, kind, scope, what makes two values one), in the order of matching.PRIORITY."""
    return [
        ("external_id", "external_id", source, None),
        ("member_number", "member_number", "", None),
        ("line_id", "line_id", "", None),
        ("email", "email", "", emails.key),
        ("card_token", "card", "", None),
        ("phone", "phone", "", None),
    ]
