"""Handing a file to who asked for it: opened piece by piece while it goes out, each person judged once more.

Whoever took a permission back since the file was made is not in what leaves. The access log learns of every piece
before it goes. Each row names the export it came of (`registry.MARK`), and so does the file's name; which colleague
asked, when and why stands in the row of that export. A column of its own breaks no reader, survives copying, cutting
and sorting, and is passed over when the file is imported again; a comment behind the last line does none of this.
"""

import re
import unicodedata
import uuid
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import actors, audit, leaving
from cdp.core.exports import keeping, leading, registry, writing
from cdp.core.models import Export, ExportPortion, User

VIEW = "web:export-file"
COUNTED = 5_000
"""Of that many people a page asks the gate once more, in well under a second."""
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


class UnableToHand(Exception):
    """This person may not have it, or it is not there; the message says why."""


def hand(export: uuid.UUID, *, user: User, at: datetime) -> StreamingHttpResponse:
    """The file as a download, for who asked for it and nobody else. Raises UnableToHand."""
    with transaction.atomic():
        row = Export.objects.select_for_update().filter(id=export).first()
        if row is None or row.asked_by != user.id or not user.can("exports"):
            raise UnableToHand(_("Only who asked for a file may fetch it."))
        if row.state != Export.State.READY or row.expires_at is None or row.expires_at <= at:
            raise UnableToHand(_("This file is not there any more; ask for it again."))
        if row.is_personal and not row.is_masked and not user.can("customers.reveal"):
            raise UnableToHand(_("It shows contacts, which your role may not see any more; ask for it again."))
        Export.objects.filter(id=row.id).update(downloads=F("downloads") + 1)
        audit.record(
            audit.Action.EXPORT_FETCHED, actor=actors.staff(user), at=at, subject=row.id, details={"people": row.held}
        )
    columns = [*_headed(row), registry.MARK]
    noted = {"export": str(row.id), "asked_by": str(row.asked_by), "asked_at": row.asked_at.isoformat()}
    response = StreamingHttpResponse(
        writing.stream(row.form, columns, _portions(row, actors.staff(user)), noted), content_type=TYPES[row.form]
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(row, user)}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def count_leaving(export: Export, *, at: datetime) -> int | None:
    """How many of the people in a file would leave with it at that moment; None where it holds nobody, or too many to
    ask for a page.
    """
    if export.state != Export.State.READY or not 0 < export.held <= COUNTED:
        return None
    channel, number = export.channel or leading.FILE, 0
    for people in ExportPortion.objects.filter(export=export).values_list("people", flat=True):
        permit = leaving.ask_many(
            people, purpose=export.purpose, channel=channel, at=at, is_list=bool(export.channel)
        ).permit
        number += len(permit.people) if permit else 0
    return number


def file_name(export: Export, user: User) -> str:
    """`customers-vip-2026-11-22-mali-019a….csv`: what, of whom, when, for whom, and which export."""
    day = timezone.localtime(export.asked_at).date().isoformat()
    about = next((_slug(value) for value in export.about.values()), "")
    parts = [export.kind, about, _slug(export.segment), day, _slug(str(user)), export.id.hex]
    return "-".join(part for part in parts if part) + f".{export.form}"


def _headed(export: Export) -> list[str]:
    """What its columns are called; by their own names where nobody knows any more what it is about."""
    try:
        return registry.of(export.kind, export.about).headed(export.columns, export.form)
    except (KeyError, registry.UnknownChoice):
        return list(export.columns)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.partition("@")[0]).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30]


def _portions(export: Export, actor: actors.Actor) -> Iterator[list[list[str]]]:
    mark = str(export.id)
    for piece in keeping.pieces(export.id):
        people = sorted({whose for whose, _cells in piece if whose is not None})
        if not people:
            yield [[*cells, mark] for _whose, cells in piece]
            continue
        now = timezone.now()
        channel = export.channel or leading.FILE
        permit = leaving.ask_many(
            people, purpose=export.purpose, channel=channel, at=now, is_list=bool(export.channel)
        ).permit
        if permit is None:
            continue
        permit.check(channel=channel, purpose=export.purpose)
        # By its id: whoever asks later who was in a file finds them, and why it was needed in the row of the export.
        audit.looked(actor=actor, at=now, view=VIEW, customers=sorted(permit.people), reason=mark)
        yield [[*cells, mark] for whose, cells in piece if whose is None or permit.covers(whose)]
