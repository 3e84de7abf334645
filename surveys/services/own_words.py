"""Writing the shop's own words of an invitation, and keeping those that a press of the button went out with."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from surveys.models import InvitationBatch, Survey
from surveys.rules import own_words
from surveys.rules.own_words import LONGEST, Words
from surveys.services.publishing import UnableToChange


def save(*, survey: uuid.UUID, words: Words, actor: Actor, at: dt.datetime) -> Survey:
    """Keep the words for the invitations that come; those that were sent keep theirs. Empty parts are said by the ready
    words. Raises UnableToChange.
    """
    kept = _checked(words)
    with transaction.atomic():
        row = Survey.objects.select_for_update().get(id=survey)
        row.letter = kept
        row.save(update_fields=["letter"])
        audit.record(
            audit.Action.SURVEY_CHANGED,
            actor=actor,
            at=at,
            subject=row.id,
            details={"slug": row.slug, "invitation_words": sorted(kept)},
        )
    return row


def freeze(*, survey: Survey, batch: uuid.UUID, words: Words, at: dt.datetime) -> Words:
    """Keep the words that are sent with a press of the button, for its reminders. Returns those that were kept first:
    a press that goes on after a kill says what it said.
    """
    if not words:
        return words
    row, _new = InvitationBatch.objects.get_or_create(
        id=batch, defaults={"survey_id": survey.id, "letter": dict(words), "made_at": at}
    )
    return dict(row.letter)


def frozen(batches: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Words]:
    """The words of these presses; one that went out with the ready words is not among them."""
    wanted = [batch for batch in set(batches) if batch is not None]
    return dict(InvitationBatch.objects.filter(id__in=wanted).values_list("id", "letter"))


def _checked(words: Words) -> dict[str, dict[str, str]]:
    kept: dict[str, dict[str, str]] = {}
    for language, parts in words.items():
        if language not in dict(settings.LANGUAGES) or not set(parts) <= set(LONGEST):
            raise UnableToChange(_("The shop does not speak this language: %(what)s.") % {"what": language})
        said = _said(parts)
        for part, text in said.items():
            if fault := next(own_words.faults(part, text), ""):
                raise UnableToChange(fault)
        if said:
            kept[language] = said
    return kept


def _said(parts: Mapping[str, str]) -> dict[str, str]:
    found = {part: own_words.written(part, text) for part, text in parts.items()}
    return {part: text for part, text in found.items() if text}
