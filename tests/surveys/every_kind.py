"""A questionnaire with every kind of question, in three languages: for the browser, and for looking at."""

import struct
import zlib
from typing import Any

from django.utils import timezone

from surveys.models import Picture

WORDS: dict[str, tuple[str, str, str]] = {
    "title": ("Your visit", "การมาเยือนร้านของคุณ", "방문해 주셔서 감사합니다"),
    "nps": (
        "How likely are you to recommend us to a friend or colleague?",
        "คุณมีแนวโน้มจะแนะนำร้านเราให้เพื่อนหรือเพื่อนร่วมงานมากแค่ไหน",
        "저희를 친구나 동료에게 추천하실 의향이 얼마나 되시나요?",
    ),
    "why": ("What is the main reason?", "เหตุผลหลักคืออะไร", "가장 큰 이유는 무엇인가요?"),
    "why_not": ("What went wrong?", "มีอะไรที่ไม่ดี", "무엇이 아쉬우셨나요?"),
    "stars": ("How was the room?", "ห้องพักเป็นอย่างไร", "객실은 어떠셨나요?"),
    "csat": ("How satisfied are you with the service?", "คุณพึงพอใจกับบริการแค่ไหน", "서비스에 얼마나 만족하시나요?"),
    "ces": ("How easy was it to pay?", "การชำระเงินง่ายแค่ไหน", "결제는 얼마나 쉬웠나요?"),
    "points": ("How many points for breakfast?", "ให้อาหารเช้ากี่คะแนน", "조식에 몇 점을 주시겠어요?"),
    "emoji": ("How do you feel now?", "ตอนนี้คุณรู้สึกอย่างไร", "지금 기분이 어떠세요?"),
    "like": ("Do you like our new shop window?", "คุณชอบตู้โชว์ใหม่ของเราไหม", "새 쇼윈도가 마음에 드시나요?"),
    "yes_no": ("Is it your first visit?", "คุณมาครั้งแรกใช่ไหม", "처음 방문하셨나요?"),
    "single": ("How did you hear of us?", "คุณรู้จักเราจากที่ไหน", "저희를 어떻게 알게 되셨나요?"),
    "multiple": ("What did you buy?", "คุณซื้ออะไรบ้าง", "무엇을 구매하셨나요?"),
    "ranking": ("What matters most to you?", "อะไรสำคัญกับคุณมากที่สุด", "무엇이 가장 중요하신가요?"),
    "matrix": ("How do you rate these?", "คุณให้คะแนนสิ่งเหล่านี้อย่างไร", "다음 항목을 평가해 주세요."),
    "poll": ("Which cup do you like better?", "คุณชอบถ้วยแบบไหนมากกว่า", "어느 잔이 더 마음에 드시나요?"),
    "date": ("When were you here?", "คุณมาเมื่อไร", "언제 방문하셨나요?"),
    "contact": ("Where may we answer you?", "เราตอบกลับคุณได้ที่ไหน", "어디로 답장을 드릴까요?"),
    "consent": ("May we write to you?", "เราส่งข่าวถึงคุณได้ไหม", "소식을 보내 드려도 될까요?"),
    "friend": ("A friend", "เพื่อน", "지인"),
    "street": ("I walked by", "เดินผ่านมา", "지나가다가"),
    "other": ("Something else", "อื่น ๆ", "기타"),
    "tea": ("Tea", "ชา", "차"),
    "cup": ("Cups and bowls", "ถ้วยและชาม", "찻잔과 그릇"),
    "none": ("Nothing", "ไม่ได้ซื้อ", "구매하지 않음"),
    "price": ("Price", "ราคา", "가격"),
    "quality": ("Quality", "คุณภาพ", "품질"),
    "choice": ("Choice", "ความหลากหลาย", "다양한 상품"),
    "near": ("Close to home", "ใกล้บ้าน", "가까운 거리"),
    "staff": ("Our staff", "พนักงานของเรา", "직원"),
    "shop": ("The shop itself", "ตัวร้าน", "매장"),
    "bad": ("Poor", "แย่", "나쁨"),
    "fair": ("Fair", "พอใช้", "보통"),
    "good": ("Good", "ดี", "좋음"),
    "great": ("Excellent", "ดีเยี่ยม", "매우 좋음"),
    "green": ("Celadon", "ศิลาดล", "청자"),
    "white": ("White glaze", "เคลือบขาว", "백자"),
    "hint": ("A word is enough.", "คำเดียวก็พอ", "한마디면 충분합니다."),
    "intro": ("Two minutes, and we do better.", "สองนาทีของคุณช่วยให้เราดีขึ้น", "2분이면 됩니다."),
}
PICTURES = {"celadoncup01": (120, 170, 150), "whiteglaze01": (232, 230, 222)}


