"""The one way in for tickets: what is told of them, each ticket and each message once, in a few statements.

A ticket is one per number of its source, a message one per number of its source; what was known stays. So a file that
is read twice, or two doors that tell the same at once, bring nothing new, and a message that was missing is added.
"""

import dataclasses
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from cdp.core import ids, pipeline
from cdp.core.crypto import index, subjects
from commerce.services import keys
from commerce.services.keys import KeyTable, Owner
from customers.services import standing as owners
from surveys.models import Ticket, TicketMessage
from surveys.rules.tickets.clock import Said
from surveys.selectors.tickets import ruling
from surveys.selectors.tickets.opened import MESSAGES, TICKETS
from surveys.services.tickets import correcting, standing

KEYS = KeyTable("surveys_ticketkey", "ticket_id")
LONGEST_SUBJECT, LONGEST_WORDS, LONGEST_LINE = 300, 20_000, 90
CAUSE = "surveys.tickets"
_SECRET = "surveys.ticket.rating"  # noqa: S105  (what the secret is for)
_SECRET_BYTES = 15
_TURNS = {"open": "reopened", "waiting": "waits", "resolved": "resolved"}


@dataclass(frozen=True, slots=True)
class MessageInput:
    """One thing that was said or done. `number` is its source's; without one it is new whenever it is told. `status` is
    what the ticket became by it, `quoted` what stood below, `files` the names of what came with it, `named_by` the
    identifier that told who wrote it.
    """

    direction: str
    at: dt.datetime
    words: str = ""
    number: str = ""
    status: str = ""
    act: str = ""
    author: str = ""
    quoted: str = ""
    files: Sequence[str] = ()
    named_by: bytes | None = None
    corrects: bool = False
    """Whether `at` is the source's own word, so that a message that is known is moved there."""

    @property
    def more(self) -> str:
        """What is kept beside the words, as JSON."""
        found = {"quoted": self.quoted[:LONGEST_WORDS], "files": [name[:200] for name in self.files][:50]}
        return json.dumps(found, ensure_ascii=False) if self.quoted or self.files else ""


@dataclass(frozen=True, slots=True)
class TicketInput:
    """A ticket as its source tells it. `customer` is a living one. Where the ticket is known, only messages that are
    not, and a satisfaction that is newer, are added; and where its source tells another `status` (empty: none is told)
    than the last time, that is an act of its own at `status_at`, the moment of this telling.
    """

    customer: uuid.UUID
    external_id: str
    channel: str
    at: dt.datetime
    topic: str = ""
    subject: str = ""
    priority: str = Ticket.Priority.NORMAL
    messages: Sequence[MessageInput] = ()
    about: tuple[str, uuid.UUID] | None = None
    assigned_to: uuid.UUID | None = None
    satisfaction: int | None = None
    satisfaction_at: dt.datetime | None = None
    status: str = ""
    status_at: dt.datetime | None = None
    opened_by: str = ""
    named_by: bytes | None = None
    told_at: dt.datetime | None = None
    """When its source tells this: the moment of what it corrects."""


@dataclass(slots=True)
class Told:
    """What became of them: the tickets by number, which are new, which changed, how many messages are new, and the
    places of those that carry the number of somebody else's ticket and changed nothing.
    """

    tickets: dict[str, Ticket] = field(default_factory=dict)
    created: set[uuid.UUID] = field(default_factory=set)
    updated: set[uuid.UUID] = field(default_factory=set)
    messages: int = 0
    foreign: list[int] = field(default_factory=list)
    said: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=dict)
    """Ticket → its messages that are new."""
    rated: dict[uuid.UUID, tuple[int | None, dt.datetime | None]] = field(default_factory=dict)
    """Ticket → the rating that a newer one was put over."""
    moved: list[correcting.Move] = field(default_factory=list)
    """The messages whose moment was corrected."""


def key(source: str, external_id: str) -> bytes:
    """The digest under which a ticket of a source is unique over all customers."""
    return hashlib.sha256(f"ticket\n{source}\n{external_id}".encode()).digest()


