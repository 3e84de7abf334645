"""From a fact to a signed delivery: who is told, who may not be, what comes again, what stops."""

import datetime as dt
import json
from ipaddress import ip_network

import pytest
from django.utils import timezone

from analytics.services import membership, segments
from cdp.core import actors, outbox, webhooks
from cdp.core.models import Webhook, WebhookDelivery, WebhookFact
from cdp.core.webhooks import delivering, fanning, forgetting, publishing, registry, signing, subscriptions
from consent.services import grants
from customers.models import Customer
from customers.services import erasing
from tests import factories, requesting
from tests.core.webhooks.receiving import receiver, verified

pytestmark = pytest.mark.django_db
HERE = (ip_network("127.0.0.0/8"),)
State = WebhookDelivery.State


@pytest.fixture
def told(settings):
    settings.CDP_WEBHOOK_PRIVATE = HERE
    with receiver() as found:
        yield found


def subscribe(url, *events, purpose="service"):
    return subscriptions.create(
        name="ERP",
        url=url,
        events=events or ["consent.changed"],
        purpose=purpose,
        actor=actors.SYSTEM,
        at=timezone.now(),
    )


def tell(customer, event="consent.changed", at=None, **data):
    webhooks.publish(event, customer=customer and customer.id, data=data, at=at or timezone.now())


def go(now=None):
    fanning.fan_out(now=now or timezone.now())
    return delivering.deliver_due(now=now or timezone.now())


def only():
    return WebhookDelivery.objects.get()


def test_a_receiver_that_follows_the_specification_can_verify_what_it_gets(told):
    _webhook, secret = subscribe(told.url)
    customer = factories.customer()
    tell(customer, purpose="marketing", status="given")
    go()
    ((headers, body),) = told.got
    payload = verified(secret, headers, body)
    assert payload["type"] == "consent.changed"
    assert payload["data"] == {"customer": str(customer.id), "purpose": "marketing", "status": "given"}
    assert dt.datetime.fromisoformat(payload["timestamp"]).tzinfo
    with pytest.raises(AssertionError):
        verified(secret, headers, body + b" ")
    with pytest.raises(AssertionError):
        verified(signing.new_secret(), headers, body)
    assert (only().state, only().status_code, only().sealed) == (State.DELIVERED, 204, None)


def test_nothing_is_written_while_nobody_subscribed(told):
    subscribe(told.url, "order.created")
    tell(factories.customer())
    assert not WebhookFact.objects.exists()
    with pytest.raises(registry.UnknownEvent):
        webhooks.publish("no.such", customer=None, at=timezone.now())


def test_who_did_not_allow_it_is_not_told_of_and_the_reason_stays(told):
    subscribe(told.url, purpose="third_party")
    silent, refused, willing = (factories.customer() for _ in range(3))
    factories.consent(refused, purpose="third_party", channel="webhook", granted=False)
    factories.consent(willing, purpose="third_party", channel="any")
    for customer in (silent, refused, willing):
        tell(customer)
    go()
    assert [json.loads(body)["data"]["customer"] for _headers, body in told.got] == [str(willing.id)]
    found = {row.customer_id: (row.state, row.reason, row.rule) for row in WebhookDelivery.objects.all()}
    assert found[silent.id] == (State.DENIED, "never_asked", "gdpr:consent")
    assert found[refused.id] == (State.DENIED, "denied", "gdpr:consent")


def test_a_word_about_any_way_holds_for_webhooks_too(told):
    subscribe(told.url, purpose="third_party")
    subscribe(told.url, purpose="profiling")
    willing, refused = factories.customer(), factories.customer()
    factories.consent(willing, purpose="third_party", channel="any")
    factories.consent(refused, purpose="profiling", channel="any", granted=False)
    tell(willing)
    tell(refused)
    go()
    found = {(row.customer_id, row.webhook.purpose): row.state for row in WebhookDelivery.objects.all()}
    assert found == {
        (willing.id, "third_party"): State.DELIVERED,
        (willing.id, "profiling"): State.DELIVERED,
        (refused.id, "third_party"): State.DENIED,
        (refused.id, "profiling"): State.DENIED,
    }


def test_who_was_told_before_learns_of_the_no(told):
    subscribe(told.url, purpose="third_party")
    customer = factories.customer()
    for granted in (True, False):
        grants.record(
            customer=customer.id,
            purpose="third_party",
            channel="any",
            granted=granted,
            at=timezone.now(),
            source="shop",
            method="test",
            actor=actors.CUSTOMER,
        )
        go()
    assert [json.loads(body)["data"]["status"] for _headers, body in told.got] == ["given", "withdrawn"]


def test_what_was_taken_back_after_the_fact_is_not_told_either(told):
    subscribe(told.url, purpose="third_party")
    customer = factories.customer()
    factories.consent(customer, purpose="third_party", channel="webhook")
    tell(customer)
    fanning.fan_out(now=timezone.now())
    factories.consent(customer, purpose="third_party", channel="webhook", granted=False)
    go()
    assert not told.got
    assert only().state == State.DENIED
    assert only().sealed is None


