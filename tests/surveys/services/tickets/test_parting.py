"""Two who were one person are two again: each has what they wrote, also in one thread."""

import io

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.crypto import subjects
from customers.services import merging
from customers.services.erasing import erase
from surveys.models import Ticket, TicketMessage
from surveys.selectors.tickets import opened
from surveys.services.tickets import mailbox
from tests import factories

pytestmark = pytest.mark.django_db


def write(sender, number, words, answers="") -> mailbox.Counts:
    reply = f"In-Reply-To: <{answers}@x>\n" if answers else ""
    raw = f"From: {sender}\nMessage-ID: <{number}@x>\n{reply}Subject: Lid\n\n{words}\n"
    return mailbox.read(io.BytesIO(raw.encode()), now=timezone.now())


def read(customer) -> list[list[str]]:
    keyring = subjects.load([customer])
    tickets = Ticket.objects.filter(customer_id=customer).order_by("opened_at", "id")
    return [[one.words for one in opened.of_ticket(ticket, keyring)] for ticket in tickets]


def test_each_has_what_they_wrote_also_in_one_thread():
    ann = factories.customer(email="ann@example.com", name="Ann")
    bea = factories.customer(email="bea@example.com", name="Bea")
    write("bea@example.com", "b0", "Bea before")
    log = merging.merge(survivor=bea.id, absorbed=ann.id, reason="t", actor=actors.SYSTEM, at=timezone.now())
    write("ann@example.com", "a1", "Ann first")
    write("bea@example.com", "b1", "Bea second", "a1")
    write("ann@example.com", "a2", "Ann third", "b1")
    write("ann@example.com", "a3", "Ann to Bea", "b0")
    assert read(bea.id) == [["Bea before", "Ann to Bea"], ["Ann first", "Bea second", "Ann third"]]
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=timezone.now())
    assert read(ann.id) == [["Ann first", "Ann third"], ["Ann to Bea"]]
    assert read(bea.id) == [["Bea before"], ["Bea second"]]
    parted = Ticket.objects.get(customer_id=bea.id, external_id__startswith="parted/")
    assert (opened.subject(parted, subjects.load([bea.id])), parted.status) == ("Bea second", "open")

    # The thread of each goes on where their words went, and what is known is not taken twice.
    assert write("bea@example.com", "b2", "Bea more", "b1").messages == 1
    assert write("bea@example.com", "b1", "Bea second", "a1").known == 1
    assert read(bea.id)[1] == ["Bea second", "Bea more"]
    erase(customer=ann.id, actor=actors.SYSTEM, at=timezone.now())
    assert TicketMessage.objects.count() == 3
