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
}
EXAMPLES = {"create": Example(request=BODY, response=RECORD), "list": Example(response=page(RECORD))}
CURRENT = {"list": Example(response=page(RECORD))}
