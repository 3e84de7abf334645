"""Many rows of a table in one statement."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from cdp.core import copying


def insert(model: type[models.Model], objects: Sequence[Any]) -> None:
    """Append unsaved (or just deleted) objects of `model` by COPY."""
    if not objects:
        return
    fields = model._meta.concrete_fields
    copying.rows(
        model,
        [str(field.column) for field in fields],
        ([getattr(row, field.attname) for field in fields] for row in objects),
    )
    for row in objects:
        row._state.adding = False
