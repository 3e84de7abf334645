"""Records that may be one person: the list of open pairs, two side by side, and taking a merge back."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import sources
from cdp.core.views.access import actor_of, requires, staff_of
from customers.models import MergeLog
from customers.rules import survivorship
from customers.rules.survivorship import Side
from customers.selectors import lineage, pairs, profiles
from customers.services import merging, suggestions

REASON = "steward"
LABELS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "place": gettext_lazy("Address"),
    "gender": gettext_lazy("Gender"),
    "birth_date": gettext_lazy("Birthday"),
    "language": gettext_lazy("Language"),
    "nationality": gettext_lazy("Nationality"),
    "company": gettext_lazy("Company"),
    "job_title": gettext_lazy("Job title"),
    "income_band": gettext_lazy("Income band"),
    "occupation": gettext_lazy("Occupation"),
    "education": gettext_lazy("Education"),
    "children": gettext_lazy("Children"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "line": gettext_lazy("LINE"),
    "member_number": gettext_lazy("Member number"),
    "handle": gettext_lazy("Social account"),
    "external_id": gettext_lazy("Customer number"),
    "interests": gettext_lazy("Interests"),
    "tags": gettext_lazy("Tags"),
}
REFUSALS: dict[merging.Reason, str | Promise] = {
    merging.Reason.BUSY: gettext_lazy("Others are writing the same people at this moment. Please try again."),
    merging.Reason.HELD: gettext_lazy(
        "A legal hold keeps the rows of both where they are. They can be parted once it is lifted."
    ),
}


@requires("steward")
@require_safe
def pair_list(request: HttpRequest) -> HttpResponse:
    """`/customers/pairs/`: pairs that wait for a decision, newest first."""
    try:
        older = uuid.UUID(request.GET["older"]) if "older" in request.GET else None
    except ValueError as error:
        raise Http404 from error
    found, following = pairs.page(older=older)
    named = sources.names()
    context = {
        "pairs": [
            {
                "pair": pair,
                "same": _labels(pair.same),
                "source": sources.name_in(named, pair.suggestion.source),
            }
            for pair in found
        ],
        "older_url": f"?older={following}" if following else "",
        "newer_url": "?" if older else "",
        "waiting": pairs.waiting(),
    }
    return render(request, "customers/pair_list.html", context)


@requires("steward")
@require_http_methods(["GET", "HEAD", "POST"])
def pair_detail(request: HttpRequest, pair: uuid.UUID) -> HttpResponse:
    """`/customers/pairs/{id}/`: two records side by side; by POST they are merged as chosen, or kept apart."""
    found = pairs.find(pair)
    if found is None:
        if request.method == "POST":
            messages.info(request, _("Somebody has decided about this pair already."))
            return redirect("customers:pair-list")
        raise Http404
    problem = ""
    if request.method == "POST" and request.POST.get("action") == "apart":
        suggestions.keep_apart(suggestions=[found.suggestion], actor=actor_of(request), at=timezone.now())
        messages.success(request, _("They are kept apart and not suggested again."))
        return redirect("customers:pair-list")
    if request.method == "POST":
        try:
            merging.merge(
                survivor=found.survivor.id,
                absorbed=found.absorbed.id,
                choices=_choices(request),
                reason=REASON,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except merging.UnableToMerge as refused:
            problem = str(REFUSALS.get(refused.reason, _("One of the two was merged or erased meanwhile.")))
        else:
            messages.success(request, _("The two are one person now. It can be taken back on this page."))
            return redirect("customers:customer-detail", found.survivor.id)
    in_full = staff_of(request).can("customers.reveal")
    shown = pairs.rows(found, in_full=in_full)
    context: dict[str, Any] = {
        "pair": found,
        "rows": [{"row": row, "label": LABELS[row.key]} for row in shown],
        "has_choices": any(row.is_choice for row in shown),
        "same": _labels(found.same),
        "problem": problem,
    }
    return render(request, "customers/pair_detail.html", context, status=409 if problem else 200)


@requires("steward")
@require_POST
def customer_unmerge(request: HttpRequest, customer: uuid.UUID, part: uuid.UUID) -> HttpResponse:
    """Take the merge with that log back."""
    log = MergeLog.objects.filter(id=part).first()
    if log is None or log.customer_id not in lineage.of(customer):
        raise Http404
    try:
        merging.unmerge(merge_log=log.id, actor=actor_of(request), at=timezone.now())
    except merging.UnableToUnmerge as refused:
        messages.error(request, str(REFUSALS.get(refused.reason, _("This merge was taken back already."))))
    else:
        back, stays = _named(log.absorbed_id, customer, in_full=staff_of(request).can("customers.reveal"))
        messages.success(
            request,
            _("They are two people again: %(back)s has a page of their own once more, %(stays)s stays on this one.")
            % {"back": back, "stays": stays},
        )
    return redirect("customers:customer-detail", customer)


def _named(*customers: uuid.UUID, in_full: bool) -> list[str]:
    """What to call these customers in a sentence."""
    opened = profiles.opened(customers, with_places=False)
    return [(opened[who].called(in_full=in_full) if who in opened else "") or _("No name yet") for who in customers]


def _choices(request: HttpRequest) -> dict[str, Side]:
    choices: dict[str, Side] = {}
    for name in survivorship.CHOICES:
        given = request.POST.get(f"choice-{name}")
        if given == "survivor":
            choices[name] = "survivor"
        elif given == "absorbed":
            choices[name] = "absorbed"
    return choices


def _labels(kinds: Sequence[str]) -> str:
    return ", ".join(str(LABELS.get(kind, kind)) for kind in kinds)
