"""Companies as people write them."""

import pytest

from customers.rules import companies
from customers.rules.unreadable import Unreadable


@pytest.mark.parametrize(
    "spelling",
    [
        "Siam Paper Co., Ltd.",
        "SIAM PAPER",
        "siam-paper company limited",
        "Siam  Paper Public Company Limited",
        "S.i.a.m Paper (PLC)",
        "Siam Paper Co.,Ltd",
    ],
)
def test_a_company_is_recognised_without_its_legal_form(spelling):
    assert companies.key(spelling) == "siampaper"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("บริษัท สยามกระดาษ จำกัด", "สยามกระดาษ"),
        ("บริษัทสยามกระดาษจำกัด (มหาชน)", "บมจ. สยามกระดาษ"),
        ("หจก.รุ่งเรือง", "ห้างหุ้นส่วนจำกัด รุ่งเรือง"),
        ("(주)예시무역", "예시무역"),
        ("주식회사 예시무역", "㈜예시무역"),
        ("Ｓｉａｍ Paper", "siam paper"),
    ],
)
def test_spellings_of_one_company_agree(one, other):
    assert companies.key(one) == companies.key(other) != ""


@pytest.mark.parametrize("nobody", ["-", "", "N/A", "Freelance", "self-employed", "ไม่มี", "프리랜서", "...", "นักศึกษา"])
def test_what_names_no_company_has_no_key(nobody):
    assert companies.key(nobody) == ""


def test_a_company_called_like_a_legal_form_keeps_its_name():
    assert companies.key("Limited Co.") == "limitedco"


@pytest.mark.parametrize(
    ("text", "employees", "band"),
    [
        ("85", 85, "51-200"),
        ("1,200", 1200, "1001-5000"),
        ("1", 1, "1"),
        ("51-200", None, "51-200"),
        ("11 – 50 employees", None, "11-50"),
        ("10,001+", None, "10001+"),
        ("< 10", None, "2-10"),
        ("1-9", None, "2-10"),
        ("50-249", None, "51-200"),
        ("250.0", 250, "201-500"),
    ],
)
def test_a_size_is_a_number_or_a_band(text, employees, band):
    found = companies.size(text)
    assert (found.band, found.employees) == (band, employees)


@pytest.mark.parametrize(
    ("text", "code"), [("many", "not_a_number"), ("-", "missing"), ("0", "not_a_number"), ("9" * 12, "too_large")]
)
def test_what_is_no_size_says_why(text, code):
    with pytest.raises(Unreadable) as told:
        companies.size(text)
    assert told.value.code == code


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://www.Siam-Paper.co.th/about?x=1", "siam-paper.co.th"),
        ("siam-paper.co.th", "siam-paper.co.th"),
        ("info@siam-paper.co.th", "siam-paper.co.th"),
        ("http://siam-paper.co.th:8080", "siam-paper.co.th"),
        ("https://예시.한국", "xn--vv4b11d.xn--3e0b707e"),
    ],
)
def test_a_web_address_gives_its_host(text, host):
    assert companies.domain(text) == host


@pytest.mark.parametrize("text", ["siam paper", "http://", "localhost", "a" * 300 + ".com", "x..y"])
def test_what_is_no_web_address_is_refused(text):
    with pytest.raises(Unreadable):
        companies.domain(text)


@pytest.mark.parametrize(
    "host", ["gmail.com", "naver.com", "yahoo.co.th", "hotmail.com", "outlook.co.kr", "hanmail.net"]
)
def test_a_mailbox_that_anybody_may_have_tells_no_employer(host):
    assert companies.employer(f"ada@{host}") == ""


def test_the_host_of_a_mailbox_at_work_tells_the_employer():
    assert companies.employer("ada@siam-paper.co.th") == "siam-paper.co.th"
