"""Questionnaires in a browser: every kind on phone and desktop, by keyboard alone, in three languages, in a foreign page."""

import http.server
import itertools
import json
import threading

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from surveys.models import Answer, Response
from surveys.rules.conditions import judging, reading, telling
from tests.surveys import asking, every_kind
from tests.surveys.rules.questionnaires import option, question, value
from tests.surveys.rules.questionnaires import page as asked

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
TOLD = {
    ("score", "", "3"),
    ("why", "", ""),
    ("mood", "", "5"),
    ("room", "", "4"),
    ("service", "", "5"),
    ("paying", "", "7"),
    ("breakfast", "", "9"),
    ("window", "", "yes"),
    ("first", "", "no"),
    ("heard", "friend", "friend"),
    ("more", "", ""),
    ("bought", "cup", "cup"),
    ("bought", "tea", "tea"),
    ("order", "choice", "1"),
    ("order", "price", "2"),
    ("rate", "staff", "great"),
    ("rate", "shop", "good"),
    ("cups", "white", "white"),
    ("day", "", "2026-11-20"),
    ("mail", "", ""),
    ("news", "", "yes"),
}


def _kept() -> set[tuple[str, str, str]]:
    found = set()
    for row in Answer.objects.all():
        number = "" if row.number is None or row.question in {"window", "first", "rate"} else str(int(row.number))
        found.add((row.question, row.item, number or row.code))
    return found


def _choose(page: Page, name: str, *values: str) -> None:
    """By keyboard alone: to the control, then space; a radio button is chosen by it as a box is ticked."""
    for one in values:
        page.locator(f'[name="{name}"][value="{one}"]').focus()
        page.keyboard.press("Space")


def _next(page: Page, key: str) -> None:
    expect(page.locator("[name=page]")).to_have_value(key)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{key} is wider than the screen"


def _on(page: Page) -> None:
    page.locator("[data-actions] .btn-primary").focus()
    page.keyboard.press("Enter")


def _answer(page: Page, *, has_script: bool) -> None:
    """Every page in turn."""
    _next(page, "score")
    _choose(page, "q.score", "3")
    _on(page)
    _next(page, "why")
    page.locator('[name="q.why"]').focus()
    page.keyboard.type("Too loud")
    _choose(page, "q.mood", "5")
    _on(page)
    _next(page, "scales")
    for name, number in (("q.room", "4"), ("q.service", "5"), ("q.paying", "7")):
        _choose(page, name, number)
    _on(page)
    _next(page, "points")
    for name, chosen in (("q.breakfast", "9"), ("q.window", "yes"), ("q.first", "no")):
        _choose(page, name, chosen)
    _on(page)
    _next(page, "heard")
    _choose(page, "q.heard", "friend")
    _choose(page, "q.bought", "none", "tea", "cup")
    if not has_script:
        page.locator('[name="q.bought"][value="none"]').uncheck()
        _on(page)  # the answer brings a question, and the page stands at it
        expect(page.locator("#q-more.is-new")).to_be_in_viewport()
    page.locator('[name="q.more"]').focus()
    page.keyboard.type("Ann")
    _on(page)
    _next(page, "order")
    if has_script:
        for number in (1, 1):  # quality first, then choice
            page.locator(".ask-pool button").nth(number).focus()
            page.keyboard.press("Enter")
        page.locator(".ask-ranked li").nth(1).locator("[data-act=up]").focus()
        page.keyboard.press("Enter")
        page.locator(".ask-ranked li").nth(1).locator("button").last.focus()
        page.keyboard.press("Enter")
        page.locator(".ask-pool button").first.focus()
        page.keyboard.press("Enter")
    else:
        page.locator('[name="q.order.1"]').select_option("choice")
        page.locator('[name="q.order.2"]').select_option("price")
    _on(page)
    _next(page, "rate")
    _choose(page, "q.rate.staff", "great")
    _choose(page, "q.rate.shop", "good")
    _on(page)
    _next(page, "cups")
    _choose(page, "q.cups", "white")
    _on(page)
    _next(page, "day")
    page.locator('[name="q.day"]').focus()
    page.keyboard.type("11202026")  # as Chromium asks for days in English, whatever the page speaks
    _on(page)
    _next(page, "you")
    page.locator('[name="q.mail"]').focus()
    page.keyboard.type("ann@")
    _choose(page, "q.news", "yes")
    _on(page)
    expect(page.locator(".field-errors")).to_be_visible()
    page.locator('[name="q.mail"]').focus()
    page.keyboard.press("End")
    page.keyboard.type("example.com")
    if has_script:
        expect(page.locator(".field-errors, .is-wrong, [data-wrong], [aria-invalid]")).to_have_count(0)
    _on(page)
    expect(page.locator(".done-mark")).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize(
    ("device", "language", "has_script"),
    list(itertools.product((PHONE, DESKTOP), ("en", "th", "ko"), (True, False))),
)
@pytest.mark.django_db(transaction=True)
def test_every_kind_is_answered_by_keyboard_alone(
    live_server: LiveServer, browser: Browser, device: dict[str, object], language: str, has_script: bool
) -> None:
    every_kind.pictures()
    asking.opened(every_kind.definition(), slug="every")
    context = browser.new_context(**device, java_script_enabled=has_script)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{live_server.url}/s/every/?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    _answer(page, has_script=has_script)
    context.close()
    response = Response.objects.get()
    assert (response.state, response.language) == ("complete", language)
    assert _kept() == TOLD
    assert not wrong


