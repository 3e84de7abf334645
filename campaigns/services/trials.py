"""Trying a message out: as an example person or a chosen customer, on the screen or in one's own inbox.

Trials are made for nobody: their unsubscribe link belongs to no customer, so that a curious click takes nobody's
permission away.
"""

import dataclasses
import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from analytics.models import CustomerMetrics
from campaigns.channels.email import compose
from campaigns.rules import templates
from campaigns.rules.definition import MessageStep
from campaigns.selectors import recipients
from campaigns.selectors.recipients import Recipient
from campaigns.services import rendering
from campaigns.services.previews import NOBODY, UnknownCustomer
from cdp.core import context, ids, leaving, mail
from loyalty.rules.purse import Lot, Purse

COUNTRY_OF_LANGUAGE = {"th": "TH", "ko": "KR"}


class UnableToSend(Exception):
    """The mail server did not take the test message."""


def example(*, language: str, now: datetime) -> Recipient:
    """Somebody invented, with the values shown beside the variables."""
    values = templates.VARIABLES
    fields = {name.removeprefix("customer."): value for name, value in values.items() if name.startswith("customer.")}
    metrics = CustomerMetrics(
        orders_count=3,
        revenue_total=Decimal(1250),
        first_order_at=now - timedelta(days=400),
        last_order_at=now - timedelta(days=90),
    )
    return Recipient(
        id=NOBODY,
        address="",
        name=values["customer.name"],
        language=language,
        country=COUNTRY_OF_LANGUAGE.get(language, settings.CDP_SHOP_COUNTRY),
        fields=fields | {"interests": [fields["interests"]]},
        metrics=metrics,
        points=_points(now),
    )


def _points(now: datetime) -> Purse:
    """Two earnings, of which one ends in a week."""
    ending, all_ = (Decimal(templates.VARIABLES[f"metrics.points_{name}"]) for name in ("ending", "balance"))
    purse = Purse(NOBODY)
    for amount, ends in ((ending, now + timedelta(days=7)), (all_ - ending, None)):
        lot = Lot(ids.uuid7(), NOBODY, now, now, ends, amount, active=amount)
        purse.lots[lot.id] = lot
    return purse


def parts(
    step: MessageStep, *, purpose: str, customer: uuid.UUID | None, language: str, now: datetime
) -> compose.Parts:
    """The message as that customer, or the example person, would see it.

    Raises UnknownCustomer, templates.BrokenTemplate.
    """
    recipient = _recipient(step, customer=customer, language=language, now=now)
    return compose.parts(rendering.outgoing(message=NOBODY, step=step, purpose=purpose, recipient=recipient, now=now))


def send(
    step: MessageStep,
    *,
    purpose: str,
    customer: uuid.UUID | None,
    language: str,
    to: str,
    name: str,
    now: datetime,
) -> None:
    """Send it to the member of staff who tries it. Raises UnknownCustomer, BrokenTemplate, UnableToSend."""
    recipient = _recipient(step, customer=customer, language=language, now=now)
    outgoing = rendering.outgoing(message=ids.uuid7(), step=step, purpose=purpose, recipient=recipient, now=now)
    message = compose.message(dataclasses.replace(outgoing, address=to, name=name))
    permit = leaving.own(leaving.Own.STAFF_MAIL, channel="email", at=now)
    try:
        with mail.transport() as carrier:
            carrier.send(message, name=f"test-{outgoing.id}", permit=permit)
    except (mail.Refused, mail.Unavailable, OSError) as error:
        raise UnableToSend(str(error)) from error


def _recipient(step: MessageStep, *, customer: uuid.UUID | None, language: str, now: datetime) -> Recipient:
    if customer is None:
        return example(language=language, now=now)
    found = recipients.load([customer], channel=step.channel).get(customer)
    if found is None:
        raise UnknownCustomer(str(customer))
    context.show([customer])
    return dataclasses.replace(found, id=NOBODY)
