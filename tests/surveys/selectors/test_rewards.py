"""What loyalty reads: each promise once, whoever answered by name or brought a code."""

import datetime as dt

import pytest
from django.utils import timezone

from cdp.core import actors
from customers.rules.people import Person
from surveys.models import RewardClaim, Survey
from surveys.selectors import rewards
from surveys.services import answering, claims, publishing
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
POINTS = {"kind": "points", "points": 50}
SCORE = value(page("one", question("nps", "score")))


def answered(survey, **who):
    run = asking.run(survey, **who)
    return answering.take(run, {"score": 9}, at=timezone.now(), is_end=True, keeps_valid=True)


def arranged(survey, **given):
    terms = {"opens_at": None, "closes_at": None, "is_once": True, "wait_days": None, "sample": 100}
    publishing.arrange(survey=survey.id, actor=actors.SYSTEM, at=timezone.now(), name=survey.name, **{**terms, **given})


def test_each_is_owed_once_by_name_or_by_code_and_what_was_promised_when_they_answered():
    ada = factories.customer(email="ada@example.com")
    named, quiet, unpaid = (
        asking.opened(SCORE, slug=slug, is_anonymous=slug == "quiet") for slug in ("named", "quiet", "unpaid")
    )
    Survey.objects.exclude(id=unpaid.id).update(reward=POINTS, is_once=False)
    first = answered(named, customer=ada.id).response
    answered(named, customer=ada.id)
    answered(unpaid, customer=ada.id)
    Survey.objects.filter(id=named.id).update(reward={"kind": "points", "points": 1})
    Survey.objects.filter(id=unpaid.id).update(reward=POINTS)
    with pytest.raises(publishing.UnableToChange, match="promises"):
        arranged(quiet, reward={})
    now, herself = timezone.now(), Person(email="ada@example.com", language="en")
    claims.bring(survey=Survey.objects.get(id=quiet.id), code=answered(quiet).claim, person=herself, at=now)
    Survey.objects.filter(id=quiet.id).update(state=Survey.State.CLOSED)
    claims.release(at=now + dt.timedelta(days=63))
    claim = RewardClaim.objects.get(customer_id=ada.id)
    owed = {one.name: (one.survey, one.promised, one.is_anonymous) for one in rewards.of([ada.id])}
    assert owed == {f"response:{first.id}": (named.id, POINTS, False), f"claim:{claim.id}": (quiet.id, POINTS, True)}
