"""What calls about campaigns look like, for the OpenAPI document."""

from cdp.core.api.schema import Example, page

BODY = {
    "name": "Win back",
    "purpose": "marketing",
    "trigger": {"kind": "inactive", "days": 90, "activity": "order", "clock": "live"},
    "audience": {"all": []},
    "steps": [
        {
            "kind": "message",
            "channel": "email",
            "template": {
                "subject": {"en": "We miss you"},
                "body": {"en": "Hello {{ customer.given_name | default: 'friend' }}"},
            },
        }
    ],
}
CAMPAIGN = {
    "id": "019a4f80-2222-7aaa-8bbb-cccccccccccc",
    "status": "draft",
    "version": 1,
    **BODY,
    "warnings": [],
    "activated_at": None,
    "last_run_at": None,
    "created_at": "2026-11-20T16:30:00+07:00",
}
ACTIVE = CAMPAIGN | {"status": "active", "activated_at": "2026-11-20T16:31:00+07:00"}
RESULTS = {
    "eligible": 120,
    "planned": 97,
    "suppressed": {"never_asked": 21, "withdrawn": 3},
    "suppressed_later": {"withdrawn": 1},
    "waiting": 0,
    "sent": 96,
    "failed": 0,
    "opened": 0,
    "clicked": 12,
    "converted": 7,
    "conversion_window_days": 14,
}
PREVIEW = {
    "eligible": 120,
    "planned": 97,
    "suppressed": {"never_asked": 23},
    "is_estimate": False,
    "sample": ["019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70"],
    "warnings": [],
}
EXAMPLES = {
    "list": Example(response=page(CAMPAIGN)),
    "create": Example(request=BODY, response=CAMPAIGN),
    "retrieve": Example(response=CAMPAIGN),
    "update": Example(request=BODY, response=CAMPAIGN),
    "partial_update": Example(request={"name": "Come back"}, response=CAMPAIGN | {"name": "Come back"}),
    "activate": Example(response=ACTIVE),
    "pause": Example(response=ACTIVE | {"status": "paused"}),
    "results": Example(response=RESULTS),
    "preview": Example(request={"step": 0}, response=PREVIEW),
}
