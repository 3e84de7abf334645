"""What a customer fills in reaches their profile and nothing else is allowed by it: on the shop's tablet and on a phone."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from cdp.web.views import public
from consent.models import ConsentState
from customers.models import Customer
from tests import factories

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
# The shop's tablet stands there for everybody; the phone is the customer's own.
each_size = pytest.mark.parametrize(
    ("size", "query"), [(TABLET, "?kiosk=1&lang=en"), (PHONE, "?lang=en")], ids=["tablet", "phone"]
)


@pytest.fixture(autouse=True)
def _at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public, "QUICKEST", dt.timedelta(0))
    cache.clear()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Any]:
    """Opens browsers, and closes them at the end; nothing may go wrong on any of their pages."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(size: dict[str, Any], **options: Any) -> BrowserContext:
        context = browser.new_context(**size, **options)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def clerk(opened: Any, live_server: LiveServer, sign_in: Callable[..., None]) -> Any:
    """The page of a clerk on a device of that size."""

    def clerk(size: dict[str, Any]) -> Page:
        context = opened(size, base_url=live_server.url, reduced_motion="reduce")
        sign_in(context, factories.staff("clerk"))
        return context.new_page()

    return clerk


def fill_in(page: Page, *screens: dict[str, str], has_terms: bool = True) -> None:
    """One screen after the other, up to the boxes: there are some, and none is ticked. Terms are accepted where a form
    has any.
    """
    for fields in screens:
        for name, text in fields.items():
            page.locator(f"input[name={name}]").fill(text)
        shown = page.locator("section.screen:visible h2")
        before = shown.inner_text()
        page.get_by_role("button", name="Next", exact=True).click()
        expect(shown).not_to_have_text(before)
    expect(page.get_by_role("heading", name="May we write to you?")).to_be_visible()
    expect(page.locator("input[name=consent_marketing_email]")).to_be_visible()
    expect(page.locator("input[name^=consent_]:checked")).to_have_count(0)
    if has_terms:
        page.locator("input[name=accept_terms]").check()
    else:
        expect(page.locator("input[name=accept_terms]")).to_have_count(0)


def turn_to(page: Page, part: str) -> None:
    """A profile on a phone shows one part at a time."""
    tab = page.get_by_role("tab", name=part, exact=True)
    if (page.viewport_size or {})["width"] == PHONE["viewport"]["width"]:
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
    else:
        expect(tab).to_be_hidden()


@each_size
def test_a_pre_order_of_somebody_known_stands_on_the_profile_and_allows_nothing(
    live_server: LiveServer, opened: Any, clerk: Any, size: dict[str, Any], query: str
) -> None:
    ann = factories.customer(name="Ann Smith", phone="0812345678")
    page = opened(size).new_page()
    page.goto(f"{live_server.url}/preorder/{query}")
    fill_in(
        page,
        {"product": "Gift box for Songkran", "quantity": "2"},
        {},
        {"name": "Ann Smith", "phone": "081-234-5678"},
    )
    page.get_by_role("button", name="Send pre-order").click()
    expect(page.get_by_role("heading", name="2 × Gift box for Songkran")).to_be_visible()
    number = page.locator(".voucher-code").inner_text()

    seen = clerk(size)
    seen.goto(f"/customers/{ann.id}/")
    turn_to(seen, "At a glance")
    expect(seen.locator("#pane-now")).to_contain_text("Gift box for Songkran", use_inner_text=True)
    expect(seen.locator("#pane-now")).to_contain_text(number, use_inner_text=True)
    turn_to(seen, "Who")
    expect(seen.locator("table.matrix")).to_be_visible()
    expect(seen.locator("table.matrix .consent-granted")).to_have_count(0)
    assert Customer.objects.filter(status="known").count() == 1
    assert not ConsentState.objects.filter(is_granted=True).exists()


@each_size
def test_the_newsletter_box_that_a_customer_ticks_is_the_one_thing_allowed_on_the_profile(
    live_server: LiveServer, opened: Any, clerk: Any, size: dict[str, Any], query: str
) -> None:
    page = opened(size).new_page()
    page.goto(f"{live_server.url}/signup/{query}")
    fill_in(page, {"name": "Ploy Walkin", "email": "ploy@example.com", "phone": "0845550199"}, {}, {})
    page.locator("input[name=consent_marketing_email]").check()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Thank you, you are in")).to_be_visible()

    ploy = Customer.objects.get(status="known")
    seen = clerk(size)
    seen.goto(f"/customers/{ploy.id}/")
    expect(seen.get_by_role("heading", name="Ploy Walkin")).to_be_visible()
    turn_to(seen, "Who")
    expect(seen.locator("table.matrix")).to_be_visible()
    expect(seen.locator("table.matrix .consent-granted")).to_have_count(1)
    found = ConsentState.objects.filter(customer_id=ploy.id, is_granted=True).values_list("purpose", "channel")
    assert list(found) == [("marketing", "email")]


@each_size
def test_a_warranty_registered_in_a_browser_is_found_and_claimed_in_another(
    live_server: LiveServer, opened: Any, clerk: Any, size: dict[str, Any], query: str
) -> None:
    page = opened(size).new_page()
    page.goto(f"{live_server.url}/warranty/{query}")
    fill_in(
        page,
        {"product": "Sandalwood Diffuser", "serial": "mc 48-210"},
        {"bought_on": "2026-11-01", "order_number": "1001"},
        {"name": "Ann Smith", "email": "ann@example.com", "phone": "081-234-5678"},
        has_terms=False,
    )
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Sandalwood Diffuser")).to_be_visible()

    desk = clerk(size)
    for remembered in ("MC48210", "Ann", "081 234 5678", "ann@example.com"):
        desk.goto("/warranties/")
        desk.get_by_role("searchbox", name="Serial number, name, phone or e-mail").fill(remembered)
        desk.keyboard.press("Enter")
        expect(desk.locator("main tbody a.row-title")).to_have_count(1)
        expect(desk.locator("main tbody a.row-title")).to_have_text("Sandalwood Diffuser")
    desk.locator("main tbody a.row-title").click()
    desk.wait_for_url(re.compile(r"/warranties/[0-9a-f-]{36}/"))
    desk.get_by_label("What is wrong?").fill("It leaks")
    desk.get_by_role("button", name="Open claim").click()
    expect(desk.get_by_label("What was done?")).to_be_visible()
    expect(desk.locator("main")).to_contain_text("It leaks")
    desk.get_by_role("link", name="Ann Smith").click()
    expect(desk.get_by_role("heading", name="Ann Smith")).to_be_visible()
    turn_to(desk, "At a glance")
    expect(desk.get_by_role("link", name="Sandalwood Diffuser")).to_be_visible()
    assert Customer.objects.filter(status="known").count() == 1
    assert not ConsentState.objects.filter(is_granted=True).exists()
