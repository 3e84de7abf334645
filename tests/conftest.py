"""What every test stands on. The servers come from tests/servers.py."""

import os
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation

from cdp.core.crypto import hourly, index
from tests import sql_guard

# How fast a machine thinks of examples is no property of ours.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.load_profile("house")


def pytest_configure() -> None:
    # Hashed and compressed static files belong to a deployment; tests serve the sources.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    _allow_emptying()
    sql_guard.install()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # strong ones are slow on purpose


def _allow_emptying() -> None:
    # Transactional tests empty their database at the end, also the tables that are never emptied in a shop.
    real = DatabaseOperations.sql_flush

    def sql_flush(self, *args, **kwargs):
        emptying = real(self, *args, **kwargs)
        return ["SELECT set_config('cdp.emptying', 'on', true)", *emptying] if emptying else []

    DatabaseOperations.sql_flush = sql_flush


@pytest.fixture(scope="session")
def require_browser() -> bool:
    """Whether a missing browser is a failure, as in CI."""
    return os.environ.get("CDP_REQUIRE_BROWSER") == "1"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Every test begins in English and leaves its language to nobody: a request keeps what it has activated."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _fresh_keys() -> None:
    """Transactional tests empty the tables, and with them the keys that a process remembers."""
    index.forget()
    hourly.forget()


@pytest.fixture(autouse=True)
def _distributable() -> Iterator[None]:
    """The product's statements could all be distributed by customer; see tests/sql_guard.py."""
    sql_guard.guard.take()
    yield
    assert sql_guard.guard.take() == []
