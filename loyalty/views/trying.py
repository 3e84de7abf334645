"""`/loyalty/programme/try/`: what a basket earns by what is in force and by the draft, line by line, rule by rule."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from cdp.core import written_numbers
from cdp.core.views.access import requires, staff_of
from commerce.models import Product
from loyalty.forms.trying import BasketForm
from loyalty.rules import earning, ending
from loyalty.rules import programme as definition
from loyalty.rules.earning import Basket, Line, Reason
from loyalty.rules.programme import Item, Programme
from loyalty.selectors import quotes, versions, wallets
from loyalty.selectors.sentences import called
from loyalty.selectors.wallets import Wallet
from loyalty.views import frame


@requires("dashboard")
@require_safe
def try_basket(request: HttpRequest) -> HttpResponse:
    """A basket has nobody's name in it, so it may stand in the address. Limits per day and longer begin at nothing."""
    now = timezone.now()
    version = versions.in_force(now)
    draft = versions.draft() if staff_of(request).can("loyalty.edit") else None
    sides: list[tuple[str, Programme]] = []
    if version is not None:
        told = _("Version %(number)s, in force") % {"number": written_numbers.number(version.number)}
        sides.append((told, version.programme))
    if draft is not None:
        sides.append((pgettext("of the programme", "Draft"), definition.read(draft.definition)))
    tiers: dict[str, str] = {}
    for _title, programme in sides:
        tiers |= {tier.key: called(tier.names, tier.key) for tier in programme.tiering.tiers}
    currency = sides[0][1].currency if sides else ""
    is_asked = any(name.startswith("amount-") for name in request.GET)
    form = BasketForm(request.GET if is_asked else None, tiers=list(tiers.items()), currency=currency)
    results = []
    if is_asked and sides and form.is_valid():
        results = _results(sides, form.basket(now), form.cleaned_data["tier"])
    context = {
        **frame.context(request, "programme"),
        "form": form,
        "sides": sides,
        "results": results,
        "has_draft": draft is not None,
    }
    return render(request, "loyalty/programme_try.html", context, status=422 if form.errors else 200)


def _results(sides: list[tuple[str, Programme]], basket: Basket, tier: str) -> list[dict[str, Any]]:
    known, basket = wallets.every(), _with_categories(basket)
    return [{"title": title, **_judged(programme, basket, tier, known)} for title, programme in sides]


def _with_categories(basket: Basket) -> Basket:
    """Articles without a category have that of the catalogue, as at a till."""
    bare = [line.sku for line in basket.lines if line.sku and not line.category]
    found = dict(Product.objects.filter(sku__in=bare).values_list("sku", "category")) if bare else {}
    lines = [
        Line(line.sku, line.category or found.get(line.sku, ""), line.quantity, line.amount) for line in basket.lines
    ]
    return Basket(
        basket.at, lines, basket.discount, basket.shipping, basket.tax, basket.total, basket.rewards
    )  # fmt: skip


def _judged(programme: Programme, basket: Basket, tier: str, known: Mapping[str, Wallet]) -> dict[str, Any]:
    names = {part.key: called(part.names, part.key) for part in (*programme.rules, *programme.bonuses)}
    judged = earning.judge(programme, basket, tier=tier, digits=versions.digits())

    def wallet(key: str) -> Wallet:
        return known.get(key) or wallets.unknown(key)

    return {
        "wallets": [
            {
                "whole": wallet(key).counted(worth.points),
                "lines": [
                    (line.sku or line.category or _("Line %(n)s") % {"n": number}, wallet(key).amount(points))
                    for number, (line, points) in enumerate(zip(basket.lines, worth.lines, strict=True), start=1)
                ],
                "ends": _ends(programme, key, tier, basket.at),
            }
            for key, worth in judged.wallets.items()
        ],
        "reasons": [_told(programme, reason, names, wallet(reason.wallet)) for reason in judged.reasons],
    }


def _told(programme: Programme, reason: Reason, names: Mapping[str, str], wallet: Wallet) -> dict[str, Any]:
    """One rule in a sentence: what it gave for what, or why nothing."""
    if reason.why_not is not None:
        return {"name": names.get(reason.rule, reason.rule), "why_not": str(quotes.WHY_NOT[reason.why_not])}
    pieces = {rule.key for rule in programme.rules if isinstance(rule, Item)}
    told = []
    if reason.of and reason.rule in pieces:
        told.append(_("for %(n)s pieces") % {"n": written_numbers.number(reason.of)})
    elif reason.of:
        told.append(_("of %(amount)s") % {"amount": written_numbers.money(reason.of, programme.currency)})
    if reason.factor != 1:
        told.append(_("times %(factor)s") % {"factor": written_numbers.number(reason.factor)})
    if reason.cut > 0:
        told.append(_("cut by its limit: %(points)s less") % {"points": wallet.counted(reason.cut)})
    return {
        "name": names.get(reason.rule, reason.rule),
        "points": wallet.counted(reason.points),
        "how": ", ".join(told),
    }


def _ends(programme: Programme, wallet: str, tier: str, at: datetime) -> date | None:
    """The last day on which what the basket gives could be spent."""
    waits = timedelta(days=programme.wallet(wallet).pending_days)
    zone = timezone.get_default_timezone()
    ends = ending.end(
        programme.expiry(wallet, tier),
        earned_at=at,
        active_from=at + waits,
        last_active_at=None,
        zone=zone,
    )
    return (ends - timedelta(microseconds=1)).astimezone(zone).date() if ends else None
