"""Staff build a questionnaire without a script: every kind, every step, and nobody's work is overwritten."""

import base64
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cdp.core import actors
from surveys.forms.kinds import KINDS
from surveys.models import Picture
from surveys.rules import checking, definition, ready, scoring
from surveys.rules.checking import Report
from surveys.services import publishing
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
EMPTY = {"schema": 1, "title": {}, "languages": ["en", "th", "ko"], "pages": []}
WORDS = ("en", "th", "ko")


@pytest.fixture
def staff(client):
    client.force_login(factories.staff("marketer"))
    return client


@pytest.fixture
def survey(db):
    return asking.drafted(EMPTY, slug="mine")


def sent(page):
    """The form as a browser sends it back."""
    form = page.context["form"]
    told = {name: form[name].value() for name in form.fields}
    told = {
        name: "on" if value is True else value
        for name, value in told.items()
        if value is not None and value is not False
    }
    counts = {f"{one['name']}-count": one["count"] for one in getattr(form, "lists", ())}
    return {**told, **counts, "seen": page.context["seen"]}


def step(staff, survey, action, **places):
    survey.refresh_from_db()
    told = {"action": action, "seen": survey.draft_at.isoformat(), **places}
    return staff.post("/surveys/mine/step/", told)


def worded(told, name, text):
    return told | {f"{name}.{language}": f"{text} {language}" for language in WORDS}


def test_every_kind_is_added_worded_and_published_as_it_was_written(staff, survey):
    told = worded(sent(staff.get("/surveys/mine/texts/")), "title", "Title")
    assert staff.post("/surveys/mine/texts/", told).status_code == 302
    step(staff, survey, "add-page")
    for number, kind in enumerate(KINDS):
        here = step(staff, survey, "add", page=0, kind=kind)["Location"]
        told = worded(sent(staff.get(here)), "text", f"Ask {kind}")
        for part in ("options-0", "options-1", "lines-0", "pictures-0", "pictures-1", "pictures-2"):
            told = worded(told, part, part)
        if kind == "consent":
            told["permission"] = "marketing/email"
        if kind == "poll":
            for place in ("0", "1", "2"):
                picture = SimpleUploadedFile("a.png", PNG + b"\x00" * int(place), "text/html")
                answer = staff.post(here, {**told, "picture": picture, "picture_for": place})
                assert answer.status_code == 302, answer.context["form"].errors
                told["seen"] = staff.get(here).context["seen"]
        else:
            answer = staff.post(here, told)
            assert answer.status_code == 302, (kind, answer.context["form"].errors)
        again = staff.get(here).context["form"]
        assert (again["text.ko"].value(), again["key"].value(), number) == (f"Ask {kind} ko", kind, number)
    survey.refresh_from_db()
    read = definition.read(survey.draft)
    assert [type(one).__struct_config__.tag for one in read.questions()] == list(KINDS)
    assert checking.check(read, is_anonymous=False) == Report((), ())
    page = staff.get("/surveys/mine/")
    assert page.context["wrong"] == []
    pictures = read.pages[0].questions[list(KINDS).index("poll")].pictures
    assert [one.text["en"] for one in pictures] == ["pictures-0 en", "pictures-1 en", "pictures-2 en"]
    key = pictures[0].image
    shown = staff.get(f"/s/_/pictures/{key}")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")


