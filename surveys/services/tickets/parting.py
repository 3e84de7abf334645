"""Two who were one person are two again: what each of them wrote into the other's tickets meanwhile is theirs alone."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from cdp.core import ids, lifecycle
from cdp.core.crypto import subjects
from cdp.core.lifecycle import Parted
from commerce.services import keys
from commerce.services.keys import Owner
from customers.services.merging import rows
from surveys.models import Ticket, TicketMessage
from surveys.selectors.tickets import ruling
from surveys.selectors.tickets.opened import MESSAGES, TICKETS
from surveys.services.tickets import standing, telling
from surveys.services.tickets.telling import KEYS


def settle(parted: Parted) -> None:
    """Give what one wrote into a ticket of the other to a ticket of their own; how both stand is counted anew. What we
    wrote and did stays in the ticket in which we did it. The caller holds both people.
    """
    written = TicketMessage.objects.filter(
        customer_id__in=(parted.goes, parted.stays), id__gt=parted.since, named_by__isnull=False
    ).only("id", "customer_id", "ticket_id", "named_by")
    strays: dict[tuple[uuid.UUID, uuid.UUID], list[uuid.UUID]] = defaultdict(list)
    for message in written.order_by("at", "id"):
        owner = parted.goes if bytes(message.named_by or b"") in parted.digests else parted.stays
        if owner != message.customer_id:
            strays[message.ticket_id, owner].append(message.id)
    if not strays:
        return
    found = Ticket.objects.filter(
        customer_id__in=(parted.goes, parted.stays), id__in={ticket for ticket, _owner in strays}
    )
    tickets = {row.id: row for row in found}
    touched = [*tickets.values()]
    for (ticket, owner), messages in strays.items():
        touched.append(_moved(tickets[ticket], owner, messages))
    said, rules = standing.said_in(touched), ruling.current()
    for row in touched:
        standing.count(row, said.get(row.id, ()), rules)
        row.save(update_fields=standing.COUNTED)


def _moved(was: Ticket, owner: uuid.UUID, messages: Sequence[uuid.UUID]) -> Ticket:
    """A ticket of the owner's own, with these messages of theirs."""
    declaration = lifecycle.declarations()[TicketMessage]
    rows.move(TicketMessage, declaration, {was.customer_id: owner}, only=("id", messages))
    mine = TicketMessage.objects.filter(customer_id=owner, id__in=messages).order_by("at", "id")
    first, keyring, row = mine[0], subjects.load([was.customer_id, owner]), ids.uuid7()
    subject = telling.first_line(keyring.open(first.words, table=MESSAGES, column="words", row=first.id))
    made = Ticket(
        id=row,
        customer_id=owner,
        source=was.source,
        external_id=f"parted/{row}",
        channel=was.channel,
        topic=was.topic,
        priority=was.priority,
        subject=telling.seal(keyring, subject, customer=owner, table=TICKETS, column="subject", row=row),
        opened_at=first.at,
        spoken_at=first.at,
        opened_by="customer",
        named_by=first.named_by,
    )
    made.save(force_insert=True)
    place = Owner(owner, row)
    digests = [telling.key(made.source, made.external_id), telling.key_of_secret(telling.secret_of(row))]
    digests += [bytes(one.key_digest) for one in mine if one.key_digest is not None]
    mine.update(ticket_id=row)
    keys.point(KEYS, dict.fromkeys(digests, place))
    return made
