from datetime import UTC, datetime

import pytest

from cdp.sample import shop

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample():
    """A shop large enough for shares to settle, made once."""
    return shop.generate(seed=7, customers=3_000, events=45_000, now=NOW)


@pytest.fixture(scope="session")
def people(sample):
    return list(sample.people())


@pytest.fixture(scope="session")
def truth(sample):
    return list(sample.truth())


@pytest.fixture(scope="session")
def lines(sample):
    return list(sample.orders())


@pytest.fixture(scope="session")
def consents(sample):
    return list(sample.consents())


@pytest.fixture(scope="session")
def events(sample):
    return list(sample.events())
