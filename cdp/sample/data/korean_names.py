"""Korean family names by their real frequency and given names, each with a usual romanised spelling."""
# ruff: noqa: E501 - rows of a table are easier to read uncut; Hangul counts double

# Holders in ten thousand of the people of Korea, rounded.
_FAMILY = """
김=Kim:2150 이=Lee:1470 박=Park:840 최=Choi:470 정=Jeong:430 강=Kang:240 조=Cho:210 윤=Yoon:205 장=Jang:200 임=Lim:165
한=Han:155 오=Oh:152 서=Seo:150 신=Shin:148 권=Kwon:142 황=Hwang:140 안=Ahn:138 송=Song:137 류=Ryu:60 유=Yoo:130
전=Jeon:112 홍=Hong:112 고=Ko:95 문=Moon:93 양=Yang:92 손=Son:91 배=Bae:81 백=Baek:77 허=Heo:66 남=Nam:55 심=Shim:54
노=Noh:51 하=Ha:46 곽=Kwak:41 성=Sung:40 차=Cha:39 주=Joo:39 우=Woo:39 구=Koo:38 나=Na:32 민=Min:32 진=Jin:32 지=Ji:31
엄=Eom:29 채=Chae:26 원=Won:26 천=Cheon:24 방=Bang:20 공=Kong:18 현=Hyun:18 함=Ham:16 변=Byun:16 염=Yeom:14 여=Yeo:13
추=Chu:12 도=Do:11 소=So:10 석=Seok:10 선=Sun:8 설=Seol:8 마=Ma:8 길=Gil:7 위=Wi:7 표=Pyo:6 명=Myung:6 기=Ki:6
"""

_MALE = """
민준=Minjun 서준=Seojun 도윤=Doyun 예준=Yejun 시우=Siwoo 하준=Hajun 지호=Jiho 주원=Juwon 지후=Jihoo 준우=Junwoo
준서=Junseo 건우=Gunwoo 현우=Hyunwoo 우진=Woojin 지훈=Jihoon 선우=Sunwoo 유준=Yujun 정우=Jungwoo 승우=Seungwoo 민재=Minjae
현준=Hyunjun 승현=Seunghyun 시윤=Siyun 준혁=Junhyuk 지환=Jihwan 승민=Seungmin 동현=Donghyun 성민=Sungmin 재현=Jaehyun
상훈=Sanghoon 영호=Youngho 성호=Sungho 진우=Jinwoo 태현=Taehyun 민수=Minsu 영수=Youngsu 철수=Chulsoo 정훈=Junghoon
경수=Kyungsoo 재호=Jaeho 동욱=Dongwook 성훈=Sunghoon 종현=Jonghyun 병철=Byungchul 광수=Kwangsoo 용준=Yongjun 기태=Kitae
대현=Daehyun 상우=Sangwoo 형준=Hyungjun 창민=Changmin 원석=Wonseok 재훈=Jaehoon 한결=Hangyeol 태윤=Taeyun 인호=Inho
명수=Myungsoo 규민=Gyumin 세준=Sejun 호진=Hojin 윤호=Yunho 진혁=Jinhyuk
"""

_FEMALE = """
서연=Seoyeon 서윤=Seoyun 지우=Jiwoo 서현=Seohyun 민서=Minseo 하은=Haeun 하윤=Hayun 윤서=Yunseo 지민=Jimin 채원=Chaewon
지유=Jiyu 은서=Eunseo 수아=Sua 다은=Daeun 예은=Yeeun 지아=Jia 수빈=Subin 소율=Soyul 예린=Yerin 예원=Yewon 지원=Jiwon
소윤=Soyun 지안=Jian 하린=Harin 유진=Yujin 수연=Suyeon 지은=Jieun 혜진=Hyejin 은지=Eunji 민지=Minji 수진=Sujin
미경=Mikyung 은영=Eunyoung 현주=Hyunjoo 영희=Younghee 정숙=Jungsook 미숙=Misook 경희=Kyunghee 순자=Soonja 영자=Youngja
혜원=Hyewon 보람=Boram 아름=Areum 소영=Soyoung 지현=Jihyun 유나=Yuna 나영=Nayoung 가은=Gaeun 주희=Juhee 선영=Sunyoung
지영=Jiyoung 미정=Mijung 은정=Eunjung 현정=Hyunjung 윤아=Yuna 세린=Serin 다인=Dain 채은=Chaeeun 아린=Arin 시은=Sieun
연우=Yeonwoo 명희=Myunghee 진아=Jina
"""


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((hangul, latin) for hangul, _, latin in (word.partition("=") for word in text.split()))


def _weighted(text: str) -> tuple[tuple[str, str], ...]:
    """One entry for each holder in ten thousand: an even draw of this is a draw by frequency."""
    table: list[tuple[str, str]] = []
    for word in text.split():
        pair, _, weight = word.partition(":")
        hangul, _, latin = pair.partition("=")
        table += [(hangul, latin)] * int(weight)
    return tuple(table)


MALE = _pairs(_MALE)
FEMALE = _pairs(_FEMALE)
FAMILY = _weighted(_FAMILY)
