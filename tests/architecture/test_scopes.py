"""Which scope each call of the REST API needs, as one table, tried with every other scope and with no key."""

import uuid

import pytest
from django.core.cache import cache
from django.urls import resolve

from cdp import api
from cdp.core.api_keys import SCOPES
from tests import factories

ID = uuid.uuid4()


@pytest.fixture(autouse=True)
def empty_cache(db):
    cache.clear()


# --- REST -------------------------------------------------------------------------------------------------------------
CALLS = [
    ("POST", "mail-feedback", "consents:write"),
    ("GET", "customers", "customers:read"),
    ("POST", "customers/lookup", "customers:read"),
    ("POST", "customers", "customers:write"),
    ("GET", f"customers/{ID}", "customers:read"),
    ("PATCH", f"customers/{ID}", "customers:write"),
    ("POST", f"customers/{ID}/merge", "customers:write"),
    ("POST", f"customers/{ID}/erase", "customers:erase"),
    ("POST", f"customers/{ID}/unmerge", "customers:write"),
    ("GET", f"customers/{ID}/timeline", "customers:read"),
    ("GET", f"customers/{ID}/provenance", "customers:read"),
    ("GET", f"customers/{ID}/metrics", "customers:read"),
    ("GET", f"customers/{ID}/segments", "customers:read"),
    ("GET", f"customers/{ID}/consents", "consents:read"),
    ("GET", f"customers/{ID}/consents/receipt", "consents:read"),
    ("GET", "orders", "orders:read"),
    ("POST", "orders", "orders:write"),
    ("POST", "orders/batch", "orders:write"),
    ("GET", f"orders/{ID}", "orders:read"),
    ("POST", f"orders/{ID}/refunds", "orders:write"),
    ("GET", "products", "products:read"),
    ("GET", "products/A-1", "products:read"),
    ("PUT", "products/A-1", "products:write"),
    ("GET", "stock-interests", "orders:read"),
    ("POST", "stock-interests", "orders:write"),
    ("POST", "line-links", "customers:write"),
    ("DELETE", f"stock-interests/{ID}", "orders:write"),
    ("GET", "privacy-requests", "privacy:read"),
    ("POST", "privacy-requests", "privacy:write"),
    ("GET", f"privacy-requests/{ID}", "privacy:read"),
    ("GET", "consents", "consents:read"),
    ("POST", "consents", "consents:write"),
    ("GET", "surveys", "surveys:read"),
    ("GET", "surveys/nps", "surveys:read"),
    ("POST", "surveys/nps/responses", "surveys:write"),
    ("GET", "surveys/nps/results", "surveys:read"),
    ("GET", "interviews", "interviews:read"),
    ("GET", f"interviews/{ID}", "interviews:read"),
    ("GET", "testimonials", "surveys:read"),
    ("GET", "tickets", "tickets:read"),
    ("POST", "tickets", "tickets:write"),
    ("GET", f"tickets/{ID}", "tickets:read"),
    ("POST", f"tickets/{ID}/messages", "tickets:write"),
    ("POST", f"tickets/{ID}/resolve", "tickets:write"),
    ("POST", f"tickets/{ID}/rate", "tickets:write"),
    ("GET", "social", "social:read"),
    ("POST", "social", "social:write"),
    ("POST", "social/batch", "social:write"),
    ("GET", f"loyalty/accounts/{ID}", "loyalty:read"),
    ("GET", f"loyalty/accounts/{ID}/entries", "loyalty:read"),
    ("POST", f"loyalty/accounts/{ID}/earn", "loyalty:write"),
    ("POST", f"loyalty/accounts/{ID}/redeem", "loyalty:write"),
    ("POST", f"loyalty/accounts/{ID}/reverse", "loyalty:write"),
    ("POST", f"loyalty/accounts/{ID}/adjust", "loyalty:adjust"),
    ("POST", f"loyalty/accounts/{ID}/quote", "loyalty:read"),
    ("POST", "loyalty/accounts/quote", "loyalty:read"),
    ("POST", f"loyalty/accounts/{ID}/holds", "loyalty:write"),
    ("POST", f"loyalty/accounts/{ID}/holds/{ID}/capture", "loyalty:write"),
    ("POST", f"loyalty/accounts/{ID}/holds/{ID}/release", "loyalty:write"),
    ("POST", "loyalty/receipts", "loyalty:write"),
    ("GET", "loyalty/rewards", "loyalty:read"),
    ("GET", "coupons", "loyalty:read"),
    ("GET", "coupons/7KM3P-Q9XW2", "loyalty:read"),
    ("POST", "coupons/7KM3P-Q9XW2/quote", "loyalty:read"),
    ("POST", "coupons/7KM3P-Q9XW2/redeem", "loyalty:write"),
    ("POST", "coupons/7KM3P-Q9XW2/reverse", "loyalty:write"),
    ("GET", "segments", "segments:read"),
    ("POST", "segments", "segments:write"),
    ("POST", "segments/preview", "segments:read"),
    ("GET", "segments/vip", "segments:read"),
    ("PUT", "segments/vip", "segments:write"),
    ("PATCH", "segments/vip", "segments:write"),
    ("DELETE", "segments/vip", "segments:write"),
    ("GET", "segments/vip/members", "segments:read"),
    ("GET", "campaigns", "campaigns:read"),
    ("POST", "campaigns", "campaigns:write"),
    ("GET", f"campaigns/{ID}", "campaigns:read"),
    ("PUT", f"campaigns/{ID}", "campaigns:write"),
    ("PATCH", f"campaigns/{ID}", "campaigns:write"),
    ("DELETE", f"campaigns/{ID}", "campaigns:write"),
    ("POST", f"campaigns/{ID}/activate", "campaigns:write"),
    ("POST", f"campaigns/{ID}/pause", "campaigns:write"),
    ("POST", f"campaigns/{ID}/preview", "campaigns:read"),
    ("GET", f"campaigns/{ID}/results", "campaigns:read"),
    ("GET", "webhooks", "webhooks:read"),
    ("POST", "webhooks", "webhooks:write"),
    ("GET", f"webhooks/{ID}", "webhooks:read"),
    ("PATCH", f"webhooks/{ID}", "webhooks:write"),
    ("DELETE", f"webhooks/{ID}", "webhooks:write"),
    ("GET", f"webhooks/{ID}/deliveries", "webhooks:read"),
    ("POST", f"webhooks/{ID}/test", "webhooks:write"),
]


