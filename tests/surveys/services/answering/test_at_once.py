"""Many at once, each on a connection of its own: quotas are never overrun, a link is one answer, a kill leaves nothing."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from cdp.core import actors
from surveys.models import AnonymousWaiting, Answer, Invitation, Quota, Response, ResponseKey, Survey
from surveys.services import anonymous, answering, publishing
from surveys.services.answering import writing
from surveys.services.answering.runs import Link
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db(transaction=True)
SCORE = value(page("one", question("nps", "score", required=True)))
WORK = question("single", "work", options=[option("office"), option("field")], maps_to="occupation")
MAPPED = value(page("one", question("nps", "score", required=True), WORK))
"""Whose answers change the profile of whoever gave them: their row is locked besides everything else."""


def send(run, score=7, **more):
    return answering.take(run, {"score": score, **more}, at=timezone.now(), is_end=True, keeps_valid=False)


def at_once(calls, *, threads):
    """What each came to; all threads begin together."""
    begin = threading.Barrier(threads)

    def work(mine):
        found = []
        try:
            begin.wait()
            for call in mine:
                try:
                    found.append(call())
                except answering.Ended as ended:
                    found.append(ended.why)
        finally:
            connections.close_all()
        return found

    with ThreadPoolExecutor(threads) as pool:
        return [one for part in pool.map(work, [calls[n::threads] for n in range(threads)]) for one in part]


@pytest.mark.long
def test_two_hundred_at_once_on_a_quota_of_a_hundred_are_exactly_a_hundred():
    survey = asking.opened(SCORE)
    quotas = {"all": ("", 100), "low": ("{score} <= 6", 30)}
    publishing.set_quotas(survey=survey.id, quotas=quotas, actor=actors.SYSTEM, at=timezone.now())
    # 40 of 200 are low, of whom 30 have a place at most; the others fill what is left.
    calls = [lambda n=n: send(asking.run(survey), 3 if n % 5 == 0 else 9).state for n in range(200)]
    states = Counter(at_once(calls, threads=25))
    assert states == {Response.State.COMPLETE: 100, Response.State.FULL: 100}
    taken = dict(Quota.objects.values_list("key", "taken"))
    assert (taken["all"], Answer.objects.filter(is_counted=True).count()) == (100, 100)
    assert taken["low"] == Answer.objects.filter(is_counted=True, number=3).count() <= 30
    assert Response.objects.filter(state=Response.State.COMPLETE).count() == 100


def test_a_personal_link_sent_in_twenty_times_at_once_is_one_answer():
    survey, ada = asking.opened(MAPPED), factories.customer(email="ada@example.com")
    publishing.set_quotas(survey=survey.id, quotas={"all": ("", 5)}, actor=actors.SYSTEM, at=timezone.now())
    secret = asking.invited(survey, ada.id)
    work = ["office", "field"]
    calls = [lambda n=n: send(asking.run(survey, invitation=secret), n % 10, work=work[n % 2]) for n in range(20)]
    found = at_once(calls, threads=10)
    assert Counter(one.is_repeated for one in found) == {False: 1, True: 19}
    assert (Response.objects.count(), Answer.objects.count(), Quota.objects.get().taken) == (1, 2, 1)
    assert {one.response.id for one in found} == {Response.objects.get().id}
    assert Invitation.objects.get().state == Invitation.State.ANSWERED


@pytest.mark.parametrize("is_once", [True, False])
def test_runs_of_one_person_at_once_take_turns_and_once_is_once(is_once):
    survey, ada = asking.opened(MAPPED), factories.customer(email="ada@example.com")
    Survey.objects.filter(id=survey.id).update(is_once=is_once)
    publishing.set_quotas(survey=survey.id, quotas={"all": ("", 9)}, actor=actors.SYSTEM, at=timezone.now())
    secret = asking.invited(survey, ada.id)
    runs = [asking.run(survey, invitation=secret), *(asking.run(survey, customer=ada.id) for _n in range(7))]
    found = Counter(
        one if isinstance(one, Link) else one.state
        for one in at_once([lambda run=run: send(run, work="office") for run in runs], threads=8)
    )
    complete = 1 if is_once else 8
    assert found == Counter({Response.State.COMPLETE: complete, Link.USED: 8 - complete})
    assert Response.objects.filter(state=Response.State.COMPLETE).count() == Quota.objects.get().taken == complete


def test_of_two_runs_that_one_person_began_one_ends():
    survey, ada = asking.opened(SCORE), factories.customer(email="ada@example.com")
    begun = [asking.run(survey, invitation=asking.invited(survey, ada.id)), asking.run(survey, customer=ada.id)]
    for run in begun:
        answering.take(run, {"score": 3}, at=timezone.now(), is_end=False, keeps_valid=True)
    assert send(begun[0]).state == Response.State.COMPLETE
    with pytest.raises(answering.Ended, match="used"):
        send(begun[1])
    assert Counter(Response.objects.values_list("state", flat=True)) == {"complete": 1, "partial": 1}


def test_killed_in_the_middle_nothing_is_there_and_the_link_works_again(monkeypatch):
    survey, ada = asking.opened(SCORE), factories.customer(email="ada@example.com")
    publishing.set_quotas(survey=survey.id, quotas={"all": ("", 1)}, actor=actors.SYSTEM, at=timezone.now())
    run = asking.run(survey, invitation=asking.invited(survey, ada.id))
    written = writing.answers

    def dies(*given):
        written(*given)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(writing, "answers", dies)
    with pytest.raises(OperationalError):
        send(run)
    monkeypatch.setattr(writing, "answers", written)
    connection.close()
    assert (Response.objects.count(), ResponseKey.objects.count(), Quota.objects.get().taken) == (0, 0, 0)
    assert Invitation.objects.get().state == Invitation.State.MADE
    assert send(run).state == Response.State.COMPLETE
    assert Quota.objects.get().taken == 1


def test_an_anonymous_form_sent_again_waits_for_what_becomes_of_the_first(monkeypatch):
    survey = asking.opened(SCORE, slug="quiet", is_anonymous=True)
    run, keep, fails = asking.run(survey), anonymous.keep, [True]

    def breaking(*args, **how):
        if fails:
            fails.pop()
            raise OperationalError("the disk is full")
        keep(*args, **how)

    monkeypatch.setattr(anonymous, "keep", breaking)

    def once():
        try:
            return send(run).is_repeated
        except OperationalError:
            return None

    found = at_once([once] * 6, threads=6)
    # One failed; exactly one was kept, and only behind it the others are told that theirs is there.
    assert Counter(found) == {None: 1, False: 1, True: 4}
    assert AnonymousWaiting.objects.count() == 1
