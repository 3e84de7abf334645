import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cdp.web.views import errors


@pytest.mark.django_db
def test_a_lost_customer_gets_words_and_no_log_in(client: Client) -> None:
    response = client.get("/nowhere/?email=someone@example.com")
    body = response.content.decode()
    assert response.status_code == 404
    assert "There is nothing at this address" in body
    assert "someone@example.com" not in body.replace("lang=en", "")
    assert 'href="/"' not in body


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/costumers"])
def test_a_lost_program_hears_where_its_addresses_are_described(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "/api/docs/" in response.json()["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "status"),
    [("bad_request", 400), ("forbidden", 403), ("not_found", 404), ("server_error", 500), ("csrf_failure", 403)],
)
def test_an_error_page_asks_the_database_nothing(view: str, status: int) -> None:
    request = RequestFactory().get("/x/")
    request.COOKIES["sessionid"] = "anything"
    with CaptureQueriesContext(connection) as queries, translation.override("en"):
        response = getattr(errors, view)(request)
    assert response.status_code == status
    assert list(queries) == []
    assert b'href="/"' in response.content or b'href="/x/"' in response.content


@pytest.mark.django_db
def test_a_lost_customer_is_told_what_to_do_and_staff_are_not(client: Client, settings: LazySettings) -> None:
    settings.CDP_SHOP_URL = "https://shop.example.com"
    settings.DEFAULT_FROM_EMAIL = "Mali <hello@mali.test>"
    body = client.get("/nowhere/").content.decode()
    assert "Open it again and use the link there" in body
    assert 'href="mailto:hello@mali.test"' in body
    assert '<a href="https://shop.example.com">shop.example.com</a>' in body
    client.cookies["sessionid"] = "anything"
    assert "Open it again" not in client.get("/nowhere/").content.decode()


@pytest.mark.django_db
def test_an_address_of_the_examples_is_never_given_to_a_customer(client: Client, settings: LazySettings) -> None:
    settings.DEFAULT_FROM_EMAIL = "hello@example.com"
    body = client.get("/nowhere/").content.decode()
    assert "mailto:" not in body
    assert settings.CDP_SHOP_ADDRESS in body
