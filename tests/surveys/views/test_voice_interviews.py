"""Staff make a guide and publish it; what nobody allowed yet is read by those alone who may read quotes."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from cdp.core import actors
from surveys.models import Guide
from surveys.models import Testimonial as Asked
from surveys.services.interviews import guides, holding, testimonials
from tests import factories
from tests.surveys import talking
from tests.surveys.talking import fields

pytestmark = pytest.mark.django_db
WORDS = "It saved my morning."


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def test_a_guide_is_made_of_a_ready_one_changed_and_published_with_its_disclosure(client):
    client.force_login(factories.staff("marketer"))
    made = client.post("/voice/interviews/guides/new/", {"start": "product", "slug": ""})
    address = made.headers["Location"]
    page = client.get(address).content.decode()
    told = {**fields(page), "languages": ["en", "th", "ko"]}
    assert client.post(address, {**told, "goal.en": "Why they stay", "act": "add"}).status_code == 302
    guide = Guide.objects.get()
    assert (guide.draft["goal"]["en"], guide.draft["questions"][-1]["text"]) == ("Why they stay", {})
    stale = client.post(address, {**told, "act": "save"})
    assert (stale.status_code, "meanwhile" in stale.content.decode()) == (422, True)
    last = len(guide.draft["questions"])
    page = client.get(f"{address}publish/").content.decode()
    refused = client.post(f"{address}publish/", fields(page))
    assert (refused.status_code, f"Question {last}" in refused.content.decode()) == (422, True)
    told = {**fields(client.get(address).content.decode()), "languages": ["en", "th", "ko"]}
    client.post(address, {**told, "act": f"out-{last}"})
    silent = {**fields(page), **{name: "" for name in fields(page) if name.endswith("_ko")}}
    assert client.post(f"{address}publish/", silent).status_code == 422
    assert client.post(f"{address}publish/", fields(page)).status_code == 302
    assert Guide.objects.get().version == 1


def test_words_that_nobody_allowed_are_not_read_by_who_may_not_read_quotes(client):
    talk = talking.talk(talking.guide(), factories.customer(name="Mali", email="mali@example.com"))
    key = guides.of_ready("product")["questions"][0]["key"]
    quote = holding.quote(interview=talk.id, question=key, seat=1, words=WORDS, themes=[])
    testimonials.ask(quote=quote.id, words=WORDS, name="Mali", actor=actors.SYSTEM, at=timezone.now())
    client.force_login(factories.staff("viewer"))
    assert WORDS not in client.get("/voice/interviews/testimonials/").content.decode()
    assert WORDS not in client.get(f"/voice/interviews/testimonials/{Asked.objects.get().id}/").content.decode()
