"""What becomes of each customer-owned table when a customer is merged, exported or erased.

Every room declares its tables in its `lifecycle.py`; a test fails for a table nobody declared. Upper rooms plug in
here, so that merging, exporting and erasing never import them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from django.apps import apps
from django.db import models


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
class Declaration:
    """One table's fate. `export` names the columns that belong in the person's own copy."""

    model: str
    on_merge: OnMerge
    on_erase: OnErase
    export: Sequence[str] = field(default=())


_declared: dict[str, Declaration] = {}


def declare(model: str, *, on_merge: OnMerge, on_erase: OnErase, export: Sequence[str] = ()) -> None:
    """Declare a table by its model label, for example "commerce.Order"."""
    _declared[model.lower()] = Declaration(model.lower(), on_merge, on_erase, tuple(export))


def declarations() -> dict[type[models.Model], Declaration]:
    """Every declared model with its fate."""
    return {apps.get_model(label): declaration for label, declaration in _declared.items()}
