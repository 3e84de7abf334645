"""What the sample shop sells: skin care and things for the home, in three languages and three currencies."""
# ruff: noqa: E501 - rows of a table are easier to read uncut; Hangul counts double

from typing import NamedTuple


class Product(NamedTuple):
    """One product. Prices are in minor units (satang, won, cents); `lasts_days` is 0 for what nobody buys again soon."""

    sku: str
    category: str
    brand: str
    name: str
    name_th: str
    name_ko: str
    prices: dict[str, int]
    lasts_days: int
    popularity: int
    goes_with: str
    contains: tuple[str, ...]


# sku | category | brand | English | Thai | Korean | baht | won | dollars | lasts days | popularity | goes with | contains
_PRODUCTS = """
SK-101|Cleansers|Lanna Bloom|Rice Milk Cleanser 150 ml|คลีนเซอร์น้ำนมข้าว 150 มล.|쌀 우유 클렌저 150ml|390|15900|12.90|60|9|SK-201|
SK-102|Cleansers|Lanna Bloom|Tamarind Gel Wash 120 ml|เจลล้างหน้ามะขาม 120 มล.|타마린드 젤 워시 120ml|320|13500|10.90|55|7|SK-202|
SK-103|Cleansers|Haneul|Green Tea Cleansing Oil 200 ml|คลีนซิ่งออยล์ชาเขียว 200 มล.|녹차 클렌징 오일 200ml|590|22000|18.90|75|8|SK-101|
SK-104|Cleansers|Haneul|Micellar Water 400 ml|ไมเซลลาร์วอเตอร์ 400 มล.|미셀라 워터 400ml|450|17000|14.90|50|6||
SK-201|Toners|Haneul|Heartleaf Toner 250 ml|โทนเนอร์พลูคาว 250 มล.|어성초 토너 250ml|520|19800|16.90|70|10|SK-301|
SK-202|Toners|Lanna Bloom|Butterfly Pea Mist 100 ml|สเปรย์น้ำแร่อัญชัน 100 มล.|버터플라이피 미스트 100ml|290|12000|9.90|45|6||
SK-203|Toners|Haneul|Mild Peeling Pads, 70|แผ่นเช็ดผิวสูตรอ่อนโยน 70 แผ่น|순한 필링 패드 70매|690|25000|21.90|60|5|SK-401|
SK-301|Serums|Haneul|Niacinamide Serum 30 ml|เซรั่มไนอะซินาไมด์ 30 มล.|나이아신아마이드 세럼 30ml|790|29000|24.90|60|10|SK-401|
SK-302|Serums|Haneul|Centella Ampoule 30 ml|แอมพูลใบบัวบก 30 มล.|센텔라 앰플 30ml|850|32000|26.90|60|9|SK-201|
SK-303|Serums|Lanna Bloom|Mangosteen Vitamin C 20 ml|วิตามินซีมังคุด 20 มล.|망고스틴 비타민 C 20ml|690|26000|22.90|45|7|SK-501|
SK-304|Serums|Dr. Moon|Retinal Night Serum 30 ml|เซรั่มเรตินัลกลางคืน 30 มล.|레티날 나이트 세럼 30ml|1290|48000|39.90|90|4|SK-402|
SK-401|Moisturisers|Haneul|Aqua Gel Cream 50 ml|เจลครีมอควา 50 มล.|아쿠아 젤 크림 50ml|650|24000|20.90|60|10|SK-301|
SK-402|Moisturisers|Dr. Moon|Barrier Cream 80 ml|ครีมเสริมเกราะผิว 80 มล.|장벽 크림 80ml|890|33000|27.90|75|8|SK-201|
SK-403|Moisturisers|Lanna Bloom|Coconut Body Lotion 300 ml|โลชั่นมะพร้าว 300 มล.|코코넛 바디 로션 300ml|350|14000|11.90|60|7|SK-601|
SK-404|Moisturisers|Lanna Bloom|Hand Balm 40 g|บาล์มทามือ 40 กรัม|핸드밤 40g|190|8500|6.90|50|6||
SK-501|Sun care|Haneul|Daily Sun Milk SPF50+ 50 ml|กันแดดน้ำนม SPF50+ 50 มล.|데일리 선 밀크 SPF50+ 50ml|490|19000|15.90|40|12|SK-103|
SK-502|Sun care|Haneul|Tone-up Sun Cream 50 ml|กันแดดปรับโทนสี 50 มล.|톤업 선크림 50ml|550|21000|17.90|45|8|SK-103|
SK-503|Sun care|Lanna Bloom|Sun Stick SPF50 15 g|กันแดดแท่ง SPF50 15 กรัม|선스틱 SPF50 15g|420|16500|13.90|45|6|SK-501|
SK-601|Bath & body|Lanna Bloom|Lemongrass Shower Gel 300 ml|เจลอาบน้ำตะไคร้ 300 มล.|레몬그라스 샤워젤 300ml|290|12000|9.90|40|8|SK-403|
SK-602|Bath & body|Lanna Bloom|Turmeric Body Scrub 250 g|สครับขมิ้น 250 กรัม|강황 바디 스크럽 250g|350|14500|11.90|60|5|SK-601|
SK-603|Bath & body|Lanna Bloom|Charcoal Soap Bar 100 g|สบู่ถ่านไม้ไผ่ 100 กรัม|대나무숯 비누 100g|120|5500|4.50|30|7||
SK-604|Bath & body|Haneul|Scalp Shampoo 500 ml|แชมพูดูแลหนังศีรษะ 500 มล.|두피 샴푸 500ml|480|18500|15.50|60|7|SK-605|
SK-605|Bath & body|Haneul|Camellia Hair Oil 80 ml|น้ำมันบำรุงผมคามิเลีย 80 มล.|동백 헤어 오일 80ml|520|20000|16.90|90|5||
SK-701|Masks|Haneul|Sheet Mask Cica, 10|แผ่นมาสก์ซิก้า 10 แผ่น|시카 마스크팩 10매|390|15000|12.90|30|11|SK-301|
SK-702|Masks|Haneul|Sleeping Mask Honey 80 ml|สลีปปิ้งมาสก์น้ำผึ้ง 80 มล.|꿀 슬리핑 마스크 80ml|620|23000|19.90|70|5||
SK-703|Masks|Lanna Bloom|Thanaka Clay Mask 100 g|มาสก์โคลนทานาคา 100 กรัม|타나카 클레이 마스크 100g|450|17500|14.50|75|4|SK-101|
SK-704|Masks|Haneul|Lip Sleeping Balm 20 g|ลิปบาล์มก่อนนอน 20 กรัม|립 슬리핑 밤 20g|320|13000|10.50|80|7||
HM-101|Candles & scent|Baan Suan|Jasmine Candle 180 g|เทียนหอมมะลิ 180 กรัม|자스민 캔들 180g|590|23000|18.90|45|6|HM-103|
HM-102|Candles & scent|Baan Suan|Sandalwood Diffuser 100 ml|ก้านหอมไม้จันทน์ 100 มล.|백단향 디퓨저 100ml|890|34000|27.90|75|5|HM-104|
HM-103|Candles & scent|Baan Suan|Room Spray Lemongrass 100 ml|สเปรย์ปรับอากาศตะไคร้ 100 มล.|레몬그라스 룸 스프레이 100ml|350|14000|11.50|50|5||
HM-104|Candles & scent|Baan Suan|Diffuser Refill 200 ml|รีฟิลก้านหอม 200 มล.|디퓨저 리필 200ml|650|25000|20.50|90|3||
HM-201|Textiles|Baan Suan|Cotton Towel Set|ชุดผ้าขนหนูผ้าฝ้าย|순면 타월 세트|690|27000|21.90|0|4|HM-203|
HM-202|Textiles|Baan Suan|Silk Pillowcase|ปลอกหมอนผ้าไหม|실크 베개 커버|1190|45000|36.90|0|3||
HM-203|Textiles|Baan Suan|Waffle Bathrobe|เสื้อคลุมอาบน้ำลายวาฟเฟิล|와플 목욕 가운|1490|56000|45.90|0|2||
HM-301|Kitchen & table|Baan Suan|Celadon Tea Cup|ถ้วยชาศิลาดล|청자 찻잔|420|17000|13.90|0|4|HM-303|
HM-302|Kitchen & table|Baan Suan|Bamboo Tray|ถาดไม้ไผ่|대나무 트레이|390|15500|12.50|0|3|HM-301|
HM-303|Kitchen & table|Haneul|Jeju Green Tea 60 g|ชาเขียวเชจู 60 กรัม|제주 녹차 60g|350|13500|11.50|40|6|HM-301|
HM-401|Accessories|Haneul|Konjac Sponge|ฟองน้ำบุก|곤약 스펀지|120|4900|4.20|45|6|SK-101|
HM-402|Accessories|Dr. Moon|Jade Face Roller|ลูกกลิ้งหยกนวดหน้า|옥 페이스 롤러|490|19000|15.90|0|3|SK-301|
HM-403|Accessories|Baan Suan|Travel Pouch|กระเป๋าเครื่องสำอาง|여행용 파우치|350|14000|11.50|0|3||
ST-901|Sets|Haneul|Starter Set: Cleanse, Tone, Hydrate|เซตเริ่มต้น 3 ขั้นตอน|스타터 3종 세트|1350|51000|42.90|65|6|SK-501|SK-101,SK-201,SK-401
ST-902|Sets|Haneul|Glow Set: Serum, Cream, Mask|เซตผิวใส|글로우 세트|1590|59000|49.90|60|4|SK-501|SK-301,SK-401,SK-701
ST-903|Sets|Baan Suan|Calm Home Gift Box|กล่องของขวัญบ้านหอม|홈 힐링 선물 세트|1190|46000|37.90|0|4||HM-101,HM-103,HM-301
"""


def _products(text: str) -> tuple[Product, ...]:
    found = []
    for line in text.strip().splitlines():
        sku, category, brand, name, thai, korean, baht, won, dollars, lasts, popularity, goes_with, parts = line.split(
            "|"
        )
        prices = {"THB": int(baht) * 100, "KRW": int(won), "USD": round(float(dollars) * 100)}
        contains = tuple(parts.split(",")) if parts else ()
        found.append(
            Product(sku, category, brand, name, thai, korean, prices, int(lasts), int(popularity), goes_with, contains)
        )
    return tuple(found)


PRODUCTS = _products(_PRODUCTS)
BY_SKU = {product.sku: product for product in PRODUCTS}
# An even draw of this is a draw by popularity.
BY_POPULARITY = tuple(product for product in PRODUCTS for _ in range(product.popularity))
CATEGORIES = tuple(dict.fromkeys(product.category for product in PRODUCTS))
