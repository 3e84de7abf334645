"""Naughty strings through the tracking door: what is told of a person and of what they did is kept as it was sent."""

import pytest
from django.utils import timezone

from customers.models import Customer
from customers.rules import people
from customers.services import buckets
from events.models import Event
from events.services import draining
from tests import naughty

pytestmark = pytest.mark.django_db(transaction=True)
WORST = (*naughty.OWN, "a\x00b", "y" * 5000)


def lost(caller, texts):
    """What was sent and neither kept nor refused."""
    buckets.ensure()
    events = []
    for number, text in enumerate(texts):
        who = {"userId": f"u{number}"}
        events += [
            {
                "type": "identify",
                "messageId": f"i{number}",
                **who,
                "traits": {"company": text, "plan": "x"},
            },
            {
                "type": "track",
                "messageId": f"t{number}",
                **who,
                "event": "Tea Tasted",
                "properties": {"flavour": text, text: 1},
            },
            {
                "type": "track",
                "messageId": f"n{number}",
                **who,
                "event": text,
                "properties": {"list": [text, {"a": text}]},
            },
        ]
    answers = [caller.send(*events[start : start + 600]) for start in range(0, len(events), 600)]
    assert all(answer.status == 200 for answer in answers)
    refused = {one["messageId"] for answer in answers for one in answer.body["rejected"]}
    while draining.drain(now=timezone.now()).stored:
        pass
    stored = {row.message_id: row for row in Event.objects.all()}
    found = []
    for number, text in enumerate(texts):
        plain = people.plain(text)
        if f"t{number}" not in refused:
            told = stored[f"t{number}"].properties
            if told.get("flavour") not in {text, text.replace("\x00", "")}:
                found.append(("note", ascii(text)[:60], ascii(told)[:200]))
        if f"n{number}" not in refused:
            row = stored[f"n{number}"]
            if row.name != text.strip():
                found.append(("name", ascii(text)[:60], ascii(row.name)[:60]))
            if row.properties["list"] != [text, {"a": text}]:
                found.append(("list", ascii(text)[:60], ascii(row.properties)[:200]))
        if f"i{number}" not in refused:
            who = Customer.objects.get(id=stored[f"i{number}"].customer_id)
            if len(plain) <= 120 and who.company != plain:
                found.append(("company", ascii(text)[:60], ascii(who.company)[:60]))
    return found, refused


def test_what_a_website_tells_is_kept_as_it_was_sent(caller):
    found, refused = lost(caller, WORST)
    assert not found, refused


@pytest.mark.long
def test_the_whole_list_told_by_a_website_is_kept_as_it_was_sent(caller):
    found, refused = lost(caller, (*naughty.whole(), *WORST))
    assert not found, refused
