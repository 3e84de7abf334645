"""The pages of segments."""

import json
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import Segment
from analytics.services import segments, turns
from cdp.core import actors
from cdp.core.models import AccessEntry
from tests import factories

FEMALE = {"field": "gender", "op": "=", "value": "female"}


@pytest.fixture
def log_in(db: None) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        client = Client()
        client.force_login(factories.staff(role))
        return client

    return make


@pytest.fixture
def marketer(log_in: Callable[[str], Client]) -> Client:
    return log_in("marketer")


def made(rules: object = None, name: str = "Women") -> Segment:
    return segments.create(name=name, rules=rules or FEMALE, actor=actors.SYSTEM, at=timezone.now())


def test_a_segment_is_made_and_filled(marketer: Client) -> None:
    person = factories.customer(name="Mali Srisuk", email="mali@example.com", gender="female")
    other = factories.customer(name="Kim Minsu", gender="male")
    answer = marketer.post("/segments/new/", {"name": "Women", "rules": json.dumps({"all": [FEMALE]})})
    assert answer.headers["Location"] == "/segments/women/"
    page = marketer.get("/segments/women/").content.decode()
    assert "Mali Srisuk" in page
    assert "mali@example.com" not in page, "a marketer sees contacts masked"
    assert "Gender is female" in page
    assert AccessEntry.objects.filter(customer_ids__contains=[person.id]).exists()

    page = marketer.get(f"/segments/women/?customer={other.id}").content.decode()
    assert "is not in the segment" in page
    assert "here: male" in page
    assert "Women" in marketer.get("/segments/").content.decode()


def test_mistakes_stand_at_their_row_and_keep_what_was_written(marketer: Client) -> None:
    rules = {"all": [FEMALE, {"metric": "orders_count", "op": ">="}]}
    answer = marketer.post("/segments/new/", {"name": "", "rules": json.dumps(rules)})
    assert answer.status_code == 422
    first, second = answer.context["builder"].root.children
    assert first.problems == []
    assert second.problems == ["A value is missing."]
    assert answer.context["form"].errors["name"]
    assert not Segment.objects.filter(name="").exists()
    answer = marketer.post("/segments/new/", {"name": "x", "rules": "{"})
    assert answer.status_code == 422
    assert "This text is not JSON." in answer.content.decode()


def test_the_preview_counts_and_shows_the_statement_to_owners_and_viewers_only(log_in: Callable[[str], Client]) -> None:
    factories.customer(name="Mali Srisuk", gender="female")
    asked = {"preview_rules": json.dumps(FEMALE)}
    page = log_in("marketer").post("/segments/rule-preview/", asked).content.decode()
    assert "Mali Srisuk" in page
    assert "SELECT" not in page
    assert "SELECT" in log_in("viewer").post("/segments/rule-preview/", asked).content.decode()
    answer = log_in("owner").post("/segments/rule-preview/", {"preview_rules": '{"all": [{"field": "x"}]}'})
    assert 'data-pointer="/all/0/field"' in answer.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"add": "row"},
        {"add": "group"},
        *({"subject": subject} for subject in ("field:province", "metric:last_order_at", "consent", "order")),
        *({"subject": subject} for subject in ("event", "segment", "field:birth_month", "nonsense")),
        {"rule": '{"field": "country", "op": "in", "value": ["TH"]}'},
        {"rule": '{"metric": "days_since_last_order", "op": "between", "value": [1, 2]}'},
        {"rule": '{"field": "tags", "op": "contains", "value": "vip"}'},
        {"rule": '{"survey": "x"}'},
        {"document": '{"not": {"any": [{"event": "Viewed", "where": {"a": 1, "b": "1"}}]}}'},
    ],
)
def test_parts_of_the_builder_come_by_themselves(marketer: Client, asked: dict[str, str]) -> None:
    answer = marketer.post("/segments/rule-part/", asked)
    assert answer.status_code == 200
    assert b"data-" in answer.content


