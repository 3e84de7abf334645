"""`/voice/tickets/report/`: how long people waited, what was promised of it, and what they thought."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from cdp.core import written_dates, written_numbers
from cdp.core.exports import writing
from cdp.core.views.access import requires, staff_of
from surveys.forms import tickets as forms
from surveys.models import Ticket
from surveys.rules.statistics import means
from surveys.rules.statistics.means import Mean
from surveys.rules.statistics.shares import Share
from surveys.rules.tickets import service, spoken
from surveys.rules.tickets.service import Figures, Times
from surveys.selectors.texts import themes
from surveys.selectors.texts import tickets as texts
from surveys.selectors.tickets import queue, ruling, waiting
from surveys.views.voice import frame

MOST_GROUPS = 20
THEMES = 5
_HOUR = 3600
COLUMNS = (
    *("part", "key", "tickets", "first_reply_median_seconds", "first_reply_90th_seconds", "first_reply_in_time"),
    *("first_reply_judged", "resolution_median_seconds", "resolution_90th_seconds", "resolution_in_time"),
    *("resolution_judged", "resolved", "rated", "satisfaction_mean", "satisfaction_low", "satisfaction_high"),
)
"""Of the file. Words for programs, not for people: the same in every language."""


@requires("customers.view")
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The figures of a period, beside the one before it."""
    asked, now, user, rules = _asked(request), timezone.now(), staff_of(request), ruling.current()
    found = waiting.report(asked, rules, now)
    chances = service.changes(found.before, found.now)
    repeated = themes.every(now, kind=texts.SOURCE.kind)[:THEMES] if user.can("surveys.view") else []
    names = _names(asked.by)
    context = {
        **frame.context(request, "tickets"),
        "asked": asked,
        "found": found,
        "has_any": queue.any_at_all(),
        "tiles": _tiles(found, chances),
        "standing": _standing(found, asked),
        "first_chart": _chart(found, lambda one: one.first),
        "whole_chart": _chart(found, lambda one: one.whole),
        "groups": [
            {"label": names.get(key, key) or _("None yet"), "one": one, **_spoken(one)}
            for key, one in list(found.groups.items())[:MOST_GROUPS]
        ],
        "groups_left_out": max(0, len(found.groups) - MOST_GROUPS),
        "by_label": dict(_groups())[asked.by],
        "by_tabs": [
            {"url": _link(asked, by=key), "label": label, "active": key == asked.by} for key, label in _groups()
        ],
        "period_tabs": [
            {
                "url": _link(asked, weeks=weeks),
                "label": ngettext("%(n)s week", "%(n)s weeks", weeks) % {"n": weeks},
                "active": weeks == asked.weeks,
            }
            for weeks in waiting.WEEKS
        ],
        "filters_form": forms.ReportForm({name: getattr(asked, name) for name in waiting.GROUPS}),
        "chips": _chips(asked),
        "clear_url": _link(asked, channel="", topic="", priority=""),
        "file_url": reverse("voice:ticket-report-file") + _link(asked),
        "themes": repeated,
        "may_see_themes": user.can("surveys.view"),
        "is_usual": rules.is_usual,
        "may_steward": user.can("steward"),
    }
    return render(request, "voice/ticket_report.html", context)


@requires("customers.view")
@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """The same figures as a file: the period, the one before, each week of both, and each group; about nobody."""
    asked, now = _asked(request), timezone.now()
    lines = list(_lines(asked, waiting.report(asked, ruling.current(), now)))
    whole = b"".join(writing.stream("csv", COLUMNS, [lines], {}))  # some hundred lines at most
    answer = HttpResponse(whole, content_type="text/csv; charset=utf-8")
    name = f"tickets-{timezone.localdate(now).isoformat()}.csv"
    if header := content_disposition_header(as_attachment=True, filename=name):
        answer["Content-Disposition"] = header
    return answer


def _asked(request: HttpRequest) -> waiting.Asked:
    """What the address asks for; what it says wrongly is left out."""
    given = {name: request.GET.get(name, "").replace("\x00", "").strip()[:120] for name in waiting.GROUPS}
    usual = waiting.Asked()
    weeks, by = request.GET.get("weeks", ""), request.GET.get("by", "")
    return waiting.Asked(
        weeks=int(weeks) if weeks in map(str, waiting.WEEKS) else usual.weeks,
        by=by if by in waiting.GROUPS else usual.by,
        **given,
    )


def _link(asked: waiting.Asked, **changed: Any) -> str:
    usual = waiting.Asked()
    told = {name: changed.get(name, getattr(asked, name)) for name in ("weeks", "by", *waiting.GROUPS)}
    return "?" + urlencode({name: value for name, value in told.items() if value and value != getattr(usual, name)})


def _groups() -> list[tuple[str, str]]:
    return [("channel", _("Channel")), ("topic", _("Topic")), ("priority", _("Priority"))]


def _names(by: str) -> dict[str, str]:
    choices: dict[str, Any] = {"channel": Ticket.Channel.choices, "priority": Ticket.Priority.choices}
    return {str(key): str(label) for key, label in choices.get(by) or forms.topics(with_old=True)}


def _chips(asked: waiting.Asked) -> list[dict[str, str]]:
    return [
        {"label": label, "value": _names(name).get(value, value), "remove_url": _link(asked, **{name: ""})}
        for name, label in _groups()
        if (value := getattr(asked, name))
    ]


def _standing(found: waiting.Report, asked: waiting.Asked) -> list[dict[str, Any]]:
    """How it stands now, each with the list behind it."""
    kept = {name: getattr(asked, name) for name in waiting.GROUPS if getattr(asked, name)}

    def behind(**more: str) -> str:
        return f"{reverse('voice:tickets')}?{urlencode({**kept, **more})}"

    return [
        {"label": _("Not resolved now"), "number": found.open, "url": behind(state="all")},
        {"label": _("Overdue now"), "number": found.overdue, "url": behind(late="1")},
        {"label": _("Need help now"), "number": found.helped, "url": behind(escalated="1")},
    ]


