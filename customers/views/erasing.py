"""Forgetting a person: a page that says what goes and what stays, and does it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from customers.selectors import erasures
from customers.selectors import profiles as reading
from customers.services import erasing
from customers.views.profile import found

PROBLEMS = {
    erasing.Reason.BUSY: gettext_lazy("Others are writing the same people at this moment. Please try again."),
    erasing.Reason.HELD: gettext_lazy("A legal hold keeps the data of this person for now."),
}


@requires("customers.erase")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_erase(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """`/customers/{id}/erase/`: by POST with the box ticked the person is forgotten for good."""
    row = found(request, customer)
    if isinstance(row, HttpResponse):
        return row
    problem = ""
    if request.method == "POST" and request.POST.get("sure") != "yes":
        problem = _("Tick the box first: this cannot be taken back.")
    elif request.method == "POST":
        try:
            erasing.erase(customer=row.id, actor=actor_of(request), at=timezone.now())
        except erasing.UnableToErase as unable:
            if unable.reason not in PROBLEMS:
                return redirect("customers:customer-detail", row.id)
            problem = str(PROBLEMS[unable.reason])
        else:
            messages.success(request, _("The person was erased."))
            return redirect("customers:customer-list")
    context = {"profile": reading.one(row), "foreseen": erasures.foresee(row.id), "problem": problem}
    return render(request, "customers/erase.html", context, status=422 if problem else 200)
