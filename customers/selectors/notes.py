"""Notes and logged calls as entries of the timeline."""

import uuid

from django.utils.translation import gettext

from cdp.core import timeline
from cdp.core.models import User
from customers.models import Note

TABLE = "customers_note"


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """What staff wrote down; `data` has the text and the author's name."""
    found = Note.objects.filter(customer_id__in=list(question.customers))
    if question.before:
        found = found.filter(at__lt=question.before)
    rows = list(found.order_by("-at", "-id")[: question.limit])
    authors = _authors({row.author_id for row in rows if row.author_id})
    return [
        timeline.Entry(
            id=str(row.id),
            at=row.at,
            kind=row.kind,
            title=gettext("Call") if row.kind == Note.Kind.CALL else gettext("Note"),
            icon="phone" if row.kind == Note.Kind.CALL else "note",
            data={
                "text": question.keyring.open(row.text, table=TABLE, column="text", row=row.id),
                "author": authors.get(row.author_id, "") if row.author_id else "",
            },
            is_private=True,
        )
        for row in rows
    ]


def _authors(ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    return {user.id: str(user) for user in User.objects.filter(id__in=ids)} if ids else {}