def test_options_change_their_order_go_and_come_and_a_comparison_is_added_to_a_condition(staff, survey):
    survey.draft = definition.written(ready.one("nps"))
    survey.save()
    step(staff, survey, "add", page=1, kind="multiple")
    here = "/surveys/mine/pages/1/1/"
    told = worded(worded(sent(staff.get(here)), "text", "Why"), "options-0", "One")
    told = worded(worded(told, "options-1", "Two"), "options-2", "Other")
    told |= {"options-2.place": "1", "options-2.other": "on", "options-0.place": "3", "most": "2"}
    told |= {"cond_question": "score", "cond_op": "<=", "cond_value": "6", "when": "{why} answered or {score} = 10"}
    staff.post(here, told)
    survey.refresh_from_db()
    saved = survey.draft["pages"][1]["questions"][1]
    assert saved["when"] == "({why} answered or {score} = 10) and {score} <= 6"
    assert [(one["text"]["en"], one.get("other", False)) for one in saved["options"]] == [
        ("Other en", True), ("Two en", False), ("One en", False),
    ]  # fmt: skip
    assert len({one["key"] for one in saved["options"]}) == 3

    told = sent(staff.get(here)) | {f"options-1.{language}": "" for language in WORDS}
    staff.post(here, told)
    survey.refresh_from_db()
    assert [one["text"]["en"] for one in survey.draft["pages"][1]["questions"][1]["options"]] == ["Other en", "One en"]

    wrong = sent(staff.get(here)) | {"key": "No Key", "most": "many"}
    answer = staff.post(here, wrong)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"key", "most"})


def test_what_is_saved_again_unchanged_stays_what_it_was(staff, survey):
    text = dict.fromkeys(WORDS, "T")
    pictures = [{"key": key, "image": "abcdef12", "text": text} for key in ("left", "right")]
    kept = [
        {"kind": "points", "key": "a", "text": text, "lowest": 0, "steps": 5},
        {"kind": "poll", "key": "b", "text": text, "pictures": pictures},
        *(one for page in definition.written(ready.one("ease"))["pages"] for one in page["questions"]),
    ]
    survey.draft = {**EMPTY, "pages": [{"key": "p", "questions": kept}]}
    survey.save()
    before = definition.read({**survey.draft, "title": text})
    for number in range(len(kept)):
        here = f"/surveys/mine/pages/0/{number}/"
        assert staff.post(here, sent(staff.get(here))).status_code == 302
    survey.refresh_from_db()
    assert definition.read({**survey.draft, "title": text}) == before


def test_who_saves_over_somebody_elses_work_is_told_and_keeps_what_was_typed(staff, survey):
    step(staff, survey, "add-page")
    here = step(staff, survey, "add", page=0, kind="text")["Location"]
    mine, theirs = (worded(sent(staff.get(here)), "text", who) for who in ("Mine", "Theirs"))
    assert staff.post(here, theirs).status_code == 302
    answer = staff.post(here, mine)
    page = answer.content.decode()
    assert "Somebody else changed this survey meanwhile" in page
    assert "Mine ko" in page
    survey.refresh_from_db()
    assert survey.draft["pages"][0]["questions"][0]["text"]["ko"] == "Theirs ko"
    for told in ({"action": "add-page", "seen": "yesterday"}, {"action": "add-page"}):
        staff.post("/surveys/mine/step/", told)
    survey.refresh_from_db()
    assert len(survey.draft["pages"]) == 1
    assert (
        "no longer there"
        in staff.post(
            "/surveys/mine/step/",
            {"action": "copy", "page": "7", "number": "0", "seen": survey.draft_at.isoformat()},
            follow=True,
        ).content.decode()
    )


