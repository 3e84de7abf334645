"""Q7: who answers a survey has the points or the place in a draw that it promised, and the draw can be repeated."""

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import outbox, pipeline
from cdp.core.models import Notice
from loyalty.models import Coupon, Draw
from loyalty.services import actions, draws, prizes
from surveys.models import Response
from tests import factories
from tests.loyalty import programmes, shop
from tests.loyalty.drawing import DAY
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
CODE = r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b"
NAMES = {"name_en": "Tea time", "name_th": "ชวนดื่มชา", "name_ko": "차 추첨"}


def _answered(client: Client, slug: str, secret: str) -> str:
    shown = client.get(f"/s/{slug}/{secret}").content.decode()
    slip = shown.split('name="slip" value="')[1].split('"')[0]
    sent = {"slip": slip, "page": "one", "shown": "score", "score": "9"}
    return shown + client.post(f"/s/{slug}/{secret}", sent).content.decode()


def test_q07_points_and_a_place_in_a_draw_come_as_promised_and_anybody_repeats_the_draw(client: Client) -> None:
    cache.clear()
    programmes.publish()
    now = timezone.now()
    owner = Client()
    owner.force_login(factories.staff("owner"))
    # Staff write a draw down, announce it, and promise it in the settings of a survey.
    closes = timezone.localtime(now) + dt.timedelta(days=3)
    prize = {f"prize-0-{name}": f"{text} 500" for name, text in NAMES.items()}
    told = {
        **NAMES, "opens_at": "2026-01-01T00:00", "closes_at": closes.strftime("%Y-%m-%dT%H:%M"), "most": "1",
        "draws_on": closes.date().isoformat(), "answers": "on", "prize-TOTAL_FORMS": "1", "prize-INITIAL_FORMS": "0",
        **prize, "prize-0-what": "points", "prize-0-points": "500", "prize-0-count": "1",
    }  # fmt: skip
    assert owner.post("/loyalty/draws/new/", {**told, "prize-0-points": ""}).status_code == 422
    made = owner.post("/loyalty/draws/new/", told)
    assert (made.status_code, made["Location"]) == (302, "/loyalty/draws/tea-time/")
    assert client.get("/draws/tea-time/").status_code == 404
    owner.post("/loyalty/draws/tea-time/act/", {"act": "announce"})
    before = client.get("/draws/tea-time/?lang=en").content.decode()
    draw = Draw.objects.get()
    assert draw.commitment in before
    survey = asking.opened(value(page("one", question("nps", "score"))), slug="drawn")
    arranged = {"part": "arrange", "name": "Visit", "sample": "100", "reward": "draw", "draw": "tea-time"}
    assert owner.post("/surveys/drawn/settings/", arranged).status_code == 302
    paid = asking.opened(value(page("one", question("nps", "score"))), slug="paid")
    type(paid).objects.filter(id=paid.id).update(reward={"kind": "points", "points": 50})
    # Members answer by their own links, and read what they take part in.
    people = [factories.customer(name=f"P{n}", email=f"p{n}@example.com") for n in range(3)]
    for one in people:
        shop.Member.objects.create(customer=one, joined_at=now - DAY, how="staff")
        said = _answered(client, "drawn", asking.invited(survey, one.id))
        assert said.count("Tea time") >= 2
        assert "You take part" in said
    _answered(client, "paid", asking.invited(paid, people[0].id))
    assert Response.objects.filter(state="complete").count() == 4
    actions.reward([one.id for one in people], now + dt.timedelta(minutes=1))
    later = closes + DAY
    assert shop.has(people[0], later) == 50
    # It closes, is drawn, and the winner has the points and a mail; the page has all that is needed to repeat it.
    draws.close_due(now=closes)
    draws.draw(draw=draw.id, actor=programmes.SYSTEM, now=later)
    prizes.give_due(now=later)
    after = client.get("/draws/tea-time/?lang=en").content.decode()
    listed = b"".join(client.get("/draws/tea-time/list.csv").streaming_content)  # type: ignore[attr-defined]
    draw.refresh_from_db()
    assert hashlib.sha256(listed).hexdigest() == draw.list_digest
    assert hashlib.sha256(draw.seed.encode()).hexdigest() == draw.commitment
    assert draw.seed in after
    numbers = [line.partition(",")[0] for line in listed.decode().split()]
    best = min(numbers, key=lambda number: hashlib.sha256(f"{draw.seed}:{number}:1".encode()).hexdigest())
    assert f'<strong class="tnum">{best}</strong>' in after
    assert "example.com" not in after.partition("<main")[2].partition("</main")[0]
    assert sorted(shop.has(one, later) for one in people) in ([0, 50, 500], [0, 0, 550])
    assert Notice.objects.get(kind="draw-won").state == "waiting"


def test_q07_a_coupon_comes_once_for_each_person_and_questionnaire_and_is_taken_at_the_till(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_URL = f"file:{tmp_path}"
    cache.clear()
    owner = Client()
    owner.force_login(factories.staff("owner"))
    survey = asking.opened(value(page("one", question("nps", "score"))), slug="given")
    arranged = {"part": "arrange", "name": "Visit", "sample": "100", "reward": "coupon", "offer": "first-order"}
    assert owner.post("/surveys/given/settings/", arranged).status_code == 302
    mali = factories.customer(name="Mali", email="mali@example.com", language="en")
    read = []
    for _twice in range(2):
        read.append(_answered(client, "given", asking.invited(survey, mali.id)))
        pipeline.drain_all(now=timezone.now())
    coupon = Coupon.objects.get()
    assert (coupon.customer_id, coupon.reason) == (mali.id, "survey")
    seen = owner.get(f"/counter/{mali.id}/?lang=en").content.decode()
    (code,) = set(re.findall(CODE, seen))
    # It stands on the last page and in a mail, once: nobody who answers as somebody is shown what that person has.
    assert [set(re.findall(CODE, page)) for page in read] == [{code}, set()]
    outbox.send_due(now=timezone.now())
    assert [set(re.findall(CODE, path.read_text())) for path in tmp_path.glob("*.eml")] == [{code}]
    sale = {"customer": {"email": "mali@example.com"}, "external_id": "T-1", "amount": "200.00", "currency": "THB"}
    till = {"Authorization": f"Bearer {factories.api_key(source_key='till')[1]}"}
    told = client.post(f"/api/v1/coupons/{code}/redeem", sale, content_type="application/json", headers=till)
    assert (told.status_code, told.json()["discount"]) == (200, "20.00")
