"""C9: somebody visits a website that carries /cdp.js, and the customer's page tells pages, seconds, shares and login."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserType, Page

from analytics.selectors import metrics
from cdp.core import pipeline
from customers.models import Customer, Status
from customers.services import buckets
from events.models import Session
from events.services import draining
from tests import factories, website
from tests.browser.conftest import browser_type_launch_args

__all__ = ["browser_type_launch_args"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CART = """<button data-cdp-share="line">Share</button><a id="out" href="https://partner.example/terms?id=7">Partner</a>
<form name="voucher" action="/cart"><input name="code" value="geheim"><button>Use</button></form>
<script src="data:text/javascript,document.addEventListener('click',e=>e.target.id==='out'%26%26e.preventDefault());
document.addEventListener('submit',e=>e.preventDefault())"></script>"""


def test_a_scripted_visit_gives_pages_seconds_share_clicks_and_login(
    client: Client, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> None:
    buckets.ensure()
    now = timezone.now()
    with website.website(factories.source("web-shop")) as site:
        site.add("/", "Home", '<a id="product" href="/products/serum?q=serum">Serum</a>')
        site.add("/products/serum", "Serum", '<a id="cart" href="/cart">Cart</a>')
        site.add("/cart", "Cart", CART)
        with website.visitor(browser_type, browser_type_launch_args, now - dt.timedelta(minutes=10)) as (context, page):
            _visit(site, context.clock, page)
            site.wait_for_events(12)
            assert context.cookies() == []
    draining.drain(now=timezone.now())
    pipeline.drain_all(now=timezone.now())

    who = Customer.objects.get(status=Status.KNOWN)
    visit = Session.objects.get(customer=who)
    assert (visit.pages, visit.entry_path, visit.exit_path) == (3, "/", "/cart")
    pages = [step for step in visit.steps if step["kind"] == "page"]
    assert [(step["title"], step["seconds"]) for step in pages] == [("Home", 12), ("Serum", 30), ("Cart", 8)]
    assert visit.seconds == 50
    assert (visit.channel, visit.utm_source, visit.utm_campaign, visit.device) == ("paid", "line", "glow", "phone")
    done = [step["name"] for step in visit.steps if step["kind"] == "track"]
    assert done == ["Products Searched", "Signed In", "Page Shared", "Link Clicked", "Form Submitted"]
    found = metrics.of_customer(who.id, timezone.now())
    assert found["sessions_count"] == 1
    assert found["last_login_at"] == visit.signed_in_at
    assert abs((visit.signed_in_at - visit.started_at).total_seconds() - 42) < 2

    client.force_login(factories.staff("marketer"))
    shown: Any = client.get(f"/customers/{who.id}/").content.decode()
    for words in ("3 pages", "50 s", "/cart", "Shared a page", "LINE"):
        assert words in shown
    assert "geheim" not in shown


def _visit(site: website.Website, clock: Any, page: Page) -> None:
    page.goto(f"{site.url}/?utm_source=line&utm_medium=cpc&utm_campaign=glow")
    page.wait_for_function("window.cdp && cdp.version")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.evaluate("cdp.consent({measurement: true})")
    clock.run_for(12_000)
    page.click("#product")
    page.wait_for_function("window.cdp && cdp.version")
    clock.run_for(30_000)
    page.evaluate("cdp.identify('member-1', {email: 'mali@example.com'}); cdp.track('Signed In', {method: 'password'})")
    page.click("#cart")
    page.wait_for_function("window.cdp && cdp.version")
    for place, target in enumerate(("button[data-cdp-share]", "#out", "form button")):
        clock.run_for(6_000 if place == 0 else 1000)
        page.click(target)
    page.goto("about:blank")
