"""`/voice/interviews/`: talks, beginning one, and holding it question by question."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import context as access
from cdp.core.views.access import actor_of, requires, staff_of
from consent.selectors.notices import Disclosure
from consent.services import disclosures
from customers.selectors import lineage, listing
from surveys.forms.interviews import BeginForm, QuoteForm
from surveys.models import Guide, Interview
from surveys.rules.interviews import codes
from surveys.selectors import wording
from surveys.selectors.interviews import guides, shown, talks
from surveys.services.interviews import holding
from surveys.services.interviews.holding import GROUP, Seat, UnableToHold
from surveys.views.voice import interviews_frame as frame

FOUND = 6
LONGEST = 200
NOBODY = "nobody"


@requires("customers.view")
@require_safe
def talks_held(request: HttpRequest) -> HttpResponse:
    """Talks by guide, theme and person, the newest first."""
    filters, chips = read_filters(request)
    page = talks.page(filters, before=talks.Place.read(request.GET.get("older", "")))
    ids = [row.id for row in page.rows]
    people, quotes = talks.people_in(ids), talks.quote_counts(ids)
    known = frame.names(talks.owner(one) for listed in people.values() for one in listed)
    titles = guides.titles({row.guide_id for row in page.rows})
    in_full = frame.sees_contacts(request)
    context = {
        **frame.context(request, "interviews"),
        "rows": [
            {
                "talk": row,
                "title": titles.get(row.guide_id, ""),
                "people": [
                    {
                        "name": frame.called(one, known, of=len(people[row.id]), in_full=in_full),
                        "customer": talks.owner(one),
                    }
                    for one in people[row.id]
                ],
                "quotes": quotes.get(row.id, 0),
            }
            for row in page.rows
        ],
        "older_url": older(request, page.older),
        "chips": chips,
        "filters": filter_lists(),
        "given": {name: request.GET.get(name, "") for name in ("guide", "theme")},
        "kept_customer": request.GET.get("customer", ""),
        "may_hold": staff_of(request).can("customers.edit"),
        "may_read": staff_of(request).can("customers.reveal"),
        "may_begin": staff_of(request).can("customers.edit") and guides.held_by().exists(),
        "may_make": staff_of(request).can("surveys.edit"),
    }
    access.show({one["customer"] for row in context["rows"] for one in row["people"] if one["customer"]})
    return render(request, "voice/interviews.html", context)


def read_filters(request: HttpRequest) -> tuple[talks.Filters, list[dict[str, str]]]:
    """The filters of an address, and their chips. Raises Http404 for a customer that is none."""
    given = {name: request.GET.get(name, "").replace("\x00", "")[:LONGEST] for name in ("guide", "theme", "customer")}
    guide = guides.find(given["guide"]) if given["guide"] else None
    people: list[uuid.UUID] = []
    chips = []
    if guide is not None:
        chips.append(_chip(given, "guide", _("Guide"), guides.title(guide)))
    theme = codes.code(given["theme"])
    if theme:
        chips.append(_chip(given, "theme", _("Theme"), theme))
    if given["customer"]:
        try:
            people = lineage.facts_under(uuid.UUID(given["customer"]))
        except ValueError as error:
            raise Http404 from error
        profile = frame.names([people[0]]).get(people[0])
        chips.append(_chip(given, "customer", _("Person"), frame.named(profile, in_full=frame.sees_contacts(request))))
    return talks.Filters(guide.id if guide is not None else None, theme, people), chips


def _chip(given: dict[str, str], name: str, label: str, value: str) -> dict[str, str]:
    rest = {other: text for other, text in given.items() if text and other != name}
    return {"label": label, "value": value, "remove_url": "?" + urlencode(rest)}


def filter_lists() -> dict[str, Any]:
    """What one can filter by."""
    return {
        "guides": [(row.slug, guides.title(row)) for row in Guide.objects.filter(version__gt=0)[:LONGEST]],
        "themes": [theme for theme, _count in talks.themes()],
    }


def older(request: HttpRequest, place: str) -> str:
    """The address of the next page."""
    if not place:
        return ""
    given = {name: request.GET[name] for name in ("guide", "theme", "customer", "state") if request.GET.get(name)}
    return "?" + urlencode({**given, "older": place})


# --- beginning ------------------------------------------------------------------------------------------------------


@requires("customers.edit")
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """By which guide, with whom; what is said first, read aloud; then each person's agreement. What is looked for
    travels in the body alone.
    """
    offered = list(guides.held_by())
    if not offered:
        messages.info(request, _("Publish a guide first: a talk is held by a published version."))
        return redirect("voice:guides")
    post = request.POST if request.method == "POST" else None
    act = request.POST.get("act", "")
    form = BeginForm(
        post,
        guides=offered,
        initial={"guide": request.GET.get("guide") or offered[0].slug, "kind": "single", "language": _shop_language()},
    )
    seats = _seats(request)
    if not request.POST and (known := _known(request.GET.get("customer", ""))):
        seats = [(known, False)]
    seats = _changed(seats, act)
    guide = next((row for row in offered if row.slug == form["guide"].value()), offered[0])
    said = _said(guide, str(form["language"].value() or ""))
    error = ""
    if act == "begin" and form.is_valid():
        try:
            talk = _begun(request, form, guide, seats)
        except UnableToHold as unable:
            error = str(unable)
        except disclosures.NotDisclosed as missing:
            error = str(missing)
        else:
            return redirect("voice:interview", talk.id)
    people = frame.names(who for who, _agreed in seats)
    query = " ".join(request.POST.get("q", "").replace("\0", "").split())[:LONGEST]
    found, in_full = [], frame.sees_contacts(request)
    if act == "find" and query:
        found = listing.quick(query, limit=FOUND, in_full=in_full)
    shown_form = form if act == "begin" or not form.is_bound else _unjudged(form, offered)
    context = {
        **frame.context(request, "interviews"),
        "form": shown_form,
        "seats": [
            {
                "value": who or NOBODY,
                "name": frame.named(people[who], in_full=in_full) if who in people else _("Nameless"),
                "is_nameless": who is None,
                "agreed": agreed,
                "number": n + 1,
            }
            for n, (who, agreed) in enumerate(seats)
        ],
        "said": said,
        "query": query,
        "found": found,
        "is_sought": act == "find" and bool(query),
        "error": error,
        "is_full": len(seats) >= holding.MOST_PEOPLE,
    }
    return render(request, "voice/interview_begin.html", context, status=422 if error or shown_form.errors else 200)


def _unjudged(form: BeginForm, offered: list[Guide]) -> BeginForm:
    """The form as it was filled in up to here, judged by nobody yet."""
    return BeginForm(guides=offered, initial={name: form[name].value() for name in form.fields})


def _seats(request: HttpRequest) -> list[tuple[uuid.UUID | None, bool]]:
    agreed = set(request.POST.getlist("agreed"))
    found: list[tuple[uuid.UUID | None, bool]] = []
    for n, value in enumerate(request.POST.getlist("seat")[: holding.MOST_PEOPLE]):
        who = None if value == NOBODY else _known(value)
        if value == NOBODY or who is not None:
            found.append((who, str(n + 1) in agreed))
    return found


def _changed(seats: list[tuple[uuid.UUID | None, bool]], act: str) -> list[tuple[uuid.UUID | None, bool]]:
    """The people after a button: one more, one less."""
    verb, _dash, value = act.partition(":")
    if verb == "add" and len(seats) < holding.MOST_PEOPLE:
        who = _known(value) if value != NOBODY else None
        if value == NOBODY or (who is not None and who not in [one for one, _agreed in seats]):
            return [*seats, (who, False)]
    if verb == "out" and value.isascii() and value.isdigit() and len(value) < len("100"):
        return [one for n, one in enumerate(seats) if n + 1 != int(value)]
    return seats


def _known(value: str) -> uuid.UUID | None:
    try:
        return lineage.get(uuid.UUID(value)).customer.id
    except (ValueError, lineage.Unknown, lineage.Erased):
        return None


def _said(guide: Guide, language: str) -> Disclosure | None:
    try:
        return disclosures.require(guides.PLACE, guide.slug, language=language, at=timezone.now())
    except disclosures.NotDisclosed:
        return None


def _begun(
    request: HttpRequest, form: BeginForm, guide: Guide, seats: list[tuple[uuid.UUID | None, bool]]
) -> Interview:
    given = form.cleaned_data
    return holding.begin(
        guide=guide,
        kind=Interview.Kind(given["kind"]),
        seats=[Seat(who, has_agreed=agreed) for who, agreed in seats],
        language=given["language"],
        said=request.POST.get("said", ""),
        held_on=given["held_on"],
        place=given["place"],
        actor=actor_of(request),
        at=timezone.now(),
    )


def _shop_language() -> str:
    return settings.LANGUAGE_CODE[:2]


# --- holding --------------------------------------------------------------------------------------------------------


@requires("customers.reveal")
@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, interview: uuid.UUID) -> HttpResponse:
    """One question after the other with its notes and quotes; `?q=` is the question that is asked now."""
    whole = talks.whole(interview)
    if whole is None:
        raise Http404
    row = whole.interview
    guide = guides.version(row.guide_id, row.version)
    keys = [one.key for one in guide.questions]
    at = request.GET.get("q", "")
    at = at if at in keys else keys[0]
    seats = [one for seat, one in whole.people.items() if seat != GROUP]
    people = frame.names(talks.owner(one) for one in seats)
    called = {one.seat: frame.called(one, people, of=len(seats), in_full=True) for one in seats}
    noted = [GROUP] if row.kind == Interview.Kind.GROUP else [one.seat for one in seats]
    quote_form: django_forms.Form = QuoteForm(people=list(called.items()))
    error = ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        quote_form = QuoteForm(request.POST if act == "quote" else None, people=list(called.items()))
        try:
            answer = _done(request, row, at, act, noted, quote_form)
        except UnableToHold as unable:
            error = str(unable)
        else:
            if answer is not None:
                return answer
    access.show({who for one in seats if (who := talks.owner(one))})
    place = keys.index(at)
    asked = guide.questions[place]
    testimonials = shown.of_quotes([one.id for one in whole.quotes], at=timezone.now())
    context = {
        **frame.context(request, "interviews"),
        "talk": row,
        "title": wording.text(guide.title),
        "goal": wording.text(guide.goal),
        "people": [{"name": called[one.seat], "customer": talks.owner(one)} for one in seats],
        "questions": [
            {
                "key": one.key,
                "number": n + 1,
                "text": wording.text(one.text, row.language),
                "is_now": one.key == at,
                "is_noted": any(key == one.key for key, _seat in whole.notes),
                "quotes": sum(1 for said in whole.quotes if said.question == one.key),
            }
            for n, one in enumerate(guide.questions)
        ],
        "asked": {
            "key": at,
            "number": place + 1,
            "text": wording.text(asked.text, row.language),
            "help": wording.text(asked.help, row.language),
        },
        "count": len(keys),
        "previous": keys[place - 1] if place else "",
        "next": keys[place + 1] if place + 1 < len(keys) else "",
        "notes": [
            {
                "seat": seat,
                "label": _("Notes of the group") if seat == GROUP else _("Notes"),
                "text": request.POST.get(f"note-{seat}", "") if error else whole.notes.get((at, seat), ""),
            }
            for seat in noted
        ],
        "quotes": [
            {"said": one, "by": called.get(one.seat, ""), "shown": testimonials.get(one.id)}
            for one in whole.quotes
            if one.question == at
        ],
        "quote_form": quote_form,
        "themes": talks.suggested(),
        "error": error,
        "may_hold": staff_of(request).can("customers.edit"),
        "is_over": row.is_done,
    }
    return render(request, "voice/interview.html", context, status=422 if error or quote_form.errors else 200)


def _done(
    request: HttpRequest, row: Interview, at: str, act: str, noted: list[int], form: django_forms.Form
) -> HttpResponse | None:
    """What a button of the page asks for; every one keeps the notes. None where a field needs another look."""
    here = f"{reverse('voice:interview', args=[row.id])}?{urlencode({'q': at})}"
    given = {seat: request.POST[f"note-{seat}"] for seat in noted if f"note-{seat}" in request.POST}
    if given:
        holding.note(interview=row.id, question=at, notes=given)
    if act == "quote":
        if not form.is_valid():
            return None
        told = form.cleaned_data
        holding.quote(
            interview=row.id,
            question=at,
            seat=told["seat"],
            words=told["words"],
            themes=codes.codes(told["themes"]),
        )
        messages.success(request, _("The quote is kept."))
    elif act.startswith("to:"):
        return redirect(f"{reverse('voice:interview', args=[row.id])}?{urlencode({'q': act[3:]})}")
    elif act in {"end", "again"}:
        holding.finish(interview=row.id, is_done=act == "end")
        messages.success(request, _("The talk is over. Thank them.") if act == "end" else _("The talk goes on."))
    else:
        messages.success(request, _("Saved"))
    return redirect(here)
