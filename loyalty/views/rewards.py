"""`/loyalty/rewards/`: what members can have, codes that everybody may use, and offers of personal coupons."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import audit
from cdp.core.views.access import actor_of, requires
from loyalty.forms.giving import GivingForm, OfferForm, PromotionForm, RewardForm
from loyalty.models import Offer, Promotion, Reward
from loyalty.rules import promotions as rules
from loyalty.rules.spending import Refusal
from loyalty.selectors import benefits, versions, wallets
from loyalty.selectors import promotions as reading
from loyalty.selectors import rewards as catalogue
from loyalty.services import promotions
from loyalty.views import frame

SHOWN = 200
FORMS: Mapping[str, tuple[Any, type[GivingForm]]] = {
    "catalogue": (Reward, RewardForm),
    "codes": (Promotion, PromotionForm),
    "offers": (Offer, OfferForm),
}


@requires("dashboard")
@require_safe
def page(request: HttpRequest, section: str = "catalogue") -> HttpResponse:
    """One of the three lists."""
    if section not in FORMS:
        raise Http404
    rows = list(FORMS[section][0].objects.all()[:SHOWN])
    names = benefits.names_of(row.gives for row in rows)
    told = _TOLD[section](rows)
    shown = [one | {"row": row, "gives": benefits.words(row.gives, names)} for row, one in zip(rows, told, strict=True)]
    context = _context(request, section) | {"rows": shown}
    return render(request, "loyalty/rewards.html", context)


def _rewards(rows: list[Reward]) -> list[dict[str, Any]]:
    known, now = wallets.every(), timezone.now()
    found = []
    for row in rows:
        wallet = known.get(row.wallet) or wallets.unknown(row.wallet)
        terms = catalogue.terms(row)
        why = _closed(terms, now)
        found.append(
            {
                "name": catalogue.name(row.names, row.key),
                "cost": wallet.counted(row.cost),
                "taken": row.taken + row.by_card,
                "left": terms.left,
                "state": why,
            }
        )
    return found


def _closed(terms: Any, now: Any) -> str:
    if not terms.is_on:
        return "off"
    if terms.ends_at is not None and now >= terms.ends_at:
        return "expired"
    if terms.starts_at is not None and now < terms.starts_at:
        return Refusal.NOT_YET.value
    return Refusal.SOLD_OUT.value if terms.left is not None and terms.left <= 0 else "open"


def _codes(rows: list[Promotion]) -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "name": catalogue.name(row.names, row.key),
            "taken": row.used,
            "left": reading.left(row),
            "state": rules.state(reading.terms(row), at=now),
        }
        for row in rows
    ]


def _offers(rows: list[Offer]) -> list[dict[str, Any]]:
    return [
        {"name": catalogue.name(row.names, row.get_why_display()), "state": "open" if row.is_on else "off"}
        for row in rows
    ]


_TOLD: Mapping[str, Callable[[Any], list[dict[str, Any]]]] = {
    "catalogue": _rewards,
    "codes": _codes,
    "offers": _offers,
}


@requires("loyalty.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, section: str, key: str = "") -> HttpResponse:
    """One of them as a form, or a new one."""
    if section not in FORMS:
        raise Http404
    model, kind = FORMS[section]
    row = model.objects.filter(key=key).first() if key else None
    if key and row is None:
        raise Http404
    form = kind(request.POST if request.method == "POST" else None, row=row, **_choices(section))
    if request.method == "POST" and form.is_valid():
        try:
            _write(request, model, row, form)
        except promotions.WordTaken:
            form.add_error("word", _("Another promotion has this code."))
        else:
            messages.success(request, _("Saved."))
            return redirect(_address(section))
    context = _context(request, section) | {
        "form": form,
        "row": row,
        "back": _address(section),
        "name": catalogue.name(row.names, row.key) if row else "",
    }
    return render(request, "loyalty/reward.html", context, status=422 if form.errors else 200)


def _write(request: HttpRequest, model: Any, row: Any, form: GivingForm) -> None:
    now, actor, fields = timezone.now(), actor_of(request), form.written()
    with transaction.atomic():
        if model is Promotion:
            if row is None:
                promotions.make(Promotion(key=form.cleaned_data["key"], **fields), actor=actor, now=now)
                return
            for name, value in fields.items():
                setattr(row, name, value)
            promotions.change(row, fields=list(fields), actor=actor, now=now)
            return
        if row is None:
            key = form.cleaned_data["key"]
            row = model(key=key, **fields, **({"created_at": now} if model is Reward else {}))
            row.save(force_insert=True)
        else:
            for name, value in fields.items():
                setattr(row, name, value)
            row.save(update_fields=list(fields))
        action = audit.Action.REWARD_CHANGED if model is Reward else audit.Action.OFFER_CHANGED
        audit.record(action, actor=actor, at=now, subject=row.key, details={"fields": sorted(fields)})


def _choices(section: str) -> dict[str, Any]:
    if section != "catalogue":
        return {}
    version = versions.in_force(timezone.now())
    tiers = version.programme.tiering.tiers if version else []
    return {
        "wallets": [(key, one.many) for key, one in wallets.every().items()],
        "tiers": [(tier.key, catalogue.name(tier.names, tier.key)) for tier in tiers],  # type: ignore[arg-type]
    }


def _address(section: str) -> str:
    return reverse("loyalty:rewards") if section == "catalogue" else reverse("loyalty:rewards-list", args=[section])


def _context(request: HttpRequest, section: str) -> dict[str, Any]:
    labels = [
        ("catalogue", _("Rewards")),
        ("codes", pgettext("promotions", "Codes")),
        ("offers", _("Personal coupons")),
    ]
    return {
        **frame.context(request, "rewards"),
        "section": section,
        "sections": [{"url": _address(key), "label": label, "active": key == section} for key, label in labels],
        "new_url": reverse("loyalty:reward-new", args=[section]),
    }
