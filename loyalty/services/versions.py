"""The programme's versions: one draft, and what was published, which never changes."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from cdp.core import audit, wake
from cdp.core.actors import Actor
from cdp.core.structures import Invalid, Problem
from loyalty.models import ProgrammeVersion, WalletType
from loyalty.rules import checking, programme
from loyalty.selectors import versions as reading


class NoDraft(LookupError):
    """There is nothing that could be published."""


class Changed(ValueError):
    """Somebody else changed the draft since it was read."""


class TooEarly(ValueError):
    """A version would change what has been judged already: it may begin from now on at the earliest."""


def save_draft(
    *, definition: Mapping[str, Any], actor: Actor, now: datetime, note: str = "", seen: str | None = None
) -> ProgrammeVersion:
    """Keep what is being worked on; there is one draft. Raises `structures.Invalid` for what cannot be read at all, and
    Changed where `seen`, the mark of the draft that was read (`selectors.versions.mark`), is no longer its mark.

    What stands in the way of publishing it (`obstacles`) does not keep a draft from being kept.
    """
    read = programme.read(definition)
    with transaction.atomic():
        draft = _draft()
        if seen is not None and seen != reading.mark(draft):
            raise Changed
        if draft is None:
            number = (ProgrammeVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1
            draft = ProgrammeVersion(number=number)
        draft.definition, draft.note = dict(programme.written(read)), note
        draft.save()
        audit.record(
            audit.Action.PROGRAMME_DRAFTED, actor=actor, at=now, subject=draft.id, details={"number": draft.number}
        )
    return draft


def discard_draft(*, actor: Actor, now: datetime) -> None:
    """Throw the draft away. Raises NoDraft."""
    with transaction.atomic():
        draft = _draft()
        if draft is None:
            raise NoDraft
        audit.record(
            audit.Action.PROGRAMME_DISCARDED, actor=actor, at=now, subject=draft.id, details={"number": draft.number}
        )
        draft.delete()


def obstacles(definition: Mapping[str, Any]) -> Sequence[Problem]:
    """What stands in the way of publishing it. Raises `structures.Invalid` for what cannot be read at all."""
    kinds = dict(WalletType.objects.values_list("key", "kind"))
    return checking.problems(programme.read(definition), kinds)


def publish(
    *, starts_at: datetime, actor: Actor, now: datetime, note: str | None = None, seen: str | None = None
) -> ProgrammeVersion:
    """Put the draft in force from `starts_at` on; from then on it never changes. `note` says what changed.

    Only the very first version may begin in the past: purchases since then earn. Raises NoDraft, Changed (as
    `save_draft`), TooEarly, and `structures.Invalid` with everything that stands in the way.
    """
    with transaction.atomic():
        draft = _draft()
        if draft is None:
            raise NoDraft
        if seen is not None and seen != reading.mark(draft):
            raise Changed
        found = obstacles(draft.definition)
        if found:
            raise Invalid(found)
        is_first = not ProgrammeVersion.objects.filter(published_at__isnull=False).exists()
        if starts_at < now and not is_first:
            raise TooEarly
        draft.starts_at, draft.published_at = starts_at, now
        draft.note = draft.note if note is None else note
        draft.published_by = actor.id if isinstance(actor.id, uuid.UUID) else None
        draft.save()
        audit.record(
            audit.Action.PROGRAMME_PUBLISHED,
            actor=actor,
            at=now,
            subject=draft.id,
            details={"number": draft.number, "starts_at": starts_at.isoformat()},
        )
        if starts_at <= now:
            transaction.on_commit(wake.purchases)
    return draft


def _draft() -> ProgrammeVersion | None:
    """Behind its lock, so that nobody publishes what somebody else is changing."""
    return ProgrammeVersion.objects.select_for_update().filter(published_at__isnull=True).first()
