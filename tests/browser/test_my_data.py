"""The rights of people in Chromium: a phone from the public page to the answer, and the officer's desk beside it."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from cdp.core import jobs
from cdp.core.leaving import Outcome
from consent.models import PrivacyRequest
from consent.selectors import restrictions
from consent.services import gate
from customers.models import Customer, Status
from customers.selectors import profiles
from tests import factories, requesting

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
State = PrivacyRequest.State


@pytest.fixture(params=[("en", True), ("th", True), ("ko", False)], ids=["en", "th", "ko without scripts"])
def language(request: pytest.FixtureRequest) -> tuple[str, bool]:
    """A language, and whether scripts run."""
    found: tuple[str, bool] = request.param
    return found


@pytest.fixture
def phone(browser: Browser, language: tuple[str, bool]) -> Iterator[Page]:
    yield from opened(browser.new_context(**PHONE, java_script_enabled=language[1]))


@pytest.fixture
def desk(browser: Browser, sign_in: Callable[[BrowserContext, Any], None]) -> Iterator[Page]:
    """The privacy officer's window."""
    context = browser.new_context(**DESK)
    sign_in(context, factories.staff("privacy"))
    yield from opened(context)


def opened(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield page
    wrong = [said for said in wrong if "status of 422" not in said]  # a form that was refused
    context.close()
    assert not wrong


def person(right: str) -> Customer:
    """Somebody who is known by an address; one for each right."""
    return factories.customer(
        name="Ann Suksai", email=f"{right}@example.com", country="TH", city="Chiang Mai", external_id=right
    )


def headed(page: Page, language: str, heading: str) -> None:
    with translation.override(language):
        expect(page.get_by_role("heading", level=1)).to_have_text(gettext(heading))
    expect(page.locator("html")).to_have_attribute("lang", language)
    wide = page.locator("html").evaluate("page => page.scrollWidth > page.clientWidth")
    assert not wide, "nothing sticks out of the phone"


def send(page: Page, selector: str = "main form.form") -> None:
    page.locator(selector).last.locator("button[type=submit]").click()


def ask(page: Page, shop: LiveServer, language: str, right: str, **fields: str) -> PrivacyRequest:
    """From the list of rights to the page of the request."""
    page.goto(f"{shop.url}/my-data/?lang={language}")
    headed(page, language, "Your data, your rights")
    page.locator(f"a[href*='right={right}']").click()
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=contact]").fill(f"{right}@example.com")
    send(page)
    headed(page, language, "Enter the code")
    page.locator("[name=code]").fill(requesting.code_sent())
    send(page)
    expect(page).to_have_url(re.compile("/my-data/r/"))
    return PrivacyRequest.objects.get(right=right)


@pytest.mark.parametrize("right", ["access", "portability"])
def test_a_copy_is_asked_for_made_and_downloaded_with_a_second_code(
    live_server: LiveServer, phone: Page, language: tuple[str, bool], right: str, tmp_path: Path
) -> None:
    person(right)
    request = ask(phone, live_server, language[0], right)
    headed(phone, language[0], "We are at it")
    jobs.run_waiting()
    phone.reload()
    headed(phone, language[0], "Your copy is ready")
    send(phone)
    phone.locator("[name=code]").fill("000")
    fetch = "main form:has([name=ticket])"
    send(phone, fetch)
    expect(phone.get_by_role("alert")).to_be_visible()
    phone.locator("[name=code]").fill(requesting.code_sent())
    with phone.expect_download() as download:
        send(phone, fetch)
    assert download.value.suggested_filename == f"{request.reference}.zip"
    download.value.save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as copy:
        assert f"{right}@example.com" in copy.read("json/customers_contactpoint.json").decode()
        assert f'lang="{language[0]}"' in copy.read("index.html").decode()


