"""A mail marked as spam is a "no" with its proof; a mailbox that is gone is closed; both are seen where they are asked."""

import pytest
from django.utils import timezone

from cdp.core.crypto import subjects
from consent.models import ConsentRecord
from consent.selectors import ledger
from consent.services import gate
from tests import factories

pytestmark = pytest.mark.django_db
PATH = "/api/v1/mail-feedback"


def decided(customer):
    return gate.decide(customer=customer.id, purpose="marketing", channel="email", at=timezone.now())


@pytest.fixture
def provider(client):
    _row, text = factories.api_key(("consents:write",))

    def post(**body):
        return client.post(PATH, body, content_type="application/json", headers={"Authorization": f"Bearer {text}"})

    return post


def test_a_complaint_ends_advertising_to_the_address_and_stands_in_the_ledger_with_its_proof(provider):
    ann = factories.customer(name="Ann", email="ann@example.com")
    factories.consent(ann)
    assert decided(ann).is_allowed
    for _twice in range(2):
        answer = provider(email="Ann@Example.com", kind="complaint", provider="postmaster", reference="fbl-1")
        assert (answer.status_code, answer.json()) == (202, {"status": "taken"})
    assert decided(ann).reason == "withdrawn"
    record = ConsentRecord.objects.get(customer=ann, purpose="marketing", method="complaint")
    keyring = subjects.load([ann.id])
    assert ledger.evidence(record, keyring)["reference"] == "fbl-1"


def test_a_mailbox_that_is_gone_is_closed_and_says_so(provider):
    ann = factories.customer(name="Ann", email="ann@example.com")
    factories.consent(ann)
    assert provider(email="ann@example.com", kind="hard_bounce").status_code == 202
    assert (decided(ann).reason, decided(ann).rule) == ("suppressed", "house:closed_address")
    assert not ConsentRecord.objects.filter(method="complaint").exists()


def test_unknown_addresses_are_answered_alike_and_nonsense_is_not(provider):
    assert provider(email="nobody@example.com", kind="complaint").json() == {"status": "taken"}
    for body in (
        {"email": "nobody", "kind": "complaint"},
        {"email": "a@example.com", "kind": "soft_bounce"},
        {"email": "a@example.com", "kind": "complaint", "at": "2999-01-01T00:00:00Z"},
    ):
        assert provider(**body).status_code == 422, body


def test_staff_write_down_a_complaint_on_the_page_of_the_customer(client):
    ann = factories.customer(name="Ann", email="ann@example.com")
    factories.consent(ann)
    client.force_login(factories.staff("clerk"))
    assert "They complained" in client.get(f"/customers/{ann.id}/").content.decode()
    assert client.post(f"/consent/complaint/{ann.id}/").status_code == 302
    assert decided(ann).reason == "withdrawn"
    nobody = factories.customer(name="Ben")
    client.post(f"/consent/complaint/{nobody.id}/")
    assert decided(nobody).is_denied
