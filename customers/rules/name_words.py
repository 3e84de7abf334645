"""Words around names: titles, honorifics, suffixes, particles, and Korea's family names. Facts only."""

from __future__ import annotations

import re

TITLES = frozenset(
    "mr mrs ms miss mx mister madam sir dame lord lady dr doctor prof professor rev reverend fr hon capt captain "
    "col colonel maj major gen general lt lieutenant sgt sergeant cpl corporal adm admiral cmdr commander khun "
    "khunying k herr frau monsieur mme mlle sr sra srta señor señora señorita doña sig eng ir haji hajjah med "
    "dato datuk datin encik puan".split()
) - {"k", "sr"}
TITLES_OR_NAMES = frozenset("eng ir med fr hon gen general col sig maj major adm admiral lord lady dame puan".split())
TITLE_GLUED = re.compile(r"^(?:mr|mrs|ms|miss|dr|prof)\.(?=[^\W\d_]{2})", re.IGNORECASE)
SUFFIXES = frozenset("jr sr ii iii iv 2nd 3rd 4th esq phd md mba dds cpa pe rn bsc msc ma ba".split()) - {
    "ma",
    "ba",
    "pe",
}
PARTICLES = frozenset(
    "van von vom der den de del della dello dell' dell’ delle degli dei dalla di da das do dos du la le los las el al "
    "bin binti binte bint ibn abu ter ten zu zum zur st 't ’t a/l a/p s/o d/o".split()
)
PARTICLES_IN_SMALL = frozenset("ben und af av op y e in".split())
"""Particles that are names or initials where they have a capital: Ben, Y., In."""
LINKS = frozenset("y e und".split())
"""Between two names of one family: Ortega y Gasset."""

