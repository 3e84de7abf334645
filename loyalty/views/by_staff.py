"""`/loyalty/staff/`: what colleagues and tills did with points of late, and the acts behind each figure."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from cdp.core import sources, written_numbers
from cdp.core.views.access import requires
from customers.selectors import lineage, profiles, staff
from loyalty.models import Act
from loyalty.selectors import by_staff, wallets
from loyalty.selectors.acts_told import MINUS
from loyalty.selectors.by_staff import Row
from loyalty.views import frame

LABELS = {
    "given": pgettext_lazy("points by hand", "Given"),
    "taken": pgettext_lazy("points by hand", "Taken"),
    "told": gettext_lazy("Told as earned"),
    "redeemed": pgettext_lazy("points", "Redeemed"),
    "restored": gettext_lazy("Redemptions taken back"),
    "quick": gettext_lazy("Redeemed within an hour of giving"),
    "refunded": gettext_lazy("Refunded within a week of redeeming"),
    "own": gettext_lazy("Own account"),
    "enrolled": gettext_lazy("Enrolled"),
}
OF_TILLS = ("given", "taken", "told", "redeemed", "restored", "quick", "refunded")


@requires("steward")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """By person and by till over a week, a month or a quarter."""
    days = _days(request)
    now = timezone.now()
    found = by_staff.report(days=days, now=now, zone=settings.TIME_ZONE)
    names = staff.names(row.staff for row in found.staff)
    named, points = sources.names(), wallets.main()
    context = {
        **frame.context(request, "staff"),
        "days": days,
        "periods": [
            {
                "url": f"?days={one}",
                "label": ngettext("%(n)s day", "%(n)s days", one) % {"n": one},
                "active": one == days,
            }
            for one in by_staff.PERIODS
        ],
        "staff": [
            _told(row, names.get(str(row.staff)) or _("a former colleague"), tuple(LABELS), points, days)
            for row in found.staff
        ],
        "tills": [_told(row, _till(row, named), OF_TILLS, points, days) for row in found.tills],
        "staff_heads": list(LABELS.values()),
        "till_heads": [LABELS[measure] for measure in OF_TILLS],
        "is_cut": found.is_cut,
        "most": by_staff.MOST,
    }
    return render(request, "loyalty/staff/report.html", context)


def _till(row: Row, named: dict[str, str]) -> str:
    source = sources.name_in(named, row.source) if row.source else _("not told")
    return f"{source} · {row.place}" if row.place else source


def _told(row: Row, name: str, measures: tuple[str, ...], points: wallets.Wallet, days: int) -> dict[str, Any]:
    return {
        "name": name,
        "days": row.days,
        "is_far": row.is_far,
        "cells": [_cell(row, measure, points, days) for measure in measures],
    }


def _cell(row: Row, measure: str, points: wallets.Wallet, days: int) -> dict[str, Any]:
    count, judged = row.counts[measure], row.judged.get(measure)
    total = {"given": row.given_sum, "redeemed": row.redeemed_sum, "told": row.told_sum}.get(measure, Decimal(0))
    query: dict[str, Any] = {"days": days, "what": measure}
    query |= {"who": row.staff} if row.staff else {"source": row.source, "place": row.place}
    usual = judged.usual if judged else None
    return {
        "label": LABELS[measure],
        "count": count,
        "total": points.counted(total) if total else "",
        "usual": written_numbers.number(usual.quantize(Decimal("0.1")).normalize(), None) if usual is not None else "",
        "is_far": bool(count) if measure == "own" else bool(judged and judged.is_far),
        "url": "acts/?" + urlencode(query) if count else "",
    }


@requires("steward")
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """The acts that one figure counts."""
    days, measure = _days(request), request.GET.get("what", "")
    if measure not in LABELS:
        raise Http404
    since = timezone.now() - dt.timedelta(days=days)
    who = _uuid(request, "who")
    source, place = request.GET.get("source", "")[:60], request.GET.get("place", "")[:60]
    if measure == "enrolled" and who:
        rows = [_joined(row) for row in by_staff.enrolled(who, since=since)]
        has_more = False
    else:
        if measure not in by_staff.CONDITIONS:
            raise Http404
        found = by_staff.acts(
            measure,
            since=since,
            staff=who,
            till=None if who else (source, place),
            older_than=_uuid(request, "older"),
        )
        has_more = len(found) > by_staff.SHOWN
        known = wallets.every()
        rows = [_acted(row, known) for row in found[: by_staff.SHOWN]]
    standing = lineage.standing([row["customer"] for row in rows])
    people = profiles.opened(dict.fromkeys(standing.values()), with_places=False)
    for row in rows:
        row["person"] = people.get(standing.get(row["customer"], row["customer"]))
    query = {name: value for name, value in request.GET.items() if name != "older"}
    names = staff.names([who])
    named = sources.names()
    context = {
        **frame.context(request, "staff"),
        "rows": rows,
        "name": (names.get(str(who)) or _("a former colleague")) if who else _place(source, place, named),
        "measure": LABELS[measure],
        "days": days,
        "older_url": "?" + urlencode({**query, "older": rows[-1]["id"]}) if has_more else "",
    }
    return render(request, "loyalty/staff/acts.html", context)


def _place(source: str, place: str, named: dict[str, str]) -> str:
    known = sources.name_in(named, source) if source else _("not told")
    return f"{known} · {place}" if place else known


def _acted(row: Act, known: Any) -> dict[str, Any]:
    wallet = known.get(row.wallet) or wallets.unknown(row.wallet)
    sign = "+" if row.change > 0 else MINUS
    return {
        "id": row.id,
        "customer": row.customer_id,
        "at": row.at,
        "what": row.get_kind_display(),
        "amount": sign + wallet.counted(abs(row.change)) if row.change else "",
    }


def _joined(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer_id,
        "at": row.joined_at,
        "what": _("Enrolled"),
        "amount": "",
    }


def _days(request: HttpRequest) -> int:
    text = request.GET.get("days", "30")
    return int(text) if text in {str(one) for one in by_staff.PERIODS} else 30


def _uuid(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
