"""Many rows of a table in one statement: documents (orders, refunds, carts) and their lines."""

import json
import uuid
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from django.db import models

from cdp.core import copying
from commerce.services.keys import Owner

_Document = TypeVar("_Document", bound=models.Model)


def insert(model: type[models.Model], objects: Sequence[Any]) -> None:
    """Append unsaved (or just deleted) objects of `model` by COPY."""
    if not objects:
        return
    fields = model._meta.concrete_fields
    copying.rows(
        model,
        [str(field.column) for field in fields],
        ([_spelt(field, getattr(row, field.attname)) for field in fields] for row in objects),
    )
    for row in objects:
        row._state.adding = False


def _spelt(field: models.Field, value: Any) -> Any:
    """JSON as the text that COPY takes; everything else as it is."""
    return json.dumps(value, ensure_ascii=False) if isinstance(field, models.JSONField) else value


def owned(model: type[_Document], owners: Collection[Owner]) -> dict[uuid.UUID, _Document]:
    """The rows of `model` that these point at, by id; those that are gone are left out."""
    if not owners:
        return {}
    found = model._default_manager.filter(
        customer_id__in={owner.customer for owner in owners}, id__in=[owner.row for owner in owners]
    )
    return {row.pk: row for row in found}


def delete(documents: Sequence[Any], *, lines: type[models.Model], column: str) -> None:
    """Delete documents of one model with their lines, whose `column` has the document's id; keys stay."""
    if not documents:
        return
    customers, found = {row.customer_id for row in documents}, [row.id for row in documents]
    lines._default_manager.filter(customer_id__in=customers, **{f"{column}__in": found}).delete()
    type(documents[0])._default_manager.filter(customer_id__in=customers, id__in=found).delete()
