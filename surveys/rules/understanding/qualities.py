"""Words that are said of anything: how quick, large, new or pleasing something is, and not what it is.

Alone they are no key phrase. Late and fast are both said of parcels and of staff: by such a word a theme would join
what has nothing to do with one another. Beside what they are said of (배송 늦다, late delivery) they stay.

Some of the Korean ones also tell the feeling of a short clause, which a model that was learnt from reviews of films
does badly.
"""

from collections.abc import Sequence

_ANY = {
    "en": (
        "late later delayed slow slowly fast faster quick quickly quicker speedy prompt early soon sooner long longer"
        " short shorter big bigger small smaller large larger huge tiny high higher low lower new newer old older full"
        " empty easy easily hard difficult simple different similar whole extra second next last first right"
        " wrong perfect perfectly amazing awesome excellent wonderful fantastic lovely awful terrible horrible poor"
        " fine happy sad sorry pleased satisfied disappointed disappointing sure definitely absolutely totally exactly"
        " highly super pretty quite almost already usually always beautiful cute pleasant unpleasant strong stronger"
        " weak useful useless ready able available possible recommend recommended again twice hour minute"
        " buy bought order ordered purchase described"
        " expected"
    ),
    "ko": (
        "늦다 느리다 빠르다 신속 신속하다 지연되다 많다 적다 크다 작다 길다 짧다 높다 낮다 새롭다 오래되다 쉽다 어렵다"
        " 다르다 비슷 똑같다 강하다 약하다 세다 심하다 나쁘다 예쁘다 이쁘다 멋지다 훌륭 완벽 만족 불만 실망 추천 별로"
        " 최악 대박 완전 엄청 조금 약간 가끔 항상 계속 바로 금방 벌써 아직 괜찮다 편하다 불편"
        " 기대 평범 기쁘다 행복 슬프다"
        " 짱 굿 빨리 일찍 천천히"
    ),
    "th": (
        "ช้า ล่าช้า เร็ว ไว รวดเร็ว นาน ทันใจ ใหม่ เก่า ใหญ่ เล็ก ยาว สั้น สูง ต่ำ หนา บาง มาก น้อย เยอะ ง่าย ยาก"
        " เหมือน ต่าง แย่ ห่วย เลว เยี่ยม สุดยอด เลิศ ปัง สวย งาม น่ารัก ประทับใจ พอใจ ถูกใจ ปลื้ม ผิดหวัง เสียดาย"
        " เซ็ง โกรธ หงุดหงิด แนะนำ บอกต่อ เกินคาด ครบ ผิด ตรงเวลา เรียบร้อย ดีมาก ดีงาม ดีเยี่ยม ไม่ดี สบาย สะดวก"
        " แรง เบา อ่อน เข้ม หนัก จริง พอดี เดิม พอใช้ได้ สั่ง"
    ),
}
ANY = {code: frozenset(told.split()) for code, told in _ANY.items()}

_GOOD_KOREAN = frozenset(
    "빠르 빨리 신속 좋 예쁘 이쁘 멋지 맛있 친절 깨끗 깔끔 저렴 촉촉 부드럽 은은 만족 최고 추천 꼼꼼 편하 훌륭 완벽"
    " 괜찮 튼튼 순하 향긋 감동 착하 낫 고급 싱싱 신선".split()
)
_BAD_KOREAN = frozenset(
    "늦 느리 지연 나쁘 비싸 불친절 더럽 별로 최악 실망 불편 독하 깨 깨지 터 터지 망가지 찢 찢어지 파손 불량 고장"
    " 하자 부러지"
    " 끈적 따갑 가렵 맛없 역하 누락 엉망 쓰레기 짜증 답답 아프 찌그러지 무성의 어이없 심하".split()
)
_DENIES = frozenset("안 못 않 없 아니 말".split())


def told_korean(stems: Sequence[str]) -> str:
    """The feeling that a short clause says in words of one kind only; empty where it says none, both, or takes one
    back. `stems` are its morphemes without endings.
    """
    if _DENIES.intersection(stems):
        return ""
    is_good, is_bad = bool(_GOOD_KOREAN.intersection(stems)), bool(_BAD_KOREAN.intersection(stems))
    if is_good == is_bad:
        return ""
    return "positive" if is_good else "negative"
