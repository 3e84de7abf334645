"""Asking customers how their question was handled: the link of a resolved ticket as a notice.

It is part of handling the question, so it goes as a service message; whoever delivers asks the gate once more. A ticket
that is resolved anew may be asked about anew; one that is rated is not.
"""

import base64
import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from cdp.core import outbox
from cdp.core.actors import Actor
from customers.selectors import profiles, tongues
from surveys.models import Ticket
from surveys.services.tickets import telling, working
from surveys.services.tickets.working import UnableToChange

NOTICE = "ticket-rating"
CHANNELS = ("email", "sms")


def link(ticket: Ticket) -> str:
    """The address at which the customer says how it was handled; its secret stands in no column."""
    secret = base64.urlsafe_b64encode(telling.secret_of(ticket.id)).decode()
    return settings.CDP_BASE_URL.rstrip("/") + reverse("ask:rate", args=[secret])


def words(ticket: Ticket, *, language: str) -> str:
    """What to write to the customer in that language, short enough for an SMS or a chat."""
    with override(language):
        return gettext("How did we handle your question? One tap tells us: %(url)s") % {"url": link(ticket)}


def ask(*, customer: uuid.UUID, ticket: uuid.UUID, channel: str, actor: Actor, at: dt.datetime) -> Ticket:
    """Put the question into the outbox, once for each time the ticket was resolved. Raises UnableToChange."""
    if channel not in CHANNELS or not outbox.reaches(channel):
        raise UnableToChange(_("Nothing can be sent this way from here."))
    with transaction.atomic():
        row = working.locked(customer, ticket)
        if row.resolved_at is None or not working.is_ratable(row, at):
            raise UnableToChange(_("Only what was resolved in the last 90 days can be rated."))
        if row.satisfaction is not None:
            raise UnableToChange(_("The customer has rated it already."))
        profile = profiles.one(customer)
        if profile is None:
            raise UnableToChange(_("This customer is no longer here."))
        way = profile.email_contact if channel == "email" else profile.phone_contact
        if way is None or not way.value:
            raise UnableToChange(_("We know no address of this customer for that."))
        draft = outbox.Draft(
            kind=NOTICE,
            address=way.value,
            key=f"{NOTICE}:{row.id}:{row.resolved_at.isoformat()}",
            language=tongues.of_person(profile.customer),
            channel=channel,
            customer=customer,
            data={"url": link(row)},
            valid_until=row.resolved_at + dt.timedelta(days=working.RATING_DAYS),
        )
        if not outbox.put(draft, at=at).is_new:
            raise UnableToChange(_("The customer was asked already."))
        return working.act(row, "asked", actor, at)
