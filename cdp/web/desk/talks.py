"""A call or visit, the answer to the one question asked in it, and what was allowed: saved together or not at all."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import sources
from cdp.core.actors import Actor
from cdp.core.models import Source
from cdp.web.desk import consents
from customers.rules import unreadable
from customers.rules.people import Person
from customers.rules.profiling import Context, Reply
from customers.services import interactions, profiles, profiling
from customers.services.identity import resolving


@dataclass(frozen=True, slots=True)
class Talk:
    """What is written down about one call or visit."""

    id: uuid.UUID
    kind: str
    direction: str
    topic: str
    outcome: str
    text: str
    started_at: datetime
    follow_up_on: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question, with the raw texts of its fields."""

    question: str
    reply: Reply
    told: dict[str, Any] = field(default_factory=dict)


class UnableToSave(Exception):
    """Nothing was saved. `faults` are sentences by field; those of an answer are named by its fields."""

    def __init__(self, faults: dict[str, Any]) -> None:
        super().__init__("not saved")
        self.faults = faults


def source(context: Context) -> Source:
    """Where facts of that desk come from."""
    return sources.ensure(context.value, kind=Source.Kind.TILL)


def begin(person: Person, *, heard: str, context: Context, actor: Actor, at: datetime) -> profiles.Saved:
    """Somebody who was not found: known from now on, or found after all by what was told. `heard` is how they heard of
    us, empty where it was not said. Raises IdentityConflict and UnableToResolve.
    """
    origin = source(context)
    saved = profiles.save(person, source=origin, actor=actor, at=at)
    if heard:
        profiling.reply(
            customer=saved.customer,
            question="heard",
            said=Reply.TOLD,
            told={"heard": heard},
            context=context,
            source=origin,
            actor=actor,
            at=at,
        )
    return saved


def save(
    *,
    customer: uuid.UUID,
    talk: Talk | None,
    answer: Answer | None,
    said: consents.Said | None = None,
    context: Context,
    actor: Actor,
    at: datetime,
) -> None:
    """Write down the talk, the answer, what was allowed, or all of it. Raises UnableToSave."""
    origin = source(context)
    try:
        with transaction.atomic():
            if answer is not None:
                profiling.reply(
                    customer=customer,
                    question=answer.question,
                    said=answer.reply,
                    told=answer.told,
                    context=context,
                    source=origin,
                    actor=actor,
                    at=at,
                )
            if talk is not None:
                _log(customer, talk, origin, actor, at)
            if said is not None and not said.is_silent:
                consents.record(customer=customer, said=said, context=context, actor=actor, at=at)
    except profiling.UnableToAnswer as unable:
        raise UnableToSave(unable.faults) from unable
    except interactions.UnableToLog as unable:
        raise UnableToSave({unable.field: unable.reason}) from unable
    except consents.UnableToRecord as unable:
        raise UnableToSave({"": str(unable)}) from unable
    except resolving.Suppressed as unable:
        raise UnableToSave({answer.question if answer else "": unreadable.REASONS["suppressed"]}) from unable
    except profiles.UnableToEdit as unable:
        raise UnableToSave({"": _("This customer is no longer here.")}) from unable
    except resolving.IdentityConflict as conflict:
        # What was asked of the steward went with the rest of the transaction; it is asked again.
        profiles.suggest(conflict.customers, source=origin, actor=actor, at=at)
        words = _("This belongs to another customer already. A data steward was asked whether they are one person.")
        raise UnableToSave({answer.question if answer else "": words}) from conflict


def _log(customer: uuid.UUID, talk: Talk, origin: Source, actor: Actor, at: datetime) -> None:
    interactions.log(
        interaction=talk.id,
        customer=customer,
        kind=talk.kind,
        direction=talk.direction,
        topic=talk.topic,
        outcome=talk.outcome,
        text=talk.text,
        started_at=talk.started_at,
        follow_up_on=talk.follow_up_on,
        source=origin.key,
        actor=actor,
        at=at,
    )
