"""What members bring along from another programme comes once, is told where it is wrong, and can be taken back."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from cdp.core import jobs
from cdp.core.actors import SYSTEM
from cdp.core.imports import undoing
from loyalty.models import Act, Lot, Member, Movement
from loyalty.services import members
from tests import factories
from tests.importing import Importer
from tests.loyalty.programmes import BEGIN, publish, tier
from tests.loyalty.shop import has

pytestmark = pytest.mark.django_db
FILE = """email,points,wallet,expires at,member since,tier
ann@example.com,120,,2099-12-31,2024-05-06,Gold
ann@example.com,30,,,2024-05-06,
ann@example.com,4,stamps,,,
ben@example.com,-5,,,,
cat@example.com,1.5,,,,
dan@example.com,5,gems,,,
eve@example.com,5,,2020-01-01,,
fay@example.com,5,,,,Diamond
gil@example.com,0,,,2025-01-01,
"""


@pytest.fixture
def imports(tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def test_balances_come_once_with_their_ends_and_tiers_and_what_is_wrong_is_told(imports):
    names = {"en": "Gold", "th": "โกลด์", "ko": "골드"}
    publish(tiering={"tiers": [tier("gold", 1000) | {"names": names}]})
    checked = imports("points", FILE, dry_run=True)
    assert [(one["line"], one["code"]) for one in checked["rejected"]] == [
        (5, "below_zero_points"),
        (6, "too_fine_points"),
        (7, "unknown_wallet"),
        (8, "ended_points"),
        (9, "unknown_tier"),
    ]
    assert not Act.objects.exists()
    assert not Member.objects.exists()
    imports("points", FILE)
    job = imports.job
    ann, gil = Member.objects.order_by("joined_at")
    assert (ann.tier, ann.how, ann.joined_at.year, gil.tier) == ("gold", "file", 2024, "")
    now = timezone.now()
    assert (has(ann.customer, now), has(ann.customer, now, "stamps")) == (150, 4)
    assert sorted(Movement.objects.values_list("debit", "credit", "amount")) == [
        ("opening", "active", Decimal(amount)) for amount in (4, 30, 120)
    ]
    assert Lot.objects.get(amount=120).ends > datetime(2099, 12, 30, tzinfo=UTC)
    assert imports("points", FILE)["created"] == 0
    (told,) = imports("points", "email,points\nann@example.com,31\n")["rejected"]
    assert told["code"] == "brought_otherwise"
    assert Act.objects.count() == 3
    undoing.begin(job, actor=SYSTEM, at=timezone.now())
    jobs.run_waiting()
    assert has(ann.customer, timezone.now()) == 0
    assert not Member.objects.exists()


def test_who_left_is_not_made_to_come_back(imports):
    publish()
    ann = factories.customer(email="ann@example.com")
    members.enrol(customer=ann.id, how=Member.How.STAFF, actor=SYSTEM, now=BEGIN)
    members.leave(customer=ann.id, shown={}, actor=SYSTEM, now=BEGIN)
    (told,) = imports("points", "email,points\nann@example.com,31\n")["rejected"]
    assert told["code"] == "left_programme"
    assert not Act.objects.exists()
