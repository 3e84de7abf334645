"""What an owner does with the programme in a browser: begin, change a rule, try a basket, publish, read; a wrong file."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from loyalty.selectors import versions
from loyalty.services import reference
from tests import factories
from tests.loyalty.programmes import definition, publish

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PROGRAMME = "/loyalty/programme/"
pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def owner(browser: Browser, live_server: LiveServer, sign_in: Callable[..., None]) -> Iterator[Page]:
    """A page of the owner, on a desktop."""
    reference.ensure()
    context = browser.new_context(**DESKTOP, base_url=live_server.url)
    sign_in(context, factories.staff("owner"))
    yield context.new_page()
    context.close()


def test_an_owner_changes_a_rule_tries_a_basket_publishes_and_reads_it(owner: Page) -> None:
    publish()
    owner.goto(PROGRAMME)
    expect(owner.get_by_text("1 point for each full ฿25, tax included.")).to_be_visible()
    owner.get_by_role("button", name="Change it").click()
    owner.locator("#rules-spend").get_by_role("link", name="Edit").click()
    owner.get_by_label("For each (THB)").fill("0")
    owner.get_by_role("button", name="Save", exact=True).click()
    # The browser itself says so at the field, before anything is sent.
    assert owner.get_by_label("For each (THB)").evaluate("field => field.validity.rangeUnderflow")
    owner.get_by_label("For each (THB)").fill("10")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_role("deletion")).to_have_text("1 point for each full ฿25, tax included.")
    expect(owner.get_by_role("insertion")).to_have_text("1 point for each full ฿10, tax included.")
    owner.get_by_role("link", name="Try a basket").click()
    owner.get_by_label("Amount of the line (THB)").first.fill("100")
    owner.get_by_role("button", name="See what it earns").click()
    expect(owner.locator("#results .programme-sum")).to_have_text(["4 points", "10 points"])
    owner.get_by_role("link", name="Back to the draft").click()
    owner.get_by_role("link", name="Check and publish").click()
    owner.get_by_label("What changes, in a few words").fill("More points")
    owner.get_by_role("button", name="Publish as version 2").click()
    expect(owner.get_by_text("Version 2 is published.")).to_be_visible()
    expect(owner.get_by_text("1 point for each full ฿10, tax included.")).to_be_visible()
    expect(owner.get_by_text("More points")).to_be_visible()
    # Another expiry, asked of what is out: the answer comes by itself.
    owner.get_by_role("link", name="Try another expiry").click()
    owner.get_by_label("It ends").select_option("month")
    owner.get_by_label("Months").fill("3")
    owner.get_by_role("button", name="See what would end").click()
    expect(owner.locator("#what-if")).to_contain_text("Nothing would end sooner than it does")


def test_a_wrong_file_says_where_it_is_wrong(owner: Page) -> None:
    publish()
    wrong = definition(bonuses=[{"key": "double", "names": {"en": "Double"}, "factor": "lots"}], wallet="points")
    owner.goto(f"{PROGRAMME}replace/")
    file = {"name": "programme.json", "mimeType": "application/json", "buffer": json.dumps(wrong).encode()}
    owner.locator("input[name=programme]").set_input_files([file])  # type: ignore[list-item]
    owner.get_by_role("button", name="See what would change").click()
    told = owner.get_by_role("alert")
    expect(told).to_contain_text("/bonuses/0/factor")
    expect(told).to_contain_text("A number belongs here.")
    expect(told).to_contain_text("“wallet” is not known here.")
    assert versions.draft() is None
