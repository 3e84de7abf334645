"""The code of an anonymous answer is shown once and brought with a way to be reached; refusals cost the same."""

import datetime as dt
import html
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer
from surveys.models import RewardClaim, Survey, WaitingClaim
from surveys.services import claims
from tests import factories
from tests.surveys import asking
from tests.surveys.forms import opened
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
SCORE = value(page("one", question("nps", "score", required=True)))
CLAIM = "/s/quiet/claim/"


def promising(slug: str) -> None:
    asking.opened(SCORE, slug=slug, is_anonymous=True)
    Survey.objects.filter(slug=slug).update(reward={"kind": "points", "points": 50})


def code_of(client, slug: str = "quiet") -> tuple[str, str]:
    thanks = opened(client, f"/s/{slug}/").send(client, q__score="9").content.decode()
    return html.unescape(re.search(r'class="voucher-code">([^<]+)<', thanks)[1]), thanks


def test_a_code_is_brought_once_by_whoever_it_rewards_and_every_refusal_is_told_and_costs_the_same(client):
    cache.clear()
    promising("quiet")
    promising("else")
    ada = factories.customer(email="ada@example.com")
    (code, thanks), (second, _), (foreign, _) = code_of(client), code_of(client), code_of(client, "else")
    assert "50 points" in thanks
    assert (code in client.get(CLAIM).content.decode(), WaitingClaim.objects.exists()) == (False, False)
    along = client.post(CLAIM, {"code": code, "meanwhile": "bring"})
    assert (code in along.content.decode(), along.status_code, WaitingClaim.objects.exists()) == (True, 200, False)

    done = client.post(CLAIM, {"code": code.lower(), "email": "ADA@example.com"})
    assert "Your reward is noted" in done.content.decode()
    again = client.post(CLAIM, {"code": code, "email": "ada@example.com"})
    assert (again.content, again.status_code) == (done.content, 200)
    # Another's code with her address: the same thanks, so that nobody learns that she has answered; no second reward.
    assert client.post(CLAIM, {"code": second, "email": "ada@example.com"}).content == done.content
    cost = {}
    known = Customer.objects.count()
    for name, bad in {"wrong": code[:-1] + ("A" if code[-1] != "A" else "B"), "foreign": foreign, "used": code}.items():
        with CaptureQueriesContext(connection) as queries:
            refused = client.post(CLAIM, {"code": bad, "email": "bo@example.com"})
        told = "This code was used already." if name == "used" else "This is no code of this survey."
        assert (refused.status_code, told in refused.content.decode()) == (422, True), name
        cost[name] = len([one for one in queries.captured_queries if "SAVEPOINT" not in one["sql"]])
    assert (Customer.objects.count(), WaitingClaim.objects.count()) == (known, 2)
    assert len({cost["wrong"], cost["foreign"]}) == 1
    assert cost["used"] == cost["wrong"]
    # Who it is was looked up by nobody; once their month is over they are owed one reward.
    Survey.objects.filter(slug="quiet").update(state=Survey.State.CLOSED)
    assert claims.release(at=timezone.now() + dt.timedelta(days=63)) == 2
    assert [one.promised for one in RewardClaim.objects.filter(customer=ada).order_by("promised")] == [
        {},
        {"kind": "points", "points": 50},
    ]
    Survey.objects.filter(slug="quiet").update(state=Survey.State.OPEN)

    missing = client.post(CLAIM, {"code": foreign})
    assert "so that we can reach you" in missing.content.decode()
    assert client.get("/s/else/claim/").status_code == 200
    Survey.objects.filter(slug="else").update(reward={})
    assert client.get("/s/else/claim/").status_code == 404
    assert client.get("/s/nothing/claim/").status_code == 404
