"""What members of the sample shop can have for their points, and what its staff did with points of late."""

import datetime as dt
import secrets
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from django.db.models import Exists, OuterRef

from cdp.core import accounts, actors
from cdp.core.actors import SYSTEM
from cdp.core.models import Role, User
from cdp.core.models.sources import SAMPLE
from commerce.models import Order
from customers.models import Customer, Status
from loyalty.models import Balance, FriendCode, Hold, Member, Offer, Promotion, Reward
from loyalty.rules.adjusting import Why
from loyalty.rules.spending import Refused
from loyalty.services import adjusting, giving, holds, offers, promotions, referring
from loyalty.services.tills import Asked

COLLEAGUES: Final = (("nok@example.com", "Nok"), ("minjun@example.com", "Min-jun"), ("ploy@example.com", "Ploy"))
_A_DAY: Final = dt.timedelta(days=1)
_LATELY: Final = dt.timedelta(days=80)
_MOST = 90
"""So many members redeemed something."""
_KINDNESSES = 21
_BROUGHT = 14


def _named(en: str, th: str, ko: str) -> dict[str, str]:
    return {"en": en, "th": th, "ko": ko}


REWARDS: Final[tuple[dict[str, Any], ...]] = (
    {
        "key": "full-card",
        "names": _named("A toner for a full card", "สะสมแสตมป์ครบรับโทนเนอร์", "스탬프 완성 토너 증정"),
        "wallet": "stamps",
        "cost": Decimal(10),
        "benefit": {"gives": "item", "of": {"categories": ["Toners"]}},
    },
    {
        "key": "hand-balm",
        "names": _named("A hand balm", "บาล์มทามือ", "핸드밤"),
        "texts": _named("One tube, 40 g", "1 หลอด ขนาด 40 กรัม", "40g 1개"),
        "cost": Decimal(150),
        "benefit": {"gives": "item", "of": {"skus": ["SK-404"]}},
        "how": Reward.How.NOW,
        "stock": 120,
        "each": 2,
        "per": Reward.Per.MONTH,
    },
    {
        "key": "fifty-off",
        "names": _named("50 baht off", "ส่วนลด 50 บาท", "50바트 할인"),
        "cost": Decimal(180),
        "benefit": {"gives": "amount", "amount": "50", "minimum": "300", "currency": "THB"},
    },
    {
        "key": "credit",
        "names": _named("100 baht of credit", "เครดิตร้าน 100 บาท", "적립금 100바트"),
        "cost": Decimal(400),
        "benefit": {"gives": "credit", "amount": "100", "currency": "THB"},
        "how": Reward.How.NOW,
    },
    {
        "key": "serums",
        "names": _named("15 % off serums", "ลด 15% สำหรับเซรั่ม", "세럼 15% 할인"),
        "texts": _named("For silver and gold members", "สำหรับสมาชิกซิลเวอร์และโกลด์", "실버·골드 회원 전용"),
        "cost": Decimal(300),
        "benefit": {"gives": "percent", "percent": "15", "of": {"categories": ["Serums"]}},
        "tiers": ["silver", "gold"],
    },
)


def offer(now: dt.datetime) -> None:
    """The catalogue, a code for everybody and offers of one's own. Does nothing where there is a reward already."""
    if Reward.objects.exists():
        return
    Reward.objects.bulk_create(
        Reward(created_at=now, position=10 * place, **told) for place, told in enumerate(REWARDS, start=1)
    )
    promotions.make(
        Promotion(
            key="welcome",
            names=_named("10 % off the first order", "ลด 10% เมื่อสั่งซื้อครั้งแรก", "첫 주문 10% 할인"),
            kind=Promotion.Kind.WORD,
            word="WELCOME10",
            benefit={"gives": "percent", "percent": "10"},
            is_first_order=True,
        ),
        actor=SYSTEM,
        now=now,
    )
    for why, percent in ((Offer.Why.FAVOURITE, "10"), (Offer.Why.BIRTHDAY, "15")):
        benefit = {"gives": "percent", "percent": percent}
        offers.keep(why=why, benefit=benefit, valid_days=30, is_on=False, actor=SYSTEM, now=now)


def use(now: dt.datetime) -> None:
    """Members redeem, staff give and take, friends are brought. Needs the points booked; does nothing a second time."""
    if Hold.objects.filter(source=SAMPLE).exists():
        return
    staff = [_colleague(email, name, now) for email, name in COLLEAGUES]
    _redeem(staff, now)
    _adjust(staff, now)
    _bring_friends(now)


def _colleague(email: str, name: str, now: dt.datetime) -> User:
    """Somebody at the counter, whose password nobody knows."""
    known = User.objects.filter(email=email).first()
    return known or accounts.create(
        email=email, role=Role.CLERK, password=secrets.token_urlsafe(24), name=name, actor=SYSTEM, at=now
    )


def _redeem(staff: Sequence[User], now: dt.datetime) -> None:
    """Each after what they earned last, as the ledger goes forward only."""
    rich = Balance.objects.filter(wallet="points", active__gte=150, moved_at__gt=now - _LATELY).order_by("customer_id")
    for number, balance in enumerate(rich[:_MOST]):
        asked = Asked(
            customer=balance.customer_id,
            actor=actors.staff(staff[number % len(staff)]),
            now=balance.moved_at + (now - balance.moved_at) * (1 + number % 7) / 8,
            source=SAMPLE,
            reference=f"S-{number + 1}",
        )
        within_reach = [told["key"] for told in REWARDS[1:] if told["cost"] <= balance.active]
        with suppress(Refused):
            if number % 3:
                holds.redeem(asked, Decimal(100))
            else:
                holds.redeem(asked, reward=within_reach[number // 3 % len(within_reach)])


def _adjust(staff: Sequence[User], now: dt.datetime) -> None:
    """A small kindness of each, and of one colleague far more than of the others."""
    reasons = (Why.COMPLAINT, Why.SUGGESTION, Why.FORGOTTEN)
    modest = Balance.objects.filter(wallet="points", active__lt=150).order_by("customer_id")
    for number, customer in enumerate(modest.values_list("customer_id", flat=True)[:_KINDNESSES]):
        is_usual = number < len(staff)
        with suppress(Refused):
            # As they were over many days: the ledger goes forward only, and a day has its limit.
            user = staff[number] if is_usual else staff[-1]
            asked = Asked(customer, actors.staff(user), now, adjusting.SOURCE, reference=f"A-{number + 1}")
            why = reasons[number % len(reasons)] if is_usual else Why.GOODWILL
            giving.adjust(asked, Decimal(20 + 5 * (number % 4)), why=why)


def _bring_friends(now: dt.datetime) -> None:
    """Some who have not bought yet came by a member's code; whoever brought too many waits for staff."""
    if FriendCode.objects.exists():
        return
    members = list(Member.objects.order_by("customer_id").values_list("customer_id", flat=True)[:5])
    new = Customer.objects.filter(
        ~Exists(Order.objects.filter(customer_id=OuterRef("id"))),
        ~Exists(Member.objects.filter(customer_id=OuterRef("id"))),
        status=Status.KNOWN,
        created_at__gt=now - _LATELY,
    )
    for number, (customer, came_at) in enumerate(
        new.order_by("created_at", "id").values_list("id", "created_at")[:_BROUGHT]
    ):
        if members:
            by = members[0 if number % 2 else number // 2 % len(members)]
            referring.note(customer=customer, friend=referring.code(customer=by, now=now), now=came_at)
