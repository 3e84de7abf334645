"""Staff who are logged in."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests import factories


@pytest.fixture
def log_in(db: None) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        client = Client()
        client.force_login(factories.staff(role))
        return client

    return make


@pytest.fixture
def clerk(log_in: Callable[[str], Client]) -> Client:
    return log_in("clerk")


@pytest.fixture
def marketer(log_in: Callable[[str], Client]) -> Client:
    return log_in("marketer")
