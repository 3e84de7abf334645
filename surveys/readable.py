"""How reviews read to the person who wrote them."""

from django.utils.translation import gettext_lazy as _

from cdp.core import readable, sources, written_numbers
from cdp.core.readable import Reading

readable.declare(
    "surveys.Review",
    Reading(
        _("Your reviews"),
        {
            "at": _("When"),
            "sku": _("Article number"),
            "rating": _("Stars of five"),
            "title": _("Heading"),
            "body": _("What you wrote"),
            "replied_at": _("We answered"),
            "source": _("Came through"),
        },
        newest="at",
        names={"source": sources.names},
        told={"rating": lambda row: written_numbers.number(row["rating"]) if row["rating"] is not None else ""},
    ),
)
readable.declare_inner("surveys.ReviewKey")
