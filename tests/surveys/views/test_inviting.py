"""The tab *Ask*: links, the sheet, a segment that is counted before it is asked, and taken back."""

import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from analytics.services import membership, segments
from cdp.core import actors, jobs
from consent.services import grants
from surveys.models import Invitation, InvitationBatch, Response
from surveys.rules import ready
from surveys.rules.definition import written
from tests import factories
from tests.surveys import asking
from tests.surveys.forms import Form

pytestmark = pytest.mark.django_db
TERMS = {"segment": "all", "channel": "email", "days": "30", "reminders": "1", "remind_days": "7"}


@pytest.fixture
def nps():
    return asking.opened(written(ready.one("nps")), slug="nps")


@pytest.fixture
def everybody():
    for name in ("ada", "bo"):
        who = factories.customer(email=f"{name}@example.com", name=name.title())
        grants.record(
            customer=who.id,
            purpose="marketing",
            channel="email",
            granted=name == "ada",
            at=timezone.now(),
            source="shop",
            method="form",
            actor=actors.CUSTOMER,
        )
    segment = segments.create(key="all", name="All", rules={"all": []}, actor=actors.SYSTEM, at=timezone.now())
    membership.refresh(segment, timezone.now())


def test_a_segment_is_counted_with_reasons_then_asked_and_taken_back(client, nps, everybody):
    client.force_login(factories.staff("owner"))
    counted = client.post("/surveys/nps/ask/", TERMS)
    page = counted.content.decode()
    assert "1 of 2 would be asked now." in page
    assert "1 · did not allow it" in page
    assert not Invitation.objects.exists()
    assert "Nobody was invited yet" in page
    assert client.post("/surveys/nps/ask/", {**TERMS, "go": "1"}).status_code == 302
    waiting = client.get("/surveys/nps/ask/", headers={"Accept-Language": "th"}).content.decode()
    assert "กำลังส่งคำเชิญ" in waiting
    assert 'hx-select="#invitations"' in waiting
    jobs.run_waiting()
    row = Invitation.objects.get()
    assert (row.reminders, row.state) == (1, Invitation.State.MADE)
    client.post("/surveys/nps/ask/", {**TERMS, "go": "1"})
    jobs.run_waiting()
    assert Invitation.objects.count() == 1
    invited = client.get("/surveys/nps/ask/", headers={"Accept-Language": "th"}).content.decode()
    assert f"/ask/{row.batch_id}/take-back/" in invited
    assert "ยกเลิกคำเชิญ" in invited
    assert "hx-select" not in invited.partition('id="invitations"')[2].partition(">")[0]
    assert client.post(f"/surveys/nps/ask/{row.batch_id}/take-back/").status_code == 302
    assert Invitation.objects.get().state == Invitation.State.ENDED


def test_links_code_and_letter_are_shown_and_wrong_terms_told_at_their_field(client, nps, everybody):
    client.force_login(factories.staff("owner"))
    page = client.get("/surveys/nps/ask/").content.decode()
    for told in ("/s/nps/?lang=th", "/s/nps/?kiosk=ko", "/s/embed.js", "How likely are you to recommend us"):
        assert told in page
    sheet = client.get("/surveys/nps/ask/sheet/").content.decode()
    assert "<svg" in sheet
    assert "Would you recommend us?" in sheet
    korean = client.get("/surveys/nps/ask/sheet/?in=ko").content.decode()
    assert '<article class="poster" lang="ko">' in korean
    assert "Print" in korean, "staff's own language stays"
    assert "Would you recommend us?" not in korean
    address = html.unescape(re.search(r'class="poster-url">[^<]*(/s/[^<]*)<', korean)[1])
    visitor = Client()
    Form(visitor.get(address)).send(visitor, q__score="9")
    assert Response.objects.values_list("language", "context__src").get() == ("ko", "sheet")
    assert client.post("/surveys/nps/ask/", {**TERMS, "days": "0", "segment": "ghost"}).status_code == 422
    asking.opened(written(ready.one("about_you")), slug="team", is_anonymous=True)
    assert "src=sheet" not in client.get("/surveys/team/ask/sheet/").content.decode()  # no place is kept of it
    asking.drafted(written(ready.one("ease")), slug="ease")
    assert "Publish it first" in client.get("/surveys/ease/ask/").content.decode()
    assert client.get("/surveys/ease/ask/sheet/").status_code == 404


def test_own_words_are_written_side_by_side_judged_and_seen_before_they_go(client, nps, everybody):
    client.force_login(factories.staff("owner"))
    page = client.get("/surveys/nps/ask/words/")
    form = Form(page)
    assert "asks for your view" in page.content.decode()  # the ready words stand there in grey
    sent = {**form.fields, "text_en": "Dear {first_name},\nhow was it?", "short_ko": "{shop} {name} 님"}
    wrong = client.post("/surveys/nps/ask/words/", {**sent, "subject_en": "{nick} <b>"})
    assert wrong.status_code == 422
    assert "{nick}" in wrong.content.decode()
    assert client.post("/surveys/nps/ask/words/", sent).status_code == 302
    shown = client.get("/surveys/nps/ask/").content.decode()
    assert "Dear Anna,<br>how was it?" in shown
    assert "김민지 님 http" in shown
    assert client.post("/surveys/nps/ask/", {**TERMS, "go": "1"}).status_code == 302
    jobs.run_waiting()
    assert InvitationBatch.objects.get().letter["en"]["text"].startswith("Dear {first_name},")
    words = {
        "schema": 1,
        "pages": [{"key": "one", "questions": [{"kind": "text", "key": "why", "text": {"en": "Why?"}}]}],
    }
    asking.opened({"languages": ["en"], "title": {"en": "Free"}, **words}, slug="free")
    asked = client.get("/surveys/free/ask/").content.decode()
    assert "A press on an answer" not in asked
    assert "A press opens" not in asked
    assert asked.count("survey-letter-button") == 3
