"""The loyalty programme of the sample shop: who buys is a member, and what was bought in the last year has earned."""

import datetime as dt
from typing import Any, Final

from cdp.core.actors import SYSTEM
from loyalty.selectors import versions as reading
from loyalty.services import versions

EARLIER: Final = dt.timedelta(days=365)
"""For how long there has been a programme."""


def _named(en: str, th: str, ko: str) -> dict[str, str]:
    return {"en": en, "th": th, "ko": ko}


PROGRAMME: Final[dict[str, Any]] = {
    "schema": 1,
    "names": _named("Friends of the shop", "เพื่อนของร้าน", "단골 클럽"),
    "currency": "THB",
    "rules": [
        {
            "on": "spend",
            "key": "spend",
            "names": _named("A point for every 25 baht", "ทุก 25 บาท รับ 1 คะแนน", "25바트마다 1포인트"),
            "per": "25",
        },
        {
            "on": "visit",
            "key": "stamp",
            "names": _named("A stamp for every purchase", "แสตมป์ 1 ดวงต่อการซื้อหนึ่งครั้ง", "구매할 때마다 스탬프 1개"),
            "wallet": "stamps",
            "minimum": "200",
            "caps": [{"per": "day", "times": 1}],
            "is_qualifying": False,
        },
        {
            "on": "action",
            "key": "friend",
            "names": _named("100 points for bringing a friend", "ชวนเพื่อนรับ 100 คะแนน", "친구 추천 시 100포인트"),
            "what": "referral",
            "points": "100",
        },
        {
            "on": "action",
            "key": "brought",
            "names": _named("50 points for who was brought", "ผู้ได้รับคำชวนรับ 50 คะแนน", "추천받은 친구 50포인트"),
            "what": "referred",
            "points": "50",
        },
    ],
    "bonuses": [
        {
            "key": "weekend",
            "names": _named("Double points on weekends", "คะแนนสองเท่าในวันเสาร์อาทิตย์", "주말 포인트 두 배"),
            "factor": "2",
            "window": {"weekdays": [6, 7]},
        },
    ],
    "wallets": {
        "points": {"expiry": {"kind": "fixed", "months": 12}, "worth": "0.25", "smallest": "100", "step": "10"},
        "stamps": {"full": 10, "reward": "full-card"},
    },
    "tiering": {
        "tiers": [
            {
                "key": "silver",
                "names": _named("Silver", "ซิลเวอร์", "실버"),
                "at_least": "5000",
                "factor": "1.25",
            },
            {
                "key": "gold",
                "names": _named("Gold", "โกลด์", "골드"),
                "at_least": "20000",
                "factor": "1.5",
                "expiry": {"kind": "fixed", "months": 24},
            },
        ],
    },
    "joining": {"how": "first_order"},
    "referrals": {"most_a_month": 4},
}


def publish(now: dt.datetime) -> None:
    """Put it in force a year ago, before the orders come. Does nothing where there is a programme already."""
    if reading.published() or reading.draft():
        return
    versions.save_draft(definition=PROGRAMME, actor=SYSTEM, now=now)
    versions.publish(starts_at=now - EARLIER, actor=SYSTEM, now=now)
