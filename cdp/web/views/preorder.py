"""The public pre-order form."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core.actors import CUSTOMER
from cdp.web import taking
from cdp.web.forms.preorder import PreorderForm
from cdp.web.views import public
from commerce.services import preorders


def _facts(filled: PreorderForm, told: taking.Told) -> Mapping[str, str]:
    placed = preorders.place(
        customer=told.customer,
        wish=filled.wish,
        source=told.source,
        actor=CUSTOMER,
        now=told.now,
        resolved_by=told.resolved_by,
    )
    return {"number": placed.number, "product": placed.name or filled.wish.product, "quantity": str(placed.quantity)}


DOOR = public.Door(PreorderForm, "web/public/preorder.html", "web/public/preorder_done.html", _facts)


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """`/preorder/`."""
    return public.answer(request, DOOR)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The thanks, with the number to say at the counter."""
    return public.thanks(request, DOOR)
