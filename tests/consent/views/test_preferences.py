"""The preference centre: everything in one place, without a log-in or a script, and withdrawing as easy as giving."""

import datetime as dt
import html
import json
import re
from dataclasses import replace

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Message
from campaigns.selectors import decisions
from cdp.core import actors, ids
from cdp.core.models import Notice
from consent.models import (
    ConsentRecord,
    ConsentState,
    ContactWish,
    LinkRequest,
    PolicyVersion,
    Purpose,
    Restriction,
    ServedNotice,
)
from consent.rules.ledger import REFUSALS
from consent.selectors import notices
from consent.services import asked_links, expiring, gate, links, policies
from consent.services.requests import intake
from customers.models import Customer
from customers.services import erasing, merging
from tests import factories

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SHOWN = re.compile(r'name="shown" value="([^"]+)"')
UNDO = re.compile(r'name="undo" value="([^"]+)"')


@pytest.fixture(autouse=True)
def at_noon():
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mali():
    found = factories.customer(email="mali.plant@example.com", phone="0812345678", name="Mali Plant", country="TH")
    factories.consent(found, at=NOW - DAY)
    return found


def path(customer, at=NOW):
    return links.preferences_path(customer=customer.id, at=at)


def stranger():
    return Client(enforce_csrf_checks=True)


def save(customer, *on, was=None, no=(), **more):
    page = stranger().get(path(customer)).content.decode()
    shown = dict(re.findall(r'name="(was:[^"]+)" value="(\d)"', page)) if was is None else was
    shown["shown"] = SHOWN.search(page)[1]
    return stranger().post(path(customer), {"act": "save", "on": on, "no": no, **shown, **more})


def states(customer):
    return dict(ConsentState.objects.filter(customer=customer).values_list("channel", "is_granted"))


def test_the_page_shows_every_purpose_masks_the_address_and_sends_no_referrer(mali):
    answer = stranger().get(path(mali))
    page = answer.content.decode()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "mali.plant@example.com" not in page
    assert "Mali Plant" not in page
    assert "@example.com" in page
    for words in ("News and offers", "Offers that suit you", "Sharing with partners"):
        assert words in page
    assert 'value="marketing:email" checked' in page
    assert 'value="service:email"' not in page  # what was ordered comes anyway
    assert "<script" not in page


def test_the_night_is_asked_about_where_the_law_knows_quiet_hours(mali):
    minji = factories.customer(email="minji@example.com", phone="010-1234-5678", country="KR")
    assert "marketing_night:" not in stranger().get(path(mali)).content.decode()
    assert "marketing_night:sms" in stranger().get(path(minji)).content.decode()


def test_a_signed_receipt_is_there_to_take_along(mali):
    page = stranger().post(path(mali), {"act": "receipt"})
    shown = html.unescape(re.search(r'name="receipt" value="([^"]+)"', page.content.decode())[1])
    changed = shown.replace('"issued"', '"forged"')
    assert stranger().post(path(mali), {"act": "receipt-file", "receipt": changed}).status_code == 409
    answer = stranger().post(path(mali), {"act": "receipt-file", "receipt": shown})
    assert answer.json() == json.loads(shown), "what is read is what is signed"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert {"receipt", "signature"} <= set(answer.json())


def test_staff_send_the_link_and_read_a_masked_address(mali, client):
    client.force_login(factories.staff("clerk"))
    assert f"/consent/link/{mali.id}/" in client.get(f"/customers/{mali.id}/").content.decode()
    page = client.post(f"/consent/link/{mali.id}/", follow=True).content.decode()
    assert "on its way to m" in page
    assert [(one.customer_id, one.kind) for one in Notice.objects.all()] == [(mali.id, "preferences-link")]


def test_giving_and_taking_back_is_one_press_each_with_its_proof(mali):
    save(mali, "marketing:sms")
    assert states(mali) == {"email": False, "sms": True}
    newest = ConsentRecord.objects.filter(method="preferences")
    assert {(one.channel, one.status) for one in newest} == {("email", "withdrawn"), ("sms", "given")}
    assert all(one.source == "preferences" and one.actor_kind == "customer" for one in newest)
    assert gate.decide(customer=mali.id, purpose="marketing", channel="email", at=NOW).is_denied


