"""A marketer at work in a real browser: a segment by clicking, a campaign from it, a preview, the messages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from campaigns.services import sending
from cdp.core import jobs
from tests import factories

AXE = Path(__file__).parents[2] / "static" / "vendor" / "dev" / "axe.min.js"
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}

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
    opened: list[BrowserContext] = []

    def visit(path: str, size: str = "desktop", scheme: Any = "light", role: str = "marketer") -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        opened.append(context)
        sign_in(context, factories.staff(role))
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield visit
    for context in opened:  # an open page goes on drawing and slows every later test
        context.close()


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document)")
    return [f"{found['id']}: {found['nodes'][0]['html'][:120]}" for found in result["violations"]]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def people() -> None:
    for number, name in enumerate(("Mali Srisuk", "Anong Chaidee", "Somchai Dee")):
        gender = "male" if name.startswith("Somchai") else "female"
        person = factories.customer(name=name, email=f"person{number}@example.com", gender=gender)
        if number != 1:
            factories.consent(person, purpose="marketing", channel="email", granted=True)


@pytest.mark.long
def test_from_a_click_to_the_messages(
    open_as: Callable[..., Page], complaints: list[str], settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_URL = f"file://{tmp_path}"
    people()
    page = open_as("/segments/")
    page.get_by_role("link", name="New segment").first.click()
    count = page.locator(".preview-count strong")
    expect(count).to_have_text("3")

    # A rule by clicking; the count follows.
    page.get_by_label("Name").fill("Women")
    page.get_by_role("button", name="Add rule").click()
    page.get_by_label("What the rule looks at").select_option(label="Gender")
    page.get_by_label("Value").select_option(label="female")
    expect(count).to_have_text("2")

    # A group within; an unfinished rule does not disturb the count and is named when saving.
    page.get_by_role("button", name="Add group").click()
    inner = page.get_by_role("group", name="Group of rules")
    inner.get_by_label("What the rule looks at").select_option(label="Orders")
    expect(page.get_by_text("Unfinished rules are left out of this count.")).to_be_visible()
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("group", name="Group of rules").get_by_text("A value is missing.")).to_be_visible()
    page.wait_for_load_state()
    inner = page.get_by_role("group", name="Group of rules")
    inner.get_by_label("Comparison").select_option(label="exactly")
    inner.get_by_label("Value").fill("0")
    expect(count).to_have_text("2")
    assert violations(page) == []
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", name="Women", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="Mali Srisuk")).to_be_visible()
    page.wait_for_load_state()

    # Why is somebody in it or not?
    page.get_by_role("searchbox", name="Name, phone or e-mail").fill("Somchai")
    page.locator("#why-found").get_by_role("link", name="Somchai Dee").click()
    expect(page.get_by_text("is not in the segment")).to_be_visible()
    assert violations(page) == []

    # A campaign from it.
    page.get_by_role("link", name="Use in a campaign").click()
    page.get_by_label("Name").fill("News for women")
    page.get_by_role("button", name="Continue").click()
    for _step in ("trigger", "audience"):
        page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/message/")
    mail = page.frame_locator(".mail-frame iframe").last
    expect(mail.get_by_text("Dear Mali,")).to_be_visible()
    page.get_by_label("Message").first.fill("Good day {{ customer.name }}")
    expect(mail.get_by_text("Good day Mali Srisuk")).to_be_visible()
    page.get_by_text("See it as another person").click()
    page.get_by_role("searchbox", name="Name, phone or e-mail").fill("Anong")
    page.get_by_role("button", name="Anong Chaidee").click()
    expect(mail.get_by_text("Good day Anong Chaidee")).to_be_visible()
    page.get_by_label("Message").first.fill("Good day ")
    page.get_by_role("button", name="Insert a value").click()
    page.get_by_role("button", name="customer.city").click()
    expect(page.get_by_label("Message").first).to_have_value("Good day {{ customer.city }}")
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_text("Test sent to marketer@example.com.")).to_be_visible()
    page.get_by_role("button", name="Save and continue").click()

    # The dry run, and off it goes.
    page.get_by_role("button", name="Activate and send to 1 person").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("1 person gets a message now.")
    dialog.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("The campaign is on.")).to_be_visible()
    jobs.run_waiting()
    sending.send_due(now=timezone.now())
    page.reload()
    expect(page.get_by_role("row", name="Mali Srisuk")).to_contain_text("Sent")
    expect(page.get_by_role("row", name="Anong Chaidee")).to_contain_text("was never asked about this")

    # What the page fetches by itself while messages are planned has its charts drawn, too.
    page.evaluate("document.getElementById('progress').dataset.before = 'yes'")
    page.evaluate("htmx.ajax('GET', location.href, {target: '#progress', select: '#progress', swap: 'outerHTML'})")
    expect(page.locator("#progress:not([data-before]) [data-chart] canvas").first).to_be_visible()
    names = sorted(path.name.partition("-")[0] == "test" for path in tmp_path.glob("*.eml"))
    assert names == [False, True]
    # Chromium counts the form that came back with its mistakes as one.
    assert [text for text in complaints if "422" not in text] == []


@pytest.mark.long
def test_nothing_is_typed_into_a_row_that_is_about_to_be_replaced(open_as: Callable[..., Page]) -> None:
    page = open_as("/segments/new/")
    page.get_by_role("button", name="Add rule").click()
    page.get_by_label("What the rule looks at").select_option(label="Orders")
    value = page.get_by_label("Value")
    value.focus()
    held: list[Route] = []
    page.route("**/segments/rule-part/", lambda route: held.append(route))  # noqa: PLW0108 -- Playwright writes an attribute on its handler
    with page.expect_request("**/segments/rule-part/"):
        page.get_by_label("Comparison").select_option(label="at least")  # the focus stays in the value
    expect(value).to_be_disabled()
    held[0].continue_()
    expect(value).to_be_enabled()


@pytest.mark.long
@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_pages_are_accessible_and_fit(
    open_as: Callable[..., Page], complaints: list[str], live_server: LiveServer, size: str, scheme: str
) -> None:
    people()
    page = open_as("/segments/", size, scheme)
    for path in ("/segments/", "/segments/new/", "/segments/leads/edit/", "/segments/leads/", "/campaigns/"):
        page.goto(live_server.url + path)
        assert violations(page) == [], path
        assert fits(page), path
    page.goto(live_server.url + "/campaigns/new/")
    assert violations(page) == []
    page.get_by_label("Name").fill("Come back")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/trigger/")
    for step in ("audience", "message", "check"):
        assert violations(page) == [], step
        assert fits(page), step
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url(f"**/{step}/")
    expect(page.get_by_text("Meet trigger and audience")).to_be_visible()
    assert violations(page) == []
    assert fits(page)
    assert complaints == []


@pytest.mark.long
def test_saving_an_unfinished_segment_says_what_is_missing_and_goes_on_saying_it(
    open_as: Callable[..., Page], complaints: list[str]
) -> None:
    page = open_as("/segments/new/")
    expect(page.locator(".preview-count strong")).to_have_text("0")
    page.get_by_label("Name").fill("Buyers")
    page.get_by_role("button", name="Add rule").click()
    page.get_by_label("What the rule looks at").select_option(label="Orders")
    expect(page.get_by_text("Unfinished rules are left out of this count.")).to_be_visible()
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("alert").filter(has_text="Some entries need another look.")).to_be_visible()
    # The count, which leaves unfinished rules out, comes back and must not wipe out what saving said.
    expect(page.get_by_text("Unfinished rules are left out of this count.")).to_be_visible()
    said = page.get_by_role("group", name="Rule").locator("[data-rule-problems]").get_by_text("A value is missing.")
    expect(said).to_be_visible()
    value = page.get_by_label("Value", exact=True)
    expect(value).to_be_focused()
    expect(value).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    value.fill("2")
    expect(said).to_be_hidden()
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", name="Buyers", exact=True)).to_be_visible()
    assert [said for said in complaints if "422" not in said] == []


@pytest.mark.long
def test_without_scripts_the_json_does(live_server: LiveServer, browser: Browser, sign_in: Callable[..., None]) -> None:
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, factories.staff("marketer"))
    page = context.new_page()
    page.goto(live_server.url + "/segments/new/")
    page.get_by_label("Name").fill("By hand")
    page.get_by_text("Rule as JSON").first.click()
    page.locator("textarea[name=rules]").fill('{"field": "gender", "op": "=", "value": "female"}')
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()
