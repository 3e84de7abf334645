"""Messages on a customer's timeline."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from campaigns.services import sending, triggers
from cdp.core import timeline
from cdp.core.crypto import subjects
from tests.campaigns.conftest import NOW

pytestmark = pytest.mark.django_db


def test_a_message_is_an_entry_with_its_state(
    make_campaign: Callable[..., Any], make_person: Callable[..., Any], outbox: Any
) -> None:
    person, other = make_person(), make_person(consent=None)
    campaign = make_campaign()
    triggers.run(now=NOW)
    sent_at = NOW + dt.timedelta(minutes=1)
    sending.send_due(now=sent_at)

    def ask(customer: Any, before: dt.datetime | None = None) -> list[timeline.Entry]:
        question = timeline.Question([customer.id], before, 10, subjects.load([customer.id]))
        return timeline.entries(question, only=["message"])

    [entry] = ask(person)
    assert (entry.kind, entry.at, entry.title) == ("message", sent_at, "Message sent: Win back")
    assert entry.data["campaign"] == str(campaign.id)
    [not_sent] = ask(other)
    assert (not_sent.title, not_sent.data["reason"]) == ("Message not sent: Win back", "never_asked")
    assert ask(person, before=sent_at) == []
