import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import actors, ids
from cdp.core.models import AccessEntry, AuditEntry
from consent.models import ConsentRecord, Purpose
from consent.services import expiring, receipts
from customers.services.erasing import erase
from tests import factories

pytestmark = pytest.mark.django_db


def is_genuine(receipt: dict, keys: dict) -> bool:
    """The recipe of docs/guides/privacy-ledger.md, with `cryptography` and nothing of ours."""
    import base64

    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))  # noqa: E731
    signature = receipt["signature"]
    key = next(key for key in keys["keys"] if key["kid"] == signature["kid"])
    signed = json.dumps(receipt["receipt"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    try:
        Ed25519PublicKey.from_public_bytes(raw(key["x"])).verify(raw(signature["value"]), signed)
    except InvalidSignature:
        return False
    return True


def published() -> dict:
    return json.loads(Client().get("/privacy/receipt-keys.json").content)


def by_slot(receipt: dict) -> dict[tuple[str, str], dict]:
    return {(one["purpose"]["purpose_id"], one["channel"]): one for one in receipt["receipt"]["processing"]}


def test_a_receipt_is_verified_offline_and_any_change_shows(
    say: Callable[..., ConsentRecord], now: dt.datetime
) -> None:
    ann = factories.customer(country="TH")
    say(ann.id, evidence={"text": "ข่าวสารทางอีเมล", "ip": "203.0.113.0"}, form="signup")
    say(ann.id, granted=False, at=now + dt.timedelta(hours=1), method="unsubscribe")
    receipt = json.loads(json.dumps(receipts.issue(customer=ann.id, at=timezone.now())))
    keys = published()
    assert is_genuine(receipt, keys)
    said = by_slot(receipt)["marketing", "email"]
    assert said["state"] == "withdrawn"
    assert [event["event_type"] for event in said["events"]] == ["consent_withdrawn", "consent_given"]
    assert said["events"][1]["words_shown"] == "ข่าวสารทางอีเมล"
    assert said["events"][1]["form"] == "signup"
    assert "203.0.113" not in json.dumps(receipt)
    said["state"] = "active"
    assert not is_genuine(receipt, keys)


def test_it_says_what_holds_by_purpose_and_version(say: Callable[..., ConsentRecord], now: dt.datetime) -> None:
    ann = factories.customer()
    say(ann.id)
    say(ann.id, channel="sms", granted=False)
    say(ann.id, channel="line")
    expiring.expire(
        purpose="marketing", channels=["line"], said_before=now + dt.timedelta(1), reason="age", actor=actors.SYSTEM,
        now=now + dt.timedelta(1),
    )  # fmt: skip
    receipt = receipts.issue(customer=ann.id, at=now + dt.timedelta(2), language="ko")
    states = {channel: one["state"] for (_, channel), one in by_slot(receipt).items()}
    assert states == {"email": "active", "sms": "refused", "line": "expired"}
    content = receipt["receipt"]
    assert content["schema_version"] == "ISO/IEC TS 27560:2023"
    assert content["privacy_notice"]["version"] == "1.0"
    assert content["privacy_notice"]["url"].endswith("/privacy/")
    assert content["party_identification"][0]["party_name"]
    assert by_slot(receipt)["marketing", "email"]["purpose"]["version"]
    assert content["language"] == "ko"
    Purpose.objects.filter(key="marketing").update(meaning_since=now + dt.timedelta(1))
    assert by_slot(receipts.issue(customer=ann.id, at=now))["marketing", "email"]["state"] == "expired"


def test_a_receipt_signed_by_an_older_key_is_verified_after_a_new_one(
    say: Callable[..., ConsentRecord], now: dt.datetime, settings: object
) -> None:
    ann = factories.customer()
    say(ann.id)
    old = receipts.issue(customer=ann.id, at=now)
    settings.CDP_RECEIPT_KEYS = f"r9:{'A' * 43}=," + settings.CDP_RECEIPT_KEYS
    new = receipts.issue(customer=ann.id, at=now)
    assert (old["signature"]["kid"], new["signature"]["kid"]) != ("r9", "r9")
    assert new["signature"]["kid"] == "r9"
    assert is_genuine(old, published())
    assert is_genuine(new, published())


def test_it_is_the_survivors_and_none_of_somebody_forgotten(
    say: Callable[..., ConsentRecord], now: dt.datetime
) -> None:
    ann = factories.customer()
    say(ann.id)
    erase(customer=ann.id, actor=actors.SYSTEM, at=timezone.now())
    with pytest.raises(receipts.UnableToIssue):
        receipts.issue(customer=ann.id, at=now)


def test_staff_hand_it_over_and_that_is_logged(client: Client, say: Callable[..., ConsentRecord]) -> None:
    ann = factories.customer()
    say(ann.id)
    client.force_login(factories.staff("privacy"))
    response = client.post(f"/consent/customers/{ann.id}/receipt/")
    assert response.status_code == 200
    assert str(ann.id) in response.headers["Content-Disposition"]
    assert is_genuine(json.loads(response.content), published())
    assert AccessEntry.objects.filter(view="consent:receipt", customer_ids=[ann.id]).exists()
    assert AuditEntry.objects.filter(action="consent:receipt:issued", customer_id=ann.id).exists()
    assert client.get(f"/consent/customers/{ann.id}/receipt/").status_code == 405
    assert client.post(f"/consent/customers/{ids.uuid7()}/receipt/").status_code == 404


def test_it_is_had_by_rest(client: Client, say: Callable[..., ConsentRecord]) -> None:
    ann = factories.customer()
    say(ann.id)
    key = factories.api_key(("consents:read",))[1]
    headers = {"Authorization": f"Bearer {key}"}
    response = client.get(f"/api/v1/customers/{ann.id}/consents/receipt", headers=headers)
    assert response.status_code == 200
    assert is_genuine(response.json(), published())
    stranger = factories.api_key(("orders:read",))[1]
    other = {"Authorization": f"Bearer {stranger}"}
    assert client.get(f"/api/v1/customers/{ann.id}/consents/receipt", headers=other).status_code == 403
