"""The one way in: check, lock, judge, take a place, write, mark; in one transaction, once however often it comes."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cdp.core import ids, locks, pipeline, webhooks
from commerce.services import keys
from commerce.services.keys import Owner
from consent.rules import notices
from consent.services import served
from customers.selectors import lineage
from customers.services import buckets, standing
from surveys.models import Invitation, Quota, RefusedAnswer, Response, Survey
from surveys.rules import drawing, rewards, sending
from surveys.rules.conditions import judging, reading
from surveys.rules.definition import SCREENED
from surveys.rules.kinds import Why
from surveys.rules.kinds.base import is_empty
from surveys.rules.sending import Fault, Judged
from surveys.selectors import questionnaires, sealing
from surveys.services import anonymous, claims
from surveys.services.answering import boxes, people, runs, writing
from surveys.services.answering.runs import ENDED, RESPONSES, Ended, Invalid, Link, NotOpen, Run

CAUSE = "surveys.answers"
_TURN = b"surveys.response\n"
ANSWERED = "survey.answered"


@dataclass(frozen=True)
class Taken:
    """What became of a sending.

    `state` is of the response; `faults` what was refused of this sending, and at the end what is missing; `judged`
    leads on to the next page. `is_repeated`: it had been sent in before, and nothing was written now. `response` is
    None where nothing is kept yet, or of nobody (an anonymous one). `claim` is the code for the reward of an
    anonymous answer, told here and nowhere else.
    """

    state: Response.State
    judged: Judged | None = None
    faults: tuple[Fault, ...] = ()
    response: Response | None = None
    is_repeated: bool = False
    claim: str = ""


@dataclass(frozen=True)
class _Step:
    """One sending behind its locks: the response it goes to, its invitation, and whose it surely is."""

    run: Run
    survey: Survey
    response: Response
    invited: Invitation | None
    sure: uuid.UUID | None
    is_new: bool
    at: dt.datetime


def take(
    run: Run,
    values: Mapping[str, Any],
    *,
    at: dt.datetime,
    is_end: bool,
    keeps_valid: bool,
    page: str = "",
) -> Taken:
    """Take the answers of one page, or of all of them. Answers of earlier pages stay unless they are told anew.

    With `keeps_valid` what is valid is kept and the rest told (what nobody is asked stands in no one's way); without it
    nothing is stored where anything is wrong.
    At the end (`is_end`) nothing shown and required may be missing. An anonymous questionnaire keeps nothing before
    its end: all answers come along each time.

    Raises NotOpen, Ended (the link is unknown, over or used; or they answered before), Invalid.
    """
    if run.survey.is_anonymous:
        with anonymous.once(run.digest) as form, transaction.atomic():
            return _take_of_nobody(run, values, form, at=at, is_end=is_end, keeps_valid=keeps_valid)
    with transaction.atomic():
        survey = _open(run, at=at)
        step = _begun(run, survey, at=at)
        if step.response.state in ENDED:
            return Taken(Response.State(step.response.state), response=step.response, is_repeated=True)
        prepared = questionnaires.version(survey.id, step.response.version)
        opened = sealing.load(survey, {step.response.customer_id})
        earlier = {} if step.is_new else runs.told(step.response, prepared, opened)
        judged = sending.judge(prepared, {**earlier, **values})
        told = _told(judged, values, is_end=is_end, keeps_valid=keeps_valid)
        step.response.boxes = boxes.noted(run, prepared, judged, values, step.response.boxes)
        _keep(step, judged, told, is_over=is_end and not _hindering(told), page=page)
        return Taken(Response.State(step.response.state), judged, told, step.response)


def refuse_late(run: Run, values: Mapping[str, Any], *, at: dt.datetime) -> None:
    """Keep beside, for staff, what was sent when nothing was taken any more; once for a run, and nothing of a run that
    has ended or whose link leads nowhere.
    """
    faults = [Fault(key, Why.CLOSED, value=value) for key, value in values.items() if not is_empty(value)]
    try:
        with transaction.atomic():
            step = _begun(run, run.survey, at=at)
            response = step.response
            kept = RefusedAnswer.objects.filter(customer_id=response.customer_id, response_id=response.id)
            if not faults or response.state in ENDED or kept.filter(why=Why.CLOSED.value).exists():
                return
            if step.is_new:
                response.save(force_insert=True)
            writing.refused(response, faults, sealing.load(run.survey, {response.customer_id}), at=at)
    except Ended:
        return


def _open(run: Run, *, at: dt.datetime) -> Survey:
    survey = Survey.objects.get(id=run.survey.id)
    if (why := questionnaires.closed(survey, at=at)) is not None and not (run.is_test and survey.version):
        raise NotOpen(why)
    return survey


def _told(judged: Judged, values: Mapping[str, Any], *, is_end: bool, keeps_valid: bool) -> tuple[Fault, ...]:
    """What is wrong with this sending. An answer of an earlier page that a change of mind hides is nobody's fault."""
    found = runs.faults(judged, is_end=is_end)
    told = tuple(fault for fault in found if fault.why is Why.MISSING or fault.question in values)
    if told and not keeps_valid:
        raise Invalid(told)
    return told


def _hindering(told: tuple[Fault, ...]) -> list[Fault]:
    """What keeps a run from its end. An answer to what nobody is asked does not: there is nothing they could mend."""
    return [fault for fault in told if fault.why is not Why.HIDDEN]


def _begun(run: Run, survey: Survey, *, at: dt.datetime) -> _Step:
    """The response of this run behind its lock, new or as it stands."""
    invited = runs.invitation(run, at=at)
    sure = invited.customer_id if invited is not None else run.customer
    if sure is not None:
        sure = _in_turn(sure)
        if sure is None:
            raise Ended(Link.UNKNOWN)
    owner = sure or buckets.bucket_for(run.digest.hex())
    place = keys.claim(RESPONSES, {run.digest: Owner(owner, ids.uuid7())})[run.digest]
    # Behind the lock: another sending of the same link may have ended meanwhile.
    invited = runs.invitation(run, at=at, is_locked=True)
    response = Response.objects.filter(customer_id=place.customer, id=place.row).first()
    is_over = response is not None and response.state in ENDED
    # Asked of what was begun before as well: two runs of one person may stand open side by side.
    if sure is not None and survey.is_once and not run.is_test and not is_over and _has_answered(survey, sure):
        raise Ended(Link.USED)
    if response is not None:
        return _Step(run, survey, response, invited, sure, is_new=False, at=at)
    return _Step(run, survey, _fresh(run, survey, place, invited, at=at), invited, sure, is_new=True, at=at)


def _in_turn(customer: uuid.UUID) -> uuid.UUID | None:
    """Who stands for this customer, alone among all runs of theirs; None for somebody who can have no facts any more.

    The turn comes before the lock on their row: who waits for it holds nothing that the other needs.
    """
    who = lineage.standing([customer]).get(customer, customer)
    locks.take_turns(hashlib.sha256(_TURN + who.bytes).digest())
    return standing.hold([customer]).get(customer)


def _has_answered(survey: Survey, customer: uuid.UUID) -> bool:
    """Whether they did, surely: what somebody sent under an address they typed uses up nobody else's link."""
    return Response.objects.filter(
        customer_id=customer,
        survey_id=survey.id,
        state=Response.State.COMPLETE,
        is_test=False,
        resolved_by__isnull=True,
    ).exists()


def _fresh(run: Run, survey: Survey, place: Owner, invited: Invitation | None, *, at: dt.datetime) -> Response:
    return Response(
        id=place.row,
        customer_id=place.customer,
        survey_id=survey.id,
        version=survey.version,
        state=Response.State.STARTED,
        mode=run.mode,
        language=run.language,
        started_at=min(run.started_at or at, at),
        saved_at=at,
        is_test=run.is_test,
        context={**run.context, **(invited.context if invited is not None else {})},
        disclosure=run.disclosure,
        invitation_id=invited.id if invited is not None else None,
        staff=run.staff,
        external_id=run.external_id,
        source=run.source,
        key_digest=run.digest,
    )


def _keep(step: _Step, judged: Judged, told: tuple[Fault, ...], *, is_over: bool, page: str) -> None:
    run, response, at = step.run, step.response, step.at
    response.saved_at, response.page, response.language = at, page, run.language
    response.scores = dict(judged.scores)
    response.drawn |= _drawn(run, judged)
    response.state = _ended(step.survey, judged, is_test=run.is_test) if is_over else Response.State.PARTIAL
    if is_over:
        response.ended_at = at
        seconds = (at - response.started_at).total_seconds() if response.mode != Response.Mode.FILE else None
        response.flags = sending.flags(judged, seconds=seconds)
    counts = response.state == Response.State.COMPLETE and not run.is_test
    if counts:
        response.promised = rewards.holding(step.survey.reward, at)
    # Who was not meant, or came too late, has said what they allow all the same.
    is_said = is_over and not run.is_test and bool(response.boxes)
    who = people.known(run, judged, step.sure, version=response.version, at=at) if counts or is_said else None
    _write(step, who, judged, told)
    if step.invited is not None and (is_over or step.invited.opened_at is None):
        # Opened is who pressed something: what follows links before people do presses nothing.
        ended = {"state": Invitation.State.ANSWERED, "answered_at": at, "remind_at": None} if is_over else {}
        Invitation.objects.filter(customer_id=step.invited.customer_id, id=step.invited.id).update(
            opened_at=step.invited.opened_at or at, **ended
        )
    if who is not None and is_said:
        people.permit(run, response, judged, who, at=at)
    if who is not None and counts:
        pipeline.mark([who.customer], cause=CAUSE)
        about = {"survey": step.survey.slug, "response": str(response.id), "version": response.version}
        webhooks.publish(ANSWERED, customer=who.customer, data=about, at=at)
    if counts:
        _count(run, step.survey, at=at)


def _write(step: _Step, who: people.Known | None, judged: Judged, told: tuple[Fault, ...]) -> None:
    """The rows, under whoever it turned out to be."""
    response = step.response
    if not step.is_new:
        writing.clear(response)
    owner = who.customer if who is not None else response.customer_id
    opened = sealing.load(step.survey, {response.customer_id, owner})
    if who is not None and who.resolved_by is not None:
        response.resolved_by = who.resolved_by
    if owner == response.customer_id:
        response.save(force_insert=step.is_new)
    else:
        if step.is_new:
            response.customer_id = owner
            response.save(force_insert=True)
        else:
            writing.handed_over(response, owner, opened)
        keys.point(RESPONSES, {step.run.digest: Owner(owner, response.id)})
    writing.answers(response, judged, opened)
    writing.refused(response, [fault for fault in told if fault.why is not Why.MISSING], opened, at=step.at)


def _drawn(run: Run, judged: Judged) -> dict[str, list[str]]:
    return {
        key: list(drawing.order(run.drawing, question))
        for key, question in judged.route.shown().items()
        if drawing.is_drawn(question)
    }


def _ended(survey: Survey, judged: Judged, *, is_test: bool) -> Response.State:
    """How it ends; a complete one takes its place in every quota it falls under, or in none."""
    if judged.route.end == SCREENED:
        return Response.State.SCREENED
    if is_test or _take_places(survey, judged):
        return Response.State.COMPLETE
    return Response.State.FULL


def _take_places(survey: Survey, judged: Judged) -> bool:
    """Take one place in each quota; all of them or none. The row's own condition decides, so that 200 at once on 100
    places are 100.
    """
    wanted = [
        quota.id
        for quota in Quota.objects.filter(survey=survey).order_by("id")  # one order for all: nobody waits in a circle
        if not quota.when or judging.holds(reading.read(quota.when), judged.route.known)
    ]
    savepoint = transaction.savepoint()
    for quota in wanted:
        if not Quota.objects.filter(id=quota, taken__lt=F("limit")).update(taken=F("taken") + 1):
            transaction.savepoint_rollback(savepoint)
            return False
    transaction.savepoint_commit(savepoint)
    return True


def _take_of_nobody(
    run: Run, values: Mapping[str, Any], form: anonymous.Sending, *, at: dt.datetime, is_end: bool, keeps_valid: bool
) -> Taken:
    """An anonymous sending: judged as any other, kept by `anonymous`. Sent again, it is not kept again."""
    survey = _open(run, at=at)
    judged = sending.judge(questionnaires.version(survey.id, survey.version), values)
    told = _told(judged, values, is_end=is_end, keeps_valid=keeps_valid)
    if not is_end or _hindering(told):
        return Taken(Response.State.PARTIAL, judged, told)
    if not form.is_first:
        return Taken(Response.State.COMPLETE, judged, is_repeated=True, claim=claims.code(survey, run.digest))
    state = _ended(survey, judged, is_test=run.is_test)
    if state == Response.State.COMPLETE and not run.is_test:
        anonymous.keep(survey, judged, language=run.language, mode=run.mode, day=timezone.localdate(at))
        form.is_kept = True
        _count(run, survey, at=at)
        return Taken(state, judged, claim=claims.code(survey, run.digest))
    return Taken(state, judged)


def _count(run: Run, survey: Survey, *, at: dt.datetime) -> None:
    """Beside those who were shown the first page (`served.count` by the page)."""
    place = notices.of_disclosure(questionnaires.PLACE, survey.slug)
    versions = {place: run.disclosure} if run.disclosure else {}
    day = anonymous.counted_on(survey, at.date())
    transaction.on_commit(
        lambda: served.count(place=place, language=run.language, versions=versions, day=day, answered=1)
    )
