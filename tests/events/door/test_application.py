"""The tracking door, asked as clients ask it."""

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError

from cdp.core import api_keys
from cdp.core.models import Source
from events.door import keys
from events.models import InboxRow, RefusedRequests, RejectedEvent, SourceLimits
from events.services import committing, inbox, intake, refusals

EVENT = {"type": "track", "event": "Viewed", "userId": "u1", "messageId": "m1"}
SINGLE = {
    "identify": {"userId": "u1"},
    "track": {"userId": "u1", "event": "Viewed"},
    "page": {"anonymousId": "a"},
    "screen": {"anonymousId": "a"},
    "group": {"userId": "u1", "groupId": "g"},
    "alias": {"userId": "u1", "previousId": "a"},
}


def stored() -> list[tuple[inbox.Parcel, InboxRow]]:
    rows = InboxRow.objects.order_by("id")
    return [(inbox.open_parcel(bytes(row.sealed), row=row.id, source=row.source_id), row) for row in rows]


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize("is_short", [False, True])
def test_takes_every_call_at_its_long_and_short_address(caller, kind, is_short):
    path = f"/v1/{kind[0] if is_short else kind}"
    answer = caller(path, {**SINGLE[kind], "writeKey": caller.key})
    assert (answer.status, answer.body) == (200, {"success": True, "accepted": 1, "rejected": []})
    ((parcel, row),) = stored()
    assert (parcel.kind, row.accepted, row.rejected, row.source_id) == (kind, 1, 0, caller.source.id)


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch"])
def test_takes_batches(caller, path):
    answer = caller(path, {"batch": [EVENT, EVENT], "writeKey": caller.key, "sentAt": "2026-11-22T00:00:00Z"})
    assert answer.body["accepted"] == 2
    ((parcel, _row),) = stored()
    assert [json.loads(bytes(item)) for item in parcel.events] == [EVENT, EVENT]
    assert parcel.sent_at == "2026-11-22T00:00:00Z"


def test_says_which_events_it_refused_and_keeps_them(caller):
    answer = caller.send(EVENT, {"type": "track", "messageId": "m2"}, 5)
    assert answer.status == 200
    assert answer.body["accepted"] == 1
    assert [(one["index"], one["messageId"], one["code"]) for one in answer.body["rejected"]] == [
        (1, "m2", "missing_identity"),
        (2, None, "not_an_object"),
    ]
    kept = {row.code: row for row in RejectedEvent.objects.all()}
    row = kept["missing_identity"]
    parcel, raw = inbox.open_rejected(bytes(row.sealed), row=row.id, source=row.source_id)
    assert json.loads(raw) == {"type": "track", "messageId": "m2"}
    assert parcel.message
    ((_parcel, row),) = stored()
    assert (row.accepted, row.rejected) == (1, 2)


def test_a_context_that_cannot_be_stored_refuses_its_events_and_they_are_kept(caller):
    answer = caller.send(EVENT, {**EVENT, "messageId": "m2"}, context={"page": {"path": "a\x00"}})
    assert (answer.status, answer.body["accepted"]) == (200, 0)
    assert [(one["messageId"], one["code"]) for one in answer.body["rejected"]] == [
        ("m1", "forbidden_character"),
        ("m2", "forbidden_character"),
    ]
    assert RejectedEvent.objects.count() == 2


def test_an_empty_batch_is_taken_and_leaves_nothing(caller):
    assert caller.send().body == {"success": True, "accepted": 0, "rejected": []}
    assert not InboxRow.objects.exists()


def test_nothing_personal_lies_in_the_clear(caller, settings):
    caller(
        "/v1/track",
        {**EVENT, "userId": "mali@example.com"},
        Authorization=caller.basic(),
        User_Agent="Planted/1",
        Sec_GPC="1",
    )
    ((parcel, row),) = stored()
    for planted in (b"mali@example.com", b"Planted", b"203.0.113"):
        assert planted not in bytes(row.sealed)
    assert parcel.sender == inbox.Sender(agent="Planted/1", address="203.0.113.0", privacy_signal=True)


# --- Who sends ----------------------------------------------------------------------------------------------------------


def test_takes_the_key_as_basic_body_query_or_bearer(caller):
    bare = "Basic " + caller.basic()[6:]
    assert caller("/v1/track", EVENT, Authorization=bare).status == 200
    assert caller("/v1/track", {**EVENT, "writeKey": caller.key}).status == 200
    assert caller("/v1/track", EVENT, query=f"writeKey={caller.key}").status == 200
    assert caller("/v1/track", EVENT, Authorization=f"Bearer {caller.key}").status == 200
    assert caller("/v1/track", {**EVENT, "writeKey": caller.key}, Authorization="Bearer some-token").status == 200
    assert caller("/v1/track", {**EVENT, "writeKey": caller.key}, Authorization="Basic ???").status == 200