def test_a_correction_is_asked_for_decided_at_the_desk_and_told(
    live_server: LiveServer, phone: Page, desk: Page, language: tuple[str, bool]
) -> None:
    ann = person("rectification")
    request = ask(phone, live_server, language[0], "rectification", new_city="Lamphun", new_name="Queen Ann")
    headed(phone, language[0], "We are at it")
    desk.goto(f"{live_server.url}/consent/requests/")
    desk.get_by_role("link", name="Correct my data").click()
    expect(desk.get_by_text(request.reference).first).to_be_visible()
    desk.get_by_role("row", name="Lamphun").get_by_role("button", name="Accept").click()
    desk.get_by_role("row", name="Queen Ann").get_by_label("Reason").fill("Not on the card.")
    desk.get_by_role("row", name="Queen Ann").get_by_role("button", name="Refuse").click()
    if (
        language[0] != "en"
    ):  # the desk asks whether English words may go to somebody who is answered in another language
        desk.get_by_role("row", name="Queen Ann").get_by_label("The reason may stay in this language").check()
        desk.get_by_role("row", name="Queen Ann").get_by_role("button", name="Refuse").click()
    expect(desk.get_by_text("Not on the card.").first).to_be_visible()
    phone.reload()
    headed(phone, language[0], "We looked at your corrections")
    expect(phone.locator(".decisions")).to_contain_text("Not on the card.")
    profile = profiles.one(ann.id)
    assert profile is not None
    assert (profile.name, profile.customer.city) == ("Ann Suksai", "Lamphun")


def test_a_restriction_and_an_objection_hold_as_soon_as_the_code_is_entered(
    live_server: LiveServer, phone: Page, desk: Page, language: tuple[str, bool]
) -> None:
    ann, bea = person("restriction"), person("objection")
    restriction = ask(phone, live_server, language[0], "restriction")
    headed(phone, language[0], "Your data is on hold")
    ask(phone, live_server, language[0], "objection", said="No more letters, please.")
    headed(phone, language[0], "No more advertising and profiling")
    now = timezone.now()
    assert restrictions.restricted([ann.id], at=now)
    for channel in ("post", "email"):
        decision = gate.decide(customer=bea.id, purpose="marketing", channel=channel, at=now)
        assert decision.outcome is Outcome.DENIED
    desk.goto(f"{live_server.url}/consent/requests/?state=closed&right=objection")
    desk.get_by_role("link", name="Object to advertising and profiling").click()
    expect(desk.get_by_text("No more letters, please.")).to_be_visible()
    desk.goto(f"{live_server.url}/consent/requests/{restriction.id}/")
    desk.get_by_role("link", name="Restrictions and holds of this person").click()
    desk.get_by_role("button", name="Lift the restriction").click()
    expect(desk.get_by_role("button", name="Pause the use of the data")).to_be_visible()
    assert not restrictions.restricted([ann.id], at=timezone.now())


def test_an_erasure_is_confirmed_at_the_desk_and_its_certificate_downloaded(
    live_server: LiveServer, phone: Page, desk: Page, language: tuple[str, bool], tmp_path: Path
) -> None:
    ann = person("erasure")
    request = ask(phone, live_server, language[0], "erasure")
    headed(phone, language[0], "We are at it")
    desk.goto(f"{live_server.url}/consent/requests/{request.id}/")
    desk.get_by_role("button", name="Erase this person now").click()
    desk.get_by_role("alertdialog").get_by_role("button", name="Erase", exact=True).click()
    expect(desk.get_by_text("The person is erased. The certificate is below.")).to_be_visible()
    assert Customer.objects.get(id=ann.id).status == Status.ERASED
    phone.reload()
    headed(phone, language[0], "Your data are erased")
    with phone.expect_download() as download:
        phone.locator("a[href$='/certificate/']").click()
    download.value.save_as(tmp_path / "certificate.json")
    assert request.reference in (tmp_path / "certificate.json").read_text()
    assert "erasure@example.com" not in (tmp_path / "certificate.json").read_text()
