"""Provinces of Thailand and Korea and the states of the USA by ISO 3166-2 code, with their usual spellings.

Facts, one line each: code | English | Thai | Korean | other spellings. A spelling is compared without blanks, hyphens,
accents and words like จังหวัด or province (see places), so that "Lop Buri" and "Lopburi" need one entry only.
"""

from __future__ import annotations

THAILAND = """
10|Bangkok|กรุงเทพมหานคร|방콕|กรุงเทพ,กรุงเทพฯ,กทม,Krung Thep,Krung Thep Maha Nakhon,BKK
11|Samut Prakan|สมุทรปราการ|사뭇쁘라깐|Paknam
12|Nonthaburi|นนทบุรี|논타부리|
13|Pathum Thani|ปทุมธานี|빠툼타니|
14|Phra Nakhon Si Ayutthaya|พระนครศรีอยุธยา|아유타야|Ayutthaya,Ayuthaya,อยุธยา,프라나콘시아유타야
15|Ang Thong|อ่างทอง|앙통|
16|Lopburi|ลพบุรี|롭부리|
17|Sing Buri|สิงห์บุรี|싱부리|
18|Chai Nat|ชัยนาท|차이낫|
19|Saraburi|สระบุรี|사라부리|
20|Chon Buri|ชลบุรี|촌부리|Pattaya,พัทยา,파타야
21|Rayong|ระยอง|라용|
22|Chanthaburi|จันทบุรี|짠타부리|
23|Trat|ตราด|뜨랏|
24|Chachoengsao|ฉะเชิงเทรา|차층사오|แปดริ้ว
25|Prachin Buri|ปราจีนบุรี|쁘라찐부리|
26|Nakhon Nayok|นครนายก|나콘나욕|
27|Sa Kaeo|สระแก้ว|사깨오|Sra Kaew,Sa Kaew
30|Nakhon Ratchasima|นครราชสีมา|나콘랏차시마|Korat,โคราช,코랏
31|Buri Ram|บุรีรัมย์|부리람|
32|Surin|สุรินทร์|수린|
33|Si Sa Ket|ศรีสะเกษ|시사껫|Srisaket
34|Ubon Ratchathani|อุบลราชธานี|우본랏차타니|Ubon,อุบล
35|Yasothon|ยโสธร|야소톤|
36|Chaiyaphum|ชัยภูมิ|차이야품|
37|Amnat Charoen|อำนาจเจริญ|암낫짜런|
38|Bueng Kan|บึงกาฬ|븡깐|Bungkan
39|Nong Bua Lam Phu|หนองบัวลำภู|농부아람푸|หนองบัวลําภู
40|Khon Kaen|ขอนแก่น|콘깬|
41|Udon Thani|อุดรธานี|우돈타니|Udon,อุดร
42|Loei|เลย|러이|
43|Nong Khai|หนองคาย|농카이|
44|Maha Sarakham|มหาสารคาม|마하사라캄|
45|Roi Et|ร้อยเอ็ด|로이엣|
46|Kalasin|กาฬสินธุ์|깔라신|
47|Sakon Nakhon|สกลนคร|사꼰나콘|
48|Nakhon Phanom|นครพนม|나콘파놈|
49|Mukdahan|มุกดาหาร|묵다한|
50|Chiang Mai|เชียงใหม่|치앙마이|Chiangmai
51|Lamphun|ลำพูน|람푼|
52|Lampang|ลำปาง|람빵|
53|Uttaradit|อุตรดิตถ์|우따라딧|
54|Phrae|แพร่|프래|
55|Nan|น่าน|난|
56|Phayao|พะเยา|파야오|
57|Chiang Rai|เชียงราย|치앙라이|
58|Mae Hong Son|แม่ฮ่องสอน|매홍손|
60|Nakhon Sawan|นครสวรรค์|나콘사완|
61|Uthai Thani|อุทัยธานี|우타이타니|
62|Kamphaeng Phet|กำแพงเพชร|깜팽펫|
63|Tak|ตาก|딱|
64|Sukhothai|สุโขทัย|수코타이|
65|Phitsanulok|พิษณุโลก|핏사눌록|
66|Phichit|พิจิตร|피찟|
67|Phetchabun|เพชรบูรณ์|펫차분|
70|Ratchaburi|ราชบุรี|랏차부리|
71|Kanchanaburi|กาญจนบุรี|깐짜나부리|
72|Suphan Buri|สุพรรณบุรี|수판부리|
73|Nakhon Pathom|นครปฐม|나콘빠톰|
74|Samut Sakhon|สมุทรสาคร|사뭇사콘|
75|Samut Songkhram|สมุทรสงคราม|사뭇송크람|
76|Phetchaburi|เพชรบุรี|펫차부리|
77|Prachuap Khiri Khan|ประจวบคีรีขันธ์|쁘라쭈압키리칸|ประจวบ
80|Nakhon Si Thammarat|นครศรีธรรมราช|나콘시탐마랏|
81|Krabi|กระบี่|끄라비|
82|Phang Nga|พังงา|팡응아|
83|Phuket|ภูเก็ต|푸껫|푸켓
84|Surat Thani|สุราษฎร์ธานี|수랏타니|
85|Ranong|ระนอง|라농|
86|Chumphon|ชุมพร|춤폰|
90|Songkhla|สงขลา|송클라|หาดใหญ่,Hat Yai
91|Satun|สตูล|사뚠|
92|Trang|ตรัง|뜨랑|
93|Phatthalung|พัทลุง|파탈룽|
94|Pattani|ปัตตานี|빠따니|
95|Yala|ยะลา|얄라|
96|Narathiwat|นราธิวาส|나라티왓|
"""

