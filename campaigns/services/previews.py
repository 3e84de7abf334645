"""What a campaign would do, without doing it: who would get it, who not and why, and how it would read."""

import dataclasses
import uuid
from datetime import datetime

from campaigns.channels.email import compose
from campaigns.rules.definition import Definition, days_ahead
from campaigns.selectors import recipients, tallies
from campaigns.selectors.tallies import Tally
from campaigns.services import rendering
from cdp.core import context

NOBODY = uuid.UUID(int=0)


class UnknownCustomer(Exception):
    """There is nobody with that id."""


def preview(definition: Definition, *, now: datetime, campaign: uuid.UUID | None = None) -> Tally:
    """Who would get the first message at `now`. With `campaign`, those who had their message from it are left out.

    Bounded in time: see `tallies`. Raises InvalidRules, patience.TookTooLong.
    """
    return tallies.of(definition, now=now, campaign=campaign)


def as_customer(definition: Definition, *, customer: uuid.UUID, now: datetime, position: int = 0) -> compose.Parts:
    """The message as that person would see it. The person counts as shown to the reader. Its links are nobody's: who
    may read a campaign must not open somebody's settings or stop their messages.

    Raises UnknownCustomer, templates.BrokenTemplate.
    """
    step = definition.steps[position]
    recipient = recipients.load([customer], channel=step.channel).get(customer)
    if recipient is None:
        raise UnknownCustomer(str(customer))
    context.show([customer])
    return compose.parts(
        rendering.outgoing(
            message=NOBODY,
            step=step,
            purpose=definition.purpose,
            recipient=dataclasses.replace(recipient, id=NOBODY),
            now=now,
            days_ahead=days_ahead(definition.trigger),
        )
    )
