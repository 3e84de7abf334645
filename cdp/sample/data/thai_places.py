"""Provinces and districts of Thailand with their postcodes, and words for a street line."""
# ruff: noqa: E501 - rows of a table are easier to read uncut; Hangul counts double

from typing import NamedTuple


class Place(NamedTuple):
    """One district: names in Thai and English, its postcode, and the ISO 3166-2 code of its province."""

    province_code: str
    province: str
    province_en: str
    district: str
    district_en: str
    postcode: str


# Share in a thousand, ISO code, province; then district, its English name and its postcode.
_PLACES = """
330|TH-10|กรุงเทพมหานคร|Bangkok|พระนคร=Phra Nakhon=10200 ดุสิต=Dusit=10300 บางรัก=Bang Rak=10500 ปทุมวัน=Pathum Wan=10330
+|คลองเตย=Khlong Toei=10110 วัฒนา=Watthana=10110 พญาไท=Phaya Thai=10400 ราชเทวี=Ratchathewi=10400 จตุจักร=Chatuchak=10900
+|ห้วยขวาง=Huai Khwang=10310 บางกะปิ=Bang Kapi=10240 ลาดพร้าว=Lat Phrao=10230 บางนา=Bang Na=10260 พระโขนง=Phra Khanong=10260
+|ประเวศ=Prawet=10250 สาทร=Sathon=10120 ยานนาวา=Yan Nawa=10120 ธนบุรี=Thon Buri=10600 บางแค=Bang Khae=10160
+|ภาษีเจริญ=Phasi Charoen=10160 มีนบุรี=Min Buri=10510 หลักสี่=Lak Si=10210 ดอนเมือง=Don Mueang=10210 บางเขน=Bang Khen=10220
45|TH-11|สมุทรปราการ|Samut Prakan|เมืองสมุทรปราการ=Mueang Samut Prakan=10270 บางพลี=Bang Phli=10540 พระประแดง=Phra Pradaeng=10130
60|TH-12|นนทบุรี|Nonthaburi|เมืองนนทบุรี=Mueang Nonthaburi=11000 ปากเกร็ด=Pak Kret=11120 บางบัวทอง=Bang Bua Thong=11110
+|บางใหญ่=Bang Yai=11140 บางกรวย=Bang Kruai=11130
45|TH-13|ปทุมธานี|Pathum Thani|เมืองปทุมธานี=Mueang Pathum Thani=12000 คลองหลวง=Khlong Luang=12120 ลำลูกกา=Lam Luk Ka=12150
14|TH-14|พระนครศรีอยุธยา|Phra Nakhon Si Ayutthaya|พระนครศรีอยุธยา=Phra Nakhon Si Ayutthaya=13000 บางปะอิน=Bang Pa-in=13160
8|TH-16|ลพบุรี|Lop Buri|เมืองลพบุรี=Mueang Lop Buri=15000
10|TH-19|สระบุรี|Saraburi|เมืองสระบุรี=Mueang Saraburi=18000 แก่งคอย=Kaeng Khoi=18110
55|TH-20|ชลบุรี|Chon Buri|เมืองชลบุรี=Mueang Chon Buri=20000 บางละมุง=Bang Lamung=20150 ศรีราชา=Si Racha=20110 สัตหีบ=Sattahip=20180
20|TH-21|ระยอง|Rayong|เมืองระยอง=Mueang Rayong=21000 แกลง=Klaeng=21110 บ้านฉาง=Ban Chang=21130
8|TH-22|จันทบุรี|Chanthaburi|เมืองจันทบุรี=Mueang Chanthaburi=22000
12|TH-24|ฉะเชิงเทรา|Chachoengsao|เมืองฉะเชิงเทรา=Mueang Chachoengsao=24000
6|TH-25|ปราจีนบุรี|Prachin Buri|เมืองปราจีนบุรี=Mueang Prachin Buri=25000
4|TH-26|นครนายก|Nakhon Nayok|เมืองนครนายก=Mueang Nakhon Nayok=26000
30|TH-30|นครราชสีมา|Nakhon Ratchasima|เมืองนครราชสีมา=Mueang Nakhon Ratchasima=30000 ปากช่อง=Pak Chong=30130
10|TH-31|บุรีรัมย์|Buri Ram|เมืองบุรีรัมย์=Mueang Buri Ram=31000
8|TH-32|สุรินทร์|Surin|เมืองสุรินทร์=Mueang Surin=32000
14|TH-34|อุบลราชธานี|Ubon Ratchathani|เมืองอุบลราชธานี=Mueang Ubon Ratchathani=34000 วารินชำราบ=Warin Chamrap=34190
28|TH-40|ขอนแก่น|Khon Kaen|เมืองขอนแก่น=Mueang Khon Kaen=40000
20|TH-41|อุดรธานี|Udon Thani|เมืองอุดรธานี=Mueang Udon Thani=41000
5|TH-42|เลย|Loei|เมืองเลย=Mueang Loei=42000
7|TH-43|หนองคาย|Nong Khai|เมืองหนองคาย=Mueang Nong Khai=43000
8|TH-45|ร้อยเอ็ด|Roi Et|เมืองร้อยเอ็ด=Mueang Roi Et=45000
8|TH-47|สกลนคร|Sakon Nakhon|เมืองสกลนคร=Mueang Sakon Nakhon=47000
60|TH-50|เชียงใหม่|Chiang Mai|เมืองเชียงใหม่=Mueang Chiang Mai=50000 หางดง=Hang Dong=50230 สันทราย=San Sai=50210
+|สันกำแพง=San Kamphaeng=50130 แม่ริม=Mae Rim=50180
6|TH-51|ลำพูน|Lamphun|เมืองลำพูน=Mueang Lamphun=51000
10|TH-52|ลำปาง|Lampang|เมืองลำปาง=Mueang Lampang=52000
5|TH-55|น่าน|Nan|เมืองน่าน=Mueang Nan=55000
18|TH-57|เชียงราย|Chiang Rai|เมืองเชียงราย=Mueang Chiang Rai=57000 แม่สาย=Mae Sai=57130
10|TH-60|นครสวรรค์|Nakhon Sawan|เมืองนครสวรรค์=Mueang Nakhon Sawan=60000
6|TH-63|ตาก|Tak|เมืองตาก=Mueang Tak=63000 แม่สอด=Mae Sot=63110
6|TH-64|สุโขทัย|Sukhothai|เมืองสุโขทัย=Mueang Sukhothai=64000
12|TH-65|พิษณุโลก|Phitsanulok|เมืองพิษณุโลก=Mueang Phitsanulok=65000
10|TH-70|ราชบุรี|Ratchaburi|เมืองราชบุรี=Mueang Ratchaburi=70000
8|TH-71|กาญจนบุรี|Kanchanaburi|เมืองกาญจนบุรี=Mueang Kanchanaburi=71000
16|TH-73|นครปฐม|Nakhon Pathom|เมืองนครปฐม=Mueang Nakhon Pathom=73000
14|TH-74|สมุทรสาคร|Samut Sakhon|เมืองสมุทรสาคร=Mueang Samut Sakhon=74000
8|TH-76|เพชรบุรี|Phetchaburi|เมืองเพชรบุรี=Mueang Phetchaburi=76000 ชะอำ=Cha-am=76120
12|TH-77|ประจวบคีรีขันธ์|Prachuap Khiri Khan|เมืองประจวบคีรีขันธ์=Mueang Prachuap Khiri Khan=77000 หัวหิน=Hua Hin=77110
14|TH-80|นครศรีธรรมราช|Nakhon Si Thammarat|เมืองนครศรีธรรมราช=Mueang Nakhon Si Thammarat=80000 ทุ่งสง=Thung Song=80110
10|TH-81|กระบี่|Krabi|เมืองกระบี่=Mueang Krabi=81000
40|TH-83|ภูเก็ต|Phuket|เมืองภูเก็ต=Mueang Phuket=83000 กะทู้=Kathu=83120 ถลาง=Thalang=83110
18|TH-84|สุราษฎร์ธานี|Surat Thani|เมืองสุราษฎร์ธานี=Mueang Surat Thani=84000
28|TH-90|สงขลา|Songkhla|เมืองสงขลา=Mueang Songkhla=90000 หาดใหญ่=Hat Yai=90110
8|TH-92|ตรัง|Trang|เมืองตรัง=Mueang Trang=92000
"""

