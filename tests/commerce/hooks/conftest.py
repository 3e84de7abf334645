"""Connected stores, and the fixtures of both vendors."""

import json
from pathlib import Path

import pytest
from django.core.cache import cache

from tests.commerce.hooks.platforms import Facebook, Line, LinkedIn, interface
from tests.commerce.hooks.stores import Shopify, WooCommerce, connected

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"


@pytest.fixture
def shopify(db, client):
    return Shopify(client, connected("shopify"))


@pytest.fixture
def woo(db, client):
    return WooCommerce(client, connected("woo"))


@pytest.fixture
def data():
    """Read a fixture by `folder/name`, or skip where the shared data are not there."""

    def read(name: str):
        path = DATA / f"{name}.json"
        if not path.exists():
            pytest.skip("the shared data are not there")
        return json.loads(path.read_text())

    return read


@pytest.fixture
def api(settings):
    """The interfaces of all platforms on loopback."""
    cache.clear()
    with interface() as told:
        settings.CDP_META_URL = settings.CDP_LINKEDIN_URL = settings.CDP_LINE_URL = told.address
        yield told


@pytest.fixture
def facebook(client, api):
    return Facebook(client, api)


@pytest.fixture
def linkedin(client, api):
    return LinkedIn(client, api)


@pytest.fixture
def line(client, api):
    return Line(client, api)
