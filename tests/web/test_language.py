import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_link_switches_the_language_and_is_remembered(client: Client) -> None:
    response = client.get("/nowhere/?lang=th")
    assert response.headers["Content-Language"] == "th"
    assert response.cookies["cdp_language"].value == "th"
    assert client.get("/nowhere/").headers["Content-Language"] == "th"


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    response = client.get("/nowhere/?lang=xx")
    assert response.headers["Content-Language"] == "en"
    assert "cdp_language" not in response.cookies