def test_saving_without_a_change_writes_nothing(mali):
    before = ConsentRecord.objects.count()
    save(mali, "marketing:email")
    assert ConsentRecord.objects.count() == before


def test_an_old_page_gives_nothing_back_that_was_taken_away_since(mali):
    factories.consent(mali, granted=False, at=NOW - dt.timedelta(minutes=1))
    save(mali, "marketing:email", was={"was:marketing:email": "1"})
    assert states(mali) == {"email": False}


def test_a_press_can_be_taken_back_for_an_hour(mali, at_noon):
    page = save(mali, frequency="weekly").content.decode()
    assert states(mali) == {"email": False}
    token = UNDO.search(page)[1]
    answer = stranger().post(path(mali), {"act": "undo", "undo": token})
    assert (answer.status_code, states(mali)) == (200, {"email": True})
    assert not ContactWish.objects.exists()
    at_noon.shift(dt.timedelta(minutes=1))
    page = save(mali).content.decode()
    at_noon.shift(dt.timedelta(hours=2))
    assert stranger().post(path(mali), {"act": "undo", "undo": UNDO.search(page)[1]}).status_code == 409
    assert stranger().post(path(mali), {"act": "undo", "undo": "forged"}).status_code == 409
    assert states(mali) == {"email": False}


def test_who_opens_the_page_anew_can_still_take_the_last_press_back(mali, at_noon):
    page = stranger().get(path(mali)).content.decode()
    assert not UNDO.search(page), "what came by another way is not undone here"
    save(mali)
    at_noon.shift(dt.timedelta(minutes=59))
    token = UNDO.search(stranger().get(path(mali)).content.decode())[1]
    assert states(mali) == {"email": False}
    at_noon.shift(dt.timedelta(minutes=2))
    assert not UNDO.search(stranger().get(path(mali)).content.decode())
    assert stranger().post(path(mali), {"act": "undo", "undo": token}).status_code == 409
    at_noon.shift(-dt.timedelta(minutes=2))
    assert stranger().post(path(mali), {"act": "undo", "undo": token}).status_code == 200
    assert states(mali) == {"email": True}
    page = stranger().get(path(mali)).content.decode()
    assert not UNDO.search(page)
    assert "All times are Thailand Time." in page


def test_whose_data_is_on_hold_reads_it_after_every_press_with_the_way_to_end_it(mali):
    hold = Restriction.objects.create(customer=mali, since=NOW - DAY, reason="asked", request_id=ids.uuid7())
    for press in ("save", "stop"):
        page = stranger().post(path(mali), {"act": press}).content.decode()
        assert "Your data is on hold" in page
        way = re.search(r'href="([^"]+)">See your request', page)[1]
        assert links.read_progress(way.rstrip("/").rsplit("/", 1)[1]) == hold.request_id
    Restriction.objects.update(reason="claims")
    page = stranger().get(path(mali)).content.decode()
    assert ("Your data is on hold" in page, "end it there" in page, "ask us at the counter" in page) == (
        True,
        False,
        True,
    )


def test_nobody_takes_back_for_somebody_else(mali):
    token = UNDO.search(save(mali).content.decode())[1]
    other = factories.customer(email="other@example.com")
    assert stranger().post(path(other), {"act": "undo", "undo": token}).status_code == 409
    assert states(mali) == {"email": False}


def test_everything_stops_with_one_press(mali):
    factories.consent(mali, channel="sms", at=NOW - DAY)
    factories.consent(mali, purpose="profiling", channel="any", at=NOW - DAY)
    stranger().post(path(mali), {"act": "stop"})
    assert not ConsentState.objects.filter(customer=mali, is_granted=True).exists()
    stranger().post(path(mali), {"act": "stop"})  # twice is fine
    assert ConsentRecord.objects.filter(status="withdrawn").count() == 3


