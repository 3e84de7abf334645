"""Companies as people write them: one spelling to recognise a name by, bands of size, domains that tell an employer.

A name is recognised without its legal form and without signs: "Siam Paper Co., Ltd.", "SIAM PAPER" and
"บริษัท … จำกัด" around the same words are one company. Mailboxes that anybody may have tell nothing of an employer.
"""

import re
import unicodedata
from dataclasses import dataclass

from customers.rules import emails
from customers.rules.unreadable import Unreadable

LONGEST_NAME = 200
LONGEST_INDUSTRY = 120
MOST_EMPLOYEES = 10_000_000

BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("1", 1, 1),
    ("2-10", 2, 10),
    ("11-50", 11, 50),
    ("51-200", 51, 200),
    ("201-500", 201, 500),
    ("501-1000", 501, 1000),
    ("1001-5000", 1001, 5000),
    ("5001-10000", 5001, 10_000),
    ("10001+", 10_001, None),
)
"""Code, from, to: the bands of business networks, so that what they tell keeps its meaning."""
CODES = tuple(code for code, _low, _high in BANDS)

# In the form NFKC, like what they are looked for in: it writes สระอำ as two signs.
_THAI = re.compile(
    unicodedata.normalize(
        "NFKC",
        "^(?:บริษัท|บจก|บมจ|หจก|หสน|ห้างหุ้นส่วนจำกัด|ห้างหุ้นส่วนสามัญ|ห้างหุ้นส่วน)|(?:จำกัด)?(?:มหาชน)?$",
    )
)
_KOREAN = re.compile(r"주식회사|유한책임회사|유한회사|\((?:주|유|사|재)\)")
_LEGAL = frozenset(
    "co company companies ltd limited plc public pcl inc incorporated corp corporation llc llp lp gmbh ag kg ohg ug sa"
    " sas sarl srl spa bv nv ab as oy pte pty kk gk sdn bhd".split()
)
_NOBODY = frozenset(
    unicodedata.normalize(
        "NFKC",
        "none na nil null self selfemployed freelance freelancer student unemployed retired private personal"
        " individual test"
        " housewife homemaker me ไม่มี ส่วนตัว ฟรีแลนซ์ นักเรียน นักศึกษา อาชีพอิสระ ว่างงาน เกษียณ"
        " 없음 개인 프리랜서 자영업 학생 무직 주부",
    ).split()
)
_SIGNS = re.compile(r"[^\w\u0e00-\u0e7f]+|_")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"\d[\d,.\u00a0 ]*")
_FRACTION = re.compile(r"(?<=\d)[.,]0{1,2}(?!\d)")  # spreadsheets make numbers of them
_ABOVE = re.compile(r"\+|>|more than|over|above|or more|มากกว่า|이상|초과")
_BELOW = re.compile(r"<|less than|under|below|fewer|น้อยกว่า|미만|이하")

PUBLIC_HOSTS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com icloud.com"
    " me.com mac.com aol.com gmx.com gmx.de gmx.net web.de mail.com mail.ru yandex.com yandex.ru proton.me"
    " protonmail.com pm.me zoho.com zohomail.com fastmail.com tutanota.com tuta.com hey.com inbox.com"
    " naver.com daum.net hanmail.net kakao.com nate.com hanmir.com empal.com korea.com lycos.co.kr dreamwiz.com"
    " thaimail.com sanook.com windowslive.com chaiyo.com qq.com 163.com 126.com sina.com foxmail.com yeah.net"
    " rediffmail.com t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net libero.it virgilio.it terra.com.br"
    " uol.com.br bol.com.br btinternet.com comcast.net verizon.net att.net sbcglobal.net cox.net shaw.ca rogers.com"
    " bigpond.com mailinator.com guerrillamail.com 10minutemail.com yopmail.com privaterelay.appleid.com".split()
)
"""Hosts at which anybody may have a mailbox."""
_PUBLIC_FAMILIES = re.compile(r"(?:yahoo|hotmail|live|outlook|ymail|gmx|aol)\.(?:[a-z]{2,3})(?:\.[a-z]{2})?")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a company is: the number where one is known, and its band."""

    employees: int | None
    band: str


def key(name: str) -> str:
    """What makes two spellings one company; empty for what names none ("-", "freelance")."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = _KOREAN.sub(" ", text)
    words = [word for word in _SIGNS.sub(" ", text.replace(".", "").replace("'", "")).split() if word]
    kept = [word for word in words if word not in _LEGAL]
    # A firm that is called nothing but its legal form keeps it.
    plain = "".join(kept or words)
    if any("\u0e00" <= sign <= "\u0e7f" for sign in plain):
        plain = _THAI.sub("", plain) or plain
    return "" if plain in _NOBODY or not any(sign.isalnum() for sign in plain) else plain[:LONGEST_NAME]


