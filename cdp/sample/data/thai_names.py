"""Thai given names, family names and nicknames, each with a usual romanised spelling."""

_MALE = """
สมชาย=Somchai สมศักดิ์=Somsak สมบัติ=Sombat สมพงษ์=Sompong ประเสริฐ=Prasert ประวิทย์=Prawit วิชัย=Wichai วีระ=Weera
วีรพล=Weerapon สุรชัย=Surachai สุรศักดิ์=Surasak อนุชา=Anucha อนันต์=Anan อภิชาติ=Apichat อาทิตย์=Arthit กิตติ=Kitti
กิตติพงษ์=Kittipong กฤษณะ=Kritsana กฤต=Krit เกรียงไกร=Kriangkrai จักรพันธ์=Chakkraphan จิรายุ=Jirayu เจษฎา=Jetsada
ชัยวัฒน์=Chaiwat ชาญชัย=Chanchai ชานนท์=Chanon ชยพล=Chayaphon ณรงค์=Narong ณัฐพล=Nattapon ณัฐวุฒิ=Nattawut ดนัย=Danai
เดชา=Decha ทศพล=Thotsaphon ธนพล=Thanaphon ธนากร=Thanakorn ธนวัฒน์=Thanawat ธีรพงษ์=Teerapong ธีรเดช=Teeradet
นพดล=Noppadon นพพร=Nopporn นิพนธ์=Nipon นรินทร์=Narin บุญมี=Boonmee บุญส่ง=Boonsong ปกรณ์=Pakorn ปิยะ=Piya
ปิยะพงษ์=Piyapong ปรีชา=Preecha พงศกร=Pongsakorn พงษ์ศักดิ์=Pongsak พิชัย=Pichai พิเชษฐ์=Pichet พิพัฒน์=Pipat
พีรพล=Peerapon ไพโรจน์=Pairoj ไพบูลย์=Paiboon ภาณุพงศ์=Panupong ภูมิ=Phum ภูวดล=Phuwadon มงคล=Mongkol มานะ=Mana
มานพ=Manop ยุทธนา=Yutthana รัฐพล=Ratthapon รณชัย=Ronnachai เรวัต=Rewat วรพล=Worapon วรวุฒิ=Worawut วสันต์=Wasan
วัชระ=Watchara วันชัย=Wanchai วิทยา=Wittaya วิโรจน์=Wirot ศักดิ์ชัย=Sakchai ศิริชัย=Sirichai ศุภชัย=Supachai
ศุภกร=Supakorn สถาพร=Sathaporn สันติ=Santi สาธิต=Satit สิทธิชัย=Sittichai สุเทพ=Suthep สุพจน์=Supot สุวิทย์=Suwit
เสกสรร=Seksan อดิศักดิ์=Adisak อำนาจ=Amnat อิทธิพล=Ittipon เอกชัย=Ekachai โอภาส=Opas
"""

