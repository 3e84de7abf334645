"""The fixtures of events that wait."""

import pytest

from customers.services import buckets
from tests import factories


@pytest.fixture
def source(db):
    buckets.ensure()
    return factories.source("web-shop")
