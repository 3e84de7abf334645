"""The staff page of the forms customers fill in themselves: addresses, QR posters, how many came and from where."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cdp.core import qr, sources
from cdp.core.views.access import requires, staff_of
from cdp.web import taking
from cdp.web.views import kiosk as tablets
from customers.selectors import arrivals

COUNTED = dt.timedelta(days=30)
PLACE = "qr-counter"


@requires("customers.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/forms/`: the public forms of the shop."""
    counts = arrivals.counts(since=timezone.now() - COUNTED)
    names = sources.names()
    forms = [
        {
            "key": key,
            **_words(key),
            "url": settings.CDP_BASE_URL + reverse(f"web:{key}"),
            "kiosk_url": tablets.start_address(key, (get_language() or "en")[:2]),
            "count": sum(counts.get(key, {}).values()),
            "places": [
                (names.get(place) or _(sources.READY_MADE.get(place, place)) if place else _("Without a place"), number)
                for place, number in counts.get(key, {}).items()
            ][:5],
        }
        for key in taking.FORMS
    ]
    may = staff_of(request).can
    context = {"forms": forms, "may_set": may("steward"), "may_hand_over": may("kiosk")}
    return render(request, "web/forms/list.html", context)


@requires("customers.view")
@require_safe
def poster(request: HttpRequest, form: str) -> HttpResponse:
    """A poster to print, in the language of choice: the form's QR code and what awaits there."""
    if form not in taking.FORMS:
        raise Http404
    query = urlencode({"src": PLACE})
    url = f"{settings.CDP_BASE_URL}{reverse(f'web:{form}')}?{query}"
    context = {"form": form, **_words(form), "url": url, "code": qr.svg(url)}
    return render(request, "web/forms/poster.html", context)


def _words(form: str) -> dict[str, Any]:
    """What a form is called and what a poster promises."""
    told = {
        "signup": (
            _("Sign-up"),
            _("Who is new, what they like and whether you may write; with a coupon for the first order."),
            _("Join us and save on your first order"),
        ),
        "warranty": (
            _("Warranty"),
            _("Customers register what they bought; you find the card when something breaks."),
            _("Register your warranty in a minute"),
        ),
        "preorder": (
            _("Pre-order"),
            _("What customers want to be kept for them."),
            _("Have it kept for you"),
        ),
        "feedback": (
            _("Review"),
            _("Stars and words of customers; they wait for your answer under Voice."),
            _("Tell us how it was"),
        ),
    }
    title, text, promise = told[form]
    return {"title": title, "text": text, "promise": promise}
