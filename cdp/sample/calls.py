"""What people called about and came for: short talks in the language of each, the newest of them with a promise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cdp.sample import dice

COUNT: Final = 60
LONGEST_AGO: Final = 120 * 86_400

# kind, topic, outcome, days until somebody gets back (0: no promise), what was said in each language.
TALKS: Final = (
    (
        "call",
        "delivery",
        "solved",
        0,
        "ถามว่าพัสดุถึงไหนแล้ว แจ้งเลขติดตามให้เรียบร้อย",
        "배송 현황 문의, 송장 번호 안내함",
        "Asked where the parcel is; gave the tracking number.",
    ),
    (
        "call",
        "product",
        "sold",
        0,
        "ถามเรื่องเซรั่มสำหรับผิวแพ้ง่าย สั่งซื้อหนึ่งขวด",
        "민감성 피부용 세럼 문의, 한 병 주문함",
        "Asked for a serum for sensitive skin; ordered one.",
    ),
    (
        "call",
        "return",
        "promised",
        3,
        "ขอเปลี่ยนขนาดสินค้า จะโทรกลับเมื่อมีของ",
        "다른 용량으로 교환 요청, 입고되면 연락드리기로 함",
        "Wants another size; we call when it is in.",
    ),
    (
        "visit",
        "product",
        "sold",
        0,
        "ลองสินค้าที่ร้าน ชอบกลิ่นมะลิ",
        "매장에서 직접 사용해 보고 구매함, 자스민 향 선호",
        "Tried it in the shop; likes the jasmine scent.",
    ),
    (
        "call",
        "order",
        "solved",
        0,
        "ขอแก้ที่อยู่จัดส่งก่อนส่งของ แก้ให้แล้ว",
        "출고 전 배송지 변경 요청, 변경 완료",
        "Changed the address before it was sent.",
    ),
    (
        "call",
        "complaint",
        "promised",
        2,
        "ฝาขวดแตกตอนได้รับ ขอโทษแล้ว จะส่งชิ้นใหม่ให้",
        "받았을 때 뚜껑이 깨져 있었음, 사과드리고 새 제품을 보내기로 함",
        "The lid arrived broken; apologised, a new one is on its way.",
    ),
    ("visit", "membership", "solved", 0, "สมัครสมาชิกที่เคาน์เตอร์", "매장에서 회원 가입", "Became a member at the counter."),
    (
        "call",
        "appointment",
        "solved",
        0,
        "เลื่อนนัดเป็นวันเสาร์",
        "예약을 토요일로 변경",
        "Moved the appointment to Saturday.",
    ),
    (
        "call",
        "warranty",
        "passed_on",
        0,
        "เครื่องพ่นกลิ่นไม่ติด ส่งเรื่องให้ช่างแล้ว",
        "디퓨저가 켜지지 않음, 수리 담당자에게 전달",
        "The diffuser does not start; passed on to repairs.",
    ),
    (
        "call",
        "other",
        "not_reached",
        0,
        "โทรกลับแล้วไม่มีคนรับ",
        "다시 전화했으나 받지 않음",
        "Called back; nobody answered.",
    ),
)
_LANGUAGES: Final = {"th": 4, "ko": 5}


@dataclass(frozen=True, slots=True)
class Talk:
    """One call or visit of the person in a row of the shop. `back_in` is the number of days until the promise."""

    row: int
    kind: str
    topic: str
    outcome: str
    back_in: int
    text: str
    started_at: datetime
    minutes: int


def talks(*, seed: int, customers: int, language_of: dict[int, str], now: datetime) -> Iterator[Talk]:
    """The talks of a shop, oldest first; `language_of` says for rows of `rows_of` what language the person speaks."""
    rng, base = dice.generator(), dice.stream(seed, dice.TALKS)
    chosen = []
    for number, row in enumerate(rows_of(seed=seed, customers=customers)):
        dice.reseed(rng, base, number)
        ago = rng.random() ** 2 * LONGEST_AGO  # more of late
        chosen.append((ago, row, TALKS[int(rng.random() * len(TALKS))], 2 + int(rng.random() * 9)))
    for ago, row, told, minutes in sorted(chosen, key=lambda one: -one[0]):
        text = told[_LANGUAGES.get(language_of.get(row, ""), 6)]
        kind, topic, outcome, back_in = told[:4]
        started_at = now - timedelta(seconds=ago) - timedelta(minutes=minutes)
        yield Talk(row, kind, topic, outcome, back_in, str(text), started_at, minutes)


def rows_of(*, seed: int, customers: int) -> list[int]:
    """Whose rows the talks belong to; some called more than once."""
    rng, base = dice.generator(), dice.stream(seed, dice.TALKS)
    dice.reseed(rng, base, COUNT)
    return [int(rng.random() * customers) for _ in range(min(COUNT, customers))]
