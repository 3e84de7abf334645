"""Who answered, and what the answers say of them: profile fields with their provenance, permissions.

Anybody may type anybody's address into a form (decision 5): a person we know already keeps everything as it is, and
what was refused before is asked about by a message. Only a personal link, a call or a till makes sure who it is.
"""

import dataclasses
import datetime as dt
import functools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from cdp.core.models import Source
from consent.rules import notices
from consent.selectors import policies
from consent.services import grants, ticks
from customers.rules import people
from customers.rules.people import Person
from customers.services import identity, profiles
from customers.services.identity import deciding
from surveys.models import Response
from surveys.rules import mapping
from surveys.rules.kinds.words import Contact
from surveys.rules.sending import Judged
from surveys.selectors.questionnaires import PLACE
from surveys.services.answering import boxes
from surveys.services.answering.runs import Run

FORM_SOURCE = "Surveys"
METHOD = "form"
METHODS = {Response.Mode.CALL: "phone", Response.Mode.API: "api", Response.Mode.FILE: "import"}
"""How a permission came about, in the words of the ledger, where nobody ticked a box themselves."""


@dataclass(frozen=True)
class Known:
    """Whose the answers are, and what they say of them. `is_sure`: by more than what they typed; `resolved_by`: the
    identifier that decided.
    """

    customer: uuid.UUID
    person: Person
    is_sure: bool
    resolved_by: bytes | None = None


def known(run: Run, judged: Judged, sure: uuid.UUID | None, *, version: int, at: dt.datetime) -> Known | None:
    """Whose these answers are, with their profile brought up to date; None for nobody we can know."""
    person = _person(run, judged, at=at)
    source = _source(run.source)
    fact = f"{PLACE}:{run.survey.slug}:{version}"
    if sure is not None:
        _tell(sure, person, run, source, fact, at=at)
        return Known(sure, person, is_sure=True)
    if not person.is_identified:
        return None
    (found,) = identity.resolve_many([person], source=source, now=at, is_stranger=True, teller=run.teller, by=fact)
    (resolved_by,) = deciding.decided_by([person], [found], source=source)
    return Known(found.customer, person, is_sure=found.outcome is identity.Outcome.CREATED, resolved_by=resolved_by)


def permit(run: Run, response: Response, judged: Judged, who: Known, *, at: dt.datetime) -> None:
    """Write what was said to questions of permission, in the words and the language in which each was asked: a "yes" as
    any ticked box, a "no" of whom we are sure.
    """
    for language, said in boxes.said(response, judged).items():
        form = _form(run, response, judged, who.person, language=language, at=at)
        ticked = [ticks.Box(one.question.purpose, one.question.channel, one.words) for one in said if one.is_yes]
        ticks.record(customer=who.customer, boxes=ticked, form=form, now=at)
        for one in said:
            if not one.is_yes and who.is_sure:
                grants.record(
                    customer=who.customer,
                    purpose=one.question.purpose,
                    channel=one.question.channel,
                    granted=False,
                    at=at,
                    source=form.source,
                    method=form.method,
                    actor=form.actor,
                    policy_version=policies.current_version("privacy", at=at),
                    language=language,
                    form=form.form,
                    place=form.place,
                    evidence={**form.evidence, "text": one.words},
                )


def _form(
    run: Run, response: Response, judged: Judged, person: Person, *, language: str, at: dt.datetime
) -> ticks.Form:
    return ticks.Form(
        source=run.source,
        method=METHODS.get(run.mode, METHOD),
        at=at,
        actor=run.actor,
        language=language,
        form=notices.of_disclosure(PLACE, run.survey.slug),
        place=str(run.context.get("store", ""))[:60],
        country=person.country,
        birth_date=person.birth_date,
        email=person.email,
        phone=person.phone,
        evidence={
            "survey": run.survey.slug,
            "version": response.version,
            "mode": run.mode.value,
            "fields": sorted(_told(judged)),
        },
    )


def _told(judged: Judged) -> dict[str, str]:
    shown = judged.route.shown()
    return mapping.told(shown, judged.rows)


def _person(run: Run, judged: Judged, *, at: dt.datetime) -> Person:
    """What the answers say of whoever gave them, by the one standard of all doors; what it cannot read is left out,
    the answer itself stays.
    """
    region = next(
        (one.country for one in judged.route.shown().values() if isinstance(one, Contact)), settings.CDP_SHOP_COUNTRY
    )
    rules = people.Rules(region=region, today=at.date())
    person, _faults = people.clean(_told(judged), rules)
    if run.person is not None:
        # What they answer themselves is newer than what the other system has of them.
        told = {name: getattr(person, name) for name in person.__slots__ if getattr(person, name)}
        person = dataclasses.replace(run.person, **told)
    person.language = person.language or run.language
    return person


def _tell(customer: uuid.UUID, person: Person, run: Run, source: Source, fact: str, *, at: dt.datetime) -> None:
    """Bring the profile of somebody of whom we are sure up to date. An address that is somebody else's is left out:
    a suggestion for a steward is kept.
    """
    if not _says_anything(person):
        return
    edit = functools.partial(
        profiles.edit, customer=customer, source=source, actor=run.actor, at=at, is_self=True, fact=fact
    )
    person.language = ""
    try:
        with transaction.atomic():
            edit(person=person)
    except profiles.IdentityConflict:
        for name in people.IDENTIFYING:
            setattr(person, name, "")
        if _says_anything(person):
            edit(person=person)


def _says_anything(person: Person) -> bool:
    told: Mapping[str, object] = {name: getattr(person, name) for name in person.__slots__}
    return any(value for name, value in told.items() if name not in {"language", "told_by", "told_at", "cleared"})


def _source(key: str) -> Source:
    return Source.objects.get_or_create(key=key, defaults={"name": FORM_SOURCE, "kind": Source.Kind.FORM})[0]
