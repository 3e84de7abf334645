"""Making, changing, switching on and off campaigns. Every door comes through here."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign, CampaignVersion, Message
from campaigns.rules import activation, definition
from campaigns.rules.definition import Definition, InvalidDefinition, Problem
from campaigns.selectors import audiences, definitions
from campaigns.services import runs
from cdp.core import audit
from cdp.core.actors import Actor
from consent.rules import labels as labelling
from consent.selectors import packs, purposes


class UnableToDelete(Exception):
    """Only drafts go; what has run stays for its results."""


class UnableToPause(Exception):
    """Only an active campaign can be paused."""


def create(*, raw: Any, actor: Actor, at: datetime) -> Campaign:
    """A new draft from JSON. Raises InvalidDefinition."""
    wanted = checked(raw)
    with transaction.atomic():
        campaign = Campaign.objects.create(name=wanted.name, purpose=wanted.purpose, created_by=actor.id)
        _write(campaign, wanted, number=1)
        audit.record(audit.Action.CAMPAIGN_SAVED, actor=actor, at=at, subject=campaign.id, details={"version": 1})
    return campaign


def update(*, campaign: uuid.UUID, raw: Mapping[str, Any], actor: Actor, at: datetime) -> Campaign:
    """Change the named parts (name, purpose, trigger, audience, steps); the others stay.

    A draft is rewritten in place. Anything else gets a new version, so that messages keep the texts they were planned
    with; an active campaign must also pass what activation asks. Raises UnknownCampaign, InvalidDefinition.
    """
    with transaction.atomic():
        row = definitions.get_campaign(campaign, lock=True)
        before = definition.as_json(definitions.current(row))
        wanted = checked({**before, **raw} if isinstance(raw, Mapping) else raw)
        if row.status == Campaign.Status.ACTIVE:
            _refuse(activation.refusals(wanted))
        after = definition.as_json(wanted)
        if after == before:
            return row
        row.name, row.purpose = wanted.name, wanted.purpose
        if any(after[part] != before[part] for part in ("trigger", "audience", "steps")):
            if row.status != Campaign.Status.DRAFT:
                row.current_version += 1
            _write(row, wanted, number=row.current_version)
        row.save(update_fields=["name", "purpose", "current_version"])
        details = {"version": row.current_version, "parts": [part for part in after if after[part] != before[part]]}
        audit.record(audit.Action.CAMPAIGN_SAVED, actor=actor, at=at, subject=row.id, details=details)
    return row


def delete(*, campaign: uuid.UUID, actor: Actor, at: datetime) -> None:
    """Forget a draft. Raises UnknownCampaign, UnableToDelete."""
    with transaction.atomic():
        row = definitions.get_campaign(campaign, lock=True)
        if row.status != Campaign.Status.DRAFT or Message.objects.filter(campaign_id=row.id).exists():
            raise UnableToDelete
        audit.record(audit.Action.CAMPAIGN_DELETED, actor=actor, at=at, subject=row.id, details={"name": row.name})
        row.delete()


def activate(*, campaign: uuid.UUID, actor: Actor, at: datetime) -> tuple[Campaign, list[Problem]]:
    """Switch on a draft or a paused campaign; returns it with the warnings. Active already is fine.

    What is not run by hand is planned at once, by a job that pages show the progress of.

    Raises UnknownCampaign, and InvalidDefinition for what could not work: see `rules.activation`.
    """
    with transaction.atomic():
        row = definitions.get_campaign(campaign, lock=True)
        wanted = definitions.current(row)
        _refuse(_problems_with_others(wanted) + activation.refusals(wanted))
        if row.status != Campaign.Status.ACTIVE:
            row.status = Campaign.Status.ACTIVE
            row.activated_at = row.activated_at or at
            row.save(update_fields=["status", "activated_at"])
            audit.record(
                audit.Action.CAMPAIGN_ACTIVATED,
                actor=actor,
                at=at,
                subject=row.id,
                details={"version": row.current_version},
            )
            if wanted.trigger.clock == "live":
                runs.start(row, actor=actor)
    return row, warnings(wanted)


def pause(*, campaign: uuid.UUID, actor: Actor, at: datetime) -> Campaign:
    """Hold an active campaign: nothing is planned and nothing leaves until it is activated again.

    Raises UnknownCampaign, UnableToPause.
    """
    with transaction.atomic():
        row = definitions.get_campaign(campaign, lock=True)
        if row.status not in {Campaign.Status.ACTIVE, Campaign.Status.PAUSED}:
            raise UnableToPause
        if row.status == Campaign.Status.ACTIVE:
            row.status = Campaign.Status.PAUSED
            row.save(update_fields=["status"])
            audit.record(audit.Action.CAMPAIGN_PAUSED, actor=actor, at=at, subject=row.id)
    return row


def checked(raw: Any) -> Definition:
    """The definition in `raw`, with the audience and the purpose looked up too. Raises InvalidDefinition."""
    found: list[Problem] = []
    try:
        wanted = definition.parse(raw)
    except InvalidDefinition as error:
        found += error.problems
        audience = raw.get("audience") if isinstance(raw, Mapping) else None
        if isinstance(audience, Mapping):
            found += audiences.problems(audience)
        raise InvalidDefinition(found) from error
    _refuse(_problems_with_others(wanted) + _problems_with_labels(wanted))
    return wanted


def warnings(wanted: Definition) -> list[Problem]:
    """What staff should look at twice."""
    languages = [code for code, _name in settings.LANGUAGES]
    return activation.warnings(wanted, languages=languages, has_shop_url=bool(settings.CDP_SHOP_URL))


def _problems_with_others(wanted: Definition) -> list[Problem]:
    """Faults against what other rooms know: segments, fields, purposes."""
    found = audiences.problems(wanted.audience) if wanted.audience is not None else []
    channels = purposes.channels()
    if wanted.purpose not in channels:
        known = ", ".join(sorted(channels))
        found.append(Problem("/purpose", _("Must be one of: {known}.").format(known=known)))
        return found
    found += [
        Problem(
            f"/steps/{position}/channel",
            _("The purpose “{purpose}” is not asked for this channel.").format(purpose=wanted.purpose),
        )
        for position, step in enumerate(wanted.steps)
        if step.channel not in channels[wanted.purpose]
    ]
    return found


def _problems_with_labels(wanted: Definition) -> list[Problem]:
    """Subjects that write the label of an advertisement another way than a law whose readers they may have."""
    found = []
    for position, step in enumerate(wanted.steps):
        labels = [
            pack.label for pack in packs.every().values() if pack.label and pack.label_for(wanted.purpose, step.channel)
        ]
        for language, subject in step.subject.items():
            pointer = f"/steps/{position}/template/subject/{language}"
            found += [Problem(pointer, _label_fault(fault)) for fault in labelling.faults(subject, labels)]
    return found


def _label_fault(fault: labelling.Fault) -> str:
    told = {"label": fault.label, "piece": fault.piece}
    if fault.is_variant:
        return _(
            "Take “{piece}” away: “{label}” is put at the start of the subject by itself for whom the law wants it, "
            "and no other spelling of it is allowed."
        ).format(**told)
    return _(
        "“{label}” is put at the start of the subject by itself for whom the law wants it. "
        "Take it away from the middle."
    ).format(**told)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise InvalidDefinition(problems)


def _write(campaign: Campaign, wanted: Definition, *, number: int) -> None:
    written = definition.as_json(wanted)
    CampaignVersion.objects.update_or_create(
        campaign=campaign,
        number=number,
        defaults={part: written[part] for part in ("trigger", "audience", "steps")},
    )
