"""The desks in Chromium: a phone for calls, a tablet for the counter; and the counter without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import running, tour

TABLET = {"width": 1024, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def guide(browser: Browser) -> Iterator[tour.Tour]:
    with running.shop() as shop:
        yield tour.Tour(shop, browser)


def questions(page: Page) -> str:
    return page.locator("input[name=question]").get_attribute("value") or ""


def begin_call(page: Page, guide: tour.Tour, number: str) -> None:
    """As a telephone system opens the page; the number does not stay in the address."""
    page.goto(f"{guide.shop.url}/phone/?number=%2B{number[1:]}")
    expect(page).not_to_have_url(re.compile("number="))


@pytest.mark.long
@pytest.mark.parametrize(
    ("size", "number", "name"),
    [(TABLET, "+66899999998", "Wanida Suksan"), (PHONE, "+66899999999", "Somchai Jaidee")],
    ids=["tablet", "phone"],
)
def test_an_unknown_caller_is_asked_one_thing_the_next_call_another_and_a_card_finds_him(
    guide: tour.Tour, size: dict[str, int], number: str, name: str
) -> None:
    context = guide.context("clerk", viewport=size)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)

    begin_call(page, guide, number)
    expect(page.locator("input[name=phone]")).to_have_value(number)
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type(name)
    page.locator("select[name=heard]").select_option("friend")
    page.locator("input[name=name]").press("Enter")
    page.wait_for_url(re.compile(r"/phone/[0-9a-f-]{36}/"))
    caller = page.url.rstrip("/").rsplit("/", 1)[1]
    assert questions(page) == "email"
    page.get_by_label("Delivery", exact=True).check()
    page.get_by_label("Solved").check()
    page.locator("input[name=answer_email]").fill(f"{name[:6].lower()}@example.com")
    page.locator("textarea[name=text]").fill("Parcel")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/phone/")

    begin_call(page, guide, number)
    page.wait_for_url(f"**/phone/{caller}/")
    assert questions(page) == "language"
    expect(page.locator("main")).to_contain_text(f"{name[0].lower()}•••@example.com")
    context.close()

    # At the counter, on a tablet: he gets a member number, and a scanner that types it finds him.
    context = guide.context("clerk", viewport=TABLET, has_touch=True)
    page = context.new_page()
    page.goto(f"{guide.shop.url}/counter/")
    expect(page.locator("[data-desk-field]")).to_be_focused()
    page.keyboard.type(name[:5].lower())
    expect(page.locator("[data-desk-match]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/counter/{caller}/")
    page.locator("input[name=amount]").fill("1,290.50")
    page.get_by_role("button", name="Give a member number").click()
    expect(page.locator(".qr")).to_be_visible()
    expect(page.locator("input[name=amount]")).to_have_value("1,290.50")
    page.locator(".desk-save .btn").click()
    expect(page.locator(".toast")).to_contain_text("1,290.50")
    code = page.locator(".member-code .mono").inner_text().replace(" ", "")
    page.get_by_role("link", name="Next customer").click()
    expect(page.locator("[data-desk-field]")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/counter/{caller}/")
    small = page.evaluate(
        """() => [...document.querySelectorAll(".desk .btn:not(.btn-link), .desk .desk-choice, .desk input.form-control")]
        .filter((one) => one.offsetParent && one.offsetHeight < 48).map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert small == []
    context.close()
    assert wrong == []


