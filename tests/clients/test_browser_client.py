"""@segment/analytics-next in Chromium, on a page of another origin, with our addresses and nothing else changed."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests import running
from tests.clients.test_clients import source_with_key, told

PAGE = """<!doctype html><meta charset="utf-8"><title>Shop</title><script src="lib/index.js"></script><script>
window.done = (async () => {
  const base = "%(url)s";
  const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({writeKey: "%(key)s", cdnURL: base},
    {integrations: {"Segment.io": %(delivery)s}});
  await analytics.page("Home");
  await analytics.identify("member-1", {email: "mali@example.com"});
  await analytics.group("g-1", {name: "Mali Co"});
  await analytics.alias("member-1", "visitor-1");
  for (let number = 0; number < 20; number += 1) await analytics.track("Product Viewed", {sku: `A-${number}`});
  return true;
})();
</script>"""
BUSY_PAGE = """<!doctype html><meta charset="utf-8"><title>Shop</title><script src="lib/index.js"></script><script>
window.sent = 0;
(async () => {
  const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({writeKey: "%(key)s", cdnURL: "%(url)s"},
    {integrations: {"Segment.io": %(delivery)s}});
  analytics.identify("member-1", {email: "mali@example.com"});
  for (let number = 0; number < %(count)s; number += 1) {
    analytics.track("Product Viewed", {sku: `A-${number}`});
    window.sent += 1;
    await new Promise(go => setTimeout(go, 20));
  }
})();
</script>"""
COUNT = 300
DELIVERIES = {
    "single": "{}",
    "batch": '{deliveryStrategy: {strategy: "batching", config: {size: 5, timeout: 300}}}',
}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("No Chromium on this machine")
    return {"executable_path": found, "args": ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]}


@pytest.mark.browser
@pytest.mark.parametrize("delivery", DELIVERIES)
def test_the_browser_client_is_heard_in_full(
    shop: running.Shop, storefront: tuple[Path, str], page: Page, delivery: str
) -> None:
    folder, address = storefront
    name = f"browser-{delivery}"
    values = {"url": shop.url, "key": source_with_key(shop, name), "delivery": DELIVERIES[delivery]}
    (folder / "index.html").write_text(PAGE % values)
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status))
    page.on("requestfailed", lambda request: print("failed", request.url, request.failure, request.method))
    page.goto(f"{address}/index.html")
    assert page.evaluate("window.done")
    # The batch's last events wait for their time or for the page to be left.
    page.goto("about:blank")
    found = shop.wait_for(lambda: (now := told(shop, name))["events"] >= 24 and now)
    assert (found["events"], found["messages"], found["skus"], found["rejected"]) == (24, 24, 20, 0)
    assert set(answers) <= {200, 304}


@pytest.mark.browser
@pytest.mark.parametrize("delivery", DELIVERIES)
def test_the_browser_client_loses_and_doubles_nothing_when_the_server_dies_while_it_sends(
    shop: running.Shop, storefront: tuple[Path, str], page: Page, delivery: str
) -> None:
    folder, address = storefront
    name = f"kill-browser-{delivery}"
    values = {"url": shop.url, "key": source_with_key(shop, name), "delivery": DELIVERIES[delivery], "count": COUNT}
    (folder / "index.html").write_text(BUSY_PAGE % values)
    page.goto(f"{address}/index.html")
    page.wait_for_function("window.sent > 60")
    shop.kill("web")
    page.wait_for_function("window.sent > 200", timeout=60_000)
    shop.kill("web")
    # The page stays open, as a visitor's does: the client sends again what was not answered.
    found = shop.wait_for(lambda: (now := told(shop, name))["events"] > COUNT and now)
    assert (found["events"], found["messages"], found["skus"], found["rejected"]) == (COUNT + 1, COUNT + 1, COUNT, 0)
