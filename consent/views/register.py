"""The register of processing activities: to read, to print, as a file, to change."""

import csv
import io
import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import written_dates
from cdp.core.files import safety
from cdp.core.views.access import actor_of, requires
from consent.models import ProcessingActivity
from consent.rules import register as rules
from consent.selectors import packs, practice
from consent.selectors import register as reading
from consent.services import register
from consent.services.retention import deciding
from consent.views import frame

_KEY = re.compile(r"[^a-z0-9]+")


@requires("consent.manage")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """`/consent/register/`."""
    language = get_language() or "en"
    entries = reading.entries(language=language)
    context = {
        "asked_for": practice.asked_for(language),
        "recipients": practice.recipients(language),
        "measures": practice.measures(),
        "kept": _kept(),
        "entries": [entry for entry in entries if entry.row.is_active],
        "retired": [entry for entry in entries if not entry.row.is_active],
        "changed_at": max((entry.row.changed_at for entry in entries), default=None),
        **frame.tabs(request, "register"),
    }
    return render(request, "consent/register.html", context)


@requires("consent.manage")
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """The register as a file, and below it what this installation really does. It names kinds of data, nobody's."""
    language = get_language() or "en"
    entries = reading.entries(language=language)
    laws = packs.every()
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*(str(label) for label in reading.COLUMNS.values()), *(str(_(law.name)) for law in laws.values())])
    for entry in entries:
        if entry.row.is_active:
            bases = [str(reading.BASES.get(entry.row.bases.get(key, ""), "")) for key in laws]
            row = [*(entry.words[column] for column in rules.COLUMNS), *bases]
            writer.writerow([safety.cell(cell) for cell in row])
    writer.writerow([])
    writer.writerow([str(_("What this installation does now")), written_dates.whole(timezone.localdate())])
    for topic, lines in (
        (_("How it is protected"), practice.measures()),
        (_("Purposes in use"), practice.asked_for(language)),
        (_("Systems that are told"), practice.recipients(language)),
        (_("How long it is kept"), _kept()),
    ):
        for line in lines:
            waits = str(_("waits for your approval")) if line.is_waiting else ""
            writer.writerow([safety.cell(cell) for cell in (str(topic), line.name, line.how, waits)])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="register.csv"'
    return response


def _kept() -> list[practice.Line]:
    return [
        practice.Line(name, deciding.words(term) if term else str(_("With the customer")), is_waiting)
        for name, term, is_waiting in practice.kept()
    ]


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def activity(request: HttpRequest, key: str = "") -> HttpResponse:
    """One activity, three languages side by side; without a key a new one."""
    row = ProcessingActivity.objects.filter(key=key).first()
    if key and row is None:
        raise Http404
    texts: dict[str, dict[str, str]] = row.texts if row else {}
    bases: dict[str, str] = row.bases if row else {}
    is_active, error = row.is_active if row else True, ""
    if request.method == "POST":
        texts = {
            language: {
                column: request.POST.get(f"{column}_{language}", "").replace("\r\n", "\n").replace("\x00", "")
                for column in rules.COLUMNS
            }
            for language, _name in settings.LANGUAGES
        }
        bases = {law: request.POST.get(f"basis_{law}", "") for law in packs.every()}
        is_active = "is_active" in request.POST
        try:
            if any(len(text) > rules.LONGEST for words in texts.values() for text in words.values()):
                raise register.UnableToKeep(_("Each text has 1,000 characters at most."))
            kept = register.keep(
                key=key or _new_key(texts),
                texts=texts,
                bases=bases,
                is_active=is_active,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except register.UnableToKeep as unable:
            error = str(unable)
        else:
            messages.success(request, _("Saved"))
            return redirect("consent:activity", kept.key)
    context = {
        "row": row,
        "title": reading.in_language(row, get_language() or "en")["name"] if row else "",
        "columns": [_column(language, str(name), texts.get(language, {})) for language, name in settings.LANGUAGES],
        "laws": [
            {"key": law.key, "name": _(law.name), "value": bases.get(law.key, "")} for law in packs.every().values()
        ],
        "bases": reading.BASES,
        "longest": rules.LONGEST,
        "is_active": is_active,
        "error": error,
        "history": _history(row) if row else [],
        **frame.tabs(request, "register"),
    }
    return render(request, "consent/activity.html", context, status=422 if error else 200)


def _column(language: str, name: str, words: dict[str, str]) -> dict[str, Any]:
    fields = [{"name": f"{key}_{language}", "label": label, "value": words.get(key, ""), "is_short": key == "name"}
              for key, label in reading.COLUMNS.items()]  # fmt: skip
    return {"language": language, "name": name, "fields": fields}


def _history(row: ProcessingActivity) -> list[dict[str, Any]]:
    """Earlier states in the reader's language, the newest first."""
    names, language = reading.authors(row), get_language() or "en"
    found = []
    for state in row.history:
        then = ProcessingActivity(texts=state["texts"], bases=state["bases"])
        found.append(
            {
                "until": parse_datetime(state["until"]),
                "by": names.get(state["by"], ""),
                "words": [
                    (reading.COLUMNS[column], text)
                    for column, text in reading.in_language(then, language).items()
                    if text
                ],
            }
        )
    return found


def _new_key(texts: dict[str, dict[str, str]]) -> str:
    """A key from the name in the base language, or a number, that nothing bears yet."""
    base = _KEY.sub("-", texts[settings.LANGUAGE_CODE]["name"].casefold()).strip("-")[:30] or "activity"
    taken = set(ProcessingActivity.objects.filter(key__startswith=base).values_list("key", flat=True))
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, 1000))) if key not in taken)
