"""Every page of the product, and what must lie behind it: for the pictures and for the tests that look at all pages."""

import base64
import csv
import hashlib
import hmac
import json
import re
import shutil
import struct
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests import filling, tour_loyalty, tour_voices
from tests.running import Shop

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
]
LANGUAGES = {"th": "ไทย", "ko": "한국어", "en": "English"}
PLATFORMS = ("shopify", "woocommerce", "facebook", "linkedin", "line")
EDITED = ("trigger", "audience", "message")
NAME = "Kim Minji"
SOMEBODY = NAME[:3].lower()
"""Half the name of somebody whom the tour itself makes known: who else is in a sample shop, its numbers decide."""
PASSWORD = "a long word for pictures"

Visitor = Literal["owner", "clerk", "nobody", "halfway"]


@dataclass(frozen=True)
class Stop:
    """One picture: a page, who looks at it, the answer it should give, and what is done on it first."""

    name: str
    path: str
    visitor: Visitor = "owner"
    status: int = 200
    act: Callable[[Page], None] | None = None


@dataclass
class Tour:
    """A shop with something to see on every page."""

    shop: Shop
    browser: Browser
    places: dict[str, str] = field(default_factory=dict)
    states: dict[Visitor, StorageState] = field(default_factory=dict)

    # --- people ----------------------------------------------------------------------------------------------

    def context(self, visitor: Visitor = "nobody", **options: Any) -> BrowserContext:
        """A browser of that visitor, logged in once and for all."""
        if visitor != "nobody" and visitor not in self.states:
            self.states[visitor] = self._log_in(visitor)
        context = self.browser.new_context(storage_state=self.states.get(visitor), **options)
        context.set_default_timeout(60_000)  # as what is expected: a busy machine is no fault
        return context

    def _log_in(self, visitor: Visitor) -> StorageState:
        told = self.shop.credentials
        email, password = told["staff_email"], told["staff_password"]
        if visitor != "owner":
            email, password = f"{visitor}@example.com", PASSWORD
            self.shop.run("create_staff", email, "--role", "clerk", "--password", password, "--name", visitor.title())
        context = self.browser.new_context()
        page = context.new_page()
        log_in(page, self.shop.url, email, password)
        if visitor == "halfway":
            self._add_second_factor(page)
            context.clear_cookies(name="sessionid")
            self._fill_log_in(page, email, password)
            page.wait_for_url("**/accounts/2fa/authenticate/")
        state = context.storage_state()
        context.close()
        return state

    def _fill_log_in(self, page: Page, email: str, password: str) -> None:
        page.goto(f"{self.shop.url}/accounts/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(password)
        page.locator("main button[type=submit]").click()

    def _add_second_factor(self, page: Page) -> None:
        page.goto(f"{self.shop.url}/accounts/2fa/totp/activate/")
        confirm_again(page, PASSWORD)
        found = re.search(r"\b[A-Z2-7]{32}\b", page.content())
        assert found, "the page shows no secret"
        page.locator("input[name=code]").fill(one_time_code(found[0]))
        page.locator("main button[type=submit]").last.click()
        page.wait_for_url("**/accounts/2fa/**")

    def _confirm(self, page: Page) -> None:
        confirm_again(page, self.shop.credentials["staff_password"])

    # --- things ----------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Segments and campaigns over REST, imports through the pages, and a message whose link can be followed."""
        allowed = {"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True}
        lapsed = {"all": [{"metric": "days_since_last_order", "op": ">", "value": 90}, allowed]}
        self._segment("regulars", "Regulars", {"metric": "orders_count", "op": ">=", "value": 3})
        self._segment("lapsed-mail", "Lapsed, E-mail", lapsed)
        bangkok = {"field": "province", "op": "in", "value": ["Bangkok"]}
        self._segment("bangkok", "Bangkok, Not Lapsed", {"all": [bangkok, {"not": lapsed}]})
        member = self._read("/api/v1/segments/regulars/members/")["results"][0]["customer"]
        active = self._campaign("Win-back", 90)
        self._read(f"/api/v1/campaigns/{active}/activate/", method="POST")
        draft = self._campaign("Spring Greeting", 30)
        self._read(f"/api/v1/campaigns/{draft}/preview/", method="POST", body={})
        self.places |= {
            "customer": f"/customers/{member}/",
            "customer edit": f"/customers/{member}/edit/",
            "customer erase": f"/customers/{member}/erase/",
            "counter person": f"/counter/{member}/",
            "phone call": f"/phone/{member}/",
            "campaign active": f"/campaigns/{active}/",
            "campaign draft": f"/campaigns/{draft}/",
            "unsubscribe": self._unsubscribe_link(),
            "product": self._first("/products/"),
            "lead": self._first("/leads/"),
            "company": self._first("/companies/"),
            "long": self._long_name(),
            "pair": self._pair(),
            "quarantine": self._refused_event(),
        }
        self.places |= tour_voices.prepare(self.shop)
        self._imports()
        self._store()

    def _read(self, path: str, *, method: str = "GET", body: Any = None, **headers: str) -> Any:
        status, answer = self.shop.call(method, path, body, **headers)
        assert status < 300, (path, status, answer)
        return answer

    def _segment(self, key: str, name: str, rules: Any) -> None:
        self._read("/api/v1/segments/", method="POST", body={"key": key, "name": name, "rules": rules})

    def _campaign(self, name: str, days: int) -> str:
        template = {
            "subject": {"en": "We miss you, {{ customer.name }}", "th": "คิดถึงคุณ {{ customer.name }}", "ko": "{{ customer.name }}님, 보고 싶어요"},
            "body": {"en": "Come by soon.", "th": "แวะมาหากันบ้างนะคะ", "ko": "곧 다시 만나요."},
        }  # fmt: skip
        asked = {
            "name": name,
            "purpose": "marketing",
            "trigger": {"kind": "inactive", "days": days, "activity": "order"},
            "audience": {"metric": "orders_count", "op": ">=", "value": 1},
            "steps": [{"kind": "message", "channel": "email", "template": template}],
        }
        return str(self._read("/api/v1/campaigns/", method="POST", body=asked)["id"])

    def _unsubscribe_link(self) -> str:
        outbox = self.shop.var / "outbox"
        first = self.shop.wait_for(lambda: next(iter(outbox.rglob("*.eml")), None))
        message = message_from_bytes(first.read_bytes(), policy=policy.default)
        return str(message["List-Unsubscribe"]).strip("<>").removeprefix(self.shop.url)

    def _first(self, path: str) -> str:
        """Where the first row of a list leads."""
        context = self.context("owner")
        page = context.new_page()
        page.goto(self.shop.url + path)
        found = page.locator("main tbody a.row-title").first.get_attribute("href")
        context.close()
        assert found, path
        return found

    def _long_name(self) -> str:
        """Somebody with as long a name, place and set of tags as the product takes without blanks to break at."""
        body = {
            "external_id": "LONG-1",
            "name": "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine the younger of Upper Saxony",
            "email": "wolfeschlegelsteinhausenbergerdorff.hubert.blaine@a-very-long-name-of-a-shop.example.com",
            "city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
            "tags": [f"a-tag-that-somebody-made-rather-long-{number}" for number in range(6)],
        }
        return f"/customers/{self._read('/api/v1/customers/', method='POST', body=body)['id']}/"

    def _pair(self) -> str:
        """Two records of which a third knows both numbers, for a steward to judge."""
        told = {"name": NAME, "email": "minji.of.the.tour@example.com", "language": "ko"}
        for number, body in enumerate((told, {"name": "김민지", "phone": "+82 10 2345 6789"})):
            self._read("/api/v1/customers/", method="POST", body={"external_id": f"PAIR-{number}", **body})
        both = {"external_id": "PAIR-0", "email": told["email"], "phone": "+82 10 2345 6789"}
        self.shop.call("POST", "/api/v1/customers/", both)
        return self._first("/customers/pairs/")

    def _refused_event(self) -> str:
        """Some events of a storefront, one of which says nothing about what was done."""
        key = base64.b64encode(f"{self.shop.credentials['write_key']}:".encode()).decode()
        events = [
            {"type": "track", "event": "Product Viewed", "messageId": f"tour-{number}", "anonymousId": "tour"}
            for number in range(3)
        ]
        refused = {"type": "track", "messageId": "tour-refused", "anonymousId": "tour", "properties": {"price": 120}}
        status, answer = self.shop.call(
            "POST", "/v1/batch", {"batch": [*events, refused]}, Authorization=f"Basic {key}"
        )
        assert (status, len(answer["rejected"])) == (200, 1), answer
        return self._first("/events/quarantine/")

    def _store(self) -> None:
        """A connected store that sent an order nobody can read, and that wants somebody to be forgotten."""
        secret = "shpss_of the tour, and as long as theirs"
        context = self.context("owner")
        page = context.new_page()
        page.goto(f"{self.shop.url}/hooks/connect/shopify/")
        page.locator("input[name=name]").fill("Tour store")
        page.locator("input[name=secret]").fill(secret)
        page.locator("main form button.btn-primary").click()
        page.wait_for_url("**/hooks/connections/tour-store/")
        context.close()
        for topic, body in (("orders/create", {"id": 1, "name": "#1"}), ("customers/redact", {"customer": {"id": 7}})):
            signed = hmac.new(secret.encode(), json.dumps(body).encode(), hashlib.sha256).digest()
            headers = {
                "X-Shopify-Hmac-Sha256": base64.b64encode(signed).decode(),
                "X-Shopify-Topic": topic,
                "X-Shopify-Webhook-Id": f"tour-{topic}",
                "X-Shopify-Shop-Domain": "tour.myshopify.com",
            }
            self._read("/hooks/shopify/tour-store", method="POST", body=body, **headers)

    def _imports(self) -> None:
        """One import at its columns, one checked, one done; each has a line that cannot be used."""
        folder = Path(tempfile.mkdtemp(prefix="cdp-tour-"))
        file = folder / "customers.csv"
        rows = [(f"T-{n}", f"Guest {n}", f"guest{n}@example.com", "Bangkok") for n in range(1, 25)]
        rows[7] = ("", "", "not an address", "Atlantis")
        with file.open("w", newline="", encoding="utf-8") as text:
            csv.writer(text).writerows([("Customer ID", "Full name", "E-mail", "Province"), *rows])
        context = self.context("owner")
        page = context.new_page()
        for name, clicks in (("mapping", 0), ("check", 1), ("done", 2)):
            page.goto(f"{self.shop.url}/imports/new/")
            page.locator("input[type=file]").set_input_files(file)
            page.locator("main form button[type=submit]").click()
            page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))
            if clicks:
                page.locator("main form button.btn-primary").click()
                expect(page.locator("form[action$='/start/'] button")).to_be_visible(timeout=60_000)
            if clicks > 1:
                page.locator("form[action$='/start/'] button").click()
                expect(page.locator(".kpi")).to_have_count(5, timeout=60_000)
            self.places[f"import {name}"] = page.url.removeprefix(self.shop.url)
        context.close()
        shutil.rmtree(folder)

    def stops(self) -> list[Stop]:
        """All of them."""
        place = self.places
        return [
            Stop("home", "/"),
            Stop("search", "/", act=search_everything),
            Stop("customers", "/customers/"),
            Stop("customers-found", "/customers/", act=find_somebody),
            Stop("customers-filtered", "/customers/?country=KR"),
            Stop("customer", place["customer"]),
            Stop("customer-new", "/customers/new/"),
            Stop("customer-edit", place["customer edit"]),
            Stop("customer-erase", place["customer erase"]),
            Stop("counter", "/counter/", "clerk"),
            Stop("counter-found", "/counter/", "clerk", act=find_at_the_desk),
            Stop("counter-person", place["counter person"], "clerk"),
            Stop("phone", "/phone/", "clerk"),
            Stop("phone-unknown", "/phone/?number=%2B66899999999", "clerk"),
            Stop("phone-call", place["phone call"], "clerk"),
            Stop("customer-as-clerk", place["customer"], "clerk"),
            Stop("customer-long", place["long"]),
            Stop("pairs", "/customers/pairs/"),
            Stop("pair", place["pair"]),
            *(Stop(name, path) for name, path in tour_loyalty.PAGES.items()),
            Stop("segments", "/segments/"),
            Stop("segment-new", "/segments/new/"),
            Stop("segment", "/segments/lapsed-mail/"),
            Stop("segment-edit", "/segments/bangkok/edit/"),
            Stop("campaigns", "/campaigns/"),
            Stop("campaign-new", "/campaigns/new/"),
            Stop("campaign-draft", place["campaign draft"]),
            *(Stop(f"campaign-{step}", f"{place['campaign draft']}edit/{step}/") for step in EDITED),
            Stop("campaign-check", f"{place['campaign draft']}check/"),
            Stop("campaign-active", place["campaign active"]),
            *(Stop(name, path, who, status) for name, path, who, status in tour_voices.stops(place)),
            Stop("tickets-report", "/voice/tickets/report/"),
            Stop("leads", "/leads/"),
            Stop("leads-filtered", "/leads/?platform=line&status=new"),
            Stop("lead", place["lead"]),
            Stop("companies", "/companies/"),
            Stop("companies-none", "/companies/?q=nobody-is-called-so"),
            Stop("company", place["company"]),
            Stop("company-new", "/companies/new/"),
            Stop("company-edit", f"{place['company']}edit/"),
            Stop("company-merge", f"{place['company']}merge/?q=sample"),
            Stop("products", "/products/"),
            Stop("products-filtered", "/products/?category=Serums&sort=units"),
            Stop("product", place["product"]),
            Stop("imports", "/imports/"),
            Stop("exports", "/exports/"),
            Stop("export-new", "/exports/new/"),
            Stop("api-keys", "/settings/keys/"),
            Stop("webhooks", "/settings/webhooks/"),
            Stop("import-new", "/imports/new/"),
            Stop("import-mapping", place["import mapping"]),
            Stop("import-check", place["import check"]),
            Stop("import-done", place["import done"]),
            Stop("events", "/events/"),
            Stop("quarantine", "/events/quarantine/"),
            Stop("quarantine-event", place["quarantine"]),
            Stop("stores", "/hooks/"),
            Stop("store-connect", "/hooks/connect/"),
            *(Stop(f"connect-{kind}", f"/hooks/connect/{kind}/") for kind in PLATFORMS),
            Stop("connection", "/hooks/connections/tour-store/"),
            Stop("website-connect", "/events/connect/"),
            Stop("website-connected", "/events/connect/", act=connect_a_website),
            Stop("source-settings", "/events/sources/storefront/"),
            Stop("events-of-a-source", "/events/?source=storefront", act=open_an_event),
            *(Stop(path.strip("/").replace("/", "-"), path) for path in CARE),
            *(Stop(name, f"/{name}/", "nobody") for name in ("privacy", "terms")),
            Stop("signup", "/signup/", "nobody"),
            Stop("signup-errors", "/signup/", "nobody", act=sign_up_badly),
            Stop("signup-done", "/signup/done/", "nobody"),
            Stop("signup-coupon", "/signup/", "nobody", act=sign_up),
            Stop("signup-kiosk", "/signup/?kiosk=1", "nobody"),
            Stop("kiosk-start", "/kiosk/?form=warranty"),
            Stop("warranty", "/warranty/", "nobody"),
            Stop("warranty-done", "/warranty/done/", "nobody"),
            Stop("preorder", "/preorder/", "nobody"),
            Stop("preorder-done", "/preorder/done/", "nobody"),
            Stop("feedback", "/feedback/", "nobody"),
            Stop("feedback-done", "/feedback/done/", "nobody"),
            Stop("forms", "/forms/"),
            Stop("form-poster", "/forms/signup/poster/"),
            Stop("warranties", "/warranties/"),
            Stop("warranties-claimed", "/warranties/?state=claimed"),
            Stop("warranty-card", "/warranties/?state=claimed", act=open_first_card),
            Stop("preorders", "/preorders/"),
            Stop("preorders-waiting", "/preorders/?state=waiting"),
            Stop("unsubscribe", place["unsubscribe"], "nobody"),
            Stop("unsubscribe-unknown", "/unsubscribe/nothing", "nobody", 404),
            Stop("login", "/accounts/login/", "nobody"),
            Stop("login-errors", "/accounts/login/", "nobody", act=log_in_with_nothing),
            Stop("password-change", "/accounts/password/change/"),
            Stop("second-factor-ask", "/accounts/2fa/authenticate/", "halfway"),
            Stop("second-factor", "/accounts/2fa/"),
            Stop("second-factor-confirm", "/accounts/2fa/totp/activate/"),
            Stop("second-factor-new", "/accounts/2fa/totp/activate/", act=self._confirm),
            Stop("design", "/design/"),
            Stop("admin", "/admin/"),
            Stop("admin-list", "/admin/consent/policyversion/"),
            Stop("admin-detail", "/admin/consent/policyversion/", act=open_first_row),
            Stop("error-404", "/nowhere/", "nobody", 404),
            Stop("error-403", "/imports/", "clerk", 403),
        ]