def test_every_kind_of_rule_can_be_read_and_edited(marketer: Client) -> None:
    made(name="Base")
    rules = {
        "any": [
            {"all": [FEMALE, {"field": "tags", "op": "in", "value": ["vip", "tea"]}]},
            {"not": {"segment": "base"}},
            {"not": {"any": [{"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": False}]}},
            {"order": {"category": "Tea"}, "count": {"op": ">=", "value": 2}, "within_days": 30},
            {"event": "Product Viewed", "where": {"category": "Tea"}},
            {"field": "created_at", "op": ">=", "value": "2026-01-31"},
            {"metric": "revenue_total", "op": "between", "value": [100, 1500]},
            {"field": "province", "op": "is_set"},
        ]
    }
    segment = made(rules, name="Everything")
    page = marketer.get(f"/segments/{segment.key}/").content.decode()
    for words in (
        "At least one of these is true",
        "Is not in the segment “Base”",
        "Has ordered “category Tea” at least 2 times in the last 30 days",
        "Revenue: between 100 THB and 1,500 THB",
        "Province is known",
        "Customer since: on or after 31 Jan 2026",
    ):
        assert words in page
    assert "2026년 1월 31일" in marketer.get(f"/segments/{segment.key}/?lang=ko").content.decode()
    assert marketer.get(f"/segments/{segment.key}/edit/?lang=en").status_code == 200
    answer = marketer.post(f"/segments/{segment.key}/edit/", {"name": "Renamed", "rules": json.dumps(rules)})
    assert answer.status_code == 302
    segment.refresh_from_db()
    assert (segment.name, segment.rules) == ("Renamed", rules)
    assert f"/segments/{segment.key}/" in marketer.get("/segments/base/").content.decode()


def test_archiving_is_refused_while_others_stand_on_it(marketer: Client) -> None:
    made()
    other = made({"segment": "women"}, name="Other")
    marketer.post("/segments/women/archive/")
    assert Segment.objects.get(key="women").archived_at is None
    marketer.post(f"/segments/{other.key}/archive/")
    marketer.post("/segments/women/archive/")
    assert marketer.get("/segments/women/").status_code == 404


def test_a_busy_pipeline_is_told_and_what_was_saved_stays(marketer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_turn() -> None:
        raise turns.NoTurn

    monkeypatch.setattr(turns, "take_alone", no_turn)
    answer = marketer.post("/segments/new/", {"name": "Women", "rules": json.dumps({"all": [FEMALE]})}, follow=True)
    assert "The pipeline is busy; members appear in a moment." in answer.content.decode()
    answer = marketer.post("/segments/women/refresh/", follow=True)
    assert "The system is busy." in answer.content.decode()


def test_refreshing_says_who_came_and_went(marketer: Client) -> None:
    made()
    factories.customer(name="Mali Srisuk", gender="female")
    answer = marketer.post("/segments/women/refresh/", follow=True)
    assert "Everybody was checked: 1 entered, 0 left." in answer.content.decode()


def test_members_come_in_pages(marketer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.views.segments.PAGE", 2)
    for number in range(5):
        factories.customer(name=f"Person {number}", gender="female")
    made()
    marketer.post("/segments/women/refresh/")
    page = marketer.get("/segments/women/")
    names = [row["person"].name for row in page.context["members"]]
    assert names == ["Person 4", "Person 3"]
    page = marketer.get("/segments/women/" + page.context["older_url"].partition("#")[0])
    assert [row["person"].name for row in page.context["members"]] == ["Person 2", "Person 1"]
    page = marketer.get("/segments/women/" + page.context["newer_url"].partition("#")[0])
    assert [row["person"].name for row in page.context["members"]] == names
    assert marketer.get("/segments/women/?older=x").status_code == 404


def test_people_are_found_to_ask_about(marketer: Client) -> None:
    made()
    person = factories.customer(name="Mali Srisuk", gender="male")
    page = marketer.post("/segments/women/find-person/", {"q": "Mali"}).content.decode()
    assert f"?customer={person.id}#why" in page
    assert "no such customer" in marketer.get(f"/segments/women/?customer={uuid.uuid4()}").content.decode()


@pytest.mark.parametrize(("role", "status"), [("marketer", 200), ("viewer", 200), ("clerk", 403), ("steward", 403)])
def test_who_may_see_segments(log_in: Callable[[str], Client], role: str, status: int) -> None:
    assert log_in(role).get("/segments/").status_code == status


def test_a_province_given_by_name_is_ticked_in_the_editor(marketer: Client) -> None:
    made({"field": "province", "op": "in", "value": ["Bangkok", "เชียงใหม่"]}, name="North and capital")
    row = marketer.get("/segments/north-and-capital/edit/").context["builder"].root.children[0]
    assert row.values == ["TH-10", "TH-50"]
