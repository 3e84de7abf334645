"""Writing down what was said."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from customers.models import Customer, Note, Status

LONGEST = 4000


class UnableToAddNote(Exception):
    """The note cannot be kept; `reason` is the sentence for the writer."""

    def __init__(self, reason: object) -> None:
        super().__init__(str(reason))
        self.reason = reason


def add(*, customer: uuid.UUID, kind: str, text: str, actor: Actor, at: datetime) -> Note:
    """Keep a note or a logged call of a living profile, sealed. Raises UnableToAddNote."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise UnableToAddNote(_("Write something first."))
    if len(text) > LONGEST:
        raise UnableToAddNote(_("This note is too long; the limit is 4,000 characters."))
    if kind not in Note.Kind.values:
        raise UnableToAddNote(_("This kind of note is not known."))
    with transaction.atomic():
        # The row is locked so that a note cannot slip in behind a merge or an erasure.
        row = Customer.objects.select_for_update().filter(id=customer).only("id", "status").first()
        if row is None or row.status not in {Status.KNOWN, Status.ANONYMOUS}:
            raise UnableToAddNote(_("This customer is no longer here."))
        note_id = ids.uuid7()
        keyring = subjects.load([customer])
        sealed = keyring.seal(text, customer=customer, table="customers_note", column="text", row=note_id)
        note = Note.objects.create(id=note_id, customer_id=customer, kind=kind, text=sealed, at=at, author_id=actor.id)
        audit.record(
            audit.Action.NOTE_ADDED, actor=actor, at=at, customer=customer, subject=note.id, details={"kind": kind}
        )
    return note
