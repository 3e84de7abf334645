"""The question before measuring in Chromium: as easy to refuse as to accept, under a strict policy, in three languages."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserType, Page, expect

from cdp.core.crypto import subjects
from consent.models import ConsentRecord, ConsentState
from consent.selectors import ledger
from customers.services import buckets
from tests import factories, website
from tests.browser.conftest import browser_type_launch_args
from tests.clients.test_own_script import STORED, events, open_page

__all__ = ["browser_type_launch_args", "open_page"]
pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]
LOOKS = """node => {
    const s = getComputedStyle(node), box = node.getBoundingClientRect();
    return [s.color, s.backgroundColor, s.fontSize, s.fontWeight, s.borderColor, Math.round(box.width)];
}"""
# Not even inline styles.
POLICY = "default-src 'none'; script-src {crm}; connect-src {crm}"


@pytest.fixture
def site(db: None) -> Iterator[website.Website]:
    buckets.ensure()
    with website.website(factories.source("web-shop")) as found:
        found.policy, found.attributes = POLICY, "data-banner"
        found.add("/", "Home", '<a id="next" href="/next">Next</a>')
        found.add("/next", "Next")
        yield found


def test_nothing_is_told_before_the_answer_and_both_answers_weigh_the_same(
    site: website.Website, open_page: Any
) -> None:
    page: Page = open_page(site.url)
    refuse, accept = page.get_by_role("button", name="No, thank you"), page.get_by_role("button", name="Yes, you may")
    expect(refuse).to_be_visible()
    assert refuse.evaluate(LOOKS) == accept.evaluate(LOOKS)
    assert refuse.evaluate("node => node.getBoundingClientRect().height") >= 44
    page.context.clock.run_for(20_000)
    assert page.evaluate(STORED) == 0
    page.goto("about:blank")  # left without an answer
    page.goto(site.url)
    expect(refuse).to_be_visible()
    assert (site.statuses, page.evaluate(STORED), page.context.cookies()) == ([], 0, [])


def test_a_yes_is_kept_with_the_version_that_was_shown(site: website.Website, open_page: Any) -> None:
    page: Page = open_page(site.url)
    page.get_by_role("button", name="Yes, you may").click()
    page.evaluate("cdp.identify('member-1', {email: 'mali@example.com'})")
    page.context.clock.run_for(20_000)
    page.goto(f"{site.url}/next")
    page.wait_for_function("window.cdp && cdp.version && cdp.consent()")
    expect(page.locator("cdp-banner")).to_have_count(0)
    site.wait_for_events(3)
    events()
    assert ConsentState.objects.get(purpose="measurement").is_granted
    record = ConsentRecord.objects.get(purpose="measurement")
    assert ledger.evidence(record, subjects.load([record.customer_id]))["banner"] == "1/en"


def test_a_no_is_remembered_asked_once_and_can_be_thought_over(site: website.Website, open_page: Any) -> None:
    page: Page = open_page(site.url)
    page.get_by_role("button", name="No, thank you").click()
    expect(page.locator("cdp-banner")).to_have_count(0)
    page.goto(f"{site.url}/next")
    page.wait_for_function("window.cdp && cdp.version && cdp.consent()")
    expect(page.locator("cdp-banner")).to_have_count(0)
    assert page.evaluate("cdp.consent().measurement") is False
    assert page.evaluate("localStorage.length") == 1  # the no itself
    assert page.evaluate("localStorage.getItem(localStorage.key(0))") == "1"  # and no id
    page.evaluate("cdp.track('Looked'); cdp.page('Again'); cdp.identify('member-1', {email: 'mali@example.com'})")
    page.context.clock.run_for(20_000)
    page.goto("about:blank")
    page.goto(f"{site.url}/next")
    page.wait_for_function("window.cdp && cdp.version && cdp.consent()")
    assert (site.statuses, page.evaluate("sessionStorage.length"), page.context.cookies()) == ([], 0, [])
    page.evaluate("cdp.consent.show()")
    expect(page.get_by_role("heading", name="May we measure")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="No, thank you")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("cdp.consent().measurement") is True


@pytest.mark.parametrize(("language", "words"), [("th", "ไม่อนุญาต"), ("ko", "동의하지 않습니다")])
def test_it_speaks_the_language_of_the_page(site: website.Website, open_page: Any, language: str, words: str) -> None:
    site.attributes = f'data-banner data-lang="{language}"'
    site.add("/", "Home", "")
    page: Page = open_page(site.url)
    expect(page.get_by_role("button", name=words, exact=True)).to_be_visible()


def test_who_asks_for_privacy_is_not_asked_but_may_answer(
    site: website.Website, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> None:
    with website.visitor(browser_type, browser_type_launch_args, timezone.now()) as (context, page):
        context.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})")
        page.goto(site.url)
        page.wait_for_function("window.cdp && cdp.version")
        page.evaluate("cdp.consent.show()")
        expect(page.get_by_text("Your browser asks not to be measured")).to_be_visible()
        expect(page.locator("cdp-banner")).to_have_count(1)
        page.get_by_role("button", name="No, thank you").click()
        page.evaluate("cdp.track('Looked')")
        context.clock.run_for(20_000)
        page.goto("about:blank")
        page.goto(site.url)
        page.wait_for_function("window.cdp && cdp.version")
        assert (site.statuses, page.evaluate("localStorage.length"), context.cookies()) == ([], 1, [])