@pytest.mark.parametrize("header", ["", "Basic Og==", "Bearer nonsense", "Basic bm9ib2R5Og=="])
def test_nobody_gets_in_without_a_known_key(caller, header):
    answer = caller("/v1/track", EVENT, **({"Authorization": header} if header else {}))
    assert answer.status == 401
    assert answer.body["code"] == "invalid_write_key"
    assert not InboxRow.objects.exists()


def test_a_replaced_key_works_no_longer_than_it_is_remembered(caller, monkeypatch):
    assert caller.send(EVENT).status == 200
    new = api_keys.create_write_key(caller.source)
    assert caller("/v1/track", EVENT, Authorization=caller.basic()).status == 200
    monkeypatch.setattr(keys, "REMEMBERED_SECONDS", 0.0)
    assert caller("/v1/track", EVENT, Authorization=caller.basic()).status == 401
    assert caller("/v1/track", EVENT, Authorization=caller.basic(new)).status == 200


def test_a_new_key_works_at_once(caller, monkeypatch):
    assert caller.send(EVENT).status == 200
    monkeypatch.setattr(keys, "LOOK_AGAIN_SECONDS", 0.0)
    other = api_keys.create_write_key(Source.objects.create(key="other", name="Other"))
    assert caller("/v1/track", EVENT, Authorization=caller.basic(other)).status == 200


# --- Bodies -------------------------------------------------------------------------------------------------------------


def test_takes_gzip_and_plain_text(caller):
    assert caller("/v1/b", {"batch": [EVENT], "writeKey": caller.key}, gzip="yes").body["accepted"] == 1
    two = gzip.compress(b'{"batch": [') + gzip.compress(json.dumps(EVENT).encode() + b"]}")
    answer = caller("/v1/b", two, Authorization=caller.basic(), Content_Encoding="gzip", Content_Type="text/plain")
    assert answer.body["accepted"] == 1


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "invalid_json"),
        (b"[]", {}, 400, "wrong_type"),
        (b"{}", {}, 400, "missing_batch"),
        (b"no gzip", {"Content_Encoding": "gzip"}, 400, "invalid_gzip"),
        (gzip.compress(b"{}", mtime=0)[:-4], {"Content_Encoding": "gzip"}, 400, "invalid_gzip"),
        (b"{}", {"Content_Encoding": "br"}, 415, "unknown_encoding"),
        (b" " * 10_000_000, {}, 413, "too_large"),
        (gzip.compress(bytes(50_000_000), mtime=0), {"Content_Encoding": "gzip"}, 413, "too_large"),
        (json.dumps({"batch": [1] * 2501}).encode(), {}, 413, "too_many_events"),
    ],
)
def test_refuses_what_no_client_should_send_again(caller, body, headers, status, code):
    answer = caller("/v1/batch", body, Authorization=caller.basic(), **headers)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert isinstance(answer.body["message"], str)
    assert answer.headers["X-Request-Id"]
    assert not InboxRow.objects.exists()


def test_a_large_event_is_refused_alone(caller):
    answer = caller.send(EVENT, {**EVENT, "properties": {"text": "x" * 40_000}})
    assert (answer.body["accepted"], answer.body["rejected"][0]["code"]) == (1, "too_large")


def test_a_source_may_have_limits_of_its_own(caller):
    SourceLimits.objects.create(source=caller.source, event_bytes=4 << 20, body_bytes=4 << 20, batch_events=5000)
    large = {**EVENT, "properties": {"text": "x" * 1_000_000}}
    assert caller.send(large, large).body["accepted"] == 2
    assert caller.send(*[1] * 3000).status == 200
    other = api_keys.create_write_key(Source.objects.create(key="other", name="Other"))
    answer = caller("/v1/batch", {"batch": [large]}, Authorization=caller.basic(other))
    assert answer.status in {401, 413}


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/track", 405), ("PUT", "/v1/b", 405), ("POST", "/v1/nope", 404)]
)
def test_knows_its_addresses_and_methods(caller, method, path, status):
    answer = caller(path, b"", method=method)
    assert answer.status == status
    assert isinstance(answer.body["code"], str)


def test_everything_else_is_django_s(caller):
    environ = {"PATH_INFO": "/customers/", "REQUEST_METHOD": "GET"}
    assert list(caller.door(environ, lambda *_: None)) == [b'"django"']


# --- Browsers -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop_page(caller, settings):
    settings.IS_LOOPBACK = False
    caller.source.allowed_origins = ["https://shop.example"]
    caller.source.save(update_fields=["allowed_origins"])
    return "https://shop.example"


