"""The results page of a survey at 50,000 responses to questions of every weight (a score, one and several choices, an
order of eight, a table, words), half of them of known people of whom some answered twice; over HTTP as a browser does.

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
        note = f"median of {ASKED} at {RESPONSES:,} responses to 7 questions of every kind"
        page = _median(lambda: browser.get(f"/surveys/{SLUG}/results/"))
        report.bound("results of a survey", seconds=page, target=1.0, note=note)
        report("the same beside one grouping of its rows", seconds=page, reference=reference, target=6, note=note)
        one = _median(lambda: browser.get(f"/surveys/{SLUG}/results/score/?by=gender"))
        report.bound("one question over time and by group", seconds=one, target=1.5, note=note)
        order = _median(lambda: browser.get(f"/surveys/{SLUG}/results/order/?by=mode"))
        report.bound("an order of eight over time and by way", seconds=order, target=3.0, note=note)
    report.write(target)


def fill(responses: int) -> None:
    """A published survey of eight questions and its answers, straight into the tables."""
    from django.db import connection
    from django.utils import timezone

    from cdp.core import actors, ids
    from customers.models import Status
    from customers.services import blank, buckets
    from surveys.models import SurveyVersion
    from surveys.services import publishing

    now = timezone.now()

    def options(count: int) -> list[dict[str, object]]:
        return [{"key": f"o{n}", "text": {"en": f"Option {n}"}} for n in range(count)]

    questions: list[dict[str, object]] = [
        {"kind": "nps", "key": "score", "text": {"en": "Score"}},
        {"kind": "single", "key": "way", "text": {"en": "Way"}, "options": options(5)},
        *(
            {"kind": "multiple", "key": f"liked{n}", "text": {"en": f"Liked {n}"}, "options": options(6)}
            for n in range(2)
        ),
        {"kind": "ranking", "key": "order", "text": {"en": "Order"}, "options": options(8)},
        {
            "kind": "matrix",
            "key": "parts",
            "text": {"en": "Parts"},
            "options": options(5),
            "lines": [{"key": f"l{n}", "text": {"en": f"Line {n}"}} for n in range(3)],
        },
        {"kind": "text", "key": "why", "text": {"en": "Why"}},
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
    people = [ids.uuid7() for _n in range(responses // 2 - responses // 20)]
    blank.write(people, status=Status.KNOWN, sources=("bench",), at=now)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO surveys_response (id, customer_id, survey_id, version, state, mode, language, started_at,
                saved_at, ended_at, is_test, page, drawn, context, scores, flags, disclosure, staff, external_id, source)
            SELECT gen_random_uuid(), CASE WHEN n %% 2 = 0 THEN (%(owners)s::uuid[])[1 + n %% %(buckets)s]
                    ELSE (%(people)s::uuid[])[1 + n / 2 %% %(known)s] END,
                %(survey)s, 1, 'complete', CASE n %% 3 WHEN 0 THEN 'kiosk' ELSE 'web' END, 'en',
                at, at, at, FALSE, '', '{}', '{}', '{}', '{}', '', '', '', 'bench'
            FROM generate_series(1, %(responses)s) n, LATERAL (SELECT %(now)s - n * interval '5 minutes' AS at) moment
            """,
            {
                "owners": list(buckets.IDS),
                "buckets": len(buckets.IDS),
                "people": people,
                "known": len(people),
                "survey": survey.id,
                "responses": responses,
                "now": now,
            },
        )
        for key, pieces in PIECES.items():
            cursor.execute(
                "INSERT INTO surveys_answer (id, customer_id, response_id, survey_id, version, question, item, number,"
                " code, pieces, at, is_counted) SELECT gen_random_uuid(), r.customer_id, r.id, r.survey_id, 1, %(key)s, p.item,"
                " p.number, p.code, count(*) OVER (PARTITION BY r.id), r.ended_at, TRUE FROM surveys_response r,"
                f" LATERAL (SELECT abs(hashtext(r.id::text || %(key)s)) AS h) drawn, LATERAL ({pieces}) p"
                " WHERE r.survey_id = %(survey)s",
                {"key": key, "survey": survey.id},
            )
        cursor.execute("VACUUM ANALYZE surveys_answer")
        cursor.execute("VACUUM ANALYZE surveys_response")
        cursor.execute("ANALYZE customers_customer")


_SEVERAL = (
    "SELECT '' AS item, NULL::numeric AS number, 'o' || n AS code FROM generate_series(0, 5) n"
    " WHERE n = h %% 6 OR (h >> n) & 1 = 1"
)
PIECES = {
    "score": "SELECT '' AS item, (h %% 11)::numeric AS number, '' AS code",
    "way": "SELECT '' AS item, NULL::numeric AS number, 'o' || h %% 5 AS code",
    "liked0": _SEVERAL,
    "liked1": _SEVERAL,
    # One of ten places the first five only.
    "order": "SELECT code AS item, n + 1 AS number, code"
    " FROM generate_series(0, CASE WHEN h / 64 %% 10 = 0 THEN 4 ELSE 7 END) n,"
    " LATERAL (SELECT 'o' || (h %% 8 + n * (1 + 2 * (h / 8 %% 4))) %% 8 AS code) placed",
    "parts": "SELECT 'l' || n AS item, 1 + (h >> n) %% 5 AS number, 'o' || (h >> n) %% 5 AS code"
    " FROM generate_series(0, 2) n",
    "why": "SELECT '' AS item, NULL::numeric AS number, '' AS code",
}
"""What each question was answered with: one row of `item`, `number` and `code` for each piece, of the random `h`."""


def reference() -> None:
    """Print how many seconds one grouping of the rows takes, the median of five."""
    from django.db import connection

    def once() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT question, item, code, number, count(*) FROM surveys_answer GROUP BY 1, 2, 3, 4")
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
