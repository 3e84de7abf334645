"""Reading a mailbox: what customers wrote becomes tickets, what we answered their replies, and nothing else is kept.

A mail is known by its number, so the same file again brings nothing new, and a file that overlaps with another only
what is missing. Mails hang together by what they are in answer to; who answers in somebody else's ticket has one of
their own, because what one person says is never read by another.
"""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.models import Source
from commerce.services import keys
from customers.rules import people
from customers.rules.people import Person
from customers.selectors import lineage
from customers.services import identity
from customers.services.identity import deciding
from surveys.models import Ticket, TicketMessage
from surveys.rules.tickets import letters
from surveys.rules.tickets.letters import Letter
from surveys.selectors.tickets import ruling
from surveys.services.tickets import telling
from surveys.services.tickets.telling import MessageInput, TicketInput

SOURCE = "mail"
BATCH = 200
LARGEST_MAIL = 40 * 1024 * 1024
"""A longer one is no letter of a customer; it is counted and left out."""
LONGEST_LINE = 1024 * 1024
_BEGIN = b"From "
log = structlog.get_logger("tickets")


@dataclass(slots=True)
class Counts:
    """What became of the mails. `known` were read before; `automatic` are out-of-office notes, delivery reports and
    lists; `ours` mails of ours that answer nothing that is known; `unreadable` name no sender or are no
    mail that anybody writes; `refused` are of people
    who were forgotten.
    """

    mails: int = 0
    tickets: int = 0
    messages: int = 0
    known: int = 0
    automatic: int = 0
    ours: int = 0
    unreadable: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Thread:
    """Which mails hang together here, beside what the database knows: number → the ticket's number and customer."""

    places: dict[str, tuple[str, uuid.UUID]] = field(default_factory=dict)


def read(
    file: BinaryIO,
    *,
    source: str = SOURCE,
    now: dt.datetime,
    lane: int = pipeline.BULK,
    tell: Callable[[Counts, int, int], None] | None = None,
) -> Counts:
    """Read a mailbox (mbox) or a single mail (.eml) from its bytes. Safe to repeat; each batch is one transaction, in
    which `tell` hears what came of it so far, how many letters are done and how many there are.
    """
    counts = Counts()
    found: list[Letter] = []
    for raw in mails(file):
        counts.mails += 1
        if raw is None:
            counts.unreadable += 1
            continue
        letter = _letter(raw)
        if letter is None or (not letter.address and not letter.automatic):
            counts.unreadable += 1
        elif letter.automatic:
            counts.automatic += 1
        else:
            found.append(letter)
    # In the order in which they were written: an answer comes after what it answers.
    found.sort(key=lambda letter: letter.at or now)
    place = Source.objects.get_or_create(key=source, defaults={"name": "E-mail"})[0]
    own = _own()
    thread = _Thread()
    for start in range(0, len(found), BATCH):
        with transaction.atomic():
            batch = found[start : start + BATCH]
            _write(batch, own, place, thread, counts, now, lane)
            if tell is not None:
                tell(counts, start + len(batch), len(found))
    if tell is not None:
        with transaction.atomic():
            tell(counts, len(found), len(found))
    return counts


def _letter(raw: bytes) -> Letter | None:
    """A mail; None for one that cannot be read. Whatever a stranger sends, the others are read."""
    try:
        return letters.read(raw)
    except letters.Unreadable:
        return None
    except Exception as problem:  # noqa: BLE001  (what nobody thought of ends this mail, not the mailbox)
        log.warning("a mail was left out", fault=type(problem).__name__, size=len(raw))
        return None


def mails(file: BinaryIO) -> Iterator[bytes | None]:
    """The mails of a file, one by one; None for one that is too large. A file that does not begin as a mailbox does is
    one mail.
    """
    mail = bytearray()
    size, is_box, was_blank = 0, False, True
    for line in iter(lambda: file.readline(LONGEST_LINE), b""):
        if was_blank and line.startswith(_BEGIN) and (is_box or not size):
            if size:
                yield bytes(mail) if size <= LARGEST_MAIL else None
            mail, size, is_box = bytearray(), 0, True
            continue
        size += len(line)
        if size <= LARGEST_MAIL:
            # In a mailbox a line that would look like a new mail has a mark before it.
            is_marked = is_box and line[:1] == b">" and line.lstrip(b">").startswith(_BEGIN)
            mail += line[1:] if is_marked else line
        else:
            mail = bytearray()
        was_blank = not line.strip()
    if mail.strip() or size > LARGEST_MAIL:
        yield bytes(mail) if size <= LARGEST_MAIL else None


def _own() -> frozenset[str]:
    """The shop's own addresses: those that staff named, and the one that its mail comes from."""
    sender = letters.read(f"From: {settings.DEFAULT_FROM_EMAIL}\n\n".encode()).address
    return frozenset({*ruling.current().own_addresses, *([sender] if sender else [])})


