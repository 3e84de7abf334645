"""Every page of one running shop in a real browser: it answers, complains of nothing, fits the screen and is accessible.

The shop is started once. Each page is opened once and judged in every size and theme. What needs no whole shop is
looked at on the server of the tests, which is there at once.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect
from playwright.sync_api import TimeoutError as Impatient
from pytest_django.live_server_helper import LiveServer

from tests import factories, filling, running, tour

AXE = Path(__file__).parents[2] / "static" / "vendor" / "dev" / "axe.min.js"
Look = tuple[str, int, int, Literal["light", "dark"]]
LOOKS: tuple[Look, ...] = (
    ("desktop", 1440, 900, "light"),
    ("phone", 360, 780, "dark"),
)
OTHER_LOOKS: tuple[Look, ...] = (
    ("dark desktop", 1440, 900, "dark"),
    ("light phone", 360, 780, "light"),
)
"""Colours meet no differently in another language: these are looked at in one."""
SERIOUS = """(rules) => axe.run(document, {resultTypes: ["violations"], ...rules}).then((found) => found.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(" | ")}`))"""
COLOURS = {"runOnly": ["color-contrast"]}
"""All that another theme changes; names, roles and order were judged in the first look."""
BUSY = """() => [
  ...[...document.querySelectorAll(".htmx-request")].map((node) => "asks: " + node.outerHTML.slice(0, 160)),
  ...document.getAnimations().filter((one) => one instanceof CSSTransition && one.playState !== "finished").map((one) =>
    `moves: ${one.transitionProperty} ${one.playState} ${one.effect.target.outerHTML.slice(0, 160)}`)]"""
AT_REST = f"() => ({BUSY})().length === 0"
SWITCHED = """(theme) => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const {bsTheme, themeChoice} = document.documentElement.dataset;
  seen(themeChoice !== "system" || bsTheme === theme);
})))"""
"""Browsers tell scripts of another scheme with the next frame: until then half the page has the colours of before."""
FOREIGN = ("admin",)
"""Django's own admin: its markup is not ours, so only what breaks a page counts there."""

pytestmark = pytest.mark.skipif(
    not AXE.exists(), reason="front-end assets are missing: npm ci && python scripts/assets.py"
)


@pytest.fixture(scope="module")
def guide(browser: Browser) -> Iterator[tour.Tour]:
    """A small sample shop with something on every page."""
    with running.shop() as shop:
        shop.run("sample_shop", "--customers", "80", "--events", "400")
        found = tour.Tour(shop, browser)
        found.prepare()
        yield found


def judged(page: Page, stop: tour.Stop, looks: Sequence[Look], *, whole: int) -> list[str]:
    """What is wrong with an open page, in each look: in the first `whole` of them all that can be, then the colours."""
    wrong = []
    is_ours = not stop.name.startswith(FOREIGN)
    if is_ours:
        page.evaluate(AXE.read_text(encoding="utf-8"))
    for number, (name, width, height, theme) in enumerate(looks):
        rules = {} if number < whole else COLOURS
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function(SWITCHED, arg=theme)
        tour.settle(page)
        # The colour of what is just changing cannot be judged; everything is measured at rest.
        if busy := restless(page):
            wrong += [f"{name}: {one}" for one in busy]
            continue
        if not is_ours:
            continue
        # A theme that is just changing and a count that is just arriving are judged again once they are through.
        found = page.evaluate(SERIOUS, rules)
        if found:
            page.wait_for_load_state("networkidle")
            found = restless(page) or page.evaluate(SERIOUS, rules)
        wrong += [f"{name}: {one}" for one in found]
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if excess > 0:
            wrong.append(f"{name}: {excess} px wider than the screen")
    return wrong


def restless(page: Page) -> list[str]:
    """What still asks or moves after a patient while; nothing at all on a page that came to rest."""
    try:
        page.wait_for_function(AT_REST, timeout=60_000)
    except Impatient:
        return list(page.evaluate(BUSY)) or ["came to rest late"]
    return []


def visit(context: BrowserContext, base: str, stop: tour.Stop, looks: Sequence[Look], *, whole: int) -> list[str]:
    """Open, do what belongs to it, judge; what the console said comes along."""
    page = context.new_page()
    wrong: list[str] = []
    statuses: list[tuple[str, int]] = []
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on(
        "requestfailed",
        lambda request: wrong.append(f"failed: {urlsplit(request.url).path}") if is_lost(request) else None,
    )

    def heard(answer: Response) -> None:
        if answer.status >= 400:
            statuses.append((answer.request.resource_type, answer.status))

    page.on("response", heard)
    answer = page.goto(base + stop.path)
    assert answer is not None
    tour.settle(page)
    try:
        if stop.act:
            stop.act(page)
    except (AssertionError, Impatient) as failed:
        wrong.append(f"could not do there what belongs to it: {str(failed)[:300]}")
    found = judged(page, stop, looks, whole=whole)
    if answer.status != stop.status:
        found.append(f"answered {answer.status}, not {stop.status}")
    found += [f"{kind} answered {status}" for kind, status in statuses if kind != "document"]
    page.close()
    # The browser reports a page that answers 404 or 422 as an error; its status was judged above.
    return found + [text for text in wrong if "Failed to load resource" not in text]


def is_lost(request: Request) -> bool:
    """Whether nobody answered. What a page that is left was still asking for, the browser gives up itself."""
    return request.failure != "net::ERR_ABORTED"


@pytest.mark.long
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_every_page_is_sound(guide: tour.Tour, language: str, half: int) -> None:
    wrong: dict[str, list[str]] = {}
    contexts: dict[str, BrowserContext] = {}
    looks = (*LOOKS, *OTHER_LOOKS) if language == "en" else LOOKS
    for stop in guide.stops()[half::2]:
        if stop.visitor not in contexts:
            context = contexts[stop.visitor] = guide.context(stop.visitor, reduced_motion="reduce")
            context.add_cookies([{"name": "cdp_language", "value": language, "url": guide.shop.url}])
        if found := visit(contexts[stop.visitor], guide.shop.url, stop, looks, whole=2 if language == "en" else 1):
            wrong[stop.name] = found
    for context in contexts.values():
        context.close()
    assert wrong == {}


@pytest.fixture
def owner(browser: Browser, sign_in: Callable[..., None]) -> Iterator[Page]:
    """A page of somebody who may do everything."""
    context = browser.new_context()
    sign_in(context, factories.staff())
    yield context.new_page()
    context.close()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_note_is_saved_without_breaking_the_content_policy(owner: Page, live_server: LiveServer) -> None:
    page = owner
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(f"{live_server.url}/customers/{factories.customer(name='Ann Smith').id}/")
    tour.settle(page)
    # As a person does who makes the field larger by its corner: the browser notes the size in a style attribute.
    page.locator("#note-text").evaluate("field => { field.style.height = '120px'; }")
    page.locator("#note-text").fill("Likes jasmine tea")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator(".composer button[type=submit]").click()
    expect(page.get_by_text("Likes jasmine tea")).to_be_visible()
    tour.settle(page)
    assert wrong == []


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_pages_work_by_keyboard(owner: Page, live_server: LiveServer) -> None:
    page = owner
    for path in ("/", "/customers/", f"/customers/{factories.customer(name='Ann Smith').id}/", "/imports/new/"):
        page.goto(live_server.url + path)
        tour.settle(page)

        # The first stop of the Tab key is the link past the navigation, and it can be seen.
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()

        # What has the focus next shows it.
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => { const style = getComputedStyle(document.activeElement);
            return document.activeElement !== document.body &&
              (style.outlineStyle !== "none" || style.boxShadow !== "none"); }"""
        )
        assert shown, path

        # Search opens from anywhere, takes the typing, and Esc closes it.
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("/")
        search = page.get_by_role("dialog", name="Search")
        expect(search).to_be_visible()
        expect(search.get_by_role("combobox")).to_be_focused()
        page.keyboard.press("Escape")
        expect(search).to_be_hidden()


PUBLIC = (
    "privacy",
    "terms",
    "signup",
    "signup-done",
    "warranty",
    "warranty-done",
    "preorder",
    "preorder-done",
    "feedback",
    "feedback-done",
    "unsubscribe",
    "unsubscribe-unknown",
    "error-404",
)
MOST_BYTES = 60_000


@pytest.mark.long  # as it travels from a real server; what each page asks for is weighed by tests/web/test_weight.py
def test_public_pages_are_light_and_need_no_script(guide: tour.Tour) -> None:
    stops = [stop for stop in guide.stops() if stop.name in PUBLIC]
    assert len(stops) == len(PUBLIC)
    for stop in stops:
        context = guide.context("nobody", java_script_enabled=False)
        page = context.new_page()
        weights: dict[str, int] = {}

        def weigh(request: Request, weights: dict[str, int] = weights) -> None:
            if request.resource_type != "font":
                weights[urlsplit(request.url).path] = request.sizes()["responseBodySize"]  # as it travels

        page.on("requestfinished", weigh)
        page.goto(guide.shop.url + stop.path, wait_until="networkidle")
        assert 0 < sum(weights.values()) < MOST_BYTES, (stop.name, weights)
        assert page.locator("h1").inner_text()
        context.close()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_customer_signs_up_without_scripts(live_server: LiveServer, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/signup/?lang=th")
    expect(page.locator("html")).to_have_attribute("lang", "th")
    boxes = page.locator("main input[type=checkbox]")
    assert boxes.count() > 0
    for box in boxes.all():
        expect(box).not_to_be_checked()
    page.locator("input[name=email]").fill("nobody at nowhere")
    page.locator("main .btn-primary[type=submit]").click()
    expect(page.locator(".field-errors").first).to_be_visible()
    filling.in_browser(page, "New Person", "new.person@example.com")
    expect(page).to_have_url(f"{live_server.url}/signup/done/")
    expect(page.locator(".voucher-code")).to_be_visible()
    context.close()
