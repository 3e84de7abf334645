"""Questionnaires over REST: told as the document says, taken whole or not at all unless more is to come."""

import hashlib
import json

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import IdempotentAnswer
from customers.models import Customer
from customers.selectors import profiles
from customers.services import buckets
from surveys.models import AnonymousWaiting, Answer, RefusedAnswer, Response, Survey
from surveys.rules import definition, ready
from surveys.services import publishing
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
LIKED = value(page("one", question("single", "liked", options=[option("staff"), option("price")], required=True)))


@pytest.fixture
def ask(client):
    _key, text = factories.api_key()

    def call(path, body=None, **headers):
        headers = {"Authorization": f"Bearer {text}", **headers}
        if body is None:
            return client.get(f"/api/v1/surveys{path}", headers=headers)
        return client.post(f"/api/v1/surveys{path}", body, content_type="application/json", headers=headers)

    return call


@pytest.fixture
def nps():
    return asking.opened(definition.written(ready.one("nps")), slug="nps")


def test_what_was_published_is_listed_with_whether_it_is_open_and_told_whole(ask, nps):
    asking.drafted(LIKED, slug="draft")
    (listed,) = ask("").json()["results"]
    assert (listed["slug"], listed["status"], listed["anonymous"]) == ("nps", "open", False)
    told = ask("/nps").json()
    said = told.pop("disclosure")
    assert told == listed | {"definition": definition.written(ready.one("nps"))}
    assert [(one["language"], one["title"], one["used_for"]) for one in said] == [
        (language, "Your answers", "To do better") for language in ("en", "th", "ko")
    ]
    version = said[0]["version"]
    assert ask("/nps/responses", {"answers": {"score": 9}, "disclosure": version}).status_code == 201
    assert Response.objects.get().disclosure == version
    assert ask("/nps/responses", {"answers": {"score": 9}, "disclosure": "99"}).status_code == 422
    assert ask("/draft").status_code == 404
    assert ask("/ghost/responses", {"answers": {}}).status_code == 404


def test_nobody_answers_and_an_answer_that_is_none_is_told_by_its_place_with_nothing_kept(ask, nps):
    good = ask("/nps/responses", {"answers": {"score": 9, "why": "Bread"}})
    assert (good.status_code, good.json()["state"], good.json()["customer"]) == (201, "complete", None)
    assert Response.objects.get().customer_id in buckets.IDS
    bad = ask("/nps/responses", {"answers": {"score": 11, "why": 5, "gh/ost": 1}})
    assert (bad.status_code, bad["Content-Type"]) == (422, "application/problem+json")
    places = {one["pointer"]: one["detail"] for one in bad.json()["errors"]}
    assert sorted(places) == ["/answers/gh~1ost", "/answers/score", "/answers/why"]
    assert places["/answers/score"] == "Between 0 and 10."
    missing = ask("/nps/responses", {"answers": {"why": "x"}}).json()
    assert [one["pointer"] for one in missing["errors"]] == ["/answers/score"]
    assert (Response.objects.count(), RefusedAnswer.objects.count()) == (1, 0)


def test_in_part_the_valid_ones_are_kept_and_the_same_number_goes_on_and_ends_once(ask, nps):
    began = ask("/nps/responses", {"answers": {"score": 11, "why": "Slow"}, "partial": True, "external_id": "7"})
    assert (began.status_code, began.json()["state"]) == (201, "partial")
    assert [(one["pointer"], one["code"]) for one in began.json()["refused"]] == [("/answers/score", "range")]
    whole = ask("/nps/responses", {"answers": {"score": 4}, "external_id": "7"})
    assert (whole.json()["state"], whole.json()["id"]) == ("complete", began.json()["id"])
    assert set(Answer.objects.values_list("question", flat=True)) == {"score", "why"}
    again = ask("/nps/responses", {"answers": {"score": 9}, "external_id": "7"})
    assert (again.status_code, again.json()["id"]) == (200, began.json()["id"])
    assert Response.objects.count() == 1


def test_a_customer_by_id_or_by_identifiers_who_answers_once(ask, nps):
    ada = factories.customer(email="ada@example.com", name="Ada")
    by_id = ask("/nps/responses", {"answers": {"score": 9}, "customer": str(ada.id), "context": {"store": "B1"}})
    assert by_id.json()["customer"] == str(ada.id)
    assert Response.objects.get().context == {"store": "B1"}
    twice = ask("/nps/responses", {"answers": {"score": 1}, "customer": str(ada.id)})
    assert (twice.status_code, twice.json()["code"]) == (409, "already_answered")
    new = ask("/nps/responses", {"answers": {"score": 7}, "customer": {"email": "bo@example.com", "name": "Bo"}})
    who = Customer.objects.get(id=new.json()["customer"])
    assert profiles.one(who.id, shown=False).email == "bo@example.com"
    people = Customer.objects.count()
    wrong = ask("/nps/responses", {"answers": {"score": 77}, "customer": {"email": "cy@example.com"}})
    assert (wrong.status_code, Customer.objects.count()) == (422, people)
    ghost = {"answers": {"score": 7}, "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70"}
    assert ask("/nps/responses", ghost).status_code == 404
    for body in ({"customer": {"name": "Bo"}}, {"customer": str(ada.id), "customer_id": str(ada.id)}, {"answers": []}):
        assert ask("/nps/responses", {"answers": {"score": 7}, **body}).status_code == 422


def test_a_closed_one_is_a_conflict_and_a_repeated_request_gets_the_first_answer(ask, nps):
    body = {"answers": {"score": 9}}
    first = ask("/nps/responses", body, **{"Idempotency-Key": "a"})
    again = ask("/nps/responses", body, **{"Idempotency-Key": "a"})
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert ask("/nps/responses", {"answers": {"score": 1}}, **{"Idempotency-Key": "a"}).status_code == 409
    assert Response.objects.count() == 1
    publishing.set_state(survey=nps.id, state=Survey.State.CLOSED, actor=actors.SYSTEM, at=timezone.now())
    over = ask("/nps/responses", body)
    assert (over.status_code, over.json()["code"], ask("/nps").json()["status"]) == (409, "not_open", "over")


def test_an_anonymous_one_takes_no_name_and_tells_nothing_that_leads_back(ask):
    asking.opened(LIKED, slug="quiet", is_anonymous=True)
    ada = factories.customer(email="ada@example.com")
    for name, told in {"customer": str(ada.id), "external_id": "7", "context": {"a": "b"}, "partial": True}.items():
        refused = ask("/quiet/responses", {"answers": {"liked": "price"}, name: told})
        assert [one["pointer"] for one in refused.json()["errors"]] == [f"/{name}"]
    assert not AnonymousWaiting.objects.exists()
    body = {"answers": {"liked": "price"}}
    taken = ask("/quiet/responses", body, **{"Idempotency-Key": "a"})
    assert (taken.status_code, taken.json()["id"], taken.json()["state"]) == (201, None, "complete")
    assert AnonymousWaiting.objects.count() == 1
    # Of two answers the one that was sent is not found again by trying both.
    kept = bytes(IdempotentAnswer.objects.get().body_digest)
    tried = [json.dumps({"answers": {"liked": one}}).encode() for one in ("price", "staff")]
    assert kept not in {hashlib.sha256(one).digest() for one in tried}
