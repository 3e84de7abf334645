"""Naughty strings through every field of the tracking door: never a fault of ours; kept as sent, or refused with words.

What happens to names and properties of events stands in tests/events/services/test_naughty_events.py.
"""

import base64
import datetime as dt
import json
from urllib.parse import quote

import pytest
from django.utils import timezone

from cdp.core.crypto import subjects
from customers.models import Customer
from customers.rules import identifiers, names, people, unreadable
from customers.selectors import profiles
from customers.services import buckets
from events.models import Event
from events.rules import tracking
from events.services import draining
from tests import naughty

WORST = (*naughty.OWN, "a\x00b", "\ud800", "y" * 5000)
CODES = set(tracking.Code)


@pytest.fixture
def tell(caller):
    """Sends events, drains them; what was stored by its messageId, and the code of what was refused."""
    buckets.ensure()

    def tell(events):
        refused = {}
        for start in range(0, len(events), 100):
            part = events[start : start + 100]
            answer = caller.send(*part)
            assert answer.status == 200, answer
            refused |= {part[one["index"]]["messageId"]: one for one in answer.body["rejected"]}
            assert answer.body["accepted"] + len(answer.body["rejected"]) == len(part)
        while draining.drain(now=timezone.now()).stored:
            pass
        assert all(one["code"] in CODES and one["message"] for one in refused.values())
        return {row.message_id: row for row in Event.objects.all()}, set(refused)

    return tell


def sealed(row):
    opened = subjects.load([row.customer_id]).open(row.sealed, table="events_event", column="sealed", row=row.id)
    return json.loads(opened)


def read(normalise, text):
    """The text as every door standardises it; None where that refuses it."""
    try:
        return normalise(text)
    except unreadable.Unreadable:
        return None


def told_of_people(tell, texts):
    """Names, towns and addresses that stand neither on the profile nor with the event as they were sent."""
    events = [
        {
            "type": "identify",
            "messageId": f"m{number}",
            "userId": f"u{number}",
            "traits": {"name": text, "address": {"city": text, "street": text}, "note": text},
        }
        for number, text in enumerate(texts)
    ]
    stored, refused = tell(events)
    wrong = []
    for number, text in enumerate(texts):
        if f"m{number}" in refused:
            continue
        row = stored[f"m{number}"]
        profile = profiles.one(row.customer_id)
        plain = people.plain(text)
        expected = {
            "name": read(names.normalise, text) or "",
            "city": plain if len(plain) <= people.TEXTS["city"] else "",
            "street": plain if len(plain) <= people.TEXTS["street"] else "",
        }
        place = profile.place
        found = {"name": profile.name, "city": place.city if place else "", "street": place.street if place else ""}
        wrong += [
            (field, ascii(text)[:60], ascii(found[field])[:60]) for field in found if found[field] != expected[field]
        ]
        if sealed(row)["traits"] != events[number]["traits"]:
            wrong.append(("traits", ascii(text)[:60]))
    return wrong


PLAIN = {"type": "track", "event": "Tea Tasted"}
CALLS = {
    "userId": PLAIN,
    "anonymousId": PLAIN,
    "groupId": {"type": "group", "userId": "one"},
    "previousId": {"type": "alias", "userId": "two"},
}


def named(tell, texts):
    """Ids of people under which an event was taken and two became one or one became two."""
    events = [
        {**call, "messageId": f"{field}-{number}", field: text}
        for number, text in enumerate(texts)
        for field, call in CALLS.items()
    ]
    stored, refused = tell(events)
    wrong, owners = [], {}
    for number, text in enumerate(texts):
        if f"userId-{number}" in refused:
            continue
        known = read(identifiers.external_id, text)
        row = Customer.objects.get(id=stored[f"userId-{number}"].customer_id)
        if (known is not None) != (row.status == "known"):
            wrong.append(("userId", ascii(text)[:60], row.status))
        elif known is not None and owners.setdefault(known, row.id) != row.id:
            wrong.append(("two people", ascii(text)[:60]))
    if len(set(owners.values())) != len(owners):
        wrong.append(("one person", len(owners) - len(set(owners.values()))))
    lost = {event["messageId"] for event in events} - refused - stored.keys()
    return [*wrong, *lost]