def test_what_answers_are_worth_in_a_score_is_written_changed_and_removed(staff, survey):
    words = dict.fromkeys(("en", "th", "ko"), "Word")
    parts = {"options": [option("bad", text=words), option("good", text=words)]}
    draft = value(
        page(
            "p",
            question("nps", "near", text=words),
            question("single", "liked", text=words, **parts),
            question("matrix", "rate", text=words, lines=[{"key": "food", "text": words}], **parts),
            question("yes_no", "first", text=words),
            question("text", "why", text=words),
        ),
        languages=["en", "th", "ko"],
        title=words,
    )
    publishing.save_draft(survey=survey.id, draft=draft, seen=survey.draft_at, actor=actors.SYSTEM, at=timezone.now())
    here = "/surveys/mine/scores/0/"
    form = worded(sent(staff.get(here)), "text", "Ready")
    assert not [name for name in form if name.startswith("why")]
    empty = staff.post(here, form)
    assert (empty.status_code, "at least one answer" in empty.content.decode()) == (422, True)
    told = {"near.weight": "2", "liked=good": "5", "rate.food=bad": "-1.5", "first=True": "1"}
    assert staff.post(here, form | told).status_code == 302
    survey.refresh_from_db()
    read = definition.read(survey.draft)
    assert checking.check(read, is_anonymous=False) == Report((), ())
    known = {"near": Decimal(9), "liked": "good", "rate.food": "bad", "first": True}
    assert scoring.scores(read, known) == {"score": 18 + 5 - 1.5 + 1}
    assert "Ready en" in staff.get("/surveys/mine/").content.decode()
    again = staff.get(here).context["form"]
    assert (again["rate.food=bad"].value(), again["liked=bad"].value(), again["near.weight"].value()) == (-1.5, None, 2)
    assert staff.get("/surveys/mine/scores/2/").status_code == 404
    staff.post(here, {"remove": "1", "seen": staff.get(here).context["seen"]})
    survey.refresh_from_db()
    assert survey.draft["scores"] == []


@pytest.mark.parametrize(
    "content", [b"<svg onload=alert(1)>", b"GIF89a", b"\x89PNG\r\n\x1a\n<html>", PNG + b"\x00" * 1_100_000]
)
def test_what_is_no_picture_is_refused(staff, survey, content):
    step(staff, survey, "add-page")
    here = step(staff, survey, "add", page=0, kind="poll")["Location"]
    told = sent(staff.get(here))
    answer = staff.post(here, {**told, "picture": SimpleUploadedFile("a.png", content, "image/png")})
    assert (answer.status_code, Picture.objects.count()) == (422, 0)


