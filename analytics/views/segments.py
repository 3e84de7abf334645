"""Pages of segments: list, editor, detail."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics.forms import builder, choices, words
from analytics.forms.segments import SegmentForm
from analytics.models import Segment, SegmentMember
from analytics.rules import tree
from analytics.rules.problems import InvalidRules, RuleProblem
from analytics.selectors import audiences, uses
from analytics.selectors import segments as reading
from analytics.services import membership, segments, turns
from analytics.views import parts
from cdp.core import ids
from cdp.core.views.access import actor_of, requires, staff_of
from customers.selectors import listing as customers
from customers.selectors import profiles

PAGE = 25
LATELY = dt.timedelta(days=30)
CHANGES = 12
FOUND = 8


@requires("segments")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All segments in use."""
    used, whole = uses.by_segment(), parts.everybody()
    live = list(reading.live())
    rows = [{"segment": row, "share": parts.share(row.size, whole), "uses": used.get(row.key, [])} for row in live]
    is_counting = any(row.refreshed_at is None for row in live)
    context = {
        "rows": rows,
        "whole": whole,
        "is_counting": is_counting,
        "may_edit": staff_of(request).can("segments.edit"),
    }
    return render(request, "analytics/segments/list.html", context)


@requires("segments.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Define a segment."""
    form = SegmentForm(request.POST or None)
    if request.method != "POST":
        return _editor(request, form, _started(request), None)
    try:
        document = builder.read(request.POST.get("rules", ""))
    except builder.NotJson as not_json:
        return _editor(request, form, builder.EVERYBODY, None, [not_json.problem], text=request.POST.get("rules", ""))
    if not form.is_valid():
        return _editor(request, form, document, None, _mistakes(document))
    try:
        segment = segments.create(**form.cleaned_data, rules=document, actor=actor_of(request), at=timezone.now())
    except InvalidRules as invalid:
        return _editor(request, form, document, None, invalid.problems)
    except segments.UnableToCreateSegment:
        form.add_error("name", _("There is a segment of that name already."))
        return _editor(request, form, document, None)
    return _saved(request, segment)


def _started(request: HttpRequest) -> dict[str, Any]:
    """The rule a new segment begins with: the buyers of a product where one is named, people by their followers and
    how their latest text feels where those are, else everybody.
    """
    if sku := request.GET.get("sku", "").replace("\0", "")[:120]:
        return {"order": {"sku": sku}, "count": {"op": ">=", "value": 1}}
    parts: list[dict[str, Any]] = []
    followers, feeling = request.GET.get("followers", ""), request.GET.get("sentiment", "")
    if followers.isascii() and followers.isdigit() and len(followers) < 10:
        parts.append({"field": "followers", "op": ">=", "value": int(followers)})
    if feeling in {"positive", "neutral", "negative"}:
        parts.append({"metric": "sentiment", "op": "=", "value": feeling})
    return {"all": parts} if parts else builder.EVERYBODY


@requires("segments.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a segment."""
    segment = _segment(key)
    given = {"name": segment.name, "description": segment.description}
    form = SegmentForm(request.POST or None, initial=given)
    if request.method != "POST":
        return _editor(request, form, segment.rules, segment)
    try:
        document = builder.read(request.POST.get("rules", ""))
    except builder.NotJson as not_json:
        return _editor(request, form, segment.rules, segment, [not_json.problem], text=request.POST.get("rules", ""))
    if not form.is_valid():
        return _editor(request, form, document, segment, _mistakes(document))
    try:
        segment = segments.change(
            segment, **form.cleaned_data, rules=document, actor=actor_of(request), at=timezone.now()
        )
    except InvalidRules as invalid:
        return _editor(request, form, document, segment, invalid.problems)
    return _saved(request, segment)


@requires("segments")
@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """The rule in words, who is in it, who came and went, and why a person is in it or not."""
    segment = _segment(key)
    names = choices.names()
    context: dict[str, Any] = {
        "segment": segment,
        "share": parts.share(segment.size, parts.everybody()),
        "uses": uses.by_segment().get(segment.key, []),
        "dependents": _dependents(segment),
        "reveals": staff_of(request).can("customers.reveal"),
        "may_edit": staff_of(request).can("segments.edit"),
        "may_campaign": staff_of(request).can("campaigns.edit"),
        "may_export": staff_of(request).can("exports"),
        **_members(request, segment),
        **_changes(segment),
    }
    try:
        context["line"] = words.of_rule(reading.rules_of(segment), names)
        context |= _verdict(request, segment, names)
    except InvalidRules:
        context["is_outdated"] = True
    return render(request, "analytics/segments/detail.html", context)


@requires("segments")
@require_POST
def find_person(request: HttpRequest, key: str) -> HttpResponse:
    """People by name, to ask why one of them is in the segment or not."""
    segment = _segment(key)
    query = request.POST.get("q", "").strip()[:200]
    people = customers.quick(query, limit=FOUND) if query else []
    context = {"segment": segment, "people": people, "query": query}
    return render(request, "analytics/segments/found.html", context)


@requires("segments.edit")
@require_POST
def refresh(request: HttpRequest, key: str) -> HttpResponse:
    """Judge everybody again now."""
    segment = _segment(key)
    try:
        entered, left = membership.refresh_many([segment.key], timezone.now()).get(segment.key, (0, 0))
    except turns.NoTurn:
        messages.warning(request, _("The system is busy. Everybody is checked as soon as it is free."))
    else:
        messages.success(
            request, _("Everybody was checked: {entered} entered, {left} left.").format(entered=entered, left=left)
        )
    return redirect("analytics:segment-detail", segment.key)


@requires("segments.edit")
@require_POST
def archive(request: HttpRequest, key: str) -> HttpResponse:
    """Take a segment out of use."""
    segment = _segment(key)
    try:
        segments.archive(segment, actor=actor_of(request), at=timezone.now())
    except segments.UnableToArchiveSegment as error:
        text = _("These segments stand on it: {names}. Change them first.")
        messages.error(request, text.format(names=error))
        return redirect("analytics:segment-detail", segment.key)
    messages.success(request, _("“{name}” is archived.").format(name=segment.shown_name))
    return redirect("analytics:segment-list")


def _segment(key: str) -> Segment:
    segment = reading.find(key)
    if segment is None:
        raise Http404
    return segment


def _mistakes(document: Any) -> tuple[RuleProblem, ...]:
    """What is wrong with the rule, told together with what is wrong with the name."""
    try:
        audiences.check(document)
    except InvalidRules as invalid:
        return invalid.problems
    return ()


def _editor(
    request: HttpRequest,
    form: SegmentForm,
    document: Any,
    segment: Segment | None,
    problems: Any = (),
    *,
    text: str = "",
) -> HttpResponse:
    built = builder.of(document, choices.names(without_segment=segment.key if segment else ""), problems)
    if text:
        built.document = text
    context = {"form": form, "builder": built, "segment": segment, "preview_on_load": request.method == "GET"}
    status = 422 if request.method == "POST" else 200
    return render(request, "analytics/segments/edit.html", context, status=status)


def _saved(request: HttpRequest, segment: Segment) -> HttpResponse:
    """Fill the segment where its rule changed; when the pipeline gives no turn, the clock does it soon."""
    if segment.refreshed_at is None:
        try:
            membership.refresh_many([segment.key], timezone.now())
        except turns.NoTurn:
            messages.warning(request, _("Saved. The pipeline is busy; members appear in a moment."))
            return redirect("analytics:segment-detail", segment.key)
    messages.success(request, _("Saved."))
    return redirect("analytics:segment-detail", segment.key)


def _dependents(segment: Segment) -> list[Segment]:
    """Segments whose rules refer to this one."""
    found = []
    for other in reading.live().exclude(id=segment.id):
        try:
            rule = reading.rules_of(other)
        except InvalidRules:
            continue
        if segment.key in tree.references(rule):
            found.append(other)
    return found


def _members(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    rows = reading.members(segment)
    older, newer = _id(request, "older"), _id(request, "newer")
    if newer:
        page = list(rows.filter(customer_id__gt=newer).order_by("customer_id")[: PAGE + 1])
        has_newer, has_older, page = len(page) > PAGE, True, page[:PAGE][::-1]
    else:
        found = rows.filter(customer_id__lt=older) if older else rows
        page = list(found.order_by("-customer_id")[: PAGE + 1])
        has_newer, has_older, page = older is not None, len(page) > PAGE, page[:PAGE]
    people = _people(page)
    return {
        "members": [
            {"person": people[row.customer_id], "entered_at": row.entered_at}
            for row in page
            if row.customer_id in people
        ],
        "newer_url": f"?newer={page[0].customer_id}#members" if page and has_newer else "",
        "older_url": f"?older={page[-1].customer_id}#members" if page and has_older else "",
    }


def _people(rows: list[SegmentMember]) -> dict[uuid.UUID, profiles.Profile]:
    return profiles.opened([row.customer_id for row in rows], with_places=False)


def _changes(segment: Segment) -> dict[str, Any]:
    since = timezone.now() - LATELY
    # The bound on the id, which carries the time, keeps the walk down the primary key short.
    rows = list(reading.changes(segment, since=since).filter(id__gte=ids.floor(since))[:CHANGES])
    people = profiles.opened([row.customer_id for row in rows], with_places=False)
    return {"changes": [{"row": row, "person": people[row.customer_id]} for row in rows if row.customer_id in people]}


def _verdict(request: HttpRequest, segment: Segment, names: choices.Names) -> dict[str, Any]:
    """Why the person named in the address is in the segment or not."""
    customer = _id(request, "customer")
    if customer is None:
        return {}
    verdict = reading.why(customer, segment, timezone.now())
    person = profiles.one(customer) if verdict else None
    if verdict is None or person is None:
        return {"verdict_missing": True}
    is_member = reading.members(segment).filter(customer_id=customer).exists()
    return {
        "verdict": words.of_verdict(verdict, names),
        "verdict_person": person,
        "verdict_is_member": is_member,
        "verdict_differs": is_member is not verdict.is_met,
    }


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
