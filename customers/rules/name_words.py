"""Words around names: titles, honorifics, suffixes, particles, and Korea's family names. Facts only."""

from __future__ import annotations

import re

TITLES = frozenset(
    "mr mrs ms miss mx mister madam sir dame lord lady dr doctor prof professor rev reverend fr hon capt captain "
    "col major gen lt sgt khun k herr frau monsieur mme mlle sr sra srta señor señora doña sig eng ir haji hajjah med "
    "dato datuk".split()
) - {"k", "sr"}
TITLES_OR_NAMES = frozenset("eng ir med fr hon gen col sig major lord lady dame".split())
TITLE_GLUED = re.compile(r"^(?:mr|mrs|ms|dr|prof)\.(?=[^\W\d_]{2})", re.IGNORECASE)
SUFFIXES = frozenset("jr sr ii iii iv esq phd md mba dds cpa pe rn bsc msc ma ba".split()) - {"ma", "ba", "pe"}
PARTICLES = frozenset(
    "van von der den de del della di da das dos du la le los las el al bin binti ibn abu ter ten zu zur st y e".split()
) - {"e", "y"}

# A written-out title may be glued to the name, but not where a dependent vowel follows: คุณากร and นายิกา are names.
_THAI_GLUED = "นางสาว|นาย|นาง|เด็กชาย|เด็กหญิง|คุณหญิง|คุณ|ศาสตราจารย์|หม่อมหลวง|หม่อมราชวงศ์"
_THAI_NAMES = "คุณเดช|คุณภัทร|คุณภาพ|คุณธรรม|คุณวุฒิ|คุณพจน์|คุณวัฒน์|คุณานนท์|นายณัฐ|นายิกา"
_THAI_APART = "นาย|นาง|นางสาว|คุณ|พระ|พระมหา|สามเณร|แม่ชี|หม่อม|ท่าน|อาจารย์|อ|นพ|พญ|ทพ|ทพญ|ภก|ภญ|ว่าที่"
THAI_TITLE = re.compile(
    rf"^(?:(?:{_THAI_APART})\.?\s+"
    r"|(?:[ก-ฮ]{1,2}\.\s*){2,}(?=[ก-ฮเแโใไ])"
    r"|(?:ดร|ผศ|รศ|ศ|นพ|พญ|ทพ|ทพญ|ภก|ภญ|อ|นส|ดช|ดญ)\.\s*"
    rf"|(?!(?:{_THAI_NAMES})(?:\s|$))(?:{_THAI_GLUED})(?=[ก-ฮเแโใไ]\S+\s|[ก-ฮเแโใไ]\S\S+$))+"
)
KOREAN_HONORIFIC = re.compile(
    r"(?<=[\uac00-\ud7a3]{2})(?:\s*(?:씨|님|고객님|회원님|선생님|사장님|교수님|박사님|귀하)|\s+(?:군|양))$"
)
KOREAN_HONORIFIC_WORD = re.compile(r"(?<=[\uac00-\ud7a3])\s+(?:씨|님|고객님|회원님|선생님|사장님|교수님|박사님|귀하)$")

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
