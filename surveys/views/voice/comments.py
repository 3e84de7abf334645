"""`/voice/comments/`: what people write on social platforms, what the shop did with it, and under which posts."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from cdp.core import actors, context
from cdp.core.crypto import subjects
from cdp.core.views.access import requires, staff_of
from customers.rules import handles
from customers.selectors import profiles
from customers.services import buckets
from surveys.forms import voice_social as forms
from surveys.models import Sentiment, SocialPost
from surveys.selectors.social import listing, posts, story, texts
from surveys.selectors.texts import readings
from surveys.services.social import settling
from surveys.views.voice import frame

NAMES = ("platform", "kind", "sentiment", "followers", "campaign", "post", "state")
OF_POSTS = ("platform", "campaign")


@requires("surveys.view")
@require_safe
def comments(request: HttpRequest) -> HttpResponse:
    """A page of what was written."""
    given = _given(request, NAMES)
    filters = _filters(given)
    page = listing.page(filters, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    number, is_exact = listing.count(filters)
    post = SocialPost.objects.filter(id=filters.post).first() if filters.post else None
    user = staff_of(request)
    rows = _rows(page.rows, shows=user.can("customers.reveal"))
    context.show({row.customer_id for row in page.rows} - buckets.ALL)
    shown = {
        **frame.context(request, "comments"),
        "rows": rows,
        "number": number,
        "is_exact": is_exact,
        "is_filtered": bool(given),
        "has_any": bool(rows) or listing.any_at_all(),
        "chips": _chips(given, forms.named(given, _short(post))),
        "states": _states(given),
        "kept": {name: given[name] for name in ("state", "post") if name in given},
        "filters_form": forms.FiltersForm(given),
        "newer_url": _link(given, "newer", page.rows[0].id) if rows and page.has_newer else "",
        "older_url": _link(given, "older", page.rows[-1].id) if rows and page.has_older else "",
        "segment_query": _of_such_people(given) if user.can("segments.edit") else "",
        "may_import": user.can("imports"),
        "may_name": user.can("steward"),
        "may_thank": user.can("loyalty.adjust"),
        "may_settle": user.can("customers.edit") or user.can("surveys.edit"),
    }
    return render(request, "voice/comments.html", shown)


def _of_such_people(given: dict[str, str]) -> str:
    """What a segment of people like those of the list begins with; empty where nothing of it is told of people."""
    least = forms.followers(given.get("followers", ""))
    told = {"followers": least, "sentiment": given.get("sentiment")}
    return urlencode({name: value for name, value in told.items() if value})


@requires("surveys.view")
@require_POST
def settle(request: HttpRequest, act: uuid.UUID) -> HttpResponse:
    """Note, resolve or open again what somebody wrote."""
    user = staff_of(request)
    if not (user.can("customers.edit") or user.can("surveys.edit")):
        raise PermissionDenied
    try:
        settling.settle(act=act, state=request.POST.get("state", ""), actor=actors.staff(user), at=timezone.now())
    except settling.UnableToSettle as problem:
        raise Http404 from problem
    back = request.POST.get("back", "")
    is_ours = back.startswith("/voice/comments/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else reverse("voice:comments"))


@requires("surveys.view")
@require_safe
def posted(request: HttpRequest) -> HttpResponse:
    """A page of posts with what was done with them."""
    given = _given(request, OF_POSTS)
    filters = posts.Filters(platform=given.get("platform", ""), campaign=given.get("campaign", ""))
    page = posts.page(filters, older_than=_id(request, "older"), newer_than=_id(request, "newer"))
    felt = texts.felt([post.id for post in page.rows])
    rows = [
        {
            "post": one.post,
            "platform": one.platform,
            "counts": [one.counts.get(kind, 0) for kind in posts.COUNTED],
            "split": felt.get(one.post.id),
            "comments_url": f"{reverse('voice:comments')}?{urlencode({'post': one.post.id})}",
        }
        for one in posts.figures(page.rows)
    ]
    shown = {
        **frame.context(request, "comments"),
        "rows": rows,
        "labels": [story.KINDS[kind]() for kind in posts.COUNTED],
        "is_filtered": bool(given),
        "has_any": bool(rows) or SocialPost.objects.exists(),
        "chips": _chips(given, forms.named(given)),
        "filters_form": forms.FiltersForm(given, names=OF_POSTS),
        "newer_url": _link(given, "newer", page.rows[0].id) if rows and page.has_newer else "",
        "older_url": _link(given, "older", page.rows[-1].id) if rows and page.has_older else "",
    }
    return render(request, "voice/posts.html", shown)


def _given(request: HttpRequest, names: tuple[str, ...]) -> dict[str, str]:
    told = {name: request.GET.get(name, "").replace("\x00", "").strip()[:120] for name in names}
    allowed = {
        "platform": handles.PLATFORMS,
        "kind": forms.KINDS,
        "sentiment": Sentiment.values,
        "state": listing.STATES,
    }
    given = {name: value for name, value in told.items() if value and value in allowed.get(name, (value,))}
    if "followers" in given and forms.followers(given["followers"]) is None:
        del given["followers"]
    if "post" in given and _uuid(given["post"]) is None:
        del given["post"]
    return given


def _filters(given: dict[str, str]) -> listing.Filters:
    return listing.Filters(
        platform=given.get("platform", ""),
        kind=given.get("kind", ""),
        post=_uuid(given.get("post", "")),
        campaign=given.get("campaign", ""),
        followers=forms.followers(given.get("followers", "")),
        sentiment=given.get("sentiment", ""),
        state=given.get("state", ""),
    )


def _rows(acts: Any, *, shows: bool) -> list[dict[str, Any]]:
    known = {act.customer_id for act in acts} - buckets.ALL
    people = profiles.opened(sorted(known), with_places=False)
    felt = readings.of(texts.KIND, [act.id for act in acts])
    return [
        {
            "read": read if shows else read.veiled,
            "person": people.get(read.act.customer_id),
            "felt": felt.get(read.act.id),
            "is_read": not read.is_chat,
        }
        for read in story.opened(acts, subjects.load(known))
    ]


def _states(given: dict[str, str]) -> list[dict[str, Any]]:
    others = {name: value for name, value in given.items() if name != "state"}
    choices = [("", pgettext("comments", "All")), *forms.STATES.items()]
    return [
        {
            "url": "?" + urlencode({**others, **({"state": code} if code else {})}),
            "label": label,
            "active": code == given.get("state", ""),
        }
        for code, label in choices
    ]


def _chips(given: dict[str, str], named: dict[str, tuple[Any, Any]]) -> list[dict[str, str]]:
    return [
        {
            "label": str(label),
            "value": str(value),
            "remove_url": "?" + urlencode({other: given[other] for other in given if other != name}),
        }
        for name, (label, value) in named.items()
    ]


def _short(post: SocialPost | None) -> str:
    if post is None:
        return gettext("one post")
    return post.external_id if len(post.external_id) <= 40 else f"…{post.external_id[-38:]}"


def _link(given: dict[str, str], name: str, row: uuid.UUID) -> str:
    return "?" + urlencode({**given, name: row})


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    found = _uuid(text)
    if text and found is None:
        raise Http404
    return found
