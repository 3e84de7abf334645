"""C11: what people do on social platforms: whose it is, how many follow them, and segments of it."""

import csv
import io
import itertools
import random

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import pipeline
from customers.models import Customer
from customers.services import buckets
from surveys.models import SocialAct
from tests import factories
from tests.importing import Importer

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


def test_a_thousand_comments_make_the_segment_over_5000_followers(imports, client: Client):
    buckets.ensure()
    content, last = comments()
    assert imports("social", content)["created"] == 1000
    pipeline.drain_all(now=timezone.now())
    rules = {"all": [{"field": "followers", "op": ">", "value": 5000}]}
    _key, key = factories.api_key()
    answer = client.post(
        "/api/v1/segments/preview", {"rules": rules}, content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {key}",
    )  # fmt: skip
    wanted = {handle for handle, (followers, _mood) in last.items() if followers > 5000}
    assert answer.json()["count"] == len(wanted), answer.content
    assert Customer.objects.filter(status="known").count() == len(last)
    assert SocialAct.objects.count() == 1000
