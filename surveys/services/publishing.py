"""Making questionnaires: drafts, publishing, opening and closing. What is published never changes."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.crypto import rowkeys
from cdp.core.structures import Invalid, Problem, fill
from consent.rules.notices import Text
from consent.selectors import purposes
from consent.services import disclosures
from surveys.models import Picture, Quota, Survey, SurveyVersion
from surveys.rules import checking, definition, mapping, rewards
from surveys.rules.checking import Report
from surveys.rules.definition import Definition
from surveys.rules.kinds.choices import Poll
from surveys.rules.kinds.words import Consent
from surveys.selectors import questionnaires
from surveys.services import disclosing

TABLE = Survey._meta.db_table
KEY_CONTEXT = rowkeys.context(TABLE)
SLUG = "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
RESERVED = frozenset({"new", "pictures", "schema"})
"""Addresses of pages of ours."""
MOST_QUOTAS = 50
QUOTA_TELLS = gettext_lazy(
    "In an anonymous survey a quota has no condition: as places are taken it would tell who answered what."
)


class UnableToChange(Exception):
    """Nothing was changed; the message says why, for staff."""


class UnableToPublish(Exception):
    """Something stands in the way; `problems` has all of it, each with its place in the definition."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep them."""
        super().__init__("; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)


def create(
    *, slug: str, name: str, draft: Mapping[str, Any], is_anonymous: bool, actor: Actor, at: dt.datetime
) -> Survey:
    """A new questionnaire, as a draft that may have faults. Raises UnableToChange."""
    if not re.fullmatch(SLUG, slug):
        raise UnableToChange(_("An address has small letters, digits and hyphens, at most forty."))
    if slug in RESERVED:
        raise UnableToChange(_("This address is one of our own pages. Choose another."))
    if not name.strip():
        raise UnableToChange(_("Give it a name."))
    row = ids.uuid7()
    ring_key, wrapped = rowkeys.new(TABLE, row)
    survey = Survey(
        id=row,
        slug=slug,
        name=name.strip()[:120],
        draft=dict(draft),
        is_anonymous=is_anonymous,
        draft_at=at,
        draft_by=_by(actor),
        created_at=at,
        created_by=_by(actor),
        ring_key=ring_key,
        wrapped=wrapped,
    )
    try:
        with transaction.atomic():
            survey.save(force_insert=True)
            _note(audit.Action.SURVEY_CREATED, survey, actor=actor, at=at)
    except IntegrityError as error:
        raise UnableToChange(_("There is a survey with this address already.")) from error
    return survey


def save_draft(
    *, survey: uuid.UUID, draft: Mapping[str, Any], seen: dt.datetime, actor: Actor, at: dt.datetime
) -> Survey:
    """Write the draft. `seen` is when the one was saved that was changed here: who saves over somebody else's work is
    told. Raises UnableToChange.
    """
    with transaction.atomic():
        row = Survey.objects.select_for_update().get(id=survey)
        if row.draft_at != seen:
            raise UnableToChange(_("Somebody else changed this survey meanwhile. Reload it to see their changes."))
        row.draft, row.draft_at, row.draft_by = dict(draft), at, _by(actor)
        row.save(update_fields=["draft", "draft_at", "draft_by"])
    return row


def report(survey: Survey, *, at: dt.datetime) -> Report:
    """Everything that stands in the way of publishing the draft, and what should be thought of again."""
    try:
        read = definition.read(survey.draft)
    except Invalid as invalid:
        return Report(invalid.problems, ())
    found = checking.check(read, is_anonymous=survey.is_anonymous)
    return Report((*found.faults, *_in_this_shop(survey, read, at=at)), found.doubts)


def publish(
    *, survey: uuid.UUID, actor: Actor, at: dt.datetime, disclosure: Mapping[str, Text] | None = None
) -> SurveyVersion:
    """Put the draft in force as the next version, and open the questionnaire; with `disclosure` what is said before the
    first question too. Raises UnableToPublish, and UnableToChange where nothing changed since the last one.
    """
    with transaction.atomic():
        row = Survey.objects.select_for_update().get(id=survey)
        is_said = _say(row, disclosure, actor=actor, at=at) if disclosure is not None else False
        if faults := report(row, at=at).faults:
            raise UnableToPublish(faults)
        written = definition.written(definition.read(row.draft))
        last = SurveyVersion.objects.filter(survey=row, number=row.version).first()
        if last is not None and last.definition == written:
            if not is_said:
                raise UnableToChange(_("Nothing changed since the last version."))
            return last
        row.version += 1
        row.state = Survey.State.OPEN
        row.save(update_fields=["version", "state"])
        version = SurveyVersion.objects.create(
            survey=row, number=row.version, definition=written, published_at=at, published_by=_by(actor)
        )
        _note(audit.Action.SURVEY_PUBLISHED, row, actor=actor, at=at, version=row.version)
    return version


def _say(survey: Survey, texts: Mapping[str, Text], *, actor: Actor, at: dt.datetime) -> bool:
    """Put in force what is said before the first question. Whether anything changed. Raises UnableToPublish."""
    languages = survey.draft.get("languages")
    missing = [
        Problem(f"/disclosure/{language}", fill(_("The text in this language is missing: %(what)s."), str(language)))
        for language in (languages if isinstance(languages, list) else ())
        if not isinstance(language, str) or language not in texts or texts[language].is_empty
    ]
    if missing:
        raise UnableToPublish(missing)
    try:
        return disclosing.put_in_force(survey, texts, actor=actor, at=at)
    except disclosing.UnableToPublish as unable:
        raise UnableToPublish([Problem("/disclosure", str(unable))]) from unable


def set_state(*, survey: uuid.UUID, state: Survey.State, actor: Actor, at: dt.datetime) -> Survey:
    """Open, close or put away what was published. Raises UnableToChange."""
    with transaction.atomic():
        row = Survey.objects.select_for_update().get(id=survey)
        if row.version == 0 and state in {Survey.State.OPEN, Survey.State.CLOSED}:
            raise UnableToChange(_("Publish it first."))
        if state == Survey.State.DRAFT:
            raise UnableToChange(_("What was published does not become a draft again. Close it instead."))
        row.state = state
        row.save(update_fields=["state"])
        _note(audit.Action.SURVEY_CHANGED, row, actor=actor, at=at, state=state.value)
    return row


def arrange(
    *,
    survey: uuid.UUID,
    actor: Actor,
    at: dt.datetime,
    name: str,
    opens_at: dt.datetime | None,
    closes_at: dt.datetime | None,
    is_once: bool,
    wait_days: int | None,
    sample: int,
    reward: Mapping[str, Any],
    is_anonymous: bool | None = None,
) -> Survey:
    """How people are asked. Whether it is anonymous is final once it was published, and then what it promises too:
    somebody relied on it. A named answer keeps what was promised when it was given. Raises UnableToChange.
    """
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise UnableToChange(_("It would close before it opens."))
    if not 1 <= sample <= 100:
        raise UnableToChange(_("Between 1 and 100 percent of people can be asked."))
    try:
        rewards.read(reward)
    except rewards.Unreadable as unreadable:
        raise UnableToChange(_("This cannot be promised.")) from unreadable
    with transaction.atomic():
        row = Survey.objects.select_for_update().get(id=survey)
        if is_anonymous is not None and is_anonymous != row.is_anonymous:
            if row.version:
                raise UnableToChange(_("Whether it is anonymous cannot change after publishing. Make a new survey."))
            row.is_anonymous = is_anonymous
        if row.is_anonymous and row.version and row.reward and row.reward != dict(reward):
            raise UnableToChange(
                _("What an anonymous survey promises cannot change after publishing: no code tells when it was earned.")
            )
        if row.is_anonymous and reward.get("kind") == "draw" and row.reward != dict(reward):
            raise UnableToChange(_("Anonymous answers cannot take part in a draw: nobody could be told that they won."))
        row.name, row.opens_at, row.closes_at = name.strip()[:120] or row.name, opens_at, closes_at
        row.is_once, row.wait_days, row.sample, row.reward = is_once, wait_days, sample, dict(reward)
        row.save()
        _note(audit.Action.SURVEY_CHANGED, row, actor=actor, at=at)
    return row


def set_quotas(
    *, survey: uuid.UUID, quotas: Mapping[str, tuple[str, int]], actor: Actor, at: dt.datetime
) -> list[Quota]:
    """The quotas of a questionnaire: `{key: (condition, limit)}`. What was taken stays taken. Raises UnableToChange for
    a limit below what was taken, and for a condition that cannot be read or asks what nobody is asked.
    """
    if len(quotas) > MOST_QUOTAS:
        raise UnableToChange(_("At most %(most)d quotas.") % {"most": MOST_QUOTAS})
    with transaction.atomic():
        row = Survey.objects.select_for_update().get(id=survey)
        known = {quota.key: quota for quota in Quota.objects.select_for_update().filter(survey=row)}
        asked = _asked(row)
        for key, (when, limit) in sorted(quotas.items()):
            if when and row.is_anonymous:
                raise UnableToChange(f"{key}: {QUOTA_TELLS}")
            if fault := next(checking.condition_faults(asked, when), None) if when else None:
                raise UnableToChange(f"{key}: {fault}")
            taken = known[key].taken if key in known else 0
            if limit < taken:
                raise UnableToChange(_("%(key)s: %(taken)d are taken already.") % {"key": key, "taken": taken})
            Quota.objects.update_or_create(survey=row, key=key, defaults={"when": when, "limit": limit})
        Quota.objects.filter(survey=row).exclude(key__in=quotas).delete()
        _note(audit.Action.SURVEY_CHANGED, row, actor=actor, at=at, quotas=len(quotas))
        return list(Quota.objects.filter(survey=row).order_by("key"))


def _asked(survey: Survey) -> Definition | None:
    """What is asked: the version in force, before the first one the draft; None while nobody can read that one."""
    if survey.version:
        return questionnaires.version(survey.id, survey.version).definition
    try:
        return definition.read(survey.draft)
    except Invalid:
        return None


def _in_this_shop(survey: Survey, read: Definition, *, at: dt.datetime) -> Iterator[Problem]:
    """What only this shop's own rows can tell: its fields, purposes, pictures and what it says of the answers."""
    channels = purposes.channels()
    pictures = [
        picture.image for question in read.questions() if isinstance(question, Poll) for picture in question.pictures
    ]
    known = set(Picture.objects.filter(key__in=pictures).values_list("key", flat=True))
    for pointer, _page, question in read.placed():
        if question.maps_to and (fault := mapping.fault(question)):
            yield Problem(f"{pointer}/maps_to", fault)
        if isinstance(question, Consent) and question.channel not in channels.get(question.purpose, ()):
            yield Problem(f"{pointer}/purpose", _("The shop has no such purpose with this way of contact."))
        if isinstance(question, Poll):
            for n, picture in enumerate(question.pictures):
                if picture.image not in known:
                    yield Problem(f"{pointer}/pictures/{n}/image", _("This picture is not here. Upload it again."))
    yield from _quotas(survey, read)
    for language in read.languages:
        if language not in dict(settings.LANGUAGES):
            yield Problem("/languages", fill(_("The shop does not speak this language: %(what)s."), language))
    try:
        said = disclosures.require(questionnaires.PLACE, survey.slug, language=settings.LANGUAGE_CODE, at=at)
    except disclosures.NotDisclosed as missing:
        yield Problem("/disclosure", str(missing))
        return
    if said.is_anonymous != survey.is_anonymous:
        yield Problem(
            "/disclosure",
            _("What is said before the first question says something else about whether it is anonymous."),
        )


def _quotas(survey: Survey, read: Definition) -> Iterator[Problem]:
    """Conditions of quotas that would limit nothing, or tell too much."""
    for quota in Quota.objects.filter(survey=survey).exclude(when="").order_by("key"):
        if survey.is_anonymous:
            yield Problem("/quotas", QUOTA_TELLS)
            return
        for fault in checking.condition_faults(read, quota.when):
            yield Problem("/quotas", f"{quota.key}: {fault}")


def _by(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}" if actor.id else actor.kind


def _note(action: audit.Action, survey: Survey, *, actor: Actor, at: dt.datetime, **details: object) -> None:
    audit.record(action, actor=actor, at=at, subject=survey.id, details={"slug": survey.slug, **details})
