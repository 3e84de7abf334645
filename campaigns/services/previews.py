"""What a campaign would do, without doing it: who would get it, who not and why, and how it would read."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.channels.email import compose
from campaigns.rules.definition import Definition
from campaigns.selectors import candidates, decisions, recipients
from campaigns.services import rendering
from cdp.core import context

SAMPLE = 10


class UnknownCustomer(Exception):
    """There is nobody with that id."""


@dataclass
class Preview:
    """Counts of the first message; `sample` are ids of people who would get it."""

    eligible: int = 0
    planned: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[tuple[str, str]] = field(default_factory=Counter)  # the same by (reason, rule)
    sample: list[uuid.UUID] = field(default_factory=list)


def preview(definition: Definition, *, now: datetime, campaign: uuid.UUID | None = None) -> Preview:
    """Who would get it at `now`. With `campaign`, those who had their message from it are left out.

    Raises InvalidRules.
    """
    found = Preview()
    step = definition.steps[0]
    taken: set[bytes] = set()
    for batch in candidates.batches(definition, now=now, campaign=campaign):
        customers = [candidate.customer for candidate in batch]
        alone = decisions.judge(customers, purpose=definition.purpose, channel=step.channel, at=now)
        verdicts = decisions.once_per_address(
            {customer: alone[customer] for customer in customers},
            taken=taken,
            campaign=campaign,
            step=0,
            since=candidates.window(definition, now=now),
        )
        taken |= {verdict.address for verdict in verdicts.values() if verdict.address}
        found.eligible += len(batch)
        for customer in customers:
            if verdicts[customer].may:
                found.planned += 1
                if len(found.sample) < SAMPLE:
                    found.sample.append(customer)
            else:
                verdict = verdicts[customer]
                found.suppressed[verdict.reason] += 1
                found.by_rule[verdict.reason, verdict.rule] += 1
    return found


def as_customer(definition: Definition, *, customer: uuid.UUID, now: datetime, position: int = 0) -> compose.Parts:
    """The message as that person would see it. The person counts as shown to the reader.

    Raises UnknownCustomer, templates.BrokenTemplate.
    """
    step = definition.steps[position]
    recipient = recipients.load([customer], channel=step.channel).get(customer)
    if recipient is None:
        raise UnknownCustomer(str(customer))
    context.show([customer])
    return compose.parts(
        rendering.outgoing(
            message=uuid.UUID(int=0), step=step, purpose=definition.purpose, recipient=recipient, now=now
        )
    )
