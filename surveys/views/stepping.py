"""One questionnaire, page after page: what the public door (`asking`) and staff's during a call (`calling`) do.

A page that comes back is judged with everything before it, taken through the one way in, and answered with the next
page, with itself and what is wrong on it, or with the end.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cdp.core import spoken
from cdp.core.actors import Actor
from consent.rules import notices
from consent.selectors.notices import Disclosure
from consent.services import served
from customers.rules import arrivals
from customers.services import buckets
from surveys.models import Invitation, Response, Survey
from surveys.rules import sending, sent, words
from surveys.rules.flow import Prepared, Route
from surveys.rules.kinds import Ranking, Refused, Why
from surveys.rules.sending import Fault, Judged
from surveys.selectors import links, questionnaires, sealing, showing, wording
from surveys.services import anonymous, answering, gifts
from surveys.services.answering import Ended, Run, runs, slips
from surveys.services.answering.runs import ENDED, Link
from surveys.services.answering.slips import Slip
from surveys.services.gifts import Gift

COOKIE = "cdp_survey"
LONGEST_CARRIED = 200_000
"""Characters; in a request each may be nine bytes (settings.DATA_UPLOAD_MAX_MEMORY_SIZE)."""
STAY, BACK = "language", "back"
"""What the buttons of a form ask for besides going on."""


@dataclass(frozen=True)
class Call:
    """Staff read the questions aloud to somebody they know; `around` is what their page shows besides."""

    customer: uuid.UUID
    actor: Actor
    around: Mapping[str, Any]


@dataclass(frozen=True)
class Visit:
    """Somebody at a questionnaire: all that every page needs."""

    request: HttpRequest
    survey: Survey
    said: Disclosure
    token: str
    slip: Slip
    language: str
    now: dt.datetime
    call: Call | None = None

    @property
    def run(self) -> Run:
        """The run they are in."""
        return run_of(self.slip, self.survey, language=self.language, token=self.token, call=self.call)

    @property
    def tablet(self) -> Any:
        """The shop's own tablet, if this is one."""
        return getattr(self.request, "tablet", None)

    @property
    def is_embedded(self) -> bool:
        """Whether it stands in a frame of another page; a personal link never does."""
        return not self.token and self.request.GET.get("embed", "") not in ("", "0")

    @property
    def remembers(self) -> bool:
        """Whether this browser may keep which run it is in: nobody else's device, and nothing anonymous."""
        return not (self.survey.is_anonymous or self.token or self.tablet or self.call)


def run_of(slip: Slip, survey: Survey, *, language: str, token: str = "", call: Call | None = None) -> Run:
    """The run that a slip names; during a call it is the customer's."""
    run = slip.run(survey, language=language, invitation=token)
    if call is None:
        return run
    return replace(run, customer=call.customer, actor=call.actor, staff=str(call.actor.id or ""))


# --- showing ------------------------------------------------------------------------------------------------------


def begun(visit: Visit) -> HttpResponse:
    """The first page; or, for whoever goes on, the one where they stopped."""
    invited = runs.invitation(visit.run, at=visit.now)  # a link that leads nowhere is told before anything is asked
    if invited is not None and invited.state == Invitation.State.ANSWERED:
        raise Ended(Link.USED)
    found = None if visit.survey.is_anonymous else runs.found(visit.run)
    if found is not None and found.state in ENDED:
        slip = slips.new(mode=visit.slip.mode, disclosure=visit.said.version, context=visit.slip.context, at=visit.now)
        visit, found = replace(visit, slip=slip), None
    prepared = _prepared(visit.survey, found)
    if found is None and questionnaires.is_full(visit.survey):
        return _thanks(visit, prepared, Response.State.FULL)  # before anybody spends their time
    values = _earlier(visit, found, prepared)
    judged = sending.judge(prepared, values)
    chosen = _chosen_in_the_mail(visit.request, judged.route) if found is None else {}
    key = found.page if found is not None else next(iter(judged.route.steps)).page.key
    if found is None and visit.request.method == "GET" and not _is_fetched_ahead(visit.request):
        served.count(
            place=notices.of_disclosure(questionnaires.PLACE, visit.survey.slug),
            language=visit.language,
            versions={visit.said.name: visit.said.version},
            day=anonymous.counted_on(visit.survey, visit.now.date()),
            shown=1,
        )
    return _shown(visit, prepared, judged.route, key, values={**values, **chosen}, is_resumed=found is not None)


