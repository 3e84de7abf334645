"""Programmes to begin with: small, whole, in every language of the shop, then the shop's own."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

OFFERED: Mapping[str, tuple[Any, Any]] = {
    "points": (_("Points for what is spent"), _("Points that end a year later, each worth a little money.")),
    "stamps": (_("A stamp card"), _("A stamp for each purchase, once a day. You choose what a full card gives.")),
    "tiers": (_("Points and tiers"), _("Points, and three tiers that earn more.")),
}
"""By key: what it is called, and what it does."""

_PER: Mapping[str, Decimal] = {
    "THB": Decimal(25),
    "KRW": Decimal(1000),
    "JPY": Decimal(100),
    "VND": Decimal(25_000),
    "IDR": Decimal(15_000),
    "INR": Decimal(50),
    "PHP": Decimal(50),
    "TWD": Decimal(30),
}
"""What one point is given for: about what small change is in that money; one unit where nothing is said."""


def _named(en: str, th: str, ko: str) -> dict[str, str]:
    return {"en": en, "th": th, "ko": ko}


def definition(key: str, currency: str) -> dict[str, Any]:
    """A programme that can be published as it is, but for the reward of a full card. Raises KeyError."""
    per = _PER.get(currency, Decimal(1))
    spend = {
        "on": "spend",
        "key": "spend",
        "names": _named("Points for purchases", "คะแนนจากการซื้อ", "구매 적립 포인트"),
        "per": str(per),
    }
    # A point gives back one percent of what it was earned with.
    points = {"expiry": {"kind": "fixed", "months": 12, "until": "month"}, "worth": f"{per / 100:f}"}
    found: dict[str, Any] = {
        "schema": 1,
        "names": _named("Our members", "สมาชิกของร้าน", "우리 매장 멤버십"),
        "currency": currency,
    }
    if key == "stamps":
        stamp = {
            "on": "visit",
            "key": "stamp",
            "names": _named("A stamp for each purchase", "แสตมป์ 1 ดวงต่อการซื้อหนึ่งครั้ง", "구매할 때마다 스탬프 1개"),
            "wallet": "stamps",
            "caps": [{"per": "day", "times": 1}],
            "is_qualifying": False,
        }
        return {**found, "rules": [stamp], "wallets": {"stamps": {"full": 10}}}
    found |= {"rules": [spend], "wallets": {"points": points}}
    if key == "points":
        return found
    if key != "tiers":
        raise KeyError(key)
    ranks = (
        ("silver", _named("Silver", "ซิลเวอร์", "실버"), 200, "1.25"),
        ("gold", _named("Gold", "โกลด์", "골드"), 800, "1.5"),
        ("diamond", _named("Diamond", "ไดมอนด์", "다이아몬드"), 3200, "2"),
    )
    tiers = [
        {"key": name, "names": names, "at_least": str(per * units), "factor": factor}
        for name, names, units, factor in ranks
    ]
    return {**found, "tiering": {"tiers": tiers}}
