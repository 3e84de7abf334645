"""The member's card on a phone: what a home screen asks for, the code at the till, and the card without a connection."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from cdp.core.actors import SYSTEM
from customers.rules import member_numbers
from loyalty.models import Member
from loyalty.selectors import cards as reading
from loyalty.services import cards, members
from tests import factories
from tests.loyalty import programmes, shop

NOW = timezone.now()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_card_can_be_installed_and_opens_without_a_connection(live_server: LiveServer, browser: Browser) -> None:
    begin = NOW - timedelta(days=100)
    programmes.publish(programmes.spend(), starts_at=begin, now=begin)
    ann = factories.customer(name="Ann Lee", language="en")
    members.enrol(customer=ann.id, how=Member.How.STAFF, actor=SYSTEM, now=begin)
    shop.buy(ann, NOW - timedelta(days=1), ("A-1", 1, 1000))
    shop.settle(ann, NOW)
    number = member_numbers.spaced(members.number(customer=ann.id, actor=SYSTEM, now=NOW))
    address = f"{live_server.url}{reading.path(cards.give(customer=ann.id, actor=SYSTEM, now=NOW))}"
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(address)
    expect(page.locator(".member-card-balance strong")).to_have_text("40")

    told = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then((one) => one.json())")
    assert (told["display"], address.endswith(told["start_url"]), told["scope"]) == ("standalone", True, "/card/")
    for icon in told["icons"]:
        assert context.request.get(f"{live_server.url}{icon['src']}").ok, icon
    page.wait_for_function("navigator.serviceWorker.controller && 'kept' in document.documentElement.dataset")

    page.get_by_role("link", name="Show large at the till").last.click()
    expect(page.locator(".till .till-number")).to_have_text(number)
    expect(page.locator(".till .barcode")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.till')).backgroundColor") == "rgb(255, 255, 255)"
    page.keyboard.press("Escape")
    expect(page.locator(".till")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not faults

    context.set_offline(True)
    page.goto(address)
    expect(page.get_by_text("No connection.")).to_be_visible()
    expect(page.locator(".member-card-number")).to_have_text(number)
    expect(page.locator(".member-card-code .qr")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.member-card')).borderRadius") == "18px"
    context.set_offline(False)

    page.goto(address)
    expect(page.get_by_text("No connection.")).to_be_hidden()
    page.get_by_text("Did somebody else see your card?").click()
    page.get_by_role("button", name="End this card").click()
    expect(page.get_by_role("heading", name="This card is ended")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("heading", name="There is no card here")).to_be_visible()
    context.close()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_one_shows_an_invitation_and_the_other_shares_by_it(live_server: LiveServer, browser: Browser) -> None:
    begin = NOW - timedelta(days=100)
    programmes.publish(programmes.spend(), household=3, starts_at=begin, now=begin)
    addresses = []
    for name in ("Mali Suk", "Somchai Suk"):
        one = factories.customer(name=name, language="en")
        members.enrol(customer=one.id, how=Member.How.STAFF, actor=SYSTEM, now=begin)
        shop.buy(one, NOW - timedelta(days=1), ("A-1", 1, 1000))
        shop.settle(one, NOW)
        addresses.append(f"{live_server.url}{reading.path(cards.give(customer=one.id, actor=SYSTEM, now=NOW))}")
    hers, his = (browser.new_context(viewport={"width": 390, "height": 844}).new_page() for _ in addresses)
    hers.goto(addresses[0])
    hers.get_by_text("What sharing means").click()
    hers.get_by_role("button", name="I agree: show an invitation").click()
    code = hers.locator("#household-code").inner_text()
    his.goto(addresses[1])
    his.get_by_label("The code of an invitation").fill(code.lower())
    his.get_by_role("button", name="Look at the invitation").click()
    expect(his.get_by_text("Mali invites you to share.")).to_be_visible()
    expect(his.get_by_text("but not what was bought")).to_be_visible()
    his.get_by_role("button", name="I agree: share").click()
    expect(his.get_by_text("Shared with Mali")).to_be_visible()
    expect(his.locator(".member-card-balance strong")).to_have_text("80")
    hers.goto(addresses[0])
    expect(hers.get_by_text("Shared with Somchai")).to_be_visible()
    assert hers.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hers.get_by_text("Share no more").click()
    hers.get_by_role("button", name="Leave the household").click()
    expect(hers.locator(".member-card-balance strong")).to_have_text("40")
    for page in (hers, his):
        page.context.close()