KOREA = """
11|Seoul|โซล|서울|서울특별시,서울시
26|Busan|ปูซาน|부산|부산광역시,부산시,Pusan
27|Daegu|แทกู|대구|대구광역시,대구시,Taegu
28|Incheon|อินช็อน|인천|인천광역시,인천시,อินชอน,Inchon
29|Gwangju|ควังจู|광주|광주광역시,광주시,Kwangju
30|Daejeon|แทจ็อน|대전|대전광역시,대전시,แทจอน,Taejon
31|Ulsan|อุลซัน|울산|울산광역시,울산시
50|Sejong|เซจง|세종|세종특별자치시,세종시
41|Gyeonggi|คย็องกี|경기|경기도,คยองกี,Kyonggi
42|Gangwon|คังว็อน|강원|강원도,강원특별자치도,คังวอน,Kangwon
43|North Chungcheong|ชุงช็องเหนือ|충북|충청북도,Chungcheongbuk,Chungbuk
44|South Chungcheong|ชุงช็องใต้|충남|충청남도,Chungcheongnam,Chungnam
45|North Jeolla|ช็อลลาเหนือ|전북|전라북도,전북특별자치도,Jeollabuk,Jeonbuk
46|South Jeolla|ช็อลลาใต้|전남|전라남도,Jeollanam,Jeonnam
47|North Gyeongsang|คย็องซังเหนือ|경북|경상북도,Gyeongsangbuk,Gyeongbuk
48|South Gyeongsang|คย็องซังใต้|경남|경상남도,Gyeongsangnam,Gyeongnam
49|Jeju|เชจู|제주|제주도,제주특별자치도,Cheju
"""

USA = """
AL|Alabama|||
AK|Alaska|||
AZ|Arizona|||
AR|Arkansas|||
CA|California|||
CO|Colorado|||
CT|Connecticut|||
DE|Delaware|||
DC|District of Columbia|||Washington DC
FL|Florida|||
GA|Georgia|||
HI|Hawaii|||
ID|Idaho|||
IL|Illinois|||
IN|Indiana|||
IA|Iowa|||
KS|Kansas|||
KY|Kentucky|||
LA|Louisiana|||
ME|Maine|||
MD|Maryland|||
MA|Massachusetts|||
MI|Michigan|||
MN|Minnesota|||
MS|Mississippi|||
MO|Missouri|||
MT|Montana|||
NE|Nebraska|||
NV|Nevada|||
NH|New Hampshire|||
NJ|New Jersey|||
NM|New Mexico|||
NY|New York|||
NC|North Carolina|||
ND|North Dakota|||
OH|Ohio|||
OK|Oklahoma|||
OR|Oregon|||
PA|Pennsylvania|||
RI|Rhode Island|||
SC|South Carolina|||
SD|South Dakota|||
TN|Tennessee|||
TX|Texas|||
UT|Utah|||
VT|Vermont|||
VA|Virginia|||
WA|Washington|||
WV|West Virginia|||
WI|Wisconsin|||
WY|Wyoming|||
AS|American Samoa|||
GU|Guam|||
MP|Northern Mariana Islands|||
PR|Puerto Rico|||
VI|U.S. Virgin Islands|||Virgin Islands
"""
