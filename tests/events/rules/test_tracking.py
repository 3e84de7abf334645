"""The wire format: what is taken, what is refused and why."""

import contextlib
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.rules import tracking
from events.rules.tracking import Code, Limits, Malformed

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
GOOD = {"type": "track", "event": "Viewed", "userId": "u1", "messageId": "m1"}


def verdict(event, kind=None, **limits):
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    return tracking.check(raw, kind=kind, limits=Limits(**limits))


def read(event, **more):
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    wanted = {"kind": None, "received_at": NOW, "sent_at": None, "context": None, "place": "row:0", **more}
    found = tracking.read(raw, **wanted)
    assert isinstance(found, tracking.Tracked), found
    return found


@pytest.mark.parametrize(
    "event",
    [
        GOOD,
        {**GOOD, "userId": None, "anonymousId": "a"},
        {**GOOD, "userId": 12345},
        {**GOOD, "userId": 12.0},
        {**GOOD, "timestamp": "2026-11-22T00:00:00.5+07:00", "sentAt": "soon"},
        {**GOOD, "timestamp": 1795348800000},
        {**GOOD, "timestamp": ""},
        {**GOOD, "properties": None, "context": None, "traits": None, "integrations": {"All": True}},
        {**GOOD, "messageId": None},
        {**GOOD, "messageId": "m" * 300},
        {**GOOD, "properties": {"text": "a backslash \\u0000 spelt out, ไทย and 한국어 and 😀"}},
        {**GOOD, "event": "n" * 120},
        {"type": "identify", "userId": "u1", "traits": {"email": "a@example.com"}},
        {"type": "page", "anonymousId": "a"},
        {"type": "screen", "anonymousId": "a", "name": "x" * 500},
        {"type": "group", "userId": "u1", "groupId": 7},
        {"type": "alias", "userId": "u1", "previousId": "a"},
    ],
)
def test_takes(event):
    assert verdict(event) is None


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (b"5", Code.NOT_AN_OBJECT),
        (b'"text"', Code.NOT_AN_OBJECT),
        (b"[]", Code.NOT_AN_OBJECT),
        (b"null", Code.NOT_AN_OBJECT),
        (b'{"type": "track", "userId": "u", "event": "\xff"}', Code.INVALID_JSON),
        (b'{"type": "track", "userId": "u", "event": "x", "properties": {"n": 1e999}}', Code.WRONG_TYPE),
        (b'{"type": "track", "userId": "u", "event": "half \\ud83d"}', Code.FORBIDDEN_CHARACTER),
        ({**GOOD, "properties": {"text": "a\x00b"}}, Code.FORBIDDEN_CHARACTER),
        ({**GOOD, "userId": "a\x00"}, Code.FORBIDDEN_CHARACTER),
        ({**GOOD, "type": "purchase"}, Code.UNKNOWN_TYPE),
        ({**GOOD, "type": None}, Code.UNKNOWN_TYPE),
        ({**GOOD, "type": 5}, Code.WRONG_TYPE),
        ({**GOOD, "properties": "text"}, Code.WRONG_TYPE),
        ({**GOOD, "userId": True}, Code.WRONG_TYPE),
        ({**GOOD, "userId": {"id": 1}}, Code.WRONG_TYPE),
        ({**GOOD, "userId": None}, Code.MISSING_IDENTITY),
        ({**GOOD, "userId": "  ", "anonymousId": ""}, Code.MISSING_IDENTITY),
        ({**GOOD, "event": None}, Code.MISSING_NAME),
        ({**GOOD, "event": " "}, Code.MISSING_NAME),
        ({**GOOD, "event": "n" * 121}, Code.INVALID_NAME),
        ({**GOOD, "event": 7}, Code.WRONG_TYPE),
        ({**GOOD, "userId": "u" * 201}, Code.INVALID_ID),
        ({**GOOD, "timestamp": "yesterday"}, Code.BAD_TIMESTAMP),
        ({"type": "group", "userId": "u"}, Code.MISSING_GROUP),
        ({"type": "alias", "userId": "u"}, Code.MISSING_PREVIOUS),
        ({"type": "alias", "userId": "u", "previousId": "p" * 201}, Code.INVALID_ID),
    ],
)
def test_refuses(event, code):
    found = verdict(event)
    assert found is not None
    assert found.code == code
    assert found.message


