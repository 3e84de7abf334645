"""Taking back what an import made of reviews (see `taking_back`)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from cdp.core.imports import undoing
from surveys.models import Review, ReviewKey, Ticket, TicketMessage
from surveys.services import reviews, taking_back
from surveys.services.tickets import from_reviews


@dataclass(frozen=True)
class _Reviews(taking_back.Rows):
    """Reviews, and the tickets that bad ones opened and nobody has worked on."""

    def take_along(self, rows: Mapping[uuid.UUID, uuid.UUID]) -> None:
        from_reviews.take_back(set(rows.values()), rows)

    def foresee_along(self, undo: undoing.Undo, rows: Mapping[uuid.UUID, uuid.UUID]) -> None:
        tickets = from_reviews.untouched(set(rows.values()), rows)
        undo.ahead[Ticket._meta.label].update(tickets)
        undo.ahead[TicketMessage._meta.label].update(message for said in tickets.values() for message in said)


ROWS = _Reviews(
    model=Review,
    key_model=ReviewKey,
    keys=reviews.KEYS,
    cause="surveys.reviews",
    made="reviews.made",
    changed="reviews.changed",
    removed="reviews_removed",
    restored="reviews_restored",
    kept="reviews_kept",
)
WORDS = {
    ROWS.removed: gettext_noop("Reviews removed"),
    ROWS.restored: gettext_noop("Reviews that are again as they were before"),
    ROWS.kept: gettext_noop("Reviews that stay, because they were changed since"),
}
PARTS = ROWS.parts(16)
