"""Staff send somebody the link to their preference centre, or write down that somebody complained."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cdp.core.views.access import actor_of, requires
from consent.selectors import people
from consent.services import complaints, link_mails


@requires("consent.record")
@require_POST
def send_link(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Put the mail (or short text) into the outbox and say where it goes."""
    person = people.find(customer)
    if person is None:
        raise Http404
    try:
        masked = link_mails.send_to(person.id, at=timezone.now())
    except link_mails.UnableToSend:
        messages.error(
            request, _("No link was sent: there is no address that works, or three links went to it today already.")
        )
    else:
        messages.success(request, _("A link to their settings is on its way to %(address)s") % {"address": masked})
    return redirect("customers:customer-detail", person.id)


@requires("consent.record")
@require_POST
def complained(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """They say that our mails are unwanted: no more advertising by e-mail, with the complaint as its proof."""
    person = people.find(customer)
    if person is None:
        raise Http404
    complaints.told_to_staff(customer=person.id, source="staff", actor=actor_of(request), now=timezone.now())
    messages.success(request, _("Written down. No advertising goes to their e-mail address any more."))
    return redirect("customers:customer-detail", person.id)