def test_a_refusal_names_the_message_and_quotes_nothing_else():
    found = verdict({**GOOD, "userId": ["secret@example.com"]})
    assert found.message_id == "m1"
    assert "secret" not in found.message


def test_the_address_of_a_single_call_says_its_type():
    assert verdict({**GOOD, "type": "identify"}, kind="track") is None
    assert verdict({"userId": "u"}, kind="identify") is None


def test_an_event_is_measured_as_it_was_sent():
    raw = json.dumps(GOOD).encode()
    assert verdict(raw, event_bytes=len(raw)) is None
    assert verdict(raw, event_bytes=len(raw) - 1) == (
        Code.TOO_LARGE,
        f"An event may have at most {len(raw) - 1} bytes.",
        "m1",
    )


@pytest.mark.parametrize(
    ("levels", "taken"), [(tracking.DEEPEST - 1, True), (tracking.DEEPEST + 1, False), (5000, False)]
)
def test_nesting_has_an_end(levels, taken):
    raw = b'{"type":"track","event":"x","userId":"u","properties":{"a":' + b"[" * levels + b"]" * levels + b"}}"
    found = verdict(raw)
    assert found is None if taken else found.code == Code.TOO_DEEP


def test_many_brackets_side_by_side_are_not_deep():
    assert verdict({**GOOD, "properties": {"products": [{"sku": [str(n)]} for n in range(200)]}}) is None


# --- Requests -----------------------------------------------------------------------------------------------------------


def test_takes_a_batch_apart():
    found = tracking.split(
        b'\xef\xbb\xbf{"batch": [{"a": 1}, 2], "sentAt": "s", "writeKey": "w", "context": {"c": 1}}', is_batch=True
    )
    assert [bytes(item) for item in found.items] == [b'{"a": 1}', b"2"]
    assert (found.write_key, found.sent_at, found.context) == ("w", "s", {"c": 1})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"{} {}", "invalid_json"),
        (b'{"batch": [NaN]}', "invalid_json"),
        (b'{"batch": [\xff]}', "invalid_json"),
        (b'{"batch": ["a\x00b"]}', "invalid_json"),
        (b"[]", "wrong_type"),
        (b'{"batch": {}}', "wrong_type"),
        (b"{}", "missing_batch"),
        (b'{"batch": ' + b"[" * 100_000, "too_deep"),
    ],
)
def test_refuses_what_is_no_batch(body, code):
    with pytest.raises(Malformed) as refused:
        tracking.split(body, is_batch=True)
    assert refused.value.code == code


def test_half_an_emoji_costs_one_event_and_not_its_batch():
    body = b'{"writeKey": "w", "batch": [{"type":"track","event":"a","userId":"u"}, {"userId":"\\ud83d"}]}'
    found = tracking.split(body, is_batch=True)
    assert found.write_key == "w"
    assert [tracking.check(item, kind=None, limits=Limits()) is None for item in found.items] == [True, False]
    assert tracking.check(found.items[1], kind=None, limits=Limits()).code == Code.FORBIDDEN_CHARACTER


@pytest.mark.parametrize(
    ("context", "code"),
    [
        (b'{"page": {"path": "a\\u0000"}}', Code.FORBIDDEN_CHARACTER),
        (b'{"page": {"path": "\\ud83d"}}', Code.FORBIDDEN_CHARACTER),
        (b'{"a":' * 40 + b"1" + b"}" * 40, Code.TOO_DEEP),
        (b'{"a": "' + b"x" * 40_000 + b'"}', Code.TOO_LARGE),
    ],
)
def test_a_context_that_cannot_be_stored_refuses_the_events_that_carry_it(context, code):
    events = b'[{"type":"track","event":"a","userId":"u","messageId":"m1"}, 5]'
    request = tracking.split(b'{"batch":' + events + b',"context":' + context + b"}", is_batch=True)
    kept, verdicts = tracking.check_all(request, kind=None, limits=Limits())
    assert [verdict.code for verdict in verdicts] == [code, Code.NOT_AN_OBJECT]
    assert (verdicts[0].message_id, "context" in verdicts[0].message) == ("m1", True)
    assert (kept.context is None) == (code in {Code.TOO_DEEP, Code.TOO_LARGE})


