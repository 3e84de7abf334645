"""The digests that the log of merges holds, brought to a new root (`cdp.core.keys.reindexing`)."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

from cdp.core.crypto import index
from cdp.core.keys import digests
from customers.models import MergeLog

PORTION = 1000
_HEX = "\\x"
"""How PostgreSQL spells bytes in an image."""


def bring(way: digests.Way) -> int:
    """Bring the whole log along, in the transaction around it. How many rows."""
    kinds: dict[str, dict[str, digests.Kind]] = {}
    for one in digests.every():
        kinds.setdefault(one.model._meta.label, {})[one.column] = one.kind
    rows, after = 0, None
    while True:
        found = (
            MergeLog.objects.order_by("id") if after is None else MergeLog.objects.filter(id__gt=after).order_by("id")
        )
        portion = list(found.values_list("id", "fields", "base", "images", "identifiers")[:PORTION])
        if not portion:
            return rows
        of_customer = kinds["customers.Customer"]
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE customers_mergelog SET fields = %s, base = %s, images = %s, identifiers = %s WHERE id = %s",
                [
                    (
                        json.dumps(_within(fields, of_customer, way.step)),
                        json.dumps(_within(base, of_customer, way.step)),
                        json.dumps(
                            {
                                label: {
                                    row: _image(image, kinds.get(label, {}), way.step) for row, image in held.items()
                                }
                                for label, held in images.items()
                            }
                        ),
                        json.dumps({part: [_digest(one, way.step) for one in some] for part, some in named.items()}),
                        row,
                    )
                    for row, fields, base, images, named in portion
                ],
            )
        rows, after = rows + len(portion), portion[-1][0]


def _image(image: str, columns: Mapping[str, digests.Kind], step: index.Step) -> str:
    """A whole row as JSON text; what holds no digest stays to the letter."""
    if not columns:
        return image
    row = json.loads(image)
    return json.dumps({name: _value(value, columns.get(name), step) for name, value in row.items()})


def _within(value: Any, columns: Mapping[str, digests.Kind], step: index.Step) -> Any:
    """Columns by their names, however deep they lie."""
    if isinstance(value, dict):
        return {
            name: _value(inner, columns[name], step) if name in columns else _within(inner, columns, step)
            for name, inner in value.items()
        }
    return [_within(inner, columns, step) for inner in value] if isinstance(value, list) else value


def _value(value: Any, kind: digests.Kind | None, step: index.Step) -> Any:
    if kind is None or value is None:
        return value
    if kind is digests.Kind.NUMBERS:
        return sorted(step.number(one) for one in value)
    if kind is digests.Kind.NUMBER:
        return step.number(value)
    return _digest(value, step)


def _digest(text: str, step: index.Step) -> str:
    """A digest in hex, spelt as it was; what is shorter is none."""
    start = _HEX if text.startswith(_HEX) else ""
    raw = bytes.fromhex(text.removeprefix(start))
    return start + step.digest(raw).hex() if len(raw) == index.DIGEST else text
