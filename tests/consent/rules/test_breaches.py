import datetime as dt

import pytest

from consent.rules import breaches
from consent.selectors import packs

NOTICED = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)


def test_hours_are_hours_whatever_clocks_do():
    berlin = dt.datetime.fromisoformat("2026-10-24T12:00:00+02:00")  # clocks go back that night
    assert breaches.due(berlin, hours=72) == dt.datetime(2026, 10, 27, 10, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(("hours", "count"), [(0, 0), (23.9, 0), (24, 1), (47, 1), (48, 2), (60, 3), (200, 3)])
def test_warnings_come_after_24_48_and_60_hours(hours, count):
    assert breaches.warnings_due(NOTICED, now=NOTICED + dt.timedelta(hours=hours)) == count


def test_the_clock_says_what_is_left():
    due = breaches.due(NOTICED, hours=72)
    half = breaches.clock(NOTICED, due, now=NOTICED + dt.timedelta(hours=36))
    assert (half.share, half.is_over, half.left) == (0.5, False, dt.timedelta(hours=36))
    assert breaches.clock(NOTICED, due, now=due).is_over


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        # only possible: nobody but the people under Korean law, which since 2026 does not wait for certainty
        ({"is_possible": True, "risk": "high"}, {"pipa_kr people"}),
        ({}, {"pipa_kr people"}),
        ({"risk": "none"}, {"pipa_kr people"}),
        ({"risk": "risk"}, {"gdpr authority", "pdpa_th authority", "pipa_kr people"}),
        (
            {"risk": "high"},
            {"gdpr authority", "gdpr people", "pdpa_th authority", "pdpa_th people", "pipa_kr people"},
        ),
        ({"people": 1000}, {"pipa_kr authority", "pipa_kr people"}),
        ({"people": 999}, {"pipa_kr people"}),
        # each law counts its own people
        ({"people": 1000, "under": {"pipa_kr": 1, "gdpr": 999}}, {"pipa_kr people"}),
        ({"people": 2000, "under": {"pipa_kr": 1000, "gdpr": 1000}}, {"pipa_kr authority", "pipa_kr people"}),
        ({"people": 3, "data": ["special"]}, {"pipa_kr authority", "pipa_kr people"}),
        ({"people": 3, "cause": "attack"}, {"pipa_kr authority", "pipa_kr people"}),
    ],
)
def test_each_law_says_who_is_to_be_told(state, wanted):
    usual = {"is_possible": False, "risk": "", "people": 0, "data": [], "cause": "lost"}
    laws = [packs.every()[key] for key in ("gdpr", "pdpa_th", "pipa_kr")]
    found = breaches.duties(laws, breaches.State(**{**usual, **state}), noticed_at=NOTICED)
    assert {f"{one.law} {one.audience}" for one in found if one.needed} == wanted
    hours = {f"{one.law} {one.audience}": one.due_at for one in found}
    assert hours["gdpr people"] is hours["pdpa_th people"] is None  # without delay
    assert {hours[key] for key in hours if hours[key]} == {NOTICED + dt.timedelta(hours=72)}
