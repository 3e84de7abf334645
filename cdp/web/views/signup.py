"""The public sign-up form, with a coupon for the first order."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import written_numbers
from cdp.core.actors import CUSTOMER
from cdp.web import taking
from cdp.web.forms.signup import SignupForm
from cdp.web.views import public
from loyalty.models import Offer
from loyalty.selectors import benefits
from loyalty.selectors import coupons as offers
from loyalty.services import coupons, joining, referring


def _facts(filled: SignupForm, told: taking.Told) -> Mapping[str, str]:
    """Their code for whoever signs up, whatever was ticked; whether it is a first order, the till will say. And their
    card, where they join: its address goes to the person's own mailbox alone, whoever types in whose name.
    """
    return {**_coupon(told), **_membership(filled, told)}


def _membership(filled: SignupForm, told: taking.Told) -> Mapping[str, str]:
    if not filled.is_joining or filled.programme is None:
        return {}
    joining.by_form(customer=told.customer, source=told.source, now=told.now)
    if filled.cleaned_data.get("friend"):
        referring.note(customer=told.customer, friend=filled.cleaned_data["friend"], now=told.now)
    return {"programme": filled.programme.name}


def _coupon(told: taking.Told) -> Mapping[str, str]:
    offer = offers.offer(Offer.FIRST_ORDER)
    issued = offer and coupons.welcome(
        customer=told.customer,
        offer=offer,
        source=told.source,
        actor=CUSTOMER,
        now=told.now,
        resolved_by=told.resolved_by,
    )
    if not issued:
        return {}
    row, gives = issued.coupon, issued.coupon.gives
    return {
        "coupon": issued.code,
        "value": benefits.value(gives),
        "minimum": written_numbers.money(gives.minimum, gives.currency) if gives.minimum else "",
        "last_day": offers.last_day(row).isoformat(),
    }


DOOR = public.Door(SignupForm, "web/public/signup.html", "web/public/signup_done.html", _facts)


@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """`/signup/`."""
    return public.answer(request, DOOR)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The thanks, with the coupon."""
    return public.thanks(request, DOOR)
