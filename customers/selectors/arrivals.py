"""By which forms people came: entries of the timeline, and counts for the page of forms."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext

from cdp.core import timeline
from customers.models import Arrival


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """One entry for each form somebody sent, with the place and the campaign that led there."""
    found = Arrival.objects.filter(customer_id__in=list(question.customers))
    if question.before is not None:
        found = found.filter(at__lt=question.before)
    return [
        timeline.Entry(
            id=str(row.id),
            at=row.at,
            kind="signup",
            title=_title(row.form),
            source=row.place or row.form,
            icon="forms",
            data={
                "form": row.form,
                "place": row.place,
                "campaign": row.campaign,
                "text": row.campaign.get("campaign", ""),
            },
        )
        for row in found.order_by("-at", "-id")[: question.limit]
    ]


def counts(*, since: datetime) -> dict[str, dict[str, int]]:
    """How many forms came since then: form → place ("" for no place) → number. Reads one index."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Arrival.objects.filter(at__gte=since).values_list("form", "place").annotate(number=Count("id"))
    for form, place, number in rows.order_by("form", "-number", "place"):
        found[form][place] = number
    return dict(found)


def _title(form: str) -> str:
    titles = {
        "signup": gettext("Signed up"),
        "warranty": gettext("Sent a warranty card"),
        "preorder": gettext("Sent a pre-order"),
        "feedback": gettext("Sent a review"),
    }
    return titles.get(form, form)
