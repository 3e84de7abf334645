"""What goes out: consent records as JSON."""

from typing import Any

from rest_framework import serializers

from cdp.core.crypto import subjects
from consent.models import ConsentRecord
from consent.rules.evidence import KINDS
from consent.rules.ledger import YES
from consent.selectors import ledger
from consent.selectors.evidence import ATTACHED


class FileAnswer(serializers.Serializer[Any]):
    """A file that proves a statement; staff open it on the page of its proof."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(list(KINDS))
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField(help_text="Of the file itself, in hexadecimal.")


class ConsentAnswer(serializers.Serializer[Any]):
    """One statement of a customer."""

    id = serializers.UUIDField()
    customer = serializers.UUIDField()
    purpose = serializers.CharField()
    channel = serializers.CharField()
    granted = serializers.BooleanField()
    status = serializers.ChoiceField(ConsentRecord.Status.choices)
    at = serializers.DateTimeField(help_text="When the customer said so.")
    source = serializers.CharField()  # type: ignore[assignment]
    method = serializers.CharField()
    policy_version = serializers.CharField()
    purpose_version = serializers.CharField(help_text="The version of the purpose's words that held.")
    evidence = serializers.JSONField(allow_null=True)
    files = FileAnswer(many=True)


class PendingAnswer(serializers.Serializer[Any]):
    """A grant that waits for its confirmation."""

    customer = serializers.UUIDField()
    purpose = serializers.CharField()
    channel = serializers.CharField()
    status = serializers.ChoiceField(["pending"])
    sent = serializers.BooleanField(help_text="Whether a mail was put; false where one was lately.")


class SignatureAnswer(serializers.Serializer[Any]):
    """An Ed25519 signature over the receipt as JSON with sorted keys and without spaces."""

    alg = serializers.CharField()
    kid = serializers.CharField(help_text="The id of the key at /privacy/receipt-keys.json.")
    value = serializers.CharField(help_text="base64url without padding.")


class ReceiptAnswer(serializers.Serializer[Any]):
    """A signed consent receipt."""

    receipt = serializers.JSONField(help_text="In the shape of ISO/IEC TS 27560.")
    signature = SignatureAnswer()


def consent(record: ConsentRecord, keyring: subjects.Keyring) -> dict[str, Any]:
    """The JSON of one record, its evidence opened."""
    told = ledger.evidence(record, keyring)
    files = told.pop(ATTACHED, []) if isinstance(told, dict) else []
    return {
        "id": str(record.id),
        "customer": str(record.customer_id),
        "purpose": record.purpose,
        "channel": record.channel,
        "granted": record.status in YES,
        "status": record.status,
        "at": record.at,
        "source": record.source,
        "method": record.method,
        "policy_version": record.policy_version,
        "purpose_version": record.purpose_version,
        "evidence": told or None,
        "files": files,
    }
