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
from consent.services import refusing
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
    """Nothing was saved. `faults` are sentences by the part where they lie and by its fields, "" for a whole."""

    def __init__(self, faults: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__("not saved")
        self.faults = {part: dict(told) for part, told in faults.items()}


@dataclass(slots=True)
class _Written:
    """What came of the parts: what was saved, what was refused, and who else had what was told."""

    told: list[str] = field(default_factory=list)
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    conflict: resolving.IdentityConflict | None = None
    for_guardian: Sequence[tuple[str, str]] = ()

    def refuse(self, part: str, faults: Mapping[str, Any]) -> None:
        self.faults.setdefault(part, {}).update(faults)


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
    is_readable: bool = True,
) -> list[str]:
    """Write a sheet down and say in sentences what was saved. `token` is that of the page, `content` all that was typed
    on it: sent again, nothing is written and the sentences are the first ones. Where a part could not even be read
    (`is_readable`), it is not on the sheet and nothing is saved, but what is wrong with the others is told.

    Raises UnableToSave with the faults of all parts, and receipts.Stale where something else was saved from this page
    before.
    """
    claim = receipts.claim_of(context.value, token, [str(customer), token.name, content])
    origin = origins.source(context)
    written = _Written()
    try:
        with transaction.atomic():
            before = receipts.begin(claim, now=at)
            if before is not None:
                raise _Repeated(before)
            _write(written, customer, sheet, token, origin, context, actor, at)
            if written.faults or not is_readable:
                raise UnableToSave(written.faults)
            receipts.finish(claim, {"told": "\n".join(written.told)})
    except _Repeated as repeated:
        return repeated.taken.answer.get("told", "").splitlines()
    except UnableToSave:
        if written.conflict is not None:
            # What was asked of the steward went with the rest of the transaction; it is asked again.
            profiles.suggest(written.conflict.customers, source=origin, actor=actor, at=at)
        if written.for_guardian:
            refusing.note_child(customer=customer, boxes=written.for_guardian, door=context.value, actor=actor, at=at)
        raise
    return written.told


def _write(
    written: _Written,
    customer: uuid.UUID,
    sheet: Sheet,
    token: receipts.Token,
    origin: Source,
    context: Context,
    actor: Actor,
    at: datetime,
) -> None:
    """Try each part, also behind one that was refused, so that all that is wrong is told at once."""
    if sheet.answer is not None:
        with _told_apart(written):
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
            written.told.append(_("Answer saved"))
    if sheet.sale is not None:
        with _told_apart(written):
            sold = sales.take(customer=customer, sale=sheet.sale, source=origin, actor=actor, at=at)
            written.told.append(_sold(sold))
    if sheet.talk is not None:
        with _told_apart(written):
            _log(customer, sheet.talk, token, origin, actor, at)
            written.told.append(_("Call saved") if context is Context.PHONE else _("Visit saved"))
    if sheet.said is not None:
        with _told_apart(written):
            came = consents.record(
                customer=customer, said=sheet.said, context=context, actor=actor, at=at, shown_at=token.shown_at
            )
            if count := came.written:
                written.told.append(ngettext("%(n)s consent recorded", "%(n)s consents recorded", count) % {"n": count})
            if came.waiting:
                written.told.append(_("We wrote to the customer: their yes counts once they confirm it."))


@contextmanager
def _told_apart(written: _Written) -> Iterator[None]:
    """Each part's own refusal as a fault of that part, with which what it wrote is taken back."""
    try:
        with transaction.atomic():
            yield
    except profiling.UnableToAnswer as unable:
        written.refuse(ANSWER, unable.faults)
    except resolving.Suppressed:
        written.refuse(ANSWER, {"": unreadable.REASONS["suppressed"]})
    except resolving.IdentityConflict as conflict:
        written.conflict = conflict
        words = _("This belongs to another customer already. A data steward was asked whether they are one person.")
        written.refuse(ANSWER, {"": words})
    except sales.UnableToSell as unable:
        written.refuse(SALE, {unable.field: unable.reason})
    except interactions.UnableToLog as unable:
        written.refuse(TALK, {unable.field: unable.reason})
    except consents.UnableToRecord as unable:
        written.refuse(CONSENTS, {"": str(unable)})
        written.for_guardian = unable.for_guardian
    except profiles.UnableToEdit:
        written.refuse("", {"": gettext_lazy("This customer is no longer here.")})


def _sold(sold: sales.Sold) -> str:
    """The purchase in a sentence: what is to be paid, what paid for the rest, and what it brought."""
    currency, bill = settings.CDP_CURRENCY, sold.bill
    told = {"number": sold.order.external_id, "amount": formats.money(bill.to_pay, currency)}
    off = [
        (bill.coupon, _("%(off)s off by the coupon")),
        (bill.reward, _("%(off)s off by the reward")),
        (bill.for_points, _("%(off)s by points")),
        (bill.credit, _("%(off)s by credit")),
    ]
    parts = [words % {"off": formats.money(amount, currency)} for amount, words in off if amount]
    if not parts:
        said = _("Purchase %(number)s saved: %(amount)s") % told
    else:
        said = _("Purchase %(number)s saved: %(amount)s to pay, %(off)s") % {**told, "off": ", ".join(parts)}
    return " · ".join([said, *(one.words for one in sold.effect.brought)])


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
