"""What `manage.py export` writes on the server: counted, judged and written down like a file of the pages.

Nobody is logged in there, so the command asks for itself, and all it took within a day counts together. More than
`CDP_EXPORT_ALONE` people go with an export that one colleague asked for on the pages and another let go. Where nobody
could be the second person, because a single member of staff is all there is, the owner of the server takes it alone,
and the row says so. A word of that kind is no lock: who has a shell on the server has its keys. It keeps an honest
operator within the rule of the shop, and what was done in sight.
"""

import hashlib
import os
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cdp.core import access, audit, locks, minimising
from cdp.core.actors import SYSTEM
from cdp.core.exports import asking, leading, making, registry, words, writing
from cdp.core.ids import uuid7
from cdp.core.models import Export, User

VIEW = "export"
_TURN = hashlib.sha256(b"manage.py export").digest()


@dataclass
class Outcome:
    """What a file holds, and of whom it does not."""

    rows: int = 0
    people: int = 0
    left_out: Counter[str] = field(default_factory=Counter)  # by the gate's reason


Progress = Callable[[Outcome], None]


class UnableToTake(Exception):
    """Not like this; the message says why and what to do."""


class _Grown(Exception):
    """More people than were counted."""


def take(
    kind: registry.Kind,
    path: Path,
    *,
    form: str,
    purpose: str,
    channel: str,
    segment: str,
    reason: str,
    approved: uuid.UUID | None,
    at: datetime,
    about: Mapping[str, str] | None = None,
    on_progress: Progress | None = None,
) -> Outcome:
    """Write a file of everybody, or of a segment, whom the gate lets go for that purpose; whole or not at all.

    The file is readable for its owner only. `approved` names an export of the pages that was let go; it is for the same
    of the same people, or nothing is written, and once. Raises UnableToTake, audiences.UnknownAudience, OSError.
    """
    try:
        asking.check_channel(kind, purpose, channel)
    except asking.UnableToAsk as problem:
        raise UnableToTake(str(problem)) from problem
    if approved:
        export = _approved(
            approved, kind=kind.key, about=dict(about or {}), purpose=purpose, channel=channel, segment=segment
        )
        most = export.people * (1 + making.GROWTH) + 1
    else:
        export, most = _counted(kind, form, purpose, channel, segment, reason, dict(about or {}), at)
    outcome = Outcome()
    try:
        _write(kind, path, form, export, outcome, most, at, on_progress)
    except BaseException as problem:
        if approved:  # nothing was written, so it was not used
            Export.objects.filter(id=export.id).update(downloads=F("downloads") - 1)
        if isinstance(problem, _Grown):
            raise UnableToTake(_("It would hold more people than were counted; please begin again.")) from None
        raise
    finally:
        if not approved:
            # Also of a file that was not finished: whom it had looked at stands in the access log under its number.
            Export.objects.filter(id=export.id).update(
                rows=outcome.rows, held=outcome.people, left_out=dict(outcome.left_out)
            )
    audit.record(
        audit.Action.EXPORT_WRITTEN,
        actor=SYSTEM,
        at=at,
        subject=export.id,
        details={
            "kind": kind.key,
            "purpose": purpose,
            "channel": channel,
            "segment": segment,
            "people": outcome.people,
            "rows": outcome.rows,
            "left_out": dict(outcome.left_out),
        },
    )
    return outcome


