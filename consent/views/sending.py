"""Staff send somebody the link to their preference centre."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cdp.core.views.access import requires
from consent.selectors import people
from consent.services import link_mails


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