def _write(
    found: Sequence[Letter],
    own: frozenset[str],
    source: Source,
    thread: _Thread,
    counts: Counts,
    now: dt.datetime,
    lane: int,
) -> None:
    numbers = {number for letter in found for number in (letter.number, letter.own, *letter.answers)}
    digests = {telling.key_of_message(source.key, number): number for number in numbers}
    owners = {digests[digest]: owner for digest, owner in keys.find(telling.KEYS, digests).items()}
    rows = Ticket.objects.filter(
        customer_id__in={owner.customer for owner in owners.values()}, id__in={owner.row for owner in owners.values()}
    )
    tickets = {row.id: row for row in rows}
    for number, owner in owners.items():
        if owner.row in tickets:
            ticket = tickets[owner.row]
            thread.places[number] = (ticket.external_id, ticket.customer_id)
    found = _named_apart(found, own, thread, source, now)
    fresh = [letter for letter in found if letter.number not in owners and letter.number not in thread.places]
    counts.known += len(found) - len(fresh)
    customers = _people([letter for letter in fresh if letter.address not in own], source, now, lane)
    told: list[TicketInput] = []
    for letter in fresh:
        if letter.number in thread.places and letter.address not in own:  # twice in this file, or another's number
            letter = _apart(letter, thread, customers.get(letter.address, (None, None))[0])  # noqa: PLW2901
        if letter.number in thread.places:
            counts.known += 1
            continue
        one = (
            _reply(letter, thread, now)
            if letter.address in own
            else _question(letter, customers.get(letter.address), source.key, thread, now)
        )
        if one is None:
            counts.ours += letter.address in own
            counts.refused += letter.address not in own
            continue
        thread.places[letter.number] = (one.external_id, one.customer)
        told.append(one)
    done = telling.tell(told, source=source.key, lane=lane)
    counts.tickets += len(done.created)
    counts.messages += done.messages


def _named_apart(
    found: Sequence[Letter], own: frozenset[str], thread: _Thread, source: Source, now: dt.datetime
) -> list[Letter]:
    """The mails, each under its number. Anybody can write any number into a mail: one that bears the number of somebody
    else's is another mail, and goes by a number of what it says.
    """
    rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=timezone.localdate(now))
    again = [one for one in found if one.number in thread.places and one.address not in own]
    persons: dict[str, Person] = {}
    for letter in again:
        person, _faults = people.clean({"email": letter.address}, rules)
        persons[letter.address] = person
    known = dict(zip(persons, identity.look_up(list(persons.values()), source=source), strict=True)) if persons else {}
    return [
        _apart(one, thread, known.get(one.address)) if one.address in persons and one.number in thread.places else one
        for one in found
    ]


def _apart(letter: Letter, thread: _Thread, customer: uuid.UUID | None) -> Letter:
    holder = thread.places[letter.number][1]
    is_theirs = customer is not None and lineage.standing({holder}).get(holder, holder) == customer
    return letter if is_theirs else dataclasses.replace(letter, number=letter.own)


def _people(
    found: Sequence[Letter], source: Source, now: dt.datetime, lane: int
) -> Mapping[str, tuple[uuid.UUID, bytes | None]]:
    """Whose the addresses are: who writes for the first time is made, as far as they were not forgotten. Anybody can
    write any address into a mail, so of those who are known nothing changes.
    """
    rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=timezone.localdate(now))
    persons: dict[str, Person] = {}
    for letter in found:
        person, _faults = people.clean({"email": letter.address, "name": letter.name}, rules)
        if person.is_identified and letter.address not in persons:
            person.told_at = min(letter.at or now, now)
            persons[letter.address] = person
    if not persons:
        return {}
    told = list(persons.values())
    resolved = identity.resolve_many(told, source=source, now=now, lane=lane, is_stranger=True)
    digests = deciding.decided_by(told, resolved, source=source)
    standing = lineage.standing({one.customer for one in resolved})
    return {
        address: (standing[one.customer], digest)
        for address, one, digest in zip(persons, resolved, digests, strict=True)
        if one.outcome is not identity.Outcome.SUPPRESSED and one.customer in standing
    }


def _question(
    letter: Letter, who: tuple[uuid.UUID, bytes | None] | None, source: str, thread: _Thread, now: dt.datetime
) -> TicketInput | None:
    if who is None:
        return None
    customer, named_by = who
    known = next((thread.places[number] for number in letter.answers if number in thread.places), None)
    is_theirs = known is not None and known[1] == customer
    number = known[0] if known is not None and is_theirs else _number(source, letter)
    at = min(letter.at or now, now)
    return TicketInput(
        customer=customer,
        external_id=number,
        channel=Ticket.Channel.EMAIL,
        at=at,
        subject=letters.topic(letter.subject),
        messages=[_said(letter, TicketMessage.Direction.IN, at, author="customer")],
        opened_by="customer",
        named_by=named_by,
    )


def _reply(letter: Letter, thread: _Thread, now: dt.datetime) -> TicketInput | None:
    """What we wrote, in the ticket that it answers; None where it answers none."""
    known = next((thread.places[number] for number in letter.answers if number in thread.places), None)
    if known is None:
        return None
    at = min(letter.at or now, now)
    said = _said(letter, TicketMessage.Direction.OUT, at, status=Ticket.Status.WAITING)
    return TicketInput(known[1], known[0], Ticket.Channel.EMAIL, at, messages=[said])


def _said(letter: Letter, direction: str, at: dt.datetime, *, status: str = "", author: str = "") -> MessageInput:
    return MessageInput(
        direction=direction,
        at=at,
        words=letter.text,
        number=letter.number,
        status=status,
        author=author,
        quoted=letter.quoted,
        files=letter.files,
    )


def _number(source: str, letter: Letter) -> str:
    """The number of a ticket that this mail opens: keyed, as a mail's own number may name who sent it."""
    return f"mail/{telling.key_of_message(source, letter.number).hex()[:32]}"