def size(text: str) -> Size:
    """A number of employees ("85", "1,200") or a range of it ("51-200", "10,001+", "< 10").

    Unreadable: missing, not_a_number, too_large.
    """
    plain = unicodedata.normalize("NFKC", text).strip().casefold().replace("\u2013", "-").replace("\u2014", "-")
    numbers = [_whole(found) for found in _NUMBER.findall(_FRACTION.sub("", plain))]
    if not numbers:
        raise Unreadable("missing" if plain in {"", "-", "n/a", "none", "unknown"} else "not_a_number")
    if max(numbers) > MOST_EMPLOYEES:
        raise Unreadable("too_large")
    if len(numbers) == 1:
        if _ABOVE.search(plain):
            return Size(None, band(numbers[0]))
        if _BELOW.search(plain):
            return Size(None, band(max(1, numbers[0] - 1)))
        if numbers[0] == 0:
            raise Unreadable("not_a_number")
        return Size(numbers[0], band(numbers[0]))
    low, high = min(numbers[:2]), max(numbers[:2])
    for code, start, end in BANDS:
        if (start, end) == (low, high):
            return Size(None, code)
    # Ranges of other systems lie in the band that holds their middle.
    return Size(None, band(max(1, (low + high) // 2)))


def band(employees: int) -> str:
    """The band of a number of employees."""
    return next(code for code, low, high in BANDS if low <= employees and (high is None or employees <= high))


def domain(text: str) -> str:
    """The host of a company's web address or mailbox, without `www`. Unreadable: missing, not_a_domain."""
    plain = text.strip().casefold()
    if not plain or plain in {"-", "n/a", "none"}:
        raise Unreadable("missing")
    plain = plain.rpartition("@")[2] if "@" in plain and "/" not in plain else plain
    host = plain.partition("://")[2] or plain
    host = host.partition("/")[0].partition("?")[0].partition("#")[0].partition(":")[0].strip(".").removeprefix("www.")
    if not host.isascii():
        try:
            host = emails.wire(f"x@{host}").partition("@")[2]
        except (UnicodeError, ValueError) as problem:
            raise Unreadable("not_a_domain") from problem
    if len(host) > 200 or _HOST.fullmatch(host) is None:
        raise Unreadable("not_a_domain")
    return host


def is_public(host: str) -> bool:
    """Whether anybody may have a mailbox there, so that it tells nothing of an employer."""
    return host in PUBLIC_HOSTS or _PUBLIC_FAMILIES.fullmatch(host) is not None


def employer(email: str) -> str:
    """The host of a normalised address where it may belong to an employer; else empty."""
    host = emails.wire(email).rpartition("@")[2]
    return "" if not host or is_public(host) else host


def _whole(text: str) -> int:
    digits = re.sub(r"\D", "", text)
    return int(digits) if digits else 0


@dataclass(frozen=True, slots=True)
class CompanyInput:
    """A company as any door tells it, standardised; what is empty was not told."""

    name: str = ""
    industry: str = ""
    size: Size | None = None
    country: str = ""
    province: str = ""
    city: str = ""
    domain: str = ""
    external_id: str = ""

    @property
    def is_named(self) -> bool:
        """Whether anything tells which company it is."""
        return bool(self.external_id or key(self.name) or self.domain)
