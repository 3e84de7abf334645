"""Which fields of people are collected and which are used, so that what nobody needs need not be asked for.

Rooms declare their fields, and say what uses them now (a segment's rule, a template). What cannot be read off a
definition, a look at a number or a filter in a request, is noted: once a day for each process, so that it costs
nothing. Fields that the shop has stopped collecting are dropped where people are resolved, whatever the door.
"""

import datetime as dt
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Field:
    """One field. `column` is SQL over `c` (customers_customer), true for whoever has it; empty where `kind` says that
    it is a way of contact. With `table` it is SQL over `r`, a row of that table of people's, where `%(floor)s` stands
    for the first id of the last 90 days. `register` names its word in `origins`. A field that is `needed` (why) is
    never proposed. `can_stop` and `can_purge` say what one press can do.
    """

    key: str
    label: Text
    column: str = ""
    kind: str = ""
    table: str = ""
    register: str = ""
    sensitive: bool = False
    needed: Text = ""
    can_stop: bool = False
    can_purge: bool = False


@dataclass(frozen=True)
class Use:
    """Something that uses a field now: what sort of thing, what staff call it."""

    field: str
    by: str
    what: str


_fields: dict[str, Field] = {}
_users: dict[str, Callable[[], Iterable[Use]]] = {}
_writer: list[Callable[[str, str, dt.date], None]] = []
_stopped: list[Callable[[], Collection[str]]] = []
_noted: set[tuple[str, str, dt.date]] = set()
_lock = threading.Lock()


def declare(*fields: Field) -> None:
    """Register fields; the same key again replaces one."""
    _fields.update({field.key: field for field in fields})


def fields() -> Mapping[str, Field]:
    """Every field by its key."""
    return _fields


def provide(name: str, users: Callable[[], Iterable[Use]]) -> None:
    """Register who uses fields by definition; the same name again replaces it."""
    _users[name] = users


def uses() -> list[Use]:
    """Everything that uses a field by definition now."""
    return [use for users in _users.values() for use in users() if use.field in _fields]


def keep_notes(writer: Callable[[str, str, dt.date], None]) -> None:
    """Register who keeps what is noted: takes field, by whom, day."""
    _writer[:] = [writer]


def note(names: Iterable[str], *, by: str, day: dt.date) -> None:
    """Say that these fields were used that day, by a person, a filter, an export; the first time a process says so.

    A field of a person may be named as a column of a file is.
    """
    for name in (name.removeprefix("customer.") for name in names):
        told = (name, by, day)
        if name not in _fields or told in _noted or not _writer:
            continue
        with _lock:
            if len(_noted) > len(_fields) * 10:
                _noted.clear()
            _noted.add(told)
        _writer[0](name, by, day)


def forget_notes() -> None:
    """Drop what this process remembers to have noted (tests)."""
    _noted.clear()


def stop_by(stopped: Callable[[], Collection[str]]) -> None:
    """Register who knows which fields the shop has stopped collecting."""
    _stopped[:] = [stopped]


def stopped() -> Collection[str]:
    """The fields that are not collected any more."""
    return _stopped[0]() if _stopped else ()
