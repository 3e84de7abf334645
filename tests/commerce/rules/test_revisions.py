"""An order that comes again."""

import datetime as dt
import uuid

import pytest

from commerce.rules.revisions import Outcome, Told, judge

ADA, BEN = uuid.UUID(int=1), uuid.UUID(int=2)
T1, T2 = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("known", "told", "outcome", "owner"),
    [
        # the same again
        (Told(b"a", None, ADA), Told(b"a", None, ADA), Outcome.SAME, ADA),
        (Told(b"a", T1, ADA), Told(b"a", T2, ADA), Outcome.SAME, ADA),
        (Told(b"a", T2, ADA), Told(b"a", T1, ADA), Outcome.SAME, ADA),
        (Told(b"a", None, None), Told(b"a", None, None), Outcome.SAME, None),
        # other content: newer or without a clock wins
        (Told(b"a", None, ADA), Told(b"b", None, ADA), Outcome.UPDATED, ADA),
        (Told(b"a", T1, ADA), Told(b"b", None, ADA), Outcome.UPDATED, ADA),
        (Told(b"a", None, ADA), Told(b"b", T1, ADA), Outcome.UPDATED, ADA),
        (Told(b"a", T1, ADA), Told(b"b", T2, ADA), Outcome.UPDATED, ADA),
        (Told(b"a", T2, ADA), Told(b"b", T1, ADA), Outcome.STALE, ADA),
        (Told(b"a", T1, ADA), Told(b"b", T1, ADA), Outcome.STALE, ADA),
        (Told(None, None, ADA), Told(b"a", None, ADA), Outcome.UPDATED, ADA),
        # a guest becomes somebody, never the other way round
        (Told(b"a", None, None), Told(b"a", None, ADA), Outcome.UPDATED, ADA),
        (Told(b"a", T2, None), Told(b"a", T1, ADA), Outcome.UPDATED, ADA),
        (Told(b"a", T1, None), Told(b"b", T2, ADA), Outcome.UPDATED, ADA),
        (Told(b"a", T2, None), Told(b"b", T1, ADA), Outcome.STALE, None),
        (Told(b"a", None, ADA), Told(b"a", None, None), Outcome.SAME, ADA),
        (Told(b"a", None, ADA), Told(b"b", None, None), Outcome.UPDATED, ADA),
        # from one person to another
        (Told(b"a", None, ADA), Told(b"a", None, BEN), Outcome.SAME, ADA),
        (Told(b"a", T1, ADA), Told(b"a", T2, BEN), Outcome.UPDATED, BEN),
        (Told(b"a", None, ADA), Told(b"b", None, BEN), Outcome.UPDATED, BEN),
        (Told(b"a", T2, ADA), Told(b"b", T1, BEN), Outcome.STALE, ADA),
    ],
)
def test_what_comes_again_is_same_newer_or_stale(known, told, outcome, owner):
    assert judge(known, told) == (outcome, owner)
