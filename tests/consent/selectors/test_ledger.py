import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from cdp.core import panels, timeline
from cdp.core.crypto import subjects
from consent.models import ConsentRecord
from consent.selectors import ledger, panel
from tests import factories

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)


def question(*customers: object, before: dt.datetime | None = None, limit: int = 10) -> timeline.Question:
    people = [customer.id for customer in customers]
    return timeline.Question(people, before, limit, subjects.load(people))


def test_the_timeline_tells_what_was_said_without_its_evidence(say: Callable[..., ConsentRecord]) -> None:
    customer = factories.customer()
    say(customer.id, evidence={"text": "secret"})
    say(customer.id, granted=False, at=NOW + dt.timedelta(hours=1))
    say(customer.id, purpose="profiling", channel="any", granted=False, at=NOW + dt.timedelta(hours=2))
    found = ledger.entries(question(customer))
    assert [entry.title for entry in found] == [
        "Said no: Offers that suit you",
        "Withdrew consent: News and offers by E-mail",
        "Allowed: News and offers by E-mail",
    ]
    assert found[1].data == {"purpose": "marketing", "channel": "email", "granted": False, "status": "withdrawn"}
    assert "secret" not in str(found)
    assert "consent" in timeline.kinds()


def test_the_timeline_pages_and_joins_the_lineage(say: Callable[..., ConsentRecord]) -> None:
    one, two = factories.customer(), factories.customer()
    say(one.id)
    say(two.id, at=NOW + dt.timedelta(hours=1))
    assert len(ledger.entries(question(one, two))) == 2
    assert len(ledger.entries(question(one, two, limit=1))) == 1
    assert ledger.entries(question(one, two, before=NOW)) == []


def test_the_matrix_shows_every_purpose_in_the_readers_language(say: Callable[..., ConsentRecord]) -> None:
    customer = factories.customer()
    say(customer.id)
    say(customer.id, channel="kakao", granted=False)
    with translation.override("ko"):
        matrix = ledger.matrix(ledger.states([customer.id]), language="ko")
    rows = {row["key"]: row for row in matrix.rows}
    assert rows["marketing"]["purpose"] == "소식과 혜택"
    status = {cell["channel"]: cell["status"] for cell in rows["marketing"]["cells"]}
    assert (status["email"], status["kakao"], status["sms"]) == ("granted", "denied", "none")
    assert all(len(row["cells"]) == len(matrix.channels) for row in matrix.rows)


def test_what_people_ordered_needs_no_consent_and_says_so(say: Callable[..., ConsentRecord], client: Client) -> None:
    customer = factories.customer()
    rows = {row["key"]: row for row in ledger.matrix([], language="en").rows}
    assert {cell["status"] for cell in rows["service"]["cells"]} == {"unneeded"}
    assert {cell["status"] for cell in rows["marketing"]["cells"]} == {"none"}
    client.force_login(factories.staff("clerk"))
    page = client.get(f"/customers/{customer.id}/").content.decode()
    assert page.count("Needs no consent") == 1
    say(customer.id, purpose="service", granted=False)
    rows = {row["key"]: row for row in ledger.matrix(ledger.states([customer.id]), language="en").rows}
    assert {cell["status"] for cell in rows["service"]["cells"]} == {"denied", "unneeded"}


def test_the_panel_advises_to_ask_only_who_was_never_asked(say: Callable[..., ConsentRecord]) -> None:
    customer = factories.customer()
    clerk = factories.staff("clerk")
    before = panels.Question(customer.id, [customer.id], clerk, NOW)
    assert [advice.key for advice in panel.advice(before)] == ["consent.ask"]
    say(customer.id, granted=False)
    after = panels.Question(customer.id, [customer.id], clerk, NOW)
    assert panel.advice(after) == []
    assert panel.context(after)["matrix"].rows


@pytest.mark.parametrize(
    ("said", "is_unasked"),
    [
        ({}, True),
        ({"channel": "sms"}, True),
        ({"purpose": "profiling", "channel": "any"}, True),
        ({"channel": "email", "granted": False}, False),
        ({"channel": "email"}, False),
    ],
)
def test_the_panel_says_when_nobody_asked_about_email(
    say: Callable[..., ConsentRecord], said: dict[str, object], *, is_unasked: bool
) -> None:
    customer = factories.customer()
    if said:
        say(customer.id, **said)
    shown = panel.context(panels.Question(customer.id, [customer.id], factories.staff("clerk"), NOW))
    assert (shown["is_unasked"], shown["form_url"]) == (is_unasked, "/signup/")