def test_what_the_law_allows_without_a_word_says_on_what_it_rests_and_is_objected_to(at_noon):
    uwe = factories.customer(email="uwe@example.com", country="FR", street="1 Rue", city="Lyon")
    page = stranger().get(path(uwe)).content.decode()
    assert not re.search(r'name="on" value="(profiling:any|marketing:post)"', page), "nobody said yes"
    assert 'name="no" value="profiling:any">' in page
    assert page.count("because of our legitimate interest") == 2
    assert "6(1)" in page
    save(uwe)
    assert not ConsentRecord.objects.exists(), "saying nothing is no objection"
    page = save(uwe, no=["profiling:any", "marketing:post"]).content.decode()
    assert set(ConsentState.objects.values_list("channel", "status")) == {("any", "denied"), ("post", "denied")}
    assert 'name="no" value="profiling:any" checked' in page
    at_noon.shift(dt.timedelta(minutes=1))
    save(uwe, no=["marketing:post"])
    assert gate.decide(customer=uwe.id, purpose="profiling", channel="any", at=NOW).is_allowed


def test_an_objection_is_one_line_by_who_really_made_it_and_opens_no_ways_the_person_has_not(mali, at_noon):
    page = stranger().get(path(mali)).content.decode()
    before = set(re.findall(r'name="was:([^"]+)"', page))
    assert before == {"marketing:email", "marketing:sms", "marketing:phone", "profiling:any", "measurement:any",
                      "third_party:any"}  # fmt: skip
    at_noon.shift(dt.timedelta(minutes=1))
    ask = intake.Ask(customer=mali.id, right="objection", door="web", language="en", identity="code")
    intake.begin(ask, actor=actors.CUSTOMER, at=timezone.now())
    assert ConsentRecord.objects.filter(method="request").count() > 9
    page = stranger().get(path(mali)).content.decode()
    assert set(re.findall(r'name="was:([^"]+)"', page)) == before, "no webhook, no KakaoTalk, no night in Thailand"
    recorded = page[page.index('class="recorded"') :]
    assert recorded.count("<li>") == 2
    assert "You, under “My data”" in recorded.split("</li>")[0]
    assert not {"staff", "Webhook", "KakaoTalk", "night"} & set(re.findall(r"\w+", recorded))
    assert "You did not agree or you objected, so we do not do this." in page


def test_what_expired_is_refused_by_unticking_where_the_law_asks_for_no_word():
    uwe = factories.customer(email="uwe@example.com", country="FR")
    for purpose, channel in (("profiling", "any"), ("marketing", "post")):
        factories.consent(uwe, purpose=purpose, channel=channel, at=NOW - DAY)
        expiring.expire(purpose=purpose, said_before=NOW, reason="meaning", actor=actors.SYSTEM, now=NOW)
    save(uwe, no=["profiling:any"])
    assert ConsentState.objects.get(customer=uwe, purpose="profiling").status in REFUSALS
    stranger().post(path(uwe), {"act": "stop"})
    assert ConsentState.objects.get(customer=uwe, purpose="marketing").status in REFUSALS


def test_stopping_everything_stops_letters_that_rest_on_no_word():
    uwe = factories.customer(email="uwe@example.com", country="FR")
    assert gate.decide(customer=uwe.id, purpose="marketing", channel="post", at=NOW).is_allowed
    stranger().post(path(uwe), {"act": "stop"})
    for purpose, channel in (("marketing", "post"), ("profiling", "any")):
        assert gate.decide(customer=uwe.id, purpose=purpose, channel=channel, at=NOW).is_denied


def test_taking_a_stop_back_leaves_silence_silent_and_what_expired_expired(at_noon):
    uwe = factories.customer(email="uwe@example.com", country="FR")
    factories.consent(uwe, purpose="marketing", channel="post", at=NOW - DAY)
    expiring.expire(purpose="marketing", said_before=NOW, reason="meaning", actor=actors.SYSTEM, now=NOW)
    factories.consent(uwe, at=NOW - DAY)
    at_noon.shift(dt.timedelta(minutes=1))
    page = stranger().post(path(uwe), {"act": "stop"}).content.decode()
    assert set(ConsentState.objects.values_list("status", flat=True)) == {"denied", "withdrawn"}
    at_noon.shift(dt.timedelta(minutes=1))
    token = UNDO.search(page)[1]
    assert "Taken back" in stranger().post(path(uwe), {"act": "undo", "undo": token}).content.decode()
    found = set(ConsentState.objects.values_list("purpose", "channel", "status"))
    assert found == {("marketing", "post", "expired"), ("marketing", "email", "given")}
    assert stranger().post(path(uwe), {"act": "undo", "undo": token}).status_code == 200  # twice is fine
    assert ConsentRecord.objects.filter(status="retracted").count() == 3
    page = stranger().post(path(uwe), {"act": "stop"}).content.decode()  # and it can be said again
    assert not ConsentState.objects.exclude(status__in=("denied", "withdrawn")).exists()


