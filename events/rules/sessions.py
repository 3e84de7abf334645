"""How events become visits: a pause of half an hour ends one, and what happened between two pauses is told as one.

What never pauses is no person: a server that sends everything under one visitor's id. Its events are cut into visits of
a day and some thousand events, or each new one would have all before it read again.

The events of one visit come in the order of their times, and of their ids where times are equal, so that the same
events always give the same visit, whatever order they arrived in.
"""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from events.rules import touches
from events.rules.touches import DIRECT, Touch

VERSION = 1
"""Part of every fingerprint: raise it with the rules below, and visits are derived anew when they are next touched."""
GAP = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(days=1)
MOST_EVENTS = 5_000
"""A visit has no more, but for events of one moment."""
ENGAGED = "page engaged"
"""The event by which /cdp.js says how long a page was really looked at."""
SIGNED_IN = "signed in"
MOST_STEPS = 60
LONGEST_PATH = 500
LONGEST_TITLE = 200
_PAGES = frozenset({"page", "screen"})
_LONGEST_LOOK = 6 * 3600
_ROBOT_PAGES = 30
_ROBOT_SECONDS_A_PAGE = 1.0


class Act(NamedTuple):
    """One event, as far as visits are concerned; empty texts and None where it does not say."""

    at: dt.datetime
    kind: str
    name: str = ""
    source: str = ""
    path: str = ""
    url: str = ""
    title: str = ""
    about: str = ""
    referrer: str = ""
    campaign: dict[str, str] | None = None
    view: str = ""
    seconds: float | None = None
    device: str = ""


@dataclass(slots=True)
class Visit:
    """What the acts between two pauses come to; the columns of `events.Session` by the same names."""

    started_at: dt.datetime
    ended_at: dt.datetime
    source: str
    events: int = 0
    pages: int = 0
    seconds: int = 0
    entry_path: str = ""
    entry_title: str = ""
    exit_path: str = ""
    exit_title: str = ""
    touch: Touch = DIRECT
    device: str = ""
    signed_in_at: dt.datetime | None = None
    is_bot: bool = False
    steps: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    at: dt.datetime
    path: str
    title: str
    seconds: float | None = None
    is_measured: bool = False


def split(moments: Sequence[dt.datetime]) -> list[list[dt.datetime]]:
    """Sorted moments, cut where nothing happened for GAP or longer, and where one visit is too long or too much."""
    found: list[list[dt.datetime]] = []
    began, first, rank = None, 0, 0
    piece = (0, 0)
    for place, moment in enumerate(moments):
        last = found[-1][-1] if found else None
        if began is None or last is None or moment - last >= GAP:
            began, first, rank, piece = moment, place, place, (0, 0)
            found.append([moment])
            continue
        rank = rank if moment == last else place
        now = (moment - began) // LONGEST, (rank - first) // MOST_EVENTS
        if now == piece:
            found[-1].append(moment)
        else:
            found.append([moment])
        piece = now
    return found


def fold(acts: Sequence[Act]) -> Visit:
    """The visit that these acts are; at least one, in order, without a pause of GAP between them."""
    first = acts[0]
    visit = Visit(first.at, acts[-1].at, first.source, events=len(acts))
    pages: list[_Page] = []
    by_view: dict[str, _Page] = {}
    elsewhere = ""  # the path of a click, where a site sends no pages
    for act in acts:
        visit.device = visit.device or act.device
        told = touches.touch(referrer=act.referrer, page_host=touches.host_of(act.url), campaign=act.campaign or {})
        visit.touch = told or visit.touch
        name = act.name.casefold()
        if act.kind in _PAGES:
            page = _Page(act.at, path_of(act), (act.title or act.name)[:LONGEST_TITLE])
            pages.append(page)
            if act.view:
                by_view[act.view] = page
        elif act.kind == "track" and name == ENGAGED:
            _look(act, by_view.get(act.view) or (pages[-1] if pages and not act.view else None))
        elsewhere = path_of(act) or elsewhere
        visit.entry_path = visit.entry_path or elsewhere
        if act.kind == "track" and name == SIGNED_IN:
            visit.signed_in_at = act.at
    visit.exit_path = elsewhere
    _tell_pages(visit, pages)
    visit.steps = _steps(acts, pages)
    return visit


def path_of(act: Act) -> str:
    """Where an act happened, without query and fragment."""
    path = act.path or _path_within(act.url)
    return path.partition("?")[0].partition("#")[0][:LONGEST_PATH]


def _path_within(url: str) -> str:
    _scheme, found, rest = url.partition("://")
    return "/" + rest.partition("/")[2] if found else ""


def _look(act: Act, page: _Page | None) -> None:
    if page is None or act.seconds is None:
        return
    page.seconds = min(max(act.seconds, 0.0), _LONGEST_LOOK) + ((page.seconds or 0.0) if page.is_measured else 0.0)
    page.is_measured = True


def _tell_pages(visit: Visit, pages: list[_Page]) -> None:
    if not pages:
        return
    for page, after in itertools.pairwise(pages):
        if not page.is_measured:
            page.seconds = (after.at - page.at).total_seconds()
    visit.pages = len(pages)
    visit.entry_path, visit.entry_title = pages[0].path, pages[0].title
    visit.exit_path, visit.exit_title = pages[-1].path, pages[-1].title
    visit.seconds = round(sum(page.seconds or 0.0 for page in pages))
    # Nobody reads thirty pages at one a second.
    stay = (pages[-1].at - pages[0].at).total_seconds()
    visit.is_bot = len(pages) >= _ROBOT_PAGES and stay < len(pages) * _ROBOT_SECONDS_A_PAGE


def _steps(acts: Sequence[Act], pages: list[_Page]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    left = iter(pages)
    start = acts[0].at
    for act in acts:
        if len(found) == MOST_STEPS:
            break
        after = round((act.at - start).total_seconds())
        if act.kind in _PAGES:
            page = next(left)
            seconds = None if page.seconds is None else round(page.seconds)
            found.append({"kind": act.kind, "path": page.path, "title": page.title, "after": after, "seconds": seconds})
        elif act.kind == "track" and act.name.casefold() != ENGAGED:
            found.append({"kind": "track", "name": act.name, "about": act.about[:LONGEST_TITLE], "after": after})
    return found
