"""The public warranty card."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core.actors import CUSTOMER
from cdp.web import taking
from cdp.web.forms.warranty import WarrantyForm
from cdp.web.views import public
from commerce.services import warranties


def _facts(filled: WarrantyForm, told: taking.Told) -> Mapping[str, str]:
    card = warranties.register(
        customer=told.customer,
        card=filled.card,
        source=told.source,
        actor=CUSTOMER,
        now=told.now,
        resolved_by=told.resolved_by,
    )
    return {"product": card.name or filled.card.product, "ends_on": card.ends_on.isoformat()}


DOOR = public.Door(WarrantyForm, "web/public/warranty.html", "web/public/warranty_done.html", _facts)


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """`/warranty/`."""
    return public.answer(request, DOOR)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The thanks, with the last day of the warranty."""
    return public.thanks(request, DOOR)
