"""`/loyalty/members/`: who takes part. Filters stand in the address, the search in the body."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from cdp.core import written_numbers
from cdp.core.views.access import requires, staff_of
from customers.selectors import listing, profiles
from customers.selectors.profiles import Profile
from loyalty.forms.members import JOINED, FiltersForm
from loyalty.models import Member
from loyalty.rules.programme import MAIN
from loyalty.selectors import adjustments, ledger, liability, members, tiers, wallets
from loyalty.selectors.members import BadCursor, Filters, Row
from loyalty.views import frame

NAMES = tuple(field.name for field in dataclasses.fields(Filters))


@requires("customers.view")
@require_http_methods(["GET", "HEAD", "POST"])
def member_list(request: HttpRequest) -> HttpResponse:
    """A page of the list; by POST what the search finds. htmx gets the results alone."""
    now = timezone.now()
    given = _given(request)
    order = "points" if request.GET.get("sort") == "points" else "joined"
    query = request.POST.get("q", "").strip()[:200]
    user = staff_of(request)
    context: dict[str, Any] = _found(request, query, now) if query else _page(request, given, order, now)
    is_part = bool(getattr(request, "htmx", False))
    context |= {
        "query": query,
        "order": order,
        "is_filtered": bool(given),
        "list_query": urlencode(_query(given, order)),
        "joined_url": "?" + urlencode(given),
        "points_url": "?" + urlencode(_query(given, "points")),
        "may_enrol": user.can("customers.edit"),
        "left": bool(given.get("left")),
    }
    if is_part:
        return render(request, "loyalty/members/results.html", context)
    context |= frame.context(request, "members")
    context |= {
        "filters_form": FiltersForm(given),
        "chips": _chips(given, order, now),
        "tier_tabs": _tier_tabs(given, order, now),
        **_sums(request, now),
    }
    return render(request, "loyalty/members/list.html", context)


def _given(request: HttpRequest) -> dict[str, str]:
    """The filters in force: what is none is left out."""
    given = {name: value for name in NAMES if (value := request.GET.get(name, "").strip()[:40])}
    for name in ("least", "most"):
        if name in given and members.points(given[name]) is None:
            del given[name]
    if given.get("joined", "7") not in members.JOINED_DAYS:
        del given["joined"]
    return given


def _query(given: Mapping[str, str], order: str) -> dict[str, str]:
    return {**given, "sort": "points"} if order == "points" else dict(given)


def _page(request: HttpRequest, given: dict[str, str], order: str, now: dt.datetime) -> dict[str, Any]:
    filters = Filters(**given)
    try:
        page = members.page(
            filters,
            now=now,
            order=order,
            older_than=request.GET.get("older", ""),
            newer_than=request.GET.get("newer", ""),
        )
    except BadCursor as error:
        raise Http404 from error

    def link(name: str, cursor: str) -> str:
        return "?" + urlencode({**_query(given, order), name: cursor}) if cursor else ""

    return {
        "rows": _rows(page.rows, now),
        "count": members.count(filters, now=now),
        "newer_url": link("newer", page.newer),
        "older_url": link("older", page.older),
    }


def _found(request: HttpRequest, query: str, now: dt.datetime) -> dict[str, Any]:
    """Members that the search finds, newest customers first, and then the others: they can be enrolled."""
    in_full = staff_of(request).can("customers.reveal")
    found = listing.search(query, listing.Filters(), region=settings.CDP_SHOP_COUNTRY, in_full=in_full)
    rows = found.rows[: members.PAGE]
    known = members.of([row.id for row in rows])
    told = members.told([known[row.id] for row in rows if row.id in known], now=now)
    others = [row for row in rows if row.id not in known]
    return {
        "rows": _rows(told, now),
        "others": list(profiles.opened(others, with_places=False).values()),
        "is_cut": found.is_cut or len(found.rows) > len(rows),
    }


def _rows(rows: Sequence[Row], now: dt.datetime) -> list[dict[str, Any]]:
    people = profiles.opened([row.member.customer_id for row in rows], with_places=False)
    named, wallet = tiers.names(now), wallets.main()
    return [
        _row(row, people[row.member.customer_id], named, wallet) for row in rows if row.member.customer_id in people
    ]


def _row(row: Row, person: Profile, named: Mapping[str, str], wallet: wallets.Wallet) -> dict[str, Any]:
    member: Member = row.member
    return {
        "person": person,
        "member": member,
        "tier": named.get(member.tier, member.tier),
        "balance": wallet.amount(row.balance),
        "owes": row.balance < 0,
        "pending": wallet.amount(row.pending) if row.pending else "",
        "ending": wallet.amount(row.ending) if row.ending else "",
        "ends_on": timezone.localdate(row.ends_at - ledger.INSTANT) if row.ends_at else None,
        "how": Member.How(member.how).label if member.how in Member.How.values else "",
    }


def _sums(request: HttpRequest, now: dt.datetime) -> dict[str, Any]:
    user, standing = staff_of(request), liability.standing(now)
    out, wallet = standing.wallets.get(MAIN), wallets.main()
    return {
        "members": standing.members,
        "joined": standing.joined,
        "as_of": standing.as_of(now),
        "out": wallet.counted(out.whole) if out and user.can("home") else "",
        "debt": wallet.counted(out.debt) if out and out.debtors and user.can("home") else "",
        "debtors": out.debtors if out else 0,
        "waiting": adjustments.waiting_count() if user.can("loyalty.adjust") or user.can("loyalty.approve") else 0,
    }


def _tier_tabs(given: dict[str, str], order: str, now: dt.datetime) -> list[dict[str, Any]]:
    named = tiers.names(now)
    if not named or given.get("left"):
        return []
    counts, rest = members.by_tier(), {name: value for name, value in given.items() if name != "tier"}

    def tab(key: str, label: str, number: int) -> dict[str, Any]:
        query = _query({**rest, "tier": key} if key else rest, order)
        shown = f"{label} {written_numbers.number(number)}"
        return {"url": "?" + urlencode(query), "label": shown, "active": given.get("tier", "") == key}

    return [
        tab("", pgettext("members", "All"), sum(counts.values())),
        *(tab(key, name, counts.get(key, 0)) for key, name in reversed(list(named.items()))),
        tab(members.NONE, _("No tier"), counts.get("", 0)),
    ]


def _chips(given: dict[str, str], order: str, now: dt.datetime) -> list[dict[str, str]]:
    """The filters in force, in words."""
    named = {**tiers.names(now), members.NONE: _("No tier")}
    words = {
        "tier": (pgettext("loyalty", "Tier"), named.get(given.get("tier", ""), given.get("tier", ""))),
        "joined": (pgettext("loyalty", "Joined"), str(JOINED.get(given.get("joined", ""), ""))),
        "least": (_("Points, at least"), written_numbers.number(members.points(given.get("least", "0")))),
        "most": (_("Points, at most"), written_numbers.number(members.points(given.get("most", "0")))),
        "owing": (_("Only who owes points"), ""),
        "left": (_("Who takes part no more"), ""),
    }
    return [
        {
            "label": words[name][0],
            "value": words[name][1],
            "remove_url": "?" + urlencode(_query({other: given[other] for other in given if other != name}, order)),
        }
        for name in given
    ]