def key_of_message(source: str, number: str) -> bytes:
    """The digest under which a message of a source is unique. Keyed: the number of a mail may name who sent it."""
    return index.lasting("surveys.ticket.message", f"{source}\n{number}")


def secret_of(ticket: uuid.UUID) -> bytes:
    """The secret in the link to rate a ticket: made of its random id under the key of the installation."""
    return index.lasting_hasher(_SECRET)(ticket.bytes)[:_SECRET_BYTES]


def key_of_secret(secret: bytes) -> bytes:
    """The digest that finds the ticket of a link."""
    return hashlib.sha256(b"ticket-rating\n" + secret).digest()


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' tickets."""
    found: dict[bytes, uuid.UUID] = {}
    rows = Ticket.objects.filter(customer_id__in=customers).values_list("id", "source", "external_id", "customer_id")
    for ticket, source, number, customer in rows:
        found[key(source, number)] = found[key_of_secret(secret_of(ticket))] = customer
    said = TicketMessage.objects.filter(customer_id__in=customers, key_digest__isnull=False)
    digests = said.values_list("key_digest", "customer_id")
    found |= {bytes(digest): customer for digest, customer in digests if digest is not None}
    return found


def keys_of_tickets(customers: Collection[uuid.UUID], tickets: Collection[uuid.UUID]) -> list[bytes]:
    """The keys of these tickets of these customers and of their messages: so none is looked for among all."""
    rows = Ticket.objects.filter(customer_id__in=customers, id__in=tickets).values_list("id", "source", "external_id")
    found = [digest for row, source, number in rows for digest in (key(source, number), key_of_secret(secret_of(row)))]
    said = TicketMessage.objects.filter(customer_id__in=customers, ticket_id__in=tickets, key_digest__isnull=False)
    return found + [bytes(digest) for digest in said.values_list("key_digest", flat=True) if digest is not None]


def tell(tickets: Sequence[TicketInput], *, source: str, lane: int = pipeline.INTERACTIVE) -> Told:
    """Write these tickets in one transaction; the customers are marked for the pipeline. One number told twice here
    is one ticket, with the messages of both.
    """
    told = Told()
    if not tickets:
        return told
    with transaction.atomic():
        first: dict[str, TicketInput] = {}
        for one in tickets:
            first.setdefault(one.external_id, one)
        owners.queue({one.customer for one in tickets})  # as everybody does who writes to a ticket
        wanted = {key(source, number): Owner(one.customer, ids.uuid7()) for number, one in first.items()}
        claimed = keys.claim(KEYS, wanted)
        known = _known([claimed[digest] for digest in wanted if claimed[digest] != wanted[digest]])
        rows: dict[str, Ticket] = {}
        for number, one in first.items():
            digest = key(source, number)
            row = known.get(claimed[digest].row)
            if row is None and claimed[digest] != wanted[digest]:  # its ticket went with retention: it begins anew
                keys.point(KEYS, {digest: wanted[digest]})
            if row is None:
                row = _row(one, wanted[digest].row, source)
                told.created.add(row.id)
            rows[number] = row
        keyring = subjects.load({row.customer_id for row in rows.values()})
        for number, row in rows.items():
            if row.id in told.created:
                text = _subject(first[number])
                row.subject = seal(keyring, text, customer=row.customer_id, table=TICKETS, column="subject", row=row.id)
        made = _messages(tickets, rows, source, told, keyring)
        made += _turns(tickets, rows, made, told, keyring)
        rated = _rate(tickets, rows, told)
        _write(rows, made, rated, told, keyring)
        told.tickets = rows
        touched = {row.customer_id for row in rows.values() if row.id in told.created | told.updated}
        pipeline.mark(sorted(touched), cause=CAUSE, lane=lane)
    return told


def seal(
    keyring: subjects.Keyring, text: str, *, customer: uuid.UUID, table: str, column: str, row: uuid.UUID
) -> bytes | None:
    """A text of a ticket, sealed; None where there is none, and where the person was forgotten meanwhile."""
    if customer not in keyring.writing:
        return None
    return keyring.seal(text, customer=customer, table=table, column=column, row=row)


