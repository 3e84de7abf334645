"""/cdp.js in Chromium: what it keeps before consent, what survives a reload, and how it behaves when the server is away."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserType, Page

from cdp.core.models import Source
from consent.models import ConsentRecord
from customers.models import Customer, Identifier, Status
from customers.services import buckets
from events.models import Event, SourceHour
from events.services import draining
from tests import factories, website
from tests.browser.conftest import browser_type_launch_args

__all__ = ["browser_type_launch_args"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STORED = "localStorage.length + sessionStorage.length"
POLICY = "default-src 'none'; script-src {crm}; connect-src {crm}; style-src 'unsafe-inline'"


@pytest.fixture
def site(db: None) -> Iterator[website.Website]:
    buckets.ensure()
    with website.website(factories.source("web-shop")) as found:
        found.policy = POLICY
        found.add("/", "Home", '<a id="next" href="/next">Next</a>')
        found.add("/next", "Next")
        yield found


@pytest.fixture
def open_page(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Any]:
    at = timezone.now() - dt.timedelta(minutes=30)
    with website.visitor(browser_type, browser_type_launch_args, at) as (_context, page):

        def opened(address: str) -> Page:
            page.goto(address)
            page.wait_for_function("window.cdp && cdp.version")
            return page

        yield opened


def events() -> list[Event]:
    draining.drain(now=timezone.now())
    return list(Event.objects.order_by("occurred_at", "id"))


def test_without_a_word_nothing_is_stored_and_nothing_is_sent(site, open_page):
    page = open_page(f"{site.url}/?q=umbrella")
    page.evaluate("cdp.identify('member-1', {email: 'mali@example.com'})")
    page.context.clock.run_for(20_000)
    assert page.evaluate(STORED) == 0
    assert site.statuses == []  # the word may still come
    page.goto(f"{site.url}/next")
    page.wait_for_function("window.cdp && cdp.version")
    page.evaluate("cdp.consent({measurement: true})")  # on the second page: what was seen before stays unknown
    site.wait_for_events(1)
    assert [one.properties["path"] for one in events()] == ["/next"]
    assert not Customer.objects.filter(status=Status.KNOWN).exists()
    assert page.context.cookies() == []


def test_a_no_takes_back_what_was_stored(site, open_page):
    page = open_page(site.url)
    page.evaluate("cdp.consent({measurement: true}); cdp.identify('member-1')")
    page.context.clock.run_for(3000)
    site.wait_for_events(2)
    assert page.evaluate("localStorage.length") == 1
    page.evaluate("cdp.consent({measurement: false}); cdp.track('Looked Again')")
    assert page.evaluate(STORED) == 0
    page.context.clock.run_for(3000)
    site.wait_for_events(3)
    posts = len(site.statuses)
    page.goto(f"{site.url}/next")
    page.wait_for_function("window.cdp && cdp.version")
    page.evaluate("cdp.consent({measurement: false}); cdp.page('Again'); cdp.identify('member-1')")
    page.context.clock.run_for(20_000)
    page.goto("about:blank")
    assert len(site.statuses) == posts
    found = events()
    assert not any(one.name in {"Looked Again", "Again"} for one in found)
    (after,) = [one for one in found if one.name == "Segment Consent Preference Updated"]
    assert after.customer_id in buckets.IDS
    told = ConsentRecord.objects.order_by("recorded_at", "at").values_list("customer_id", "status")
    member = Customer.objects.get(status=Status.KNOWN).id
    assert list(told) == [(member, "given"), (member, "withdrawn")]


def test_a_browser_that_objects_is_not_heard_until_the_visitor_says_yes(site, browser_type, browser_type_launch_args):
    site.attributes = 'data-consent="given"'
    site.add("/", "Home")
    with website.visitor(browser_type, browser_type_launch_args, timezone.now()) as (context, page):
        context.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})")
        page.goto(site.url)
        page.wait_for_function("window.cdp && cdp.version")
        page.evaluate("cdp.track('Unheard')")
        context.clock.run_for(5000)
        page.goto("about:blank")
        page.goto(site.url)
        page.wait_for_function("window.cdp && cdp.version")
        assert (site.statuses, page.evaluate(STORED)) == ([], 0)
        page.evaluate("cdp.consent({measurement: true})")
        site.wait_for_events(1)
    (only,) = events()
    assert (only.name, only.properties["path"]) == ("Home", "/")
    assert only.customer_id == Customer.objects.get(status=Status.ANONYMOUS).id


def test_what_was_called_before_it_came_is_heard_in_order_and_consent_first(site, open_page):
    site.policy = POLICY.replace("script-src", "script-src 'unsafe-inline'")
    calls = """(window.cdp = window.cdp || []).push(["track", "First", {n: 1}]);
        cdp.push(["page", "Shelf", "Serum", {sku: "A-1"}], ["identify", "member-1", {firstName: "Mali"}]);
        cdp.push(["group", "g-1", {name: "Mali Co"}], ["alias", "member-1", "old-visitor"], ["ready", () => { window.heard = true }]);
        cdp.push(["consent", {measurement: true}]);"""
    site.add("/", "Home", head=f"<script>{calls}</script>")
    page = open_page(site.url)
    page.context.clock.run_for(2000)
    site.wait_for_events(5)
    assert page.evaluate("window.heard")
    found = {one.kind: one for one in events()}
    assert set(found) == {"track", "page", "identify", "group", "alias"}
    assert (found["page"].name, found["page"].properties["category"], found["page"].properties["sku"]) == (
        "Serum",
        "Shelf",
        "A-1",
    )
    assert found["track"].properties["n"] == 1
    assert Identifier.objects.filter(kind="external_id").count() == 1
    page.evaluate("cdp.push(['track', 'After'], ['nonsense'], ['track'])")
    page.context.clock.run_for(2000)
    site.wait_for_events(1)


def test_moves_without_loading_are_pages_and_a_search_is_told_once(site, open_page):
    page = open_page(site.url)
    page.evaluate("cdp.consent({measurement: true})")
    page.context.clock.run_for(10_000)
    page.evaluate("document.title = 'Serum'; history.pushState({}, '', '/serum?utm_source=line')")
    page.context.clock.run_for(7000)
    page.evaluate("history.replaceState({}, '', '/serum?q=sun')")
    page.evaluate("history.replaceState({}, '', '/serum?q=sun&page=2')")
    page.goto("about:blank")
    site.wait_for_events(5)
    found = events()
    assert [one.properties["path"] for one in found if one.kind == "page"] == ["/", "/serum"]
    assert [one.properties["seconds"] for one in found if one.name == "Page Engaged"] == [10, 7]
    assert [one.properties["query"] for one in found if one.name == "Products Searched"] == ["sun"]
    shelf = next(one for one in found if one.kind == "page" and one.name == "Serum")
    assert shelf.properties["referrer"] == f"{site.url}/"
    assert shelf.properties["$context"]["campaign"] == {"source": "line"}


def test_hidden_time_is_no_time_on_the_page(site, open_page):
    page = open_page(site.url)
    page.evaluate("cdp.consent({measurement: true})")
    turn = "Object.defineProperty(document, 'visibilityState', {value: '%s', configurable: true}); document.dispatchEvent(new Event('visibilitychange'))"
    page.context.clock.run_for(10_000)
    page.evaluate(turn % "hidden")
    page.context.clock.run_for(600_000)
    page.evaluate(turn % "visible")
    page.context.clock.run_for(5000)
    page.goto("about:blank")
    site.wait_for_events(3)
    assert [one.properties["seconds"] for one in events() if one.name == "Page Engaged"] == [10, 5]


def test_a_busy_server_is_asked_again_when_it_said_and_nothing_is_doubled(site, open_page):
    site.fails_with = [("429 Too Many Requests", "120"), ("503 Service Unavailable", "")]
    page = open_page(site.url)
    page.evaluate("cdp.consent({measurement: true})")
    site.wait_for(1)
    page.context.clock.run_for(60_000)
    assert site.statuses == [429]
    page.context.clock.run_for(61_000)
    site.wait_for(2)
    for _ in range(50):
        page.context.clock.run_for(3000)
        if len(site.statuses) > 2:
            break
    site.wait_for_events(1)
    assert site.statuses[:3] == [429, 503, 200]
    assert [one.kind for one in events()].count("page") == 1


def test_what_was_not_delivered_survives_a_reload(site, open_page):
    site.fails_with = [("503 Service Unavailable", "300")] * 2
    page = open_page(site.url)
    page.evaluate("cdp.consent({measurement: true}); cdp.track('Kept')")
    site.wait_for(1)
    waiting = json.loads(page.evaluate("sessionStorage.getItem(sessionStorage.key(0))"))
    assert [one.get("event", one["type"]) for one in waiting] == ["page", "Kept"]
    page.reload()
    page.wait_for_function("window.cdp && cdp.version")
    page.context.clock.run_for(400_000)
    site.wait_for_events(3)
    found = events()
    assert len([one for one in found if one.name == "Kept"]) == 1
    assert len({one.customer_id for one in found}) == 1


def shop(site):
    """Three pages in a ring, whose links tell something before they lead on; one has a form, which does, too."""
    site.attributes, site.policy = 'data-consent="given"', ""
    for path, title, following in (("/", "Home", "/shelf"), ("/shelf", "Shelf", "/serum"), ("/serum", "Serum", "/")):
        link = f'<a id="on" href="{following}" data-cdp-event="Followed">On</a>'
        site.add(path, title, f'{link}<form action="{following}"><button id="send">Go</button></form>')
    return site


def look_at(page):
    page.wait_for_function("window.cdp && cdp.version")
    page.context.clock.run_for(7000)  # what a page before may have sent is waited for, five seconds


def test_clicking_through_a_site_stores_everything_once_and_sends_again_only_what_leaving_told(site, open_page):
    page = open_page(shop(site).url)
    for button in ("#on", "#send", "#on", "#on"):
        look_at(page)
        page.wait_for_function("sessionStorage.length === 0")
        page.click(button)
    look_at(page)
    page.wait_for_function("sessionStorage.length === 0")
    page.goto("about:blank")
    site.wait_for_events(5 + 5 + 3 + 1)
    found = events()
    names = [one.name for one in found]
    counts = {name: names.count(name) for name in ("Page Engaged", "Followed", "Form Submitted")}
    assert (len(found), counts) == (14, {"Page Engaged": 5, "Followed": 3, "Form Submitted": 1})
    again = Counter(site.sent) - Counter(set(site.sent))
    assert {one.name for one in found if one.message_id in again} <= set(counts)
    assert set(again.values()) <= {1}


@pytest.mark.parametrize("closes", [True, False])
def test_what_leaving_told_arrives_where_the_next_page_has_no_script(site, open_page, closes):
    shop(site).pages["/shelf"] = "<title>Shelf</title>"
    page = open_page(site.url)
    look_at(page)
    page.wait_for_function("sessionStorage.length === 0")
    page.click("#on")
    page.wait_for_url("**/shelf")
    if closes:
        page.close()
    site.wait_for_events(3)
    # Told by two requests, whose clocks are put right each by its own way through the net.
    assert sorted(one.name for one in events()) == ["Followed", "Home", "Page Engaged"]


def test_what_was_under_way_when_a_page_was_left_waits_a_while_on_the_next(site, open_page):
    page = open_page(shop(site).url)
    look_at(page)
    page.wait_for_function("sessionStorage.length === 0")
    site.answers.clear()
    page.click("#on")
    page.wait_for_function("window.cdp && cdp.version && document.title === 'Shelf'")
    site.wait_for_events(4)
    assert max(Counter(site.sent).values()) == 1
    assert (
        page.evaluate("JSON.parse(sessionStorage[Object.keys(sessionStorage)[0]]).filter((one) => one.under).length")
        > 1
    )
    site.answers.set()
    page.context.clock.run_for(8000)
    page.wait_for_function("sessionStorage.length === 0")
    assert all("under" not in one.properties for one in events())


def test_nothing_is_lost_where_pages_are_left_before_the_door_answers(site, open_page):
    site.answers.clear()
    page = open_page(shop(site).url)
    for _ in range(3):
        look_at(page)
        page.click("#on")
    look_at(page)
    page.goto("about:blank")
    site.answers.set()
    site.wait_for_events(4 + 4 + 3)
    found = [one.name for one in events()]
    assert (len(found), found.count("Followed"), found.count("Page Engaged")) == (11, 3, 4)


def test_a_day_of_many_events_leaves_in_pieces_a_browser_lets_live_on(site, open_page):
    page = open_page(site.url)
    page.evaluate("cdp.consent({measurement: true})")
    page.evaluate("for (let n = 0; n < 120; n += 1) cdp.track('Typed', {n, text: 'ก'.repeat(300)})")
    page.goto("about:blank")
    site.wait_for_events(30)
    # The rest waits in the tab and goes out with the next page of the site.
    open_page(f"{site.url}/next")
    page.context.clock.run_for(5000)
    site.wait_for_events(122)
    found = [one for one in events() if one.name == "Typed"]
    assert sorted(one.properties["n"] for one in found) == list(range(120))
    assert SourceHour.objects.get().rejected == 0
    assert Source.objects.filter(key="web-shop").exists()
