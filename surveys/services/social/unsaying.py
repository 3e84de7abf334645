"""What somebody takes back in a chat: that there was something stays, with the ticket it opened, and the words go."""

import uuid

from django.conf import settings
from django.utils import translation
from django.utils.translation import pgettext

from cdp.core import pipeline
from cdp.core.crypto import subjects
from commerce.services import keys
from commerce.services.hooks.chats import Heard
from customers.services import standing
from customers.services.leads import unsaying as leads
from surveys.models import Reading, SocialAct, Ticket, TicketMessage
from surveys.selectors.tickets.opened import MESSAGES, TICKETS
from surveys.services.social import acts
from surveys.services.tickets import telling


def take_back(heard: Heard) -> bool:
    """Replace what they wrote under that number by a note that they took it back; whether there was anything."""
    number = acts.Number(heard.platform, heard.number)
    digest = acts.key(heard.source.key, number)
    standing.queue({heard.customer})
    place = keys.find(acts.KEYS, [digest]).get(digest)
    act = SocialAct.objects.filter(customer_id=heard.customer, id=place.row).first() if place else None
    if act is None:
        return False
    keyring = subjects.load([heard.customer])
    if heard.customer not in keyring.writing:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        note = pgettext("chat", "(taken back)")

    def sealed(table: str, column: str, row: uuid.UUID) -> bytes | None:
        return keyring.seal(note, customer=heard.customer, table=table, column=column, row=row)

    said = keyring.open(act.words, table=acts.TABLE, column="words", row=act.id)
    leads.replace(customer=heard.customer, platform=heard.platform, words=said, note=note)
    SocialAct.objects.filter(customer_id=heard.customer, id=act.id).update(words=sealed(acts.TABLE, "words", act.id))
    # The number alone was that of the message until platforms counted by themselves.
    known = [telling.key_of_message(act.source, one) for one in (f"{act.platform}/{act.external_id}", act.external_id)]
    told = TicketMessage.objects.filter(customer_id=heard.customer, key_digest__in=known)
    texts = [act.id]
    for message in told:
        texts.append(message.id)
        words = sealed(MESSAGES, "words", message.id)
        TicketMessage.objects.filter(customer_id=heard.customer, id=message.id).update(words=words, more=None)
        # What a ticket is called is the first line of what opened it.
        Ticket.objects.filter(
            customer_id=heard.customer, id=message.ticket_id, about_kind="social", about_id=act.id
        ).update(subject=sealed(TICKETS, "subject", message.ticket_id))
    Reading.objects.filter(customer_id=heard.customer, text_id__in=texts).delete()
    pipeline.mark([heard.customer], cause=acts.CAUSE)
    return True