# Roads that most towns of the country have, and names of housing estates made up for the shop.
ROADS = (
    ("สุขุมวิท", "Sukhumvit"), ("พหลโยธิน", "Phahonyothin"), ("เพชรเกษม", "Phet Kasem"), ("มิตรภาพ", "Mittraphap"),
    ("รามคำแหง", "Ramkhamhaeng"), ("ลาดพร้าว", "Lat Phrao"), ("ราชดำเนิน", "Ratchadamnoen"), ("ศรีนครินทร์", "Srinagarindra"),
    ("เจริญกรุง", "Charoen Krung"), ("พระราม 2", "Rama II"), ("พระราม 9", "Rama IX"), ("นิมมานเหมินท์", "Nimmanhaemin"),
    ("ประชาอุทิศ", "Pracha Uthit"), ("เทศบาล 1", "Thetsaban 1"), ("หน้าเมือง", "Na Mueang"), ("ช้างเผือก", "Chang Phueak"),
)  # fmt: skip
ESTATES = (
    ("หมู่บ้านสุขใจ", "Suk Jai Village"), ("หมู่บ้านร่มรื่น", "Rom Ruen Village"), ("หมู่บ้านสวนหลวง", "Suan Luang Village"),
    ("คอนโดริมน้ำ", "Rim Nam Condo"), ("คอนโดสวนสวย", "Suan Suay Condo"), ("อาคารฟ้าใส", "Fah Sai Building"),
    ("หมู่บ้านทิวสน", "Thio Son Village"), ("คอนโดเดอะการ์เด้น", "The Garden Condo"),
)  # fmt: skip


def _places(text: str) -> tuple[Place, ...]:
    """Every district as often as its province's share asks, so that an even draw is a draw by share."""
    provinces: list[tuple[int, str, str, str, list[str]]] = []
    for line in text.strip().splitlines():
        if line.startswith("+|"):
            provinces[-1][4].append(line[2:])
        else:
            part, code, thai, english, districts = line.split("|")
            provinces.append((int(part), code, thai, english, [districts]))
    table: list[Place] = []
    for share, code, thai, english, parts in provinces:
        districts_of = [_district(word) for word in _words(" ".join(parts))]
        for turn in range(share):
            district, district_en, postcode = districts_of[turn % len(districts_of)]
            table.append(Place(code, thai, english, district, district_en, postcode))
    return tuple(table)


def _words(text: str) -> list[str]:
    """Split at the spaces that follow a postcode, since English names hold spaces of their own."""
    found, start = [], 0
    for at, sign in enumerate(text):
        if sign == " " and text[at - 5 : at].isdigit():
            found.append(text[start:at])
            start = at + 1
    return [*found, text[start:]]


def _district(word: str) -> tuple[str, str, str]:
    thai, english, postcode = word.split("=")
    return thai, english, postcode


PLACES = _places(_PLACES)
