"""What some people of the sample shop filled in themselves: warranty cards, pre-orders, and a coupon for signing up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cdp.sample import dice

CARDS, WISHES, COUPONS = 16, 14, 24
OLDEST: Final = 400 * 86_400
GUARDED: Final = ("HM-102", "HM-202", "HM-203", "SK-302", "HM-402")
WISHED: Final = ("ST-903", "HM-301", "ST-902", "SK-304", "HM-101")
PLACES: Final = ("Siam Square", "Myeong-dong", "mali.example")
STATES: Final = ("waiting", "waiting", "confirmed", "ready", "collected", "cancelled")
FAULTS: Final = (
    ("ฝาปิดไม่สนิท น้ำหอมระเหยหมดในสองสัปดาห์", "เปลี่ยนขวดใหม่ให้แล้ว"),
    ("롤러가 헛돌고 소리가 나요", "새 제품으로 교환해 드림"),
    ("The seam came open after the second wash.", ""),
)
NOTES: Final = ("", "เป็นของขวัญ ช่วยห่อให้ด้วย", "", "선물 포장 부탁드려요", "", "A birthday gift, please wrap it.")


@dataclass(frozen=True, slots=True)
class Card:
    """A warranty card of the person in `row`; `fault` is what broke, `outcome` what was done about it."""

    row: int
    at: datetime
    sku: str
    serial: str
    place: str
    fault: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A pre-order of the person in `row` and the state it has come to."""

    row: int
    at: datetime
    sku: str
    quantity: int
    days_ahead: int
    is_delivered: bool
    note: str
    state: str


def cards(*, seed: int, customers: int, now: datetime) -> Iterator[Card]:
    """Warranty cards, oldest first. Two people registered the same serial number; three claimed."""
    base = dice.stream(seed, dice.FORMS)
    for number in range(min(CARDS, customers)):
        roll = dice.at(base, number)
        fault, outcome = FAULTS[number // 5] if number % 5 == 1 and number // 5 < len(FAULTS) else ("", "")
        yield Card(
            row=(number * 97 + 11) % customers,
            at=now - timedelta(seconds=OLDEST * (CARDS - number) // CARDS - roll % 40_000 - 1),
            sku=GUARDED[number % len(GUARDED)],
            serial=f"MC-{48_210 + (number if number < CARDS - 1 else number - len(GUARDED))}",
            place=PLACES[number % len(PLACES)],
            fault=fault,
            outcome=outcome,
        )


def wishes(*, seed: int, customers: int, now: datetime) -> Iterator[Wish]:
    """Pre-orders of the last weeks, oldest first."""
    base = dice.stream(seed, dice.FORMS)
    for number in range(min(WISHES, customers)):
        roll = dice.at(base, number + CARDS)
        yield Wish(
            row=(number * 131 + 29) % customers,
            at=now - timedelta(hours=14 * (WISHES - number), seconds=roll % 7_200),
            sku=WISHED[number % len(WISHED)],
            quantity=1 + roll % 3,
            days_ahead=3 + roll % 18,
            is_delivered=number % 3 == 1,
            note=NOTES[number % len(NOTES)],
            state=STATES[(WISHES - number) % len(STATES)],
        )


def signed_up(*, customers: int, now: datetime) -> Iterator[tuple[int, datetime]]:
    """Rows of people who signed up for a coupon, and when."""
    for number in range(min(COUPONS, customers)):
        yield (number * 61 + 7) % customers, now - timedelta(days=2 * (COUPONS - number), minutes=17 * number % 400)
