"""The main job through the pages, as the people of a shop do it: files come in, somebody is found, the lapsed who allow
it get one message, and one of them asks for no more.

A steward imports; a marketer, who may not, does the rest. Messages go to a real SMTP server.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests import running, tour

pytestmark = pytest.mark.long  # a whole shop and many pages: about a minute

PASSWORD = "kept in a drawer since 1999"
PATIENCE = 60_000
TODAY = dt.datetime.now(dt.UTC).date()

CUSTOMERS = [
    ["Customer ID", "Full name", "E-mail", "Mobile", "Province"],
    ["C-1", "สมหญิง ใจดี", "somying@example.com", "081 234 5671", "กรุงเทพมหานคร"],
    ["C-2", "Somchai Jaidee", "somchai@example.com", "081 234 5672", "Chiang Mai"],
    ["C-3", "김하늘", "haneul@example.com", "", ""],
    ["C-4", "Anna Recent", "anna@example.com", "", ""],
    ["C-5", "Nobody Asked", "asked@example.com", "", ""],
    ["", "", "this is no address", "", ""],
]
CONSENTS = [
    ["E-mail", "Purpose", "Channel", "Opt in"],
    ["somying@example.com", "marketing", "email", "yes"],
    ["somchai@example.com", "marketing", "email", "no"],
    ["haneul@example.com", "marketing", "email", "yes"],
    ["anna@example.com", "marketing", "email", "yes"],
]
PEOPLE = {"haneul@example.com": ("김하", "김하늘"), "somying@example.com": ("สมห", "สมหญิง ใจดี")}
"""The lapsed who allow e-mail: what is typed to find them, and their name."""


def orders() -> list[list[str]]:
    """Everybody bought long ago, Anna also lately; one quantity is no number."""
    long_ago, lately = (TODAY - dt.timedelta(days=days) for days in (120, 5))
    rows = [["Order number", "Order date", "E-mail", "SKU", "Product", "Qty", "Price"]]
    for number, person in enumerate(("somying", "somchai", "haneul", "anna", "asked"), start=1):
        rows.append([f"A-{number}", long_ago.isoformat(), f"{person}@example.com", "T-1", "Tea", "2", "150.00"])
    rows.append(["A-6", lately.isoformat(), "anna@example.com", "T-2", "Cup", "1", "90.00"])
    rows.append(["A-7", lately.isoformat(), "anna@example.com", "T-2", "Cup", "many", "90.00"])
    return rows


@pytest.fixture(scope="module")
def mail() -> Iterator[running.MailServer]:
    server = running.MailServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shop(mail: running.MailServer) -> Iterator[running.Shop]:
    with running.shop(email_url=mail.url) as found:
        for role in ("steward", "marketer"):
            found.run("create_staff", f"{role}@example.com", "--role", role, "--password", PASSWORD)
        yield found


def staff(browser: Browser, shop: running.Shop, role: str) -> Page:
    """A page of somebody who has logged in."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    tour.log_in(page, shop.url, f"{role}@example.com", PASSWORD)
    return page


def write(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return path


def upload(page: Page, base: str, file: Path, kind: str) -> None:
    """As far as the page that asks what each column is."""
    page.goto(f"{base}/imports/")
    page.locator("a[href='/imports/new/']").first.click()
    page.locator("input[type=file]").set_input_files(file)
    page.locator("select[name=kind]").select_option(kind)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("select[name^='column:']").first).to_be_visible()


def figures(page: Page, *, taken: int, left_out: int) -> None:
    """What the page of an import says once it is through."""
    expect(page.locator(".kpi").first).to_be_visible(timeout=PATIENCE)
    values = page.locator(".kpi-value")
    expect(values.nth(1)).to_have_text(str(taken))
    expect(values.last).to_have_text(str(left_out))


def check_and_start(page: Page, *, taken: int, left_out: int, reason: str | re.Pattern[str]) -> None:
    """Check the file, read the reason of the bad line, import the good ones."""
    page.locator("main form button.btn-primary").click()
    start = page.locator("form[action$='/start/'] button")
    expect(start).to_be_visible(timeout=PATIENCE)
    figures(page, taken=taken, left_out=left_out)
    if left_out:
        expect(page.locator("table tbody tr").filter(has_text=reason)).to_have_count(left_out)
    start.click()
    expect(page.locator(".kpi")).to_have_count(5, timeout=PATIENCE)
    figures(page, taken=taken, left_out=left_out)


def subject(row: Locator, key: str) -> None:
    """Choose what a rule looks at, and wait for the parts that belong to it."""
    row.locator("[data-rule-subject]").select_option(key)