def message_row(
    ticket: Ticket, said: MessageInput, keyring: subjects.Keyring, *, digest: bytes | None = None
) -> TicketMessage:
    """The row of a message."""
    row = ids.uuid7()

    def sealed(text: str, column: str) -> bytes | None:
        return seal(keyring, text, customer=ticket.customer_id, table=MESSAGES, column=column, row=row)

    return TicketMessage(
        id=row,
        customer_id=ticket.customer_id,
        ticket_id=ticket.id,
        direction=said.direction,
        act=said.act,
        status=said.status,
        words=sealed(said.words.replace("\x00", "").strip()[:LONGEST_WORDS], "words"),
        more=sealed(said.more.replace("\x00", ""), "more"),
        at=said.at,
        author=said.author,
        named_by=said.named_by,
        key_digest=digest,
    )


def _subject(one: TicketInput) -> str:
    """What it says it is about, else the first line of what was said."""
    words = one.subject.strip() or next((said.words.strip() for said in one.messages if said.words.strip()), "")
    first = next(iter(words.replace("\x00", "").splitlines()), "")
    return first[:LONGEST_SUBJECT] if one.subject.strip() else first_line(first)


def first_line(words: str) -> str:
    """What a ticket without a subject is called after."""
    first = next(iter(words.replace("\x00", "").splitlines()), "")
    return first if len(first) <= LONGEST_LINE else f"{first[:LONGEST_LINE].rstrip()} …"


def _row(one: TicketInput, row: uuid.UUID, source: str) -> Ticket:
    return Ticket(
        id=row,
        customer_id=one.customer,
        source=source,
        external_id=one.external_id,
        channel=one.channel,
        topic=one.topic[:60],
        priority=one.priority,
        about_kind=one.about[0] if one.about else "",
        about_id=one.about[1] if one.about else None,
        assigned_to=one.assigned_to,
        opened_at=one.at,
        spoken_at=one.at,
        opened_by=one.opened_by,
        named_by=one.named_by,
    )


def _messages(
    tickets: Sequence[TicketInput],
    rows: Mapping[str, Ticket],
    source: str,
    told: Told,
    keyring: subjects.Keyring,
) -> list[TicketMessage]:
    """The messages that are not known yet, as rows; their keys are claimed."""
    wanted: dict[bytes, tuple[Ticket, MessageInput]] = {}
    without: list[tuple[Ticket, MessageInput]] = []
    for place, one in enumerate(tickets):
        ticket = rows[one.external_id]
        if one.customer != ticket.customer_id:  # what one person says is never read by another
            told.foreign.append(place)
            continue
        for said in one.messages:
            if said.direction == TicketMessage.Direction.IN and said.named_by is None:
                said = dataclasses.replace(said, named_by=one.named_by)  # noqa: PLW2901
            if said.number:
                wanted.setdefault(key_of_message(source, said.number), (ticket, said))
            elif ticket.id in told.created:
                without.append((ticket, said))
    # The ticket's key is held: nobody else adds to it until this is written.
    have = keys.find(KEYS, wanted)
    new = {digest: one for digest, one in wanted.items() if digest not in have}
    owners = {digest: Owner(ticket.customer_id, ticket.id) for digest, (ticket, _said) in new.items()}
    claimed = keys.claim(KEYS, owners)
    held = {digest: one for digest, one in wanted.items() if one[1].corrects and digest in have}
    told.moved = correcting.move(
        {digest: (ticket, said.at) for digest, (ticket, said) in held.items() if have[digest].row == ticket.id}
    )
    made = [
        message_row(ticket, said, keyring, digest=digest)
        for digest, (ticket, said) in new.items()
        if claimed[digest] == owners[digest]
    ]
    when = {one.external_id: one.told_at for one in tickets}
    corrected = {one.ticket for one in told.moved}
    for number, ticket in rows.items():
        if ticket.id in corrected:
            act = MessageInput(TicketMessage.Direction.ACT, when[number] or ticket.opened_at, act=correcting.ACT)
            without.append((ticket, act))
    return made + [message_row(ticket, said, keyring) for ticket, said in without]


