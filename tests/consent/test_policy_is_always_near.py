"""Wherever somebody reads us, the privacy policy is one press away, in the language they read."""

import dataclasses
import uuid

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from campaigns.channels.email import compose
from cdp.core.outbox import composing, registry
from consent.services import links
from tests import factories
from tests.architecture.test_permissions import OPEN, UNLOCK, address
from tests.campaigns.channels.test_compose import OUTGOING

pytestmark = pytest.mark.django_db
NO_PAGES = {"consent:gpc", "consent:receipt-keys", "commerce:hook", "consent:my-data-certificate"}
NO_PAGES |= {"ask:embed", "ask:picture", "ask:testimonials-embed", "surveys:schema"}
NO_PAGES |= {"card:icon", "card:manifest", "card:worker"}
"""Answers to programs, and files."""


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def paths(language: str) -> list[str]:
    """Every public page, and those behind the link of somebody whom we know."""
    person, now = factories.customer(email="ann@example.com", country="TH"), timezone.now()
    own = [
        links.preferences_path(customer=person.id, at=now),
        links.unsubscribe_url(customer=person.id, purpose="marketing", channel="email"),
    ]
    return [f"{path}?lang={language}" for path in [*map(address, sorted(OPEN - UNLOCK - NO_PAGES)), *own]]


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_every_public_page_leads_to_the_policy(client: Client, language: str) -> None:
    astray = []
    for path in paths(language):
        answer = client.get(path, follow=True)
        words = answer.content.decode()
        # A form that is being filled in sends itself along, and gets itself back.
        if f'href="/privacy/?lang={language}"' not in words and 'name="meanwhile" value="privacy"' not in words:
            astray.append((path, answer.status_code, answer.headers["Content-Type"]))
    assert not astray, astray


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_every_message_leads_to_the_policy(language: str) -> None:
    policy, person = f"/privacy/?lang={language}", factories.customer(email="ann@example.com")
    astray = []
    for kind in registry.kinds():
        outgoing = composing.Outgoing(
            id=uuid.uuid4(), kind=kind.code, customer=person.id, channel="email", address="ann@example.com",
            language=language, data={"days": 2, "minutes": 5}, at=timezone.now(),
        )  # fmt: skip
        written = composing.parts(outgoing)
        astray += [kind.code for words in (written.text, written.html) if policy not in words]
    campaign = compose.parts(dataclasses.replace(OUTGOING, language=language))
    astray += ["campaign" for words in (campaign.text, campaign.html) if policy not in words]
    assert not astray, astray