@pytest.mark.parametrize("is_batch", [True, False])
def test_half_a_character_is_no_write_key_and_no_time_of_sending(is_batch):
    body = b'{"writeKey": "\\ud800", "sentAt": "\\ud800", "batch": [{"userId": "u"}]}'
    found = tracking.split(body, is_batch=is_batch)
    assert (found.write_key, found.sent_at, len(found.items)) == (None, None, 1)


def test_a_whole_emoji_in_the_context_beside_half_a_one_is_no_fault():
    body = b'{"batch": [{"userId":"\\ud83d"}], "context": {"page": {"title": "\\ud83d\\ude00"}}}'
    request = tracking.split(body, is_batch=True)
    assert (request.fault, request.context) == (None, {"page": {"title": "😀"}})


# --- Reading ------------------------------------------------------------------------------------------------------------


def test_reads_numbers_as_ids_and_the_batch_s_context_under_the_event_s_own():
    found = read(
        {**GOOD, "userId": 12345, "anonymousId": 6.0, "context": {"page": {"path": "/x"}, "traits": {"plan": "gold"}}},
        context={"library": {"name": "py"}, "page": {"path": "/outer"}},
    )
    assert (found.user_id, found.anonymous_id) == ("12345", "6")
    assert found.context["library"] == {"name": "py"}
    assert found.context["page"] == {"path": "/x"}
    assert found.traits == {"plan": "gold"}


def test_time_comes_from_the_event_or_else_from_its_batch():
    event = {**GOOD, "timestamp": "2016-11-22T10:00:00Z"}
    assert read(event, sent_at="2016-11-22T11:00:00Z").occurred_at == NOW - dt.timedelta(hours=1)
    own = {**event, "sentAt": "2016-11-22T10:30:00Z"}
    assert read(own, sent_at="1999-01-01").occurred_at == NOW - dt.timedelta(minutes=30)


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (GOOD, "Viewed"),
        ({"type": "page", "userId": "u", "name": "Home"}, "Home"),
        ({"type": "page", "userId": "u", "properties": {"title": "Serum"}}, "Serum"),
        ({"type": "screen", "userId": "u"}, "Screen"),
        ({"type": "identify", "userId": "u"}, "Identify"),
        ({"type": "page", "userId": "u", "name": "x" * 500}, "x" * 120),
    ],
)
def test_every_event_has_a_name(event, name):
    assert read(event).name == name


def test_the_same_event_has_the_same_id_when_it_is_sent_again():
    assert read(GOOD).message_id == "m1"
    assert read({**GOOD, "messageId": 77}).message_id == "77"
    assert len(read({**GOOD, "messageId": "m" * 300}).message_id) <= tracking.LONGEST_MESSAGE_ID
    nameless = {**GOOD, "messageId": None}
    assert read(nameless, place="a:0").message_id != read(nameless, place="a:1").message_id
    timed = {**nameless, "timestamp": "2026-11-22T10:00:00Z"}
    assert read(timed, place="a:0").message_id == read(timed, place="b:1").message_id


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = [*tracking.Message.__struct_fields__, "integrations", "version"]


@given(st.dictionaries(st.sampled_from(fields), values | st.sampled_from(["track", "u1"]), max_size=8))
def test_whatever_was_accepted_can_be_read(event):
    raw = json.dumps(event, ensure_ascii=True).encode()
    refusal = tracking.check(raw, kind=None, limits=Limits())
    found = tracking.read(raw, kind=None, received_at=NOW, sent_at=None, context=None, place="x")
    assert isinstance(found, tracking.Refusal) == (refusal is not None)
    if isinstance(found, tracking.Tracked):
        assert found.user_id or found.anonymous_id
        assert 0 < len(found.name) <= tracking.LONGEST_NAME
        assert len(found.message_id) <= tracking.LONGEST_MESSAGE_ID


@given(st.binary(max_size=200))
def test_bytes_are_refused_in_order_or_taken(body):
    with contextlib.suppress(Malformed):
        for item in tracking.split(b'{"batch":[' + body + b"]}", is_batch=True).items:
            tracking.check(item, kind=None, limits=Limits())
