"""Leads and reachability as platforms tell them, written through the customers' room, in the caller's transaction."""

import dataclasses
import uuid

from cdp.core import source_secrets
from cdp.core.actors import SYSTEM
from commerce.hooks import facts, reading
from commerce.services import line_links
from commerce.services.hooks import chats, marks
from commerce.services.hooks.receipts import Receipt
from consent.services import ticks
from customers.models import Customer
from customers.rules import leads as rules
from customers.rules import people
from customers.services import identity, linking, merging
from customers.services import reach as reach_of
from customers.services.leads import taking

MARKETING, EMAIL = "marketing", "email"
CONSENT_BOX = "consent box"
LINK = "account link"
TEST = "<test lead"
_PLATFORMS = {"line_id": "line"}
"""Kind of identifier by which a chat names people → the platform it is of."""


def take(fact: facts.LeadTold, receipt: Receipt) -> bool:
    """A lead and the person behind it; False when it was told before, or is the platform's own trial."""
    if any(value.startswith(TEST) for value in fact.raw.values()):
        return False
    person, faults = people.clean(fact.raw, receipt.rules)
    if not person.is_identified:
        raise reading.Unreadable("field_data", "nobody_named")
    if len(fact.external_id) > reading.LONGEST_NUMBER:
        raise reading.Unreadable("id", "too_long")
    source = receipt.source
    if fact.vouched and _is_named(identity.look_up([person], source=source)[0]):
        # The name that people give themselves in a chat is no news of somebody we know by a better one.
        person = dataclasses.replace(person, name="", given_name="", family_name="", language="")
    # What cannot be read as what it should be, or is longer than its place, stays whole among the answers.
    answers = {**{fault.field.replace("_", " "): fault.value for fault in faults}, **rules.longer(fact.words)}
    answers |= fact.answers
    if rules.are_too_long(answers):
        receipt.problems.append(reading.Unreadable("answers", "too_long"))
    at = rules.arrived(fact.at, now=receipt.now)
    person.created_at = at
    lead = rules.LeadInput(
        person=person,
        platform=fact.platform,
        key=fact.number,
        arrived_at=at,
        external_id=fact.external_id,
        is_organic=fact.is_organic,
        answers=rules.answers(answers),
        **rules.texts(fact.words),
    )
    taken = taking.take([lead], source=source, now=receipt.now, is_stranger=not fact.vouched)
    if taken.created:
        _consent(fact, lead, taken, receipt)
    return taken.created > 0


def _is_named(customer: uuid.UUID | None) -> bool:
    return customer is not None and Customer.objects.filter(id=customer, name__isnull=False).exists()


def _consent(fact: facts.LeadTold, lead: rules.LeadInput, taken: taking.Taken, receipt: Receipt) -> None:
    """The box of the form that staff named as consent to marketing, where it was ticked. An empty box says nothing, and
    what a tick counts is the same as in our own forms.
    """
    box = source_secrets.find_token(receipt.source, CONSENT_BOX)
    (customer,) = taken.customers
    if customer is None or not box or box not in fact.ticked or not lead.person.email:
        return
    ticks.record(
        customer=customer,
        boxes=[ticks.Box(MARKETING, EMAIL, fact.ticked[box])],
        form=ticks.Form(
            source=receipt.source.key,
            method="lead form",
            at=lead.arrived_at,
            actor=SYSTEM,
            language=lead.person.language,
            country=lead.person.country,
            birth_date=lead.person.birth_date,
            email=lead.person.email,
            phone=lead.person.phone,
            evidence={
                "platform": fact.platform,
                "lead": fact.external_id,
                "form": lead.form,
                "form_id": lead.form_id,
                "box": box,
                "shown": [words for words in (fact.disclaimer, fact.ticked[box]) if words],
            },
        ),
        now=receipt.now,
    )


def link(fact: facts.LinkTold, receipt: Receipt) -> bool:
    """The chat account belongs to the customer whom the nonce holds; with one that is not ours, or ended, to nobody."""
    customer = line_links.redeem(fact.nonce, source=receipt.source, at=fact.at, now=receipt.now)
    if customer is None:
        return False
    person, _ = people.clean({fact.kind: fact.value}, receipt.rules)
    try:
        return linking.link(
            customer=customer, person=person, kind=fact.kind, source=receipt.source, now=receipt.now, by=LINK
        )
    except merging.UnableToMerge as problem:
        raise identity.UnableToResolve from problem


def reach(fact: facts.ReachTold, receipt: Receipt) -> bool:
    """Whether somebody can be reached in a chat from now on; what is older than the last word changes nothing."""
    if not marks.advance(receipt.source.key, f"reach {fact.kind}", fact.value, at=fact.at):
        return False
    person, _ = people.clean({fact.kind: fact.value}, receipt.rules)
    (customer,) = identity.look_up([person], source=receipt.source)
    if customer is None:
        return False
    return reach_of.set_open(
        customer=customer, kind=fact.kind, value=fact.value, is_open=fact.is_open, at=fact.at, now=receipt.now
    )


def chat(fact: facts.ChatTold, receipt: Receipt) -> bool:
    """What somebody wrote or that they follow the shop, for whoever keeps it; the same again is no news."""
    person, _ = people.clean({fact.kind: fact.value}, receipt.rules)
    (customer,) = identity.look_up([person], source=receipt.source)
    if customer is None:
        return False
    return chats.tell(
        chats.Heard(
            what=fact.what,
            customer=customer,
            platform=_PLATFORMS[fact.kind],
            handle=person.line_id,
            number=fact.number,
            text=fact.text,
            at=fact.at,
            source=receipt.source,
            now=receipt.now,
            sent=fact.sent,
        )
    )