def test_a_page_of_an_allowed_origin_may_send_and_read(caller, shop_page):
    ask = caller("/v1/t", b"", method="OPTIONS", Origin=shop_page)
    assert ask.status == 200
    assert ask.headers["Access-Control-Allow-Origin"] == shop_page
    assert {"authorization", "content-type", "x-retry-count"} <= set(
        ask.headers["Access-Control-Allow-Headers"].split(", ")
    )
    sent = caller("/v1/t", {**EVENT, "writeKey": caller.key}, Origin=shop_page)
    assert (sent.status, sent.headers["Access-Control-Allow-Origin"]) == (200, shop_page)
    wrong = caller("/v1/t", EVENT, Origin=shop_page)
    assert (wrong.status, wrong.headers["Access-Control-Allow-Origin"]) == (401, shop_page)


def test_a_page_of_another_origin_may_not(caller, shop_page):
    for origin in ("https://evil.example", "http://localhost:3000", "null", "https://shop.example.evil"):
        assert caller("/v1/t", b"", method="OPTIONS", Origin=origin).status == 403
        answer = caller("/v1/t", {**EVENT, "writeKey": caller.key}, Origin=origin)
        assert (answer.status, answer.body["code"]) == (403, "origin_not_allowed")
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert not InboxRow.objects.exists()


def test_one_source_s_origin_is_not_another_s(caller, shop_page):
    other = api_keys.create_write_key(Source.objects.create(key="other", name="Other"))
    answer = caller("/v1/t", {**EVENT, "writeKey": other}, Origin=shop_page)
    assert answer.status == 403


def test_the_browser_client_finds_its_settings(caller, shop_page, settings):
    settings.CDP_BASE_URL = "https://crm.example"
    answer = caller(f"/v1/projects/{caller.key}/settings", method="GET", Origin=shop_page)
    assert answer.status == 200
    found = answer.body["integrations"]["Segment.io"]
    assert (found["apiKey"], found["apiHost"], found["protocol"]) == (caller.key, "crm.example/v1", "https")
    assert caller("/v1/projects/nobody/settings", method="GET").status == 404
    assert caller("/v1/m", b"anything", Origin=shop_page).body == {"success": True}


# --- When things go wrong -----------------------------------------------------------------------------------------------


def test_a_large_body_is_never_too_large_while_nobody_can_say_how_large_one_may_be(caller, monkeypatch):
    def broken():
        raise OperationalError

    monkeypatch.setattr(keys.senders, "by_digest", broken)
    caller.door._keys.forget()
    answer = caller.send({**EVENT, "properties": {"text": "x" * 2_000_000}})
    assert (answer.status, answer.body["code"]) == (503, "unavailable")


def test_answers_503_and_keeps_nothing_while_the_database_is_away(caller, monkeypatch):
    def away(*_args: object) -> None:
        raise committing.Unavailable

    assert caller.send(EVENT).status == 200
    monkeypatch.setattr(committing.of_this_process(), "commit", away)
    answer = caller.send(EVENT)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert InboxRow.objects.count() == 1


def test_a_fault_of_ours_is_told_as_json_and_the_events_stay_with_the_client(caller, monkeypatch):
    def fail(*_args, **_more):
        raise RuntimeError

    monkeypatch.setattr(intake, "take", fail)
    answer = caller.send(EVENT)
    assert (answer.status, answer.body["code"], answer.headers["Retry-After"]) == (503, "internal", "300")
    assert not InboxRow.objects.exists()


def test_answers_429_when_too_much_waits(caller, monkeypatch):
    def busy(*_args: object) -> None:
        raise committing.Busy

    assert caller.send(EVENT).status == 200
    monkeypatch.setattr(committing.of_this_process(), "commit", busy)
    answer = caller.send(EVENT)
    assert answer.status == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300


def test_refused_requests_are_counted(caller):
    caller("/v1/track", EVENT)
    caller("/v1/batch", b"{", Authorization=caller.basic())
    caller("/v1/batch", b"{", Authorization=f"Bearer {caller.key}")
    caller("/v1/track", b"{", query=f"writeKey={caller.key}")
    caller("/v1/track", b"{", Authorization="Bearer wk_nobody")
    refusals.close()
    counted = {(row.code, row.source_key): row.count for row in RefusedRequests.objects.all()}
    whose = caller.source.key
    assert counted == {("invalid_write_key", ""): 1, ("invalid_json", whose): 3, ("invalid_json", ""): 1}


def test_many_at_once_are_all_stored_once(caller):
    start = threading.Barrier(8)

    def work(worker: int) -> int:
        start.wait()
        return sum(caller.send({**EVENT, "messageId": f"{worker}-{n}"}).body["accepted"] for n in range(25))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 200
    sent = {json.loads(bytes(item))["messageId"] for parcel, _row in stored() for item in parcel.events}
    assert len(sent) == 200
