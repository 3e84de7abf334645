"""Permits: made of the gate's decisions only, good for what was asked and for no longer than the work takes."""

import datetime as dt
import time
import uuid

import pytest

from cdp.core import leaving
from cdp.core.leaving import Decision, NotPermitted, Outcome, Own

AT = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
ANN, BEN = uuid.UUID(int=1), uuid.UUID(int=2)
DENIED = Decision(Outcome.DENIED, reason="withdrawn", rule="gdpr:consent")
LATER = Decision(Outcome.DEFERRED, until=AT + dt.timedelta(hours=8), reason="quiet_hours", rule="pipa_kr:quiet_hours")


class Gate:
    """Says what it was told to."""

    def __init__(self, **decisions):
        self.decisions = {ANN: decisions.get("ann", DENIED), BEN: decisions.get("ben", DENIED)}

    def decide_many(self, customers, **_asked):
        return {customer: self.decisions[customer] for customer in customers}


@pytest.fixture
def gate(monkeypatch):
    def registered(**decisions):
        monkeypatch.setattr(leaving, "_gate", [Gate(**decisions)])

    return registered


def ask_both():
    return leaving.ask_many([ANN, BEN], purpose="marketing", channel="email", at=AT)


def test_a_permit_covers_those_whom_the_gate_allows(gate):
    gate(ann=Decision(Outcome.ALLOWED))
    answer = ask_both()
    assert answer.permit.people == {ANN}
    assert answer.refused == {BEN: DENIED}
    answer.permit.check(channel="email", customer=ANN, purpose="marketing")
    with pytest.raises(NotPermitted):
        answer.permit.check(channel="email", customer=BEN)


@pytest.mark.parametrize("decision", [DENIED, LATER])
def test_no_permit_where_nobody_may_now(gate, decision):
    gate(ann=decision)
    assert ask_both().permit is None
    with pytest.raises(leaving.Refused) as caught:
        leaving.ask(customer=ANN, purpose="marketing", channel="email", at=AT)
    assert caught.value.decision == decision


@pytest.mark.parametrize("asked", [{"channel": "sms"}, {"channel": "email", "purpose": "profiling"}])
def test_a_permit_is_good_for_what_was_asked_only(gate, asked):
    gate(ann=Decision(Outcome.ALLOWED))
    with pytest.raises(NotPermitted):
        ask_both().permit.check(**asked)


def test_a_permit_ends_by_itself(gate, monkeypatch):
    gate(ann=Decision(Outcome.ALLOWED))
    permit = ask_both().permit
    later = time.monotonic() + leaving.LASTS + 1
    monkeypatch.setattr(leaving.time, "monotonic", lambda: later)
    with pytest.raises(NotPermitted):
        permit.check(channel="email", customer=ANN)


def test_the_shops_own_business_leaves_only_where_it_is_named():
    permit = leaving.own(Own.STAFF_MAIL, channel="email", at=AT)
    permit.check(channel="email", own=[Own.STAFF_MAIL])
    with pytest.raises(NotPermitted):
        permit.check(channel="email")
    assert not permit.covers(ANN)


def test_nothing_leaves_while_nobody_decides(monkeypatch):
    monkeypatch.setattr(leaving, "_gate", [])
    with pytest.raises(NotPermitted):
        ask_both()
