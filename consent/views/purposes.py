"""Staff pages of purposes: what people are asked for, by which ways, in which words."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires
from consent.forms.texts import PurposeForm
from consent.models import Channel, Purpose
from consent.rules import notices as rules
from consent.selectors import figures, notices, packs, purposes, served
from consent.services import disclosures, lapsing, policies
from consent.services import purposes as writing
from consent.views import frame

PLACES = {"counter": gettext_lazy("Counter"), "phone": gettext_lazy("Phone")}
"""Where staff put the words to somebody. Forms bring their own names."""
SHOWN_FOR = dt.timedelta(days=90)
WAYS = [channel for channel in Channel.values if channel != Channel.ANY]


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """`/consent/purposes/`: every purpose by its ways, with its version; and beginning a new one."""
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        key, actor, now = form.cleaned_data["key"].replace("-", "_"), actor_of(request), timezone.now()
        try:
            writing.begin(key=key, actor=actor, at=now)
        except writing.UnableToChange as unable:
            form.add_error("key", str(unable))
        else:
            policies.begin(name=rules.of_purpose(key), actor=actor, at=now)
            return redirect("consent:text-edit", rules.of_purpose(key))
    standings = {rules.key_of(one.name): one for one in notices.standings(kinds=[rules.PURPOSE])}
    names = purposes.names(get_language() or "")
    allowed = {(one.purpose, one.channel): one.allowed for one in figures.figures()}
    rows = [
        {
            "purpose": purpose,
            "name": names[purpose.key],
            "standing": standings.get(purpose.key),
            "text": rules.of_purpose(purpose.key),
            "cells": _cells(purpose, allowed),
            "is_any": Channel.ANY in purpose.channels,
            "any": allowed.get((purpose.key, Channel.ANY), 0),
        }
        for purpose in Purpose.objects.exclude(key=writing.NIGHT)
    ]
    context = {
        "rows": rows,
        "ways": [purposes.channel_name(channel) for channel in WAYS],
        "form": form,
        "conversions": _conversions(names),
        **frame.tabs(request, "purposes"),
    }
    return render(request, "consent/purposes.html", context, status=422 if form.is_bound else 200)


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One purpose: its ways, its hours, whether it is in use."""
    purpose = Purpose.objects.filter(key=key).first()
    if purpose is None:
        raise Http404
    error = ""
    chosen, night, is_active = list(purpose.channels), _at_night(), purpose.is_active
    lapses = "" if purpose.lapses_after is None else str(purpose.lapses_after)
    if request.method == "POST":
        chosen, night = request.POST.getlist("channels"), request.POST.getlist("night")
        is_active, lapses = "is_active" in request.POST, request.POST.get("lapses_after", "").strip()
        try:
            writing.arrange(
                key=key,
                channels=chosen,
                night=night,
                is_active=is_active,
                lapses_after=_months(lapses),
                actor=actor_of(request),
                at=timezone.now(),
            )
        except writing.UnableToChange as unable:
            error = str(unable)
        else:
            messages.success(request, _("Saved"))
            _warn(request, key)
            return redirect("consent:purpose", key)
    law = packs.of_shop()
    context = {
        "purpose": purpose,
        "name": purposes.names(get_language() or "").get(key, key),
        "text_name": rules.of_purpose(key),
        "standing": next(
            iter(one for one in notices.standings(kinds=[rules.PURPOSE]) if one.name == rules.of_purpose(key)), None
        ),
        "ways": [
            {
                "key": channel,
                "name": purposes.channel_name(channel),
                "is_on": channel in chosen,
                "is_night": channel in night,
                "basis": law.basis(key, channel).value,
            }
            for channel in ([Channel.ANY] if Channel.ANY in purpose.channels else WAYS)
        ],
        "has_night": key == writing.BY_DAY,
        "is_active": is_active,
        "lapses": lapses,
        "longest": writing.LONGEST,
        "ran_out": lapsing.latest(key),
        "error": error,
        **frame.tabs(request, "purposes"),
    }
    return render(request, "consent/purpose.html", context, status=422 if error else 200)


def _months(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("10000") else 0  # 0 is refused politely


def _warn(request: HttpRequest, key: str) -> None:
    """Say how many are at once without their permission."""
    if count := purposes.lapsed(key, at=timezone.now()):
        text = ngettext(
            "%(count)s permission is older than that and no longer counts.",
            "%(count)s permissions are older than that and no longer count.",
            count,
        )
        shown = number_format(min(count, purposes.COUNTED), use_l10n=True, force_grouping=True)
        messages.warning(request, text % {"count": f"> {shown}" if count > purposes.COUNTED else shown})


def _cells(purpose: Purpose, allowed: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    night = _at_night() if purpose.key == writing.BY_DAY else ()
    return [
        {
            "channel": purposes.channel_name(channel),
            "is_offered": channel in purpose.channels,
            "allowed": allowed.get((purpose.key, channel), 0),
            "is_night": channel in night,
        }
        for channel in WAYS
    ]


def _at_night() -> list[str]:
    return Purpose.objects.filter(key=writing.NIGHT, is_active=True).values_list("channels", flat=True).first() or []


def _conversions(names: dict[str, str]) -> list[dict[str, Any]]:
    """What was shown in the last weeks, by form and set of texts, with the words that make the sets differ."""
    asked = {one: str(asking.label) for one, asking in disclosures.declared().items()}
    asked |= {place: str(label) for place, label in PLACES.items()}
    since = (timezone.now() - SHOWN_FOR).date()
    return [
        {
            "place": asked.get(found.place, found.place),
            "texts": [
                (notices.label(name, purposes=names, disclosed={name: str(_("Disclosure"))}), version)
                for name, version in sorted(found.versions.items())
            ],
            "f": found,
        }
        for found in served.conversions(since=since)
    ]
