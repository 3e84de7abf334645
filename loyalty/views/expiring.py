"""`/loyalty/programme/expiry/`: what another expiry would do to what is out now: how much, whose, and what is owed."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from cdp.core import patience, written_dates, written_numbers
from cdp.core.views.access import requires
from loyalty.forms.expiring import ExpiryForm
from loyalty.forms.parts import Known
from loyalty.rules import programme as definition
from loyalty.rules.ending import months_later
from loyalty.rules.programme import Programme
from loyalty.selectors import expiries, versions, wallets
from loyalty.selectors.expiries import Forecast, Side
from loyalty.selectors.sentences import called, expiring
from loyalty.selectors.wallets import Wallet
from loyalty.views import frame

SHOWN = 13
"""Months of which each has its bars; what ends later is one more."""


@requires("loyalty.edit")
@require_safe
def expiry(request: HttpRequest) -> HttpResponse:
    """Choose a policy; the answer comes as a part of its own, since it looks at every lot there is."""
    now = timezone.now()
    version = versions.in_force(now)
    if version is None:
        return render(request, "loyalty/programme_expiry.html", frame.context(request, "programme"))
    programme, known = version.programme, wallets.every()
    offered = {key: wallet for key, wallet in known.items() if key in _used(programme)}
    key = request.GET.get("wallet", "")
    key = key if key in offered else next(iter(offered))
    begun = {"wallet": key, "expiry": msgspec.to_builtins(programme.wallet(key).expiry)}
    is_asked = "expiry.kind" in request.GET
    form = ExpiryForm(
        request.GET if is_asked else None, part=begun, known=Known(offered, {}, programme.currency)
    )  # fmt: skip
    is_valid = is_asked and form.is_valid()
    if is_valid and request.headers.get("HX-Request") == "true":
        wanted = _with(programme, key, form)
        return render(request, "loyalty/programme_expiry_result.html", _answer(programme, wanted, offered[key], now))
    draft = versions.draft()
    context = {
        **frame.context(request, "programme"),
        "version": version,
        "form": form,
        "wallet": offered[key],
        "is_valid": is_valid,
        "today": expiring(programme.wallet(key).expiry),
        "asked": expiring(form.expiry()) if is_valid else "",
        "in_draft": _in_draft(draft.definition, programme, key) if draft else "",
        "has_own": key == "points" and any(tier.expiry for tier in programme.tiering.tiers),
    }
    return render(request, "loyalty/programme_expiry.html", context, status=422 if form.errors else 200)


def _used(programme: Programme) -> set[str]:
    return {*programme.wallets, *(part.wallet for part in (*programme.rules, *programme.bonuses))}


def _with(programme: Programme, wallet: str, form: ExpiryForm) -> Programme:
    kept = msgspec.structs.replace(programme.wallet(wallet), expiry=form.expiry())
    return msgspec.structs.replace(programme, wallets={**programme.wallets, wallet: kept})


def _in_draft(draft: Any, programme: Programme, wallet: str) -> str:
    """The query of the draft's policy, where it is another one."""
    other = definition.read(draft).wallet(wallet).expiry
    if other == programme.wallet(wallet).expiry:
        return ""
    asked = {"wallet": wallet, **{f"expiry.{name}": value for name, value in msgspec.structs.asdict(other).items()}}
    return "?" + "&".join(f"{name}={value}" for name, value in asked.items())


def _answer(programme: Programme, wanted: Programme, wallet: Wallet, now: dt.datetime) -> dict[str, Any]:
    try:
        found = expiries.forecast(wanted, wallet.key, now)
    except patience.TookTooLong:
        return {"took_too_long": True}
    kept = programme.wallet(wallet.key)
    each = kept.worth if kept.worth is not None else Decimal(1) if wallet.is_money else None
    owed = {}
    if each is not None:
        currency = wallet.currency or programme.currency
        before, after = found.out * each * kept.expected, (found.out - found.then.gone) * each * kept.expected
        owed = {
            "owed_now": written_numbers.money(before, currency, 0),
            "owed_then": written_numbers.money(after, currency, 0),
            "owed_less": written_numbers.money(before - after, currency, 0),
        }
    names = {tier.key: called(tier.names, tier.key) for tier in programme.tiering.tiers}
    return {
        "found": found,
        "out": wallet.counted(found.out),
        "gone": wallet.counted(found.then.gone),
        "gone_members": found.members("gone"),
        "sooner_members": found.members("sooner"),
        "longer_members": found.members("longer"),
        **owed,
        "chart": _chart(found, wallet, now),
        "title": _title(found, wallet),
        "tiers": [
            {
                "name": names.get(tier.tier, tier.tier) or _("No tier"),
                "members": tier.members,
                "out": wallet.amount(tier.out),
                "gone": tier.gone,
                "gone_amount": wallet.amount(tier.gone_amount),
                "sooner": tier.sooner,
                "sooner_amount": wallet.amount(tier.sooner_amount),
                "longer": tier.longer,
                "longer_amount": wallet.amount(tier.longer_amount),
            }
            for tier in found.tiers
        ],
    }


def _title(found: Forecast, wallet: Wallet) -> str:
    if found.then.gone:
        return _("%(amount)s would have ended already") % {"amount": wallet.counted(found.then.gone)}
    if not found.members("sooner"):
        return _("Nothing would end sooner than it does")
    return _("Nothing would have ended by now, some of it would end sooner")


def _chart(found: Forecast, wallet: Wallet, now: dt.datetime) -> dict[str, Any]:
    first = timezone.localtime(now).date().replace(day=1)
    days = [months_later(first, number) for number in range(SHOWN)]

    def bars(side: Side) -> list[float]:
        later = side.later + sum((amount for day, amount in side.months.items() if day > days[-1]), Decimal(0))
        told = [side.gone, *(side.months.get(day, Decimal(0)) for day in days), later, side.never]
        return [float(amount) for amount in told]

    return {
        "type": "bar",
        "x": [
            pgettext("when points end", "by now"),
            *(written_dates.month(day) for day in days),
            pgettext("when points end", "later"),
            pgettext("when points end", "never"),
        ],
        "x_label": _("Last month"),
        "series": [
            {"name": _("As it is"), "data": bars(found.now), "compare": True},
            {"name": _("If it ended like this"), "data": bars(found.then)},
        ],
        **({"unit": "money", "currency": wallet.currency} if wallet.is_money else {}),
    }
