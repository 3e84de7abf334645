"""What people allowed, by purpose and channel, with the words that prove it; and what some took back."""

import random
from collections.abc import Iterator
from typing import Final

from cdp.sample import dice, rows

COLUMNS: Final = (
    "customer.external_id", "consent.purpose", "consent.channel", "consent.granted", "consent.at", "consent.evidence",
)  # fmt: skip

# How likely somebody who can be reached on the channel ticks its box.
_EMAIL: Final = 0.715
_SMS: Final = 0.34
_LINE: Final = 0.42
_PHONE: Final = 0.09
_PROFILING: Final = 0.55
_MEASUREMENT: Final = 0.62
_WITHDRAWN: Final = 0.07
# The second version of the texts was published a year before the end of the history.
_NEW_TEXT_BEFORE: Final = 365 * 86_400

_LABELS: Final = {
    "th": {
        "email": "รับข่าวสารทางอีเมล", "sms": "รับข่าวสารทาง SMS", "line": "รับข่าวสารทาง LINE", "phone": "รับข่าวสารทางโทรศัพท์",
        "profiling": "ข้อเสนอที่เหมาะกับฉัน", "measurement": "ช่วยปรับปรุงเว็บไซต์",
    },
    "ko": {
        "email": "이메일 소식 받기", "sms": "문자 소식 받기", "line": "LINE 소식 받기", "phone": "전화 안내 받기",
        "profiling": "맞춤 제안 받기", "measurement": "사이트 개선에 도움 주기",
    },
    "en": {
        "email": "News by e-mail", "sms": "News by text message", "line": "News on LINE", "phone": "News by phone",
        "profiling": "Offers that suit me", "measurement": "Help to improve the site",
    },
}  # fmt: skip
_GIVEN: Final = {
    "th": ("แบบฟอร์มสมัครสมาชิก ติ๊กช่อง “{}” ข้อความฉบับที่ {}", "ใบสมัครที่ร้าน ลงชื่อในช่อง “{}” ข้อความฉบับที่ {}"),
    "ko": ("회원가입 양식에서 ‘{}’ 선택, 문구 {}판", "매장 신청서에서 ‘{}’ 서명, 문구 {}판"),
    "en": ("Sign-up form, box “{}” ticked, text version {}", "Paper form in the store, “{}” signed, text version {}"),
}
_DENIED: Final = {
    "th": "แจ้งพนักงานที่ร้านว่าไม่ต้องการ “{}”",
    "ko": "매장 직원에게 ‘{}’ 거절 의사를 밝힘",
    "en": "Told the staff: no “{}”",
}
_WITHDREW: Final = {
    "th": ("ลิงก์ยกเลิกรับข่าวสารในอีเมล", "หน้าตั้งค่าความเป็นส่วนตัว ปิด “{}”"),
    "ko": ("이메일의 수신 거부 링크", "개인정보 설정에서 ‘{}’ 해제"),
    "en": ("Unsubscribe link in an e-mail", "Preference page, “{}” switched off"),
}


def records(rng: random.Random, base: int, entry: rows.Entry, now: int) -> Iterator[rows.Row]:
    """The consent records of a row in the order of their times, in the columns of `COLUMNS`."""
    dice.reseed(rng, base, entry.index)
    human, chance = entry.human, rng.random
    language = human.language if human.language in _LABELS else "en"
    where = 1 if human.heard == "walk-in" and chance() < 0.7 else 0
    # Most decide at sign-up, some are asked weeks later at the counter.
    first = human.created + (0 if chance() < 0.88 else int(dice.exponential(rng, 30 * 86_400)))
    first = min(first, now)
    found: list[tuple[int, str, str, bool, str]] = []
    for purpose, channel, likely in _boxes(entry):
        said = chance()
        label = _LABELS[language][channel if purpose == "marketing" else purpose]
        if said < likely:
            text = 1 if first < now - _NEW_TEXT_BEFORE else 2
            found.append((first, purpose, channel, True, _GIVEN[language][where].format(label, text)))
            if purpose == "marketing" and chance() < _WITHDRAWN:
                later = first + int(chance() * (now - first))
                how = _WITHDREW[language][0 if channel == "email" and chance() < 0.7 else 1].format(label)
                found.append((later, purpose, channel, False, how))
                if chance() < 0.15:
                    again = later + int(chance() * (now - later))
                    found.append((again, purpose, channel, True, _GIVEN[language][0].format(label, 2)))
        elif said > 0.97 and purpose == "marketing":
            found.append((first, purpose, channel, False, _DENIED[language].format(label)))
    found.sort(key=lambda record: record[0])
    for at, purpose, channel, granted, evidence in found:
        yield {
            "customer.external_id": rows.external_id(entry.index),
            "consent.purpose": purpose,
            "consent.channel": channel,
            "consent.granted": "true" if granted else "false",
            "consent.at": rows.stamp(at, human.country),
            "consent.evidence": evidence,
        }


def _boxes(entry: rows.Entry) -> Iterator[tuple[str, str, float]]:
    """The boxes that the form showed to this person."""
    if entry.email:
        yield "marketing", "email", _EMAIL
    if entry.national:
        yield "marketing", "sms", _SMS
        yield "marketing", "phone", _PHONE
    if entry.row["customer.line_id"]:
        yield "marketing", "line", _LINE
    yield "profiling", "any", _PROFILING
    yield "measurement", "any", _MEASUREMENT
