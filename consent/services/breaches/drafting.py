"""Drafts of what is to be said, for each law and language, filled from what is known; edited and approved by people.

Who wrote a text last does not approve it, where a second person could: what goes out about a breach is read twice.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from cdp.core import access, alphabets, audit, ids, second_person, written_dates
from cdp.core.actors import Actor
from cdp.core.models import User
from consent.models import Breach, BreachDraft
from consent.rules import breaches as rules
from consent.selectors import breaches as reading
from consent.selectors import packs
from consent.services.breaches import recording

OWN_LANGUAGE = {"pdpa_th": "th", "pipa_kr": "ko", "gdpr": "en"}


class UnableToApprove(Exception):
    """The text stays as it is; the message says why."""


def write(*, breach: uuid.UUID, actor: Actor, at: dt.datetime) -> list[reading.Letter]:
    """Write the drafts that are missing, and those anew that nobody has approved; approved ones stay.

    Raises recording.UnableToRecord.
    """
    with transaction.atomic():
        row = recording.held(breach)
        concerned = sorted({pack.key for pack in reading.laws(row)})
        wanted = [(BreachDraft.Audience.AUTHORITY, law, OWN_LANGUAGE[law]) for law in concerned]
        wanted += [
            (BreachDraft.Audience.PEOPLE, packs.of_shop().key, language) for language, _name in settings.LANGUAGES
        ]
        known = {(one.audience, one.law, one.language): one for one in BreachDraft.objects.filter(breach_id=breach)}
        is_changed = False
        for audience, law, language in wanted:
            old = known.get((audience, law, language))
            if old is not None and old.approved_at is not None:
                continue
            with translation.override(language):
                facts = _facts(row, law=law if audience == BreachDraft.Audience.AUTHORITY else "")
                make = rules.authority_draft if audience == BreachDraft.Audience.AUTHORITY else rules.people_draft
                subject, body = make(facts)
            if old is None:
                old = BreachDraft(id=ids.uuid7(), breach_id=breach, audience=audience, law=law, language=language)
            if old.changed_at is None or not _says(row, old, subject=subject[:200], body=body):
                _put(row, old, subject=subject[:200], body=body, actor=actor, at=at)
                is_changed = True
        recording.step(row, "drafted", actor=actor, at=at, details={"laws": concerned})
        if is_changed:
            _tell_others(row, actor=actor, at=at)
    return reading.letters(row)


def change(*, draft: BreachDraft, subject: str, body: str, actor: Actor, at: dt.datetime) -> None:
    """Keep what staff made of a draft; what was approved has to be approved again. Raises UnableToApprove once the
    people are being told: what went out stays as it was.
    """
    with transaction.atomic():
        row = recording.held(draft.breach_id)
        _still_ours(row, draft)
        _put(row, draft, subject=subject, body=body, actor=actor, at=at)
        recording.step(row, "draft_changed", actor=actor, at=at, details=_named(draft))
        _tell_others(row, actor=actor, at=at)


def approve(*, draft: BreachDraft, actor: Actor, at: dt.datetime, may_mix: bool = False) -> None:
    """Say that a draft may go out as it is. Raises UnableToApprove for its writer, where somebody else could, and where
    part of it is in another language than its readers', unless `may_mix`.
    """
    with transaction.atomic():
        row = recording.held(draft.breach_id)
        fresh = BreachDraft.objects.select_for_update().get(id=draft.id)
        if not may_approve(fresh, actor=actor):
            raise UnableToApprove(_("You wrote this text: somebody else who answers for privacy approves it."))
        if not may_mix and _is_mixed(row, fresh):
            raise UnableToApprove(_("Part of it is in another language: translate it, or tick that it may stay."))
        if fresh.approved_at is None:
            BreachDraft.objects.filter(id=draft.id).update(approved_at=at, approved_by=actor.id)
            alone = {"alone": True} if fresh.changed_by == actor.id else {}
            recording.step(row, "draft_approved", actor=actor, at=at, details={**_named(draft), **alone})
            audit.record(
                audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=draft.breach_id,
                details={"step": "approved", "language": draft.language, **alone},
            )  # fmt: skip


def foreign(text: str, language: str) -> list[str]:
    """What of a text is not in the language of its readers: words of staff stand in every draft as they were typed."""
    return alphabets.foreign(text, language, names=[settings.CDP_SHOP_NAME])


def _is_mixed(row: Breach, draft: BreachDraft) -> bool:
    return bool(foreign("\n".join(_words(row, draft)), draft.language))


def _says(row: Breach, draft: BreachDraft, *, subject: str, body: str) -> bool:
    """Whether it says exactly this already: then nobody has to read it anew."""
    return _words(row, draft) == [subject, body]


def _words(row: Breach, draft: BreachDraft) -> list[str]:
    key = reading.key_of(row)
    return [
        key.open(sealed, table=reading.DRAFTS, column=column, row=draft.id)
        for column, sealed in (("subject", draft.subject), ("body", draft.body))
    ]


def may_approve(draft: BreachDraft, *, actor: Actor) -> bool:
    """Whether they may: not what they wrote themselves, unless nobody else is there."""
    return draft.changed_by != actor.id or not _others(actor).exists()


def _others(actor: Actor) -> QuerySet[User]:
    """Who else answers for privacy."""
    roles = [role for role in access.LETTERS.values() if access.allows(role, "consent.manage")]
    others = User.objects.filter(is_active=True, role__in=roles)
    return others.exclude(id=actor.id) if actor.id else others


def _tell_others(row: Breach, *, actor: Actor, at: dt.datetime) -> None:
    """That texts of a breach wait for them: each once in a day, however often somebody writes."""
    key = f"breach:{row.id}:{timezone.localdate(at).isoformat()}"
    path = f"/consent/breaches/{row.id}/#texts"
    second_person.tell(_others(actor), what=second_person.LETTER, path=path, key=key, at=at)


def _still_ours(row: Breach, draft: BreachDraft) -> None:
    if draft.audience == BreachDraft.Audience.PEOPLE and reading.is_telling(row):
        raise UnableToApprove(_("This text has gone out to people. It stays as they read it."))
    if draft.audience == BreachDraft.Audience.AUTHORITY:
        told = reading.authorities_told([row]).get(row.id, {})
        if draft.law in told or reading.EVERY_LAW in told:
            raise UnableToApprove(_("This letter has gone to the authority. It stays as it was read there."))


def _put(row: Breach, draft: BreachDraft, *, subject: str, body: str, actor: Actor, at: dt.datetime) -> None:
    key = reading.key_of(row)
    draft.subject = key.seal(subject, table=reading.DRAFTS, column="subject", row=draft.id)
    draft.body = key.seal(body, table=reading.DRAFTS, column="body", row=draft.id)
    draft.changed_at, draft.changed_by = at, actor.id
    draft.approved_at = draft.approved_by = None
    draft.save()


def _named(draft: BreachDraft) -> dict[str, str]:
    return {"audience": draft.audience, "law": draft.law, "language": draft.language}


def _facts(row: Breach, *, law: str) -> rules.Facts:
    words = reading.words(row)
    notes: Sequence[str] = [one.text for one in reading.log(row) if one.step.kind == "note"]
    risks = {
        Breach.Risk.NONE: _("We see no risk to people."),
        Breach.Risk.RISK: _("There is a risk, such as unwanted messages or calls."),
        Breach.Risk.HIGH: _("There is a high risk, such as fraud in the name of the person."),
    }
    risk = str(risks.get(Breach.Risk(row.risk), ""))
    return rules.Facts(
        shop=settings.CDP_SHOP_NAME,
        contact=settings.DEFAULT_FROM_EMAIL,
        noticed_at=_moment(row.noticed_at),
        period=" – ".join(_moment(one) for one in (row.began_at, row.ended_at) if one),
        data=[str(rules.DATA[one]) for one in row.data if one in rules.DATA],
        cause=str(rules.CAUSES.get(row.cause, "")),
        story=words.story,
        people=_people(row, law=law) if row.people else _("Not known yet"),
        is_possible=row.stage == Breach.Stage.POSSIBLE,
        # Why staff think so is for those who check them; people read what it can lead to.
        risk=f"{risk} {words.risk_reason}".strip() if law else risk,
        measures=notes,
    )


def _people(row: Breach, *, law: str) -> str:
    """How many; to an authority also how many of them are its own."""
    everybody = formats.number_format(row.people, force_grouping=True)
    own = row.laws.get(law, row.people)
    if own == row.people:
        return everybody
    return _("%(everybody)s, of them %(own)s under this law") % {
        "everybody": everybody,
        "own": formats.number_format(own, force_grouping=True),
    }


def _moment(moment: dt.datetime) -> str:
    zone = timezone.get_default_timezone()
    return f"{written_dates.moment_in_full(moment, zone)} ({written_dates.zone_name(zone)})"
