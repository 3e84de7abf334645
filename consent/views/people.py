"""What a person asked for, whether their data rest, and what keeps them: one page beside the customer's own."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from cdp.core.views.access import actor_of, requires
from consent.selectors import holds, restrictions
from consent.selectors import requests as reading
from consent.services import holding, restricting
from consent.views import frame
from customers.selectors import lineage, profiles

GROUNDS = [
    ("claim", gettext_lazy("A legal claim")),
    ("authority", gettext_lazy("An authority asks for them")),
    ("tax", gettext_lazy("Tax law")),
    ("warranty", gettext_lazy("An open warranty case")),
    ("other", pgettext_lazy("hold", "Something else")),
]
REASONS = {
    "accuracy": gettext_lazy("It is being checked whether the data are right"),
    "unlawful": gettext_lazy("Kept rather than erased, at the person's wish"),
    "claims": gettext_lazy("The person needs them for a claim"),
    "objection": gettext_lazy("An objection is being weighed"),
    "asked": gettext_lazy("The person asked for it"),
    "staff": gettext_lazy("Staff decided it"),
}


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Requests, restrictions and holds of a customer; by POST one is placed or lifted."""
    try:
        row = lineage.get(customer).customer
    except (lineage.Erased, lineage.Unknown) as error:
        raise Http404 from error
    problem, now = "", timezone.now()
    if request.method == "POST":
        try:
            _do(request, row.id, actor_of(request), now)
        except holding.UnableToHold as unable:
            problem = str(unable)
        else:
            messages.success(request, _("Done, and written into the log"))
            return redirect("consent:person", row.id)
    people = lineage.of(row.id)
    keyring = subjects.load([row.id])
    context = {
        "profile": profiles.one(row),
        "requests": [{"row": one, "clock": reading.clock(one, now=now)} for one in reading.of(people)[:50]],
        "restrictions": [
            {"row": one, "holds": one.lifted_at is None and (one.until is None or one.until > now),
             "reason": REASONS.get(one.reason, one.reason)}
            for one in restrictions.of(people)[:50]
        ],
        "holds": [
            {"row": one, "holds": one.lifted_at is None and (one.until is None or one.until > now),
             "last_day": timezone.localdate(one.until - dt.timedelta(microseconds=1)) if one.until else None,
             "why": holds.why(one, keyring), "ground": dict(GROUNDS).get(one.ground, one.ground)}
            for one in holds.of(people)[:50]
        ],
        "is_restricted": bool(restrictions.restricted([row.id], at=now)),
        "grounds": GROUNDS,
        "problem": problem,
        **frame.tabs(request, "requests"),
    }  # fmt: skip
    return render(request, "consent/requests/person.html", context, status=422 if problem else 200)


def _do(request: HttpRequest, customer: uuid.UUID, actor: Actor, now: dt.datetime) -> None:
    act = request.POST.get("act", "")
    if act == "restrict":
        restricting.restrict(customer=customer, reason=restricting.Reason.STAFF, actor=actor, at=now)
    elif act == "lift-restriction":
        restricting.lift(customer=customer, actor=actor, at=now)
    elif act == "hold":
        holding.place(
            customer=customer,
            ground=_ground(request.POST.get("ground", "")),
            why=request.POST.get("why", ""),
            actor=actor,
            at=now,
            until=_until(request.POST.get("until", "")),
        )
    elif act == "lift-hold":
        holding.lift(customer=customer, hold=_id(request.POST.get("hold", "")), actor=actor, at=now)
    else:
        raise Http404


def _ground(text: str) -> holding.Ground:
    try:
        return holding.Ground(text)
    except ValueError as error:
        raise holding.UnableToHold(_("Choose what the data are needed for.")) from error


def _until(text: str) -> dt.datetime | None:
    """The end of a day; empty for an open end."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=1)
        return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
    except (ValueError, OverflowError) as error:
        raise holding.UnableToHold(_("This day cannot be read.")) from error


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
