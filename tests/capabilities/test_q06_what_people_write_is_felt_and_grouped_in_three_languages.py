"""Q6: a file of reviews in three languages becomes sentiment, a segment, and a theme that somebody looks after."""

import csv
import io

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import pipeline
from customers.services import buckets
from surveys.models import Reading, Theme
from surveys.services.understanding import theming
from tests import factories
from tests.importing import Importer

pytestmark = pytest.mark.django_db(transaction=True)
BAD = (
    "배송이 너무 늦어서 최악이에요 실망", "배송 늦음 쓰레기 최악", "ส่งช้ามาก แย่ ไม่ซื้ออีก", "ส่งของช้า รอนานมาก แย่",
    "The delivery was late and terrible", "late delivery again, terrible service",
)  # fmt: skip
GOOD = ("정말 최고예요 너무 좋아요", "ดีมาก ชอบมากค่ะ ประทับใจ", "I love it, great quality, very happy")


def test_reviews_in_three_languages_become_feelings_a_segment_and_a_theme(tmp_path, monkeypatch, client: Client):
    buckets.ensure()
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["sku", "rating", "body", "email", "at", "review id"])
    for number, text in enumerate((*BAD, *GOOD)):
        rows.writerow(["CUP", "", text, f"p{number}@example.com", f"{timezone.now():%Y-%m-%d}", f"r{number}"])
    assert Importer(tmp_path, monkeypatch)("reviews", out.getvalue())["created"] == len(BAD) + len(GOOD)
    pipeline.drain_all(now=timezone.now())
    assert set(Reading.objects.values_list("language", flat=True)) == {"th", "ko", "en"}

    _key, key = factories.api_key()
    found = client.post(
        "/api/v1/segments/preview", {"rules": {"all": [{"metric": "sentiment", "op": "=", "value": "positive"}]}},
        content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {key}",
    )  # fmt: skip
    assert found.json()["count"] == len(GOOD), found.content

    theming.find(timezone.now())
    client.force_login(factories.staff("owner"))
    page = client.get("/voice/themes/", HTTP_ACCEPT_LANGUAGE="ko").content.decode()
    assert "배송" in page
    theme = next(one for one in Theme.objects.all() if f"/voice/themes/{one.id}/" in page)
    link = f"/voice/themes/{theme.id}/"
    assert BAD[4] in client.get(link).content.decode()
    answer = client.post(link, {"name": "Late parcels", "task": "Another courier", "owner": "", "is_solved": "on"})
    assert (answer.status_code, answer.url) == (302, link)
    theme.refresh_from_db()
    assert (theme.name, theme.task, theme.solved_at is not None) == ("Late parcels", "Another courier", True)
    assert "Late parcels" in client.get("/voice/themes/").content.decode()
    client.force_login(factories.staff("viewer"))
    assert client.post(link, {"name": "Mine"}).status_code == 403
