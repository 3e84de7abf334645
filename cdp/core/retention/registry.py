"""Which kinds of data there are, from what moment each is kept, and what may become of it afterwards.

Every room declares its own in its `declarations.py`. A table of our own that holds something of people, or something
that grows, is either part of a kind here, or kept by somebody else for a while (`brief`), or exempt with a reason; a
test fails for one that nobody declared. How long, by which law and who decided it, is data of the room of permission.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cdp.core.retention.terms import Term

Text = str | Promise


class Start(StrEnum):
    """From when a term counts."""

    CREATED = "created"
    ACTIVITY = "activity"
    ENDED = "ended"


STARTS: Mapping[str, Text] = {
    Start.CREATED: _("from the day it happened"),
    Start.ACTIVITY: _("from the last sign of life"),
    Start.ENDED: _("from the day it ended"),
}


class Action(StrEnum):
    """What becomes of rows whose term is over."""

    DELETE = "delete"
    DETACH = "detach"  # the row stays for the books, with one of the reserved customers that are nobody
    PROPOSE = "propose"  # people are named to the privacy officer, who forgets them with one press
    FORGET = "forget"  # people are forgotten as if they had asked for it


ACTIONS: Mapping[str, Text] = {
    Action.DELETE: _("Delete"),
    Action.DETACH: _("Keep without the person"),
    Action.PROPOSE: _("Propose to forget the person"),
    Action.FORGET: _("Forget the person"),
}


@dataclass(frozen=True)
class Follow:
    """Rows that go with others: those of `model` whose `column` is the id of a row of `parent`, which is the kind's own
    table or one that follows it. A key table (`is_key`) has neither an owner's shard nor a say in counts.
    """

    model: str
    column: str
    parent: str = ""
    is_key: bool = False


class Row(NamedTuple):
    """One row that is over: its primary key, whose it is, the hash of the key, from when its term counted."""

    key: Any
    owner: uuid.UUID | None
    hash: int
    moment: dt.datetime | None


@dataclass
class Gone:
    """What went of a portion: the keys of the kind's own rows, and how many rows of each table (label → number)."""

    keys: set[Any]
    tables: dict[str, int]


class Busy(Exception):
    """Others are at work on what should go: the next run tries again."""


Again = Callable[[Sequence[Any]], set[Any]]
"""Takes keys and gives those that are over still; asked behind the locks of whoever takes rows."""
Remove = Callable[[Sequence[Row], "Action", Again, dt.datetime], Gone]
"""Takes the rows of one portion, the action and the time, in the portion's transaction; says what went. What is not
over any more stays. Raises Busy.
"""
Whole = Callable[[dt.datetime, Sequence[uuid.UUID], dt.datetime], "WholePart | None"]
"""Takes the moment before which all is over, whom a hold keeps, and the time; drops one part that is over as a whole (a
month of a partitioned table or of a ledger) in transactions of its own, and says what was in it. None when there is
none left. Raises Busy.
"""


@dataclass(frozen=True)
class WholePart:
    """What a part that was dropped whole had: rows, the sum of their hashes (see `finding`), the oldest."""

    rows: int
    checksum: int
    oldest: dt.datetime | None


@dataclass(frozen=True)
class Kind:
    """One kind of data.

    `model` is the table whose rows are judged; `moment` an SQL expression over its alias `r` from which the term
    counts (no term runs where it is NULL); `where` further SQL over `r`. `owner` is the column with the customer,
    empty for a table that is about nobody. With `by_id` rows are found by the time in their ids. With `by_month` only
    whole months go; where a month can only go as a whole (chained ledgers), none goes from the first one with a held
    person on, which `names` finds: SQL over `r` and the parameter `held`. `shed` are columns emptied (label of a
    model → columns) when a row stays without its person. With `is_secret` the keys of the rows are secrets, and no
    report names any. A `careful` kind is left alone until a privacy officer has put its rule in force. `remove`
    replaces the deletion of a portion by a service of the room; with `is_whole` there is nothing but `whole`.
    """

    key: str
    label: Text
    about: Text
    model: str
    moment: str
    start: Start = Start.CREATED
    where: str = ""
    owner: str = "customer_id"
    follows: Sequence[Follow] = ()
    actions: Sequence[Action] = (Action.DELETE,)
    term: Term | None = None
    careful: bool = False
    is_secret: bool = False
    by_id: bool = False
    by_month: bool = False
    names: str = ""
    shed: Mapping[str, Sequence[str]] | None = None
    remove: Remove | None = None
    whole: Whole | None = None
    is_whole: bool = False
    portion: int = 2000

    @property
    def leading(self) -> type[models.Model]:
        """The model whose rows are judged."""
        return apps.get_model(self.model)

    @property
    def tables(self) -> list[str]:
        """The labels of every table of the kind."""
        return [self.model, *(follow.model for follow in self.follows)]


@dataclass(frozen=True)
class Brief:
    """A table that its room empties by itself after so long; shown, not to be changed."""

    model: str
    label: Text
    term: Term


@dataclass(frozen=True)
class Nobody:
    """The reserved customers that own what belongs to no person: all of them, and which one a fact goes to."""

    ids: Sequence[uuid.UUID]
    of: Callable[[str], uuid.UUID]


_kinds: dict[str, Kind] = {}
_brief: dict[str, Brief] = {}
_exempt: dict[str, str] = {}
_signs: dict[str, str] = {}
_nobody: list["Nobody"] = []


def declare(*kinds: Kind) -> None:
    """Register kinds; the same key again replaces one."""
    _kinds.update({kind.key: kind for kind in kinds})


def brief(model: str, label: Text, term: Term) -> None:
    """Say that the room of this table forgets its rows by itself."""
    _brief[model] = Brief(model, label, term)


def exempt(why: str, *labels: str) -> None:
    """Say why these tables have no term of their own: derived, the shop's own settings, or gone with the person."""
    _exempt.update(dict.fromkeys(labels, why))


def sign_of_life(key: str, condition: str) -> None:
    """Declare what counts as a sign of life of a customer: SQL over the alias `r` of customers_customer and the
    parameter `before`, true for whoever gave one since then, or has something open that nobody may forget.
    """
    _signs[key] = condition


def no_sign_of_life() -> str:
    """SQL: nobody has seen that customer since `before`."""
    return " AND ".join(f"NOT ({condition})" for _key, condition in sorted(_signs.items())) or "true"


def kinds() -> list[Kind]:
    """Every kind, by room and key."""
    return [_kinds[key] for key in sorted(_kinds)]


def kind(key: str) -> Kind:
    """That kind. Raises KeyError."""
    return _kinds[key]


def briefs() -> list[Brief]:
    """Every table that forgets by itself."""
    return [_brief[model] for model in sorted(_brief)]


def exempted() -> Mapping[str, str]:
    """Label of a model → why it has no term."""
    return _exempt


def declared() -> set[str]:
    """The labels of all tables that somebody has spoken for."""
    return {*_brief, *_exempt, *(table for one in _kinds.values() for table in one.tables)}


def nobody_is(nobody: Nobody) -> None:
    """Register who the reserved customers are."""
    _nobody[:] = [nobody]


def nobody() -> Nobody:
    """Who the reserved customers are."""
    return _nobody[0]
