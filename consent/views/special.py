"""Details of the special categories on the page of a customer: keep, show, take back."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cdp.core import audit
from cdp.core.crypto import subjects
from cdp.core.views.access import actor_of, requires
from consent.forms.special import SpecialForm
from consent.models import SpecialDetail
from consent.rules import special as rules
from consent.selectors import special as reading
from consent.services import grants, special
from customers.forms.contacts import ReasonForm
from customers.selectors import lineage

SOURCE = "staff"


@requires("consent.record")
@require_POST
def keep(request: HttpRequest, customer: uuid.UUID, field: str) -> HttpResponse:
    """Write what the customer told, with the consent."""
    person = _person(customer, field)
    form = SpecialForm(request.POST)
    if form.is_valid():
        try:
            special.keep(
                customer=person,
                field=field,
                value=form.cleaned_data["value"],
                words=str(rules.WORDS),
                language=get_language() or "en",
                method="staff",
                source=SOURCE,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except (special.UnableToKeep, grants.UnableToRecord) as unable:
            form.add_error("value", str(unable))
        else:
            messages.success(request, _("Kept, with the consent"))
            return redirect("customers:customer-detail", person)
    written, errors = {field: request.POST.get("value", "")}, {field: form.errors}
    context = {"customer": person, "details": reading.details(person, written=written, errors=errors)}
    return render(request, "consent/special_page.html", context, status=422)


@requires("consent.record")
@require_POST
def forget(request: HttpRequest, customer: uuid.UUID, field: str) -> HttpResponse:
    """The customer takes it back: the consent ends, and every such detail is deleted."""
    person = _person(customer, field)
    special.forget(customer=person, source=SOURCE, method="staff", actor=actor_of(request), at=timezone.now())
    messages.success(request, _("Taken back and deleted"))
    return redirect("customers:customer-detail", person)


@requires("customers.reveal")
@require_POST
def show(request: HttpRequest, customer: uuid.UUID, field: str) -> HttpResponse:
    """Ask why, then show it in clear and write the look into the access log."""
    person = _person(customer, field)
    detail = SpecialDetail.objects.filter(customer_id=person, field=field).first()
    form = ReasonForm(request.POST)
    if detail is None or not form.is_valid():
        return redirect("customers:customer-detail", person)
    audit.looked(
        actor=actor_of(request),
        at=timezone.now(),
        view="consent:special-show",
        customers=[person],
        reason=form.cleaned_data["reason"],
    )
    value = subjects.load([person]).open(detail.value, table=special.TABLE, column="value", row=detail.id)
    details = reading.details(person, shown={field: value})
    return render(request, "consent/special_page.html", {"customer": person, "details": details})


def _person(customer: uuid.UUID, field: str) -> uuid.UUID:
    """Who stands for the id; 404 where nobody does or the shop does not keep this detail."""
    if field not in settings.CDP_SPECIAL_DETAILS:
        raise Http404
    try:
        return lineage.get(customer).customer.id
    except (lineage.Erased, lineage.Unknown) as error:
        raise Http404 from error