CARE = (
    "/consent/", "/consent/purposes/", "/consent/purposes/marketing/", "/consent/documents/",
    "/consent/documents/privacy/", "/consent/register/", "/consent/register/customers/", "/consent/sealing/",
    "/consent/ledger/", "/consent/ledger/record/", "/consent/access/", "/settings/", "/settings/staff/new/", "/consent/retention/",
    "/consent/retention/kinds/commerce.orders/", "/consent/minimisation/", "/consent/breaches/", "/consent/breaches/new/",
)  # fmt: skip
"""Plain pages below the line of the rail, named by their paths."""
EMPTY = [
    Stop(f"empty-{name}", f"/{path}")
    for name, path in {
        "home": "",
        "customers": "customers/",
        "segments": "segments/",
        "campaigns": "campaigns/",
        "products": "products/",
        "imports": "imports/",
        "pairs": "customers/pairs/",
        "events": "events/",
        "quarantine": "events/quarantine/",
        "stores": "hooks/",
        "consent": "consent/",
        "forms": "forms/",
        "warranties": "warranties/",
        "preorders": "preorders/",
        "counter": "counter/",
        "phone": "phone/",
        **tour_voices.EMPTY,
    }.items()
]
"""What a shop without anybody shows."""


def chromium() -> str | None:
    """The system's Chromium, or None."""
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


