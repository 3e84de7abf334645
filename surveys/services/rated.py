"""Columns of ratings in imported files: their numbers are of the scale of the column, never of what would just fit.

The scale is what the mapping or a column of its own tells, else what the whole column shows (ratings.measured); the
check of the file says which. A number above it is refused.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from cdp.core.imports import registry
from surveys.rules import ratings

LABEL = _("Ratings go up to")
REASONS = {
    "beyond_scale": _(
        "This rating is above the highest of its column. Correct it, or choose on the Columns step up to which number"
        " the ratings go."
    ),
    "no_scale": _("This is not the highest rating that could be given, such as 5 or 10."),
    **dict.fromkeys(("review.scale=10", "ticket.scale=10"), _("Its numbers are read as so many of 10, as most show.")),
    **dict.fromkeys(
        ("review.scale=100", "ticket.scale=100"), _("Its numbers are read as so many of 100, as most show.")
    ),
}
SYNONYMS = ("best rating", "max rating", "out of", "คะแนนเต็ม", "만점")


def choices() -> Sequence[tuple[str, str]]:
    """The scales that a whole file can be of."""
    return [(str(scale), str(scale)) for scale in ratings.SCALES]


def stars(context: registry.Context, cells: Sequence[str], *, rating: str, scale: str) -> Decimal | None:
    """The rating of a row as so many of five; None where there is none. `rating` and `scale` are targets.

    Raises RowRefused.
    """
    raw, best = context.cell(cells, rating), context.cell(cells, scale)
    try:
        ratings.of_five("1", best=best)
    except ratings.Unreadable as problem:
        raise registry.RowRefused(scale, best, "no_scale") from problem
    try:
        return ratings.of_five(raw, best=best)
    except ratings.BeyondScale as problem:
        raise registry.RowRefused(rating, raw, "beyond_scale") from problem
    except ratings.Unreadable as problem:
        raise registry.RowRefused(rating, raw, "not_a_number") from problem
