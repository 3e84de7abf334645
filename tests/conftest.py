"""What every test stands on. The servers come from tests/servers.py."""

import os
import time
from collections import Counter
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker

from cdp.core import ids
from cdp.core.crypto import hourly, index
from tests import data, emptying, migrated, sql_guard

# How fast a machine thinks of examples is no property of ours.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.load_profile("house")


def pytest_configure() -> None:
    if os.environ.get("CDP_REQUIRE_DATA") == "1" and (missing := data.missing()):
        raise pytest.UsageError(f"CDP_REQUIRE_DATA=1, and these data sets are not in {data.FOLDER}: {missing}")
    # Hashed and compressed static files belong to a deployment; tests serve the sources.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    emptying.install()
    sql_guard.install()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # strong ones are slow on purpose


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The database of a worker begins as a copy of the migrated one."""
    if template := migrated.ready():
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The database of the run, of which is remembered what stands in it before the first test."""
    with django_db_blocker.unblock():
        emptying.remember(connection)
        connection.close()


LONGEST = (
    "tests/browser",
    "tests/architecture",
    "tests/customers/services/merging",
    "tests/locale",
    "tests/capabilities",
    "tests/run",
    "tests/clients",
    "tests/chaos",
)
"""Begun first: one that is left for the end keeps one processor busy and the other waiting."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The files that take longest first, then those with many tests; within a file nothing changes."""
    paths = {item.path: item.path.relative_to(config.rootpath).as_posix() for item in items}
    many = Counter(item.path for item in items)
    early = {path: next((n for n, name in enumerate(LONGEST) if at.startswith(name)), 99) for path, at in paths.items()}
    items.sort(key=lambda item: (early[item.path], -many[item.path], paths[item.path]))


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
def _ids_of_today() -> Iterator[None]:
    """A test that travels to next month leaves no ids of next month to the tests after it: they never count back."""
    begun = ids._last
    yield
    ids._last = min(ids._last, max(begun, time.time_ns() // 1_000_000 << 12))


@pytest.fixture(autouse=True)
def _distributable() -> Iterator[None]:
    """The product's statements could all be distributed by customer; see tests/sql_guard.py."""
    sql_guard.guard.take()
    yield
    assert sql_guard.guard.take() == []
