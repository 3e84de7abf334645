"""The results page of a survey at 50,000 responses of 8 answers, asked over HTTP as a browser does.

Its time has a bound of its own (a second on two cores); beside it stands what PostgreSQL alone takes to group the same
rows once, in the same run on the same machine.
"""

import statistics
import sys
import time
from pathlib import Path

from bench.report import Report
from bench.run_pages import Browser

RESPONSES = 50_000
ASKED = 20
SLUG = "bench-results"


def main(target: Path) -> None:
    """Measure."""
    from tests import running

    report = Report()
    with running.shop() as shop:
        shop.run("shell", "-v", "0", "-c", f"from bench import run_results; run_results.fill({RESPONSES})")
        browser = Browser(shop.url, shop.credentials["staff_email"], shop.credentials["staff_password"])
        told = shop.run("shell", "-v", "0", "-c", "from bench import run_results; run_results.reference()")
        reference = float(told.strip().splitlines()[-1])
        note = f"median of {ASKED} at {RESPONSES:,} responses of 8 answers"
        page = _median(lambda: browser.get(f"/surveys/{SLUG}/results/"))
        report.bound("results of a survey", seconds=page, target=1.0, note=note)
        report("the same beside one grouping of its rows", seconds=page, reference=reference, target=6, note=note)
        one = _median(lambda: browser.get(f"/surveys/{SLUG}/results/score/?by=gender"))
        report.bound("one question over time and by group", seconds=one, target=1.5, note=note)
    report.write(target)


def fill(responses: int) -> None:
    """A published survey of eight questions and its answers, straight into the tables."""
    from django.db import connection
    from django.utils import timezone

    from cdp.core import actors
    from customers.services import buckets
    from surveys.models import SurveyVersion
    from surveys.services import publishing

    now = timezone.now()
    questions = [
        {"kind": "nps", "key": "score", "text": {"en": "Score"}},
        *({"kind": "stars", "key": f"stars{n}", "text": {"en": f"Stars {n}"}} for n in range(4)),
        *({"kind": "yes_no", "key": f"again{n}", "text": {"en": f"Again {n}"}} for n in range(3)),
    ]
    draft = {
        "schema": 1,
        "title": {"en": "Bench"},
        "languages": ["en"],
        "pages": [{"key": "p", "questions": questions}],
    }
    survey = publishing.create(slug=SLUG, name="Bench", draft=draft, is_anonymous=False, actor=actors.SYSTEM, at=now)
    SurveyVersion.objects.create(survey=survey, number=1, definition=draft, published_at=now)
    type(survey).objects.filter(id=survey.id).update(version=1, state="open")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO surveys_response (id, customer_id, survey_id, version, state, mode, language, started_at,
                saved_at, ended_at, is_test, page, drawn, context, scores, flags, disclosure, staff, external_id, source)
            SELECT gen_random_uuid(), (%(owners)s::uuid[])[1 + n %% %(buckets)s], %(survey)s, 1, 'complete', 'web', 'en',
                at, at, at, FALSE, '', '{}', '{}', '{}', '{}', '', '', '', 'bench'
            FROM generate_series(1, %(responses)s) n, LATERAL (SELECT %(now)s - n * interval '5 minutes' AS at) moment
            """,
            {
                "owners": list(buckets.IDS),
                "buckets": len(buckets.IDS),
                "survey": survey.id,
                "responses": responses,
                "now": now,
            },
        )
        for place, question in enumerate(questions):
            number = {"nps": "(abs(hashtext(r.id::text)) + %(place)s) %% 11", "stars": "1 + (abs(hashtext(r.id::text)) + %(place)s) %% 5"}.get(
                str(question["kind"]), "(abs(hashtext(r.id::text)) + %(place)s) %% 2"
            )  # fmt: skip
            code = f"CASE ({number}) WHEN 1 THEN 'yes' ELSE 'no' END" if question["kind"] == "yes_no" else "''"
            cursor.execute(
                "INSERT INTO surveys_answer (id, customer_id, response_id, survey_id, version, question, item, number,"
                " code, at, is_counted) SELECT gen_random_uuid(), r.customer_id, r.id, r.survey_id, 1, %(key)s, '',"
                f" {number}, {code}, r.ended_at, TRUE FROM surveys_response r WHERE r.survey_id = %(survey)s",
                {"key": str(question["key"]), "place": place, "survey": survey.id},
            )
        cursor.execute("VACUUM ANALYZE surveys_answer")
        cursor.execute("VACUUM ANALYZE surveys_response")


def reference() -> None:
    """Print how many seconds one grouping of the rows takes, the median of five."""
    from django.db import connection

    def once() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT question, number, count(*) FROM surveys_answer GROUP BY 1, 2")
            cursor.fetchall()

    print(_median(once, times=5))


def _median(ask: object, times: int = ASKED) -> float:
    found = []
    for _turn in range(times + 1):
        started = time.perf_counter()
        ask()  # type: ignore[operator]
        found.append(time.perf_counter() - started)
    return statistics.median(found[1:])


if __name__ == "__main__":
    main(Path(sys.argv[2]))
