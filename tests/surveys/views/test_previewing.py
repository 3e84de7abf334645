"""Staff try a draft in the frame of a phone: led on by its conditions, and nothing is kept."""

import pytest

from surveys.models import Answer, Response
from surveys.rules import definition, ready
from tests import factories
from tests.surveys import asking

pytestmark = pytest.mark.django_db


def test_a_draft_is_walked_through_and_nothing_is_kept(client):
    client.force_login(factories.staff("viewer"))
    survey = asking.drafted(definition.written(ready.one("nps")), slug="us")
    assert "/surveys/us/preview/frame/?in=ko" in client.get("/surveys/us/preview/?in=ko").content.decode()
    here = "/surveys/us/preview/frame/?in=ko"
    first = client.get(here)
    page = first.content.decode()
    assert first["X-Frame-Options"] == "SAMEORIGIN"
    assert ("저희를 친구나 동료에게" in page, "답변은 이렇게 쓰입니다" in page) == (True, True)
    missing = client.post(here, {"page": "score", "shown": "score"})
    assert missing.status_code == 422
    second = client.post(here, {"page": "score", "shown": "score", "q.score": "3"}).content.decode()
    assert "무엇이 아쉬우셨고" in second
    last = client.post(here, {"page": "why", "shown": "why", "q.why": "x", "carried": '{"score": 3}'}).content.decode()
    assert "감사합니다" in last
    assert (Response.objects.count(), Answer.objects.count()) == (0, 0)
    for nonsense in ({"carried": "{"}, {"carried": "[1]", "page": "no"}, {"page": "why", "carried": '{"score": {}}'}):
        assert client.post(here, nonsense).status_code in {200, 422}
    survey.draft = {"pages": 3}
    survey.save()
    assert "Check and publish" in client.get("/surveys/us/preview/frame/?lang=en").content.decode()
