"""Staff make a questionnaire: the list, and what a new one begins with."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cdp.core import actors
from surveys.models import Survey
from surveys.rules import definition, ready
from surveys.selectors import questionnaires
from surveys.services import anonymous, answering, publishing
from tests import factories
from tests.surveys import asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(factories.staff("marketer"))
    return client


def document(text):
    return SimpleUploadedFile("a.json", text.encode() if isinstance(text, str) else text, "application/json")


def test_a_new_survey_begins_with_a_ready_made_one_a_file_or_nothing(staff):
    assert "No surveys yet" in staff.get("/surveys/").content.decode()

    staff.post("/surveys/new/", {"start": "about_you"})
    about = questionnaires.find("about-you-anonymously")
    assert (about.is_anonymous, about.version) == (True, 0)
    assert definition.read(about.draft) == ready.one("about_you")

    staff.post("/surveys/new/", {"start": "nps", "name": "คะแนน"})
    staff.post("/surveys/new/", {"start": "nps", "slug": "nps-2"})
    again = staff.get("/surveys/nps-2/definition.json").content
    staff.post("/surveys/new/", {"start": "file", "definition": document(again), "slug": "copy", "name": "A copy"})
    assert questionnaires.find("copy").draft == questionnaires.find("nps-2").draft
    staff.post("/surveys/new/", {"start": "empty", "name": "Mine"})
    assert questionnaires.find("mine").draft["languages"] == ["en", "th", "ko"]
    page = staff.get("/surveys/").content.decode()
    assert page.index("Mine") < page.index("A copy") < page.index("คะแนน")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"start": "file"}, "Choose the file."),
        ({"start": "file", "definition": document('{"schema": 1,')}, "no JSON: line 1, column 14"),
        ({"start": "file", "definition": document(b"\xff\xfe\xff")}, "no text in UTF-8"),
        ({"start": "file", "definition": document("[" * 100_000)}, "cannot be read"),
        (
            {
                "start": "file",
                "definition": document('{"schema": 1, "title": {}, "languages": ["en"], "pages": [{"key": "A"}]}'),
            },
            "/pages/0",
        ),
        ({"start": "empty", "slug": "new"}, "one of our own pages"),
        ({"start": "empty", "slug": "Ümlaut"}, "small letters, digits and hyphens"),
        ({"start": "file", "definition": document(b" " * 1_100_000)}, "too large"),
        ({"start": "nothing"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_made(staff, given, why):
    answer = staff.post("/surveys/new/", given)
    assert (answer.status_code, Survey.objects.count()) == (422, 0)
    assert why in str(answer.context["form"].errors.get_json_data())


def test_the_list_counts_complete_answers_and_keeps_few_anonymous_ones_to_itself(staff):
    question = {"kind": "yes_no", "key": "ok", "text": {"en": "Ok?"}}
    draft = {"schema": 1, "title": {"en": "T"}, "languages": ["en"], "pages": [{"key": "a", "questions": [question]}]}
    named, secret = asking.opened(draft, slug="named"), asking.opened(draft, slug="secret", is_anonymous=True)
    now = timezone.now()

    def told(survey, **how):
        answering.take(asking.run(survey, **how), {"ok": True}, at=now, is_end=True, keeps_valid=True)

    for survey in (named, named, secret):
        told(survey)
    told(named, is_test=True)
    anonymous.write_out(secret, day=timezone.localdate(now), least=1)
    page = staff.get("/surveys/")
    rows = {row["survey"].slug: row["figures"] for row in page.context["rows"]}
    assert (rows["named"].answers, rows["named"].last) == (2, now)
    assert (rows["secret"].is_few, rows["secret"].answers, rows["secret"].last) == (True, 0, None)

    publishing.set_state(survey=named.id, state=Survey.State.ARCHIVED, actor=actors.SYSTEM, at=now)
    listed = [
        [row["survey"].slug for row in staff.get(path).context["rows"]]
        for path in ("/surveys/", "/surveys/?state=archived")
    ]
    assert listed == [["secret"], ["named"]]

    for times, state in (({"closes_at": now}, "closed"), ({"opens_at": now + dt.timedelta(days=1)}, "scheduled")):
        Survey.objects.filter(id=secret.id).update(**{"opens_at": None, "closes_at": None, **times})
        (row,) = staff.get("/surveys/").context["rows"]
        assert row["state"][0] == state


def test_a_draft_is_replaced_by_a_file_after_its_differences_were_seen(client):
    client.force_login(factories.staff("marketer"))
    survey = asking.opened(every_kind_less())
    there, changed = f"/surveys/{survey.slug}/replace/", every_kind_less()
    changed["pages"][0]["questions"][0]["text"]["en"] = "And now?"

    def file(content):
        return SimpleUploadedFile("one.json", content, content_type="application/json")

    assert client.post(there, {"definition": file(b"{}")}).status_code == 422
    page = client.post(there, {"definition": file(json.dumps(changed).encode())})
    assert "And now?" in page.content.decode()
    survey.refresh_from_db()
    assert survey.draft["pages"][0]["questions"][0]["text"]["en"] != "And now?"
    told = {"confirm": "1", "written": page.context["written"]}
    assert client.post(there, {**told, "seen": "2026-01-01T00:00:00+00:00"}).status_code == 422  # somebody else saved
    assert client.post(there, {**told, "seen": page.context["seen"]}).status_code == 302
    survey.refresh_from_db()
    assert survey.draft["pages"][0]["questions"][0]["text"]["en"] == "And now?"
    assert survey.version == 1


def every_kind_less():
    return {
        "schema": 1,
        "title": {"en": "Visit"},
        "languages": ["en"],
        "pages": [{"key": "p", "questions": [{"kind": "yes_no", "key": "first", "text": {"en": "First visit?"}}]}],
    }
