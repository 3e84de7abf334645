"""The pages of campaigns, as a marketer and as others meet them."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from campaigns.models import Campaign, Message
from campaigns.rules import reasons
from campaigns.selectors import definitions, rules
from campaigns.selectors.tallies import Tally
from campaigns.services import drafts, previews, sending
from cdp.core import actors, jobs, patience
from cdp.core.models import AccessEntry, Job
from consent.selectors import packs
from tests import factories

TEXT = {"language": "en", "subject": "Hi {{ customer.given_name }}", "body": "Dear {{ customer.name }}"}


def reachable(name: str = "Mali Srisuk", email: str = "mali@example.com") -> object:
    person = factories.customer(name=name, email=email)
    factories.consent(person, purpose="marketing", channel="email", granted=True)
    return person


def test_a_marketer_makes_checks_and_sends_a_campaign(marketer: Client, settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_URL = f"file://{tmp_path}"
    reachable()
    factories.customer(name="Never Asked", email="never@example.com")

    answer = marketer.post("/campaigns/new/", {"starter": "announcement", "name": "News", "purpose": "marketing"})
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == f"/campaigns/{campaign.id}/edit/trigger/"
    base = f"/campaigns/{campaign.id}/"
    assert marketer.post(base + "edit/trigger/", {"kind": "manual"}).headers["Location"] == base + "edit/audience/"
    # News begin with a segment, the one of people who may get them.
    asked = marketer.get(base + "edit/audience/").context
    assert (asked["how"], asked["segment_key"]) == ("segment", "email-reachable")
    answer = marketer.post(base + "edit/audience/", {"how": "rule", "rules": '{"all": []}'})
    assert answer.headers["Location"] == base + "edit/message/"
    answer = marketer.post(base + "edit/message/", {"en-subject": "Hello", "en-body": "Dear {{ customer.name }}"})
    assert answer.headers["Location"] == base + "check/"

    page = marketer.get(base + "dry-run/").content.decode()
    assert "Activate and send to 1 person" in page
    assert reasons.words("never_asked", purpose="News and offers") in page

    assert marketer.post(base + "activate/", {"run": "1"}).status_code == 302
    assert Job.objects.get().kind == "campaign-run"
    jobs.run_waiting()
    sending.send_due(now=timezone.now())
    assert [path.suffix for path in tmp_path.iterdir()] == [".eml"]
    page = marketer.get(base).content.decode()
    assert "Mali Srisuk" in page
    assert "Not sent" in page
    assert marketer.get(base + "?state=suppressed&reason=never_asked").status_code == 200


def test_each_step_says_what_is_wrong_where_it_is_wrong(marketer: Client, announcement: Campaign) -> None:
    base = f"/campaigns/{announcement.id}/edit/"
    answer = marketer.post(base + "trigger/", {"kind": "inactive", "days": ""})
    assert answer.status_code == 422
    assert "Give the number of days." in answer.content.decode()
    answer = marketer.post(base + "audience/", {"how": "rule", "rules": '{"field": "age", "op": ">="}'})
    assert answer.status_code == 422
    assert "A value is missing." in answer.content.decode()
    answer = marketer.post(base + "audience/", {"how": "segment", "segment": ""})
    assert "Choose a segment." in answer.content.decode()
    assert marketer.post(base + "audience/", {"how": "rule", "rules": "no json"}).status_code == 422
    answer = marketer.post(base + "message/", {"en-subject": "Hi {{ customer.nmae }}", "en-body": "x"})
    assert answer.status_code == 422
    assert "customer.nmae" in answer.context["texts"][0]["form"].errors["subject"][0]
    answer = marketer.post(base + "message/", {})
    assert answer.status_code == 422


def test_a_language_left_empty_is_left_out_and_others_stay(marketer: Client, announcement: Campaign) -> None:
    marketer.post(
        f"/campaigns/{announcement.id}/edit/message/", {"th-subject": "ข่าว", "th-body": "สวัสดี", "and_close": "1"}
    )
    step = definitions.current(announcement).steps[0]
    assert step.subject == {"th": "ข่าว"}
    assert step.body == {"th": "สวัสดี"}


def test_a_preview_is_a_document_that_only_our_pages_may_hold(marketer: Client, announcement: Campaign) -> None:
    answer = marketer.post(f"/campaigns/{announcement.id}/preview/", TEXT)
    assert "Dear Mali Srisuk" in answer.content.decode()
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert (
        "frame-src 'self'"
        in marketer.get(f"/campaigns/{announcement.id}/edit/message/").headers["Content-Security-Policy"]
    )


def test_seeing_it_as_a_customer_is_noted(marketer: Client, announcement: Campaign) -> None:
    person = factories.customer(name="Somchai Dee", email="somchai@example.com")
    answer = marketer.post(f"/campaigns/{announcement.id}/preview/", {**TEXT, "customer": str(person.id)})
    assert "Dear Somchai Dee" in answer.content.decode()
    assert AccessEntry.objects.filter(customer_ids__contains=[person.id]).exists()
    head = marketer.post(f"/campaigns/{announcement.id}/preview/head/", {**TEXT, "subject": "{{ nobody }}"})
    assert "nobody" in head.content.decode()


def test_a_test_goes_to_whoever_presses_and_takes_no_permission_away(
    marketer: Client, announcement: Campaign, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_URL = f"file://{tmp_path}"
    person = reachable()
    answer = marketer.post(f"/campaigns/{announcement.id}/test/", {**TEXT, "customer": str(person.id)})  # type: ignore[attr-defined]
    assert answer.status_code == 204
    text = next(tmp_path.iterdir()).read_text()
    assert "To: Marketer <marketer@example.com>" in text
    assert "mali@example.com" not in text
    assert Message.objects.count() == 0


def test_activating_is_refused_in_words(marketer: Client, announcement: Campaign) -> None:
    drafts.update(campaign=announcement.id, raw={"audience": None}, actor=actors.SYSTEM, at=timezone.now())
    page = marketer.get(f"/campaigns/{announcement.id}/check/?now=1").content.decode()
    assert "Not ready yet" in page
    marketer.post(f"/campaigns/{announcement.id}/activate/")
    announcement.refresh_from_db()
    assert announcement.status == "draft"


def test_pages_say_that_the_first_run_is_under_way_until_it_is_counted(
    marketer: Client, announcement: Campaign
) -> None:
    reachable()
    base = f"/campaigns/{announcement.id}/"
    marketer.post(base + "activate/", {"run": "1"})
    for path, part in ((base, "progress"), ("/campaigns/", "campaigns")):
        page = marketer.get(path).content.decode()
        assert "Planning…" in page
        assert f'id="{part}" hx-get=""' in page
        assert "No messages here" not in page
    Job.objects.update(state=Job.State.DONE)
    for path in (base, "/campaigns/"):
        page = marketer.get(path).content.decode()
        assert "Planning…" not in page
        assert 'hx-get=""' not in page


def test_pausing_and_deleting(marketer: Client, announcement: Campaign) -> None:
    base = f"/campaigns/{announcement.id}/"
    marketer.post(base + "activate/")
    assert not Job.objects.exists()
    assert "Pause" in marketer.get(base).content.decode()
    marketer.post(base + "pause/")
    announcement.refresh_from_db()
    assert announcement.status == "paused"
    marketer.post(base + "delete/")
    assert Campaign.objects.filter(id=announcement.id).exists()
    assert marketer.post(base + "shred/").status_code == 404


@pytest.mark.parametrize("role", ["viewer", "privacy", "clerk", "steward"])
def test_who_may_look_and_who_may_change(log_in: Callable[[str], Client], announcement: Campaign, role: str) -> None:
    client = log_in(role)
    looks = role in {"viewer", "privacy"}
    base = f"/campaigns/{announcement.id}/"
    for path in ("/campaigns/", base, base + "check/", base + "dry-run/"):
        assert client.get(path).status_code == (200 if looks else 403)
    for path in ("/campaigns/new/", base + "edit/", base + "edit/message/"):
        assert client.get(path).status_code == 403
    for path in ("activate/", "preview/", "test/"):
        assert client.post(base + path).status_code == 403


def test_a_segment_is_carried_into_its_campaign(marketer: Client) -> None:
    page = marketer.get("/campaigns/new/?segment=leads").content.decode()
    assert "Leads" in page
    marketer.post(
        "/campaigns/new/", {"starter": "winback", "name": "Hello", "purpose": "marketing", "segment": "leads"}
    )
    campaign = Campaign.objects.get()
    assert definitions.current(campaign).audience == {"segment": "leads"}
    assert "Hello" in marketer.get("/segments/").content.decode()
    assert marketer.get(f"/campaigns/{campaign.id}/edit/audience/").status_code == 200


def test_every_reason_and_rule_has_words() -> None:
    for pack in packs.every().values():
        for kind in ("consent", "objection"):
            assert rules.words(f"{pack.key}:{kind}") not in {"", pack.name}
    assert rules.words("house:address")
    assert reasons.words("SMTP 550") == "SMTP 550"
    assert "too old" not in reasons.of_then("expired"), "a message of before may say it of a changed meaning"


def test_a_dry_run_that_would_take_too_long_says_about(
    marketer: Client, announcement: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimate = Tally(1500, 1200, Counter({("never_asked", "gdpr:consent"): 300}), is_estimate=True)
    monkeypatch.setattr(previews, "preview", lambda *_, **__: estimate)
    page = marketer.get(f"/campaigns/{announcement.id}/dry-run/").content.decode()
    assert "about 1,500" in page
    assert "Activate and send to about 1,200 people" in page
    assert "about 1200 people get a message now." in page
    assert "Estimated" in page


def test_an_estimate_of_nobody_does_not_stop_a_campaign_from_being_sent(
    marketer: Client, announcement: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts.activate(campaign=announcement.id, actor=actors.SYSTEM, at=timezone.now())
    found = Tally(300, 0, Counter({("never_asked", "gdpr:consent"): 300}), is_estimate=True)
    monkeypatch.setattr(previews, "preview", lambda *_, **__: found)
    page = marketer.get(f"/campaigns/{announcement.id}/dry-run/").content.decode()
    assert "Nobody is left" not in page
    assert "Send to about 0 people now" in page
    found.is_estimate = False
    page = marketer.get(f"/campaigns/{announcement.id}/dry-run/").content.decode()
    assert "Nobody is left" in page


@pytest.mark.parametrize("place", ["dry-run/", "check/?now=1"])
def test_a_dry_run_that_is_not_done_in_time_says_what_to_do(
    marketer: Client, announcement: Campaign, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def give_up(*_: object, **__: object) -> Tally:
        raise patience.TookTooLong

    monkeypatch.setattr(previews, "preview", give_up)
    answer = marketer.get(f"/campaigns/{announcement.id}/{place}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This takes too long just now" in page
    assert f"/campaigns/{announcement.id}/edit/audience/" in page
    assert 'hx-trigger="load"' not in page
