"""C13: staff hold a talk by a guide and keep a quote; only its person's yes to exactly these words shows it, and their no
takes it down from the page, the frame and REST at once.
"""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from surveys.models import Interview, Quote
from surveys.models import Testimonial as Asked
from surveys.selectors.interviews import talks
from tests import factories
from tests.surveys import talking
from tests.surveys.talking import fields

pytestmark = pytest.mark.django_db
WORDS = "It saved my morning."


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def test_c13_a_talk_goes_from_the_words_read_aloud_to_a_testimonial_that_everybody_reads(client: Client) -> None:
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
    asked = client.post(
        f"/voice/interviews/quotes/{quote.id}/", {"act": "ask", "words": WORDS, "name": "Mali, Bangkok"}
    )
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
