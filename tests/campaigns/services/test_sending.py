"""Each message once, whatever the server does."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any, Self

import pytest
from django.db import connection
from django.db.models import Exists

from campaigns.channels import registry
from campaigns.channels.email import deliver
from campaigns.models import Campaign, CampaignVersion, Message, MessageEvent
from campaigns.selectors import decisions
from campaigns.services import drafts, sending, triggers
from campaigns.services.claims import CLAIMS, due
from cdp.core import actors, locks
from cdp.core.backoff import MOST_ATTEMPTS
from cdp.core.leaving import Decision, Outcome, Permit
from cdp.core.models import DataKey
from consent.models import ConsentState
from consent.services import restricting
from consent.services.restricting import Reason
from customers.models import ContactPoint, Customer
from tests import factories
from tests.campaigns.conftest import NOW, MailServer

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
Outbox = Callable[[], Mapping[str, EmailMessage]]
ASKED = Reason.ASKED
LATER = NOW + dt.timedelta(minutes=2)


@pytest.fixture
def plan(make_campaign: Make, make_person: Make) -> Callable[[int], list[Message]]:
    """That many planned messages, in the order they are sent."""

    def make(number: int) -> list[Message]:
        for _ in range(number):
            make_person()
        make_campaign()
        triggers.run(now=NOW)
        return list(Message.objects.order_by("due_at", "id"))

    return make


def states() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


def test_what_is_due_is_sent_and_marked(plan: Make, outbox: Outbox) -> None:
    [message] = plan(1)
    tally = sending.send_due(now=LATER)
    assert tally.counts == {"sent": 1}
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.claimed_by) == ("sent", LATER, None)
    assert message.provider_id == f"{message.id}@127.0.0.1"
    assert list(MessageEvent.objects.values_list("message_id", "kind", "at")) == [(message.id, "sent", LATER)]
    assert set(outbox()) == {str(message.id)}


def test_sending_again_sends_nothing(plan: Make, outbox: Outbox) -> None:
    plan(3)
    sending.send_due(now=LATER)
    assert sending.send_due(now=LATER + dt.timedelta(days=9)).handled == 0
    assert len(outbox()) == 3
    assert MessageEvent.objects.count() == 3


def test_what_is_not_due_waits(plan: Make, outbox: Outbox) -> None:
    plan(1)
    assert sending.send_due(now=NOW - dt.timedelta(seconds=1)).handled == 0
    assert outbox() == {}


def test_the_limit_holds(plan: Make, outbox: Outbox) -> None:
    plan(5)
    assert sending.send_due(now=LATER, limit=2).counts == {"sent": 2}
    assert states() == {"sent": 2, "planned": 3}


def test_messages_arrive_at_a_real_server(plan: Make, mail_server: MailServer) -> None:
    messages = plan(3)
    assert sending.send_due(now=LATER).counts == {"sent": 3}
    assert mail_server.ids == [str(message.id) for message in messages]
    [first, *_] = mail_server.received
    assert first["Message-ID"] == f"<{messages[0].id}@127.0.0.1>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    body = first.get_body(("plain",))
    assert body is not None
    assert "Hello Mali" in body.get_content()


def test_a_refused_message_fails_and_the_others_go(plan: Make, mail_server: MailServer) -> None:
    messages = plan(3)
    mail_server.answer = lambda n, _: "554 spam" if n == 2 else None
    assert sending.send_due(now=LATER).counts == {"sent": 2, "failed": 1}
    failed = Message.objects.get(state="failed")
    assert (failed.id, failed.reason) == (messages[1].id, "SMTP 554")
    assert sending.send_due(now=LATER + dt.timedelta(days=1)).handled == 0


def test_a_busy_answer_is_tried_again_later(plan: Make, mail_server: MailServer) -> None:
    messages = plan(3)
    mail_server.answer = lambda n, _: "451 grey" if n == 2 else None
    tally = sending.send_due(now=LATER)
    assert tally.counts == {"sent": 2, "retried": 1}
    assert not tally.is_stopped
    waiting = Message.objects.get(state="planned")
    assert (waiting.id, waiting.attempts, waiting.reason) == (messages[1].id, 1, "SMTP 451")
    assert waiting.due_at == LATER + dt.timedelta(minutes=1)
    assert sending.send_due(now=LATER).handled == 0
    assert sending.send_due(now=waiting.due_at).counts == {"sent": 1}
    waiting.refresh_from_db()
    assert waiting.reason == ""
    assert sorted(mail_server.ids) == sorted(str(message.id) for message in messages)


def test_patience_ends(plan: Make, mail_server: MailServer) -> None:
    plan(1)
    Message.objects.update(attempts=MOST_ATTEMPTS - 1)
    mail_server.answer = lambda _n, _e: "451 still busy"
    assert sending.send_due(now=LATER).counts == {"failed": 1}


def test_a_dead_server_stops_the_batch_and_loses_nothing(plan: Make, mail_server: MailServer) -> None:
    plan(4)
    mail_server.stop()
    tally = sending.send_due(now=LATER)
    assert tally.is_stopped
    assert tally.counts == {"retried": 1}
    assert states() == {"planned": 4}
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1]
    assert not Message.objects.filter(claimed_by__isnull=False).exists()


def test_a_server_that_dies_in_the_middle_gets_the_rest_later(plan: Make, settings: Any) -> None:
    first = MailServer()
    settings.EMAIL_URL = first.url
    messages = plan(5)
    first.answer = lambda n, _: "die" if n == 3 else None
    tally = sending.send_due(now=LATER)
    assert tally.is_stopped
    assert states() == {"sent": 2, "planned": 3}
    second = MailServer()
    settings.EMAIL_URL = second.url
    assert sending.send_due(now=LATER + dt.timedelta(minutes=1)).counts == {"sent": 3}
    assert sorted(first.ids + second.ids) == sorted(str(message.id) for message in messages)
    first.stop()
    second.stop()


def test_a_line_that_breaks_before_the_answer_costs_at_most_one_duplicate(plan: Make, mail_server: MailServer) -> None:
    messages = plan(3)
    mail_server.answer = lambda n, _: "vanish" if n == 2 else None
    sending.send_due(now=LATER)
    sending.send_due(now=LATER + dt.timedelta(minutes=1))
    assert states() == {"sent": 3}
    assert Counter(mail_server.ids) == {str(m.id): 2 if m == messages[1] else 1 for m in messages}
    assert len({str(message["Message-ID"]) for message in mail_server.received}) == 3


@pytest.mark.parametrize("reply", ["421 closing", "die"])
def test_a_closing_server_stops_the_batch(plan: Make, mail_server: MailServer, reply: str) -> None:
    plan(3)
    mail_server.answer = lambda _n, _e: reply
    tally = sending.send_due(now=LATER)
    assert tally.is_stopped
    assert mail_server.seen == 1


def test_a_wrong_password_fails_no_message(plan: Make, mail_server: MailServer, settings: Any) -> None:
    plan(2)
    settings.EMAIL_URL = mail_server.url.replace("smtp://", "smtp://shop:wrong@")
    assert sending.send_due(now=LATER).is_stopped
    assert states() == {"planned": 2}


def test_a_full_disk_stops_the_batch(plan: Make, settings: Any, tmp_path: Any) -> None:
    plan(2)
    (tmp_path / "taken").write_text("a file where the folder should be")
    settings.EMAIL_URL = f"file:{tmp_path}/taken"
    assert sending.send_due(now=LATER).is_stopped
    assert states() == {"planned": 2}


def test_permission_withdrawn_after_planning_is_honoured(plan: Make, outbox: Outbox) -> None:
    messages = plan(2)
    factories.consent(Customer.objects.get(id=messages[0].customer_id), granted=False)
    assert sending.send_due(now=LATER).counts == {"suppressed": 1, "sent": 1}
    stopped = Message.objects.get(id=messages[0].id)
    assert (stopped.state, stopped.reason, stopped.rule) == ("suppressed", "denied", "gdpr:consent")
    assert set(outbox()) == {str(messages[1].id)}
    assert MessageEvent.objects.get(message_id=stopped.id).detail == "denied"


def test_an_address_that_bounced_after_planning_is_left_alone(plan: Make, outbox: Outbox) -> None:
    plan(1)
    ContactPoint.objects.filter(kind="email").update(bounced_at=NOW)
    assert sending.send_due(now=LATER).counts == {"suppressed": 1}
    assert Message.objects.get().reason == "suppressed"


def test_somebody_erased_after_planning_gets_nothing(plan: Make, outbox: Outbox) -> None:
    plan(1)
    Customer.objects.update(status="erased")
    assert sending.send_due(now=LATER).counts == {"suppressed": 1}
    assert Message.objects.get().reason == "erased"


def test_quiet_hours_that_began_meanwhile_move_the_message(
    plan: Make, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(1)
    until = LATER + dt.timedelta(hours=8)
    quiet = Decision(Outcome.DEFERRED, until=until, reason="quiet_hours", rule="pipa_kr:quiet_hours")
    with monkeypatch.context() as patched:
        patched.setattr(decisions.gate, "decide_many", lambda ids, **_: dict.fromkeys(ids, quiet))
        assert sending.send_due(now=LATER).counts == {"deferred": 1}
    row = Message.objects.get()
    assert (row.state, row.due_at, row.reason, row.claimed_by) == ("planned", until, "quiet_hours", None)
    assert sending.send_due(now=until).counts == {"sent": 1}


def test_messages_of_a_paused_campaign_wait(plan: Make, outbox: Outbox) -> None:
    [message] = plan(1)
    drafts.pause(campaign=message.campaign_id, actor=actors.SYSTEM, at=NOW)
    assert sending.send_due(now=LATER).handled == 0
    drafts.activate(campaign=message.campaign_id, actor=actors.SYSTEM, at=NOW)
    assert sending.send_due(now=LATER).counts == {"sent": 1}


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda row: factories.consent(row, granted=False), "denied"),
        (lambda row: restricting.restrict(customer=row.id, reason=ASKED, actor=actors.SYSTEM, at=NOW), "restricted"),
        (lambda row: Customer.objects.filter(id=row.id).update(status="erased"), "erased"),
    ],
)
def test_what_is_said_while_the_batch_leaves_is_heard(
    plan: Make, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Customer], object], reason: str
) -> None:
    first, second = plan(2)
    real = deliver.EmailCarrier.send

    def send(self: Any, outgoing: Any, **_under: Any) -> str:
        happens(Customer.objects.get(id=second.customer_id))
        return real(self, outgoing, **_under)

    monkeypatch.setattr(deliver.EmailCarrier, "send", send)
    assert sending.send_due(now=LATER).counts == {"sent": 1, "suppressed": 1}
    second.refresh_from_db()
    assert (second.state, second.reason, set(outbox())) == ("suppressed", reason, {str(first.id)})


def test_a_service_message_goes_although_an_old_yes_to_service_has_run_out(
    make_person: Make, make_campaign: Make, outbox: Outbox
) -> None:
    person = make_person()
    factories.consent(person, granted=True, purpose="service", at=NOW - dt.timedelta(days=9))
    ConsentState.objects.filter(customer_id=person.id, purpose="service").update(is_granted=False, status="expired")
    make_campaign(purpose="service")
    triggers.run(now=NOW)
    assert sending.send_due(now=LATER).counts == {"sent": 1}


def test_what_was_planned_for_one_purpose_is_not_sent_for_another(plan: Make, outbox: Outbox) -> None:
    [message] = plan(1)
    Campaign.objects.filter(id=message.campaign_id).update(purpose="service")
    assert sending.send_due(now=LATER).counts == {"suppressed": 1}
    assert Message.objects.get().reason == "purpose_changed"
    assert outbox() == {}


def test_messages_of_a_campaign_that_ended_stay_where_they_are(plan: Make, outbox: Outbox) -> None:
    [message] = plan(1)
    Campaign.objects.filter(id=message.campaign_id).update(status="ended")
    assert sending.send_due(now=LATER).handled == 0


def test_what_one_run_has_to_give_back_it_does_not_take_again(
    plan: Make, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(2)
    monkeypatch.setattr(sending, "IS_ACTIVE", Exists(Campaign.objects.none()))
    assert sending.send_due(now=LATER).counts == {"lost": 2}
    assert states() == {"planned": 2}


def test_the_text_of_the_planned_version_is_sent(plan: Make, outbox: Outbox, make_definition: Make) -> None:
    [message] = plan(1)
    raw = make_definition(subject={"en": "New words"})
    drafts.update(campaign=message.campaign_id, raw=raw, actor=actors.SYSTEM, at=NOW)
    sending.send_due(now=LATER)
    assert outbox()[str(message.id)]["Subject"] == "We miss you"


def test_the_frequency_cap_holds_where_one_is_set(
    plan: Make, outbox: Outbox, make_campaign: Make, settings: Any
) -> None:
    plan(1)
    for _ in range(2):
        make_campaign()
    triggers.run(now=NOW)
    settings.CAMPAIGN_MESSAGES_PER_WEEK = 2
    assert sending.send_due(now=LATER).counts == {"sent": 2, "suppressed": 1}
    assert Message.objects.get(state="suppressed").reason == "frequency_cap"


def test_one_broken_message_does_not_stop_the_others(plan: Make, outbox: Outbox) -> None:
    messages = plan(3)
    Message.objects.filter(id=messages[0].id).update(version=7)
    CampaignVersion.objects.create(
        campaign_id=messages[0].campaign_id,
        number=7,
        trigger={"kind": "manual"},
        audience={"all": []},
        steps=[
            {
                "kind": "message",
                "channel": "email",
                "template": {"subject": {"en": "x"}, "body": {"en": "{{ 1 | divided_by: 0 }}"}},
            }
        ],
    )
    Message.objects.filter(id=messages[1].id).update(version=99)
    assert sending.send_due(now=LATER).counts == {"failed": 2, "sent": 1}
    assert dict(Message.objects.filter(state="failed").values_list("id", "reason")) == {
        messages[0].id: "broken_template",
        messages[1].id: "fault:DoesNotExist",
    }


def test_a_claim_without_a_living_sender_comes_back(plan: Make, outbox: Outbox) -> None:
    untouched, begun, done = plan(3)
    with locks.alive() as number:
        CLAIMS.take(number, due("email", now=LATER), limit=3)
        CLAIMS.attempt(begun, number, at=LATER)
        CLAIMS.settle(done, number, state=Message.State.SENT, sent_at=LATER)
    assert CLAIMS.sweep() == 2
    attempts = dict(Message.objects.filter(state="planned").values_list("id", "attempts"))
    assert attempts == {untouched.id: 0, begun.id: 1}
    assert sending.send_due(now=LATER).counts == {"sent": 2}
    assert set(outbox()) == {str(untouched.id), str(begun.id)}


def test_a_sender_that_lost_its_claim_sends_nothing(
    plan: Make, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(1)

    def somebody_else_sweeps(*_args: Any, **_kwargs: Any) -> Any:
        Message.objects.update(state="planned", claimed_by=None)
        return original(*_args, **_kwargs)

    original = sending.rendering.outgoing
    monkeypatch.setattr(sending.rendering, "outgoing", somebody_else_sweeps)
    assert sending.send_due(now=LATER, limit=1).counts == {"lost": 1}
    assert outbox() == {}


def test_an_unforeseen_fault_ends_in_the_row(plan: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    plan(1)

    class Carrier:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def send(self, _outgoing: Any, *, permit: Permit) -> str:
            raise RuntimeError("boom")

    monkeypatch.setitem(registry.CARRIERS, "email", Carrier)
    assert sending.send_due(now=LATER).counts == {"failed": 1}
    assert Message.objects.get().reason == "fault:RuntimeError"


@pytest.mark.django_db(transaction=True)
def test_senders_at_once_send_each_message_once(
    plan: Make, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 3)
    messages = plan(30)
    start = threading.Barrier(3)
    tallies = []

    def work() -> None:
        try:
            start.wait(60)
            tallies.append(sending.send_due(now=LATER))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(tally.counts["sent"] for tally in tallies) == 30
    assert Counter(mail_server.ids) == {str(message.id): 1 for message in messages}
    assert MessageEvent.objects.filter(kind="sent").count() == 30


@pytest.mark.django_db(transaction=True)
def test_a_living_sender_keeps_its_claims(plan: Make, mail_server: MailServer) -> None:
    plan(4)
    swept: list[int] = []

    def look(_n: int, _envelope: Any) -> None:
        try:
            swept.append(CLAIMS.sweep())
        finally:
            connection.close()

    mail_server.answer = look
    assert sending.send_due(now=LATER).counts == {"sent": 4}
    assert swept == [0, 0, 0, 0]


def test_a_carrier_that_cannot_open_is_unreachable(settings: Any, tmp_path: Any) -> None:
    (tmp_path / "taken").write_text("x")
    settings.EMAIL_URL = f"file:{tmp_path}/taken/deeper"
    with pytest.raises(deliver.Unreachable), deliver.carrier():
        pass


def _destroy_keys(person: Customer) -> None:
    DataKey.objects.filter(customer_id=person.id).delete()


def _damage_address(person: Customer) -> None:
    contact = ContactPoint.objects.get(customer=person, kind="email")
    ContactPoint.objects.filter(customer=person, id=contact.id).update(value=bytes(contact.value)[:-1] + b"\x00\x00")


def _damage_name(person: Customer) -> None:
    Customer.objects.filter(id=person.id).update(name=b"?")


def _damage_keys(person: Customer) -> None:
    DataKey.objects.filter(customer_id=person.id).update(wrapped=b"?" * 60)


@pytest.mark.parametrize("harm", [_destroy_keys, _damage_address, _damage_name, _damage_keys])
def test_somebody_who_cannot_be_read_holds_up_nobody_else(plan: Make, outbox: Outbox, harm: Make) -> None:
    messages = plan(3)
    harm(Customer.objects.get(id=messages[1].customer_id))
    assert sending.send_due(now=LATER).counts == {"sent": 2, "failed": 1}
    messages[1].refresh_from_db()
    assert (messages[1].state, messages[1].reason) == ("failed", "unreadable")
    assert set(outbox()) == {str(messages[0].id), str(messages[2].id)}
    assert MessageEvent.objects.get(message_id=messages[1].id).detail == "unreadable"
