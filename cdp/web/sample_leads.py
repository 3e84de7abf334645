"""Leads and companies of the sample shop, brought in through the same imports that a real shop uses."""

import csv
import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

COMPANIES: Final = (
    ("โรงแรมริมน้ำตัวอย่าง", "Hotels", "120", "TH", "เชียงใหม่", "เมืองเชียงใหม่", "AC-1001"),
    ("สปาบ้านสวนตัวอย่าง", "Spas", "11-50", "TH", "กรุงเทพมหานคร", "ห้วยขวาง", "AC-1002"),
    ("คลินิกผิวใสตัวอย่าง", "Clinics", "34", "TH", "กรุงเทพมหานคร", "วัฒนา", "AC-1003"),
    ("Sample Resort Co., Ltd.", "Hotels", "260", "TH", "ภูเก็ต", "กะทู้", "AC-1004"),
    ("샘플호텔", "Hotels", "201-500", "KR", "부산광역시", "해운대구", "AC-2001"),
    ("예시피부과", "Clinics", "18", "KR", "서울특별시", "강남구", "AC-2002"),
    ("(주)예시무역", "Trading", "51-200", "KR", "인천광역시", "연수구", "AC-2003"),
    ("Example Hotels", "Hotels", "1,400", "GB", "", "London", "AC-3001"),
    ("Sample Spa & Wellness", "Spas", "42", "US", "California", "San Diego", "AC-3002"),
)
COMPANY_COLUMNS: Final = (
    "company.name",
    "company.industry",
    "company.employees",
    "company.country",
    "company.province",
    "company.city",
    "company.external_id",
)
NAMES: Final = (
    ("อรพรรณ ใจงาม", "orapan", "TH"),
    ("กิตติ ศรีทอง", "kitti", "TH"),
    ("สุดารัตน์ แก้วมณี", "sudarat", "TH"),
    ("김서연", "seoyeon", "KR"),
    ("박지훈", "jihoon", "KR"),
    ("Emma Clarke", "emma", "GB"),
    ("Lucas Meyer", "lucas", "DE"),
    ("พิมพ์ชนก วงศ์ไทย", "pimchanok", "TH"),
    ("정하은", "haeun", "KR"),
)
FORMS: Final = (
    ("facebook", "Skin test", "Autumn serum", "What is your skin type?", ("Dry", "Oily", "Sensitive")),
    ("instagram", "Skin test", "Autumn serum", "What is your skin type?", ("Dry", "Combination")),
    ("linkedin", "Catalogue for hotels", "Hotels and spas", "How many rooms do you have?", ("40", "120", "15")),
    ("line", "follow", "", "What would you like to know?", ("", "มีเซรั่มสำหรับผิวแพ้ง่ายไหม")),
    ("google", "Book a consultation", "Search: skin clinic", "When suits you?", ("Mornings", "Weekends")),
    ("tiktok", "Sample box", "Glow challenge", "Which scent do you like?", ("Jasmine", "Yuzu")),
)
STATUSES: Final = ("new", "new", "contacted", "new", "qualified", "lost", "won")
LEAD_COLUMNS: Final = (
    "lead.id",
    "lead.arrived_at",
    "lead.platform",
    "lead.form",
    "lead.campaign",
    "lead.status",
    "customer.name",
    "customer.email",
    "customer.country",
)
LEADS: Final = 36


def load(now: dt.datetime, bring: Callable[[str, Path, dict[str, dict[str, str]]], None]) -> None:
    """Write both as files and let `bring` (kind, file, mapping) import them."""
    with tempfile.TemporaryDirectory(prefix="cdp-sample-") as folder:
        companies = _write(Path(folder) / "companies.csv", COMPANY_COLUMNS, COMPANIES)
        bring("companies", companies, {"columns": {name: name for name in COMPANY_COLUMNS}})
        rows = [_lead(number, now) for number in reversed(range(LEADS))]  # the oldest first, as they came
        questions = list(dict.fromkeys(form[3] for form in FORMS))
        leads = _write(Path(folder) / "leads.csv", (*LEAD_COLUMNS, *questions), rows)
        columns = {name: name for name in LEAD_COLUMNS} | dict.fromkeys(questions, "lead.answer")
        bring("leads", leads, {"columns": columns})


def _lead(number: int, now: dt.datetime) -> list[str]:
    name, mailbox, country = NAMES[number % len(NAMES)]
    platform, form, campaign, question, answers = FORMS[number % len(FORMS)]
    # Close together lately, further apart before, at no hour in particular.
    at = now - dt.timedelta(hours=3 + number * 7 + number * number // 3, minutes=number * 17 % 60)
    answered = {question: answers[number % len(answers)]}
    others = [answered.get(one, "") for one in dict.fromkeys(form_[3] for form_ in FORMS)]
    status = "new" if number < len(FORMS) else STATUSES[number % len(STATUSES)]
    email = f"{mailbox}.{number}@example.com"
    return [f"S{700_000 + number}", at.isoformat(), platform, form, campaign, status, name, email, country, *others]


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path
