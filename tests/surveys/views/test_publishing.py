"""Staff look at everything once more and publish; what is published is read and never changed."""

import datetime as dt

import pytest
from django.utils import timezone

from cdp.core import actors
from consent.selectors import notices
from surveys.models import Quota, Survey
from surveys.rules import building, definition, ready
from surveys.services import disclosing, first, publishing
from tests import factories
from tests.loyalty import drawing
from tests.surveys import asking
from tests.surveys.rules import questionnaires

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(factories.staff("marketer"))
    return client


def said(page):
    """The form as a browser sends it back."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def changed(survey, **parts):
    survey.refresh_from_db()
    publishing.save_draft(
        survey=survey.id, draft={**survey.draft, **parts}, seen=survey.draft_at, actor=actors.SYSTEM, at=timezone.now()
    )


def test_a_ready_made_one_is_published_with_the_words_before_it_in_three_languages(staff):
    survey = asking.drafted(definition.written(ready.one("nps")), slug="us")
    page = staff.get("/surveys/us/publish/")
    assert (page.context["faults"], page.context["changes"]) == ([], [])
    words = said(page)
    assert "답변" in words["said_title_ko"]
    assert "tone-warning" not in page.content.decode()
    # Before anybody presses: what readers of one language would be told in another.
    staff.post("/surveys/us/publish/", {**words, "said_kept_for_th": "", "said_seen_by_ko": words["said_seen_by_en"]})
    columns = {one["code"]: one["beside"] for one in staff.get("/surveys/us/publish/").context["form"].columns}
    doubts = {field.name: doubt.split(":")[0] for one in columns.values() for field, doubt in one if doubt}
    assert doubts == {
        "said_kept_for_th": "Missing",
        "said_seen_by_en": "The same words stand under Korean",
        "said_seen_by_ko": "The same words stand under English",
    }
    changed(survey, languages=["en", "ko"])
    thai = staff.get("/surveys/us/publish/").content.decode()
    assert "Empty: readers of Thai are shown it in English." in thai
    changed(survey, languages=["en", "th", "ko"])

    missing = staff.post("/surveys/us/publish/", {**words, "said_kept_for_th": "", "publish": "1"})
    assert (missing.status_code, [one.url for one in missing.context["faults"]]) == (422, ["#said"])
    survey.refresh_from_db()
    assert (survey.version, notices.in_force("survey.us", at=timezone.now())) == (0, None)

    staff.post("/surveys/us/publish/", {**words, "said_kept_for_th": "สองปี", "publish": "1"})
    survey.refresh_from_db()
    held = notices.disclosure("survey.us", language="th", at=timezone.now())
    assert (survey.version, survey.state, held.kept_for) == (1, Survey.State.OPEN, "สองปี")

    again = staff.post("/surveys/us/publish/", {**said(staff.get("/surveys/us/publish/")), "publish": "1"})
    assert (again.status_code, again.context["error"]) == (422, "Nothing changed since the last version.")

    added = building.add_question(survey.draft, 0, "nps")["pages"][0]["questions"][-1]
    changed(survey, pages=[{**survey.draft["pages"][0], "questions": [{**added, "scheme": "nps_0_10"}]}])
    staff.post("/surveys/us/publish/", {**said(staff.get("/surveys/us/publish/")), "publish": "1"})
    page = staff.get("/surveys/us/publish/")
    assert (page.context["last"].number, page.context["changes"]) == (2, [])  # what has its default is no change
    assert "it stays in force" in page.content.decode()

    survey.refresh_from_db()
    changed(survey, title={"en": "Would you tell a friend?", "th": "บอกเพื่อนไหม", "ko": "친구에게 말씀하시겠어요?"})
    page = staff.get("/surveys/us/publish/")
    assert "Would you tell a friend?" in page.content.decode()
    assert {change.path for change in page.context["changes"]} == {"title.en", "title.th", "title.ko"}
    staff.post("/surveys/us/publish/", {**said(page), "publish": "1"})
    assert notices.in_force("survey.us", at=timezone.now()).version == "1"  # the words did not change
    old = staff.get("/surveys/us/versions/1/").content.decode()
    assert "How likely are you to recommend us" in old
    assert "Would you tell a friend?" not in old
    assert staff.get("/surveys/us/versions/9/").status_code == 404


def test_what_stands_in_the_way_is_told_with_its_place(staff):
    draft = definition.written(ready.one("about_you"))
    draft["pages"][0]["questions"][1] |= {"maps_to": "children", "when": "{nothing} = 1", "text": {"en": "Children?"}}
    asking.drafted(draft, slug="who", is_anonymous=True)
    page = staff.get("/surveys/who/publish/")
    assert "five or more together" in said(page)["said_seen_by_en"]
    answer = staff.post("/surveys/who/publish/", {**said(page), "publish": "1"})
    told = {(one.place, one.url) for one in answer.context["faults"]}
    here = "Page 1, question 2 (children)"
    assert (answer.status_code, {url for _place, url in told}) == (422, {"/surveys/who/pages/0/1/"})
    assert {place for place, _url in told} == {here, f"{here}: condition", f"{here}: field of the profile"}
    told = {one.message for one in answer.context["faults"] if one.place == here}
    assert told == {f"The text in this language is missing: {name}." for name in ("ไทย", "한국어")}


def test_settings_and_quotas_are_kept_or_refused_with_words(staff):
    survey = asking.opened(definition.written(ready.one("nps")), slug="us")
    sent = said(staff.get("/surveys/us/settings/")) | {"part": "arrange"}
    sent |= {"opens_at": "2026-11-24T09:00", "closes_at": "2026-11-25T09:00", "sample": "50", "wait_days": "90"}
    sent |= {"reward": "draw", "draw": drawing.announced(closes_in=dt.timedelta(days=900)).key}
    assert staff.post("/surveys/us/settings/", sent).status_code == 302
    survey.refresh_from_db()
    assert (survey.sample, survey.wait_days, survey.reward["prize"]["ko"]) == (50, 90, "2 × 차")
    (offer, *_others) = [
        key for key, _name in staff.get("/surveys/us/settings/").context["form"].fields["offer"].choices if key
    ]
    assert staff.post("/surveys/us/settings/", {**sent, "reward": "coupon", "offer": offer}).status_code == 302
    survey.refresh_from_db()
    assert (survey.reward, offer) == ({"kind": "coupon", "offer": offer}, "first-order")
    assert timezone.localtime(survey.closes_at) - timezone.localtime(survey.opens_at) == dt.timedelta(days=1)
    for wrong, field in (
        ({"closes_at": "2026-11-23T09:00"}, "__all__"), ({"sample": "0"}, "sample"), ({"draw": ""}, "draw"),
        ({"reward": "points"}, "points"), ({"reward": "coupon", "offer": "no such!"}, "offer"), ({"name": " "}, "name"),
    ):  # fmt: skip
        answer = staff.post("/surveys/us/settings/", {**sent, **wrong})
        assert (answer.status_code, field in answer.context["form"].errors) == (422, True), wrong

    lines = {"part": "quotas", "quota-TOTAL_FORMS": "2", "quota-INITIAL_FORMS": "0"}
    lines |= {"quota-0-key": "all", "quota-0-limit": "100", "quota-1-key": "few", "quota-1-limit": "5"}
    assert staff.post("/surveys/us/settings/", {**lines, "quota-1-when": "{score} <= 6"}).status_code == 302
    assert dict(Quota.objects.values_list("key", "limit")) == {"all": 100, "few": 5}
    nobody = ({"quota-1-when": "{nobody} = 'ghost'"}, {"quota-1-when": "{score} = 'abc'"})
    for wrong in (
        *nobody,
        {"quota-1-when": "{score} <="},
        {"quota-1-key": "all"},
        {"quota-1-key": ""},
        {"quota-1-limit": ""},
    ):
        answer = staff.post("/surveys/us/settings/", {**lines, **wrong})
        assert (answer.status_code, Quota.objects.get(key="few").when) == (422, "{score} <= 6"), wrong
    other = questionnaires.page("one", questionnaires.question("text", "why"))
    changed(survey, pages=[other])  # a quota that would limit nothing
    survey.refresh_from_db()
    assert "/quotas" in {one.pointer for one in publishing.report(survey, at=timezone.now()).faults}

    staff.post("/surveys/us/state/", {"state": "closed"})
    survey.refresh_from_db()
    assert survey.state == Survey.State.CLOSED


def test_a_fresh_shop_asks_whether_it_is_recommended_and_one_that_closed_it_does_not():
    now = timezone.now()
    survey = first.ensure(at=now)
    assert (survey.slug, survey.state, survey.version, survey.is_once) == ("nps", Survey.State.OPEN, 1, False)
    assert [question.key for question in ready.one("nps").questions()] == ["score", "why"]
    assert set(disclosing.words(survey, at=now)) == {"en", "th", "ko"}
    publishing.set_state(survey=survey.id, state=Survey.State.CLOSED, actor=actors.SYSTEM, at=now)
    assert first.ensure(at=now) is None
    survey.refresh_from_db()
    assert survey.state == Survey.State.CLOSED
    Survey.objects.all().delete()  # as a steward does it by hand
    assert first.ensure(at=now) is None
