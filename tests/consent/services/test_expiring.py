import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from cdp.core import actors
from consent.models import ConsentRecord, ConsentState
from consent.services import expiring, grants, subscriptions
from consent.services.links import Subscription
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def expire(now: dt.datetime, **changes: object) -> int:
    values = {"purpose": "marketing", "said_before": now, "reason": "age", "actor": actors.SYSTEM, "now": now}
    return expiring.expire(**{**values, **changes})


def stands(customer: uuid.UUID) -> list[tuple[str, bool, str]]:
    found = ConsentState.objects.filter(customer_id=customer).order_by("channel")
    return list(found.values_list("channel", "is_granted", "status"))


def test_only_what_is_old_enough_expires_and_only_once(say: Callable[..., ConsentRecord], now: dt.datetime) -> None:
    ann, bo = factories.customer(), factories.customer()
    say(ann.id, channel="email", at=now - 9 * DAY)
    say(ann.id, channel="sms", at=now - 2 * DAY)
    say(bo.id, channel="email", at=now - 9 * DAY, granted=False)
    assert expire(now, said_before=now - 5 * DAY) == 1
    assert expire(now + DAY, said_before=now - 5 * DAY) == 0
    assert stands(ann.id) == [("email", False, "expired"), ("sms", True, "given")]
    assert stands(bo.id) == [("email", False, "denied")]
    record = ConsentRecord.objects.get(status="expired")
    assert (record.method, record.source, record.actor_kind) == ("age", "policy", "system")


def test_many_expire_page_by_page(
    say: Callable[..., ConsentRecord], now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "PAGE", 2)
    for _ in range(5):
        customer = factories.customer().id
        say(customer, channel="email", at=now - DAY)
        say(customer, channel="sms", at=now - DAY)
    assert expire(now, channels=["email"], limit=3) == 3
    assert expire(now, channels=["email"]) == 2
    assert ConsentState.objects.filter(is_granted=True).count() == 5


def test_a_yes_said_meanwhile_is_left_alone(say: Callable[..., ConsentRecord], now: dt.datetime) -> None:
    ann = factories.customer().id
    say(ann, at=now - DAY)
    rows = [
        grants.GrantRow(
            customer=ann, purpose="marketing", channel="email", granted=False, at=now + DAY, source="policy",
            status="expired", outlived=now,
        )
    ]  # fmt: skip
    say(ann, at=now, status="reconfirmed")
    assert grants.record_many(rows, actor=actors.SYSTEM, now=now + DAY).written == 0
    assert stands(ann) == [("email", True, "reconfirmed")]


def test_who_lapsed_may_still_stop_messages_and_may_say_yes_again(
    say: Callable[..., ConsentRecord], now: dt.datetime
) -> None:
    ann = factories.customer().id
    say(ann, at=now - DAY)
    expire(now)
    link = Subscription(ann, "marketing", "email")
    stopped = subscriptions.stop(link, at=now + DAY, evidence={})
    assert stopped is not None
    assert stopped.status == "denied"
    assert say(ann, at=now + 2 * DAY, status="reconfirmed").status == "given"
    assert stands(ann) == [("email", True, "given")]


def test_nothing_expires_that_was_never_allowed(say: Callable[..., ConsentRecord], now: dt.datetime) -> None:
    ann = factories.customer().id
    with pytest.raises(grants.UnableToRecord):
        say(ann, granted=False, status="expired")
    with pytest.raises(ValueError, match="nothing that can be said"):
        say(ann, granted=True, status="expired")
    assert not ConsentRecord.objects.exists()


def test_a_permission_taken_over_counts_and_keeps_its_proof(
    say: Callable[..., ConsentRecord], now: dt.datetime
) -> None:
    ann = factories.customer().id
    record = say(ann, status="inherited", form="signup", place="silom", evidence={"of": "Old Shop"})
    assert (record.status, record.form, record.place) == ("inherited", "signup", "silom")
    assert stands(ann) == [("email", True, "inherited")]
