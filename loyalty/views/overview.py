"""`/loyalty/`: who takes part, what is out, what it is worth, and what came and went."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from cdp.core import written_dates, written_numbers
from cdp.core.views.access import requires, staff_of
from loyalty.rules.ending import months_later
from loyalty.rules.programme import Wallets
from loyalty.selectors import liability, versions, wallets
from loyalty.selectors.liability import Month, Out
from loyalty.selectors.wallets import Wallet
from loyalty.views import frame

AHEAD = 12
"""Months of which each has its bar; what ends later is one more."""


@requires("dashboard")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """One wallet at a time. What the shop owes is shown to who sees the state of the shop at all."""
    now = timezone.now()
    timeline = versions.published()
    version = timeline.at(now)
    known = wallets.every()
    standing = liability.standing(now)
    named = set(version.programme.wallets) | _used(version.programme) if version else set()
    shown = [known.get(key) or wallets.unknown(key) for key in _in_order(known, named | set(standing.wallets))]
    wallet = next((one for one in shown if one.key == request.GET.get("wallet")), shown[0] if shown else None)
    context: dict[str, Any] = {
        **frame.context(request, "overview"),
        "version": version,
        "coming": [one for one in timeline.versions if one.starts_at > now],
        "name": _name(version.programme.names) if version else "",
        "members": standing.members,
        "joined": standing.joined,
        "as_of": standing.as_of(now),
        "programme_url": frame.address("programme"),
        "has_draft": versions.draft() is not None,
        "may_see_figures": staff_of(request).can("home"),
        "wallet": wallet,
        "wallet_tabs": [
            {"url": f"?wallet={one.key}", "label": one.many, "active": one is wallet} for one in shown
        ] if len(shown) > 1 else [],
    }  # fmt: skip
    if wallet is not None and context["may_see_figures"]:
        out = standing.wallets.get(wallet.key) or Out(wallet.key)
        kept = version.programme.wallet(wallet.key) if version else Wallets()
        currency = wallet.currency or (version.programme.currency if version else "")
        context |= _figures(wallet, out, kept, currency, now)
    return render(request, "loyalty/overview.html", context)


def _used(programme: Any) -> set[str]:
    return {part.wallet for part in (*programme.rules, *programme.bonuses)}


def _in_order(known: Mapping[str, Wallet], wanted: set[str]) -> list[str]:
    return [key for key in known if key in wanted] + sorted(wanted - set(known))


def _name(names: Mapping[Any, str]) -> str:
    from_reader = written_dates.locale().language
    return names.get(from_reader) or names.get("en") or ""


def _figures(wallet: Wallet, out: Out, kept: Wallets, currency: str, now: dt.datetime) -> dict[str, Any]:
    today = timezone.localtime(now).date()
    worth = out.worth(kept, is_money=wallet.is_money)
    owed = out.liability(kept, is_money=wallet.is_money)
    return {
        "out": out,
        "whole": wallet.counted(out.whole),
        "parts": [
            (_("Can be spent"), wallet.amount(out.active)),
            (_("Can be spent later"), wallet.amount(out.pending)),
            (_("Put aside for purchases"), wallet.amount(out.held)),
            (_("Owed by members"), wallet.amount(out.debt)),
        ],
        "worth": None if worth is None else written_numbers.money(worth, currency),
        "owed": None if owed is None else written_numbers.money(owed, currency),
        "expected": written_numbers.percent(kept.expected),
        "redeemed_share": None if out.redeemed_share is None else written_numbers.percent(out.redeemed_share),
        "ageing": _ageing(wallet, out, today) if out.ends else None,
        "ageing_title": _ageing_title(wallet, out, today),
        "flow": _flow(wallet, out) if any(month != Month() for month in out.months.values()) else None,
        "flow_title": _flow_title(wallet, out, today),
    }


def _unit(wallet: Wallet) -> dict[str, Any]:
    return {"unit": "money", "currency": wallet.currency} if wallet.is_money else {}


def _ageing(wallet: Wallet, out: Out, today: dt.date) -> dict[str, Any]:
    first = today.replace(day=1)
    months = [months_later(first, number) for number in range(AHEAD)]
    later = sum((amount for day, amount in out.ends.items() if day and day > months[-1]), Decimal(0))
    bars = [(written_dates.month(day), out.ends.get(day, Decimal(0))) for day in months]
    while bars and not later and not bars[-1][1]:
        bars.pop()
    if later:
        bars.append((pgettext("when points end", "later"), later))
    if None in out.ends:
        bars.append((pgettext("when points end", "never"), out.ends[None]))
    return {
        "type": "hbar",
        "x": [label for label, _amount in bars],
        "x_label": _("Last month"),
        "series": [{"name": wallet.many, "data": [float(amount) for _label, amount in bars]}],
        **_unit(wallet),
    }


def _ageing_title(wallet: Wallet, out: Out, today: dt.date) -> str:
    first = today.replace(day=1)
    soon = sum(
        (amount for day, amount in out.ends.items() if day and day <= months_later(first, 2)), Decimal(0)
    )  # fmt: skip
    if not soon:
        return _("Nothing ends in the next three months")
    return _("%(amount)s end by the end of %(month)s") % {
        "amount": wallet.counted(soon),
        "month": written_dates.month(months_later(first, 2), long=True),
    }


def _flow(wallet: Wallet, out: Out) -> dict[str, Any]:
    series: list[tuple[str, list[Decimal], dict[str, Any]]] = [
        (pgettext("points", "Earned"), [month.earned for month in out.months.values()], {}),
        (pgettext("points", "Redeemed"), [month.redeemed for month in out.months.values()], {}),
        (pgettext("points", "Expired"), [month.expired for month in out.months.values()], {"compare": True}),
        (pgettext("points", "Taken back"), [month.taken for month in out.months.values()], {"colour": "danger"}),
    ]
    if any(month.adjusted for month in out.months.values()):
        series.append((pgettext("points", "By staff"), [month.adjusted for month in out.months.values()], {}))
    if any(month.brought for month in out.months.values()):
        series.append((pgettext("points", "Brought along"), [month.brought for month in out.months.values()], {}))
    return {
        "type": "bar",
        "x": [written_dates.month(day) for day in out.months],
        "x_label": _("Month"),
        "series": [
            {"name": name, "data": [float(amount) for amount in amounts], **more} for name, amounts, more in series
        ],
        **_unit(wallet),
    }


def _flow_title(wallet: Wallet, out: Out, today: dt.date) -> str:
    month = out.months.get(months_later(today.replace(day=1), -1)) or Month()
    now = out.months.get(today.replace(day=1)) or Month()
    if month == Month():
        return _("This month %(earned)s earned, %(redeemed)s redeemed") % {
            "earned": wallet.counted(now.earned),
            "redeemed": wallet.amount(now.redeemed),
        }
    return _("Last month %(earned)s earned, %(redeemed)s redeemed") % {
        "earned": wallet.counted(month.earned),
        "redeemed": wallet.amount(month.redeemed),
    }
