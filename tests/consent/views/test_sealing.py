"""The report of what is encrypted, and the button that rotates the keys."""

import re
from typing import Any

import pytest
from django.test import Client

from cdp.core.crypto import ring
from cdp.core.models import Job
from tests import factories
from tests.core.keys.conftest import Turn, turn  # noqa: F401  (a fixture)


@pytest.fixture
def ada(db: None) -> None:
    factories.customer(name="Ada Lovelace", email="ada@example.com")


def page(client: Client, role: str) -> str:
    client.force_login(factories.staff(role))
    return client.get("/consent/sealing/").content.decode()


def test_the_report_names_columns_keys_and_what_is_in_clear(client: Client, ada: None, settings: Any) -> None:
    shown = page(client, "privacy")
    for told in (
        "<code>customers_customer</code>",
        "<code>street</code>",
        "How many values",
        ring.current().primary,
        "birth date",
    ):
        assert told in shown
    assert "Ada" not in shown
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "th"
    thai = client.get("/consent/sealing/").content.decode()
    assert not re.search(r">[^<]*\b(?:breachs|wishs|trys|metricss)\b", thai)
    assert "Rotate the keys" not in shown


def test_only_the_owner_starts_a_rotation_and_only_where_a_newer_key_is_in_place(
    client: Client,
    ada: None,
    turn: Turn,  # noqa: F811
) -> None:
    assert "Rotate the keys" not in page(client, "owner")
    turn("k2", "*")
    shown = page(client, "privacy")
    assert "A newer key is in place" in shown
    assert "The owner can start it." in shown
    assert client.post("/consent/sealing/rotate/").status_code == 403
    client.force_login(factories.staff("owner", "o2@example.com"))
    assert "Rotate the keys" in client.get("/consent/sealing/").content.decode()
    client.post("/consent/sealing/rotate/")
    assert Job.objects.filter(kind="rotate_keys", state="waiting").count() == 1
    assert "Rotate the keys" not in client.get("/consent/sealing/").content.decode(), "it is under way"


def test_a_key_that_is_missing_is_told(client: Client, ada: None, turn: Turn) -> None:  # noqa: F811
    turn("k2")
    assert "Missing" in page(client, "privacy")
