"""Chromium of the system, driven by Playwright."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

# Only a failure waits so long, or a machine with much else to do: the default of five seconds is a matter of luck.
expect.set_options(timeout=60_000)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(require_browser: bool) -> dict[str, Any]:
    """How to launch it: without a sandbox (root and containers have none) and without calls of its own to anywhere."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = "No Chromium on this machine; on Debian and Ubuntu: apt install chromium"
        if require_browser:
            pytest.fail(reason)
        pytest.skip(reason)
    return {
        "executable_path": found,
        "args": [
            *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
            *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
        ],
    }


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[BrowserContext, Any], None]:
    """Lets a browser in as that member of staff, without the form."""

    def sign_in(context: BrowserContext, user: Any) -> None:
        client = Client()
        client.force_login(user)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])

    return sign_in
