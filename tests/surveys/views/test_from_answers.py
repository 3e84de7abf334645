"""A survey made of a file of answers on the pages: proposed, mended, made, checked, imported; then asked for again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cdp.core import jobs
from cdp.core.models import Export, Job
from surveys.models import Answer, RefusedAnswer, Response, Survey
from surveys.selectors.results import overview
from tests import factories

pytestmark = pytest.mark.django_db
FILE = """\
RespondentID,Have you been here?,What did you buy? Please select all that apply.,,,Rank what matters,,,Rate these,,How likely are you to recommend us?,E-mail
,Response,Tea,Cups,Other (please specify),Price,Quality,Near,Staff,Shop,Response,Response
3292879998,Yes,Tea,Cups,,3,2,1,Good,Poor,9,ada@example.com
3292879538,No,,,,,,,,,,
3292765271,Yes,Tea,,a bowl,1,2,3,Fair,Good,0,-
3292763116,Yes,Tea,Cups,,1,3,2,Good,Good,10,eve@example.com
3292731220,Yes,,Cups,,1,3,2,Good,Excellent,7,
3292731221,Yes,,Cups,,1,1,2,Good,Excellent,3,
"""


def test_two_header_rows_become_a_survey_with_its_answers(client):
    client.force_login(factories.staff("owner"))
    file = SimpleUploadedFile("Visitors.csv", FILE.encode("cp1252"), content_type="text/csv")
    assert '<a class="option" href="/surveys/new/answers/">' in client.get("/surveys/new/").content.decode()
    page = client.post("/surveys/new/answers/", {"file": file}, follow=True)
    assert page.status_code == 200
    chosen = {line.one.name: line.chosen for line in page.context["lines"]}
    assert chosen == {
        "RespondentID": "response.external_id",
        "Have you been here?": "yes_no",
        "What did you buy? Please select all that apply.": "multiple",
        "Rank what matters": "ranking",
        "Rate these": "matrix",
        "How likely are you to recommend us?": "nps_0_10",
        "E-mail": "customer.email",
    }
    told = {f"column:{line.one.positions[0]}": line.chosen for line in page.context["lines"]}
    there = page.redirect_chain[-1][0]
    nothing = dict.fromkeys(told, "")
    assert client.post(there, {**nothing, "name": "Visitors"}).status_code == 422
    assert not Survey.objects.filter(slug="visitors").exists()
    assert client.post(there, {**told, "name": "Visitors", "nothing": "-"}).status_code == 302
    jobs.run_waiting()
    job = Job.objects.get(kind="import")
    assert (job.state, job.result["created"], Response.objects.count()) == ("done", 6, 0)
    client.post(f"/imports/{job.id}/start/")
    jobs.run_waiting()
    survey = Survey.objects.get(slug="visitors")
    assert 'href="/surveys/visitors/results/"' in client.get(f"/imports/{job.id}/").content.decode()
    assert (survey.state, Response.objects.filter(survey_id=survey.id).count()) == ("closed", 6)
    figures = {one.asked.key: one.n for one in overview.read(survey).results}
    assert list(figures.values()) == [6, 5, 4, 5, 5]
    # Two on one place are no order: refused and kept for staff, the rest of the row stays.
    (refused,) = RefusedAnswer.objects.all()
    assert (refused.question, Answer.objects.filter(response_id=refused.response_id).count()) == (
        "rank_what_matters",
        5,
    )
    assert Response.objects.filter(customer__status="known").count() == 2
    # The export of what came in asks for a second look at nobody who is not in it.
    page = client.get("/surveys/visitors/results/")
    assert "/exports/new/?kind=responses&amp;survey=visitors" in page.content.decode()
    given = {"kind": "responses", "survey": "visitors", "purpose": "service", "form": "csv", "reason": "yearly look",
             "columns": ["response.id", "customer.email", "answer.rank_what_matters.price"]}  # fmt: skip
    shown = client.post("/exports/new/", given).content.decode()
    assert "4 more rows" in shown
    client.post("/exports/new/", {**given, "start": "1", "counted": "|service"})
    jobs.run_waiting()
    export = Export.objects.get()
    assert (export.about, export.state, export.rows) == ({"survey": "visitors"}, "ready", 6)
    sent = b"".join(client.get(f"/exports/{export.id}/file/").streaming_content).decode()
    assert sent.count("@example.com") == 2