def test_the_schema_is_open_and_describes_what_is_written(client):
    answer = client.get("/surveys/schema.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
    assert answer.json() == definition.schema()


def test_what_nobody_has_written_yet_is_no_fault_and_lines_are_called_by_their_first_words(staff, survey):
    step(staff, survey, "add-page")
    begun = staff.get(step(staff, survey, "add", page=0, kind="matrix").url)
    assert "survey-problems" not in begun.content.decode()
    address = "/surveys/mine/pages/0/0/"
    assert "survey-problems" in staff.get(address).content.decode()
    told = worded(sent(begun), "text", "How was it?")
    for part in ("options-0", "options-1", "options-2", "lines-0", "lines-1"):
        told = worded(told, part, f"Word {part}")
    staff.post(address, told)
    survey.refresh_from_db()
    (made,) = survey.draft["pages"][0]["questions"]
    assert [one["key"] for one in made["options"]] == ["word_options_0_en", "word_options_1_en", "word_options_2_en"]
    assert [one["key"] for one in made["lines"]] == ["word_lines_0_en", "word_lines_1_en"]
    told = staff.get(step(staff, survey, "add", page=0, kind="text").url).content.decode()
    names = ["Birthday", "How they heard of us", "Income band"]  # as staff know them, in their order
    assert [one for one in names if f">{one}</option>" in told] == sorted(names, key=told.index) == names


def test_a_condition_that_cannot_be_read_is_not_saved_and_a_comparison_goes_to_the_way_it_is_for(staff, survey):
    step(staff, survey, "add-page")
    step(staff, survey, "add", page=0, kind="yes_no")
    step(staff, survey, "add-page")
    address = "/surveys/mine/pages/0/"
    told = sent(staff.get(address))
    refused = staff.post(address, {**told, "jump-0.to": "end", "jump-0.when": "{yes_no} is yes"})
    survey.refresh_from_db()
    assert (refused.status_code, "jumps" in survey.draft["pages"][0]) == (422, False)
    chosen = {"cond_question": "yes_no", "cond_op": "=", "cond_value": "yes", "cond_into": "jump-0.when"}
    staff.post(address, {**told, "jump-0.to": "end", **chosen})
    survey.refresh_from_db()
    assert survey.draft["pages"][0]["jumps"] == [{"to": "end", "when": "{yes_no} = yes"}]
    for typed in ("ใช่", "예", "Yes"):
        staff.post(address, {**told, "jump-0.to": "end", **chosen, "cond_value": typed})
        survey.refresh_from_db()
        assert survey.draft["pages"][0]["jumps"] == [{"to": "end", "when": "{yes_no} = yes"}]
    wrong = staff.post(address, {**told, "jump-0.to": "end", **chosen, "cond_value": "maybe"}).content.decode()
    assert "write yes or no" in wrong
    assert "[[&quot;yes&quot;, &quot;Yes&quot;], [&quot;no&quot;, &quot;No&quot;]]" in wrong


def test_what_nobody_can_have_answered_is_refused_at_its_field_and_places_are_told_in_words(staff, survey):
    text = dict.fromkeys(WORDS, "T")
    first = {"kind": "yes_no", "key": "member", "text": text}
    options = [{"key": key, "text": text} for key in ("tea", "cup")]
    second = {"kind": "multiple", "key": "liked", "text": text, "options": options}
    goals = {"key": "goals", "title": dict.fromkeys(WORDS, "Your goals"), "questions": [second]}
    survey.draft = {
        **EMPTY,
        "title": text,
        "pages": [{"key": "one", "questions": [first], "jumps": [{"to": "goals", "when": "{member} = no"}]}, goals],
    }
    survey.save()
    page_one, liked = "/surveys/mine/pages/0/", "/surveys/mine/pages/1/0/"
    told = sent(staff.get(page_one))
    for wrong in ({"jump-0.when": "{nobody} = yes"}, {"jump-0.when": "{member} = maybe"}, {"when": "{member} = yes"}):
        assert staff.post(page_one, {**told, **wrong}).status_code == 422, wrong
    told = sent(staff.get(liked))
    late = "{liked} has 'tea'"
    for at in ("when", "options-0.when", "wordings-0.when"):
        answer = staff.post(liked, {**told, at: late})
        assert list(answer.context["form"].errors) == [at]
        assert "is asked only later" in answer.content.decode()
    assert staff.post(liked, {**told, "options-0.when": "{member} = yes"}).status_code == 302
    shown = staff.get("/surveys/mine/").content.decode()
    assert "Page 2: Your goals" in shown  # where the jump leads
    assert "<code>goals</code>" not in shown
    survey.refresh_from_db()
    # What stood there before, and is wrong since something else changed, keeps nobody from other work.
    survey.draft["pages"][0]["questions"][0]["key"] = "guest"
    survey.draft["pages"][1]["questions"][0]["most"] = 9
    survey.save()
    told = sent(staff.get(liked))
    assert staff.post(liked, {**told, "text.en": "Better"}).status_code == 302
    wrong = {one.place: one.url for one in staff.get("/surveys/mine/").context["wrong"]}
    assert wrong == {
        "Page 1: way 1 · condition": page_one,
        "Page 2, question 1 (liked): option 1 · condition": liked,
        "Page 2, question 1 (liked): at most": liked,
    }


@pytest.mark.parametrize("kind", ["single", "multiple", "ranking", "matrix"])
def test_every_option_is_called_by_its_first_words_whichever_came_first(staff, survey, kind):
    step(staff, survey, "add-page")
    here = step(staff, survey, "add", page=0, kind=kind)["Location"]
    told = worded(sent(staff.get(here)), "text", "Which?")
    for n in range(4):
        told = worded(told, f"options-{n}", f"Word {n}")
    staff.post(here, told)
    survey.refresh_from_db()
    (made,) = survey.draft["pages"][0]["questions"]
    assert [one["key"] for one in made["options"]] == [f"word_{n}_en" for n in range(4)]
