"""C11: what people do on social platforms: whose it is, how many follow them, and segments of it."""

import csv
import io
import itertools
import random

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import pipeline
from customers.models import Customer, Identifier
from customers.services import buckets
from events.services import draining
from surveys.models import OwnAccount, Reading, SocialAct, SocialPost, Ticket
from surveys.selectors.social import posts
from tests import factories
from tests.events.conftest import Caller, caller
from tests.importing import Importer

__all__ = ["caller"]

pytestmark = pytest.mark.django_db(transaction=True)
MOODS = {
    "positive": (
        "ชอบมากค่ะ สินค้าดีมาก ประทับใจสุดๆ", "정말 좋아요 최고예요 또 살게요", "Love it, great quality, very happy with this",
    ),
    "negative": (
        "แย่มาก ผิดหวัง ไม่แนะนำเลย", "정말 별로예요 실망했어요 최악", "Terrible, very disappointed, waste of money",
    ),
}  # fmt: skip


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def settle() -> None:
    draining.drain(now=timezone.now())
    pipeline.drain_all(now=timezone.now())


def test_rest_and_events_bring_acts_of_one_person_and_messages_open_tickets(caller: Caller, client: Client):
    buckets.ensure()
    OwnAccount.objects.create(platform="x", handle="teashop", tickets=["mention"])
    _key, key = factories.api_key(source_key="shop")

    def post(path, body):
        return client.post(f"/api/v1/{path}", body, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {key}")

    comment = {
        "platform": "X",
        "kind": "comment",
        "handle": "@Mali",
        "followers": "6.1k",
        "text": "ดี",
        "external_id": "c1",
    }
    assert [post("social", comment).status_code for _ in range(2)] == [201, 200]
    spam = {
        "platform": "x",
        "handle": "spammer",
        "text": "terrible, buy followers at spam.example",
        "external_id": "c2",
    }
    mention = {"platform": "x", "kind": "mention", "handle": "mali", "text": "@teashop my tea?", "external_id": "c3"}
    message = {"platform": "x", "kind": "message", "handle": "mali", "text": "Hello?", "external_id": "c4"}
    bad = {"platform": "orkut", "handle": "x", "text": "y"}
    answer = post("social/batch", {"acts": [spam, mention, bad, message, message, 7]}).json()
    assert [one["outcome"] for one in answer["results"]] == ["created", "created", None, "created", "created", None]
    assert answer["results"][2]["errors"][0]["pointer"] == "/acts/2/platform"
    told = {
        "platform": "x",
        "post_id": "77",
        "campaign": "Spring",
        "username": "mali",
        "text": "And again",
        "comment_id": "e1",
    }
    caller.send({"type": "track", "anonymousId": "crawler", "event": "Social Comment", "properties": told})
    caller.send(
        {"type": "identify", "userId": "m-1", "traits": {"email": "mali@example.com"}},
        {"type": "track", "userId": "m-1", "event": "Post Liked", "properties": {"platform": "x", "handle": "mali"}},
    )
    settle()
    mali = Customer.objects.get(id=SocialAct.objects.get(external_id="c1").customer_id)
    assert set(SocialAct.objects.filter(customer=mali).values_list("kind", flat=True)) == {
        "comment", "mention", "message", "like",
    }  # fmt: skip
    assert set(Identifier.objects.filter(customer_id=mali.id).values_list("kind", flat=True)) >= {"handle", "email"}
    (ticket,) = Ticket.objects.all()  # the message goes on with what the mention opened; spam opens nothing
    assert (ticket.customer_id, ticket.channel, ticket.messages.filter(direction="in").count()) == (
        mali.id,
        "social",
        2,
    )
    figures = client.get(f"/api/v1/customers/{mali.id}/metrics", HTTP_AUTHORIZATION=f"Bearer {key}").json()
    assert figures["followers"] == 6100
    listed = client.get(f"/api/v1/social?customer={mali.id}&kind=comment", HTTP_AUTHORIZATION=f"Bearer {key}").json()
    assert {one["text"] for one in listed["results"]} == {"ดี", "And again"}
    client.force_login(factories.staff("marketer"))
    page = client.get(f"/customers/{mali.id}/").content.decode()
    listed = client.get("/voice/comments/?followers=6k&platform=x").content.decode()
    assert ("ดี" in listed, "terrible" in listed) == (True, False)
    post_page = client.get("/voice/comments/posts/?campaign=Spring").content.decode()
    assert "77" in post_page
    first = SocialAct.objects.get(external_id="c1")
    assert client.post(f"/voice/comments/{first.id}/settle/", {"state": "resolved"}).status_code == 302
    assert SocialAct.objects.get(external_id="c1").state == "resolved"
    assert all(words in page for words in ("Commented on X", "6,100 followers", "And again"))


def comments() -> tuple[str, dict[str, tuple[int, str]]]:
    """A file of 1,000 comments of 400 people in three languages; of each by handle the followers told last and the
    mood of the last comment.
    """
    dice = random.Random(11)
    out, last = io.StringIO(), {}
    rows = csv.writer(out)
    rows.writerow(["platform", "post", "kind", "handle", "followers", "text", "at", "campaign", "comment id"])
    turn = itertools.cycle(MOODS)
    for number in range(1000):
        mood, followers = next(turn), dice.choice((3, 999, 5000, 5001, 12_300, 250_000))
        if dice.random() < 0.5:
            mood = next(turn)
        handle = f"user{dice.randrange(400)}"
        told = "12.3k" if followers == 12_300 else "25 หมื่น" if followers == 250_000 else f"{followers:,}"
        text = f"{dice.choice(MOODS[mood])} {number}"
        at = f"2026-03-{1 + number // 50:02}T10:{number % 50:02}:00Z"
        rows.writerow(["instagram", f"post-{number % 7}", "comment", f"@{handle}", told, text, at, "Spring", number])
        last[handle] = followers, mood
    return out.getvalue(), last


def test_a_thousand_comments_make_the_segment_over_5000_followers_and_content(imports, client: Client):
    buckets.ensure()
    content, last = comments()
    assert imports("social", content)["created"] == 1000
    pipeline.drain_all(now=timezone.now())
    content_ones = {"metric": "sentiment", "op": "=", "value": "positive"}
    rules = {"all": [{"field": "followers", "op": ">", "value": 5000}, content_ones]}
    _key, key = factories.api_key()
    answer = client.post(
        "/api/v1/segments/preview", {"rules": rules}, content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {key}",
    )  # fmt: skip
    wanted = {handle for handle, (followers, mood) in last.items() if followers > 5000 and mood == "positive"}
    assert 0 < len(wanted) < len(last)
    assert answer.json()["count"] == len(wanted), answer.content
    assert Customer.objects.filter(status="known").count() == len(last)
    assert SocialAct.objects.count() == 1000
    read = Reading.objects.filter(kind="comment")
    assert read.count() == 1000
    client.force_login(factories.staff("marketer"))
    listed = client.get("/voice/comments/?sentiment=positive&followers=5001").content.decode()
    assert "Terrible" not in listed
    assert any(words.split()[0] in listed for words in MOODS["positive"])
    # Each post with how often it was commented on, liked and shared, beside its campaign.
    done = [("like", "post-3", 5), ("share", "post-3", 2), ("like", "post-0", 1)]
    head, rows = "platform,post,kind,handle,at,comment id", itertools.count(2000)
    lines = [
        f"instagram,{post},{kind},@user{n},2026-04-01T10:00:00Z,{next(rows)}"
        for kind, post, n in done
        for n in range(n)
    ]
    assert imports("social", "\n".join([head, *lines]))["rejected"] == []
    figures = {one.post.external_id: dict(one.counts) for one in posts.figures(list(SocialPost.objects.all()))}
    wanted = {f"post-{n}": {"comment": len(range(n, 1000, 7))} for n in range(7)}
    for kind, post, count in done:
        wanted[post][kind] = count
    assert figures == wanted
    page = client.get("/voice/comments/posts/?campaign=Spring").content.decode()
    row = next(part for part in page.split("<tr")[1:] if "post-3" in part)
    assert all(f">{count}<" in row for count in (wanted["post-3"]["comment"], 5, 2)), row