@transaction.atomic
def _counted(
    kind: registry.Kind,
    form: str,
    purpose: str,
    channel: str,
    segment: str,
    reason: str,
    about: dict[str, str],
    at: datetime,
) -> tuple[Export, float]:
    """The row of a file for which nobody else is asked, and how many people it may hold at most."""
    # One command after the other: two at once would each count without the other.
    locks.take_turns(_TURN)
    found = asking.count(kind, segment=segment, purpose=purpose, channel=channel, asker=None, at=at)
    is_alone = found.needs_second and not _is_second_person()
    if found.needs_second and not is_alone:
        message = _(
            "These are {people} people with what was written here within a day; of more than {most} a second person"
            " lets it go. Ask for the file on the page Exports with the same kind, segment, purpose and channel, have a"
            " colleague let it go, and run this again with --approved and the number of the export."
        )
        raise UnableToTake(message.format(people=found.with_earlier, most=settings.CDP_EXPORT_ALONE))
    row = uuid7()
    export = Export.objects.create(
        id=row,
        kind=kind.key,
        about=about,
        segment=segment,
        purpose=purpose,
        channel=channel,
        columns=asking.columns_of(kind, channel, kind.columns),
        form=form,
        **words.new(row, " ".join(reason.split())[: asking.LONGEST_REASON]),
        is_personal=kind.is_personal,
        asked_by=None,
        asked_at=at,
        people=found.people,
        left_out=dict(found.left_out),
        state=Export.State.ENDED,
        ended_at=at,
        ended_for=Export.End.TAKEN,
    )
    left = settings.CDP_EXPORT_ALONE - (found.with_earlier - found.people)
    return export, found.people * (1 + making.GROWTH) + 1 if is_alone else max(left, found.people)


def _is_second_person() -> bool:
    """Whether one colleague could ask and another let it go."""
    able = User.objects.filter(is_active=True)
    may_ask = set(able.filter(role__in=access.CAPABILITIES["exports"]).values_list("id", flat=True))
    may_approve = set(able.filter(role__in=access.CAPABILITIES["exports.approve"]).values_list("id", flat=True))
    return any(may_ask - {one} for one in may_approve)


@transaction.atomic
def _approved(export: uuid.UUID, **asked: object) -> Export:
    """That export, used from now on: the command takes it once, and not what was fetched from the page."""
    row = (
        Export.objects.select_for_update()
        .filter(id=export, state__in=[Export.State.MAKING, Export.State.READY])
        .first()
    )
    if row is None or row.decided_by is None:
        raise UnableToTake(_("There is no such export that a second person let go and that has not ended."))
    if {name: getattr(row, name) for name in asked} != asked:
        raise UnableToTake(
            _("That export was let go for something else: --purpose {purpose} --channel {channel} --segment {segment}.")
            .format(purpose=row.purpose, channel=row.channel or "-", segment=row.segment or "-")
        )  # fmt: skip
    if row.is_masked and not row.channel:
        raise UnableToTake(
            _("That export was let go with masked contacts; a file of the server shows them. Ask as somebody who may.")
        )  # fmt: skip
    if row.downloads:
        raise UnableToTake(_("That export was fetched or written already; ask for another one."))
    Export.objects.filter(id=row.id).update(downloads=F("downloads") + 1)
    return row


def _write(
    kind: registry.Kind,
    path: Path,
    form: str,
    export: Export,
    outcome: Outcome,
    most: float,
    at: datetime,
    on_progress: Progress | None,
) -> None:
    if kind.rows:
        minimising.note(export.columns, by="export", day=at.date())
    places = [kind.columns.index(column) for column in export.columns]
    handle, draft_name = tempfile.mkstemp(dir=path.parent, prefix=".export-", suffix=".part")
    os.close(handle)
    draft = Path(draft_name)
    try:
        writer = writing.begin(draft, form, kind.headed(export.columns, form))
        try:
            if kind.pages and not export.segment:
                outcome.rows += writer.write([cells[place] for place in places] for cells in kind.pages())
            for portion in leading.everybody(kind, export.segment) if kind.rows else ():
                judged = leading.judge(kind, portion, purpose=export.purpose, channel=export.channel, at=at)
                outcome.left_out.update(judged.left_out)
                permit = judged.permit
                if permit is not None and judged.people:
                    outcome.people += len(judged.people)
                    if outcome.people > most:
                        raise _Grown
                    permit.check(channel=export.channel or leading.FILE, purpose=export.purpose)
                    assert kind.rows is not None, "the loop asked"  # noqa: S101
                    audit.looked(actor=SYSTEM, at=at, view=VIEW, customers=judged.people, reason=str(export.id))
                    rows = kind.rows(judged.people)
                    outcome.rows += writer.write([cells[place] for place in places] for _whose, cells in rows)
                if on_progress:
                    on_progress(outcome)
        finally:
            writer.close()
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
