"""`/loyalty/members/{id}/`: what one member has, and everything that happened to it, in words."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from cdp.core import written_numbers
from cdp.core.views.access import requires, staff_of
from customers.models import Customer
from customers.selectors import lineage, profiles
from loyalty.models import Member, WalletType
from loyalty.rules.programme import MAIN
from loyalty.rules.purse import ZERO, Purse
from loyalty.selectors import accounts, adjustments, households, ledger, members, tiers, versions, wallets
from loyalty.selectors.acts_told import MINUS, Teller
from loyalty.selectors.tiers import Standing
from loyalty.selectors.wallets import Wallet
from loyalty.services import adjusting
from loyalty.views import frame

SOON = 4
"""How many ends and waits are told before the rest is summed up."""


def found(request: HttpRequest, customer: uuid.UUID, name: str) -> Customer | HttpResponse:
    """The person of an address: the row, a redirect of a merged one to the survivor's page of that name, or the page
    that says they were erased. Raises Http404.
    """
    try:
        known = lineage.get(customer)
    except lineage.Erased:
        return render(request, "customers/erased.html", status=410)
    except lineage.Unknown as error:
        raise Http404 from error
    if known.is_survivor and request.method in {"GET", "HEAD"}:
        return redirect(name, known.customer.id)
    return known.customer


@requires("customers.view")
@require_safe
def member_detail(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """One member."""
    row = found(request, customer, "loyalty:member")
    if isinstance(row, HttpResponse):
        return row
    now, user = timezone.now(), staff_of(request)
    member = members.of([row.id]).get(row.id)
    profile = profiles.one(row.id)
    known = wallets.every()
    chosen = request.GET.get("wallet", "")
    chosen = chosen if chosen in known else ""
    page = ledger.page(row.id, wallet=chosen, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    is_first = not page.has_newer
    shown = _wallets(row.id, known, now)
    takes_part = member is not None and member.left_at is None
    context: dict[str, Any] = {
        **frame.context(request, "members"),
        "profile": profile,
        "customer_id": row.id,
        "member": member,
        "takes_part": takes_part,
        "how": Member.How(member.how).label if member and member.how in Member.How.values else "",
        "tier": _tier(tiers.standing(member, now=now), now) if member and takes_part else None,
        "wallets": shown,
        "due": [_due(one, known) for one in ledger.due(row.id, at=now) if not chosen or one.wallet == chosen]
        if is_first
        else [],
        "acts": Teller(row.id, page.entries).tell(),
        "reveals": user.can("customers.reveal"),
        "wallet_tabs": _tabs(shown, chosen),
        "newer_url": _page_url(chosen, "newer", page.entries[0].id) if page.entries and page.has_newer else "",
        "older_url": _page_url(chosen, "older", page.entries[-1].id) if page.entries and page.has_older else "",
        "waiting": [_waiting(one, known) for one in adjustments.of(row.id)],
        "may_adjust": user.can("loyalty.adjust") and takes_part and bool(known),
        "may_enrol": user.can("customers.edit"),
        "household": _household(row.id, now) if takes_part else None,
        "card_url": _card_url(row.id) if takes_part and user.can("customers.edit") else "",
    }
    return render(request, "loyalty/members/member.html", context)


@requires("customers.view")
@require_safe
def member_lots(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """What of which earning is left: asked for when somebody wants to know."""
    row = found(request, customer, "loyalty:member")
    if isinstance(row, HttpResponse):
        return row
    now, known = timezone.now(), wallets.every()
    wallet = known.get(request.GET.get("wallet", ""))
    if wallet is None:
        raise Http404
    rows = [
        {
            "earned_at": lot.earned_at,
            "amount": wallet.amount(lot.amount),
            "pending": wallet.amount(lot.pending) if lot.pending else "",
            "active_from": timezone.localdate(lot.active_from),
            "active": wallet.amount(lot.active),
            "held": wallet.amount(lot.held) if lot.held else "",
            "last_day": _last_day(lot.ends),
        }
        for lot in ledger.lots(row.id, wallet.key, at=now)
    ]
    return render(request, "loyalty/members/lots.html", {"lots": rows, "is_cut": len(rows) == ledger.MOST_LOTS})


# --- what there is ---


def _wallets(customer: uuid.UUID, known: Any, now: dt.datetime) -> list[dict[str, Any]]:
    standings = {one.wallet.key: one for one in accounts.standings(customer, at=now)}
    opened = accounts.opened(customer, at=now)
    version = versions.in_force(now)
    named = set(version.programme.wallets) | {MAIN} if version else set()
    shown = []
    for key, wallet in known.items():
        standing = standings[key]
        is_empty = not (standing.balance or standing.pending or standing.held or standing.owed)
        if is_empty and key not in named:
            continue
        purse = opened.get(key) or Purse(customer)
        full = version.programme.wallet(key).full if version and wallet.kind == WalletType.Kind.STAMPS else None
        ends, waits = ledger.ends(purse, now), ledger.waits(purse, now)
        worth, currency = accounts.worth(key, max(standing.balance, ZERO), at=now)
        shown.append(
            {
                "wallet": wallet,
                "balance": _signed(wallet, standing.balance),
                "is_negative": standing.balance < 0,
                "worth": written_numbers.money(worth, currency) if worth and not wallet.is_money else "",
                "held": wallet.counted(standing.held) if standing.held else "",
                "owed": wallet.counted(standing.owed) if standing.owed else "",
                "ends": [_ending(wallet, one) for one in ends[:SOON]],
                "more_ends": len(ends) - SOON if len(ends) > SOON else 0,
                "waits": [
                    {"amount": wallet.counted(one.amount), "day": timezone.localdate(one.at)} for one in waits[:SOON]
                ],
                "more_waits": len(waits) - SOON if len(waits) > SOON else 0,
                "has_lots": not is_empty,
                **_stamps(standing.balance, full),
            }
        )
    return shown


def _household(customer: uuid.UUID, now: dt.datetime) -> dict[str, Any] | None:
    """With whom they share; None where nobody may and they do not."""
    shared = households.of(customer)
    if shared is None:
        return {"names": []} if households.limit(now) > 1 else None
    known = wallets.every()
    own = [one for one in accounts.own(customer, at=now) if one.balance and not one.wallet.currency]
    return {
        "names": [name or _("somebody without a name") for name in shared.names],
        "members": shared.members,
        "own": [known[one.wallet.key].counted(one.balance) for one in own],
    }


def _ending(wallet: Wallet, one: ledger.Coming) -> dict[str, Any]:
    return {"amount": wallet.counted(one.amount), "day": _last_day(one.at)}


def _last_day(ends: dt.datetime | None) -> dt.date | None:
    """The last day on which something can be spent: what is stored is the first moment at which it cannot."""
    return timezone.localdate(ends - ledger.INSTANT) if ends else None


def _stamps(balance: Decimal, full: int | None) -> dict[str, Any]:
    if not full:
        return {}
    have = max(int(balance), 0)
    cards, rest = divmod(have, full)
    return {"full": full, "cards": cards, "stamps": rest, "drawn": [place < rest for place in range(full)]}


def _signed(wallet: Wallet, amount: Decimal) -> str:
    return wallet.amount(amount) if amount >= 0 else MINUS + wallet.amount(-amount)


# --- the tier ---


def _tier(standing: Standing | None, now: dt.datetime) -> dict[str, Any] | None:
    if standing is None:
        return None
    named, progress = tiers.names(now), standing.progress
    aim = standing.at_least.get(progress.next)
    return {
        "name": named.get(progress.tier, ""),
        "next": named.get(progress.next, ""),
        "counter": _basis(standing, progress.counter),
        "missing": _basis(standing, progress.missing),
        "to_keep": _basis(standing, progress.to_keep) if progress.to_keep else "",
        "since": timezone.localdate(standing.since),
        "until": timezone.localdate(standing.until) if standing.until else None,
        "value": float(progress.counter),
        "aim": float(aim) if aim else 0,
        "is_falling": bool(progress.to_keep) and standing.tiering.downgrade != "never",
    }


def _basis(standing: Standing, amount: Decimal) -> str:
    """So much of what tiers count by."""
    basis = standing.tiering.basis
    if basis == "spend":
        return written_numbers.money(amount, standing.currency)
    shown = written_numbers.number(amount.normalize() if amount else ZERO)
    words = {
        "points": _("%(number)s points"),
        "visits": _("%(number)s visits"),
        "items": _("%(number)s articles"),
    }
    return words[basis] % {"number": shown}


# --- what happened ---


def _due(one: ledger.Due, known: Any) -> dict[str, Any]:
    wallet = known.get(one.wallet) or wallets.unknown(one.wallet)
    titles = {
        "activate": _("%(amount)s can be spent now"),
        "expire": _("%(amount)s ended"),
        "settle": _("%(amount)s paid what was owed"),
    }
    return {"title": titles[one.kind] % {"amount": wallet.counted(one.amount)}, "at": one.at}


def _waiting(row: Any, known: Any) -> dict[str, Any]:
    wallet = known.get(row.wallet) or wallets.unknown(row.wallet)
    return {
        "row": row,
        "amount": _signed(wallet, row.amount),
        "unit": wallet.many if not wallet.is_money else "",
        "reason": row.get_reason_display(),
        "words": adjusting.words_of(row),
    }


def _tabs(shown: list[dict[str, Any]], chosen: str) -> list[dict[str, Any]]:
    if len(shown) < 2:
        return []
    every = [{"url": "?", "label": pgettext("wallets", "All"), "active": not chosen}]
    return every + [
        {
            "url": f"?wallet={one['wallet'].key}",
            "label": one["wallet"].many,
            "active": one["wallet"].key == chosen,
        }
        for one in shown
    ]


def _page_url(chosen: str, name: str, act: uuid.UUID) -> str:
    return "?" + urlencode({**({"wallet": chosen} if chosen else {}), name: str(act)})


def _card_url(customer: uuid.UUID) -> str:
    return frame.address("card", customer)


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
