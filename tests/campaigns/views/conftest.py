"""Staff who are logged in, and a campaign to look at."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.rules import starters
from campaigns.services import drafts
from cdp.core import actors
from tests import factories


@pytest.fixture
def log_in(db: None) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        client = Client()
        client.force_login(factories.staff(role))
        return client

    return make


@pytest.fixture
def marketer(log_in: Callable[[str], Client]) -> Client:
    return log_in("marketer")


@pytest.fixture
def announcement(db: None) -> Campaign:
    raw = starters.definition(starters.STARTERS["announcement"], name="News", purpose="marketing", audience={"all": []})
    return drafts.create(raw=raw, actor=actors.SYSTEM, at=timezone.now())