def numbered(tell, texts):
    """Ids of events that are not kept as they were sent, or by their digest where they are too long."""
    texts = list(dict.fromkeys(texts))
    stored, refused = tell([{**PLAIN, "userId": "one", "messageId": text} for text in texts])
    short = {text for text in texts if len(text) <= tracking.LONGEST_MESSAGE_ID}
    digests = {name for name in stored if name.startswith("sha256:")}
    long = len(set(texts) - short - refused)
    return [*(short - refused - stored.keys()), *([] if len(digests) == long else [("digests", long, len(digests))])]


def surrounded(tell, texts):
    """Contexts, of an event and of a batch, and times that cost an event or are not kept with it."""
    wrong = []
    for number, text in enumerate(texts):
        context = {
            "page": {"title": text, "path": text},
            "campaign": {"name": text},
            "library": {"name": text},
            text: text,
        }
        event = {"type": "track", "event": "Tea Tasted", "anonymousId": "a"}
        stored, refused = tell(
            [
                {**event, "messageId": f"context-{number}", "context": context},
                {**event, "messageId": f"times-{number}", "sentAt": text},
                {**event, "messageId": f"time-{number}", "timestamp": text},
            ]
        )
        now = timezone.now()
        if f"context-{number}" not in refused:
            row = stored[f"context-{number}"]
            kept = json.dumps([row.properties, sealed(row) if row.sealed else {}], ensure_ascii=False)
            if json.dumps(text, ensure_ascii=False)[1:-1][:200] not in kept:
                wrong.append(("context", ascii(text)[:60], ascii(kept)[:200]))
        for name in ("times", "time"):
            row = stored.get(f"{name}-{number}")
            if row is None:
                if f"{name}-{number}" not in refused:
                    wrong.append((name, ascii(text)[:60]))
            elif not now - dt.timedelta(days=366 * 30) < row.occurred_at < now + dt.timedelta(days=2):
                wrong.append((name, ascii(text)[:60], row.occurred_at))
        Event.objects.all().delete()
    return wrong


def keyed(caller, texts):
    """Write keys nobody has, and times of sending, that get anything but a refusal or an answer."""
    event = {"type": "track", "event": "Tea Tasted", "anonymousId": "a"}
    wrong = []
    for text in texts:
        raw = quote(text.encode("utf-8", "surrogatepass"))
        token = base64.b64encode(text.encode("utf-8", "surrogatepass") + b":").decode()
        for answer, fine in (
            (caller("/v1/track", {**event, "writeKey": text}), {400, 401}),
            (caller("/v1/batch", {"batch": [event], "writeKey": text}), {400, 401}),
            (caller("/v1/track", event, query=f"writeKey={raw}"), {401}),
            (caller("/v1/track", event, Authorization=f"Basic {token}"), {401}),
            (caller("/v1/track", event, Authorization=f"Bearer {raw}"), {401}),
            (caller(f"/v1/projects/{raw}/settings", method="GET"), {404}),
            (caller.send(event, sentAt=text), {200}),
            (caller.send(event, context={text: text, "page": {"path": text}}), {200}),
        ):
            if answer.status not in fine or (
                answer.status != 200 and not (answer.body["code"] and answer.body["message"])
            ):
                wrong.append((ascii(text)[:60], answer.status, ascii(answer.body)[:200]))
    return wrong


DOORS = {"people": told_of_people, "ids": named, "numbers": numbered, "surroundings": surrounded}


@pytest.mark.parametrize("what", DOORS)
def test_what_is_told_to_the_door_is_kept_as_it_was_sent_or_refused_with_words(tell, what):
    assert not DOORS[what](tell, WORST)


@pytest.mark.long
@pytest.mark.parametrize("what", DOORS)
def test_the_whole_list_told_to_the_door_is_kept_as_it_was_sent_or_refused_with_words(tell, what):
    assert not DOORS[what](tell, (*naughty.whole(), *WORST))


def test_a_naughty_write_key_or_time_of_sending_is_answered_with_words(caller):
    assert not keyed(caller, WORST)


@pytest.mark.long
def test_the_whole_list_as_write_key_or_time_of_sending_is_answered_with_words(caller):
    assert not keyed(caller, naughty.whole())
