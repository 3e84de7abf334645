"""Whether a clause says that a competitor is the better one ("Northwind is cheaper than this"): praise, and not of us.

By the names that the shop listens for and words that compare, in three languages. What it does not know: competitors
without a name ("others are better"), irony, and comparisons that are spread over several clauses.
"""

import re
from collections.abc import Set as AbstractSet

from surveys.rules.understanding import naming

_NAME = "\x01"


def _any(told: str) -> str:
    return "|".join(re.escape(naming.folded(word)) for word in told.split())


_BETTER = _any(
    "better nicer cheaper faster quicker softer superior tastier fresher friendlier kinder cleaner lovelier prettier"
    " gentler easier healthier stronger"
)
_MORE = r"(?:more|far more) (?:affordable|reliable|helpful|comfortable|effective|generous|convenient|pleasant|fun)"
_THAI = _any("ดี ถูก เร็ว ไว หอม คุ้ม สวย นุ่ม อร่อย สะอาด สด ทน เนียน โอเค น่าใช้ ปัง สะดวก สุภาพ ใจดี")
_THAI_OURS = "ตัวนี้|อันนี้|ที่นี่|ร้านนี้|แบรนด์นี้|เจ้านี้|ยี่ห้อนี้|ไม่"
_KOREAN = _any(
    "좋 낫 나아 나은 나았 싸 싼 저렴 빠르 빨라 빨랐 예쁘 예뻐 이쁘 이뻐 맛있 친절 깨끗"
    " 촉촉 부드 순하 순해 괜찮 편하 편해"
)
_KOREAN_OURS = "이게|이거|이것|여기|이 제품|이곳|저희"
_ENGLISH_OURS = r"\b(?:this|these|here|yours?|it|not|never|no|hardly)\b|n't"
_NO = f"[^{_NAME}]"
_KOREAN_BETTER = (
    rf"{_NAME}(?!\s?(?:보다|보단|에 비해|에비해|대비|랑 비교|하고 비교))(?:(?!{_KOREAN_OURS}){_NO}){{0,20}}?"
    rf"(?:더|훨씬|차라리)(?:(?!안 |못 ){_NO}){{0,10}}?(?:{_KOREAN})(?!지 않|지않)"
)
# The first of each language tells something of a name, the others compare something with it.
_THEIRS = {
    "en": (
        rf"{_NAME}(?:(?!{_ENGLISH_OURS}){_NO}){{0,40}}?\b(?:{_BETTER}|{_MORE})\b",
        rf"(?<!not )\bprefer (?!{_NO}*\b(?:over|to|than) {_NAME}){_NO}{{0,15}}{_NAME}",
        rf"(?:\bnot|n't|\bnever|nowhere near) (?:\w+ )?as \w+ as (?:the )?{_NAME}",
        rf"\b(?:worse|slower|pricier|more expensive|weaker|dirtier|ruder) than (?:the )?{_NAME}",
    ),
    "th": (
        rf"{_NAME}(?:(?!{_THAI_OURS}){_NO}){{0,25}}?(?:{_THAI})\s?(?:มาก|เยอะ)?\s?กว่า",
        rf"(?<!ไม่)(?<!ไม่ได้)ชอบ{_NO}{{0,10}}{_NAME}{_NO}{{0,15}}มากกว่า",
        rf"สู้{_NO}{{0,8}}{_NAME}{_NO}{{0,10}}ไม่ได้",
        rf"(?:{_any('แพง ช้า แย่ ห่วย')})กว่า(?:ของ|ที่|ร้าน|แบรนด์|ยี่ห้อ|\s)*{_NAME}",
    ),
    "ko": (
        _KOREAN_BETTER,
        rf"{_NAME}(?:이|가|은|는|께|것이|게|쪽이)\s?(?:낫|나아|나은|나았)",
        rf"{_NAME}\s?(?:보다|보단|에 비해){_NO}{{0,20}}(?:못하|못해|별로|비싸|비싼|늦|느리|떨어)",
    ),
}
# Behind these words a name is what something else is measured by, and no subject of the first pattern.
_MEASURED = {
    "en": re.compile(r"\b(?:than|over|to|with|unlike|from|like)(?: the| at)? ?$"),
    "th": re.compile(r"(?:กว่า|เทียบกับ|ต่างจาก|แทน)(?:ของ|ที่|ร้าน|แบรนด์|ยี่ห้อ|\s)*$"),
}
_OF = {code: [re.compile(pattern) for pattern in told] for code, told in _THEIRS.items()}


def favours_another(clause: str, language: str, names: naming.Names, rivals: AbstractSet[str]) -> bool:
    """Whether one of `rivals` (what `names` finds them as) is said to be better than what is written about."""
    if not rivals or language not in _OF:
        return False
    told, measured = naming.folded(clause), _MEASURED.get(language)
    named, subjects, end = "", "", 0
    for start, stop, refs in names.spans(told):
        if rivals.isdisjoint(refs):
            continue
        between = told[end:start]
        named, subjects, end = named + between, subjects + between, stop
        subjects += "" if measured and measured.search(named) else _NAME
        named += _NAME
    if not end:
        return False
    of_subject, others = _OF[language][0], _OF[language][1:]
    return of_subject.search(subjects + told[end:]) is not None or any(one.search(named + told[end:]) for one in others)
