"""Versions of the programme: one draft, what was published stays, and what would not work is told with its place."""

from datetime import timedelta

import pytest

from cdp.core.actors import SYSTEM
from cdp.core.models import AuditEntry
from cdp.core.structures import Invalid
from loyalty.models import ProgrammeVersion, WalletType
from loyalty.selectors import versions as reading
from loyalty.services import versions
from tests.loyalty.programmes import BEGIN, NAMES, definition, publish, spend, tier

pytestmark = pytest.mark.django_db


def test_the_version_in_force_is_the_latest_that_has_begun():
    assert reading.in_force(BEGIN) is None
    first = publish()
    second = publish(spend(points="2"), starts_at=BEGIN + timedelta(days=30), now=BEGIN + timedelta(days=1))
    timeline = reading.published()
    moments = (timedelta(seconds=-1), timedelta(0), timedelta(days=29, hours=23), timedelta(days=30))
    found = [timeline.at(BEGIN + moment) for moment in moments]
    assert [version and version.number for version in found] == [None, 1, 1, 2]
    assert (first.programme.rules[0].points, second.programme.rules[0].points) == (1, 2)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        *("loyalty:programme:drafted", "loyalty:programme:published") * 2
    ]


def test_only_the_first_version_may_begin_in_the_past():
    publish(starts_at=BEGIN - timedelta(days=400), now=BEGIN)
    versions.save_draft(definition=definition(), actor=SYSTEM, now=BEGIN)
    with pytest.raises(versions.TooEarly):
        versions.publish(starts_at=BEGIN - timedelta(seconds=1), actor=SYSTEM, now=BEGIN)
    assert ProgrammeVersion.objects.get(number=2).published_at is None


def test_there_is_one_draft_and_publishing_ends_it():
    with pytest.raises(versions.NoDraft):
        versions.publish(starts_at=BEGIN, actor=SYSTEM, now=BEGIN)
    versions.save_draft(definition=definition(), actor=SYSTEM, now=BEGIN)
    again = versions.save_draft(definition=definition(spend(per="50")), actor=SYSTEM, now=BEGIN, note="dearer")
    assert reading.draft() == again
    assert again.number == 1
    versions.discard_draft(actor=SYSTEM, now=BEGIN)
    assert reading.draft() is None
    with pytest.raises(Invalid):
        versions.save_draft(definition={"schema": 1}, actor=SYSTEM, now=BEGIN)


BROKEN = {
    "rules": [
        spend(wallet="miles"),
        spend(tiers=["gold"], window={"since": "2026-05-01", "until": "2026-04-30"}, caps=[{"per": "day"}]),
        {"on": "action", "key": "event", "names": NAMES, "what": "event", "points": "5"},
        {"on": "visit", "key": "visit", "names": {"en": "Visit", "th": "มา"}, "wallet": "stamps"},
    ],
    "bonuses": [{"key": "double", "names": NAMES, "factor": "2", "extra": "5", "caps": [{"per": "day", "times": 1}]}],
    "wallets": {
        "points": {"expiry": {"kind": "fixed"}, "first": 3},
        "cups": {},
        "stamps": {"full": 10, "first": 10, "expiry": {"kind": "month", "days": 3}},
    },
    "tiering": {"tiers": [tier("silver", 100), tier("top", 100, expiry={"kind": "idle"}), tier("silver", 200)]},
    "staff": {"clerk": "500", "alone": "100"},
    "refunds": {"shortfall": "deduct"},
    "names": {"en": "Club"},
}


def test_everything_in_the_way_of_publishing_is_told_with_its_place():
    assert versions.obstacles(definition()) == []
    versions.save_draft(definition={**definition(), **BROKEN}, actor=SYSTEM, now=BEGIN)
    with pytest.raises(Invalid) as told:
        versions.publish(starts_at=BEGIN, actor=SYSTEM, now=BEGIN)
    assert sorted(problem.pointer for problem in told.value.problems) == [
        "/bonuses/0",
        "/bonuses/0/caps",
        "/names/ko",
        "/names/th",
        "/refunds/shortfall",
        "/rules/0/wallet",
        "/rules/1/caps/0",
        "/rules/1/key",
        "/rules/1/tiers/0",
        "/rules/1/window/until",
        "/rules/2/event",
        "/rules/3/names/ko",
        "/staff/clerk",
        "/tiering/tiers/1/at_least",
        "/tiering/tiers/1/expiry",
        "/tiering/tiers/2/key",
        "/wallets/cups",
        "/wallets/points/expiry",
        "/wallets/points/full",
        "/wallets/stamps/expiry/days",
        "/wallets/stamps/first",
        "/wallets/stamps/reward",
    ]
    assert ProgrammeVersion.objects.get().published_at is None


def test_a_fresh_shop_has_three_wallets():
    assert dict(WalletType.objects.values_list("key", "kind")) == {
        "points": "points",
        "stamps": "stamps",
        "credit": "credit",
    }
    assert reading.digits() == {"points": 0, "stamps": 0, "credit": 2}
