"""The till in Chromium: found by phone, balance and offers seen, paid with points, taken back; the ledger agrees."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import running, tour

TABLET = {"width": 1024, "height": 768}
BEGIN = (
    "from tests.loyalty import programmes; "
    "programmes.publish(wallets={'points': {'worth': '0.25', 'smallest': '10', 'step': '10'}})"
)


@pytest.fixture(scope="module")
def guide(browser: Browser) -> Iterator[tour.Tour]:
    with running.shop() as shop:
        shop.run("shell", "-v", "0", "-c", BEGIN)
        yield tour.Tour(shop, browser)


def find(page: Page, guide: tour.Tour) -> None:
    page.goto(f"{guide.shop.url}/counter/")
    page.locator("[data-desk-field]").fill("081-234-5670")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/counter/[0-9a-f-]{36}/"))


@pytest.mark.long
def test_a_member_is_found_by_phone_pays_with_points_and_brings_it_back(guide: tour.Tour) -> None:
    shop = guide.shop
    _status, made = shop.call("POST", "/api/v1/customers", {"phone": "0812345670", "given_name": "Malee"})
    who = made["id"]
    shop.call("POST", f"/api/v1/loyalty/accounts/{who}/earn", {"points": 500, "reason": "opening"})
    context = guide.context("clerk", viewport=TABLET, has_touch=True)
    page, second = context.new_page(), context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    find(page, guide)
    expect(page.locator(".desk-account")).to_contain_text("500")
    find(second, guide)  # a colleague has the same customer open
    page.locator("input[name=amount]").fill("1000")
    page.locator("[data-desk-points]").click()
    expect(page.locator("input[name=points]")).to_have_value("500")
    expect(page.locator(".desk-bill-total")).to_contain_text("875.00")
    page.locator(".desk-save .btn").click()
    expect(page.locator(".toast")).to_contain_text("+35 points, now 35")
    second.locator("input[name=amount]").fill("1000")
    second.locator("input[name=points]").fill("500")
    second.locator(".desk-save .btn").click()
    expect(second.locator("#sale")).to_contain_text("There are fewer points than that: 35 can be spent.")

    page.get_by_role("link", name="Take something back").click()
    page.locator(".desk-match").click()
    page.get_by_label("How much goes back").fill("437.50")
    page.get_by_role("button", name="See what happens").click()
    expect(page.locator("#outcome")).to_contain_text("250 points that were spent come back")
    page.get_by_role("button", name="Take it back").click()
    page.wait_for_url(re.compile(rf"/counter/{who}/"))
    expect(page.locator(".toast")).to_contain_text("437.50")

    _status, account = shop.call("GET", f"/api/v1/loyalty/accounts/{who}")
    _status, entries = shop.call("GET", f"/api/v1/loyalty/accounts/{who}/entries")
    changes = [entry["balance_change"] for entry in entries["results"]]
    # 500 given, 500 spent, 35 earned, 250 come back, half of 35 rounded down is taken back.
    assert sorted(changes) == [-500, -17, 35, 250, 500]
    assert account["balance"] == sum(changes) == 268
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (wide, wrong) == (0, [])
    context.close()