def test_an_erasure_is_told_by_its_id_and_takes_all_else_along(told):
    subscribe(told.url, "consent.changed", "customer.erased", purpose="third_party")
    customer = factories.customer()
    factories.consent(customer, purpose="third_party", channel="webhook")
    tell(customer)
    fanning.fan_out(now=timezone.now())
    tell(customer)
    erasing.erase(customer=customer.id, actor=actors.SYSTEM, at=timezone.now())
    forgetting.forget([customer.id])  # as the sweep of the pipeline does once more
    go()
    assert told.types == ["customer.erased"]
    assert json.loads(told.got[0][1])["data"] == {"customer": str(customer.id)}


def test_a_failure_is_tried_again_with_growing_pauses_under_the_same_id(told):
    told.answers = [500, 503, 200]
    subscribe(told.url)
    tell(factories.customer())
    now = timezone.now()
    go(now)
    assert (only().state, only().attempts, only().reason) == (State.WAITING, 1, "http_500")
    assert only().due_at == now + delivering.PAUSES[0]
    assert not delivering.deliver_due(now=now)
    now = only().due_at
    delivering.deliver_due(now=now)
    delivering.deliver_due(now=now + delivering.PAUSES[1])
    assert only().state == State.DELIVERED
    assert len({headers["webhook-id"] for headers, _body in told.got}) == 1
    assert len(told.got) == 3


def test_one_that_fails_for_three_days_is_given_up_and_can_be_sent_again(told):
    told.answers = [500]
    subscribe(told.url)
    tell(factories.customer())
    now = timezone.now()
    go(now)
    for pause in delivering.PAUSES:
        now += pause
        delivering.deliver_due(now=now)
    assert (only().state, only().attempts) == (State.FAILED, len(delivering.PAUSES) + 1)
    told.answers = [200]
    assert delivering.again(only(), now=now)
    delivering.deliver_due(now=now)
    assert only().state == State.DELIVERED
    assert not delivering.again(only(), now=now)


def test_an_address_that_fails_for_days_or_is_gone_is_taken_out_of_use(told):
    webhook, _secret = subscribe(told.url)
    told.answers = [500]
    tell(factories.customer())
    now = timezone.now()
    go(now)
    tell(factories.customer())
    go(now + delivering.PATIENCE + dt.timedelta(seconds=1))
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_for) == (False, "failing")
    told.answers = [204]
    subscriptions.change(webhook, is_active=True, actor=actors.SYSTEM, at=now)
    told.answers = [410]
    tell(factories.customer())
    go(now + dt.timedelta(days=6))
    assert Webhook.objects.get().disabled_for == "gone"


def test_what_happened_to_one_person_is_told_in_order_and_holds_up_nobody_else(told):
    subscribe(told.url)
    one, other = factories.customer(), factories.customer()
    tell(one, step=1)
    tell(one, step=2)
    tell(other, step=1)
    told.answers = [500, 200]
    now = timezone.now()
    go(now)
    steps = [(json.loads(body)["data"]["customer"], json.loads(body)["data"]["step"]) for _h, body in told.got]
    assert steps == [(str(one.id), 1), (str(other.id), 1)]
    go(now + delivering.PAUSES[0])
    steps = [(json.loads(body)["data"]["customer"], json.loads(body)["data"]["step"]) for _h, body in told.got]
    assert steps[2:] == [(str(one.id), 1), (str(one.id), 2)]


def test_a_receiver_that_asks_for_time_gets_it(told):
    told.answers, told.headers = [429], {"Retry-After": "120"}
    webhook, _secret = subscribe(told.url)
    tell(factories.customer())
    now = timezone.now()
    go(now)
    webhook.refresh_from_db()
    assert webhook.paused_until == now + dt.timedelta(seconds=120)


def test_a_redirect_is_a_failure_and_not_followed(told):
    with receiver() as other:
        told.answers, told.headers = [302], {"Location": other.url}
        subscribe(told.url)
        tell(factories.customer())
        go()
        assert not other.got
        assert only().reason == "http_302"


def test_facts_lie_sealed_and_secrets_wrapped(told):
    webhook, secret = subscribe(told.url)
    tell(factories.customer(), word="planted-word")
    fact = WebhookFact.objects.get()
    assert b"planted-word" not in bytes(fact.sealed)
    assert publishing.open_(bytes(fact.sealed), fact=fact.id)["word"] == "planted-word"
    assert secret.encode() not in bytes(webhook.wrapped)
    assert subscriptions.keys_of(webhook, at=timezone.now()) == [signing.key_of(secret)]