def log_in(page: Page, url: str, email: str, password: str) -> None:
    """Through the page, as people do."""
    page.goto(f"{url}/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(re.compile(rf"{re.escape(url)}/(counter/)?$"))


def confirm_again(page: Page, password: str) -> None:
    """Sensitive pages may ask for the password once more."""
    if "/reauthenticate/" in page.url:
        page.locator("input[name=password]").fill(password)
        page.locator("main button[type=submit]").click()
        page.wait_for_url("**/2fa/**")


def one_time_code(secret: str) -> str:
    """RFC 6238 with the usual six digits and thirty seconds."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def settle(page: Page) -> None:
    """Everything a page fetches or draws by itself is there."""
    page.wait_for_function(
        """() => !document.querySelector(".htmx-request, [hx-trigger~=load]:not([hx-get*=watch])") &&
        [...document.querySelectorAll("[data-chart]")].every((box) => box.querySelector("canvas") || !box.offsetParent) &&
        document.fonts.status === "loaded" """
    )


def search_everything(page: Page) -> None:
    """The palette with something found."""
    page.keyboard.press("/")
    page.keyboard.type("im")
    expect(page.get_by_role("option").first).to_be_visible()


def find_somebody(page: Page) -> None:
    """Half a name in the list's own field."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("main input[type=search]").fill(SOMEBODY)


def find_at_the_desk(page: Page) -> None:
    """Half a name in the one field of the counter."""
    page.locator("[data-desk-field]").fill(SOMEBODY)
    expect(page.locator("[data-desk-match]").first).to_be_visible()


def sign_up_badly(page: Page) -> None:
    """An address that is none."""
    page.locator("input[name=email]").fill("nobody at nowhere")
    page.locator("main .btn-primary[type=submit]").click()
    expect(page.locator(".field-errors").first).to_be_visible()


def sign_up(page: Page) -> None:
    """Somebody new, thanked with a coupon."""
    filling.in_browser(page, "Tour Guest", f"tour.{time.time_ns()}@example.com")
    expect(page.locator(".voucher-code")).to_be_visible()


def open_first_card(page: Page) -> None:
    """The first warranty card of the list."""
    page.locator("main tbody a.row-title").first.click()
    page.wait_for_load_state()


def connect_a_website(page: Page) -> None:
    """A new source each time: its key is shown only once."""
    page.locator("input[name=name]").fill(f"Tour {time.time_ns()}")
    page.locator("input[name=origin]").fill("shop.example")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("main .copy").first).to_be_visible()


def open_an_event(page: Page) -> None:
    """The newest event with what was sent."""
    page.locator(".event-line summary").first.click()
    expect(page.locator(".event-line .facts").first).to_be_visible()


def log_in_with_nothing(page: Page) -> None:
    """Wrong address."""
    page.locator("input[name=login]").fill("nobody@example.com")
    page.locator("input[name=password]").fill("wrong")
    page.locator("main button[type=submit]").click()
    expect(page.locator("main [role=alert]").first).to_be_visible()


def open_first_row(page: Page) -> None:
    """The first object of an admin list."""
    page.locator("#result_list tbody a").first.click()
    page.wait_for_load_state()