_FEMALE = """
กมลวรรณ=Kamonwan กาญจนา=Kanchana กัญญา=Kanya กนกวรรณ=Kanokwan กรรณิการ์=Kannika เกศินี=Kesinee ขวัญใจ=Khwanjai
จันทร์เพ็ญ=Chanpen จารุวรรณ=Jaruwan จิราพร=Jiraporn จิตรา=Jittra จุฑามาศ=Jutamas ชนิดา=Chanida ชลธิชา=Chonticha
ชุติมา=Chutima ฐิติมา=Thitima ณัฐธิดา=Nattida ณัชชา=Natcha ดวงใจ=Duangjai ดาวเรือง=Daorueang ดารณี=Daranee
ทิพย์วรรณ=Thipwan ธัญญา=Thanya ธิดารัตน์=Thidarat นภา=Napa นภัสสร=Napatsorn นันทนา=Nantana นารี=Naree นิตยา=Nittaya
นิภา=Nipa นุชนาถ=Nuchanat นงลักษณ์=Nongluck บุษบา=Busaba เบญจมาศ=Benjamas ปภาวดี=Papawadee ประภา=Prapa ปราณี=Pranee
ปรียา=Preeya ปาริชาต=Parichat ปิยนุช=Piyanuch เปรมฤดี=Premrudee พรทิพย์=Porntip พรรณี=Pannee พัชรี=Patcharee
พัชรินทร์=Patcharin พิมพ์ใจ=Pimjai พิมพ์พร=Pimporn พิไลพร=Pilaiporn เพ็ญศรี=Pensri ไพลิน=Pailin ภัทรา=Pattra มณี=Manee
มัลลิกา=Mallika มาลี=Malee มาลัย=Malai เมธาวี=Methawee ยุพา=Yupa เยาวลักษณ์=Yaowalak รัชนี=Ratchanee รัตนา=Rattana
รุ่งนภา=Rungnapa เรณู=Renu ลลิตา=Lalita ละออง=Laong ลัดดา=Ladda วรรณา=Wanna วราภรณ์=Waraporn วันเพ็ญ=Wanpen
วาสนา=Wasana วิภา=Wipa วิไล=Wilai วิลาวัณย์=Wilawan ศศิธร=Sasitorn ศิริพร=Siriporn ศิริวรรณ=Siriwan ศุภลักษณ์=Supalak
สมใจ=Somjai สมหญิง=Somying สายฝน=Saifon สายสุนีย์=Saisunee สิริมา=Sirima สุกัญญา=Sukanya สุดา=Suda สุดารัตน์=Sudarat
สุนทรี=Suntaree สุนิสา=Sunisa สุพรรณี=Supannee สุภาพร=Supaporn สุภาวดี=Supawadee สุมาลี=Sumalee สุรีย์พร=Sureeporn
อรทัย=Orathai อรุณี=Arunee อัญชลี=Anchalee อารีย์=Aree อารยา=Araya อุไร=Urai อุษา=Usa
"""

