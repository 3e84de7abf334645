"""What staff do with questionnaires in a browser, and what people see who follow a link of their own or a tablet."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cdp.core import actors
from surveys.models import Invitation, Response, Survey
from surveys.selectors import letters
from surveys.services import inviting
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page as asked
from tests.surveys.rules.questionnaires import question, value

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
THREE = value(
    asked("one", question("nps", "score"), question("text", "why"), question("stars", "room")),
    asked("two", question("yes_no", "again")),
)
pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff(browser: Browser, live_server: LiveServer, sign_in: Callable[..., None]) -> Iterator[Page]:
    """A page of somebody who makes questionnaires, on a desktop."""
    context = browser.new_context(**DESKTOP, base_url=live_server.url)
    sign_in(context, factories.staff("marketer"))
    yield context.new_page()
    context.close()


def order(survey: Survey) -> list[list[str]]:
    """The keys of the draft, page by page."""
    survey.refresh_from_db()
    return [[one["key"] for one in page["questions"]] for page in survey.draft["pages"]]


def test_questions_are_moved_by_dragging_and_again_and_again_by_one_key(staff: Page) -> None:
    survey = asking.drafted(THREE, slug="mine")
    staff.goto("/surveys/mine/")
    staff.drag_and_drop("#q-0-2", "#q-0-0")
    expect(staff.locator("#q-0-0")).to_contain_text("room?")
    assert order(survey) == [["room", "score", "why"], ["again"]]
    staff.drag_and_drop("#q-0-1", "#q-1-0")
    expect(staff.locator("#q-1-0")).to_contain_text("score?")
    assert order(survey) == [["room", "why"], ["score", "again"]]

    down = staff.locator("#q-0-0").get_by_role("button", name="Down")
    down.focus()
    for place in ("#q-0-1", "#q-1-0", "#q-1-1"):  # past the end of its page it goes on to the next one
        staff.keyboard.press("Enter")
        expect(staff.locator(place)).to_contain_text("room?")
        expect(staff.locator(place).get_by_role("button", name="Down")).to_be_focused()
    assert order(survey) == [["why"], ["score", "room", "again"]]


def test_three_languages_stand_beside_one_another_and_no_word_is_lost_by_leaving(staff: Page) -> None:
    survey = asking.drafted(
        value(asked("one", question("nps", "score"))) | {"languages": ["en", "th", "ko"]}, slug="mine"
    )
    staff.goto("/surveys/mine/pages/0/0/")
    fields = {code: staff.locator(f'[name="text.{code}"]') for code in ("en", "th", "ko")}
    tops = {round((field.bounding_box() or {"y": -1.0})["y"]) for field in fields.values()}
    assert len(tops) == 1, tops
    words = {"en": "Would you come back?", "th": "คุณจะกลับมาอีกไหม", "ko": "다시 방문하시겠어요?"}
    for code, text in words.items():
        expect(fields[code]).to_have_attribute("lang", code)
        fields[code].fill(text)

    asked_first: list[str] = []

    def stay(dialog: object) -> None:
        asked_first.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    staff.on("dialog", stay)
    staff.get_by_role("link", name="Cancel").click()
    expect(fields["ko"]).to_have_value(words["ko"])
    staff.get_by_role("button", name="Save and back").click()
    expect(staff.locator("#q-0-0")).to_contain_text(words["en"])
    assert asked_first == ["beforeunload"]
    survey.refresh_from_db()
    assert survey.draft["pages"][0]["questions"][0]["text"] == words
    staff.set_viewport_size({"width": 390, "height": 844})
    staff.goto("/surveys/mine/pages/0/0/")
    tops = {round((field.bounding_box() or {"y": -1.0})["y"]) for field in fields.values()}
    assert len(tops) == 3, tops
    assert staff.evaluate("document.documentElement.scrollWidth <= innerWidth")


def link(live_server: LiveServer, survey: Survey, name: str) -> tuple[str, Invitation]:
    """Somebody's own link, as staff hand it over."""
    row = inviting.personal(
        survey=survey, customer=factories.customer(name=name).id, actor=actors.SYSTEM, at=timezone.now()
    )
    return f"{live_server.url}/s/visit/{inviting.secret_of(row.id)}", row


