"""/consent/access/: who looked at whom, and what of it is worth a question. Reading it is a look like any other."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cdp.core.crypto import envelope, ring
from cdp.core.exports import words
from cdp.core.models import AccessEntry, ApiKey, Export, User
from cdp.core.views.access import requires
from consent.forms.looks import LooksForm
from consent.rules import looks as rules
from consent.selectors import look_places, looks
from consent.views import frame
from customers.rules.reasons import REASONS
from customers.selectors import profiles, staff

NAMED = 6
SAME = ("actor", "page", "reason", "reason_url", "whom", "marks")
"""People of one look who are named; of more the number is told."""
THINGS = {"import": "web:import-detail", "event": "events:quarantine-detail"}


@requires("access_log")
@require_safe
def access_log(request: HttpRequest) -> HttpResponse:
    """The log, narrowed by colleague, person, day, page and reason."""
    colleagues = {str(user.id): user for user in User.objects.order_by("name", "email")[: staff.MOST]}
    form = LooksForm(request.GET or None, colleagues=[(key, str(user)) for key, user in colleagues.items()])
    filters = form.filters if request.GET else looks.Filters()
    page = looks.page(filters, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    people = profiles.opened(_named(page.rows, filters), with_places=False)
    about = people.get(filters.customer) if filters.customer else None
    asked = {
        name: request.GET[name] for name in ("staff", "on", "room", "with_reason", "customer") if name in request.GET
    }
    rows = _merged(_rows(page.rows, people, colleagues))
    context = {
        "form": form,
        "rows": rows,
        "about": about,
        "is_narrowed": filters.any,
        "chips": _chips(filters, asked, colleagues, about),
        "unusual": [
            {"who": str(colleagues.get(str(one.staff), "")), "hour": one.hour, "people": one.people,
             "url": "?" + urlencode({"staff": one.staff, "on": timezone.localtime(one.hour).date().isoformat()})}
            for one in looks.unusual(now=timezone.now())
        ] if not filters.any else [],
        "newer_url": _further(asked, "newer", page.rows[:1]) if page.has_newer else "",
        "older_url": _further(asked, "older", page.rows[-1:]) if page.has_older else "",
        **frame.tabs(request, "access"),
    }  # fmt: skip
    return render(request, "consent/access_log.html", context)


def _named(rows: Sequence[AccessEntry], filters: looks.Filters) -> list[uuid.UUID]:
    """Whom the page names: of long lists the first few."""
    first = [filters.customer] if filters.customer else []
    return [*first, *(customer for row in rows for customer in row.customer_ids[:NAMED])]


def _rows(
    entries: Sequence[AccessEntry], people: Mapping[uuid.UUID, profiles.Profile], colleagues: Mapping[str, User]
) -> list[dict[str, Any]]:
    per_hour = looks.people_per_hour(entries)
    keys = dict(
        ApiKey.objects.filter(id__in={row.actor_id for row in entries if row.actor_kind == "key"}).values_list(
            "id", "name"
        )
    )
    reasons, files = dict(REASONS), _files(entries)
    found = []
    for row in entries:
        user = colleagues.get(str(row.actor_id))
        shown = [people[customer] for customer in row.customer_ids[:NAMED] if customer in people]
        file = files.get(row.reason) if row.view == look_places.FILE else None
        said = look_places.why(row.reason, reasons)
        found.append(
            {
                "at": row.at,
                "actor": (row.actor_kind, row.actor_id),  # two may bear one name
                "who": str(user) if user else (row.actor_id and keys.get(row.actor_id)) or _kind(row.actor_kind),
                "role": user.get_role_display() if user else _("API key") if row.actor_kind == "key" else "",
                "page": look_places.of(row.view, row.actor_kind),
                "reason": file.reason if file else said,
                "reason_url": reverse("web:export-detail", args=[row.reason]) if file else _url_of(row.reason),
                "file": row.reason if row.view == look_places.FILE else "",
                "people": shown,
                "count": len(row.customer_ids),
                "whom": frozenset(row.customer_ids),
                "more": max(0, len(row.customer_ids) - NAMED),
                "marks": _marks(row, user, shown, per_hour),
            }
        )
    return found


def _url_of(reason: str) -> str:
    """Where the thing stands that a reason names by its number: the file that was brought, the event put aside."""
    thing, number = look_places.named(reason)
    return reverse(THINGS[thing], args=[number]) if thing in THINGS else ""


def _files(entries: Sequence[AccessEntry]) -> dict[str, words.Words]:
    """By its number as it stands in the log: why each file of people was asked for, as far as it can still be read."""
    numbers = {row.reason for row in entries if row.view == look_places.FILE and look_places.is_number(row.reason)}
    found = {}
    for export in Export.objects.filter(id__in=numbers):
        try:
            found[str(export.id)] = words.of(export)
        except (envelope.Unopenable, ring.UnknownRingKey):
            found[str(export.id)] = words.Words("", "")
    return found


def _merged(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same look again and again as one line, with how often, and the portions of one file as one: the newest of
    them stands for all.
    """
    found: list[dict[str, Any]] = []
    for row in rows:
        last = found[-1] if found else None
        is_same = last is not None and row["file"] and (last["actor"], last["file"]) == (row["actor"], row["file"])
        if last and is_same and not last["whom"] & row["whom"]:  # whom it shares somebody with is another download
            _join(last, row)
        elif last and all(last[name] == row[name] for name in SAME):
            last["times"] += 1
        else:
            found.append({**row, "times": 1})
    return found


