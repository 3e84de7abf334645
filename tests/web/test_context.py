import pytest

from cdp.core.models import User
from cdp.web import context

COUNTER = ("/counter/", "/phone/", "/appointments/", "/preorders/", "/warranties/")


@pytest.fixture(autouse=True)
def _all_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "_exists", lambda path: path not in {"/leads/", "/voice/"})


def paths(role: str) -> list[str]:
    return [item["url"] for item in context.rail("/", User(role=role, email="a@example.com"))]


def test_the_rail_names_the_rooms_in_their_order() -> None:
    expected = (
        "/ /customers/ /segments/ /campaigns/ /surveys/ /loyalty/ /insights/ /quality/ /consent/ /imports/ "
        "/exports/ /hooks/ /events/ /settings/"
    )
    assert paths("owner") == [*expected.split(), *COUNTER]


def test_a_clerk_starts_at_the_counter_and_sees_no_campaigns() -> None:
    assert paths("clerk")[:6] == [*COUNTER, "/customers/"]
    assert not {"/", "/campaigns/"} & set(paths("clerk"))


@pytest.mark.parametrize(
    ("role", "bar"),
    [
        ("clerk", ["/counter/", "/phone/", "/appointments/", "/preorders/"]),
        ("steward", ["/", "/customers/", "/loyalty/", "/counter/"]),
        ("marketer", ["/", "/customers/", "/segments/", "/campaigns/"]),
    ],
)
def test_the_counter_is_one_tap_away_on_a_phone_for_whoever_works_there(role: str, bar: list[str]) -> None:
    rail = context.rail("/", User(role=role, email="a@example.com"))
    assert [item["url"] for item in context.within_reach(rail)] == bar


def test_a_room_that_is_not_built_does_not_show() -> None:
    rail = context.rail("/customers/", User(role="owner", email="a@example.com"))
    customers = next(item for item in rail if item["url"] == "/customers/")
    assert [child["url"] for child in customers["children"]] == ["/companies/", "/customers/pairs/", "/forms/"]


def test_a_child_marks_itself_and_opens_its_parent() -> None:
    rail = context.rail("/products/7/", User(role="owner", email="a@example.com"))
    insights = next(item for item in rail if item["url"] == "/insights/")
    assert (insights["active"], insights["open"], insights["children"][0]["active"]) == (False, True, True)
    assert [item["url"] for item in rail if item["active"]] == []


def test_what_stays_shows_its_place_from_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "_exists", lambda path: True)
    rail = {item["url"]: item for item in context.rail("/", User(role="owner", email="a@example.com"))}
    assert (rail["/surveys/"]["open"], rail["/insights/"]["open"]) == (True, False)
