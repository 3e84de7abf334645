"""Words that praise or blame a shop, ours, in Thai: what the posts that were learnt from seldom say.

The models learn what each kind of them weighs; a list only tells which words are of one kind.
"""

import re

_GOOD = (
    "ส่งไว ส่งเร็ว จัดส่งไว จัดส่งเร็ว รวดเร็ว ทันใจ ตรงเวลา ไว ตรงปก ตรงตามรูป เหมือนในรูป แพ็คดี"
    " แน่นหนา เรียบร้อย คุ้ม ถูกใจ ประทับใจ ปลื้ม ชอบ รัก ดีใจ ดีมาก ดีเยี่ยม ดีงาม ดีจริง ดีขึ้น เยี่ยม"
    " สุดยอด เลิศ ยอดเยี่ยม เกินคาด พอใจ สุภาพ น่ารัก ใจดี ใส่ใจ เป็นกันเอง ยิ้มแย้ม มือเบา สะอาด สวย"
    " อร่อย กลมกล่อม หอม สดใหม่ นุ่ม เนียน ใส่สบาย สบาย ทนทาน แข็งแรง พอดี สะดวก ง่าย แนะนำ บอกต่อ ซื้ออีก"
    " สั่งอีก ซื้อซ้ำ อุดหนุน มาอีก กลับมา ขอบคุณ ของแถม ผ่อนคลาย เห็นผล ห้าดาว เชื่อถือ ไว้ใจ ไม่แพง"
    " ไม่ผิดหวัง ไม่มีที่ติ ไม่เจ็บ ไม่ต้องรอ ติดใจ ครบ ละเอียด ปัง โอเค"
)
_BAD = (
    "ช้า นาน ล่าช้า ยังไม่มา ยังไม่ได้ของ ยังไม่ได้รับ ไม่มาสักที หาย ขาด แตก พัง บุบ ชำรุด เสีย เสียหาย"
    " รั่ว ฉีก หลุด หัก เปียก ตำหนิ รอย ปลอม ผิด ไม่ตรง ไม่เหมือน ไม่ครบ ไม่คุ้ม แพง แย่ ห่วย ผิดหวัง"
    " เสียดาย เสียเวลา เสียเงิน หงุดหงิด รำคาญ โกรธ เซ็ง เบื่อ โมโห หน้าบึ้ง หยาบคาย เหวี่ยง ชักสีหน้า"
    " ไม่สุภาพ ไม่สนใจ ไม่ช่วย ไม่รับผิดชอบ ไม่ตอบ ไม่รับสาย ไม่มีใคร โทรไม่ติด เงียบ สกปรก เหม็น เลอะ"
    " ไม่สะอาด แมลง เส้นผม คราบ เหนียว จืด เค็มไป หวานไป บูด เน่า ดิบ ไหม้ คาว เย็นชืด แข็ง หมดอายุ ขึ้นรา"
    " ท้องเสีย แพ้ ผื่น แสบ ลอก คัน แดง ช้ำ เจ็บ ปวด ค้าง ล่ม เด้ง เออเร่อ เข้าไม่ได้ ใช้ไม่ได้ จ่ายไม่ได้"
    " จ่ายเงินไม่ได้ ไม่ได้สักที เปิดไม่ติด ชาร์จไม่เข้า ไม่เข้า ไม่คืนเงิน เงินคืน คิดเงินเกิน ตัดเงินซ้ำ"
    " โกง หลอก ยัดเยียด ตื๊อ สีตก หด คับ หลวม บางไป แคบ ร้อน เสียงดัง แออัด เข็ด เลิกซื้อ ไม่ซื้ออีก"
    " ไม่มาอีก ไม่กลับ อย่าซื้อ อย่าไป ปรับปรุง ไม่อร่อย ไม่ดี ไม่ชอบ ไม่ไหว ไม่พอ ไม่ประทับใจ ไม่พอใจ"
    " มักง่าย ชุ่ย ลวก โยน ฉุน"
)
_KINDS = {**dict.fromkeys(_GOOD.split(), "good"), **dict.fromkeys(_BAD.split(), "bad")}
# The longest first, so that ไม่ประทับใจ is not found as ประทับใจ.
_FOUND = re.compile("|".join(map(re.escape, sorted(_KINDS, key=len, reverse=True))))
_NOT = ("ไม่", "ไม่ได้", "ไม่ค่อย", "ไม่เคย")
MOST = 3
"""So many of a kind say as much as more."""


def told(text: str) -> list[str]:
    """How many words of each kind a normal Thai text has, as words of their own: good 1, good 2, bad 1, not good 1."""
    counts = {"good": 0, "bad": 0, "not good": 0, "not bad": 0}
    for match in _FOUND.finditer(text):
        kind = _KINDS[match.group()]
        is_denied = text[max(0, match.start() - 12) : match.start()].rstrip().endswith(_NOT)
        counts[f"not {kind}" if is_denied else kind] += 1
    names = [f"{kind} {at}" for kind, count in counts.items() for at in range(1, min(count, MOST) + 1)]
    if counts["good"] and not counts["bad"]:
        names.append("only good")
    if counts["bad"] and not counts["good"]:
        names.append("only bad")
    return names