def _shown(
    visit: Visit,
    prepared: Prepared,
    route: Route,
    key: str,
    *,
    values: Mapping[str, Any],
    faults: Mapping[str, Sequence[str]] | None = None,
    stood: frozenset[str] | None = None,
    notice: str = "",
    is_resumed: bool = False,
    status: int = 200,
) -> HttpResponse:
    """A page with what was answered so far, and what is wrong with it; `stood` is what was seen of it before."""
    found = showing.page(
        prepared,
        route,
        key,
        values=values,
        faults=faults or {},
        secret=visit.run.drawing,
        language=visit.language,
        is_spoken=visit.call is not None,
    )
    here = {one.question.key for one in found.asked}
    along = {name: value for name, value in values.items() if name not in here} if visit.survey.is_anonymous else None
    brought = found.brought(stood) if stood is not None else ()
    definition = prepared.definition
    promised = wording.promised(visit.survey.reward, visit.now)
    context = {
        "shown": found,
        "brought": brought,
        "begin": next((one.question.key for one in found.asked if one.faults or one in brought), ""),
        "title": wording.text(definition.title, visit.language),
        "intro": wording.text(definition.intro, visit.language) if found.is_first else "",
        "said": visit.said if found.is_first else None,
        "promised": promised if found.is_first and visit.call is None else "",
        "is_draw": visit.survey.reward.get("kind") == "draw",
        "draw_url": links.draw(visit.survey.reward.get("draw", ""), language=visit.language),
        "slip": visit.slip.written(visit.survey),
        "carried": _written(along) if along is not None else "",
        "faults": faults,
        "wrong": [one for one in found.asked if one.faults],
        "notice": notice,
        "is_resumed": is_resumed,
        "is_personal": bool(visit.token),
        "is_last": found.key == definition.pages[-1].key,
        "action": _action(visit),
        "has_ranking": any(isinstance(question, Ranking) for question in definition.questions()),
        **frame(visit.request, visit.survey, definition.languages),
    }
    if visit.call is not None:
        return render(visit.request, "surveys/call.html", {**context, **visit.call.around}, status=status)
    response = render(visit.request, "surveys/ask/page.html", context, status=status)
    if visit.remembers and visit.request.method == "POST":
        response.set_cookie(
            COOKIE,
            visit.slip.written(visit.survey),
            max_age=slips.KEPT,
            path=reverse("ask:page", args=[visit.survey.slug]),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _action(visit: Visit) -> str:
    """Where the form goes: this page, as it was opened. The language stands in it, for a frame keeps no cookie."""
    kept = {name: visit.request.GET[name] for name in ("kiosk", "embed") if name in visit.request.GET}
    return f"{visit.request.path}?{urlencode({**kept, 'say' if visit.call else 'lang': visit.language})}"


def frame(request: HttpRequest, survey: Survey | None, languages: Sequence[str]) -> dict[str, Any]:
    """What every page of a questionnaire has around it."""
    tablet = getattr(request, "tablet", None)
    home = ""
    if tablet is not None and survey is not None:
        origin = arrivals.read(request.GET)
        home = tablet.address(reverse("ask:page", args=[survey.slug]), origin.query)
    offered = dict(settings.LANGUAGES)
    return {
        "survey": survey,
        "kiosk": tablet,
        "home_url": home,
        "is_embedded": request.GET.get("embed", "") not in ("", "0"),
        "languages": [(code, spoken.OWN_NAMES[code]) for code in languages if code in offered],
    }


# --- taking -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """One page that came back, read and judged with everything before it; nothing of it is kept yet."""

    prepared: Prepared
    page: str
    place: int | None
    """Where the page stands on the way; None where these answers do not lead to it."""
    stood: frozenset[str]
    """What its form says was to be seen."""
    earlier: Mapping[str, Any]
    given: Mapping[str, Any]
    judged: Judged

    @property
    def raw(self) -> dict[str, Any]:
        """All answers, those of this page as they were written."""
        return {**_kept(self.prepared, self.judged), **self.given}


def step(visit: Visit, *, is_known: bool) -> HttpResponse:
    """One page that came back: what its button asks for."""
    runs.invitation(visit.run, at=visit.now)
    found = None if visit.survey.is_anonymous else runs.found(visit.run)
    prepared = _prepared(visit.survey, found)
    if found is not None and found.state in ENDED:
        return _thanks(visit, prepared, Response.State(found.state))
    form = read(visit.request, prepared, _earlier(visit, found, prepared))
    route, act = form.judged.route, visit.request.POST.get("meanwhile", "")
    if form.place is None:  # another version meanwhile, or a page that these answers do not lead to
        return _shown(visit, prepared, route, _waiting(form.judged), values=_kept(prepared, form.judged))
    if act == STAY:
        return _shown(visit, prepared, route, form.page, values=form.raw)
    if not is_known:
        # The form is too old, or none of ours: what was filled in stands there still, and the second press counts.
        text = _("This page was open for a long time. Please press the button once more.")
        return _shown(visit, prepared, route, form.page, values=form.raw, notice=text, status=422)
    if act == BACK:
        return _on(visit, form, route.steps[max(0, form.place - 1)].page.key)
    return _again(visit, form) or _forward(visit, form, form.place + 1)


def read(request: HttpRequest, prepared: Prepared, earlier: Mapping[str, Any]) -> Sent:
    """What a form sent, judged with what was answered before it."""
    post = request.POST
    page = next((one for one in prepared.definition.pages if one.key == post.get("page")), None)
    stood = frozenset(post.get("shown", "").split())
    fields = dict(post.lists())
    here = page.questions if page is not None else ()
    # What nobody saw is read as well: `judge` refuses it, and staff see what was tried.
    asked = [question for question in here if question.key in stood or sent.is_there(question, fields)]
    given = sent.values(asked, fields)
    judged = sending.judge(prepared, {**earlier, **given})
    key = page.key if page is not None else ""
    place = next((n for n, step in enumerate(judged.route.steps) if step.page.key == key), None)
    return Sent(prepared, key, place, stood, earlier, given, judged)


def _again(visit: Visit, form: Sent) -> HttpResponse | None:
    """The same page once more: something is wrong on it, or its answers bring more to it. What is valid is saved."""
    route = form.judged.route
    here = {question.key for step in route.steps if step.page.key == form.page for _at, question in step.questions}
    wrong = [one for one in form.judged.refused if one.question in here and one.question in form.given]
    wrong += [Fault(key, Why.MISSING) for key in form.judged.missing if key in here and key in form.stood]
    again = showing.page(
        form.prepared,
        route,
        form.page,
        values=form.raw,
        faults={},
        secret=visit.run.drawing,
        language=visit.language,
    )
    if not wrong and form.stood.issuperset(again.listing.split()):
        return None
    _taken(visit, form, is_end=False, page=form.page)
    return _shown(
        visit,
        form.prepared,
        route,
        form.page,
        values=form.raw,
        faults=sentences(wrong),
        stood=form.stood,
        status=422 if wrong else 200,
    )


def _forward(visit: Visit, form: Sent, place: int) -> HttpResponse:
    """To the page at that place, or to the end."""
    steps = form.judged.route.steps
    if place < len(steps):
        return _on(visit, form, steps[place].page.key)
    taken = _taken(visit, form, is_end=True, page=form.page)
    if taken.state not in ENDED:
        return _missing_elsewhere(visit, form, taken)
    gift = gifts.of(taken.response, at=visit.now) if taken.response is not None else None
    return _thanks(visit, form.prepared, taken.state, claim=taken.claim, draw=_draw(taken), gift=gift)


def _on(visit: Visit, form: Sent, key: str) -> HttpResponse:
    """Save what came and show that page; an anonymous one stays where the form could not carry it all along."""
    if visit.survey.is_anonymous and len(_written(_kept(form.prepared, form.judged))) > LONGEST_CARRIED:
        text = _("All answers together are more than this form can carry. Please make some of your texts shorter.")
        return _shown(visit, form.prepared, form.judged.route, form.page, values=form.raw, notice=text, status=422)
    judged = _taken(visit, form, is_end=False, page=key).judged or form.judged
    return _shown(visit, form.prepared, judged.route, key, values=_kept(form.prepared, judged))


def _taken(visit: Visit, form: Sent, *, is_end: bool, page: str) -> answering.Taken:
    """Through the one way in. An anonymous questionnaire gets all answers each time: nothing of it was saved."""
    values = {**form.earlier, **form.given} if visit.survey.is_anonymous else form.given
    return answering.take(visit.run, values, at=visit.now, is_end=is_end, keeps_valid=True, page=page)


def _missing_elsewhere(visit: Visit, form: Sent, taken: answering.Taken) -> HttpResponse:
    """At the end an answer on another page is missing or wrong: back to the first such page."""
    assert taken.judged is not None, "what has faults was judged"  # noqa: S101
    wrong = {fault.question for fault in taken.faults}
    route = taken.judged.route
    first = next((step for step in route.steps if wrong & {one.key for _at, one in step.questions}), route.steps[-1])
    told = sentences(taken.faults)
    return _shown(visit, form.prepared, route, first.page.key, values=form.raw, faults=told, status=422)


def sentences(faults: Sequence[Fault]) -> dict[str, list[str]]:
    """What is wrong with the answer to each question, in words."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.question, []).append(str(words.sentence(fault)))
    return found


def _kept(prepared: Prepared, judged: Judged) -> dict[str, Any]:
    """The answers that count, as JSON values."""
    questions = {question.key: question for question in prepared.definition.questions()}
    return {key: questions[key].told(rows) for key, rows in judged.rows.items() if rows}


def _waiting(judged: Judged) -> str:
    """The first page that has something to answer still; the last one where all is answered."""
    steps = judged.route.steps
    wanted = set(judged.missing)
    return next((one for one in steps if wanted & {q.key for _at, q in one.questions}), steps[-1]).page.key


def _prepared(survey: Survey, found: Response | None) -> Prepared:
    return questionnaires.version(survey.id, found.version if found is not None else survey.version)


def _earlier(visit: Visit, found: Response | None, prepared: Prepared) -> dict[str, Any]:
    """What was answered before: saved, or of an anonymous questionnaire in the form itself."""
    if visit.survey.is_anonymous:
        return carried(visit.request)
    if found is None:
        return {}
    return runs.told(found, prepared, sealing.load(visit.survey, {found.customer_id}))


def carried(request: HttpRequest) -> dict[str, Any]:
    """The answers of earlier pages that come along in the form itself, where nothing is kept."""
    text = request.POST.get("carried", "")  # how much a request may have at most is decided for all of them
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _written(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


def refused_late(request: HttpRequest, run: Run, now: dt.datetime) -> None:
    """Keep for staff what was sent when nothing was taken any more; of an anonymous questionnaire nothing is kept."""
    if run.survey.is_anonymous:
        return
    prepared = _prepared(run.survey, runs.found(run))
    answering.refuse_late(run, read(request, prepared, {}).given, at=now)


# --- ends ---------------------------------------------------------------------------------------------------------


def _draw(taken: answering.Taken) -> dict[str, Any]:
    """The draw that the answer was promised a place in, and whether it takes part: one of nobody we know does not."""
    response = taken.response
    if response is None or response.promised.get("kind") != "draw":
        return {}
    return {
        "promised": wording.promised(response.promised),
        "is_in": bool(buckets.without([response.customer_id])),
        "url": links.draw(response.promised.get("draw", ""), language=response.language),
    }


def _thanks(
    visit: Visit,
    prepared: Prepared,
    state: Response.State,
    *,
    claim: str = "",
    draw: Mapping[str, Any] | None = None,
    gift: Gift | None = None,
) -> HttpResponse:
    """The last page: nothing of what was answered stands on it. The code for a reward of somebody who gave no name
    stands here and nowhere else.
    """
    definition = prepared.definition
    texts = definition.screened if state == Response.State.SCREENED else definition.thanks
    context = {
        "state": state.value,
        "title": wording.text(definition.title, visit.language),
        "text": wording.text(texts, visit.language) if state != Response.State.FULL else "",
        "claim": claim,
        "claim_url": links.claim(visit.survey.slug) if claim else "",
        "promised": wording.promised(visit.survey.reward) if claim else "",
        "draw": draw,
        "gift": gift,
        **frame(visit.request, visit.survey, definition.languages),
    }
    if visit.call is not None:
        return render(visit.request, "surveys/call_done.html", {**context, **visit.call.around})
    response = render(visit.request, "surveys/ask/thanks.html", context)
    if COOKIE in visit.request.COOKIES:
        response.delete_cookie(COOKIE, path=reverse("ask:page", args=[visit.survey.slug]))
    return response


def _chosen_in_the_mail(request: HttpRequest, route: Route) -> dict[str, Any]:
    """The answer that somebody touched in a mail: chosen on the page, and recorded by nothing but their own press."""
    key, value = request.GET.get("q", ""), request.GET.get("v", "")
    question = route.shown().get(key)
    if question is None or not value:
        return {}
    try:
        rows = question.take(value)
    except Refused:
        return {}
    return {key: question.told(rows)} if rows else {}


def _is_fetched_ahead(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Purpose", "").startswith("prefetch")
