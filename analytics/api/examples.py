"""What calls about segments look like, for the OpenAPI document."""

from cdp.core.api.schema import Example, page

RULES = {
    "all": [
        {"metric": "orders_count", "op": ">=", "value": 3},
        {"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True},
    ]
}
BODY = {"name": "Loyal and reachable", "rules": RULES}
SEGMENT = {
    "id": "019a4f70-1111-7aaa-8bbb-cccccccccccc",
    "key": "loyal-and-reachable",
    "name": "Loyal and reachable",
    "description": "",
    "rules": RULES,
    "version": "5b2c9d1e44a09f3e",
    "size": 412,
    "refreshed_at": "2026-11-20T16:30:00+07:00",
    "created_at": "2026-11-20T16:29:58+07:00",
}
CUSTOMER = "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70"
MEMBER = {"id": CUSTOMER, "customer": CUSTOMER, "entered_at": "2026-11-20T16:30:00+07:00"}
PREVIEW = {"count": 412, "is_estimate": False, "sample": [CUSTOMER], "sql": "SELECT c.id FROM customers_customer c …"}
EXAMPLES = {
    "list": Example(response=page(SEGMENT)),
    "create": Example(request=BODY, response=SEGMENT),
    "retrieve": Example(response=SEGMENT),
    "update": Example(request=BODY, response=SEGMENT),
    "partial_update": Example(request={"name": "Loyal and reachable"}, response=SEGMENT),
    "preview": Example(request={"rules": RULES}, response=PREVIEW),
    "members": Example(response=page(MEMBER)),
}
