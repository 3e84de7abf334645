"""The key phrases of a text: what it is about, in the forms under which the same things meet over many texts."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache

from surveys.rules.understanding import concepts, cutting, features, qualities

MOST = 24
"""Phrases of one text; of a long one the first."""
_THAI = re.compile(r"^[\u0e01-\u0e4e]{2,}$")
_LATIN = re.compile(r"^[a-z][a-z0-9'-]+$")
_EDGES = re.compile(r"'s$|s'$")

_EMPTY_ENGLISH = frozenset(
    "the a an and or but nor so yet if then than that this these those there here it its i me my mine we"
    " us our you your he him his she her they them their who whom which what when where why how is are was"
    " were be been being am do does did done doing have has had having will would shall should can could"
    " may might must not no yes to of in on at by for from with without about into onto over under again"
    " once also too very really just only even still ever never always all any some each every both few"
    " more most other such own same as up down out off because while during before after get got getting"
    " go going gone went come came one two thing things something anything nothing everything lot lots bit"
    " much many well like make made makes say said says see seen know think want need try tried use used"
    " using im ive id dont doesnt didnt isnt wasnt cant couldnt wont wouldnt it's i'm i've don't doesn't"
    " didn't isn't wasn't can't couldn't won't wouldn't you're they're we're that's there's good great"
    " nice bad best better worst ok okay please thanks thank love loved loves hate hated day time times"
    " year years month week today yesterday people way".split()
)
_EMPTY_THAI = frozenset(
    "ครับ ค่ะ คะ จ้า จ้ะ นะ นะคะ นะครับ เลย มาก มากๆ ดี แล้ว ด้วย ได้ ไม่ได้ อะ อ่ะ เนี่ย แหละ ละ ล่ะ สิ"
    " เถอะ หน่อย ไหม มั้ย อยาก ชอบ รัก โอเค ขอบคุณ สวัสดี วันนี้ เมื่อวาน พรุ่งนี้ ตอนนี้ เค้า แก มึง กู"
    " เรา ฉัน ผม หนู เธอ เขา อันนี้ แบบ แบบนี้ อย่างนี้ จริงๆ จริง ใช้ ไป มา ทำ ให้ มี เป็น อยู่ คือ ว่า"
    " บอก รู้ คิด เห็น ดู ครั้ง ปี เดือน วัน คน อัน ตัว ค่า ซื้อ กิน".split()
)
# In the library's list of empty words, and what shops are praised and blamed for.
_TELLING_THAI = frozenset(
    "ช้า ส่ง ส่งของ เร็ว แพง ถูก ใหม่ เก่า ใหญ่ เล็ก ร้อน เย็น นาน รอ หาย เสีย แตก ขาด ผิด คืน เปลี่ยน"
    " เงิน ราคา รับ พนักงาน สั่ง ครบ".split()
)
_EMPTY_KOREAN = frozenset(
    "것 거 수 때 더 나 저 너 우리 이것 그것 저것 여기 거기 좀 잘 안 못 하 되 있 없 같 보 주 가"
    " 오 좋 그렇 이렇 어떻 정말 진짜 너무 그냥 아주 매우 많 적 듯 번 개 분  중 후 전 내 제 이 그"
    " 저희 오늘 어제 내일 요즘 사람 생각 말 감사 최고 싶 않 아니 알 모르 나오 만들 쓰 사 먹 들 다 점"
    " 때문 정도 이번 다음 처음 그때 뭐 왜 누구 어디".split()
)
# What names a thing, and verbs and adjectives in their stem (given back with 다): 늦다, 깔끔하다.
_NAMES = frozenset({"NNG", "NNP", "SL", "XR"})
_DOINGS = frozenset({"VV", "VA"})
# Particles and endings part nothing (배송이 늦다 is one phrase) but those at the end of a clause.
_ATTACHED = ("J", "E", "XS", "XP")
_PARTING = frozenset({"EC", "EF"})


def of(text: str, language: str) -> list[str]:
    """Its key phrases, each once, in their order: single words and two that stand together. Empty for languages that
    are not read.
    """
    finder = _OF.get(language)
    if finder is None:
        return []
    general = qualities.ANY[language] - concepts.WORDS
    return list(dict.fromkeys(_phrases(finder(features.normal(text)), general)))[:MOST]


def _phrases(words: Sequence[str | None], general: Collection[str]) -> Iterable[str]:
    """Words and pairs; None is a gap over which nothing stands together. What is said of anything is no phrase alone,
    nor with another word of that kind.
    """
    for at, word in enumerate(words):
        if word is None:
            continue
        if word not in general:
            yield word
        following = words[at + 1] if at + 1 < len(words) else None
        if following is not None and following != word and not (word in general and following in general):
            yield f"{word} {following}"


def _english(normal: str) -> list[str | None]:
    found: list[str | None] = []
    for word in re.findall(r"[a-z0-9'’-]+|[^\sa-z0-9'’-]", normal):
        plain = _EDGES.sub("", word.replace("’", "'"))
        is_kept = len(plain) > 2 and _LATIN.match(plain) and plain not in _EMPTY_ENGLISH
        found.append(_single(plain) if is_kept else None)
    return found


def _single(word: str) -> str:
    """The singular, as near as three rules come."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _thai(normal: str) -> list[str | None]:
    empty = _thai_stop_words()
    found: list[str | None] = []
    for word in cutting.thai(normal):
        is_kept = (_THAI.match(word) or (_LATIN.match(word) and len(word) > 2)) and word not in empty
        found.append(word if is_kept else None)
    return found


@cache
def _thai_stop_words() -> frozenset[str]:
    from pythainlp.corpus import thai_stopwords  # noqa: PLC0415  (with the cutter it belongs to)

    return (frozenset(thai_stopwords()) | _EMPTY_THAI) - _TELLING_THAI


def _korean(normal: str) -> list[str | None]:
    found: list[str | None] = []
    for piece in cutting.morphemes(normal):
        tags = piece.tag.split("+")
        word = piece.stem
        if word in _EMPTY_KOREAN and tags[0] in _NAMES | _DOINGS:
            found.append(None)
        elif tags[0] in _NAMES and (len(word) > 1 or tags[0] == "NNG"):
            found.append(word)
        elif tags[0] in _DOINGS:
            found.append(f"{word}다")
        elif not tags[0].startswith(_ATTACHED):
            found.append(None)
        if _PARTING.intersection(tags):
            found.append(None)
    return found


_OF: dict[str, Callable[[str], list[str | None]]] = {"en": _english, "th": _thai, "ko": _korean}