def said(key: str) -> dict[str, str]:
    """A text in three languages."""
    return dict(zip(("en", "th", "ko"), WORDS[key], strict=True))


def _ask(kind: str, key: str, text: str = "", **rest: Any) -> dict[str, Any]:
    return {"kind": kind, "key": key, "text": said(text or kind), **rest}


def _options(*keys: str, **marks: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "text": said(key), **marks.get(key, {})} for key in keys]


def _page(key: str, *questions: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "questions": list(questions)}


def definition() -> dict[str, Any]:
    """Seventeen kinds on ten pages."""
    return {
        "schema": 1,
        "title": said("title"),
        "intro": said("intro"),
        "languages": ["en", "th", "ko"],
        "pages": [
            _page("score", _ask("nps", "score", "nps", required=True)),
            _page(
                "why",
                _ask(
                    "text",
                    "why",
                    "why",
                    help=said("hint"),
                    wordings=[{"when": "{score} <= 6", "text": said("why_not")}],
                ),
                _ask("emoji", "mood", "emoji"),
            ),
            _page(
                "scales", _ask("stars", "room", "stars"), _ask("csat", "service", "csat"), _ask("ces", "paying", "ces")
            ),
            _page(
                "points",
                _ask("points", "breakfast", "points"),
                _ask("like", "window", "like"),
                _ask("yes_no", "first", "yes_no"),
            ),
            _page(
                "heard",
                _ask("single", "heard", "single", options=_options("friend", "street", "other", other={"other": True})),
                _ask("text", "more", "why", height=1, when="{heard} = 'friend'"),
                _ask(
                    "multiple", "bought", "multiple", options=_options("tea", "cup", "none", none={"exclusive": True})
                ),
            ),
            _page("order", _ask("ranking", "order", "ranking", options=_options("price", "quality", "choice", "near"))),
            _page(
                "rate",
                _ask(
                    "matrix",
                    "rate",
                    "matrix",
                    options=_options("bad", "fair", "good", "great"),
                    lines=_options("staff", "shop", "price"),
                ),
            ),
            _page(
                "cups",
                _ask(
                    "poll",
                    "cups",
                    "poll",
                    pictures=[
                        {"key": "green", "image": "celadoncup01", "text": said("green")},
                        {"key": "white", "image": "whiteglaze01", "text": said("white")},
                    ],
                ),
            ),
            _page("day", _ask("date", "day", "date", latest="2030-12-31")),
            _page(
                "you",
                _ask("contact", "mail", "contact", field="email"),
                _ask("consent", "news", "consent", purpose="marketing", channel="email"),
            ),
        ],
    }


def pictures() -> None:
    """The two pictures of the poll: plain colours."""
    for key, colour in PICTURES.items():
        Picture.objects.get_or_create(
            key=key, defaults={"mime": "image/png", "data": _png(colour), "added_at": timezone.now()}
        )


def _png(colour: tuple[int, int, int], side: int = 64) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + bytes(colour) * side for _row in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
