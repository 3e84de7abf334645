"""Words of three languages that mean the same to a shop, so that 배송, ส่งช้า and delivery are one theme.

A concept is no result by itself: a text that holds one of its words carries it as one more phrase, by which phrases of
several languages find together. Themes are named by what people wrote.
"""

import re
from collections.abc import Iterable

_WORDS = {
    "delivery": (
        "delivery shipping shipment courier parcel deliver shipped arrive arrived",
        "배송 택배 배달 발송 도착",
        "ส่ง ส่งของ จัดส่ง ขนส่ง พัสดุ การจัดส่ง ส่งสินค้า",
    ),
    "packaging": (
        "packaging package packing box wrapping packed",
        "포장 박스 상자",
        "แพ็ค กล่อง บรรจุภัณฑ์ ห่อ แพ็กเกจ แพคเกจ",
    ),
    "staff": (
        "staff service employee waiter waitress cashier attendant personnel",
        "직원 서비스 응대 점원 알바 친절 불친절",
        "พนักงาน บริการ การบริการ เซอร์วิส แคชเชียร์ พนักงานบริการ",
    ),
    "price": (
        "price pricing cost expensive cheap overpriced value",
        "가격 값 비싸다 싸다 저렴 가성비",
        "ราคา แพง ถูก คุ้ม คุ้มค่า",
    ),
    "quality": (
        "quality material durable workmanship",
        "품질 퀄리티 재질 마감",
        "คุณภาพ คุณภาพดี วัสดุ เนื้อผ้า งานดี",
    ),
    "waiting": (
        "wait waiting queue line",
        "대기 기다리다 줄",
        "รอ รอนาน คิว ต่อคิว",
    ),
    "returns": (
        "return refund exchange replacement",
        "환불 교환 반품",
        "คืน คืนเงิน คืนสินค้า เปลี่ยน เปลี่ยนสินค้า",
    ),
    "size": (
        "size fit sizing",
        "사이즈 치수 크기",
        "ไซส์ ไซซ์ ขนาด",
    ),
    "taste": (
        "taste flavor flavour tasty delicious",
        "맛 맛있다 맛없다",
        "รสชาติ อร่อย ไม่อร่อย รส",
    ),
    "cleanliness": (
        "clean dirty cleanliness hygiene toilet restroom",
        "청결 위생 깨끗 더럽다 화장실",
        "สะอาด สกปรก ความสะอาด ห้องน้ำ",
    ),
    "broken": (
        "broken defect defective damaged damage broke faulty",
        "불량 파손 고장 하자",
        "ชำรุด เสีย แตก พัง เสียหาย ตำหนิ",
    ),
    "scent": (
        "scent fragrance smell smelly perfume odor odour",
        "향 향기 냄새 향수",
        "กลิ่น กลิ่นหอม หอม เหม็น",
    ),
    "app": (
        "app website site checkout login",
        "앱 어플 홈페이지 사이트 결제 로그인",
        "แอป แอพ เว็บ เว็บไซต์ ล็อกอิน ชำระเงิน",
    ),
    "stock": (
        "stock sold-out availability unavailable",
        "재고 품절",
        "สต็อก สต๊อก หมด ของหมด",
    ),
    "parking": (
        "parking",
        "주차 주차장",
        "ที่จอดรถ จอดรถ ที่จอด",
    ),
    "points": (
        "point coupon discount promotion membership",
        "포인트 쿠폰 할인 행사 적립",
        "แต้ม คูปอง ส่วนลด โปรโมชั่น โปรโมชัน โปร คะแนน",
    ),
}
_MARK = "\0"
"""No phrase of a text has it."""
_OF = {word: _MARK + name for name, told in _WORDS.items() for part in told for word in part.split()}
ALL = frozenset(_OF.values())
WORDS = frozenset(_OF)

# Said of a parcel without naming it: in its own language each of these words says nothing.
_TURNS = {
    _MARK + "delivery": re.compile(
        r"ของ(?:ยัง)?(?:ไม่)?มา|มาช้า|มาไว|มาเร็ว|ได้(?:รับ)?ของ|ยังไม่ได้ของ|(?:still )?waiting for my (?:order|package)"
        r"|(?:came|come) (?:late|quickly|fast|early|broken|damaged)|(?:늦게|빨리|금방|일찍) (?:왔|와요|받)"
    ),
}


def of(phrases: Iterable[str], clause: str = "") -> list[str]:
    """The concepts that these phrases, and turns of their clause, belong to, each once."""
    found = [_OF[phrase] for phrase in phrases if phrase in _OF]
    found += [concept for concept, turn in _TURNS.items() if clause and turn.search(clause)]
    return list(dict.fromkeys(found))
