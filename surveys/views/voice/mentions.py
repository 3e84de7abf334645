"""`/voice/mentions/`: who and what is named in what people write, and which names the shop listens for."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cdp.core.views.access import NotForRole, actor_of, requires, staff_of
from surveys.forms.voice_texts import BrandForm
from surveys.models import Brand, Mention
from surveys.selectors.texts import mentions, themes
from surveys.services.understanding import deciding
from surveys.views.voice import frame
from surveys.views.voice.themes import sample_rows, trend

MOST_LINES, LEAST_MONTHS = 6, 2


@requires("surveys.view")
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """Brands and articles by month; a POST keeps a brand."""
    may_edit, shows = staff_of(request).can("surveys.edit"), staff_of(request).can("customers.reveal")
    if request.method == "POST" and not may_edit:
        raise NotForRole("surveys.edit")
    form = BrandForm(request.POST or None, initial=_asked(request))
    if request.method == "POST" and form.is_valid() and _kept(request, form):
        return redirect("voice:mentions")
    now = timezone.now()
    brands, products, months = mentions.brands(now), mentions.products(now), themes.months(now)
    chosen = request.GET.get("of", "")
    shown = next((one for one in brands if one.ref == chosen), None)
    whose = dict(Brand.Whose.choices)
    page = {
        **frame.context(request, "mentions"),
        "brands": [
            {
                "one": one,
                "whose": whose[one.brand.whose] if one.brand else "",
                "trend": [one.months.get(month, themes.Split()).total for month in months],
            }
            for one in brands
        ],
        "products": [
            {"one": one, "trend": [one.months.get(month, themes.Split()).total for month in months]} for one in products
        ],
        "has_answers": any(one.considered or one.over or one.left for one in brands),
        "shown": shown,
        "samples": sample_rows(themes.naming(Mention.About.BRAND, shown.ref, hides_private=not shows), shows=shows)
        if shown
        else [],
        "is_masked": not shows,
        "chart": trend(shown.months, months) if shown else _lines(brands, months),
        "form": form,
        "is_editing": bool(form.errors) or "edit" in request.GET,
        "may_edit": may_edit,
    }
    return render(request, "voice/mentions.html", page)


@requires("surveys.edit")
@require_POST
def remove(request: HttpRequest, brand: uuid.UUID) -> HttpResponse:
    """Take a name from the list."""
    try:
        deciding.remove_brand(brand=brand, actor=actor_of(request), at=timezone.now())
        messages.success(request, _("Removed."))
    except deciding.UnableToDecide:
        messages.warning(request, _("This name is not in the list any more."))
    return redirect("voice:mentions")


def _asked(request: HttpRequest) -> dict[str, object]:
    """The brand whose line was pressed."""
    row = frame.pressed(request, Brand)
    if row is None:
        return {}
    return {"brand": row.id, "name": row.name, "whose": row.whose, "spellings": "\n".join(row.spellings)}


def _kept(request: HttpRequest, form: BrandForm) -> bool:
    told = form.cleaned_data
    try:
        deciding.keep_brand(
            brand=told["brand"],
            name=told["name"],
            whose=told["whose"],
            spellings=told["spellings"].splitlines(),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except deciding.UnableToName as unable:
        words = {
            "taken": _("This name is in the list already."),
            "short": _("A name has two letters at least: one letter is found everywhere."),
            "many": _("The list is full. Remove a name that you do not need."),
        }
        form.add_error("name", words[unable.why])
        return False
    except deciding.UnableToDecide:
        form.add_error("name", _("This name is not in the list any more."))
        return False
    messages.success(request, _("Saved. Texts that were read before are searched within minutes."))
    return True


def _lines(brands: list[mentions.Named], months: list[str]) -> dict[str, object] | None:
    """The brands that are named most, a line each. One month is no line: the table tells it."""
    named = [one for one in brands if one.split.total][:MOST_LINES]
    if len({month for one in named for month in one.months}) < LEAST_MONTHS:
        return None
    told = trend({}, months)
    return {
        **told,
        "type": "line",
        "series": [
            {"name": one.name, "data": [one.months.get(month, themes.Split()).total for month in months]}
            for one in named
        ],
    }
