"""Boxes that people tick themselves in a form, ours or a platform's: what of them counts as a "yes".

Anybody may type anybody's address (decision 5), so the gates are the same for all forms: what was refused or withdrawn
before stays refused until whoever reads the address confirms the tick (what expired may be asked again); where the law
asks for a confirmation by mail nothing is granted before there is one; a child allows nothing alone; and a box whose
words nobody knows proves nothing.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdp.core.actors import Actor
from consent.models import ConsentState
from consent.rules.jurisdiction import Law
from consent.rules.ledger import REFUSALS
from consent.rules.packs import Basis
from consent.selectors import jurisdiction, policies
from consent.services import confirming, grants, guardians, readers, refusing
from customers.models import Customer
from customers.services import phone_countries

OF_AGE = 200
LEFT = "left unticked"
"""How a box was answered that was shown and not ticked, in the evidence."""


@dataclass(frozen=True, slots=True)
class Box:
    """A ticked box with the words that stood beside it."""

    purpose: str
    channel: str
    words: str


@dataclass(frozen=True, slots=True)
class Form:
    """What the proof says of the form: how it was put, where and when, and `evidence` besides each box's own words.

    `form` and `place` name the form and the store or desk; `country` and `birth_date` are what the person told in it.
    `email` and `phone` are where a second step would be asked for.
    """

    source: str
    method: str
    at: dt.datetime
    actor: Actor
    evidence: Mapping[str, Any]
    language: str = ""
    form: str = ""
    place: str = ""
    country: str = ""
    birth_date: dt.date | None = None
    email: str = ""
    phone: str = ""


def record(*, customer: uuid.UUID, boxes: Sequence[Box], form: Form, now: dt.datetime) -> int:
    """Write each ticked box that counts, with its words and the policy that held; how many were written.

    Where a second step is asked for, or the person refused before, nothing is written: the addresses told in the form
    are asked (`confirming`).
    """
    said = _said(customer, form)
    worded = [box for box in boxes if box.words.strip()]
    alone = [box for box in worded if said.may_alone(box.purpose)]
    if len(alone) < len(worded):
        others = [(box.purpose, box.channel) for box in worded if box not in alone]
        _tell_child(customer, others, form, now=now)
    worded = alone
    if not worded:
        return 0
    if confirming.is_asked_twice(said.law):
        _ask_twice(customer, worded, form)
        return 0
    refused = set(
        ConsentState.objects.filter(customer_id=customer, status__in=REFUSALS).values_list("purpose", "channel")
    )
    version = policies.current_version("privacy", at=form.at)
    counting = [box for box in worded if (box.purpose, box.channel) not in refused]
    if again := [box for box in worded if box not in counting]:
        _ask_twice(customer, again, form)
    for box in counting:
        grants.record(
            customer=customer,
            purpose=box.purpose,
            channel=box.channel,
            granted=True,
            at=form.at,
            source=form.source,
            method=form.method,
            actor=form.actor,
            policy_version=version,
            language=form.language,
            form=form.form,
            place=form.place,
            evidence={**form.evidence, "text": box.words},
            now=now,
        )
    return len(counting)


def leave_alone(*, customer: uuid.UUID, boxes: Sequence[Box], form: Form, now: dt.datetime) -> int:
    """Write a "no" for each of these boxes, which were shown and not ticked, that by the person's law we might do
    without a word: who asked for a "yes" may not go on without it. How many were written.

    What needs a "yes" stays unsaid, and so does whatever they said something about before. Only for who is proved, or
    was made known by this very form: strangers stop nothing of anybody.
    """
    law = jurisdiction.of_customer(customer)
    asked = [box for box in boxes if law.basis(box.purpose, box.channel) is Basis.LEGITIMATE_INTEREST]
    if not asked:
        return 0
    said = set(ConsentState.objects.filter(customer_id=customer).values_list("purpose", "channel"))
    version = policies.current_version("privacy", at=form.at)
    unsaid = [box for box in asked if (box.purpose, box.channel) not in said]
    for box in unsaid:
        grants.record(
            customer=customer,
            purpose=box.purpose,
            channel=box.channel,
            granted=False,
            at=form.at,
            source=form.source,
            method=form.method,
            actor=form.actor,
            policy_version=version,
            language=form.language,
            form=form.form,
            place=form.place,
            evidence={**form.evidence, "text": box.words, "how": LEFT},
            now=now,
        )
    return len(unsaid)


def next_step(boxes: Sequence[Box], form: Form) -> str:
    """What becomes of the ticks, for the thanks: `email` or `sms` (a message asks to confirm), `guardian`, `again` (it
    counts, but who had refused is asked to confirm), or nothing.

    Judged by what this form told and by nothing that is known, so that it says the same to everybody.
    """
    worded = [box for box in boxes if box.words.strip()]
    if not worded:
        return ""
    law = jurisdiction.of_any(countries=[form.country or phone_countries.of(form.phone)], languages=[form.language])
    said = _Said(law, form.birth_date, form.at.date())
    alone = [box for box in worded if said.may_alone(box.purpose)]
    if not alone:
        return "guardian" if form.email else ""
    if not confirming.is_asked_twice(law):
        return "again"
    return "email" if form.email else "sms" if form.phone else ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What is known of the person beside what was told, and of the two the stricter: a form must not make anybody
    somebody else.
    """

    law: Law
    born: dt.date | None
    today: dt.date

    def may_alone(self, purpose: str) -> bool:
        """Whether they are old enough to allow this purpose, by every law that may hold."""
        return self.law.may_alone(purpose, born=self.born, today=self.today)


