"""P3: a marketing message to somebody without permission cannot be made through any door. Each is tried, beside somebody
who allowed it and does get theirs, so that a door that is merely shut proves nothing.
"""

import datetime as dt
import email
import email.policy
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from analytics.services import metrics
from campaigns import tasks
from campaigns.models import Campaign, Message
from cdp.core import actors, jobs, leaving, mail
from cdp.core import outbox as notices
from cdp.core.models import Notice
from consent.models import Purpose
from consent.services import restricting
from customers.models import ContactPoint, Customer
from tests import factories

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "Win back",
    "purpose": "marketing",
    "trigger": {"kind": "inactive", "days": 90, "activity": "order"},
    "audience": {"all": []},
    "steps": [
        {
            "kind": "message",
            "channel": "email",
            "template": {"subject": {"en": "We miss you"}, "body": {"en": "Hello"}},
        }
    ],
}
REASONS = {
    "silent": "never_asked",
    "refused": "denied",
    "restricted": "restricted",
    "child": "child",
    "outdated": "outdated",
    "bounced": "suppressed",
}


def person(name, *, word=True, said=30):
    now = timezone.now()
    found = factories.customer(name=name.title(), email=f"{name}@example.com", now=now - dt.timedelta(days=300))
    if word is not None:
        factories.consent(found, granted=word, at=now - dt.timedelta(days=said))
    factories.order(found, placed_at=now - dt.timedelta(days=100))
    metrics.update([found.id], now)
    return found


@pytest.fixture
def people():
    """Somebody who may be written to, and one of each kind who may not."""
    now = timezone.now()
    found = {
        "willing": person("willing"),
        "silent": person("silent", word=None),
        "refused": person("refused", word=False),
        "restricted": person("restricted"),
        "child": person("child"),
        "outdated": person("outdated", said=200),
        "bounced": person("bounced"),
    }
    restricting.restrict(customer=found["restricted"].id, reason=restricting.Reason.ASKED, actor=actors.SYSTEM, at=now)
    Customer.objects.filter(id=found["child"].id).update(birth_date=now.date() - dt.timedelta(days=9 * 365))
    Purpose.objects.filter(key="marketing").update(meaning_since=now - dt.timedelta(days=100))
    ContactPoint.objects.filter(customer_id=found["bounced"].id).update(bounced_at=now)
    return found


@pytest.fixture(autouse=True)
def outbox(settings, tmp_path):
    settings.EMAIL_URL = f"file:{tmp_path}"
    return tmp_path


def written_to(outbox):
    """The addresses of everything that left."""
    found = set()
    for path in outbox.glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found |= {address.addr_spec for address in message["To"].addresses}
    return found


@pytest.fixture
def key(client):
    _key, text = factories.api_key()

    def call(path, body=None):
        return client.post(
            f"/api/v1/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {text}"},
        )

    return call


@pytest.fixture
def campaign(key):
    made = key("campaigns", WORDS)
    assert made.status_code == 201, made.content
    return Campaign.objects.get(id=made.json()["id"])


def plan():
    """What workers do on their own: the job of an activation, and the triggers."""
    jobs.run_waiting()
    tasks.run_triggers()


def only_the_willing(outbox, people):
    assert written_to(outbox) == {"willing@example.com"}
    found = {message.customer_id: message for message in Message.objects.all()}
    assert found[people["willing"].id].state == "sent"
    assert found[people["willing"].id].rule == "gdpr:consent"
    for name, reason in REASONS.items():
        message = found[people[name].id]
        assert (message.state, message.reason) == ("suppressed", reason)
        assert message.rule


def test_rest_and_the_tasks_of_the_worker(people, campaign, key, outbox):
    assert key(f"campaigns/{campaign.id}/activate").status_code == 200
    plan()
    tasks.send_messages()
    only_the_willing(outbox, people)


def test_the_pages_and_the_commands(people, campaign, client, outbox):
    client.force_login(factories.staff("marketer"))
    answer = client.post(f"/campaigns/{campaign.id}/activate/")
    assert answer.status_code < 400
    call_command("run_triggers", stdout=StringIO())
    call_command("send_messages", stdout=StringIO())
    only_the_willing(outbox, people)


def test_rows_put_into_the_table_by_hand(people, campaign, key, outbox):
    key(f"campaigns/{campaign.id}/activate")
    now = timezone.now()
    for purpose in ("marketing", "service"):  # a row that calls itself a service is one of its campaign all the same
        Message.objects.bulk_create(
            [
                Message(
                    customer=customer,
                    campaign_id=campaign.id,
                    version=1,
                    step=0,
                    occurrence=f"by hand: {purpose}",
                    channel="email",
                    purpose=purpose,
                    due_at=now,
                    planned_at=now,
                )
                for name, customer in people.items()
                if name != "willing"
            ]
        )
    call_command("send_messages", stdout=StringIO())
    assert written_to(outbox) == set()
    assert set(Message.objects.values_list("state", flat=True)) == {"suppressed"}


def test_a_test_goes_to_whoever_tries_it(people, campaign, client, outbox):
    marketer = factories.staff("marketer")
    client.force_login(marketer)
    tried = {"language": "en", "subject": "We miss you", "body": "Hello", "customer": str(people["refused"].id)}
    client.post(f"/campaigns/{campaign.id}/test/", tried | {"to": "refused@example.com"})
    assert written_to(outbox) == {marketer.email}


def test_the_administration_makes_and_changes_no_message(people, campaign, client, outbox):
    client.force_login(factories.staff("owner"))
    assert client.get("/admin/campaigns/message/add/").status_code in {403, 404}
    assert client.post("/admin/campaigns/campaign/add/", WORDS).status_code == 403
    changed = client.post(f"/admin/campaigns/campaign/{campaign.id}/change/", {"status": "active"})
    assert changed.status_code == 403
    plan()
    tasks.send_messages()
    assert written_to(outbox) == set()


def test_the_way_to_the_mail_server_asks_for_a_permit(people, outbox):
    message = email.message.EmailMessage()
    message["To"] = "refused@example.com"
    with mail.transport() as carrier, pytest.raises(TypeError, match="permit"):
        carrier.send(message, name="m")
    for name, reason in REASONS.items():
        with pytest.raises(leaving.Refused) as caught:
            leaving.ask(customer=people[name].id, purpose="marketing", channel="email", at=timezone.now())
        assert caught.value.decision.reason == reason
    assert written_to(outbox) == set()


def test_what_was_planned_and_taken_back_meanwhile_is_not_sent(people, campaign, key, outbox):
    key(f"campaigns/{campaign.id}/activate")
    plan()
    assert Message.objects.get(state="planned").customer_id == people["willing"].id
    factories.consent(people["willing"], granted=False)
    tasks.send_messages()
    assert written_to(outbox) == set()


def test_a_notice_of_the_system_that_is_advertising(people, outbox):
    now = timezone.now()
    for name, customer in people.items():
        told = {"kind": "guardian-grown", "key": name, "address": f"{name}@example.com", "data": {"url": "https://x/"}}
        notices.put(notices.Draft(customer=customer.id, language="en", **told), at=now)
    Notice.objects.update(purpose="marketing")
    notices.send_due(now=now)
    assert written_to(outbox) == {"willing@example.com"}