# Thai family names are built from a few hundred auspicious words; each line is a first word and what follows it.
_FAMILY = """
ศรี=Sri: สุข=suk สวัสดิ์=sawat ทอง=thong จันทร์=chan แก้ว=kaew บุญเรือง=boonrueang สมบูรณ์=somboon วิชัย=wichai มงคล=mongkol
ศรี=Sri: วงศ์=wong อ่อน=on เมือง=mueang พรหม=phrom วิไล=wilai นวล=nuan
ทอง=Thong: สุข=suk คำ=kham ดี=dee แท้=thae ใบ=bai มา=ma อินทร์=in ศรี=sri สกุล=sakul พูล=phun เพชร=phet จันทร์=chan นาค=nak
แก้ว=Kaew: มณี=manee ใส=sai วงศ์=wong ศรี=sri คำ=kham บุญเรือง=boonrueang มา=ma สุวรรณ=suwan พรหม=phrom ประดับ=pradap
บุญ=Boon: มา=ma เรือง=rueang ญาติ=yat เกิด=koet สม=som ศรี=sri ธรรม=tham ชู=chu ยืน=yuen รอด=rod ช่วย=chuay สุข=suk ทัน=than
สุข=Suk: สวัสดิ์=sawat ใจ=jai สันต์=san เกษม=kasem ประเสริฐ=prasert สมบูรณ์=somboon วัฒนา=watthana จิตต์=chit เจริญ=charoen
สุวรรณ=Suwanna: รัตน์=rat วงศ์=wong ศรี=sri โชติ=chot พันธ์=phan มณี=manee กุล=kul ชัย=chai ประเสริฐ=prasert
วงศ์=Wong: ษา=sa ไทย=thai ประเสริฐ=prasert สุวรรณ=suwan ใหญ่=yai ศรี=sri ทอง=thong คำ=kham พันธ์=phan ชัย=chai
พงษ์=Pong: พันธ์=phan ไพบูลย์=paiboon ศรี=sri ประเสริฐ=prasert สวัสดิ์=sawat วิไล=wilai ทอง=thong
จันทร์=Chan: แก้ว=kaew ดี=dee หอม=hom ศรี=sri ทอง=thong สว่าง=sawang โต=to งาม=ngam อินทร์=in
อินทร์=In: แก้ว=kaew จันทร์=chan ศรี=sri ทอง=thong สุข=suk พรหม=phrom ชัย=chai
เจริญ=Charoen: สุข=suk ผล=phon ชัย=chai วงศ์=wong ศรี=sri ทรัพย์=sap รัตน์=rat ยิ่ง=ying กิจ=kit
รัตน=Rattana: พันธ์=phan วงศ์=wong ชัย=chai กุล=kul ศรี=sri มณี=manee วิไล=wilai ประเสริฐ=prasert โชติ=chot
ธน=Thana: กุล=kul วงศ์=wong โชติ=chot สาร=san พันธ์=phan ศักดิ์=sak รัตน์=rat ไพศาล=phaisan
ชัย=Chai: วงศ์=wong ศรี=sri มงคล=mongkol ประเสริฐ=prasert สิทธิ์=sit สุวรรณ=suwan ชนะ=chana เดช=det
คำ=Kham: แก้ว=kaew ดี=dee มูล=moon ภา=pha สุข=suk หอม=hom ปัน=pan วงศ์=wong ใส=sai แสน=saen
พรหม=Phrom: มา=ma ศรี=sri แก้ว=kaew วงศ์=wong จันทร์=chan ทอง=thong สุวรรณ=suwan
สิริ=Siri: วัฒน์=wat กุล=kul วงศ์=wong พันธ์=phan มงคล=mongkol โชติ=chot สุข=suk
อุดม=Udom: สุข=suk ทรัพย์=sap ศรี=sri ชัย=chai พร=phon ผล=phon รัตน์=rat
มณี=Manee: วงศ์=wong รัตน์=rat โชติ=chot ศรี=sri จันทร์=chan
เพชร=Phet: รัตน์=rat ศรี=sri แก้ว=kaew วงศ์=wong สุวรรณ=suwan ประดับ=pradap
แสง=Saeng: ทอง=thong จันทร์=chan สว่าง=sawang แก้ว=kaew ศรี=sri สุวรรณ=suwan
ใจ=Jai: ดี=dee งาม=ngam เย็น=yen กล้า=kla มั่น=man
ปัญญา=Panya: ดี=dee วงศ์=wong ศรี=sri ใส=sai ชัย=chai
วิเศษ=Wiset: ศรี=sri สุวรรณ=suwan ชัย=chai วงศ์=wong
นาค=Nak: แก้ว=kaew สุข=suk ทอง=thong ศรี=sri
นิล=Nin: วงศ์=wong ประดับ=pradap สุวรรณ=suwan พันธ์=phan
"""

_NICKNAMES = """
นก=Nok แดง=Daeng ต้น=Ton บี=Bee ฝน=Fon แนน=Nan ตูน=Toon ปลา=Pla เล็ก=Lek ใหญ่=Yai หนู=Noo อ้อม=Aom กุ้ง=Kung ไก่=Kai
หมู=Moo แอน=Anne เมย์=May มิ้นท์=Mint โบว์=Bow เบล=Bell พลอย=Ploy น้ำ=Nam ฟ้า=Fah ดาว=Dao จอย=Joy เจ=Jay บอย=Boy
อาร์ม=Arm เอก=Ake โอ๊ต=Oat นิว=New แบงค์=Bank กอล์ฟ=Golf บาส=Bas เต้=Tae ป้อม=Pom แจ็ค=Jack ตาล=Tan แพร=Prae
"""


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((thai, latin) for thai, _, latin in (word.partition("=") for word in text.split()))


def _families(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for line in text.strip().splitlines():
        first, _, rest = line.partition(":")
        thai, latin = _pairs(first)[0]
        found += [(thai + end_thai, latin + end_latin) for end_thai, end_latin in _pairs(rest)]
    return tuple(found)


MALE = _pairs(_MALE)
FEMALE = _pairs(_FEMALE)
FAMILY = _families(_FAMILY)
NICKNAMES = _pairs(_NICKNAMES)
