from collections.abc import Callable

import pytest
from django.core.management import get_commands
from django.test import Client

from cdp.core.models import AccessEntry, AuditEntry
from consent.models import ConsentRecord, PolicyText, PolicyVersion, Purpose
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(factories.staff("owner"))
    return client


def page(client: Client, model: str, rest: str = "") -> str:
    response = client.get(f"/admin/consent/{model}/{rest}", follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_evidence_stays_sealed_until_it_is_asked_for(desk: Client, say: Callable[..., ConsentRecord]) -> None:
    record = say(factories.customer().id, evidence={"text": "the box by the till"})
    AccessEntry.objects.all().delete()
    assert "the box by the till" not in page(desk, "consentrecord")
    assert "the box by the till" not in page(desk, "consentrecord", f"{record.id}/change/")
    assert not AccessEntry.objects.exists()
    assert "the box by the till" in page(desk, "consentrecord", f"{record.id}/change/?reveal=1")
    assert AccessEntry.objects.get().customer_ids == [record.customer_id]


def test_the_ledger_can_only_be_looked_at(desk: Client, say: Callable[..., ConsentRecord]) -> None:
    record = say(factories.customer().id)
    assert desk.get("/admin/consent/consentrecord/add/").status_code == 403
    assert desk.post(f"/admin/consent/consentrecord/{record.id}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"/admin/consent/consentrecord/{record.id}/change/", {"status": "given"}).status_code == 403


def test_a_published_version_is_final(desk: Client) -> None:
    first = PolicyVersion.objects.get(policy="privacy")
    assert desk.post(f"/admin/consent/policyversion/{first.id}/change/", {"version": "9"}).status_code == 403
    assert desk.post(f"/admin/consent/policyversion/{first.id}/delete/", {"post": "yes"}).status_code == 403
    page(desk, "policyversion", f"{first.id}/change/")  # who only reads tries nothing
    refused = AuditEntry.objects.filter(action="consent:policy:change_refused")
    assert [(entry.details["way"], entry.actor_kind) for entry in refused] == [("admin", "staff"), ("admin", "staff")]


def test_nothing_is_written_or_published_around_the_pages_that_look_after_it(desk: Client) -> None:
    draft = PolicyVersion.objects.create(policy="terms", version="2.0")
    text = PolicyText.objects.create(version=draft, language="en", title="T", body="B")
    assert "T" in page(desk, "policyversion", f"{draft.id}/change/")
    desk.post("/admin/consent/policyversion/", {"action": "publish", "_selected_action": [str(draft.id)]}, follow=True)
    assert desk.post(f"/admin/consent/policyversion/{draft.id}/change/", {"version": "3"}).status_code == 403
    assert desk.get("/admin/consent/policyversion/add/").status_code == 403
    draft.refresh_from_db()
    assert (draft.published_at, draft.version, draft.texts.get().id) == (None, "2.0", text.id)
    rest = {"/api/v1/policies/", "/api/v1/purposes/", "/api/v1/documents/"}
    assert {desk.post(path, {}).status_code for path in rest} == {404}  # no door for programs at all
    assert not {name for name in get_commands() if "publish" in name or "polic" in name}


def test_the_order_of_purposes_is_changed_with_an_audit_entry_and_nothing_else(desk: Client) -> None:
    before = Purpose.objects.get(key="marketing")
    body = {"name": '{"en": "Letters"}', "channels": ["email", "post"], "position": "9", "is_active": ""}
    desk.post("/admin/consent/purpose/marketing/change/", body)
    purpose = Purpose.objects.get(key="marketing")
    assert (purpose.name, purpose.channels, purpose.is_active) == (before.name, before.channels, before.is_active)
    assert purpose.position == 9
    assert AuditEntry.objects.get(action="core:admin:changed").object_id == "marketing"
    assert desk.post("/admin/consent/purpose/marketing/delete/", {"post": "yes"}).status_code == 403


def test_a_steward_may_read_purposes_but_not_change_them(client: Client) -> None:
    client.force_login(factories.staff("steward"))
    assert client.get("/admin/consent/purpose/").status_code == 200
    assert client.post("/admin/consent/purpose/marketing/change/", {"position": "5"}).status_code == 403
