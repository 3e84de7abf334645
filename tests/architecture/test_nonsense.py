"""No address answers 500, whatever is put into it."""

import json
import uuid

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.services import segments
from campaigns.rules import starters
from campaigns.services import drafts
from cdp.core import actors
from commerce.models import Product
from tests import factories
from tests.architecture.test_permissions import ARGUMENTS, ID, OPEN, PAGES, address
from tests.architecture.test_scopes import CALLS
from tests.architecture.test_scopes import ID as CALLED

NONSENSE = ["a\x00b", "-1", "9" * 5000, "🎉 ' {{7*7}} <b> ../..", "٣", str(uuid.UUID(int=0))]
PARAMETERS = ["before", "after", "cursor", "page", "page_size", "q", "country", "province", "tag", "source", "segment", "kind",
              "lang", "version", "watch", "sort", "path", "email", "phone", "external_id", "customer", "only"]  # fmt: skip
FILTERS = [name for name in PARAMETERS if name not in {"cursor", "page_size"}]
GETS = sorted({name for name, method, _who in PAGES if method == "GET"} | OPEN)
POSTS = sorted(
    {name for name, method, _who in PAGES if method == "POST"}
    | {"web:signup", "web:warranty", "web:preorder", "web:feedback", "consent:unsubscribe"}
)


@pytest.fixture
def shop(db, monkeypatch):
    """Addresses lead somewhere: to a customer with an order, a product, a segment, a campaign. Gives the calls of REST."""
    now = timezone.now()
    who = factories.customer(email="b@example.com", name="Bo")
    order = factories.order(who)
    Product.objects.create(sku="A-1", name="Tea", created_at=now, updated_at=now)
    product = Product.objects.get()
    segment = segments.create(key="vip", name="Vip", rules={"all": []}, actor=actors.SYSTEM, at=now)
    raw = starters.definition(starters.STARTERS["announcement"], name="News", purpose="marketing", audience={"all": []})
    campaign = drafts.create(raw=raw, actor=actors.SYSTEM, at=now)
    real = {"customer": who.id, "campaign": campaign.id, "product": product.id, "key": segment.key}
    for argument, value in real.items():
        monkeypatch.setitem(ARGUMENTS, argument, value)
    ids = {"customers": who.id, "orders": order.id, "campaigns": campaign.id}
    return sorted(
        ((method, path.replace(str(CALLED), str(ids.get(path.split("/")[0], ID)))) for method, path, _scope in CALLS),
        key=lambda call: call[0] == "DELETE",  # what is deleted is tried last
    )


@pytest.fixture
def admin(db, client):
    cache.clear()
    client.force_login(factories.staff("owner"))
    client.raise_request_exception = False
    factories.customer(email="a@example.com", name="Ann")
    return client


# Each address with a fifth of the nonsense in turn; with all of it among the slow tests.
in_turn = pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.long)])


@in_turn
def test_pages_answer_nonsense_in_the_address(admin, shop, every):
    wrong = []
    for number, name in enumerate(GETS):
        for value in NONSENSE[number % every :: every]:
            status = admin.get(address(name), dict.fromkeys(PARAMETERS, value)).status_code
            if status not in {200, 302, 400, 404, 405, 410, 422}:
                wrong.append((name, value[:20], status))
    assert not wrong, wrong


@in_turn
def test_forms_answer_nonsense_in_the_body(admin, shop, every):
    wrong = []
    for number, name in enumerate(POSTS):
        for value in NONSENSE[number % every :: every]:
            fields = dict.fromkeys(
                [*PARAMETERS, "name", "text", "rules", "at", "reason", "action", "title", "key"], value
            )
            status = admin.post(address(name), fields).status_code
            if status >= 500:
                wrong.append((name, value[:20], status))
    assert not wrong, wrong


BODIES = [b"", b"{", b"[]", b"null", b"5", b'"x"', b"{}", b"\xff\xfe", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 3000,
          b'{"a": "\\u0000"}', b"[[[[]]]]", b'{"\\u0000": 1}', b"1e999999999", b"9" * 5000]  # fmt: skip


@in_turn
def test_rest_answers_nonsense_with_a_problem(shop, client, every):
    _key, text = factories.api_key()
    client.raise_request_exception = False
    wrong = []
    for number, (method, path) in enumerate(shop):
        for body in BODIES[number % every :: every]:
            response = client.generic(
                method,
                f"/api/v1/{path}",
                body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {text}"},
            )
            problem = response.status_code >= 400
            if response.status_code >= 500 or (problem and response["Content-Type"] != "application/problem+json"):
                wrong.append((method, path, body[:20], response.status_code))
    assert not wrong, wrong


@in_turn
def test_rest_lists_answer_nonsense_filters(shop, client, every):
    _key, text = factories.api_key()
    client.raise_request_exception = False
    wrong = []
    for number, path in enumerate(path for method, path in shop if method == "GET"):
        for value in NONSENSE[number % every :: every]:
            for asked in (dict.fromkeys(PARAMETERS, value), dict.fromkeys(FILTERS, value), {"cursor": value}):
                response = client.get(f"/api/v1/{path}", asked, headers={"Authorization": f"Bearer {text}"})
                if response.status_code >= 500:
                    wrong.append((path, list(asked), value[:20]))
    assert not wrong, wrong


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["external_id", "email", "phone", "name", "placed_at", "currency", "lines", "customer", "tags", "purpose", "channel",
          "granted", "evidence", "rules", "key", "trigger", "steps", "audience", "amount", "created_at", "birth_date"]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, len(CALLS) - 1), st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
def test_rest_never_fails_on_a_body_of_its_own_words(shop, client, call, body):
    _key, text = factories.api_key()
    method, path = shop[call]
    response = client.generic(
        method,
        f"/api/v1/{path}",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {text}"},
    )
    assert response.status_code < 500
