"""What staff see of tracking: sums that add up, and refused events that can be mended."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from cdp.core import api_keys, jobs, pipeline
from cdp.core.models import AccessEntry, AuditEntry, Job, Source
from events.models import Event, InboxRow, RejectedEvent
from events.selectors import figures
from events.services import draining, quarantine_again, recording
from tests import factories

EVENT = {"type": "track", "event": "Viewed", "userId": "u1", "messageId": "m1"}
BROKEN = {"type": "track", "event": "Viewed", "messageId": "m2", "properties": {"note": "for planted@example.com"}}


@pytest.fixture
def steward(client):
    client.force_login(factories.staff("steward"))
    return client


def sums():
    (row,) = figures.by_source(since=timezone.now() - timezone.timedelta(hours=1))
    return row.sent, row.stored, row.waiting, row.duplicates, row.rejected


def test_what_was_sent_adds_up_at_every_moment(caller):
    caller.send(EVENT, EVENT, BROKEN)
    assert sums() == (3, 0, 2, 0, 1)
    draining.drain(now=timezone.now())
    assert sums() == (3, 1, 0, 1, 1)
    caller.send(EVENT)
    assert sums() == (4, 1, 1, 1, 1)


def test_the_page_shows_sources_hours_and_what_was_turned_away(caller, steward):
    caller.send(EVENT, BROKEN)
    page = steward.get(reverse("events:overview")).content.decode()
    assert "web-shop" in page
    assert steward.get(reverse("events:overview"), {"source": "web-shop"}).status_code == 200
    assert steward.get(reverse("events:overview"), {"source": "nobody"}).status_code == 404


def test_the_newest_events_are_told_by_themselves_without_anything_personal(caller, steward):
    caller.send({**EVENT, "event": "Product Viewed", "properties": {"name": "Serum", "note": "planted@example.com"}})
    draining.drain(now=timezone.now())
    asked = {"watch": "", "source": "web-shop"}
    part = steward.get(reverse("events:overview"), asked, headers={"HX-Request": "true"}).content.decode()
    assert "Viewed a product · Serum" in part
    assert "planted@example.com" not in part
    assert "<html" not in part
    factories.source("quiet")
    quiet = steward.get(reverse("events:overview"), {"source": "quiet"}).content.decode()
    assert "Nothing arrived from this source" in quiet
    assert "Serum" not in quiet


def test_an_order_that_was_not_written_says_so_beside_its_event(caller, steward):
    order = {**EVENT, "event": "Order Completed", "properties": {"order_id": "1001", "total": "a lot"}}
    caller.send(order, {**EVENT, "messageId": "m3"})
    draining.drain(now=timezone.now())
    pipeline.drain_all(now=timezone.now())
    part = steward.get(reverse("events:overview"), {"watch": ""}, headers={"HX-Request": "true"}).content.decode()
    assert part.count("no order was written") == 1
    assert "This is no number: total" in part
    assert 'href="/hooks/#no-fact"' in part


def test_a_website_is_connected_once_and_may_send(client, db):
    client.force_login(factories.staff("owner"))
    asked = {"name": "Tea house", "origin": "tea.example/th?x=1"}
    made = client.post(reverse("events:connect"), asked)
    key, page = made.context["write_key"], made.content.decode()
    assert f"data-key=&quot;{key}&quot;" in page
    assert "“/th?x=1” was left off" in page
    assert "[&quot;consent&quot;, { measurement: true }]" in page or '["consent", { measurement: true }]' in page
    assert "<code>https://tea.example</code>" in page
    source = Source.objects.get(key="tea-house")
    assert source.allowed_origins == ["https://tea.example"]
    assert bytes(source.write_key_digest) == bytes(api_keys.digest(key))
    assert AuditEntry.objects.filter(action="core:source:created").count() == 1
    for wrong in (asked, {"name": "–"}, {"name": "Signup"}, {"name": "Other", "origin": "ftp://x"}):
        assert client.post(reverse("events:connect"), wrong).status_code == 422
    assert key not in client.get(reverse("events:connect")).content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:8000", "Websites cannot reach this address"),
        ("http://crm.example", "This address is not encrypted"),
        ("https://crm.example", ""),
    ],
)
def test_an_address_that_websites_cannot_use_is_warned_of(client, db, settings, address, words):
    settings.CDP_BASE_URL, settings.IS_LOOPBACK = address, "127." in address
    settings.IS_HTTPS = address.startswith("https")
    client.force_login(factories.staff("owner"))
    asked = client.get(reverse("events:connect")).content.decode()
    made = client.post(reverse("events:connect"), {"name": "ร้านออนไลน์", "origin": "ร้าน.example"}).content.decode()
    for page in (asked, made):
        assert ("callout-warning" in page) == bool(words)
        assert words in page
    assert Source.objects.get(name="ร้านออนไลน์").key == "source-1"
    assert "ร้านออนไลน์" in client.get(reverse("events:overview")).content.decode()


def test_the_name_and_the_pages_of_a_website_are_changed_later(client, db):
    client.force_login(factories.staff("owner"))
    source = factories.source("tea")
    api_keys.create_write_key(source)
    place = reverse("events:source", args=["tea"])
    assert place in client.get(reverse("events:overview"), {"source": "tea"}).content.decode()
    refused = client.post(place, {"name": "Tea", "origins": "https://tea.example/th/"})
    assert refused.status_code == 422
    assert "write https://tea.example instead of https://tea.example/th/" in refused.content.decode()
    Source.objects.filter(key=factories.source("web-shop").key).update(name="Old shop")
    for taken in ("web-shop", "old SHOP", "Web shop", "Staff", "พนักงาน"):
        assert client.post(place, {"name": taken, "origins": ""}).status_code == 422
    assert client.post(reverse("events:connect"), {"name": "Web shop", "origin": ""}).status_code == 422
    told = {"name": "ร้านชา", "origins": "https://tea.example/\ncdn.tea.example, https://tea.example"}
    saved = client.post(place, told, follow=True)
    assert "only what is empty is filled" in saved.content.decode()
    source.refresh_from_db()
    assert (source.name, source.known_people) == ("ร้านชา", "fill")
    assert source.allowed_origins == ["https://tea.example", "https://cdn.tea.example"]
    assert client.post(place, told).status_code == 302
    assert AuditEntry.objects.filter(action="core:source:changed").count() == 1
    assert client.get(reverse("events:source", args=["web-shop"])).status_code == 404


def test_the_list_opens_nothing_and_one_event_is_opened_on_the_record(caller, steward):
    caller.send(BROKEN)
    row = RejectedEvent.objects.get()
    page = steward.get(reverse("events:quarantine-list"), {"source": "web-shop", "code": "missing_identity"})
    assert "planted@example.com" not in page.content.decode()
    assert str(row.id) in page.content.decode()
    assert not AccessEntry.objects.exists()
    opened = steward.get(reverse("events:quarantine-detail", args=[row.id]))
    assert "planted@example.com" in opened.content.decode()
    entry = AccessEntry.objects.get()
    assert (entry.view, str(row.id) in entry.reason) == ("events:quarantine-detail", True)
    assert str(row.id) not in steward.get(reverse("events:quarantine-list"), {"code": "too_large"}).content.decode()


def test_a_mended_event_is_taken_in_and_counted_as_accepted(caller, steward):
    caller.send(BROKEN)
    draining.drain(now=timezone.now())
    assert sums() == (1, 0, 0, 0, 1)
    row = RejectedEvent.objects.get()
    mended = json.dumps({**BROKEN, "userId": "u7"}, indent=2)
    answer = steward.post(reverse("events:quarantine-detail", args=[row.id]), {"event": mended})
    assert answer.status_code == 302
    assert not RejectedEvent.objects.exists()
    assert sums() == (1, 0, 1, 0, 0)
    draining.drain(now=timezone.now())
    assert sums() == (1, 1, 0, 0, 0)
    event = Event.objects.get()
    assert (event.message_id, event.received_at) == ("m2", row.received_at)
    assert AuditEntry.objects.filter(action="events:quarantine:replayed").exists()


def test_all_of_a_filter_are_sent_in_again_and_counted_as_accepted(caller, steward, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(recording, "record_spelt", lambda *_a, **_m: 1 / 0)
        caller.send(EVENT, {**EVENT, "messageId": "m3"}, BROKEN)
        draining.drain(now=timezone.now())
    assert sums() == (3, 0, 0, 0, 3)
    monkeypatch.setattr(quarantine_again, "PAGE", 1)
    assert "Send all in again" in steward.get(reverse("events:quarantine-list")).content.decode()
    asked = steward.post(reverse("events:quarantine-again"), {"code": "indigestible"})
    assert asked.url.endswith("?code=indigestible")
    jobs.run_waiting()
    assert sums() == (3, 0, 2, 0, 1)
    draining.drain(now=timezone.now())
    assert sums() == (3, 2, 0, 0, 1)
    steward.post(reverse("events:quarantine-again"))
    jobs.run_waiting()
    assert sorted(Job.objects.values_list("result__sent", "result__refused")) == [(0, 1), (2, 0)]
    assert RejectedEvent.objects.get().code == "missing_identity", "what is still wrong stays"
    assert AuditEntry.objects.filter(action="events:quarantine:replayed").count() == 4


@pytest.mark.parametrize("text", ["{", "5", "", json.dumps(BROKEN)])
def test_an_event_that_is_still_wrong_stays(caller, steward, text):
    caller.send(BROKEN)
    row = RejectedEvent.objects.get()
    answer = steward.post(reverse("events:quarantine-detail", args=[row.id]), {"event": text})
    assert answer.status_code == 422
    assert RejectedEvent.objects.exists()
    assert not InboxRow.objects.filter(accepted=1).exists()


def test_what_is_no_json_is_shown_as_it_came(caller, steward):
    caller.send("just a text")
    row = RejectedEvent.objects.get()
    assert "just a text" in steward.get(reverse("events:quarantine-detail", args=[row.id])).content.decode()


def test_the_context_of_a_batch_is_judged_again_and_can_be_mended_or_dropped(caller, steward):
    for about in ("m1", "m3"):
        caller.send({**EVENT, "messageId": about}, context={"page": {"path": "/a\x00"}})
    assert not InboxRow.objects.filter(accepted__gt=0).exists()
    first, second = (reverse("events:quarantine-detail", args=[row.id]) for row in RejectedEvent.objects.order_by("id"))
    form = steward.get(first).context["form"]
    assert json.loads(form.initial["context"]) == {"page": {"path": "/a\x00"}}
    text = form.initial["event"]
    for wrong in (form.initial["context"], "{", "[]", '{}, "batch": null', '{"a": "\\ud800"}'):
        again = steward.post(first, {"event": text, "context": wrong})
        assert (again.status_code, bool(again.context["form"].errors["context"])) == (422, True)
    mended = {"page": {"path": "/a"}}
    assert steward.post(first, {"event": text, "context": json.dumps(mended)}).status_code == 302
    dropped = steward.get(second).context["form"].initial["event"]
    assert steward.post(second, {"event": dropped, "context": ""}).status_code == 302
    done = draining.drain(now=timezone.now())
    assert (done.stored, done.refused) == (2, 0)
    told = dict(Event.objects.values_list("message_id", "properties"))
    assert told == {"m1": {"$context": mended}, "m3": {}}
