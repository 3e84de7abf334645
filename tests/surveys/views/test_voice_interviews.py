"""Staff make a guide, hold a talk and ask about a quote; its person decides; website and REST show it, or do not."""

import html
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import actors
from surveys.models import Guide, Interview, Quote
from surveys.models import Testimonial as Asked
from surveys.selectors.interviews import talks
from surveys.services.interviews import guides, holding, testimonials
from tests import factories
from tests.surveys import talking

pytestmark = pytest.mark.django_db
WORDS = "It saved my morning."


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def fields(text: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if told.get("type") not in {"radio", "checkbox"} or " checked" in tag:
            found.setdefault(told.get("name", ""), html.unescape(told.get("value", "")))
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', text, re.DOTALL):
        found[name] = html.unescape(inside)
    return found


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


def test_a_talk_goes_from_the_words_read_aloud_to_a_testimonial_that_everybody_reads(client):
    guide, mali = talking.guide(), factories.customer(name="Mali Srisai", email="mali@example.com")
    client.force_login(factories.staff("steward"))
    begin = "/voice/interviews/begin/"
    found = client.post(begin, {"guide": guide.slug, "kind": "single", "language": "en", "act": "find", "q": "Mali"})
    assert (f"add:{mali.id}" in found.content.decode(), "Mali" in found.request["QUERY_STRING"]) == (True, False)
    page = client.get(f"{begin}?customer={mali.id}&guide={guide.slug}").content.decode()
    told = {**fields(page), "guide": guide.slug, "language": "en", "act": "begin", "seat": [str(mali.id)]}
    refused = client.post(begin, told)
    assert (refused.status_code, Interview.objects.count()) == (422, 0)
    started = client.post(begin, {**told, "agreed": ["1"]})
    address = started.headers["Location"]
    page = client.get(address).content.decode()
    first = re.search(r'name="act" value="to:(\w+)" lang', page)[1]
    quoted = client.post(
        f"{address}?q={first}",
        {"note-1": "Uses it daily", "act": "quote", "words": WORDS, "seat": "1", "themes": "Morning, taste"},
    )
    assert quoted.status_code == 302
    whole = talks.whole(Interview.objects.get().id)
    assert (whole.notes[first, 1], whole.quotes[0].themes) == ("Uses it daily", ["morning", "taste"])
    assert WORDS in client.get("/voice/interviews/quotes/?theme=morning").content.decode()
    assert WORDS not in client.get("/voice/interviews/quotes/?theme=price").content.decode()
    assert "Mali Srisai" in client.get(f"/voice/interviews/?customer={mali.id}").content.decode()

    quote = Quote.objects.get()
    asked = client.post(f"/voice/interviews/quotes/{quote.id}/", {"act": "ask", "words": WORDS, "name": "Mali, Bangkok"})
    staff_page = asked.headers["Location"]
    link = re.search(r"http://[^\"<]+/s/_/words/[^\"<]+", client.get(staff_page).content.decode())[0]
    path = link[link.index("/s/") :]
    person, owner = Client(), Client()
    owner.force_login(factories.staff("owner"))
    assert WORDS in person.get(path).content.decode()
    early = owner.post(staff_page, {"act": "show"})
    assert (early.status_code, Asked.objects.get().state) == (422, "asked")
    assert WORDS not in person.get("/s/_/testimonials/").content.decode()
    assert "you allowed it" in person.post(path, {"act": "yes"}).content.decode()
    assert owner.post(staff_page, {"act": "show"}).status_code == 302
    wall = person.get("/s/_/testimonials/?embed=1")
    assert WORDS in wall.content.decode()
    assert "Mali, Bangkok" in wall.content.decode()
    assert "frame-ancestors *" in wall.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in person.get("/s/_/testimonials/").headers["Content-Security-Policy"]
    assert b"/s/_/testimonials/" in person.get("/s/testimonials.js").content

    _key, secret = factories.api_key(("surveys:read", "interviews:read"))
    rest = {"headers": {"Authorization": f"Bearer {secret}"}}
    (praise,) = person.get("/api/v1/testimonials", **rest).json()["results"]
    assert (praise["text"], praise["name"]) == (WORDS, "Mali, Bangkok")
    talk = person.get(f"/api/v1/interviews/{Interview.objects.get().id}", **rest).json()
    assert (talk["participants"][0]["customer"], talk["quotes"][0]["themes"]) == (str(mali.id), ["morning", "taste"])
    assert talk["notes"] == [{"question": first, "seat": 1, "text": "Uses it daily"}]
    assert len(person.get(f"/api/v1/interviews?customer={mali.id}", **rest).json()["results"]) == 1
    history = owner.get(f"/customers/{mali.id}/").content.decode()
    assert "Talked with us" in history
    assert WORDS in history

    assert "You took it back" in person.post(path, {"act": "back"}).content.decode()
    assert WORDS not in person.get("/s/_/testimonials/").content.decode()
    assert person.get("/api/v1/testimonials", **rest).json()["results"] == []
    assert person.get("/s/_/words/nonsense").status_code == 404


def test_words_that_nobody_allowed_are_not_read_by_who_may_not_read_quotes(client):
    talk = talking.talk(talking.guide(), factories.customer(name="Mali", email="mali@example.com"))
    key = guides.of_ready("product")["questions"][0]["key"]
    quote = holding.quote(interview=talk.id, question=key, seat=1, words=WORDS, themes=[])
    testimonials.ask(quote=quote.id, words=WORDS, name="Mali", actor=actors.SYSTEM, at=timezone.now())
    client.force_login(factories.staff("viewer"))
    assert WORDS not in client.get("/voice/interviews/testimonials/").content.decode()
    assert WORDS not in client.get(f"/voice/interviews/testimonials/{Asked.objects.get().id}/").content.decode()
