"""Asking customers how their question was handled: the link of a resolved ticket as a notice.

It is part of handling the question, so it goes as a service message; whoever delivers asks the gate once more. A ticket
that is resolved anew may be asked about anew; one that is rated is not.
"""

import base64
import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from cdp.core import outbox
from cdp.core.actors import Actor
from customers.models import Customer
from customers.rules.places import LANGUAGES
from customers.selectors import profiles, tongues
from surveys.models import Reading, Ticket
from surveys.selectors.texts.reviews import SOURCE as REVIEWS
from surveys.selectors.texts.tickets import ABOUT_REVIEW
from surveys.selectors.texts.tickets import SOURCE as TICKETS
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


def language_of(ticket: Ticket, person: Customer) -> str:
    """The language to ask in: the one they told; else the one they wrote their ticket in, or the review it is about, as
    far as it was read; else what tongues knows.
    """
    if not person.language:
        texts = Q(kind=TICKETS.kind, parent_id=ticket.id)
        if ticket.about_kind == ABOUT_REVIEW and ticket.about_id:
            texts |= Q(kind=REVIEWS.kind, text_id=ticket.about_id)
        written = Reading.objects.filter(texts, customer_id=ticket.customer_id, language__in=LANGUAGES)
        found: str | None = written.order_by("-at").values_list("language", flat=True).first()
        if found:
            return found
    return tongues.of_person(person)


def ask(
    *, customer: uuid.UUID, ticket: uuid.UUID, channel: str, actor: Actor, at: dt.datetime, language: str = ""
) -> Ticket:
    """Put the question into the outbox, once for each time the ticket was resolved; in `language_of` unless another of
    ours is given. Raises UnableToChange.
    """
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
            language=language if language in LANGUAGES else language_of(row, profile.customer),
            channel=channel,
            customer=customer,
            data={"url": link(row)},
            valid_until=row.resolved_at + dt.timedelta(days=working.RATING_DAYS),
        )
        if not outbox.put(draft, at=at).is_new:
            raise UnableToChange(_("The customer was asked already."))
        return working.act(row, "asked", actor, at)