def _said(customer: uuid.UUID, form: Form) -> _Said:
    rows = Customer.objects.filter(id=customer)
    country, dialled, language, born = rows.values_list(*jurisdiction.COLUMNS, "birth_date").first() or (
        "",
        "",
        "",
        None,
    )
    law = jurisdiction.of_any(
        countries=[form.country or phone_countries.of(form.phone), country or dialled],
        languages=[form.language, language],
    )
    return _Said(law, max((one for one in (form.birth_date, born) if one), default=None), form.at.date())


def _ask_twice(customer: uuid.UUID, boxes: Sequence[Box], form: Form) -> None:
    confirming.ask(
        confirming.Question(
            customer=customer,
            boxes=[confirming.Asked(box.purpose, box.channel, box.words) for box in boxes],
            email=form.email,
            phone=form.phone,
            source=form.source,
            method=form.method,
            language=form.language,
            policy_version=policies.current_version("privacy", at=form.at),
            evidence=form.evidence,
            at=form.at,
            form=form.form,
            place=form.place,
            country=form.country,
            birth_date=form.birth_date,
        )
    )


def _tell_child(customer: uuid.UUID, boxes: Collection[tuple[str, str]], form: Form, *, now: dt.datetime) -> None:
    """Where to name a guardian, for whoever reads the address: the link opens a preference centre. What was ticked is
    kept for that child alone: whose phone and name a form told need not have filled it.
    """
    reader = None
    if form.email:
        told = readers.Told(form.source, form.language, form.country, form.birth_date)
        reader = readers.of(customer, channel="email", address=form.email, told=told, at=form.at)
    door = form.form or form.method
    is_theirs = reader == customer
    refusing.note_child(customer=customer, boxes=boxes, door=door, actor=form.actor, at=now, is_kept=is_theirs)
    if reader is None:
        return
    asked = {(reader, purpose) for purpose, _channel in boxes}
    needing = jurisdiction.needing_guardian(asked, on=form.at.date())
    kept = [box for box in boxes if (reader, box[0]) in needing]
    if kept and not is_theirs:
        refusing.note_child(customer=reader, boxes=kept, door=door, actor=form.actor, at=now)
    guardians.tell_child(customer=reader, address=form.email, language=form.language, at=form.at, is_kept=bool(kept))


def age(born: dt.date | None, today: dt.date) -> int:
    """Full years; who told no birthday counts as of age, as everywhere."""
    if born is None:
        return OF_AGE
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
