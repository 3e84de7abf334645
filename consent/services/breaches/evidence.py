"""Everything about a breach in one file: its record, the log, the drafts, and the ids of the people, hashed."""

import csv
import datetime as dt
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import Breach, BreachDraft, BreachPerson, BreachStep
from consent.services.breaches import recording

PAGE = 5000


def pack(*, breach: uuid.UUID, actor: Actor, at: dt.datetime) -> bytes:
    """A ZIP for an authority: no names, no contacts. Making it stands in the log and the audit."""
    row = Breach.objects.get(id=breach)
    recording.step(row, "packed", actor=actor, at=at)
    audit.record(audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "packed"})
    files: dict[str, bytes] = {
        "breach.json": _json(_plain(row)),
        "timeline.json": _json([_plain(step) for step in BreachStep.objects.filter(breach_id=breach).order_by("id")]),
        "people.csv": _people(breach),
    }
    for draft in BreachDraft.objects.filter(breach_id=breach).order_by("audience", "law", "language"):
        name = f"texts/{draft.audience}-{draft.law}-{draft.language}.txt"
        files[name] = f"{draft.subject}\n\n{draft.body}\n".encode()
    files["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _people(breach: uuid.UUID) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["customer", "found_by", "added_at", "told_at", "not_told"])
    for row in _rows(breach):
        writer.writerow(["" if value is None else value for value in row])
    return out.getvalue().encode()


def _rows(breach: uuid.UUID) -> Iterator[tuple[Any, ...]]:
    after = uuid.UUID(int=0)
    found = BreachPerson.objects.filter(breach_id=breach).order_by("customer_id")
    columns = ("customer_id", "via", "added_at", "told_at", "untold")
    while page := list(found.filter(customer_id__gt=after).values_list(*columns)[:PAGE]):
        yield from page
        after = page[-1][0]


def _plain(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2, default=str).encode()
