"""/consent/sealing/: what is encrypted, under which keys, and what lies in clear by decision."""

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cdp.core import jobs, written_dates
from cdp.core.keys import report, rotation
from cdp.core.models import Job
from cdp.core.retention import registry
from cdp.core.views.access import actor_of, requires, staff_of
from consent.views import frame

HOUR = 3600


@requires("consent.manage")
@require_safe
def sealing(request: HttpRequest) -> HttpResponse:
    """The report, and the rotation of the keys for whoever may start one."""
    keys, lines = report.keys_in_use(), report.lines()
    hourly = report.hourly()
    waiting = sum(key.total for key in keys if not key.is_first)
    job = rotation.newest()
    context: dict[str, Any] = {
        "keys": keys,
        "waiting": waiting,
        "may_rotate": staff_of(request).can("keys"),
        "job": job and _job(job),
        "tables": _tables(report.sealed_columns()),
        "years": [(written_dates.year(year), count) for year, count in report.by_age()],
        "hourly": hourly | {name: _moment(hourly[name]) for name in ("first", "last") if hourly[name] is not None},
        "digests": [(line, _kinds(line)) for line in lines if line.is_digest],
        "plain": [(line, _kinds(line)) for line in lines if line.is_plain],
        "reads_map": (get_language() or "en").startswith("en"),  # the map is written in English
        **frame.tabs(request, "sealing"),
    }
    return render(request, "consent/sealing.html", context)


def _tables(columns: Sequence[report.Column]) -> list[dict[str, Any]]:
    """Columns by their table, to be folded: there are dozens."""
    return [
        {"table": table, "columns": (found := list(same)), "rows": max((one.rows or 0 for one in found), default=0)}
        for table, same in groupby(sorted(columns, key=lambda one: (one.table, one.column)), key=lambda one: one.table)
    ]


@requires("keys")
@require_POST
def rotate(request: HttpRequest) -> HttpResponse:
    """Start moving everything to the first key."""
    try:
        rotation.begin(actor=actor_of(request), at=timezone.now())
    except rotation.UnableToRotate as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The rotation has begun. Everybody can go on working."))
    return redirect("consent:sealing")


def _kinds(line: report.Line) -> str:
    """What the tables of a line hold, in the reader's language."""
    names = {apps.get_model(kind.model)._meta.db_table: str(kind.label) for kind in registry.kinds()} | {
        model._meta.db_table: str(said)
        for model in apps.get_models()
        # Where nobody said it, Django makes one of the class, in English.
        if isinstance(said := model._meta.original_attrs.get("verbose_name_plural"), Promise)
    }
    return ", ".join(dict.fromkeys(names[table] for table, _column in line.places if table in names))


def _job(job: Job) -> dict[str, Any]:
    return {
        **jobs.told(job, now=timezone.now()),
        "sentences": rotation.sentences(job.result.get("keys", ())),
    }


def _moment(hour: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(hour * HOUR, tz=dt.UTC)
