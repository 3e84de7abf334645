"""Pages of products: how each one sells, and who buys it."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.forms.choices import GENDERS
from analytics.models import ProductFigures
from analytics.selectors import products as reading
from cdp.core import access, written_dates
from cdp.core.views.access import requires, staff_of
from commerce.models import Product
from customers.rules import places

LONGEST = 120
MOST_COUNTRIES = 6
MAJORITY = 0.5


@requires("dashboard")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/products/`: searched by SKU or name, of a category, in the order asked for."""
    given = {name: value for name in ("q", "category", "sort") if (value := _text(request, name))}
    sort = given.get("sort", "revenue")
    if sort not in reading.SORTS:
        raise Http404
    try:
        page = reading.listed(
            query=given.get("q", ""),
            category=given.get("category", ""),
            sort=sort,
            after=request.GET.get("after", "")[: 3 * LONGEST],
        )
    except reading.BadCursor as error:
        raise Http404 from error
    narrowed = {name: value for name, value in given.items() if name != "sort"}
    labels = {"q": _("Search"), "category": _("Category")}
    chips = [
        {
            "label": labels[name],
            "value": value,
            "remove_url": "?" + urlencode({other: given[other] for other in given if other != name}),
        }
        for name, value in narrowed.items()
    ]
    context = {
        "rows": page.rows,
        "query": given.get("q", ""),
        "category": given.get("category", ""),
        "categories": reading.categories(),
        "sort": sort,
        "sorts": _sorts(),
        "chips": chips,
        "is_filtered": bool(narrowed),
        "currency": settings.CDP_CURRENCY,
        "may_import": access.allows(staff_of(request).role, "imports"),
        "may_connect": access.allows(staff_of(request).role, "settings"),
        "counted_at": reading.counted_at(),
        "newer_url": "?" + urlencode(given) if "after" in request.GET else "",
        "older_url": "?" + urlencode({**given, "after": page.after}) if page.after else "",
    }
    return render(request, "analytics/products/list.html", context)


@requires("dashboard")
@require_safe
def detail(request: HttpRequest, product: uuid.UUID) -> HttpResponse:
    """`/products/{id}/`: what was sold month by month, what came back, who buys it."""
    row = Product.objects.filter(id=product).first()
    if row is None:
        raise Http404
    found = reading.figures(row.sku)
    months = reading.months(found, today=timezone.localdate())
    context: dict[str, Any] = {
        "product": row,
        "figures": found,
        "currency": settings.CDP_CURRENCY,
        "returned_share": float(found.returned / found.units) if found and found.units else None,
        "returned_units": int(found.returned) if found else 0,
        "months_title": _months_finding(months),
        "months_chart": {
            "type": "bar",
            "x": [written_dates.month(day) for day, _units in months],
            "x_label": _("Month"),
            "series": [{"name": _("Units sold"), "data": [units for _day, units in months]}],
        },
        "has_sales": any(units for _day, units in months),
        "who": _who(found) if found else [],
        "may_segment": staff_of(request).can("segments.edit"),
        "segment_query": urlencode({"sku": row.sku}),
        "counted_at": found.counted_at if found else None,
    }
    return render(request, "analytics/products/detail.html", context)


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:LONGEST]


def _sorts() -> list[tuple[str, str]]:
    return [
        ("revenue", _("Most revenue")),
        ("units", _("Most units")),
        ("returned", _("Most returned")),
        ("rating", _("Best rated")),
        ("last_sold", _("Last sold")),
        ("name", _("Name")),
    ]


def _months_finding(months: list[tuple[Any, float]]) -> str:
    day, units = max(months, key=lambda item: item[1])
    if not units:
        return _("Nothing sold in the last twelve months")
    return _("Most sold in {month}").format(month=written_dates.month(day, long=True))


def _who(found: ProductFigures) -> list[dict[str, Any]]:
    """Shares of the units by what is known of the buyers, each as a chart that says what it found."""
    charts = []
    for key, name, words in (
        ("gender", _("Gender"), lambda code: str(GENDERS.get(code, code))),
        ("age", _("Age"), _decade),
        ("country", _("Country"), lambda code: places.country_name(code, get_language() or "en")),
    ):
        told = {code: float(units) for code, units in found.buyers.get(key, {}).items() if float(units) > 0}
        whole = sum(told.values())
        if not whole:
            continue
        order = sorted(told, key=int) if key == "age" else sorted(told, key=lambda code: -told[code])[:MOST_COUNTRIES]
        most = max(told, key=lambda code: told[code])
        charts.append(
            {
                "id": f"who-{key}",
                "title": _share_words(words(most), told[most] / whole),
                "text": name,
                "spec": {
                    "type": "hbar",
                    "x": [words(code) for code in order],
                    "x_label": name,
                    "unit": "percent",
                    "series": [{"name": _("Share of units"), "data": [told[code] / whole for code in order]}],
                },
            }
        )
    return charts


def _share_words(group: str, share: float) -> str:
    text = _("Mostly {group}") if share > MAJORITY else _("{group} before all others")
    return text.format(group=group)


def _decade(code: str) -> str:
    start = int(code)
    if start <= 10:
        return _("under 20")
    return _("{age} and older").format(age=start) if start >= 90 else f"{start}\N{EN DASH}{start + 9}"
