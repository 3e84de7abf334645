"""In which order the labels of a scale stand: a file tells only which there are."""

import re
from collections.abc import Mapping

from surveys.rules.files.flat import same

LADDERS: tuple[tuple[str, ...], ...] = (
    (
        "strongly disagree",
        "disagree",
        "somewhat disagree",
        "neither agree nor disagree",
        "neutral",
        "somewhat agree",
        "agree",
        "strongly agree",
    ),
    (
        "very dissatisfied",
        "dissatisfied",
        "somewhat dissatisfied",
        "neither satisfied nor dissatisfied",
        "neutral",
        "somewhat satisfied",
        "satisfied",
        "very satisfied",
    ),
    (
        "never",
        "rarely",
        "seldom",
        "once in a while",
        "occasionally",
        "sometimes",
        "about half the time",
        "often",
        "usually",
        "very often",
        "most of the time",
        "always",
    ),
    (
        "never",
        "once a year or less",
        "a few times per year",
        "once a month or less",
        "a few times per month",
        "once a week",
        "a few times per week",
        "every day",
    ),
    (
        "very unlikely",
        "unlikely",
        "somewhat unlikely",
        "neither likely nor unlikely",
        "neutral",
        "somewhat likely",
        "likely",
        "very likely",
    ),
    (
        "very unimportant",
        "unimportant",
        "somewhat unimportant",
        "neither important nor unimportant (neutral)",
        "neither important nor unimportant",
        "neutral",
        "somewhat important",
        "important",
        "very important",
    ),
    (
        "very unfavorably",
        "somewhat unfavorably",
        "neither favorably nor unfavorably (neutral)",
        "unfamiliar (n/a)",
        "somewhat favorably",
        "very favorably",
    ),
    ("not at all", "not much", "a little", "some", "somewhat", "a lot", "very much", "extremely"),
    ("very poor", "poor", "fair", "average", "good", "very good", "excellent"),
    (
        "less than high school degree",
        "high school degree",
        "some college or associate degree",
        "bachelor degree",
        "graduate degree",
    ),
    ("ไม่เห็นด้วยอย่างยิ่ง", "ไม่เห็นด้วย", "เฉย ๆ", "เฉยๆ", "ไม่แน่ใจ", "เห็นด้วย", "เห็นด้วยอย่างยิ่ง"),
    ("ไม่พอใจมาก", "ไม่พอใจ", "เฉย ๆ", "เฉยๆ", "ปานกลาง", "พอใจ", "พอใจมาก"),
    ("น้อยที่สุด", "น้อยมาก", "น้อย", "ปานกลาง", "มาก", "มากที่สุด"),
    ("ไม่เคย", "นาน ๆ ครั้ง", "นานๆ ครั้ง", "บางครั้ง", "บ่อย", "บ่อยครั้ง", "เป็นประจำ", "ทุกครั้ง"),
    ("แย่มาก", "แย่", "พอใช้", "ปานกลาง", "ดี", "ดีมาก", "ดีเยี่ยม"),
    ("전혀 그렇지 않다", "그렇지 않다", "보통이다", "보통", "그렇다", "매우 그렇다"),
    ("전혀 동의하지 않음", "동의하지 않음", "보통", "동의함", "매우 동의함"),
    ("매우 불만족", "불만족", "보통", "만족", "매우 만족"),
    ("전혀 없음", "거의 없음", "가끔", "자주", "항상"),
    ("매우 나쁨", "나쁨", "보통", "좋음", "매우 좋음"),
)
_AMOUNT = re.compile(r"(?P<sign>[<>≤≥]|under|less than|over|more than|below|above)?\s*[^\d\s]?\s*\d", re.IGNORECASE)
_NUMBERS = re.compile(r"\d[\d,]*")
_BELOW = frozenset({"<", "≤", "under", "less than", "below"})
_ABOVE = frozenset({">", "≥", "over", "more than", "above"})
_SOME = 0.7


def ordered(counts: Mapping[str, int]) -> list[str]:
    """The labels from the low end of their scale to the high one where one is known, by their amounts where they are
    bands (18-29, $25,000 - $49,999), else the most frequent first. What is none of the scale stands behind.
    """
    labels = sorted(counts, key=lambda label: (-counts[label], label))
    for ladder in LADDERS:
        found = [label for label in labels if same(label) in ladder]
        if len(found) >= 2 and len(found) >= _SOME * len(labels):
            return sorted(found, key=lambda label: ladder.index(same(label))) + [x for x in labels if x not in found]
    amounts = {label: amount for label in labels if (amount := _amount(label)) is not None}
    if len(amounts) >= 2 and len(amounts) >= _SOME * len(labels):
        return sorted(amounts, key=lambda label: amounts[label]) + [x for x in labels if x not in amounts]
    return labels


def _amount(label: str) -> tuple[float, ...] | None:
    """What a band begins with, whether it is below or above that, and what it ends with."""
    match = _AMOUNT.match(label.strip())
    if match is None:
        return None
    first, *rest = (float(number.replace(",", "")) for number in _NUMBERS.findall(label))
    sign = (match["sign"] or "").lower()
    side = -1 if sign in _BELOW else 1 if sign in _ABOVE or label.strip().endswith("+") else 0
    return first, side, *rest
