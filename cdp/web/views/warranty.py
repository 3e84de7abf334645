"""The public warranty card."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core.actors import CUSTOMER
from cdp.web import taking
from cdp.web.forms.warranty import WarrantyForm
from cdp.web.views import public
from commerce.models import Warranty
from commerce.selectors import products
from commerce.selectors import warranties as reading
from commerce.services import warranties


def _facts(filled: WarrantyForm, told: taking.Told) -> Mapping[str, str]:
    """The card. Of a serial number that was there before, the thanks say the same to its owner and to everybody else:
    what it takes to be seen as the owner is an address that anybody can type.
    """
    product = products.named(filled.card.product)
    if reading.of_serial(filled.card.serial, sku=product.sku if product else ""):
        _register(filled, told)
        return {"product": product.name if product else filled.card.product, "is_known": "1"}
    card = _register(filled, told)
    return {"product": card.name or filled.card.product, "ends_on": card.ends_on.isoformat()}


def _register(filled: WarrantyForm, told: taking.Told) -> Warranty:
    return warranties.register(
        customer=told.customer,
        card=filled.card,
        source=told.source,
        actor=CUSTOMER,
        now=told.now,
        resolved_by=told.resolved_by,
    )


DOOR = public.Door(WarrantyForm, "web/public/warranty.html", "web/public/warranty_done.html", _facts)


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """`/warranty/`."""
    return public.answer(request, DOOR)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The thanks, with the last day of the warranty."""
    return public.thanks(request, DOOR)
