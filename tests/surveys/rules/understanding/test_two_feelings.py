"""A text that says two things is felt clause by clause; praise of a competitor is none of us."""

from decimal import Decimal

import pytest

from surveys.rules.understanding import clauses, naming, reader

NAMES = {
    "brand": naming.names((spelt, "rival") for spelt in ("Beauty Buffet", "Petal, Pine & Co", "บิวตี้บุฟเฟ่ต์", "페탈앤파인"))
}

TWO = (
    ("Delivery was late but the scent is lovely.", {"delivery": "negative", "scent": "positive"}),
    ("Fast delivery, but the bottle leaked", {"delivery": "positive", "bottle": "negative"}),
    ("The staff were so kind and the delivery was late again.", {"staff": "positive", "delivery": "negative"}),
    ("Lovely packaging. The cream gave me a rash!", {"packaging": "positive", "cream": "negative"}),
    ("ของมาช้าแต่กลิ่นหอม", {"\0delivery": "negative", "กลิ่นหอม": "positive"}),
    ("ส่งไวมาก แต่กล่องบุบ แย่", {"ส่ง": "positive", "กล่อง": "negative"}),
    ("พนักงานบริการดีมาก แต่ของแตก", {"พนักงานบริการ": "positive", "แตก": "negative"}),
    ("배송은 빠른데 병이 깨졌어요", {"배송": "positive", "병": "negative"}),
    ("배송이 늦지만 제품은 좋아요", {"배송": "negative", "제품": "positive"}),
    ("향은 좋아요. 하지만 배송이 너무 늦었어요", {"향": "positive", "배송": "negative"}),
    ("배송이 빠르고 향이 은은해서 좋아요", {"배송": "positive", "향": "positive"}),
    ("late delivery again, terrible", {"delivery": "negative"}),
)


@pytest.mark.parametrize(
    ("text", "given", "wanted"),
    [
        ("배송이 너무 늦고 색이 사진과 달라요", 2, "negative"),
        ("คุณภาพดี แต่กล่องบุบเล็กน้อย", 4, "positive"),
        ("Exactly as described, will buy again.", 5, "positive"),
        ("Exactly as described, will buy again.", 1, "negative"),
    ],
)
def test_the_stars_beside_a_text_weigh_what_a_model_reads(text, given, wanted):
    told = reader.read(text, {}, given=Decimal(given))
    assert (told.sentiment, sum(told.shares)) == (wanted, 1000)
    assert reader.read("😀", {}, given=Decimal(5)).sentiment == ""


@pytest.mark.parametrize(("text", "wanted"), TWO)
def test_each_phrase_feels_as_its_clause_does(text, wanted):
    told = {one.phrase: one.sentiment for one in reader.read(text, {}).said}
    assert {phrase: told.get(phrase) for phrase in wanted} == wanted


def test_what_is_said_of_anything_is_no_phrase_alone_and_clauses_share_none():
    told = reader.read("ส่งช้ามาก", {}).phrases
    assert "ช้า" not in told
    assert "ส่ง ช้า" in told
    assert not {"빠르다", "늦다"} & set(reader.read("배송이 빠르고 직원도 빨라요. 너무 늦었어요", {}).phrases)
    said = {one.phrase: one.clause for one in reader.read("ของมาช้าและหัวปั๊มแตก", {}).said}
    assert (said["\0delivery"], said["ปั๊ม"], said["\0broken"]) == (0, 1, 1)
    assert clauses.of("사고 싶어요", "ko") == ["사고 싶어요"]
    assert clauses.of("soft, warm, light", "en") == ["soft, warm, light"]
    assert len(clauses.of("bad. " * 100, "en")) == clauses.MOST


THEIRS = (
    "Beauty Buffet is better than this", "I prefer Beauty Buffet.", "Petal, Pine & Co is cheaper and ships faster.",
    "Not as good as Beauty Buffet, sadly nice box", "Honestly this is worse than Beauty Buffet",
    "บิวตี้บุฟเฟ่ต์ดีกว่า", "บิวตี้บุฟเฟ่ต์ส่งไวกว่าเยอะ", "ชอบบิวตี้บุฟเฟ่ต์มากกว่า", "สู้บิวตี้บุฟเฟ่ต์ไม่ได้เลย",
    "페탈앤파인이 더 좋아요", "페탈앤파인이 훨씬 싸고 좋아요", "페탈앤파인이 나아요", "페탈앤파인보다 별로예요",
)  # fmt: skip
OURS = (
    "This is better than Beauty Buffet, love it", "So much nicer than Beauty Buffet!", "I prefer this to Beauty Buffet, lovely",
    "Beauty Buffet is not better", "I tried Beauty Buffet and this is better, love it",
    "ตัวนี้ดีกว่าบิวตี้บุฟเฟ่ต์ ชอบมาก", "เคยใช้บิวตี้บุฟเฟ่ต์ แต่ตัวนี้หอมกว่า ชอบมาก", "บิวตี้บุฟเฟ่ต์แพงกว่า",
    "페탈앤파인보다 훨씬 좋아요 최고", "페탈앤파인도 써봤는데 이게 더 좋아요", "페탈앤파인보다 더 촉촉해서 만족해요",
)  # fmt: skip


@pytest.mark.parametrize("text", THEIRS)
def test_who_finds_a_competitor_better_is_not_content_with_us(text):
    told = reader.read(text, NAMES, {"rival"})
    assert told.sentiment != "positive"
    assert told.shares[0] >= told.shares[2]
    assert reader.read(text, NAMES).sentiment == reader.read(text, {}).sentiment  # of no rival of ours


@pytest.mark.parametrize("text", OURS)
def test_who_finds_us_better_is_read_as_without_the_rule(text):
    assert reader.read(text, NAMES, {"rival"}).shares == reader.read(text, {}).shares


def test_praise_of_a_competitor_is_told_of_them_and_the_rest_of_us():
    told = reader.read("บิวตี้บุฟเฟ่ต์ถูกกว่า แต่ตัวนี้หอมมาก ชอบมาก", NAMES, {"rival"})
    assert told.sentiment == "positive"
    assert told.named == {"brand": [("rival", "positive")]}
    assert {one.sentiment for one in told.said if one.clause == 0} == {"negative"}
    beside = reader.read("택배가 너무 늦게 왔어요. 페탈앤파인은 이틀이면 와요", NAMES, {"rival"})
    assert beside.sentiment == "negative"
    assert beside.named["brand"][0].sentiment != "negative"  # late were we
    only = reader.read("Petal, Pine & Co is better than this", NAMES, {"rival"})
    assert (only.sentiment, only.named["brand"]) == ("negative", [("rival", "positive")])