@pytest.mark.long
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["finger", "mouse"])
@pytest.mark.django_db(transaction=True)
def test_a_ranking_is_put_in_order_by_touching_and_by_dragging(
    live_server: LiveServer, browser: Browser, device: dict[str, object]
) -> None:
    options = [option(code) for code in ("price", "quality", "choice", "near")]
    asking.opened(value(asked("one", question("ranking", "order", options=options))))
    context = browser.new_context(**device)
    page = context.new_page()
    page.goto(f"{live_server.url}/s/visit/")
    for _count in range(3):
        touched = page.locator(".ask-pool button").first
        touched.tap() if device is PHONE else touched.click()
    ranked = page.locator(".ask-ranked li")
    expect(ranked).to_have_count(3)
    before = [text.split("\n")[0] for text in ranked.all_inner_texts()]
    places = [ranked.nth(n).bounding_box() for n in range(3)]
    x, ys = places[0]["x"] + 30, [place["y"] + place["height"] / 2 for place in places]
    stops = [(x, ys[2]), (x, ys[1]), (x, ys[0] - 4)]
    if device is PHONE:
        finger = context.new_cdp_session(page)
        for number, (at, y) in enumerate(stops):
            kind = "touchMove" if number else "touchStart"
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        page.mouse.move(*stops[0])
        page.mouse.down()
        for stop in stops[1:]:
            page.mouse.move(*stop)
        page.mouse.up()
    expect(ranked.first).to_contain_text(before[2])
    page.locator("[data-actions] .btn-primary").click()
    expect(page.locator(".done-mark")).to_be_visible()
    context.close()
    placed = Answer.objects.filter(question="order").order_by("number").values_list("item", flat=True)
    assert list(placed) == [before[2], before[0], before[1]]


CONDITIONS = [
    "{n} = 3", "{n} != 3", "{n} < 3", "{n} <= 3.0", "{n} > 3", "{n} >= 3", "{n} in (1, 3)", "{n} answered", "{n} not answered",
    "{s} = 'a'", "{s} != 'a'", "{s} < 'b'", "{s} > 'b'", "{m} has 'a'", "{m} = 'a'", "{m} != 'a'", "{m} in ('b', 'c')",
    "{m} answered", "{y} = yes", "{y} = no", "{y} != no", "{y} > 0", "{n} = 'a'", "{s} = 3", "not ({n} = 3)",
    "{n} = 3 and {s} = 'a' or {y} = yes", "not ({m} has 'a' and ({y} = no or {n} < 9))", "{d} >= '2026-11-01'", "{x.l} = 'a'",
]  # fmt: skip
ANSWERS = [
    {}, {"n": 3}, {"n": 0, "s": "a"}, {"n": 9, "s": "c", "m": ("a", "b")}, {"m": ("c",), "y": True}, {"y": False, "s": ""},
    {"m": (), "d": "2026-11-20"}, {"d": "2026-10-31", "n": 3, "s": "a", "y": True, "m": ("a",), "x.l": "a"},
]  # fmt: skip


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_script_judges_conditions_as_the_server_does_and_loses_no_word(
    live_server: LiveServer, browser: Browser
) -> None:
    asking.opened(value(asked("one", question("text", "a", required=True)), asked("two", question("nps", "b"))))
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(f"{live_server.url}/s/visit/")
    for text in CONDITIONS:
        condition = reading.read(text)
        for answers in ANSWERS:
            known = json.loads(json.dumps({key: telling.answer(told) for key, told in answers.items()}))
            found = page.evaluate("([c, k]) => cdpHolds(c, k)", [telling.told(condition), known])
            assert found is judging.holds(condition, answers), (text, answers)
    # Without a connection the page waits and sends again; two presses are one sending.
    page.locator("textarea").fill("A long word")
    context.set_offline(True)
    page.locator("[data-actions] .btn-primary").dblclick()
    expect(page.locator("[data-lost]")).to_be_visible()
    expect(page.locator("textarea")).to_have_value("A long word")
    context.set_offline(False)
    expect(page.locator("[name=page]")).to_have_value("two")
    page.locator(".ask-row label").nth(9).tap()  # alone on its page: one touch is enough
    expect(page.locator(".done-mark")).to_be_visible()
    context.close()
    assert Response.objects.get().state == "complete"


class _Foreign(http.server.BaseHTTPRequestHandler):
    """Somebody else's page, with a strict policy of its own."""

    home = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        policy = f"default-src 'none'; script-src {self.home}; frame-src {self.home}"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        text = f'<!doctype html><html lang="ko"><h1>Blog</h1><script src="{self.home}/s/embed.js" data-survey="visit" async></script>'
        self.wfile.write(text.encode())

    def log_message(self, *_told: object) -> None:
        return


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_one_script_asks_inside_a_foreign_page_and_fits_itself(live_server: LiveServer, browser: Browser) -> None:
    asking.opened(value(asked("one", question("nps", "score", required=True)), asked("two", question("text", "why"))))
    _Foreign.home = live_server.url
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Foreign)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        context = browser.new_context(**PHONE)
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.goto(f"http://127.0.0.1:{site.server_port}/")
        frame = page.frame_locator("iframe")
        frame.locator(".ask-row label").nth(9).tap()
        expect(frame.locator("textarea")).to_be_visible()
        inside = page.frames[1].evaluate("document.querySelector('main').getBoundingClientRect().bottom")
        page.wait_for_function("h => Math.abs(document.querySelector('iframe').clientHeight - h) < 40", arg=inside)
        frame.locator("[data-actions] .btn-primary").tap()
        expect(frame.locator(".done-mark")).to_be_visible()
        context.close()
    finally:
        site.shutdown()
        site.server_close()
    assert Response.objects.get().mode == "embed"
    assert [text for text in wrong if "favicon" not in text] == []