def test_a_link_of_ones_own_works_once_and_says_politely_when_it_does_not(
    live_server: LiveServer, browser: Browser
) -> None:
    survey = asking.opened(value(asked("one", question("nps", "score", required=True))))
    (good, _), (late, expired), (back, revoked) = (link(live_server, survey, name) for name in ("Ann", "Bo", "Cy"))
    Invitation.objects.filter(id=expired.id).update(expires_at=timezone.now() - dt.timedelta(hours=1))
    inviting.revoke(survey=survey, invitations=[revoked.id], actor=actors.SYSTEM, at=timezone.now())
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(good)
    page.locator(".ask-row label").nth(8).tap()
    expect(page.locator(".done-mark")).to_be_visible()
    page.goto(good)
    expect(page.get_by_role("heading", name="You have answered already")).to_be_visible()
    for url in (late, back):
        page.goto(url)
        expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()
        expect(page.get_by_text("The time for answering by this link is over.")).to_be_visible()
    page.goto(f"{live_server.url}/s/visit/somebody-made-this-up")
    expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)
    context.close()
    assert Response.objects.get().state == "complete"


def test_a_tablet_that_nobody_touches_forgets_what_was_chosen_and_shows_the_next_one_nothing(
    live_server: LiveServer, browser: Browser
) -> None:
    asking.opened(value(asked("one", question("text", "why")), asked("two", question("nps", "score"))))
    context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{live_server.url}/s/visit/?kiosk=1")
    page.locator("textarea").fill("Something of the first person")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[name=page]")).to_have_value("two")
    idle = int(page.locator("form[data-idle]").get_attribute("data-idle") or "0")
    page.clock.fast_forward(idle * 1000 - 5000)
    page.locator(".ask-row label").nth(3).hover()
    expect(page.locator("[name=page]")).to_have_value("two")
    page.clock.fast_forward(6000)
    expect(page.locator("textarea")).to_have_value("")
    page.go_back()
    expect(page.get_by_text("Something of the first person")).to_have_count(0)
    page.goto(f"{live_server.url}/s/visit/?kiosk=1")
    page.get_by_role("button", name="Next").click()
    page.locator(".ask-row label").nth(9).tap()
    page.get_by_role("link", name="Next person").click()
    expect(page.locator("textarea")).to_have_value("")
    context.close()
    assert [(one.mode, one.state) for one in Response.objects.order_by("id")] == [
        ("kiosk", "partial"), ("kiosk", "complete"),
    ]  # fmt: skip


def test_the_first_question_in_a_mail_is_answered_by_the_press_and_not_by_the_opening(
    live_server: LiveServer, browser: Browser
) -> None:
    survey = asking.opened(
        value(asked("one", question("nps", "score", required=True)), asked("two", question("text", "why")))
    )
    url, row = link(live_server, survey, "Ann")
    letter = letters.letter(survey, url, language="en", channel="email")
    nine = next(one["url"] for one in letter["choices"] if str(one["label"]) == "9")
    context = browser.new_context(**PHONE)
    page = context.new_page()
    for _opening in range(2):  # a program that looks through mail, then its reader
        page.goto(nine)
        expect(page.locator('[name="q.score"][value="9"]')).to_be_checked()
        row.refresh_from_db()
        assert (Response.objects.count(), row.state) == (0, "made")
    page.get_by_role("button", name="Next").tap()
    expect(page.locator("[name=page]")).to_have_value("two")
    found = Response.objects.get()
    assert (found.mode, found.state) == ("mail", "partial")
    page.locator("[data-actions] .btn-primary").tap()
    expect(page.locator(".done-mark")).to_be_visible()
    context.close()
    row.refresh_from_db()
    assert row.state == "answered"
