"""What is written down of one call or visit: the talk, the answer to the one question, the purchase, what was allowed.

All of it is saved together or not at all, and once, however often the form is sent: a double tap, a page that is loaded
again and a shaky connection get the answer of the first sending.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cdp.core import ids, receipts
from cdp.core.actors import Actor
from cdp.core.models import Source
from cdp.web import formats
from cdp.web.desk import consents, origins, sales
from customers.rules import unreadable
from customers.rules.people import Person
from customers.rules.profiling import Context, Reply
from customers.services import interactions, profiles, profiling
from customers.services.identity import resolving

ANSWER, TALK, SALE, CONSENTS = "answer", "talk", "sale", "consents"


@dataclass(frozen=True, slots=True)
class Talk:
    """What is written down about one call or visit."""

    kind: str
    direction: str
    topic: str
    outcome: str
    text: str
    follow_up_on: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question, with the raw texts of its fields."""

    question: str
    reply: Reply
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was filled in on a page of a desk; None where a part was left empty."""

    talk: Talk | None = None
    answer: Answer | None = None
    sale: sales.Sale | None = None
    said: consents.Said | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write down."""
        return not (self.talk or self.answer or self.sale or self.said)


class UnableToSave(Exception):
    """Nothing was saved. `part` is where the fault lies; `faults` are sentences by its fields, "" for it as a whole."""

    def __init__(self, part: str, faults: Mapping[str, Any]) -> None:
        super().__init__("not saved")
        self.part, self.faults = part, dict(faults)


class _Repeated(Exception):
    """This was saved before: what was begun is taken back, and the answer of the first time is given."""

    def __init__(self, taken: receipts.Taken) -> None:
        super().__init__("repeated")
        self.taken = taken


def begin(person: Person, *, heard: str, context: Context, actor: Actor, at: datetime) -> profiles.Saved:
    """Somebody who was not found: known from now on, or found after all by what was told. `heard` is how they heard of
    us, empty where it was not said. Raises IdentityConflict and UnableToResolve.
    """
    origin = origins.source(context)
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
    sheet: Sheet,
    token: receipts.Token,
    content: object,
    context: Context,
    actor: Actor,
    at: datetime,
) -> list[str]:
    """Write a sheet down and say in sentences what was saved. `token` is that of the page, `content` all that was typed
    on it: sent again, nothing is written and the sentences are the first ones.

    Raises UnableToSave, and receipts.Stale where something else was saved from this page before.
    """
    claim = receipts.claim_of(context.value, token, [str(customer), token.name, content])
    origin = origins.source(context)
    try:
        with transaction.atomic():
            before = receipts.begin(claim, now=at)
            if before is not None:
                raise _Repeated(before)
            told = _written(customer, sheet, token, origin, context, actor, at)
            receipts.finish(claim, {"told": "\n".join(told)})
    except _Repeated as repeated:
        return repeated.taken.answer.get("told", "").splitlines()
    except resolving.IdentityConflict as conflict:
        # What was asked of the steward went with the rest of the transaction; it is asked again.
        profiles.suggest(conflict.customers, source=origin, actor=actor, at=at)
        words = _("This belongs to another customer already. A data steward was asked whether they are one person.")
        raise UnableToSave(ANSWER, {"": words}) from conflict
    return told


def _written(
    customer: uuid.UUID,
    sheet: Sheet,
    token: receipts.Token,
    origin: Source,
    context: Context,
    actor: Actor,
    at: datetime,
) -> list[str]:
    told = []
    with _told_apart():
        if sheet.answer is not None:
            profiling.reply(
                customer=customer,
                question=sheet.answer.question,
                said=sheet.answer.reply,
                told=sheet.answer.told,
                context=context,
                source=origin,
                actor=actor,
                at=at,
            )
            told.append(_("Answer saved"))
        if sheet.sale is not None:
            sold = sales.take(customer=customer, sale=sheet.sale, source=origin, actor=actor, at=at)
            told.append(_sold(sold))
        if sheet.talk is not None:
            _log(customer, sheet.talk, token, origin, actor, at)
            told.append(_("Call saved") if context is Context.PHONE else _("Visit saved"))
        if sheet.said is not None:
            count = consents.record(customer=customer, said=sheet.said, context=context, actor=actor, at=at)
            if count:
                told.append(ngettext("%(n)s consent recorded", "%(n)s consents recorded", count) % {"n": count})
    return told


@contextmanager
def _told_apart() -> Iterator[None]:
    """Each part's own refusal as a fault of that part."""
    try:
        yield
    except profiling.UnableToAnswer as unable:
        raise UnableToSave(ANSWER, unable.faults) from unable
    except resolving.Suppressed as unable:
        raise UnableToSave(ANSWER, {"": unreadable.REASONS["suppressed"]}) from unable
    except sales.UnableToSell as unable:
        raise UnableToSave(SALE, {unable.field: unable.reason}) from unable
    except interactions.UnableToLog as unable:
        raise UnableToSave(TALK, {unable.field: unable.reason}) from unable
    except consents.UnableToRecord as unable:
        raise UnableToSave(CONSENTS, {"": str(unable)}) from unable
    except profiles.UnableToEdit as unable:
        raise UnableToSave("", {"": gettext_lazy("This customer is no longer here.")}) from unable


def _sold(sold: sales.Sold) -> str:
    number, currency = sold.order.external_id, settings.CDP_CURRENCY
    amount = formats.money(sold.order.amount, currency)
    if not sold.off:
        return _("Purchase %(number)s saved: %(amount)s") % {"number": number, "amount": amount}
    return _("Purchase %(number)s saved: %(amount)s to pay, %(off)s off by the coupon") % {
        "number": number,
        "amount": amount,
        "off": formats.money(sold.off, currency),
    }


def _log(customer: uuid.UUID, talk: Talk, token: receipts.Token, origin: Source, actor: Actor, at: datetime) -> None:
    interactions.log(
        interaction=ids.uuid7(),
        customer=customer,
        kind=talk.kind,
        direction=talk.direction,
        topic=talk.topic,
        outcome=talk.outcome,
        text=talk.text,
        started_at=token.shown_at,
        follow_up_on=talk.follow_up_on,
        source=origin.key,
        actor=actor,
        at=at,
    )


def content_of(data: Any, *, leaving: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Everything that was typed on a page, without the fields that are its own."""
    return sorted((name, data.getlist(name)) for name in data if name not in leaving)
