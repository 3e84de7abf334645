"""REST: segments, previews, members, and the figures of a customer."""

import json
import uuid

import pytest
from django.utils import timezone

from analytics.selectors import segments as reading
from analytics.services import metrics
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db
VIP = {"field": "tags", "op": "contains", "value": "vip"}


class Caller:
    def __init__(self, client, scopes=("*",)):
        self.client, (_key, self.text) = client, factories.api_key(scopes)

    def __call__(self, method: str, path: str, body=None, **headers):
        path = path if path.startswith("http") else f"/api/v1/{path}"
        answer = self.client.generic(
            method,
            path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.text}", **headers},
        )
        return answer.status_code, (json.loads(answer.content) if answer.content else None)


@pytest.fixture
def call(client):
    return Caller(client)


@pytest.fixture
def vips():
    found = [factories.customer() for _ in range(5)]
    Customer.objects.filter(id__in=[one.id for one in found[:3]]).update(tags=["vip"])
    return sorted(str(one.id) for one in found[:3])


def test_a_segment_is_defined_filled_read_changed_and_taken_out_of_use(call, vips):
    status, made = call("POST", "segments", {"key": "vip", "name": "VIP", "rules": VIP})
    assert (status, made["key"], made["size"], made["rules"]) == (201, "vip", 3, VIP)
    assert call("GET", "segments/vip") == (200, made)
    status, changed = call("PATCH", "segments/vip", {"rules": {"not": VIP}})
    assert (status, changed["size"], changed["name"]) == (200, 2, "VIP")
    status, replaced = call("PUT", "segments/vip", {"name": "Best", "rules": VIP})
    assert (status, replaced["size"], replaced["name"], replaced["description"]) == (200, 3, "Best", "")
    assert call("DELETE", "segments/vip") == (204, None)
    assert call("GET", "segments/vip")[0] == 404


def test_the_list_has_the_segments_in_pages(call):
    call("POST", "segments", {"key": "vip", "name": "VIP", "rules": VIP})
    status, page = call("GET", "segments?page_size=1")
    assert (status, [row["key"] for row in page["results"]]) == (200, ["vip"])
    assert call("GET", page["next"])[1]["results"][0]["key"] == "new-this-month"


def test_members_come_in_pages_that_meet_everybody_once(call, vips):
    call("POST", "segments", {"key": "vip", "name": "VIP", "rules": VIP})
    status, page = call("GET", "segments/vip/members?page_size=2")
    assert (status, len(page["results"])) == (200, 2)
    _status, rest = call("GET", page["next"])
    assert sorted(row["customer"] for row in page["results"] + rest["results"]) == vips
    assert rest["next"] is None


def test_a_preview_counts_samples_and_shows_the_statement(call, vips):
    status, shown = call("POST", "segments/preview", {"rules": VIP})
    assert (status, shown["count"], sorted(shown["sample"])) == (200, 3, vips)
    assert "c.tags @> ARRAY" not in shown["sql"]
    assert ":p0" in shown["sql"]
    assert reading.live().count() == 5  # nothing was kept


def test_mistakes_in_rules_are_a_422_that_names_each_place(call):
    body = {
        "rules": {"all": [{"field": "shoe_size", "op": "=", "value": 1}, {"metric": "age", "op": "like", "value": 1}]}
    }
    for path in ("segments/preview", "segments"):
        status, problem = call("POST", path, body | {"name": "x"})
        assert (status, problem["code"]) == (422, "invalid_rules")
        assert [error["pointer"] for error in problem["errors"]] == ["/rules/all/0/field", "/rules/all/1/op"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x"}, "/rules"),
        ({"rules": VIP}, "/name"),
        ({"key": "Not A Key", "rules": VIP}, "/key"),
        ({"key": "preview", "rules": VIP}, "/key"),
        ({"key": "x", "name": "y" * 200, "rules": VIP}, "/name"),
        ([], ""),
    ],
)
def test_a_body_that_is_no_segment_is_a_422(call, body, pointer):
    status, problem = call("POST", "segments", body)
    assert status == 422
    assert problem["errors"][0]["pointer"] == pointer


def test_decimals_in_rules_are_kept(call):
    rules = {"metric": "revenue_total", "op": ">=", "value": 12.5}
    assert call("POST", "segments", {"key": "spent", "rules": rules})[1]["rules"] == rules


def test_a_taken_key_and_a_segment_in_use_are_conflicts(call):
    call("POST", "segments", {"key": "vip", "rules": VIP})
    assert call("POST", "segments", {"key": "vip", "rules": VIP})[1]["code"] == "segment_exists"
    call("POST", "segments", {"key": "rest", "rules": {"not": {"segment": "vip"}}})
    status, problem = call("DELETE", "segments/vip")
    assert (status, problem["code"]) == (409, "segment_in_use")


def test_keys_without_the_scope_are_refused(client):
    reader = Caller(client, ("segments:read",))
    assert reader("POST", "segments/preview", {"rules": VIP})[0] == 200
    assert reader("POST", "segments", {"key": "vip", "rules": VIP})[0] == 403
    stranger = Caller(client, ("orders:read",))
    assert {stranger("GET", path)[0] for path in ("segments", "segments/new", "segments/new/members")} == {403}
    assert client.get("/api/v1/segments").status_code == 401


def test_the_metrics_of_a_customer_have_the_promised_names(call):
    buyer = factories.customer()
    factories.order(buyer, amount="77183.60")
    metrics.update([buyer.id], timezone.now())
    status, found = call("GET", f"customers/{buyer.id}/metrics")
    assert status == 200
    assert (found["orders_count"], found["currency"], found["days_since_last_order"]) == (1, "THB", 0)
    assert (found["revenue_total"], found["revenue_by_currency"]) == ("77183.60", {"THB": "77183.60"})
    assert (found["refunds_total"], found["net_revenue"], found["average_order_value"]) == (
        "0.00",
        "77183.60",
        "77183.60",
    )


def test_the_segments_of_a_customer_are_listed(call, vips):
    call("POST", "segments", {"key": "vip", "name": "VIP", "rules": VIP})
    status, found = call("GET", f"customers/{vips[0]}/segments")
    assert (status, [row["key"] for row in found["results"]]) == (200, ["vip"])


def test_a_merged_customer_answers_with_the_survivor(call, vips):
    Customer.objects.filter(id=vips[0]).update(status="merged", merged_into=vips[1])
    assert call("GET", f"customers/{vips[0]}/metrics")[1]["customer"] == vips[1]


def test_a_customer_who_is_not_there_is_a_404_and_an_erased_one_a_410(call, vips):
    Customer.objects.filter(id=vips[0]).update(status="erased")
    for what in ("metrics", "segments"):
        assert call("GET", f"customers/{uuid.uuid4()}/{what}")[0] == 404
        assert call("GET", f"customers/nobody/{what}")[0] == 404
        assert call("GET", f"customers/{vips[0]}/{what}")[0] == 410