_GRADES = "(?:เอก|โท|ตรี|จัตวา)"
# พลเอก is a given name, too: alone before one more word it stays.
_THAI_GENERAL = rf"พล{_GRADES}"
_THAI_RANKS = (
    rf"(?:จอมพล|พล(?:ตำรวจ|เรือ|อากาศ){_GRADES}|พัน(?:ตำรวจ)?(?:เอกพิเศษ|{_GRADES})|ร้อย(?:ตำรวจ)?{_GRADES}"
    rf"|(?:จ่า)?สิบ(?:ตำรวจ)?{_GRADES}|จ่าสิบตำรวจ|ดาบตำรวจ|(?:นาวา|เรือ)(?:อากาศ)?{_GRADES}"
    rf"|(?:พัน)?จ่า(?:อากาศ)?{_GRADES}|พลทหาร|พลตำรวจ)"
)
_THAI_LEARNED = "(?:ผู้ช่วย|รอง)?ศาสตราจารย์(?:เกียรติคุณ|พิเศษ|คลินิก)?|(?:นาย|ทันต|สัตว)แพทย์(?:หญิง)?|แพทย์หญิง|เภสัชกร(?:หญิง)?"
_THAI_NOBLE = "หม่อมเจ้า|หม่อมราชวงศ์|หม่อมหลวง|ท่านผู้หญิง|คุณหญิง"
# A written-out title may be glued to the name, but not where a dependent vowel follows: คุณากร and นายิกา are names.
_THAI_GLUED = f"{_THAI_LEARNED}|{_THAI_NOBLE}|นางสาว|นาย|นาง|เด็กชาย|เด็กหญิง|คุณ|อาจารย์"
_THAI_NAMES = "คุณเดช|คุณภัทร|คุณภาพ|คุณธรรม|คุณวุฒิ|คุณพจน์|คุณวัฒน์|คุณานนท์|นายณัฐ|นายิกา"
_THAI_APART = (
    f"{_THAI_LEARNED}|{_THAI_NOBLE}|เด็กชาย|เด็กหญิง|นาย|นาง|นางสาว|คุณ|พระ|พระมหา|สามเณร|แม่ชี|หม่อม|ท่าน|อาจารย์|อ|นพ|พญ"
    "|ทพ|ทพญ|ภก|ภญ|น\\.ส|ด\\.ช|ด\\.ญ|ดร|นส|ดช|ดญ|ว่าที่"
)
_THAI_SHORT = "ดร|ผศ|รศ|ศ|นพ|พญ|ทพ|ทพญ|ทนพ|ทนพญ|สพญ|นสพ|ภก|ภญ|กภ|พว|อ|นส|ดช|ดญ"
THAI_TITLE = re.compile(
    r"^(?:นาง\s+สาว\s+(?=\S+\s+\S)"
    rf"|(?:ว่าที่\s*)?(?:{_THAI_RANKS}(?:\s*หญิง)?\s+|{_THAI_RANKS}(?:หญิง)?(?=[ก-ฮเแโใไ]\S+\s|[ก-ฮเแโใไ]\S\S+$))"
    rf"|(?:ว่าที่\s*)?{_THAI_GENERAL}(?:หญิง)?(?:\s+(?=\S+\s+\S)|(?=[ก-ฮเแโใไ]\S+\s))"
    rf"|(?:{_THAI_APART})\.?\s+"
    r"|(?:ว่าที่\s*)?(?:[ก-ฮ]{1,2}\.\s*){2,}(?:หญิง\s+)?(?=[ก-ฮเแโใไ])"
    rf"|(?:{_THAI_SHORT})\.\s*(?:(?:เกียรติคุณ|พิเศษ|คลินิก)\s+)?"
    rf"|(?!(?:{_THAI_NAMES})(?:\s|$))(?:{_THAI_GLUED})(?=[ก-ฮเแโใไ]\S+\s|[ก-ฮเแโใไ]\S\S+$))+"
)
_KOREAN_POLITE = "씨|님|고객님|회원님|선생님|사장님|교수님|박사님|귀하"
_KOREAN_POSTS = (
    "(?:사원|주임|대리|과장|차장|부장|팀장|실장|본부장|소장|점장|원장|이사|상무|전무|대표|사장|회장|교수|박사|선생)님?"
)
# 양 is "Miss" behind a whole name of three syllables (김서현 양, 김 서현 양); behind two it is the family: 서현 양.
KOREAN_HONORIFIC = re.compile(
    rf"(?:(?<=[\uac00-\ud7a3]{{2}})(?:{_KOREAN_POLITE}|\s*\((?:{_KOREAN_POLITE})\)|\s+(?:군|{_KOREAN_POSTS}))"
    rf"|(?:(?<=[\uac00-\ud7a3]{{3}})|(?<=[\uac00-\ud7a3]\s[\uac00-\ud7a3]{{2}}))\s+양"
    rf"|(?<=[\uac00-\ud7a3])\s+(?:{_KOREAN_POLITE})|(?<=^[\uac00-\ud7a3])씨)$"
)
ORGANISATION = re.compile(
    r"^(?:บริษัท|บ(?:จก|มจ)\.?\s|หจก\.?\s|ห้างหุ้นส่วน|ร้าน|โรงเรียน|โรงพยาบาล|โรงแรม|มหาวิทยาลัย|สำนักงาน|เทศบาล|มูลนิธิ|สมาคม|สหกรณ์)"
    r"|^(?:\(주\)|㈜|주식회사\s|\(유\)|유한회사\s|사단법인\s|재단법인\s)|(?:\(주\)|㈜|\s주식회사)$"
    r"|\b(?i:co\.?,?\s*ltd|ltd|limited|inc|llc|llp|plc|corp|corporation|gmbh|pte|bhd|company)\.?$"
)
"""A firm that stands where a name should: no word of it is a given name, or all firms on one telephone were one."""
KOREAN_HONORIFIC_WORD = re.compile(rf"(?<=[\uac00-\ud7a3])\s+(?:{_KOREAN_POLITE})$")
_KOREAN_FAMILY_IN_LATIN = (
    r"(?:kim|lee|yi|rhee|park|pak|choi|choe|jung|jeong|chung|kang|cho|jo|yoon|yun|jang|chang|lim|im|han|oh|seo|shin|kwon"
    r"|hwang|ahn|song|ryu|yoo|yu|hong|jeon|ko|go|moon|yang|son|bae|baek|heo|hur|nam|shim|noh|ha|kwak|sung|cha|joo|woo"
    r"|koo|min)"
)
_KOREAN_SYLLABLE_IN_LATIN = (
    r"(?:kk|tt|pp|ss|jj|ch|sh|[gndrmbsjktphwyl])?"
    r"(?:yae|yeo|wae|yoo|ae|ya|eo|eu|ui|ye|oe|wa|wo|we|wi|yo|yu|ee|oo|ou|[aeiou])(?:ng|[nmlkptgh])?"
)
# Kim Min-su: with a hyphen and a small letter after it the given name is Korean and comes last.
KOREAN_IN_LATIN = re.compile(rf"(?i:{_KOREAN_FAMILY_IN_LATIN})\s[A-Z][A-Za-z]{{1,5}}-(?:[a-z]{{1,5}}|[A-Z]{{2,5}})")
# Lee Sumin, Kim Su Min: of somebody in Korea. Min Lee and Su Min Kim have the family last.
KOREAN_IN_LATIN_THERE = re.compile(
    rf"(?i:({_KOREAN_FAMILY_IN_LATIN})\s(?!{_KOREAN_FAMILY_IN_LATIN}\Z)((?:{_KOREAN_SYLLABLE_IN_LATIN}){{1,3}}"
    rf"|{_KOREAN_SYLLABLE_IN_LATIN}\s(?!(?:kim|lee|park|choi|jung|kang)\Z){_KOREAN_SYLLABLE_IN_LATIN}))"
)

KOREAN_FAMILIES = frozenset(
    (
        "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 유 홍 전 고 문 양 손 "
        "배 백 허 남 심 노 하 곽 성 차 주 우 구 나 민 진 지 엄 채 원 천 방 공 현 함 변 "
        "염 여 추 도 소 석 선 설 마 길 연 위 표 명 기 반 라 왕 금 옥 육 인 맹 제 모 탁 "
        "국 어 은 편 용 예 경 봉 사 부 황보 가 복 태 목 형 피 두 감 음 빈 동 온 호 범 좌 "
        "팽 승 간 상 시 갈 단 견 당 화 창 옹 순 빙 남궁 제갈 사공 선우 서문 독고 동방 어금 "
        "망절 장곡 강전"
    ).split()
)
KOREAN_FAMILIES_OR_BEGINNINGS = frozenset({"황보", "서문", "강전"})
"""Two syllables that are far more often a short family name and the beginning of the given one: 황보라 is 황, 보라."""