def test_how_often_and_a_pause_hold_campaigns_back(mali, at_noon):
    save(mali, "marketing:email", frequency="weekly")
    assert decisions.capped([mali.id], purpose="marketing", at=NOW)[mali.id].messages == 1
    Message.objects.create(
        customer=mali,
        campaign_id=ids.uuid7(),
        version=1,
        step=0,
        occurrence="x",
        channel="email",
        purpose="marketing",
        state="sent",
        due_at=NOW,
        planned_at=NOW,
        sent_at=NOW,
    )
    left = decisions.capped([mali.id], purpose="marketing", at=NOW + DAY)[mali.id]
    assert (left.messages, left.rule) == (0, "person:frequency")
    assert decisions.capped([mali.id], purpose="marketing", at=NOW + 8 * DAY)[mali.id].messages == 1
    save(mali, "marketing:email", pause="30", frequency="usual")
    left = decisions.capped([mali.id], purpose="marketing", at=NOW + 29 * DAY)[mali.id]
    assert (left.messages, left.rule) == (0, "person:pause")
    assert decisions.capped([mali.id], purpose="marketing", at=NOW + 30 * DAY) == {}
    assert decisions.capped([mali.id], purpose="service", at=NOW) == {}
    save(mali, "marketing:email", frequency="usual", pause="none")
    assert not ContactWish.objects.exists()


def test_of_two_who_became_one_the_quieter_wish_holds(mali):
    other = factories.customer(email="other@example.com")
    save(mali, "marketing:email", frequency="weekly")
    save(other, frequency="monthly", pause="90")
    merging.merge(survivor=mali.id, absorbed=other.id, reason="steward", actor=actors.SYSTEM, at=NOW)
    page = stranger().get(path(other)).content.decode()  # the old link means the one they are now
    assert 'value="monthly" checked' in page


def test_the_language_is_the_persons_own_choice(mali):
    save(mali, "marketing:email", language="ko")
    assert Customer.objects.get(id=mali.id).language == "ko"
    page = stranger().get(path(mali))
    assert page.headers["Content-Language"] == "ko"
    assert stranger().get(path(mali) + "?lang=th").headers["Content-Language"] == "th"
    save(mali, language="xx")
    assert Customer.objects.get(id=mali.id).language == "ko"


def test_a_child_takes_back_alone_and_allows_nothing(mali):
    child = factories.customer(email="kid@example.com", country="TH", birth_date="2019-05-01")
    factories.consent(child, at=NOW - DAY)
    page = stranger().get(path(child)).content.decode()
    assert "guardian" in page
    save(child, "marketing:sms", was={"was:marketing:email": "1", "was:marketing:sms": "0"})
    assert states(child) == {"email": False}


def test_boxes_nobody_offered_are_not_spoken_of(mali):
    save(
        mali,
        "marketing:webhook",
        "evil:email",
        "special:any",
        was={
            "was:marketing:webhook": "0",
            "was:evil:email": "0",
            "was:special:any": "0",
        },
    )
    assert states(mali) == {"email": True}


def test_what_was_recorded_is_told(mali):
    page = stranger().get(path(mali)).content.decode()
    assert "What was recorded" in page
    assert "<strong>Given:</strong> News and offers (E-mail)" in page


@pytest.mark.parametrize("ask", ["get", "post"])
def test_old_forged_and_forgotten_links_lead_to_a_new_one(mali, ask, at_noon):
    old = path(mali)
    gone = factories.customer(email="gone@example.com")
    forgotten = path(gone)
    erasing.erase(customer=gone.id, actor=actors.SYSTEM, at=NOW)
    assert getattr(stranger(), ask)(forgotten).status_code == 410
    assert getattr(stranger(), ask)("/preferences/forged").status_code == 404
    at_noon.shift(links.PREFERENCES_LAST)
    answer = getattr(stranger(), ask)(old)
    assert answer.status_code == 410
    assert 'action="/preferences/' in answer.content.decode()
    assert states(mali) == {"email": True}