def _join(file: dict[str, Any], portion: dict[str, Any]) -> None:
    """Take one more portion of the same file into its line."""
    file["whom"] |= portion["whom"]
    file["people"] = [*file["people"], *portion["people"]][:NAMED]
    file["count"] = len(file["whom"])
    file["more"] = max(0, file["count"] - NAMED)
    file["marks"] = list(dict.fromkeys([*file["marks"], *portion["marks"]]))


def _marks(
    row: AccessEntry,
    user: User | None,
    shown: Sequence[profiles.Profile],
    per_hour: Mapping[tuple[uuid.UUID, dt.datetime], int],
) -> list[str]:
    """What is unusual about a look of a colleague; programs never sleep and read much."""
    if user is None:
        return []
    marks = []
    hour = row.at.replace(minute=0, second=0, microsecond=0)
    if rules.is_many(per_hour.get((user.id, hour), 0)):
        marks.append(_("Many people in an hour"))
    if rules.is_night(timezone.localtime(row.at).time()):
        marks.append(_("At night"))
    if len(row.customer_ids) <= NAMED and rules.shares_name(user.name, ((one.name, one.family_name) for one in shown)):
        marks.append(_("Same name"))
    return marks


def _kind(kind: str) -> str:
    return {"customer": _("The person"), "system": _("The system"), "key": _("API key")}.get(
        kind, _("Former colleague")
    )


def _chips(
    filters: looks.Filters, asked: Mapping[str, str], colleagues: Mapping[str, User], about: profiles.Profile | None
) -> list[dict[str, Any]]:
    told = {
        "customer": (_("Customer"), about.name if about and about.name else str(filters.customer or "")),
        "staff": (_("Who looked"), str(colleagues.get(str(filters.staff), filters.staff))),
        "on": (_("Day"), filters.on),
        "room": (_("Where"), str(dict(look_places.ROOMS).get(filters.room, ""))),
        "with_reason": (_("With a reason"), ""),
    }
    return [
        {
            "label": label,
            "value": value,
            "remove_url": "?" + urlencode({key: text for key, text in asked.items() if key != name}),
        }
        for name, (label, value) in told.items()
        if getattr(filters, name)
    ]


def _further(asked: Mapping[str, str], name: str, at: Sequence[AccessEntry]) -> str:
    return "?" + urlencode({**asked, name: at[0].id}) if at else ""


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
