"""`/voice/themes/`: what people write of, how it feels and goes, who looks after it, and whether it is solved."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import context, spoken, wake, written_dates
from cdp.core.views.access import NotForRole, actor_of, requires, staff_of
from customers.selectors import profiles, staff
from customers.services import buckets
from surveys.forms.voice_texts import ThemeForm
from surveys.models import Sentiment, Theme
from surveys.selectors.results import words
from surveys.selectors.texts import sources, themes
from surveys.services.understanding import deciding
from surveys.views.voice import frame

EACH = 6
"""Examples of either side."""
_BUCKETS = frozenset(buckets.IDS)
COLOURS: Mapping[str, str] = {"negative": "danger", "neutral": "chart-compare", "positive": "success"}
"""Tokens of the charts, as the bars beside them."""


@requires("surveys.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every theme of the last twelve months, the most told first."""
    now = timezone.now()
    kinds = {kind: source.label for kind, source in sources.declared().items()}
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    is_hidden = request.GET.get("state") == "hidden"
    found = themes.every(now, kind=kind, hidden=is_hidden)
    owners = staff.names(one.theme.owner_id for one in found)
    months = themes.months(now)
    page = {
        **frame.context(request, "themes"),
        "rows": [
            {
                "one": one,
                "owner": owners.get(str(one.theme.owner_id), ""),
                "trend": [one.months.get(month, themes.Split()).total for month in months],
                "words": _words(one.words),
            }
            for one in found
        ],
        "kinds": kinds.items(),
        "kind": kind,
        "is_hidden": is_hidden,
        "may_edit": staff_of(request).can("surveys.edit"),
        "has_any": bool(found) or Theme.objects.exists(),
    }
    return render(request, "voice/themes.html", page)


@requires("surveys.edit")
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look for themes now, in the background; at night it is done anyway."""
    wake.themes()
    messages.success(request, _("Texts are being looked through. New themes stand here within a minute or two."))
    return redirect("voice:themes")


@requires("surveys.view")
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, theme: uuid.UUID) -> HttpResponse:
    """One theme: figures, trend, texts; owner, task and "solved" for whoever may change it."""
    user = staff_of(request)
    may_edit = user.can("surveys.edit")
    if request.method == "POST" and not may_edit:
        raise NotForRole("surveys.edit")
    row = Theme.objects.filter(id=theme).first()
    if row is None:
        raise Http404
    now = timezone.now()
    form = ThemeForm(request.POST or None, theme=row)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        deciding.decide(
            theme=row.id,
            actor=actor_of(request),
            at=now,
            name=told["name"],
            owner=form.owner_id,
            task=told["task"],
            is_solved=told["is_solved"],
            is_hidden=told["is_hidden"],
        )
        messages.success(request, _("Saved."))
        return redirect("voice:theme", row.id)
    feelings = dict(Sentiment.choices)
    felt = request.GET.get("felt", "")
    felt = felt if felt in feelings else ""
    one = themes.one(row, now)
    shows = user.can("customers.reveal")
    sides = (
        [(felt, "")]
        if felt
        else [("negative", pgettext("texts", "Blamed")), ("positive", pgettext("texts", "Praised"))]
    )
    kinds = {kind: source.label for kind, source in sources.declared().items()}
    page = {
        **frame.context(request, "themes"),
        "one": one,
        "words": [(code, spoken.OWN_NAMES.get(code, ""), own) for code, own in _words(one.words)],
        "form": form if may_edit else None,
        "owner": staff.names([row.owner_id]).get(str(row.owner_id), ""),
        "trend": trend(one.months, themes.months(now)),
        "feelings": feeling_rows(one.split),
        "kinds": [
            (kinds.get(kind, kind), count) for kind, count in sorted(one.kinds.items(), key=lambda pair: -pair[1])
        ],
        "sides": [
            {
                "title": title,
                "tone": code,
                "count": getattr(one.split, code),
                "samples": sample_rows(
                    themes.samples(
                        row, sentiment=code, hides_private=not shows, limit=EACH if title else themes.SAMPLES
                    ),
                    shows=shows,
                ),
            }
            for code, title in sides
        ],
        "is_masked": not shows,
        "felt": felt,
        "felt_choices": [
            {"url": "?" + (f"felt={code}" if code else ""), "label": label, "active": code == felt}
            for code, label in [("", pgettext("texts", "Both sides")), *feelings.items()]
        ],
    }
    return render(request, "voice/theme.html", page)


def sample_rows(found: Sequence[themes.Sample], *, shows: bool) -> list[dict[str, Any]]:
    """Texts for a page; for who may not see contacts masked, and without who wrote them."""
    known = sorted({sample.customer for sample in found if sample.customer not in _BUCKETS})
    context.show(known)
    people = profiles.opened(known, with_places=False) if shows else {}
    kinds = {kind: source.label for kind, source in sources.declared().items()}
    return [
        {
            "one": sample,
            "kind": kinds.get(sample.kind, sample.kind),
            "text": sample.text if shows else words.masked(sample.text),
            "person": people.get(sample.customer),
        }
        for sample in found
    ]


def _words(told: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The words by language, for `lang` of HTML."""
    return [(code if code != "xx" else "", ", ".join(own)) for code, own in sorted(told.items())]


def feeling_rows(split: themes.Split) -> list[dict[str, Any]]:
    """Each feeling with its count and share, for a bar."""
    tones = {"negative": "danger", "neutral": "muted", "positive": "success"}
    return [
        {"key": code, "label": label, "tone": tones[code], "count": getattr(split, code), "share": split.share(code)}
        for code, label in Sentiment.choices
    ]


def trend(months: Mapping[str, themes.Split], order: Sequence[str]) -> dict[str, Any]:
    """Texts by month and feeling, for the chart."""
    return {
        "type": "stacked",
        "unit": "number",
        "x": [written_dates.month(dt.date.fromisoformat(f"{month}-01")) for month in order],
        "x_label": _("Month"),
        "series": [
            {
                "name": str(label),
                "data": [getattr(months.get(month, themes.Split()), code) for month in order],
                "colour": COLOURS[code],
            }
            for code, label in Sentiment.choices
        ],
    }