def _turns(
    tickets: Sequence[TicketInput],
    rows: Mapping[str, Ticket],
    made: Sequence[TicketMessage],
    told: Told,
    keyring: subjects.Keyring,
) -> list[TicketMessage]:
    """An act for each known ticket of which its source says another status than it said last. What staff did here
    meanwhile stays until the source says something new.
    """
    says = {
        rows[one.external_id].id: one
        for place, one in enumerate(tickets)
        if one.status and one.status_at and place not in told.foreign
    }
    says = {ticket: one for ticket, one in says.items() if ticket not in told.created}
    if not says:
        return []
    last: dict[uuid.UUID, tuple[str, dt.datetime]] = {}
    before = TicketMessage.objects.filter(
        customer_id__in={row.customer_id for row in rows.values()}, ticket_id__in=list(says), author=""
    )
    known = list(before.exclude(status="").order_by("at", "id").values_list("ticket_id", "status", "at"))
    known += [(one.ticket_id, one.status, one.at) for one in made if one.status]
    for ticket, status, at in sorted(known, key=lambda one: one[2]):
        last[ticket] = status, at
    found = []
    for ticket, one in says.items():
        was, since = last.get(ticket, (Ticket.Status.OPEN.value, one.at))
        if was != one.status and one.status_at is not None:
            at = max(one.status_at, since + dt.timedelta(microseconds=1))
            act = MessageInput(TicketMessage.Direction.ACT, at, status=one.status, act=_TURNS[one.status])
            found.append(message_row(rows[one.external_id], act, keyring))
    return found


def _rate(tickets: Sequence[TicketInput], rows: Mapping[str, Ticket], told: Told) -> set[uuid.UUID]:
    """Set what people are said to have rated; the newest stands. Returns whose changed."""
    changed = set()
    for place, one in enumerate(tickets):
        row = rows[one.external_id]
        if one.satisfaction is None or place in told.foreign:
            continue
        at = one.satisfaction_at or one.at
        if row.satisfaction_at is None or (at, one.satisfaction) > (row.satisfaction_at, row.satisfaction or 0):
            told.rated.setdefault(row.id, (row.satisfaction, row.satisfaction_at))
            row.satisfaction, row.satisfaction_at = one.satisfaction, at
            changed.add(row.id)
    return changed


def _write(
    rows: Mapping[str, Ticket],
    made: Sequence[TicketMessage],
    rated: Collection[uuid.UUID],
    told: Told,
    keyring: subjects.Keyring,
) -> None:
    now_said = {message.ticket_id for message in made}
    old = [row for row in rows.values() if row.id not in told.created and row.id in now_said]
    said = standing.said_in(old)
    for message in made:
        said.setdefault(message.ticket_id, []).append(Said(message.at, message.direction, message.status))
    rules = ruling.current()
    new = [row for row in rows.values() if row.id in told.created]
    for row in (*new, *old):
        standing.count(row, said.get(row.id, ()), rules)
    Ticket.objects.bulk_create(new)
    keys.claim(KEYS, {key_of_secret(secret_of(row.id)): Owner(row.customer_id, row.id) for row in new})
    TicketMessage.objects.bulk_create(made)
    changed = [row for row in rows.values() if row.id not in told.created and (row.id in now_said or row.id in rated)]
    for row in changed:
        row.save(update_fields=[*standing.COUNTED, "opened_at", "satisfaction", "satisfaction_at"])
    told.updated = {row.id for row in changed}
    told.messages = len(made)
    for message in made:
        told.said.setdefault(message.ticket_id, []).append(message.id)


def _known(places: Sequence[Owner]) -> dict[uuid.UUID, Ticket]:
    if not places:
        return {}
    found = Ticket.objects.filter(
        customer_id__in={place.customer for place in places}, id__in=[place.row for place in places]
    )
    return {row.id: row for row in found}