@pytest.mark.long
def test_thousands_of_facts_cost_a_handful_of_statements(told, django_assert_max_num_queries):
    subscribe(told.url)
    customer = factories.customer()
    facts = [webhooks.Fact(customer.id, timezone.now(), {"n": number}) for number in range(1000)]
    with django_assert_max_num_queries(3):
        webhooks.publish_many("consent.changed", facts)
    with django_assert_max_num_queries(60):
        assert fanning.fan_out(now=timezone.now()) == 1000
    assert WebhookDelivery.objects.count() == 1000


def test_old_deliveries_go_and_those_that_wait_stay(told):
    subscribe(told.url)
    tell(factories.customer())
    go()
    tell(factories.customer())
    fanning.fan_out(now=timezone.now())
    assert forgetting.forget_old(now=timezone.now() + forgetting.KEPT + dt.timedelta(days=1)) == 1
    assert only().state == State.WAITING


def test_for_a_day_both_secrets_sign_and_then_the_new_one_alone(told):
    webhook, old = subscribe(told.url, "webhook.test")
    new = subscriptions.renew_secret(webhook, actor=actors.SYSTEM, at=timezone.now())
    fanning.trial(webhook, at=timezone.now())
    go()
    headers, body = told.got[-1]
    assert headers["webhook-signature"].count("v1,") == 2
    verified(old, headers, body)
    verified(new, headers, body)
    later = timezone.now() + subscriptions.OVERLAP
    forgetting.forget_old(now=later)
    fanning.trial(webhook, at=timezone.now())
    go(later)
    headers, body = told.got[-1]
    verified(new, headers, body)
    with pytest.raises(AssertionError):
        verified(old, headers, body)


def test_what_was_taken_back_while_the_one_before_was_handed_over_does_not_leave(told, monkeypatch):
    subscribe(told.url, "customer.updated", purpose="third_party")
    ann, ben, cleo = (factories.customer(name=name) for name in ("Ann", "Ben", "Cleo"))
    for one in (ann, ben, cleo):
        factories.consent(one, purpose="third_party", channel="any")
        tell(one, "customer.updated", fields=["name"])
    fanning.fan_out(now=timezone.now())
    post = delivering.addresses.post

    def slow(*given, **more):
        if not told.got:
            factories.consent(ben, purpose="third_party", channel="any", granted=False)
            WebhookDelivery.objects.filter(customer_id=cleo.id).delete()  # as forgetting does
        return post(*given, **more)

    monkeypatch.setattr(delivering.addresses, "post", slow)
    delivering.deliver_due(now=timezone.now())
    assert [json.loads(body)["data"]["customer"] for _headers, body in told.got] == [str(ann.id)]
    assert WebhookDelivery.objects.get(customer_id=ben.id).state == State.DENIED


def test_owners_learn_that_one_was_switched_off_and_what_failed_goes_again(told):
    owner = factories.staff("owner")
    webhook, _secret = subscribe(told.url, "webhook.test")
    fanning.trial(webhook, at=timezone.now())
    told.answers = [410]
    go()
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.disabled_for) == (False, "gone")
    (notice,) = requesting.notices("webhook-off")
    assert (notice["name"], notice["url"].endswith(f"/settings/webhooks/{webhook.id}/")) == ("ERP", True)
    assert outbox.send_due(now=timezone.now()).counts["sent"] == 1
    told.answers = [204]
    subscriptions.change(webhook, is_active=True, actor=actors.staff(owner), at=timezone.now())
    WebhookDelivery.objects.update(state=State.FAILED)
    since = timezone.now() - dt.timedelta(hours=1)
    assert delivering.again_since(webhook, since=since, actor=actors.staff(owner), now=timezone.now()) == 1
    go()
    assert (only().state, only().took_ms is not None) == (State.DELIVERED, True)


def test_who_is_erased_is_told_to_third_parties_that_were_never_allowed_to_hear_of_them(told):
    subscribe(told.url, "customer.erased", "customer.updated", purpose="third_party")
    customer = factories.customer(name="Ann")
    tell(customer, "customer.updated", fields=["name"])
    erasing.erase(customer=customer.id, actor=actors.SYSTEM, at=timezone.now())
    go()
    assert [json.loads(body)["type"] for _headers, body in told.got] == ["customer.erased"]
    assert json.loads(told.got[0][1])["data"] == {"customer": str(customer.id)}


def test_segments_say_who_came_and_went(told):
    now = timezone.now()
    segment = segments.create(name="All", rules={"all": []}, actor=actors.SYSTEM, at=now)
    subscribe(told.url, "segment.entered", "segment.left")
    ann, ben = (factories.customer(name=name) for name in ("Ann", "Ben"))
    membership.refresh(segment, now)
    Customer.objects.filter(id=ben.id).update(status="anonymous")
    membership.update([ben.id], now)
    facts = WebhookFact.objects.order_by("id").values_list("event", "customer_id")
    assert sorted(facts[:2]) == sorted([("segment.entered", ann.id), ("segment.entered", ben.id)])
    assert list(facts[2:]) == [("segment.left", ben.id)]
    go()
    assert [json.loads(body)["data"]["segment"] for _headers, body in told.got] == [segment.key]  # ben is known no more
