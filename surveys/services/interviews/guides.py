"""Making guides: drafts, and publishing with what is said before the first question. Published ones never change."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from cdp.core.structures import Problem, fill
from consent.rules.notices import Text
from surveys.models import Guide, GuideVersion
from surveys.rules import ready
from surveys.rules.interviews import guides as rules
from surveys.services import disclosing
from surveys.services.publishing import SLUG

GOALS = Path(__file__).resolve().parent.parent.parent / "texts" / "goals.json"
RESERVED = frozenset({"new", "quotes", "testimonials", "talks"})
"""Addresses of pages of ours."""


class UnableToChange(Exception):
    """Nothing was changed; the message says why, for staff."""


class UnableToPublish(Exception):
    """Something stands in the way; `problems` has all of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep them."""
        super().__init__("; ".join(f"{one.pointer}: {one.message}" for one in problems))
        self.problems = tuple(problems)


def of_ready(key: str) -> dict[str, Any]:
    """One of the first ready-made questionnaires as the draft of a guide. Raises KeyError."""
    if key not in ready.GUIDES:
        raise KeyError(key)
    goal = json.loads(GOALS.read_text("utf-8"))[key]
    return rules.written(rules.of_questionnaire(ready.one(key), goal=goal))


def create(*, slug: str, draft: Mapping[str, Any], actor: Actor, at: dt.datetime) -> Guide:
    """A new guide, as a draft. Raises UnableToChange."""
    if not re.fullmatch(SLUG, slug):
        raise UnableToChange(_("An address has small letters, digits and hyphens, at most forty."))
    if slug in RESERVED:
        raise UnableToChange(_("This address is one of our own pages. Choose another."))
    _read(draft)
    by = _by(actor)
    guide = Guide(slug=slug, draft=dict(draft), draft_at=at, draft_by=by, created_at=at, created_by=by)
    try:
        with transaction.atomic():
            guide.save(force_insert=True)
            _note(audit.Action.GUIDE_CREATED, guide, actor=actor, at=at)
    except IntegrityError as error:
        raise UnableToChange(_("There is a guide with this address already.")) from error
    return guide


def save(*, guide: uuid.UUID, draft: Mapping[str, Any], seen: dt.datetime, actor: Actor, at: dt.datetime) -> Guide:
    """Write the draft. `seen` is when the one was saved that was changed here. Raises UnableToChange."""
    _read(draft)
    with transaction.atomic():
        row = Guide.objects.select_for_update().get(id=guide)
        if row.draft_at != seen:
            raise UnableToChange(_("Somebody else changed this guide meanwhile. Reload it to see their changes."))
        row.draft, row.draft_at, row.draft_by = dict(draft), at, _by(actor)
        row.save(update_fields=["draft", "draft_at", "draft_by"])
    return row


def publish(*, guide: uuid.UUID, disclosure: Mapping[str, Text], actor: Actor, at: dt.datetime) -> GuideVersion:
    """Put the draft in force as the next version, together with what is said before the first question, in each
    language the guide is held in. Raises UnableToPublish, and UnableToChange where nothing changed.
    """
    with transaction.atomic():
        row = Guide.objects.select_for_update().get(id=guide)
        read = _read(row.draft)
        faults = rules.faults(read) + [
            Problem(
                f"/disclosure/{language}", fill(_("The text in this language is missing: %(what)s."), str(language))
            )
            for language in read.languages
            if language not in disclosure or disclosure[language].is_empty
        ]
        if faults:
            raise UnableToPublish(faults)
        try:
            is_said = disclosing.put_in_force(row, disclosure, actor=actor, at=at)
        except disclosing.UnableToPublish as unable:
            raise UnableToPublish([Problem("/disclosure", str(unable))]) from unable
        written = rules.written(read)
        last = GuideVersion.objects.filter(guide=row, number=row.version).first()
        if last is not None and last.definition == written:
            if not is_said and not row.is_away:
                raise UnableToChange(_("Nothing changed since the last version."))
            Guide.objects.filter(id=row.id).update(is_away=False)
            return last
        row.version, row.is_away = row.version + 1, False
        row.save(update_fields=["version", "is_away"])
        version = GuideVersion.objects.create(
            guide=row, number=row.version, definition=written, published_at=at, published_by=_by(actor)
        )
        _note(audit.Action.GUIDE_PUBLISHED, row, actor=actor, at=at, version=row.version)
    return version


def put_away(*, guide: uuid.UUID, is_away: bool, actor: Actor, at: dt.datetime) -> Guide:
    """No new talk begins by a guide that is put away; what was held by it stays."""
    with transaction.atomic():
        row = Guide.objects.select_for_update().get(id=guide)
        row.is_away = is_away
        row.save(update_fields=["is_away"])
        _note(audit.Action.GUIDE_CHANGED, row, actor=actor, at=at, is_away=is_away)
    return row


def _read(draft: Mapping[str, Any]) -> rules.Guide:
    try:
        return rules.read(draft)
    except rules.Unreadable as unreadable:
        raise UnableToChange(_("This is no guide: %(why)s") % {"why": unreadable}) from unreadable


def _note(action: audit.Action, guide: Guide, *, actor: Actor, at: dt.datetime, **details: object) -> None:
    audit.record(action, actor=actor, at=at, subject=guide.id, details={"slug": guide.slug, **details})


def _by(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}" if actor.id else actor.kind
