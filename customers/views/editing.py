"""Writing down somebody new, and correcting what is known."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from customers.forms.customers import CustomerForm
from customers.rules import unreadable
from customers.selectors import profiles as reading
from customers.services import profiles
from customers.services.identity import resolving
from customers.views.profile import found


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_new(request: HttpRequest) -> HttpResponse:
    """`/customers/new/`. Somebody who turns out to be known is completed, not doubled."""
    form = CustomerForm(request.POST or None)
    rivals: list[reading.Profile] = []
    if request.method == "POST" and form.is_valid() and form.person is not None:
        try:
            saved = profiles.save(
                form.person, source=profiles.staff_source(), actor=actor_of(request), at=timezone.now()
            )
        except resolving.IdentityConflict as conflict:
            rivals = list(reading.opened(conflict.customers).values())
        except resolving.Suppressed:
            form.add_error(None, str(unreadable.REASONS["suppressed"]))
        except resolving.UnableToResolve:
            form.add_error(None, _("Somebody else is writing the same person. Please save once more."))
            return render(request, "customers/form.html", {"form": form, "rivals": rivals}, status=503)
        else:
            known = _("This person was already known; the new details were added.")
            messages.success(request, _("Customer saved") if saved.is_new else known)
            return redirect("customers:customer-detail", saved.customer)
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/form.html", {"form": form, "rivals": rivals}, status=status)


@requires("customers.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_edit(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """`/customers/{id}/edit/`."""
    row = found(request, customer)
    if isinstance(row, HttpResponse):
        return row
    profile = reading.one(row)
    form = CustomerForm(request.POST if request.method == "POST" else None, profile=profile)
    rivals: list[reading.Profile] = []
    if request.method == "POST" and form.is_valid() and form.person is not None:
        try:
            if not form.is_silent:
                profiles.edit(
                    customer=row.id,
                    person=form.person,
                    source=profiles.staff_source(),
                    actor=actor_of(request),
                    at=timezone.now(),
                )
        except resolving.IdentityConflict as conflict:
            others = [one for one in conflict.customers if one != row.id]
            rivals = list(reading.opened(others).values())
        except resolving.Suppressed:
            form.add_error(None, str(unreadable.REASONS["suppressed"]))
        else:
            messages.success(request, _("Changes saved"))
            return redirect("customers:customer-detail", row.id)
    context = {"form": form, "profile": profile, "rivals": rivals}
    return render(request, "customers/form.html", context, status=422 if request.method == "POST" else 200)
