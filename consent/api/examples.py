"""What calls about consent look like, for the OpenAPI document."""

from cdp.core.api.schema import Example, page

BODY = {
    "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "purpose": "marketing",
    "channel": "email",
    "granted": True,
    "policy_version": "1.0",
    "evidence": {"form": "checkout", "text": "Send me news by e-mail"},
}
RECORD = {
    "id": "019a4f60-5a02-7c3d-8e4f-1b2a3c4d5e6f",
    "customer": BODY["customer"],
    "purpose": "marketing",
    "channel": "email",
    "granted": True,
    "status": "given",
    "at": "2026-11-20T09:30:00Z",
    "source": "shop",
    "method": "api",
    "policy_version": "1.0",
    "purpose_version": "1",
    "evidence": BODY["evidence"],
    "files": [],
}
PENDING = {
    "customer": BODY["customer"],
    "purpose": "marketing",
    "channel": "email",
    "status": "pending",
    "sent": True,
}
EXAMPLES = {"create": Example(request=BODY, response=RECORD, later=PENDING), "list": Example(response=page(RECORD))}
RECEIPT = {
    "receipt": {
        "schema_version": "ISO/IEC TS 27560:2023",
        "receipt_id": "019a4f60-77aa-7d01-8bd2-5c6b7a8990a1",
        "receipt_state": "issued",
        "issued_at": "2026-11-20T16:31:00+07:00",
        "pii_principal_id": BODY["customer"],
        "processing": [
            {
                "purpose": {"purpose_id": "marketing", "name": "News and offers", "version": "1"},
                "channel": "email",
                "lawful_basis": "consent",
                "state": "active",
                "since": "2026-11-20T16:30:00+07:00",
                "events": [{"event_type": "consent_given", "event_time": "2026-11-20T16:30:00+07:00"}],
            }
        ],
        "verification_keys": "https://crm.example.com/privacy/receipt-keys.json",
    },
    "signature": {"alg": "EdDSA", "kid": "r1", "value": "kq0N…"},
}
CURRENT = {"list": Example(response=page(RECORD)), "receipt": Example(response=RECEIPT)}