def test_asking_for_a_link_does_the_same_for_everybody_and_a_worker_writes_to_customers_only(mali, client):
    """The door looks nothing up: the same statements run, the same row is written, the same page is shown."""
    client.post("/preferences/", {"contact": "first@example.com"})  # makes the key of the hour
    done = []
    for who in ("mali.plant@example.com", "stranger@example.com"):
        with CaptureQueriesContext(connection) as ran:
            answer = client.post("/preferences/", {"contact": who})
        done.append((answer.status_code, answer.content, [re.sub(r"'[^']*'| ?-?\d+", "?", one["sql"]) for one in ran]))
    assert done[0] == done[1]
    assert not any("customers_" in statement or "core_notice" in statement for statement in done[0][2])
    rows = list(LinkRequest.objects.values_list("asked", "done_at"))
    assert len(rows) == 3
    assert not any(b"example" in bytes(asked) for asked, _done in rows)
    client.post("/preferences/", {"contact": "MALI.plant@example.com "})
    assert asked_links.send_waiting(now=NOW) == 4
    assert asked_links.send_waiting(now=NOW) == 0, "killed or not, each is answered once"
    assert {(one.customer_id, one.kind) for one in Notice.objects.all()} == {(mali.id, "preferences-link")}
    assert {(bytes(asked), done) for asked, done in LinkRequest.objects.values_list("asked", "done_at")} == {(b"", NOW)}
    wrong = client.post("/preferences/", {"contact": "no address"})
    assert (wrong.status_code, "novalidate" in wrong.content.decode()) == (422, True)
    assert "like name@example.com" in wrong.content.decode()
    assert asked_links.forget_old(now=NOW + 2 * DAY) == 4


def test_a_link_goes_to_a_phone_where_short_texts_arrive_and_the_form_says_so_where_not(mali, client, settings):
    settings.EMAIL_URL = "file:"
    assert "phone number" in client.get("/preferences/").content.decode()
    assert client.post("/preferences/", {"contact": "081 234 5678"}).status_code == 200
    assert asked_links.send_waiting(now=NOW) == 1
    assert [(one.customer_id, one.channel) for one in Notice.objects.all()] == [(mali.id, "sms")]
    page = client.post("/my-data/", {"right": "access", "contact": "hello"}).content.decode()
    assert "an e-mail address, like name@example.com, or a phone number" in page
    assert "Your e-mail address or phone number" in page
    settings.EMAIL_URL = "smtp://localhost:2525"
    assert "by e-mail only" in client.get("/preferences/").content.decode()
    assert client.post("/preferences/", {"contact": "081 234 5678"}).status_code == 422
    for door, asked in (("/preferences/", {}), ("/my-data/", {"right": "access"})):
        for text in ("hello", ""):
            page = client.post(door, {**asked, "contact": text}).content.decode()
            assert ("like name@example.com" in page, "phone number" in page) == (True, False), (door, text)


def test_no_address_is_flooded_with_links(mali, client, at_noon):
    pages = set()
    for _ in range(7):
        pages.add(client.post("/preferences/", {"contact": "mali.plant@example.com"}).content)
        asked_links.send_waiting(now=timezone.now())
        at_noon.shift(dt.timedelta(minutes=1))
    assert (Notice.objects.count(), len(pages)) == (3, 1)