def make_segment(page: Page, base: str) -> None:
    """ "Lapsed who allow e-mail", by clicking."""
    page.goto(f"{base}/segments/new/")
    page.locator("input[name=name]").fill("Lapsed who allow e-mail")
    add = page.get_by_role("button", name="Add rule")
    rules = page.locator("[data-rule]")
    while rules.count() < 2:
        before = rules.count()
        add.click()
        expect(rules).to_have_count(before + 1)
    subject(rules.nth(0), "metric:days_since_last_order")
    expect(rules.nth(0).locator("[data-value]")).to_be_visible()
    rules.nth(0).locator("[data-rule-op]").select_option(">")
    rules.nth(0).locator("[data-value]").fill("90")
    subject(rules.nth(1), "consent")
    expect(rules.nth(1).locator("[data-part=granted]")).to_be_visible()
    rules.nth(1).locator("[data-part=purpose]").select_option("marketing")
    rules.nth(1).locator("[data-part=channel]").select_option("email")
    rules.nth(1).locator("[data-part=granted]").select_option("yes")
    # The count follows what is clicked.
    expect(page.locator("[data-rules-preview]")).to_contain_text(re.compile(r"\b2\b"))
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lapsed who allow e-mail")
    expect(page.locator("main")).to_contain_text("김하늘")
    expect(page.locator("main")).to_contain_text("สมหญิง ใจดี")
    expect(page.locator("main")).not_to_contain_text("Somchai")


def test_files_become_people_who_get_one_lawful_message(
    browser: Browser, shop: running.Shop, mail: running.MailServer, tmp_path: Path
) -> None:
    steward = staff(browser, shop, "steward")

    # Three files come in; the bad line of each is named with its reason, and the good ones are taken.
    upload(steward, shop.url, write(tmp_path / "customers.csv", CUSTOMERS, "utf-8-sig"), "customers")
    check_and_start(steward, taken=5, left_out=1, reason="this is no address")
    upload(steward, shop.url, write(tmp_path / "consents.csv", CONSENTS), "consents")
    check_and_start(steward, taken=4, left_out=0, reason="")
    # The third in Thai: whoever works here reads their own language.
    steward.context.add_cookies([{"name": "cdp_language", "value": "th", "url": shop.url}])
    upload(steward, shop.url, write(tmp_path / "orders.csv", orders()), "orders")
    expect(steward.locator("html")).to_have_attribute("lang", "th")
    check_and_start(steward, taken=6, left_out=1, reason="many")
    steward.context.close()

    # A marketer may not import, and finds a person by half a name.
    marketer = staff(browser, shop, "marketer")
    answer = marketer.goto(f"{shop.url}/imports/")
    assert answer is not None
    assert answer.status == 403
    find_and_open(marketer, shop, *PEOPLE["haneul@example.com"])
    expect(marketer.locator("#story")).to_contain_text("A-3")

    make_segment(marketer, shop.url)
    make_campaign(marketer, shop.url)

    shop.wait_for(lambda: len(mail.messages) >= len(PEOPLE))
    assert {recipient(message) for message in mail.messages} == set(PEOPLE)
    stopped = stop(browser, mail)

    # The page of that person says so; nobody else was written to meanwhile.
    find_and_open(marketer, shop, *PEOPLE[stopped])
    expect(marketer.locator("#pane-who")).to_contain_text("Withdrawn")
    assert len(mail.messages) == len(PEOPLE)
    marketer.context.close()


def find_and_open(page: Page, shop: running.Shop, typed: str, name: str) -> None:
    """Typing half a name into the list is enough."""
    page.goto(f"{shop.url}/customers/")
    page.locator("main input[type=search]").press_sequentially(typed)
    rows = page.locator("#customers tbody tr")
    expect(rows).to_have_count(1)
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def make_campaign(page: Page, base: str) -> None:
    """From the segment's own page, through the steps, to the switch; the number who get it is shown before."""
    page.goto(f"{base}/segments/lapsed-who-allow-e-mail/")
    page.get_by_role("link", name="Use in a campaign").click()
    expect(page.locator("main form")).to_contain_text("Lapsed who allow e-mail")
    page.locator("input[name=starter][value=winback]").check()
    page.locator("input[name=name]").fill("Win back")
    page.get_by_role("button", name="Continue").click()

    page.wait_for_url("**/edit/trigger/")
    page.locator("input[name=kind][value=inactive]").check()
    page.locator("input[name=days]").fill("90")
    page.locator("input[name=clock][value=live]").check()
    page.get_by_role("button", name="Save and continue").click()

    page.wait_for_url("**/edit/audience/")
    expect(page.locator("select[name=segment]")).to_have_value("lapsed-who-allow-e-mail")
    page.get_by_role("button", name="Save and continue").click()

    page.wait_for_url("**/edit/message/")
    page.get_by_role("button", name="Save and continue").click()

    page.wait_for_url("**/check/")
    expect(page.locator(".kpi-value")).to_have_text(["2", "2", "0"], timeout=PATIENCE)
    page.get_by_role("button", name="Activate for 2 people").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Activate").click()
    expect(page.locator("main")).to_contain_text("Active", timeout=PATIENCE)


def recipient(message: Any) -> str:
    """The address without the name before it."""
    return str(message["To"].addresses[0].addr_spec)


def stop(browser: Browser, mail: running.MailServer) -> str:
    """Follow the link of the first message in a browser without scripts. Returns whose it was."""
    message: Any = mail.messages[0]
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    body = message.get_body(("plain",)).get_content()
    link = re.search(r"https?://\S+/unsubscribe/\S+", body)
    assert link
    page.goto(link[0])
    page.locator("main form button").click()
    expect(page.locator(".done-mark")).to_be_visible()
    page.goto(link[0])
    expect(page.locator(".done-mark")).to_be_visible()
    context.close()
    return recipient(message)
