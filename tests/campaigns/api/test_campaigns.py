"""REST: campaigns."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.models import Campaign, Message
from campaigns.services import drafts, previews, runs, triggers
from cdp.core import actors, patience
from cdp.core.models import AccessEntry, Job
from tests import factories
from tests.campaigns.conftest import NOW

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
URL = "/api/v1/campaigns"


def client(*scopes: str) -> APIClient:
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {factories.api_key(scopes or ('*',))[1]}")
    return caller


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return [error["pointer"] for error in answer.json()["errors"]]


def test_a_campaign_goes_from_draft_to_results(make_definition: Make, make_person: Make) -> None:
    rest = client()
    make_person()
    made = rest.post(URL, make_definition(), format="json")
    assert made.status_code == 201
    campaign = made.json()
    assert (campaign["status"], campaign["version"]) == ("draft", 1)
    assert campaign["steps"] == make_definition()["steps"]
    place = f"{URL}/{campaign['id']}"
    assert rest.get(place).json() == campaign
    assert rest.post(f"{place}/activate").json()["status"] == "active"
    assert rest.get(place).json()["status"] == "active"
    triggers.run(now=NOW)
    results = rest.get(f"{place}/results").json()
    assert (results["eligible"], results["planned"], results["suppressed"], results["sent"]) == (1, 1, {}, 0)
    assert set(results) >= {"eligible", "planned", "suppressed", "sent", "failed", "opened", "clicked", "converted"}
    assert rest.post(f"{place}/pause").json()["status"] == "paused"


def test_switching_on_plans_at_once_as_it_does_on_the_page(make_definition: Make) -> None:
    rest = client()
    place = f"{URL}/{rest.post(URL, make_definition(), format='json').json()['id']}"
    rest.post(f"{place}/activate")
    job = Job.objects.get()
    assert (job.kind, job.params) == (runs.KIND, {"campaign": place.rpartition("/")[2]})
    rest.post(f"{place}/activate")
    assert Job.objects.count() == 1


def test_a_campaign_on_a_manual_clock_waits_for_its_hand(make_definition: Make) -> None:
    rest = client()
    by_hand = {"kind": "inactive", "days": 90, "clock": "manual"}
    place = f"{URL}/{rest.post(URL, make_definition(trigger=by_hand), format='json').json()['id']}"
    assert rest.post(f"{place}/activate").json()["status"] == "active"
    assert not Job.objects.exists()


def test_lists_are_pages_newest_first(make_definition: Make) -> None:
    rest = client()
    ids = [rest.post(URL, make_definition(name=f"c{n}"), format="json").json()["id"] for n in range(3)]
    page = rest.get(f"{URL}?page_size=2").json()
    assert [row["id"] for row in page["results"]] == ids[:0:-1]
    following = page["next"].partition("/api/v1/campaigns")[2]
    assert [row["id"] for row in rest.get(URL + following).json()["results"]] == ids[:1]


def test_every_fault_names_its_place(make_definition: Make) -> None:
    rest = client()
    body = make_definition(trigger={"kind": "birthday"}, audience={"field": "colour", "op": "=", "value": "red"})
    assert pointers(rest.post(URL, body, format="json")) == ["/trigger/kind", "/audience/field"]
    assert pointers(rest.post(URL, [], format="json")) == [""]
    assert pointers(rest.post(URL, {}, format="json")) == ["/name", "/trigger", "/steps"]
    assert pointers(rest.post(URL, make_definition(colour="red"), format="json")) == ["/colour"]
    assert not Campaign.objects.exists()


def test_what_was_read_can_be_written_back(make_campaign: Make) -> None:
    rest = client()
    place = f"{URL}/{make_campaign().id}"
    whole = rest.get(place).json()
    assert rest.put(place, whole, format="json").json() == whole
    changed = rest.patch(place, {"trigger": {"kind": "inactive", "days": 30}}, format="json").json()
    assert (changed["version"], changed["trigger"]["days"], changed["name"]) == (2, 30, whole["name"])


def test_exact_numbers_in_rules_are_kept(make_definition: Make) -> None:
    rest = client()
    rules = {"metric": "revenue_total", "op": ">=", "value": 99.95}
    made = rest.post(URL, make_definition(audience=rules), format="json")
    assert made.status_code == 201, made.content
    assert made.json()["audience"] == rules


def test_activation_is_refused_with_places_and_warns_otherwise(make_definition: Make) -> None:
    rest = client()
    body = make_definition(subject={"en": "{{ customer.nmae }}"}, audience=None)
    place = f"{URL}/{rest.post(URL, body, format='json').json()['id']}"
    assert pointers(rest.post(f"{place}/activate")) == ["/audience", "/steps/0/template/subject/en"]
    assert rest.get(place).json()["status"] == "draft"
    fixed = rest.patch(place, make_definition(), format="json").json()
    assert [warning["pointer"] for warning in fixed["warnings"]] == ["/steps/0/template"] * 2
    assert rest.post(f"{place}/activate").status_code == 200


def test_only_drafts_are_deleted(make_definition: Make, make_campaign: Make) -> None:
    rest = client()
    draft = rest.post(URL, make_definition(), format="json").json()["id"]
    assert rest.delete(f"{URL}/{draft}").status_code == 204
    assert rest.get(f"{URL}/{draft}").status_code == 404
    refused = rest.delete(f"{URL}/{make_campaign().id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_draft")


def test_a_draft_cannot_be_paused(make_definition: Make) -> None:
    row = drafts.create(raw=make_definition(), actor=actors.SYSTEM, at=NOW)
    assert client().post(f"{URL}/{row.id}/pause").status_code == 409


def test_a_preview_writes_nothing(make_campaign: Make, make_person: Make) -> None:
    person = make_person(given_name="Mali")
    make_person(consent=None)
    place = f"{URL}/{make_campaign().id}/preview"
    body = {"now": NOW.isoformat(), "customer": str(person.id)}
    found = client().post(place, body, format="json").json()
    assert (found["eligible"], found["planned"], found["suppressed"]) == (2, 1, {"never_asked": 1})
    assert found["is_estimate"] is False
    assert found["sample"] == [str(person.id)]
    assert found["rendered"]["subject"] == "We miss you"
    assert "Hello Mali" in found["rendered"]["text"]
    assert not Message.objects.exists()
    assert AccessEntry.objects.get().customer_ids == [person.id]


def test_a_preview_that_is_not_done_in_time_says_what_to_do(
    make_campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise patience.TookTooLong

    monkeypatch.setattr(previews, "preview", give_up)
    answer = client().post(f"{URL}/{make_campaign().id}/preview", {}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer.json()["title"]) == ("took_too_long", "Not available just now")
    assert "Try again" in answer.json()["detail"]


def test_a_preview_of_a_person_needs_the_right_to_see_people(make_campaign: Make, make_person: Make) -> None:
    place = f"{URL}/{make_campaign().id}/preview"
    reader = client("campaigns:read")
    assert reader.post(place, {}, format="json").status_code == 200
    assert reader.post(place, {"customer": str(make_person().id)}, format="json").status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"customer": str(uuid.uuid4())}, "/customer"),
        ({"customer": "me"}, "/customer"),
        ({"now": "yesterday"}, "/now"),
        ({"step": -1}, "/step"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_nonsense_in_a_preview_is_refused(make_campaign: Make, body: Any, pointer: str) -> None:
    assert pointers(client().post(f"{URL}/{make_campaign().id}/preview", body, format="json")) == [pointer]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("get", "", "campaigns:read"),
        ("post", "", "campaigns:write"),
        ("get", "/{id}", "campaigns:read"),
        ("put", "/{id}", "campaigns:write"),
        ("patch", "/{id}", "campaigns:write"),
        ("delete", "/{id}", "campaigns:write"),
        ("post", "/{id}/activate", "campaigns:write"),
        ("post", "/{id}/pause", "campaigns:write"),
        ("get", "/{id}/results", "campaigns:read"),
        ("post", "/{id}/preview", "campaigns:read"),
    ],
)
def test_each_call_needs_its_scope(make_campaign: Make, method: str, path: str, scope: str) -> None:
    url = URL + path.format(id=make_campaign().id)
    assert getattr(APIClient(), method)(url, {}, format="json").status_code == 401
    other = "campaigns:read" if scope.endswith("write") else "campaigns:write"
    assert getattr(client(other, "customers:read"), method)(url, {}, format="json").status_code == 403
    assert getattr(client(scope), method)(url, {}, format="json").status_code not in {401, 403}


@pytest.mark.parametrize("path", ["", "/activate", "/pause", "/results", "/preview"])
def test_unknown_campaigns_are_404(path: str) -> None:
    method = "get" if path in {"", "/results"} else "post"
    answer = getattr(client(), method)(f"{URL}/{uuid.uuid4()}{path}", format="json")
    assert answer.status_code == 404
    assert client().get(f"{URL}/{'-' * 36}").status_code == 404


def test_the_same_request_again_gives_the_first_answer(make_definition: Make) -> None:
    rest = client()
    answers = [rest.post(URL, make_definition(), format="json", headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Campaign.objects.count() == 1
