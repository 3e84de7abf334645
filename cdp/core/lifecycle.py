"""What becomes of each customer-owned table when a customer is merged, exported or erased.

Every room declares its tables in its `lifecycle.py`; a test fails for a table nobody declared. Upper rooms plug in
here, so that merging, exporting and erasing never import them.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.apps import apps
from django.db import models

from cdp.core.actors import Actor

Counted = Callable[[Sequence[Mapping[str, Any]], int], None]
"""Takes rows (column → value as in JSON) and by how much each of them counts."""
Owned = Callable[[Collection[uuid.UUID]], Mapping[bytes, uuid.UUID]]
"""Takes customers and gives digest → customer."""
Holders = Callable[[Collection[uuid.UUID], Collection[uuid.UUID]], Collection[uuid.UUID]]
"""Takes customers, and rows that do not count, and gives who of the customers has a row that keeps them."""


class OnMerge(Enum):
    """When two customers turn out to be one."""

    MOVE = "move"  # rows change owner (insert and delete), MergeLog keeps their ids
    STAY = "stay"  # append-only: rows stay where they are and are read by lineage
    REBUILD = "rebuild"  # derived: deleted and computed again


class OnErase(Enum):
    """When a customer is forgotten."""

    DELETE = "delete"
    KEEP = "keep"  # nothing personal is left in it once the data keys are destroyed


@dataclass(frozen=True)
class OneOf:
    """A partial unique rule: among a customer's rows with equal `group` columns at most one has `flag` set."""

    flag: str
    group: Sequence[str] = ()


@dataclass(frozen=True)
class Declaration:
    """One table's fate. `export` names the columns that belong in the person's own copy.

    For rows that change hands: `follows` is (parent model, column of the parent's id), for lines that go where their
    order goes, whatever ids they have by then; `one_of` is a partial unique rule, kept by clearing the flag of the
    rows that arrive; rows for which `busy` holds (column → value) may not change hands: somebody is at work on them;
    `resolved_by` is the column with the identifier digest that decided whose fact it is; `fact` is (how words name it,
    the column of its name), as `event:<message_id>`, and `told_by` the column in which a row keeps the fact that told
    it, behind its source: un-merging sends it where the fact goes. For derived rows: `rebuild`
    writes those of these customers anew at once; without it they wait for the pipeline. `counted` is for a room that
    keeps how many rows there are: it is told, in the same transaction, which ones a merge took out (by -1) and
    un-merging put back (by 1). When the import that brought a customer is taken back, any row here keeps the customer;
    `holders` says instead whose rows do, of the customers it is given. `is_ours`: the shop wrote it, about the person
    or to them, so it is part of a copy of everything, and no part of what the person may take to another service.
    """

    model: str
    on_merge: OnMerge
    on_erase: OnErase
    export: Sequence[str] = field(default=())
    follows: tuple[str, str] | None = None
    one_of: OneOf | None = None
    busy: Mapping[str, Any] = field(default_factory=dict)
    resolved_by: str = ""
    fact: tuple[str, str] | None = None
    told_by: str = ""
    rebuild: Callable[[Collection[uuid.UUID]], None] | None = None
    counted: Counted | None = None
    holders: Holders | None = None
    is_ours: bool = False

    @property
    def is_portable(self) -> bool:
        """Whether its rows are what the person told or did (GDPR 20): neither derived nor written by the shop."""
        return bool(self.export) and not self.is_ours and self.on_merge is not OnMerge.REBUILD


@dataclass(frozen=True)
class KeyDeclaration:
    """A key table that names customers. `owned` gives the keys of the rows that these customers own now, with their
    owners; None where the room of identity looks after the table itself.
    """

    model: str
    owned: Owned | None


Forget = Callable[[Collection[uuid.UUID]], None]
"""Takes erased customers and destroys what of them lies outside of tables; may run twice."""

Farewell = Callable[[Collection[uuid.UUID], datetime], None]
"""Takes people who are about to be erased, in that transaction, and writes what they are told afterwards."""


@dataclass(frozen=True)
class Parted:
    """Two who were one person are two again: who goes, who stays, the digests of the identifiers that go, the id
    behind which rows were written while they were one, who parts them and when.
    """

    goes: uuid.UUID
    stays: uuid.UUID
    digests: Collection[bytes]
    since: uuid.UUID
    actor: Actor
    at: datetime


Settle = Callable[[Parted], None]
"""Takes two who are parted, in that transaction, after their rows went to whom they belong."""


_declared: dict[str, Declaration] = {}
_forgetters: list[Forget] = []
_keys: dict[str, KeyDeclaration] = {}
_farewells: list[Farewell] = []
_settlers: list[Settle] = []


def declare(
    model: str,
    *,
    on_merge: OnMerge,
    on_erase: OnErase,
    export: Sequence[str] = (),
    follows: tuple[str, str] | None = None,
    one_of: OneOf | None = None,
    busy: Mapping[str, Any] | None = None,
    resolved_by: str = "",
    fact: tuple[str, str] | None = None,
    told_by: str = "",
    rebuild: Callable[[Collection[uuid.UUID]], None] | None = None,
    counted: Counted | None = None,
    holders: Holders | None = None,
    is_ours: bool = False,
) -> None:
    """Declare a table by its model label, for example "commerce.Order"; see `Declaration`."""
    _declared[model.lower()] = Declaration(
        model.lower(),
        on_merge,
        on_erase,
        tuple(export),
        follows=follows,
        one_of=one_of,
        busy=busy or {},
        resolved_by=resolved_by,
        fact=fact,
        told_by=told_by,
        rebuild=rebuild,
        counted=counted,
        holders=holders,
        is_ours=is_ours,
    )


def declare_keys(model: str, *, owned: Owned | None) -> None:
    """Declare a key table by its model label, for example "commerce.OrderKey"; see `KeyDeclaration`."""
    _keys[model.lower()] = KeyDeclaration(model.lower(), owned)


def declarations() -> dict[type[models.Model], Declaration]:
    """Every declared model with its fate; parents stand before what follows them."""
    ordered = sorted(_declared.values(), key=lambda one: one.follows is not None)
    return {apps.get_model(declaration.model): declaration for declaration in ordered}


def key_tables() -> dict[type[models.Model], KeyDeclaration]:
    """Every declared key table."""
    return {apps.get_model(label): declaration for label, declaration in _keys.items()}


def declare_forgetting(forget: Forget) -> None:
    """Declare what becomes of files and the like of a person who is forgotten; it runs after the rows are gone."""
    _forgetters.append(forget)


def forgetters() -> tuple[Forget, ...]:
    """Everything that has to forget people outside of tables."""
    return tuple(_forgetters)


def declare_farewell(farewell: Farewell) -> None:
    """Declare what is written to people who are forgotten, while their address can still be read."""
    _farewells.append(farewell)


def farewells() -> tuple[Farewell, ...]:
    """Every farewell, in the order of their declaration."""
    return tuple(_farewells)


def declare_settling(settle: Settle) -> None:
    """Declare what a room sets right when two are parted whose words stand in one row's company."""
    _settlers.append(settle)


def settlers() -> tuple[Settle, ...]:
    """Everything that is set right then, in the order of their declaration."""
    return tuple(_settlers)
