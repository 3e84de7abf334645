"""Drafts of what is to be said, for each law and language, filled from what is known; edited and approved by people."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import Breach, BreachDraft, BreachStep
from consent.rules import breaches as rules
from consent.selectors import packs
from consent.selectors import retention as reading
from consent.services.breaches import recording

OWN_LANGUAGE = {"pdpa_th": "th", "pipa_kr": "ko", "gdpr": "en"}


def write(*, breach: uuid.UUID, actor: Actor, at: dt.datetime) -> list[BreachDraft]:
    """Write the drafts that are missing, and those anew that nobody has approved; approved ones stay."""
    with transaction.atomic():
        row = Breach.objects.select_for_update().get(id=breach)
        laws = sorted({packs.of_shop().key, *(pack.key for pack in reading.laws_concerned())})
        wanted = [(BreachDraft.Audience.AUTHORITY, law, OWN_LANGUAGE[law]) for law in laws]
        wanted += [
            (BreachDraft.Audience.PEOPLE, packs.of_shop().key, language) for language, _name in settings.LANGUAGES
        ]
        known = {(one.audience, one.law, one.language): one for one in drafts(breach)}
        for audience, law, language in wanted:
            old = known.get((audience, law, language))
            if old is not None and old.approved_at is not None:
                continue
            with translation.override(language):
                facts = _facts(row, language)
                make = rules.authority_draft if audience == BreachDraft.Audience.AUTHORITY else rules.people_draft
                subject, body = make(facts)
            BreachDraft.objects.update_or_create(
                breach_id=breach, audience=audience, law=law, language=language,
                defaults={"subject": subject[:200], "body": body, "changed_at": at},
            )  # fmt: skip
        recording.step(row, "drafted", actor=actor, at=at, details={"laws": laws})
    return drafts(breach)


def drafts(breach: uuid.UUID) -> list[BreachDraft]:
    """The drafts of a breach."""
    return list(BreachDraft.objects.filter(breach_id=breach).order_by("audience", "law", "language"))


def change(*, draft: BreachDraft, subject: str, body: str, actor: Actor, at: dt.datetime) -> None:
    """Keep what staff made of a draft; what was approved has to be approved again."""
    with transaction.atomic():
        BreachDraft.objects.filter(id=draft.id).update(
            subject=subject, body=body, changed_at=at, approved_at=None, approved_by=None
        )
        recording.step(
            Breach.objects.get(id=draft.breach_id), "draft_changed", actor=actor, at=at,
            details={"audience": draft.audience, "law": draft.law, "language": draft.language},
        )  # fmt: skip


def approve(*, draft: BreachDraft, actor: Actor, at: dt.datetime) -> None:
    """Say that a draft may go out as it is."""
    with transaction.atomic():
        BreachDraft.objects.filter(id=draft.id).update(approved_at=at, approved_by=actor.id)
        recording.step(
            Breach.objects.get(id=draft.breach_id), "draft_approved", actor=actor, at=at,
            details={"audience": draft.audience, "law": draft.law, "language": draft.language},
        )  # fmt: skip
        audit.record(
            audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=draft.breach_id,
            details={"step": "approved", "language": draft.language},
        )  # fmt: skip


def _facts(row: Breach, language: str) -> rules.Facts:
    notes = BreachStep.objects.filter(breach_id=row.id, kind="note").order_by("id").values_list("text", flat=True)
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
        story=row.story,
        people=formats.number_format(row.people, force_grouping=True) if row.people else _("Not known yet"),
        is_possible=row.stage == Breach.Stage.POSSIBLE,
        risk=f"{risk} {row.risk_reason}".strip(),
        measures=list(notes),
    )


def _moment(moment: dt.datetime) -> str:
    return f"{formats.date_format(timezone.localtime(moment), 'DATETIME_FORMAT')} ({settings.TIME_ZONE})"
