"""The gallery and the frame in a real browser: nothing serious for axe, nothing refused by the content policy,
nothing wider than the screen, everything by keyboard."""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories

AXE = Path(__file__).parents[2] / "static" / "vendor" / "dev" / "axe.min.js"
SIZES = {"phone": (390, 844), "tablet": (768, 1024), "desktop": (1440, 900), "wide": (2560, 1440)}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not AXE.exists(), reason="front-end assets are missing: npm ci && python scripts/assets.py"),
]


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def open_as(
    live_server: LiveServer, browser: Browser, complaints: list[str], sign_in: Callable[..., None]
) -> Iterator[Callable[..., Page]]:
    """A page of a signed-in administrator; what its console complains about is collected."""
    user = factories.staff()

    opened: list[BrowserContext] = []

    def visit(path: str, size: str = "desktop", scheme: Any = "light", language: str = "en") -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        opened.append(context)
        sign_in(context, user)
        context.add_cookies([{"name": "cdp_language", "value": language, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)
        # The last thing a page does by itself: charts are drawn.
        expect(page.locator("[data-chart] canvas").last).to_be_visible(timeout=30_000)
        return page

    yield visit
    for context in opened:  # an open page goes on drawing and slows every later test
        context.close()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # The colour of a popover that is just fading in cannot be judged; everything is measured at rest.
    result = page.evaluate("axe.run(document)")
    return [f"{found['id']}: {found['nodes'][0]['html'][:120]}" for found in result["violations"]]


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [
        pytest.param("phone", "dark", "th", marks=pytest.mark.long),
        pytest.param("desktop", "light", "ko", marks=pytest.mark.long),
        pytest.param("tablet", "light", "en", marks=pytest.mark.long),
        pytest.param("wide", "dark", "en", marks=pytest.mark.long),
    ],
)
def test_the_gallery_is_accessible_and_fits(
    open_as: Callable[..., Page], complaints: list[str], size: str, scheme: str, language: str
) -> None:
    page = open_as("/design/", size, scheme, language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    expect(page.locator(".rail")).to_be_visible(visible=size != "phone")
    expect(page.locator(".bottombar")).to_be_visible(visible=size == "phone")
    assert complaints == []


@pytest.mark.long
def test_the_frame_works_by_keyboard(open_as: Callable[..., Page], live_server: LiveServer) -> None:
    page = open_as("/design/")

    # A menu opens, moves, closes and gives the focus back.
    button = page.get_by_role("button", name="Your account")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="System")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="System")).to_be_hidden()
    expect(button).to_be_focused()

    # The theme is set at once and stays.
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Dark").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    # Search opens by "/", finds a place and goes there.
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    assert violations(page) == []
    page.keyboard.type("home")
    expect(page.get_by_role("option", name="Home")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(live_server.url + "/")


@pytest.mark.long
def test_components_do_what_they_say(open_as: Callable[..., Page], complaints: list[str]) -> None:
    page = open_as("/design/")

    # Destroying asks first, names what is lost, and "Cancel" sends nothing.
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Ask before erasing").click()
    dialog = page.get_by_role("alertdialog", name="Erase this person")
    expect(dialog).to_contain_text("Orders stay without a name")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert sent == []

    # A toast from the server offers to undo, and undoing posts.
    page.get_by_role("button", name="Show a toast").click()
    toast = page.locator("[data-toast]").filter(has_text="Tag added to 5 people")
    toast.dispatch_event("mouseenter")  # looked at, it waits
    with page.expect_response(lambda response: response.request.method == "POST"):
        toast.get_by_role("button", name="Undo").click()

    # The tray waits only while it asks: what nobody has opened yet is not busy, and an answer takes the place of the bars.
    page.evaluate("sessionStorage.setItem('cdp-jobs', '0')")  # later pages of a session do not ask by themselves
    page.goto(page.url)
    tray = page.locator("[data-jobs-tray]")
    expect(tray).to_be_empty()
    page.get_by_role("button", name="Running jobs").click()
    expect(tray).to_contain_text("Nothing is running.")
    expect(tray.locator("[aria-busy]")).to_have_count(0)
    page.keyboard.press("Escape")

    # Ticked rows bring the bar.
    page.get_by_label("All rows").check()
    page.get_by_label("김민수", exact=True).uncheck()
    expect(page.locator("[data-bulk-count]")).to_have_text("4")

    # Charts are drawn and have their table.
    for box in page.locator(".chart-box").all():
        expect(box.locator("canvas").first).to_be_visible()
    page.get_by_text("Show as table").first.click()
    expect(page.get_by_role("table").filter(has_text="This year")).to_contain_text("฿642,900.00")
    assert complaints == []


@pytest.mark.long
def test_a_session_that_ended_leads_to_the_log_in(open_as: Callable[..., Page]) -> None:
    page = open_as("/design/")
    page.context.clear_cookies(name="sessionid")
    # The tray asks again and again while somebody looks; one answer is enough.
    for _ in range(8):
        if "/accounts/login/" in page.url:
            break
        with contextlib.suppress(Error):  # the page may be on its way already
            page.evaluate("document.body.dispatchEvent(new Event('jobs:refresh', {bubbles: true}))")
            page.wait_for_url("**/accounts/login/**", timeout=8_000, wait_until="commit")
    expect(page).to_have_url(re.compile("/accounts/login/"))


@pytest.mark.long
def test_log_in_and_error_pages_are_accessible(live_server: LiveServer, page: Page, complaints: list[str]) -> None:
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    for path in ("/accounts/login/", "/nowhere/"):
        page.goto(live_server.url + path)
        assert violations(page) == []
    assert complaints == []
