"""Files as Google Forms writes them: a time first, the questions as headers, choices of several in one cell, a column for
each line of a grid; in the language of whoever made the form.
"""

import csv

import pytest
from django.core.management import call_command
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.imports import running, undoing
from cdp.core.models import Job
from customers.models import Customer
from customers.selectors import origins, profiles
from surveys.models import RefusedAnswer, Response, Survey
from surveys.rules.kinds.choices import Matrix, Multiple
from surveys.selectors import wording
from surveys.selectors.results import overview
from tests import factories
from tests.surveys import asking

pytestmark = pytest.mark.django_db
FORMS = {
    "en": {
        "header": ["Timestamp", "Email Address", "Which teas do you drink?", "How do you rate us? [Staff]",
                   "How do you rate us? [Prices]", "How likely is it that you recommend us?", "What else?"],
        "times": ["10/23/2026 9:05:11", "10/24/2026 18:40:02"],
        "teas": ["Green tea", "Black tea, with milk", "Oolong"],
        "ladder": ["Bad", "Fair", "Good"],
    },
    "th": {
        "header": ["ประทับเวลา", "ที่อยู่อีเมล", "คุณดื่มชาอะไรบ้าง", "คุณให้คะแนนเราเท่าไร [พนักงาน]",
                   "คุณให้คะแนนเราเท่าไร [ราคา]", "คุณจะแนะนำเราให้เพื่อนแค่ไหน", "มีอะไรอีกไหม"],
        "times": ["23/10/2026, 9:05:11", "24/10/2026, 18:40:02"],
        "teas": ["ชาเขียว", "ชาดำ ใส่นม", "อู่หลง"],
        "ladder": ["แย่", "พอใช้", "ดี"],
    },
    "ko": {
        "header": ["타임스탬프", "이메일 주소", "어떤 차를 드시나요?", "저희를 평가해 주세요 [직원]",
                   "저희를 평가해 주세요 [가격]", "저희를 추천하시겠습니까?", "하실 말씀"],
        "times": ["2026. 10. 23 오전 9:05:11", "2026. 10. 24 오후 6:40:02"],
        "teas": ["녹차", "우유 넣은 홍차", "우롱차"],
        "ladder": ["나쁨", "보통", "좋음"],
    },
}  # fmt: skip


def written(path, told, rows=24):
    """Everybody drinks one tea more than the one before, up to three; nobody says the same twice."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, quoting=csv.QUOTE_ALL)
        out.writerow(told["header"])
        for n in range(rows):
            teas = [tea for place, tea in enumerate(told["teas"]) if (n % 7 + 1) >> place & 1]
            out.writerow(
                [
                    told["times"][n % 2], f"p{n}@example.com", ", ".join(teas), told["ladder"][n % 3],
                    told["ladder"][(n + 1) % 3], n % 11, f"word {n} and more of it" if n % 4 == 0 else "",
                ]
            )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_a_form_of_google_comes_in_with_its_grids_its_choices_and_its_times(tmp_path, language):
    told, path = FORMS[language], tmp_path / "form.csv"
    written(path, told)
    call_command("import_file", "responses", str(path), "--survey", "tea", "--source", "google", "--no-wait")
    job, survey = Job.objects.latest("id"), Survey.objects.get(slug="tea")
    assert (job.result["created"], job.result["rejected"], RefusedAnswer.objects.count()) == (24, 0, 0)
    results = overview.read(survey).results
    kinds = [type(one.asked.question).__name__ for one in results]
    assert kinds == ["Multiple", "Matrix", "Nps", "Text"]
    several = next(one for one in results if isinstance(one.asked.question, Multiple))
    labels = wording.choices(several.asked.question)
    assert {labels[bar.code] for bar in several.bars} == set(told["teas"])
    assert several.picks == sum((n % 7 + 1).bit_count() for n in range(24))
    grid = next(one for one in results if isinstance(one.asked.question, Matrix))
    assert [sum(bar.count for bar in line.bars) for line in grid.lines] == [24, 24]
    days = {timezone.localtime(one.ended_at).strftime("%m-%d %H:%M") for one in Response.objects.all()}
    assert days == {"10-23 09:05", "10-24 18:40"}
    assert Customer.objects.filter(status="known").count() == 24
    call_command("import_file", "responses", str(path), "--survey", "tea", "--source", "google", "--no-wait")
    assert Job.objects.latest("id").result["created"] == 0


def test_imported_answers_fill_what_is_empty_of_whom_the_shop_itself_names_and_are_taken_back(tmp_path):
    draft = {
        "schema": 1, "title": {"en": "You"}, "languages": ["en"],
        "pages": [{"key": "p", "questions": [
            {"kind": "text", "key": "work", "text": {"en": "What is your work?"}, "maps_to": "occupation"},
        ]}],
    }  # fmt: skip
    asking.opened(draft, slug="you")
    ada = factories.customer(external_id="7", email="ada@example.com")
    bo = factories.customer(external_id="8", email="bo@example.com", occupation="cook")
    cy = factories.customer(external_id="9", email="cy@example.com")
    path = tmp_path / "you.csv"
    path.write_text(
        "Customer ID,Email address,What is your work?\n7,,nurse\n8,,pilot\n,cy@example.com,thief\n", "utf-8"
    )
    call_command("import_file", "responses", str(path), "--survey", "you", "--source", "shop", "--no-wait")
    job = Job.objects.latest("id")
    assert (job.result["created"], job.result["rejected"]) == (3, 0)
    # What somebody said stays; a mere address, which anybody may type, fills nothing.
    assert [occupation(one) for one in (ada, bo, cy)] == ["nurse", "cook", ""]
    by = {origin.field: (origin.source, origin.fact) for origin in origins.of(profiles.one(ada.id))}
    assert by["occupation"] == ("shop", f"import:{job.id}")
    running.finish(undoing.begin(job, actor=SYSTEM, at=timezone.now()), lambda _done, _total: None)
    assert [occupation(one) for one in (ada, bo, cy)] == ["", "cook", ""]
    assert not Response.objects.exists()


def occupation(customer: Customer) -> str:
    return Customer.objects.get(id=customer.id).occupation
