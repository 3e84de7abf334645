"""The 17 provinces of Korea with districts, ranges of their five-digit postcodes, and roads there."""
# ruff: noqa: E501 - rows of a table are easier to read uncut; Hangul counts double

from typing import NamedTuple


class Place(NamedTuple):
    """One district: names in Hangul and romanised, the first and last postcode to draw from, and its roads."""

    province_code: str
    province: str
    province_en: str
    district: str
    district_en: str
    first_postcode: int
    last_postcode: int
    roads: tuple[str, ...]


# Share in a thousand, ISO code, province; then district=romanised=first-last postcode=roads.
_PLACES = """
240|KR-11|서울특별시|Seoul|강남구=Gangnam-gu=06010-06340=테헤란로,강남대로,논현로,언주로 서초구=Seocho-gu=06500-06790=서초대로,반포대로
+|송파구=Songpa-gu=05500-05840=올림픽로,송파대로,백제고분로 마포구=Mapo-gu=03900-04210=월드컵북로,양화로,와우산로 종로구=Jongno-gu=03000-03190=종로,율곡로,자하문로
+|용산구=Yongsan-gu=04320-04420=이태원로,한강대로 영등포구=Yeongdeungpo-gu=07210-07440=여의대로,국제금융로,당산로 성동구=Seongdong-gu=04700-04800=왕십리로,성수이로
+|광진구=Gwangjin-gu=04910-05110=능동로,자양로 노원구=Nowon-gu=01620-01910=동일로,노해로 관악구=Gwanak-gu=08700-08850=관악로,남부순환로
+|강서구=Gangseo-gu=07510-07790=공항대로,화곡로 은평구=Eunpyeong-gu=03310-03500=통일로,은평로
255|KR-41|경기도|Gyeonggi-do|수원시 영통구=Yeongtong-gu, Suwon-si=16500-16545=광교중앙로,영통로 성남시 분당구=Bundang-gu, Seongnam-si=13480-13640=판교역로,정자일로,분당로
+|고양시 일산동구=Ilsandong-gu, Goyang-si=10400-10430=중앙로,정발산로 용인시 수지구=Suji-gu, Yongin-si=16800-16875=포은대로,수지로
+|안양시 동안구=Dongan-gu, Anyang-si=13915-13950=시민대로,평촌대로 화성시=Hwaseong-si=18400-18590=동탄대로,효행로 부천시=Bucheon-si=14480-14780=길주로,부일로
+|김포시=Gimpo-si=10030-10130=김포대로,김포한강로 남양주시=Namyangju-si=12050-12280=경춘로,다산중앙로
60|KR-28|인천광역시|Incheon|부평구=Bupyeong-gu=21310-21450=부평대로,경원대로 연수구=Yeonsu-gu=21910-22010=송도과학로,컨벤션대로 남동구=Namdong-gu=21510-21690=인하로,예술로
68|KR-26|부산광역시|Busan|해운대구=Haeundae-gu=48010-48110=해운대로,센텀중앙로 부산진구=Busanjin-gu=47110-47390=중앙대로,서면로 수영구=Suyeong-gu=48210-48310=광안해변로,수영로
46|KR-27|대구광역시|Daegu|수성구=Suseong-gu=42010-42280=달구벌대로,동대구로 달서구=Dalseo-gu=42620-42840=월배로,상인로 중구=Jung-gu=41900-41960=동성로,국채보상로
29|KR-30|대전광역시|Daejeon|유성구=Yuseong-gu=34010-34220=대학로,엑스포로 서구=Seo-gu=35210-35440=둔산로,계룡로
28|KR-29|광주광역시|Gwangju|서구=Seo-gu=61910-62070=상무중앙로,시청로 북구=Buk-gu=61010-61250=용봉로,서하로 광산구=Gwangsan-gu=62210-62460=임방울대로,수완로
21|KR-31|울산광역시|Ulsan|남구=Nam-gu=44610-44780=삼산로,돋질로 중구=Jung-gu=44410-44540=학성로,태화로
8|KR-50|세종특별자치시|Sejong|세종시=Sejong-si=30100-30150=한누리대로,도움6로
30|KR-42|강원특별자치도|Gangwon-do|춘천시=Chuncheon-si=24210-24460=중앙로,춘천로 강릉시=Gangneung-si=25450-25620=경강로,강릉대로 원주시=Wonju-si=26340-26490=원일로,시청로
31|KR-43|충청북도|Chungcheongbuk-do|청주시 흥덕구=Heungdeok-gu, Cheongju-si=28370-28475=가로수로,직지대로 충주시=Chungju-si=27310-27480=국원대로,예성로
41|KR-44|충청남도|Chungcheongnam-do|천안시 서북구=Seobuk-gu, Cheonan-si=31000-31055=불당대로,두정로 아산시=Asan-si=31460-31580=온천대로,시민로
35|KR-45|전북특별자치도|Jeollabuk-do|전주시 완산구=Wansan-gu, Jeonju-si=55035-55140=팔달로,홍산로 익산시=Iksan-si=54520-54670=익산대로,무왕로
35|KR-46|전라남도|Jeollanam-do|여수시=Yeosu-si=59610-59780=여문로,시청로 순천시=Suncheon-si=57910-58030=중앙로,장명로 목포시=Mokpo-si=58610-58760=영산로,평화로
50|KR-47|경상북도|Gyeongsangbuk-do|포항시 남구=Nam-gu, Pohang-si=37790-37940=중앙로,포스코대로 경주시=Gyeongju-si=38090-38200=원화로,태종로 구미시=Gumi-si=39180-39410=송정대로,구미대로
63|KR-48|경상남도|Gyeongsangnam-do|창원시 성산구=Seongsan-gu, Changwon-si=51420-51565=중앙대로,원이대로 김해시=Gimhae-si=50850-50980=김해대로,분성로 진주시=Jinju-si=52640-52840=진주대로,동진로
13|KR-49|제주특별자치도|Jeju-do|제주시=Jeju-si=63080-63350=연삼로,노형로,첨단로 서귀포시=Seogwipo-si=63500-63630=중앙로,태평로
"""

ESTATES = (
    "한빛마을아파트",
    "푸른숲아파트",
    "햇살타운",
    "강변센트럴",
    "솔향빌라",
    "은하수오피스텔",
    "다온빌",
    "새봄아파트",
)


def _places(text: str) -> tuple[Place, ...]:
    """Every district as often as its province's share asks, so that an even draw is a draw by share."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.startswith("+|"):
            lines[-1] += " " + line[2:]
        else:
            lines.append(line)
    table: list[Place] = []
    for line in lines:
        share, code, hangul, latin, districts = line.split("|")
        found = [Place(code, hangul, latin, *_district(word)) for word in _words(districts)]
        table += [found[number % len(found)] for number in range(int(share))]
    return tuple(table)


def _words(text: str) -> list[str]:
    """A new district begins where a word with "=" follows a word that ended one, that is, at its third "="."""
    words: list[str] = []
    for part in text.split(" "):
        if words and words[-1].count("=") < 3:
            words[-1] += " " + part
        else:
            words.append(part)
    return words


def _district(word: str) -> tuple[str, str, int, int, tuple[str, ...]]:
    hangul, latin, postcodes, roads = word.split("=")
    first, _, last = postcodes.partition("-")
    return hangul, latin, int(first), int(last), tuple(roads.split(","))


PLACES = _places(_PLACES)
