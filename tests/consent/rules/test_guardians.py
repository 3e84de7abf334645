"""From which birthday on the law lets somebody decide alone."""

import datetime as dt

import pytest

from consent.rules import guardians
from consent.selectors import packs


@pytest.mark.parametrize(
    ("pack", "purpose", "born", "may"),
    [
        ("pipa_kr", "marketing", "2012-11-20", True),  # fourteen today
        ("pipa_kr", "marketing", "2012-11-21", False),
        ("gdpr", "marketing", "2010-11-20", True),
        ("gdpr", "marketing", "2010-11-21", False),
        ("pdpa_th", "marketing", "2016-11-20", True),  # ten: what a minor may do alone
        ("pdpa_th", "marketing", "2016-11-21", False),
        ("pdpa_th", "third_party", "2016-11-20", False),  # ten to twenty: not this
        ("pdpa_th", "profiling", "2006-11-21", False),
        ("pdpa_th", "profiling", "2006-11-20", True),
        ("gdpr", "marketing", None, True),
    ],
)
def test_who_may_allow_what_alone(pack, purpose, born, may):
    day = dt.date.fromisoformat(born) if born else None
    law = packs.every()[pack]
    assert guardians.may_alone(law, purpose=purpose, born=day, today=dt.date(2026, 11, 20)) is may


@pytest.mark.parametrize(
    ("pack", "purposes", "born", "day"),
    [
        ("pipa_kr", ["marketing"], "2015-05-01", "2029-05-01"),
        ("pdpa_th", ["marketing"], "2019-05-01", "2029-05-01"),
        ("pdpa_th", ["marketing", "third_party"], "2019-05-01", "2039-05-01"),
        ("pipa_kr", ["marketing"], "2016-02-29", "2030-03-01"),
        ("gdpr", ["marketing"], "2012-02-29", "2028-02-29"),
    ],
)
def test_from_which_day_on_they_decide(pack, purposes, born, day):
    found = guardians.decides_from(packs.every()[pack], purposes=purposes, born=dt.date.fromisoformat(born))
    assert found == dt.date.fromisoformat(day)
