"""`/card/{secret}`: the member's card on a phone, without a login; on the home screen, and without a connection.

Whoever has the address has the card, so it is told to nobody: no Referer, no search engine, no line of the log. One
that was ended is answered like one that never was.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import barcode, bounding, qr, written_numbers
from cdp.core.actors import CUSTOMER
from loyalty.models import Card
from loyalty.rules.receipts import REASONS, Refused
from loyalty.selectors import cards as reading
from loyalty.selectors import referrals
from loyalty.services import cards, claims, referring
from loyalty.views import card_household

MOST = 300
"""Looks at addresses of cards from one network in ten minutes: a shop's own, full of members, is one."""
MOST_CLAIMS = 20
CLAIM = "claim"
ICONS = (192, 512)
NOT_FOUND = 404


def _language(request: HttpRequest, otherwise: str = "") -> str:
    """What the address says, else that of whoever's card it is, else the browser's."""
    known = dict(settings.LANGUAGES)
    found = (code for code in (request.GET.get("lang", ""), otherwise[:2]) if code in known)
    return next(found, translation.get_language() or settings.LANGUAGE_CODE)


def _guarded(response: HttpResponse) -> HttpResponse:
    """The address is a key: it travels to no other site and into no search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@csrf_exempt  # nothing rests on a session: the address itself is what no other site has
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows the card; POST ends it (`act=end`), replaces it by a new address (`act=new`), claims a receipt, or is
    about sharing (`card_household`).
    """
    if not bounding.may(request, "card", most=MOST):
        return _nothing(request, status=429)
    card = reading.find(secret)
    holder = reading.holder(card) if card else None
    if card is None or holder is None:
        return _nothing(request)
    with translation.override(_language(request, holder.language)):
        what, now = request.POST.get("act", "") if request.method == "POST" else "", timezone.now()
        if request.method == "POST" and what not in {CLAIM, *card_household.ACTS}:
            return _acted(request, card)
        claimed, fault = _claimed(request, card) if what == CLAIM else ("", "")
        shared = card_household.Outcome()
        if what in card_household.ACTS:
            shared = card_household.act(request, card, now)
            fault = fault or shared.fault
        found = reading.face(holder, now=timezone.now())
        context = {
            "friend": _friend(card),
            "claimed": claimed,
            "claim_fault": fault if what == CLAIM else "",
            "claim_code": request.POST.get("code", "") if fault and what == CLAIM else "",
            "household": card_household.shown(card, shared, now),
            "face": found,
            "code": qr.svg(found.number),
            "bars": barcode.svg(found.number) if found.number.isascii() and found.number else "",
            "manifest_url": reverse("card:manifest", args=[secret]),
        }
        response = _guarded(render(request, "loyalty/card/page.html", context, status=422 if fault else 200))
        response.headers["Content-Language"] = translation.get_language() or "en"
        return response


def _friend(card: Card) -> dict[str, object]:
    """The member's own code for friends with its link, where the programme rewards bringing them."""
    now = timezone.now()
    if not referrals.is_offered(now):
        return {}
    code = referring.code(customer=card.customer_id, now=now)
    return {"code": code, "link": referrals.link(code), "drawn": qr.svg(referrals.link(code))} if code else {}


def _claimed(request: HttpRequest, card: Card) -> tuple[str, str]:
    """What came of a receipt's code: the sentence that says so, or what is wrong."""
    if not bounding.may(request, "card-claim", most=MOST_CLAIMS):
        return "", _("Many codes came from your connection just now. In ten minutes it works again.")
    code = request.POST.get("code", "")
    try:
        order = claims.bring(customer=card.customer_id, code=code, actor=CUSTOMER, now=timezone.now())
    except Refused as refused:
        return "", str(REASONS[refused.reason])
    amount = written_numbers.money(order.amount, order.currency)
    return _("The purchase of %(amount)s is yours. What it earns is here in a moment.") % {"amount": amount}, ""


def _acted(request: HttpRequest, card: Card) -> HttpResponse:
    now = timezone.now()
    if request.POST.get("act") == "new":
        secret = cards.renew(customer=card.customer_id, actor=CUSTOMER, now=now, source="card")
        return _guarded(redirect(reading.path(secret)))
    if request.POST.get("act") == "end":
        cards.end(customer=card.customer_id, actor=CUSTOMER, now=now)
        return _guarded(render(request, "loyalty/card/nothing.html", {"is_ended": True}))
    return _guarded(redirect(request.path))


def _nothing(request: HttpRequest, *, status: int = NOT_FOUND) -> HttpResponse:
    """The same for an address that never was, one that was ended, and somebody who takes part no more."""
    with translation.override(_language(request)):
        told = {"is_busy": status != NOT_FOUND}
        return _guarded(render(request, "loyalty/card/nothing.html", told, status=status))


@never_cache
@require_safe
def manifest(request: HttpRequest, secret: str) -> HttpResponse:
    """What a phone asks before it puts the card on its home screen. Says nothing of whoever's it is, and of an address
    that opens no card no more than that of any other.
    """
    name = _("%(shop)s card") % {"shop": settings.CDP_SHOP_NAME}
    told = {
        "id": reading.path(secret),
        "start_url": reading.path(secret),
        "scope": "/card/",
        "name": name,
        "short_name": settings.CDP_SHOP_NAME,
        "lang": (translation.get_language() or "en")[:2],
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#eff4f2",
        "theme_color": "#0d6b61",
        "icons": [
            {"src": reverse("card:icon"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            *(
                {"src": static(f"img/card-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": one}
                for size in ICONS
                for one in ("any", "maskable")
            ),
        ],
    }
    return _guarded(JsonResponse(told, content_type="application/manifest+json"))


@cache_control(max_age=0, must_revalidate=True)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script by which a card opens without a connection; from here its scope is `/card/` and nothing else."""
    return render(request, "loyalty/card/worker.js", content_type="text/javascript")


@cache_control(max_age=86_400)
@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """The shop's mark, as it stands in the head of every public page."""
    return render(request, "loyalty/card/icon.svg", content_type="image/svg+xml")
