"""Public forms on a phone and on the shop's tablet: one thought a screen, sent once, and forgotten by the tablet."""

import datetime as dt

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from cdp.web.views import public
from commerce.models import Warranty
from customers.models import Customer
from tests import factories

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}


@pytest.fixture(autouse=True)
def _at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public, "QUICKEST", dt.timedelta(0))


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_a_warranty_card_is_filled_in_screen_by_screen_and_sent_once(
    live_server: LiveServer, browser: Browser
) -> None:
    page = browser.new_context(**PHONE).new_page()
    page.goto(f"{live_server.url}/warranty/")
    next_, send = page.get_by_role("button", name="Next"), page.get_by_role("button", name="Register")
    expect(send).to_be_hidden()
    next_.click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    expect(page.locator("input[name=product]")).to_be_focused()
    page.locator("input[name=product]").fill("Kettle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="When and where?")).to_be_focused()
    page.locator("input[name=bought_on]").fill("2026-11-01")
    next_.click()
    page.locator("input[name=name]").fill("Ann Smith")
    page.locator("input[name=phone]").fill("12")
    next_.click()
    expect(page.locator("#id_phone_error")).to_be_visible()
    expect(page.locator("input[name=phone]")).to_be_focused()
    page.locator("input[name=phone]").fill("")
    page.locator("input[name=email]").fill("ann@example.com")
    page.get_by_role("button", name="ไทย").click()
    expect(page.locator("html")).to_have_attribute("lang", "th")
    expect(page.locator("input[name=email]")).to_be_visible()
    expect(page.locator("input[name=email]")).to_have_value("ann@example.com")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    next_.click()
    for box in page.locator("input[type=checkbox]").all():
        expect(box).not_to_be_checked()
    send.dblclick()
    expect(page).to_have_url(f"{live_server.url}/warranty/done/")
    expect(page.get_by_role("heading", name="Kettle")).to_be_visible()
    page.context.close()
    assert Warranty.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_shops_tablet_takes_a_walk_in_and_is_empty_for_the_next_one(
    live_server: LiveServer, browser: Browser
) -> None:
    page = browser.new_context(**TABLET).new_page()
    page.goto(f"{live_server.url}/signup/?kiosk=1")
    next_ = page.get_by_role("button", name="Next", exact=True)
    page.locator("input[name=name]").fill("Walk In")
    page.locator("input[name=phone]").fill("081 234 5678")
    for screen in ("What do you like?", "When is your birthday?", "May we write to you?"):
        next_.click()
        expect(page.get_by_role("heading", name=screen)).to_be_visible()
    page.locator("input[name=accept_terms]").check()
    page.get_by_role("button", name="Join").click()
    expect(page.locator(".voucher-code")).to_be_visible()
    page.get_by_role("link", name="Next person").click()
    expect(page.locator("input[name=name]")).to_have_value("")
    page.go_back()
    expect(page.locator(".voucher-code")).to_have_count(0)
    page.context.close()
    assert Customer.objects.get(status="known").source == "kiosk"


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_a_tablet_that_the_clerk_hands_over_shows_nothing_of_staff_until_the_password(
    live_server: LiveServer, browser: Browser
) -> None:
    clerk, known = factories.staff("clerk"), factories.customer(name="Secret Person", phone="0812345678", language="en")
    context = browser.new_context(**TABLET, base_url=live_server.url)
    page, other_tab = context.new_page(), context.new_page()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(clerk.email)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{live_server.url}/counter/")
    for tab in (other_tab, page):
        tab.goto(f"/counter/{known.id}/")
        expect(tab.get_by_role("heading", name="Secret Person")).to_be_visible()
    page.locator("#sheet input[name=amount]").fill("120")
    page.get_by_role("button", name="Hand the tablet to the customer").click()
    expect(page.get_by_text("What was typed on this page is not saved yet")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#sheet input[name=amount]")).to_have_value("120")
    page.get_by_role("button", name="Hand the tablet to the customer").click()
    page.get_by_role("button", name="Hand it over").click()
    expect(page.locator("input[name=name]")).to_be_visible()
    expect(other_tab.get_by_role("heading", name="This tablet is for customers now")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="This tablet is for customers now")).to_be_visible()
    expect(page.get_by_text("Secret Person")).to_have_count(0)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("heading", name="Secret Person")).to_be_visible()
    context.close()
