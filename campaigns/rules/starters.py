"""Texts that a new campaign begins with, so that nobody starts from an empty page. Staff change them freely."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Starter:
    """One kind of campaign: what staff read, what sets it off, and its first texts."""

    key: str
    label: str | Promise
    text: str | Promise
    icon: str
    trigger: dict[str, Any]
    subject: dict[str, str]
    body: dict[str, str]


_EN = "Dear {{ customer.given_name | default: customer.name }},\n\n"
_TH = "เรียน คุณ{{ customer.given_name | default: customer.name }}\n\n"
_KO = "{{ customer.name | default: '고객' }} 님, 안녕하세요.\n\n"
_LINK = "\n\n[{words}]({{{{ shop.url }}}})"

STARTERS: dict[str, Starter] = {
    starter.key: starter
    for starter in (
        Starter(
            "winback",
            _("Win back"),
            _("Write to customers who have not ordered for a while."),
            "refresh",
            {"kind": "inactive", "days": 90, "activity": "order", "clock": "live"},
            {
                "en": "We would love to see you again",
                "th": "เราอยากพบคุณอีกครั้ง",
                "ko": "다시 만나 뵙고 싶습니다",
            },
            {
                "en": _EN
                + "It has been a while since your last order. We have kept your favourites ready for you."
                + _LINK.format(words="Visit the shop"),
                "th": _TH + "ไม่ได้พบกันสักพักแล้ว เรายังมีสินค้าที่คุณชอบรออยู่เสมอค่ะ" + _LINK.format(words="เลือกชมสินค้า"),
                "ko": _KO
                + "마지막 주문 이후로 시간이 조금 지났습니다. 좋아하시던 상품이 고객님을 기다리고 있습니다."
                + _LINK.format(words="매장 둘러보기"),
            },
        ),
        Starter(
            "first-order",
            _("First order"),
            _("Write to people who signed up and have not ordered yet."),
            "shopping-bag",
            {"kind": "never_ordered", "days": 7, "clock": "live"},
            {
                "en": "Something for your first visit",
                "th": "สำหรับการสั่งซื้อครั้งแรกของคุณ",
                "ko": "첫 주문을 위한 안내",
            },
            {
                "en": _EN
                + "Thank you for signing up. Here is what other customers like best, to make choosing easy."
                + _LINK.format(words="See what others like"),
                "th": _TH
                + "ขอบคุณที่สมัครสมาชิกกับเรา เรารวบรวมสินค้ายอดนิยมไว้ให้คุณเลือกง่าย ๆ แล้วค่ะ"
                + _LINK.format(words="ดูสินค้ายอดนิยม"),
                "ko": _KO
                + "가입해 주셔서 감사합니다. 고르기 쉽도록 다른 고객님들이 좋아하시는 상품을 모았습니다."
                + _LINK.format(words="인기 상품 보기"),
            },
        ),
        Starter(
            "points-expiring",
            _("Points about to end"),
            _("Remind members of points that end soon, once for all of them."),
            "hourglass",
            {"kind": "points_expiring", "days": 14, "minimum": 1, "clock": "live"},
            {
                "en": "{{ metrics.points_ending }} of your points end soon",
                "th": "คะแนน {{ metrics.points_ending }} คะแนนของคุณใกล้หมดอายุ",
                "ko": "포인트 {{ metrics.points_ending }}점의 유효 기간이 곧 끝납니다",
            },
            {
                "en": _EN + "{{ metrics.points_ending }} of your {{ metrics.points_balance }} points can be used until "
                "{{ metrics.points_ending_on }}." + _LINK.format(words="Use your points"),
                "th": _TH + "คุณมี {{ metrics.points_balance }} คะแนน โดย {{ metrics.points_ending }} คะแนนใช้ได้ถึง"
                "วันที่ {{ metrics.points_ending_on }}" + _LINK.format(words="ใช้คะแนน"),
                "ko": _KO + "보유하신 {{ metrics.points_balance }}점 가운데 {{ metrics.points_ending }}점은 "
                "{{ metrics.points_ending_on }}까지 사용하실 수 있습니다." + _LINK.format(words="포인트 사용하기"),
            },
        ),
        Starter(
            "announcement",
            _("Announcement"),
            _("Write once to a segment, when you say so."),
            "speakerphone",
            {"kind": "manual"},
            {
                "en": "News from {{ shop.name }}",
                "th": "ข่าวสารจาก {{ shop.name }}",
                "ko": "{{ shop.name }} 소식",
            },
            {
                "en": _EN + "We have news for you." + _LINK.format(words="Read more"),
                "th": _TH + "เรามีข่าวสารมาแจ้งให้คุณทราบค่ะ" + _LINK.format(words="อ่านต่อ"),
                "ko": _KO + "새로운 소식을 알려 드립니다." + _LINK.format(words="자세히 보기"),
            },
        ),
    )
}


def definition(starter: Starter, *, name: str, purpose: str, audience: dict[str, Any]) -> dict[str, Any]:
    """A whole campaign as JSON."""
    template = {"subject": dict(starter.subject), "body": dict(starter.body)}
    return {
        "name": name,
        "purpose": purpose,
        "trigger": dict(starter.trigger),
        "audience": audience,
        "steps": [{"kind": "message", "channel": "email", "template": template}],
    }