def test_every_call_stands_in_the_table():
    offered = {
        (method.upper(), pattern.name)
        for pattern in api.router.urls
        for method in pattern.callback.actions
        if method != "head"  # whoever may GET may HEAD
    }
    assert {(method, resolve(f"/api/v1/{path}").url_name) for method, path, _scope in CALLS} == offered
    assert len(CALLS) == len(offered)


def _call(client, method, path, text):
    headers = {"Authorization": f"Bearer {text}"} if text else {}
    return client.generic(method, f"/api/v1/{path}", b"{}", content_type="application/json", headers=headers)


def test_each_call_needs_its_own_scope_and_no_other_opens_it(client):
    for method, path, scope in CALLS:
        _key, others = factories.api_key([one for one in SCOPES if one != scope])
        _key, own = factories.api_key([scope])
        refused = _call(client, method, path, others)
        assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json"), (method, path)
        assert scope in refused.json()["detail"]
        assert _call(client, method, path, own).status_code not in {401, 403, 405, 500}, (method, path)


def test_no_call_answers_without_a_key_or_with_a_revoked_one(client):
    key, text = factories.api_key()
    key.revoked_at = key.created_at
    key.save()
    for method, path, _scope in CALLS:
        for sent in ("", text, "cdp_nonsense"):
            response = _call(client, method, path, sent)
            assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer"), (method, path)