@pytest.mark.long
def test_the_counter_works_without_scripts(guide: tour.Tour) -> None:
    context = guide.context("clerk", viewport=TABLET, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{guide.shop.url}/counter/")
    page.locator("[data-desk-field]").fill("0812345679")
    page.get_by_role("button", name="Find").click()
    page.locator("input[name=name]").fill("Malee Srisuk")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(re.compile(r"/counter/[0-9a-f-]{36}/"))
    page.get_by_label("Rather not say").check()
    page.locator(".desk-save .btn").click()
    expect(page.locator("main")).to_contain_text("Asked enough for this visit.")
    context.close()


@pytest.mark.long
@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_sale_by_phone_number_by_code_or_by_card_lands_on_its_buyer(guide: tour.Tour, size: dict[str, int]) -> None:
    """Each way of knowing a buyer finds the one who was made before, and the button that saves is always in view."""
    context = guide.context("clerk", viewport=size, has_touch=True)
    page = context.new_page()
    number = f"08{size['width']:08d}"
    page.goto(f"{guide.shop.url}/counter/")
    page.locator("[data-desk-field]").fill(number)
    page.keyboard.press("Enter")
    page.locator("input[name=name]").fill("Nok Srisuk")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url(re.compile(r"/counter/[0-9a-f-]{36}/"))
    buyer = page.url.rstrip("/").rsplit("/", 1)[1]
    page.get_by_role("button", name="Give a member number").click()
    expect(page.locator(".qr")).to_be_visible()
    code = page.locator(".member-code .mono").inner_text().replace(" ", "")
    page.get_by_text("Know them by a payment card").click()
    page.locator("input[name=card_token]").fill(f"tok_{size['width']}")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("known from now on")

    for told in (number, code, code[1:], f"tok_{size['width']}"):
        page.goto(f"{guide.shop.url}/counter/")
        page.locator("[data-desk-field]").fill(told)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/counter/{buyer}/")
        save = page.locator(".desk-save .btn")
        page.locator("input[name=amount]").scroll_into_view_if_needed()
        expect(save).to_be_in_viewport()
        page.locator("input[name=amount]").fill("100")
        save.click()
        expect(page.locator(".toast")).to_contain_text("100.00")
    expect(page.locator(".desk-rest")).to_contain_text("100.00")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    _status, orders = guide.shop.call("GET", f"/api/v1/orders?customer={buyer}")
    assert [order["total"] for order in orders["results"]] == ["100.00"] * 4
    context.close()


@pytest.mark.long
def test_a_walk_in_signs_up_by_the_code_at_the_counter_and_is_known_there(guide: tour.Tour) -> None:
    poster = guide.context("clerk").new_page()
    poster.goto(f"{guide.shop.url}/forms/signup/poster/?src=qr-counter")
    expect(poster.locator("svg.qr")).to_be_visible()
    own = guide.context(viewport=PHONE, has_touch=True).new_page()
    own.goto(f"{guide.shop.url}/signup/?src=qr-counter&lang=en")
    own.locator("input[name=name]").fill("Ploy Walkin")
    own.locator("input[name=phone]").fill("0845550199")
    for box in own.locator("input[type=checkbox]").all():
        expect(box).not_to_be_checked()
    # Each screen has to be there before the next press: the form looks at it on the server first.
    for screen in ("What do you like?", "When is your birthday?", "May we write to you?"):
        own.get_by_role("button", name="Next", exact=True).click()
        expect(own.get_by_role("heading", name=screen)).to_be_visible()
    own.locator("input[name=accept_terms]").check()
    own.get_by_role("button", name="Join").click()
    voucher, quick = own.locator(".voucher-code"), own.get_by_text("Nearly done")
    expect(voucher.or_(quick)).to_be_visible()
    if quick.is_visible():  # no person fills it in within a second
        own.get_by_role("button", name="Join").click()
    expect(voucher).to_be_visible()
    code = own.locator(".voucher-code").inner_text()

    # At the counter the coupon of the sign-up is there to tap.
    page = guide.context("clerk", viewport=TABLET, has_touch=True).new_page()
    page.goto(f"{guide.shop.url}/counter/")
    page.locator("[data-desk-field]").fill("084-555-0199")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/counter/[0-9a-f-]{36}/"))
    page.locator(f"input[value='{code}']").check()
    page.locator("input[name=amount]").fill("1000")
    page.locator(".desk-save .btn").click()
    expect(page.locator(".toast")).to_contain_text("900.00")
    expect(page.locator(f"input[value='{code}']")).to_have_count(0)
    for one in (poster, own, page):
        one.context.close()
