"""What is no purchase is rewarded once, whoever asks how often and whoever was merged."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cdp.core.actors import SYSTEM
from customers.services import merging
from loyalty.models import Act
from loyalty.services import actions
from surveys.models import Survey
from surveys.services import answering
from tests import factories
from tests.loyalty.programmes import BEGIN, NAMES, publish, spend
from tests.loyalty.shop import has, member
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
JOIN = {"on": "action", "key": "welcome", "names": NAMES, "what": "join", "points": "50"}


def test_joining_is_rewarded_once_as_the_version_of_that_day_said():
    publish(spend(), JOIN, wallets={"stamps": {"full": 10, "reward": "cup", "first": 2}})
    publish(spend(), starts_at=BEGIN + 5 * DAY, now=BEGIN + DAY)
    early, ann, ben, late = (member(BEGIN + days * DAY) for days in (-1, 1, 2, 6))
    everybody = [one.id for one in (early, ann, ben, late)]
    actions.reward(everybody, BEGIN + 7 * DAY)
    merging.merge(survivor=ann.id, absorbed=ben.id, reason="test", actor=SYSTEM, at=BEGIN + 7 * DAY)
    actions.reward(everybody, BEGIN + 8 * DAY)
    now = BEGIN + 8 * DAY
    assert [has(one, now) for one in (early, ann, late)] == [0, 100, 0]
    assert [has(one, now, "stamps") for one in (early, ann, late)] == [0, 4, 0]
    assert Act.objects.count() == 4
    assert set(Act.objects.filter(customer_id=ann.id).values_list("at", "reason")) == {
        (BEGIN + DAY, "welcome"),
        (BEGIN + DAY, "first"),
    }


def test_what_a_questionnaire_promised_is_given_to_members_once():
    publish()
    now = timezone.now()
    ann, ben = member(now - DAY), factories.customer()
    survey = asking.opened(value(page("one", question("nps", "score"))), slug="asked")
    Survey.objects.filter(id=survey.id).update(reward={"kind": "points", "points": 50}, is_once=False)
    for who in (ann, ann, ben):
        run = asking.run(survey, customer=who.id)
        answering.take(run, {"score": 9}, at=now, is_end=True, keeps_valid=True)
    for _ in range(2):
        actions.reward([ann.id, ben.id], now + timedelta(minutes=1))
    assert (has(ann, now + DAY), has(ben, now + DAY)) == (50, 0)
    assert Act.objects.get().qualifying is None
