"""When something that was said opens a ticket by itself."""

from decimal import Decimal

LOW = Decimal(2)
"""Stars of five up to which a review is somebody's complaint."""


def from_review(rating: Decimal | None, *, is_answered: bool, is_known: bool) -> bool:
    """Whether a review opens a ticket: a bad one of somebody we know that nobody has answered yet."""
    return is_known and not is_answered and rating is not None and rating <= LOW