def test_what_was_shown_is_kept_with_the_answer_and_a_text_that_changed_is_shown_again(mali, at_noon):
    start = PolicyVersion.objects.get(policy="purpose.marketing").published_at + DAY
    at_noon.move_to(start)
    page = stranger().get(path(mali) + "?lang=th").content.decode()
    sent = {"act": "save", "on": ["marketing:sms"], "was:marketing:sms": "0", "shown": SHOWN.search(page)[1]}
    at_noon.shift(dt.timedelta(minutes=5))
    stranger().post(path(mali) + "?lang=th", sent)
    row = ServedNotice.objects.get()
    assert (row.place, row.language, row.shown_at, row.answered_at) == ("preferences", "th", start, timezone.now())
    assert row.versions["purpose.marketing"] == "1"
    assert (row.agreed, row.records) == (1, [ConsentRecord.objects.get(channel="sms").id])
    # The words change while another page is open: the "no" counts at once, the "yes" waits for a look at them.
    page = stranger().get(path(mali)).content.decode()
    version = policies.begin(name="purpose.marketing", actor=actors.SYSTEM, at=timezone.now())
    texts = {code: replace(text, body="New words.") for code, text in notices.texts_of(version).items()}
    policies.save(version=version, texts=texts, actor=actors.SYSTEM, at=timezone.now())
    at_noon.shift(dt.timedelta(minutes=1))
    policies.publish(version=version, actor=actors.SYSTEM, at=timezone.now())
    at_noon.shift(dt.timedelta(minutes=1))
    sent = {
        "act": "save",
        "on": ["marketing:phone"],
        "was:marketing:phone": "0",
        "was:marketing:sms": "1",
        "shown": SHOWN.search(page)[1],
    }
    answer = stranger().post(path(mali), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "New words." in page
    assert 'value="marketing:phone" checked' in page
    assert states(mali) == {"email": True, "sms": False}
    assert stranger().post(path(mali), {**sent, "shown": SHOWN.search(page)[1]}).status_code == 200
    assert states(mali) == {"email": True, "sms": False, "phone": True}
    assert ServedNotice.objects.order_by("-shown_at").first().versions["purpose.marketing"] == "2"
    # A page of somebody else's says nothing about this one.
    other = factories.customer(email="other@example.com")
    stolen = SHOWN.search(stranger().get(path(other)).content.decode())[1]
    sent = {"act": "save", "on": ["marketing:sms"], "was:marketing:sms": "0", "shown": stolen}
    assert stranger().post(path(mali), sent).status_code == 422


@pytest.mark.parametrize("why", ["meaning", "lapsed"])
def test_a_yes_that_counts_no_more_is_asked_again_and_not_shown_as_allowed(mali, why):
    """Also in the hours before the ledger says so: the gate counts it no more from that moment."""
    changed = {"meaning": {"meaning_since": NOW - DAY / 2}, "lapsed": {"lapses_after": 1}}[why]
    if why == "lapsed":
        mali = factories.customer(email="old@example.com", country="TH")
        factories.consent(mali, at=NOW - 40 * DAY)
    Purpose.objects.filter(key="marketing").update(**changed)
    page = stranger().get(path(mali)).content.decode()
    assert 'value="marketing:email" checked' not in page
    assert 'name="was:marketing:email" value="0"' in page
    assert "please answer again" in page
    save(mali, "marketing:email")
    assert ConsentState.objects.get(customer=mali, channel="email").at == NOW
    assert gate.decide(customer=mali.id, purpose="marketing", channel="email", at=NOW).is_allowed
    assert 'value="marketing:email" checked' in stranger().get(path(mali)).content.decode()


def test_a_browser_that_asks_for_privacy_is_heard_once_and_told(mali, at_noon):
    browser = Client(headers={"Sec-GPC": "1"})
    page = browser.get(path(mali)).content.decode()
    assert "Global Privacy Control" in page
    refused = {(one.purpose, one.status, one.method) for one in ConsentRecord.objects.filter(method="gpc")}
    assert refused == {("third_party", "denied", "gpc"), ("measurement", "denied", "gpc")}
    # What is allowed knowingly afterwards stands, though the signal goes on.
    at_noon.shift(dt.timedelta(minutes=1))
    told = {"act": "save", "on": ["third_party:any"], "was:third_party:any": "0", "shown": SHOWN.search(page)[1]}
    browser.post(path(mali), told)
    at_noon.shift(DAY)
    browser.get(path(mali))
    assert ConsentState.objects.get(customer=mali, purpose="third_party").is_granted
    assert ConsentRecord.objects.filter(method="gpc").count() == 2


def test_the_signal_is_promised_where_machines_look(client):
    answer = client.get("/.well-known/gpc.json")
    assert answer.json() == {"gpc": True, "lastUpdate": "2026-11-22"}
