import uuid

import pytest

from cdp.core import ids
from cdp.core.crypto import tokens
from consent.services import links

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("message", [None, ids.uuid7()])
def test_a_token_brings_back_what_it_was_made_for(message: uuid.UUID | None) -> None:
    customer = ids.uuid7()
    token = links.unsubscribe_token(customer=customer, purpose="marketing", channel="email", message=message)
    assert links.read_unsubscribe(token) == links.Subscription(customer, "marketing", "email", message)


def test_nothing_in_a_link_can_be_read_or_guessed(settings: object) -> None:
    settings.CDP_BASE_URL = "https://crm.example.com"
    customer = ids.uuid7()
    url = links.unsubscribe_url(customer=customer, purpose="marketing", channel="email")
    assert url.startswith("https://crm.example.com/unsubscribe/")
    assert str(customer) not in url
    assert "marketing" not in url
    assert url != links.unsubscribe_url(customer=customer, purpose="marketing", channel="email")


@pytest.mark.parametrize("token", ["", "x", "ก", "AAAA" * 30, "../../etc"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(links.BadToken):
        links.read_unsubscribe(token)


def test_a_token_of_another_kind_is_refused() -> None:
    with pytest.raises(links.BadToken):
        links.read_unsubscribe(tokens.make("other", b"x" * 50))
