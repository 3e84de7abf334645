"""What is wrong with an answer, in words that say what would do."""

import pytest
from django.utils.translation import override

from surveys.rules import sending, words
from surveys.rules.definition import read
from surveys.rules.flow import Prepared
from tests.surveys.rules.questionnaires import option, page, question, value

LINES = [{"key": key, "text": {"en": en, "th": th, "ko": ko}} for key, en, th, ko in (
    ("staff", "Staff", "พนักงาน", "직원"), ("price", "Price", "ราคา", "가격"), ("goods", "Goods", "สินค้า", "상품"),
)]  # fmt: skip
ASKED = Prepared(
    read(
        value(
            page(
                "one",
                question("matrix", "parts", options=[option("good"), option("bad")], lines=LINES, required=True),
                question("date", "when", earliest="2026-01-02", latest="2026-11-23"),
            )
        )
    )
)


@pytest.mark.parametrize(
    ("language", "lines", "days"),
    [
        ("en", "Still without an answer: Staff, Goods.", "Between 2 Jan 2026 and 23 Nov 2026."),
        ("th", "พนักงาน, สินค้า", "23 พ.ย. 2569"),
        ("ko", "직원, 상품", "2026년 11월 23일"),
    ],
)
def test_a_matrix_names_its_lines_and_days_are_written_as_people_read_them(language, lines, days):
    judged = sending.judge(ASKED, {"parts": {"price": "good"}, "when": "2027-01-01"})
    with override(language):
        told = {fault.question: words.sentence(fault) for fault in judged.refused}
    assert lines in told["parts"]
    assert days in told["when"]