def _tiles(found: waiting.Report, chances: Any) -> list[dict[str, str]]:
    now, before = found.now, found.before
    sure = {name: p is not None and p < service.SURE for name, p in chances.items()}
    return [
        _tile(_("Tickets opened"), _number(now.n), _number(before.n), sure["n"]),
        _tile(
            _("First reply: half within"),
            _time(now.first.median),
            _time(before.first.median),
            sure["first"],
            of=_answered(now.first),
        ),
        _tile(
            _("First reply in time"),
            _share(now.first.within),
            _share(before.first.within),
            sure["first_within"],
            of=_due(now.first),
        ),
        _tile(
            _("Resolved: half within"),
            _time(now.whole.median),
            _time(before.whole.median),
            sure["whole"],
            of=_resolved(now.whole),
        ),
        _tile(
            _("Resolved in time"),
            _share(now.whole.within),
            _share(before.whole.within),
            sure["whole_within"],
            of=_due(now.whole),
        ),
        _tile(_("Satisfaction, of five"), _mean(now.satisfaction), _mean(before.satisfaction), sure["satisfaction"]),
        _tile(_("Needed help"), _number(found.escalated), _number(found.escalated_before), is_sure=False),
    ]


def _tile(label: str, value: str, before: str, is_sure: bool, of: str = "") -> dict[str, str]:  # noqa: FBT001
    note = _("before: %(value)s") % {"value": before} if before != ABSENT else _("nothing before")
    parts = [of, note, _("more than chance") if is_sure else ""]
    return {"label": label, "value": value, "note": " · ".join(part for part in parts if part)}


def _answered(of: Times) -> str:
    return ngettext("of %(shown)s answered", "of %(shown)s answered", of.n) % {"shown": _number(of.n)} if of.n else ""


def _resolved(of: Times) -> str:
    return ngettext("of %(shown)s resolved", "of %(shown)s resolved", of.n) % {"shown": _number(of.n)} if of.n else ""


def _due(of: Times) -> str:
    """Whoever waits too long is among them, unlike in the times."""
    n = of.within.n
    return ngettext("of %(shown)s that was due", "of %(shown)s that were due", n) % {"shown": _number(n)} if n else ""


ABSENT = "–"


def _number(value: int) -> str:
    return written_numbers.number(value)


def _time(seconds: float | None) -> str:
    return ABSENT if seconds is None else spoken.duration(dt.timedelta(seconds=seconds))


def _share(of: Share) -> str:
    return ABSENT if of.value is None else written_numbers.percent(of.value)


def _mean(of: Mean) -> str:
    return ABSENT if of.value is None else written_numbers.number(of.value, 1)


def _spoken(one: Figures) -> dict[str, str]:
    """A group in words for its line."""
    between = means.interval(one.satisfaction)
    return {
        "first_median": _time(one.first.median),
        "first_ninetieth": _time(one.first.ninetieth),
        "first_within": _share(one.first.within),
        "first_of": _answered(one.first),
        "first_due": _due(one.first),
        "whole_of": _resolved(one.whole),
        "whole_due": _due(one.whole),
        "whole_median": _time(one.whole.median),
        "whole_ninetieth": _time(one.whole.ninetieth),
        "whole_within": _share(one.whole.within),
        "satisfaction": _mean(one.satisfaction),
        "between": " – ".join(written_numbers.number(min(5.0, max(1.0, end)), 1) for end in between) if between else "",
        "rated": _share(one.rated),
    }


def _chart(found: waiting.Report, times: Callable[[Figures], Times]) -> dict[str, Any]:
    """What half of the tickets of each week took at most, in hours, above the same weeks of the period before."""

    def hours(figures: Sequence[Figures]) -> list[float | None]:
        medians = [times(one).median for one in figures]
        return [None if one is None else round(one / _HOUR, 2) for one in medians]

    return {
        "type": "line",
        "unit": "number",
        "x": [written_dates.day(week.begins) for week in found.weeks],
        "x_label": pgettext("tickets", "Week from"),
        "series": [
            {"name": _("This period"), "data": hours([week.now for week in found.weeks])},
            {"name": _("The period before"), "data": hours([week.before for week in found.weeks]), "compare": True},
        ],
    }


def _lines(asked: waiting.Asked, found: waiting.Report) -> Iterator[Sequence[str]]:
    length = dt.timedelta(weeks=asked.weeks)
    yield _line("period", found.since.isoformat(), found.now)
    yield _line("period_before", (found.since - length).isoformat(), found.before)
    for week in found.weeks:
        yield _line("week", week.begins.isoformat(), week.now)
    for week in found.weeks:
        yield _line("week_before", (week.begins - length).isoformat(), week.before)
    for key, one in found.groups.items():
        yield _line(asked.by, key, one)


def _line(part: str, key: str, one: Figures) -> list[str]:
    between = means.interval(one.satisfaction)
    numbers = [
        one.n,
        *_of_times(one.first),
        *_of_times(one.whole),
        one.rated.n,
        one.rated.hits,
        *(round(end, 4) if end is not None else None for end in (one.satisfaction.value, *(between or (None, None)))),
    ]
    return [part, key, *("" if number is None else str(number) for number in numbers)]


def _of_times(of: Times) -> list[float | None]:
    return [
        *(None if seconds is None else round(seconds) for seconds in (of.median, of.ninetieth)),
        of.within.hits,
        of.within.n,
    ]
