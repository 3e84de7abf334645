"""Everyday sentences of shops read right in three languages. None of them was learnt from; sentences like them were."""

import pytest

from bench import shop
from surveys.rules.understanding import reader

GOOD = {
    "en": (
        "Super quick delivery, thanks!", "Lovely packaging and a great price.", "The staff were so friendly and helpful.",
        "Will order again.", "Fits perfectly and feels soft.", "My skin feels amazing after the facial.",
        "Delicious food and generous portions.", "The refund was quick and easy.", "Clean salon, no waiting.",
        "Exactly what I was looking for.",
    ),
    "ko": (
        "배송 정말 빨라요!", "포장도 꼼꼼하고 가격도 착해요.", "직원분이 너무 친절하셨어요.", "또 주문할게요.",
        "사이즈가 딱 맞고 편해요.", "피부가 정말 좋아졌어요.", "음식이 맛있고 양도 많아요.", "환불이 빠르고 쉬웠어요.",
        "매장이 깨끗하고 좋아요.", "품질이 좋아서 만족합니다.",
    ),
    "th": (
        "ส่งเร็วมาก ขอบคุณค่ะ", "แพ็คของดี ราคาถูก", "พนักงานบริการดีมาก", "ไว้จะสั่งอีกค่ะ", "ใส่พอดี ผ้านุ่ม",
        "หน้าใสขึ้นมาก ชอบค่ะ", "อาหารอร่อย ให้เยอะ", "คืนเงินไว ประทับใจ", "ร้านสะอาด น่านั่ง", "คุณภาพดีเกินราคา",
    ),
}  # fmt: skip
BAD = {
    "en": (
        "The delivery was very late.", "The bottle arrived broken.", "The cashier was rude.", "Way too expensive for this.",
        "Waited an hour for cold food.", "It stopped working after two days.", "They refused to refund me.",
        "The app keeps crashing.", "Dirty tables and a smelly toilet.", "I will never buy here again.",
    ),
    "ko": (
        "배송이 너무 늦었어요", "병이 깨져서 왔어요.", "직원이 불친절해요.", "가격이 너무 비싸요.", "한 시간이나 기다렸어요.",
        "이틀 만에 고장 났어요.", "환불을 안 해 줘요.", "앱이 자꾸 멈춰요.", "화장실이 너무 더러워요.", "다시는 안 사요.",
    ),
    "th": (
        "ส่งช้ามาก", "ขวดแตกตอนได้รับ", "พนักงานพูดจาไม่ดี", "แพงเกินไป ไม่คุ้ม", "รอนานเป็นชั่วโมง", "ใช้สองวันก็พัง",
        "ไม่ยอมคืนเงิน", "แอปค้างตลอด", "ห้องน้ำสกปรกมาก", "ไม่ซื้ออีกแล้ว",
    ),
}  # fmt: skip
ASKED = {
    "en": (
        "What time do you open tomorrow?", "Do you have this in blue?", "I would like to change my delivery address.",
        "How much is the shipping fee?", "Please send me the invoice.", "Can I pay by bank transfer?",
        "Where is your shop?", "How long does shipping take?", "I bought it last week.", "Is there a size L?",
    ),
    "ko": (
        "내일 몇 시에 열어요?", "파란색도 있나요?", "배송지를 변경하고 싶어요.", "배송비는 얼마예요?", "영수증 보내 주세요.",
        "계좌 이체로 결제할 수 있나요?", "매장이 어디예요?", "배송은 며칠 걸려요?", "지난주에 샀어요.", "L 사이즈 있나요?",
    ),
    "th": (
        "พรุ่งนี้เปิดกี่โมงคะ", "มีสีฟ้าไหม", "ขอเปลี่ยนที่อยู่จัดส่งค่ะ", "ค่าส่งเท่าไหร่", "รบกวนขอใบเสร็จด้วยค่ะ",
        "โอนเงินได้ไหมครับ", "ร้านอยู่ตรงไหน", "ส่งกี่วันถึง", "ซื้อเมื่ออาทิตย์ก่อน", "มีไซส์ L ไหม",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ko", "th"])
def test_what_people_write_to_shops_every_day_reads_right(language):
    wanted = {"positive": GOOD[language], "negative": BAD[language], "neutral": ASKED[language]}
    wrong = {
        text: (told.sentiment, told.shares)
        for feeling, texts in wanted.items()
        for text in texts
        if (told := reader.read(text, {})).sentiment != feeling
    }
    assert not wrong


@pytest.mark.parametrize("language", ["en", "ko", "th"])
def test_what_is_measured_was_never_learnt_from(language):
    learnt = {row.text.strip(" .!?").casefold() for row in shop.learnt(language)}
    measured = [row.text for row in shop.held_back(language)]
    assert len(measured) > 90
    assert len(learnt) > 300
    assert not [text for text in measured if text.strip(" .!?").casefold() in learnt]


def test_a_pattern_gives_each_of_its_sentences_and_of_many_always_the_same():
    assert sorted(shop.variants("{a|b} c{| d}")) == ["a c", "a c d", "b c", "b c d"]
    many = "{a|b|c|d} {e|f|g|h}"
    assert len(shop.variants(many)) == shop.MOST
    assert shop.variants(many) == shop.variants(many)
    assert shop.variants("plain.") == ["plain."]
