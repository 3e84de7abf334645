"""Which columns a table shows is the reader's choice and stays so on their machine."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from commerce.models import Product
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(live_server: LiveServer, browser: Browser, sign_in: Callable[..., None]) -> Iterator[Page]:
    Product.objects.create(
        sku="A-1", name="Green tea", category="Tea", created_at=timezone.now(), updated_at=timezone.now()
    )
    context = browser.new_context(reduced_motion="reduce")
    sign_in(context, factories.staff("owner"))
    page = context.new_page()
    page.goto(f"{live_server.url}/products/")
    yield page
    context.close()


@pytest.mark.long
def test_a_column_switched_off_stays_off_and_comes_back(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    category = page.get_by_role("columnheader", name="Category")
    expect(category).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Category").uncheck()
    expect(category).to_be_hidden()
    page.reload()
    expect(page.get_by_role("columnheader", name="Product")).to_be_visible()
    expect(category).to_be_hidden()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Category").check()
    expect(category).to_be_visible()
    assert complaints == []
