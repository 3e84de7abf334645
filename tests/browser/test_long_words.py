"""Names, addresses and tags without a blank to break at stay inside the page."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests import factories
from tests.web.views import importing

pytestmark = pytest.mark.django_db(transaction=True)
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.long
def test_long_words_do_not_widen_a_page(
    live_server: LiveServer, browser: Browser, sign_in: Callable[..., None]
) -> None:
    person = factories.customer(
        name="Wolfeschlegelsteinhausenbergerdorff Hubert",
        email="wolfeschlegelsteinhausenbergerdorff.hubert.blaine@a-very-long-name-of-a-shop.example.com",
        city="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    )
    person.tags = [f"a-tag-that-somebody-made-rather-long-{number}" for number in range(6)]
    person.save(update_fields=["tags"])
    client = Client()
    client.force_login(user := factories.staff("owner"))
    rows = "".join(f"{number}.{person.tags[0]}@a-very-long-name-of-a-shop.example.com\n" for number in range(3))
    mapping = importing.upload(client, f"email\n{rows}")["Location"]
    context = browser.new_context(reduced_motion="reduce")
    sign_in(context, user)
    page = context.new_page()
    wider = {}
    for width in (360, 1280, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("/customers/", f"/customers/{person.id}/", mapping):
            page.goto(live_server.url + path)
            wider[width, path] = page.evaluate(WIDER)
    context.close()
    assert set(wider.values()) == {0}, wider
