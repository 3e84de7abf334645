"""What a visit says, from the acts it is made of."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.rules import sessions
from events.rules.sessions import Act

START = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)
SHOP = "https://shop.example"


def act(after: float, kind: str = "page", **fields) -> Act:
    return Act(at=START + dt.timedelta(seconds=after), kind=kind, **{"source": "web", **fields})


def page(after: float, path: str, **fields) -> Act:
    return act(after, path=path, url=f"{SHOP}{path}", title=path.strip("/").title(), **fields)


def look(after: float, seconds, view: str = "") -> Act:
    return act(after, "track", name="Page Engaged", seconds=seconds, view=view)


def test_a_visit_is_told_from_its_first_page_to_its_last():
    visit = sessions.fold([page(0, "/"), page(40, "/a"), act(50, "track", name="Product Added"), page(100, "/cart")])
    assert (visit.entry_path, visit.exit_path, visit.exit_title, visit.pages, visit.events) == (
        "/",
        "/cart",
        "Cart",
        3,
        4,
    )
    assert visit.ended_at - visit.started_at == dt.timedelta(seconds=100)


def test_time_on_a_page_lasts_until_the_next_one_and_of_the_last_nobody_knows():
    visit = sessions.fold([page(0, "/"), act(30, "track", name="Scrolled"), page(40, "/a"), page(100, "/b")])
    assert [step.get("seconds") for step in visit.steps if step["kind"] == "page"] == [40, 60, None]
    assert visit.seconds == 100


def test_what_our_script_measured_wins_over_the_clock():
    visit = sessions.fold([page(0, "/", view="a"), look(60, 12, "a"), page(60, "/b", view="b"), look(90, 25, "b")])
    assert [step["seconds"] for step in visit.steps] == [12, 25]
    assert visit.seconds == 37


def test_looks_at_one_page_add_up_and_are_told_by_the_page_they_name():
    acts = [page(0, "/", view="a"), look(10, 10, "a"), page(10, "/b", view="b"), look(30, 5, "a"), look(31, 2, "b")]
    assert [step["seconds"] for step in sessions.fold(acts).steps] == [15, 2]


@pytest.mark.parametrize("seconds", [-5, None, float(10**9)])
def test_a_look_of_nonsense_length_harms_nothing(seconds):
    visit = sessions.fold([page(0, "/", view="a"), look(10, seconds, "a")])
    assert 0 <= visit.seconds <= 6 * 3600


def test_a_look_at_a_page_of_another_visit_belongs_to_nobody():
    assert sessions.fold([look(0, 30, "gone"), page(5, "/", view="a")]).seconds == 0


def test_clicks_without_pages_still_say_where_somebody_was():
    visit = sessions.fold(
        [act(0, "track", name="Product Viewed", path="/p/1?x=1"), act(9, "track", url=f"{SHOP}/cart#a")]
    )
    assert (visit.entry_path, visit.exit_path, visit.pages, visit.seconds) == ("/p/1", "/cart", 0, 0)


def test_the_last_touch_of_a_visit_holds_and_a_link_inside_is_none():
    acts = [
        page(0, "/", referrer="https://www.google.com/"),
        page(9, "/a", referrer=f"{SHOP}/"),
        page(20, "/b", campaign={"source": "line", "medium": "cpc", "name": "glow"}),
        page(30, "/c", referrer="https://www.paypal.com/x"),
    ]
    assert sessions.fold(acts[:2]).touch[:2] == ("search", "google.com")
    assert sessions.fold(acts).touch[:5] == ("paid", "", "line", "cpc", "glow")


def test_a_login_is_remembered():
    visit = sessions.fold([page(0, "/"), act(5, "track", name="Signed In"), act(9, "track", name="Signed Out")])
    assert visit.signed_in_at == START + dt.timedelta(seconds=5)


def test_thirty_pages_in_ten_seconds_are_nobodys_reading():
    assert sessions.fold([page(n / 3, f"/{n}") for n in range(30)]).is_bot
    assert not sessions.fold([page(n * 2, f"/{n}") for n in range(30)]).is_bot
    assert not sessions.fold([page(n / 3, f"/{n}") for n in range(29)]).is_bot


def test_steps_are_bounded_and_looks_are_none():
    visit = sessions.fold([page(0, "/", view="v"), *(look(n, 1, "v") for n in range(1, 99))])
    assert (len(visit.steps), visit.events) == (1, 99)
    assert len(sessions.fold([page(n * 5, f"/{n}") for n in range(99)]).steps) == sessions.MOST_STEPS


moments = st.lists(st.integers(0, 4 * 3600).map(lambda n: START + dt.timedelta(seconds=n)), max_size=30).map(sorted)


@given(moments)
def test_visits_are_cut_at_pauses_and_nowhere_else(found):
    visits = sessions.split(found)
    assert [moment for visit in visits for moment in visit] == found
    for visit in visits:
        assert all(later - earlier < sessions.GAP for earlier, later in itertools.pairwise(visit))
    for before, after in itertools.pairwise(visits):
        assert after[0] - before[-1] >= sessions.GAP
