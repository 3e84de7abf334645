"""How well a shop and a customer know each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.trust import Evidence, Level, judge

MET = {"has_name": True, "has_contact": True}


@pytest.mark.parametrize(
    ("evidence", "level"),
    [
        ({}, Level.STRANGER),
        ({"has_name": True}, Level.STRANGER),
        ({"has_name": True, "orders": 9, "consents": 3, "days": 900}, Level.STRANGER),
        (MET, Level.ACQUAINTED),
        (MET | {"days": 900, "consents": 2}, Level.ACQUAINTED),
        (MET | {"orders": 1}, Level.ACQUAINTED),
        (MET | {"orders": 1, "consents": 1}, Level.KNOWN),
        (MET | {"orders": 1, "has_verified_contact": True}, Level.KNOWN),
        (MET | {"orders": 1, "days": 30}, Level.KNOWN),
        (MET | {"orders": 3, "days": 30}, Level.KNOWN),
        (MET | {"orders": 3, "consents": 1}, Level.TRUSTED),
        (MET | {"orders": 1, "consents": 1, "days": 200}, Level.TRUSTED),
        (MET | {"orders": 3, "days": 200}, Level.TRUSTED),
        (MET | {"orders": 3, "consents": 1, "refusals": 2}, Level.KNOWN),
    ],
)
def test_the_level_follows_from_what_both_have_done(evidence, level):
    assert judge(Evidence(**evidence)).level is level


def test_says_why():
    trust = judge(Evidence(**MET, orders=3, consents=1, days=250, refusals=1))
    assert trust.reasons == ["3 orders", "allows something", "for 8 months", "would rather not say some things"]
    assert judge(Evidence()).reasons == ["no order yet", "no way to reach them"]


@given(
    st.builds(
        Evidence,
        has_name=st.booleans(),
        has_contact=st.booleans(),
        has_verified_contact=st.booleans(),
        orders=st.integers(0, 10),
        consents=st.integers(0, 5),
        refusals=st.integers(0, 3),
        days=st.integers(0, 2000),
    )
)
def test_nobody_is_known_well_who_never_bought_or_cannot_be_reached(evidence):
    if judge(evidence).level >= Level.KNOWN:
        assert evidence.orders
        assert evidence.has_contact
