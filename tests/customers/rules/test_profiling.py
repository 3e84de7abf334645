"""What is asked next."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import profiling
from customers.rules.profiling import ITEMS, Fact, Reply, Said, Setting, Why
from customers.rules.trust import Level

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)
EVERYWHERE = frozenset({"counter", "phone", "form"})
SENSITIVE = {key for key, item in ITEMS.items() if item.is_sensitive}


def days(count):
    return dt.timedelta(days=count)


def settings(*keys, level=Level.STRANGER, contexts=EVERYWHERE, stale_after=YEAR):
    return [Setting(key, position, level, contexts, stale_after) for position, key in enumerate(keys)]


def ask(asked, facts=None, said=None, *, level=Level.TRUSTED, context="counter", since=NOW, now=NOW):
    found = profiling.wanted(
        asked, facts=facts or {}, said=said or {}, level=level, context=context, since=since, now=now
    )
    return [(one.key, one.why) for one in found]


def test_income_children_education_and_occupation_are_the_sensitive_ones():
    assert {"income_band", "children", "education", "occupation"} == SENSITIVE


def test_asks_what_is_missing_in_the_shops_order():
    assert ask(settings("email", "birth_date")) == [("email", Why.MISSING), ("birth_date", Why.MISSING)]


def test_never_asks_what_is_known_and_fresh():
    assert ask(settings("email"), {"email": Fact(True, NOW - days(364))}) == []


@pytest.mark.parametrize(
    ("fact", "said", "why"),
    [
        (Fact(True, NOW - days(366)), None, Why.STALE),
        (Fact(True, NOW - days(366)), Said(Reply.CONFIRMED, NOW - days(10)), None),
        (Fact(True, NOW - days(900)), Said(Reply.CONFIRMED, NOW - days(366)), Why.STALE),
        (Fact(True, NOW - days(366)), Said(Reply.POSTPONED, NOW - days(13)), None),
        (Fact(True, NOW - days(366)), Said(Reply.POSTPONED, NOW - days(15)), Why.STALE),
        (Fact(True, NOW - days(1), is_broken=True), None, Why.BROKEN),
        (Fact(True, None), None, None),
        (Fact(), Said(Reply.TOLD, NOW - days(3)), Why.MISSING),  # told, and cleared since
        (Fact(), Said(Reply.DECLINED, NOW - days(364)), None),
        (Fact(), Said(Reply.DECLINED, NOW - days(366)), Why.MISSING),
        (Fact(), Said(Reply.POSTPONED, NOW - days(1)), None),
    ],
)
def test_what_was_told_or_said_before_decides(fact, said, why):
    found = ask(settings("email"), {"email": fact}, {"email": said} if said else {})
    assert found == ([("email", why)] if why else [])


def test_what_is_never_to_grow_old_is_not_asked_again():
    assert ask(settings("name", stale_after=None), {"name": Fact(True, NOW - days(9000))}) == []


def test_what_reaches_nobody_comes_first():
    facts = {"email": Fact(True, NOW, is_broken=True)}
    assert ask(settings("name", "email"), facts)[0] == ("email", Why.BROKEN)


def test_asks_only_where_the_shop_wants_it():
    assert ask(settings("gender", contexts=frozenset({"counter"})), context="phone") == []


def test_how_they_heard_is_asked_of_new_people_only():
    assert ask(settings("heard"), since=NOW - days(59)) == [("heard", Why.MISSING)]
    assert ask(settings("heard"), since=NOW - days(61)) == []


def test_a_shop_cannot_ask_strangers_for_their_income():
    asked = settings("income_band", level=Level.STRANGER)
    assert ask(asked, level=Level.ACQUAINTED) == []
    assert ask(asked, level=Level.KNOWN) == [("income_band", Why.MISSING)]


def test_a_shop_may_ask_for_more_trust():
    assert ask(settings("income_band", level=Level.TRUSTED), level=Level.KNOWN) == []


def test_one_sensitive_question_in_thirty_days():
    said = {"children": Said(Reply.TOLD, NOW - days(29))}
    assert ask(settings("occupation"), said=said) == []
    assert ask(settings("occupation"), said=said, now=NOW + days(2)) == [("occupation", Why.MISSING)]


def test_a_question_nobody_knows_is_passed_over():
    assert ask(settings("shoe_size")) == []


@given(
    level=st.sampled_from(Level),
    said=st.dictionaries(
        st.sampled_from(sorted(ITEMS)),
        st.builds(Said, st.sampled_from(Reply), st.integers(0, 1000).map(lambda n: NOW - days(n))),
    ),
    facts=st.dictionaries(
        st.sampled_from(sorted(ITEMS)),
        st.builds(Fact, st.booleans(), st.integers(0, 1000).map(lambda n: NOW - days(n)), st.booleans()),
    ),
)
def test_a_no_is_respected_and_strangers_are_never_asked_anything_personal(level, said, facts):
    for key, _why in ask(settings(*ITEMS), facts, said, level=level):
        assert key not in SENSITIVE or level >= profiling.SENSITIVE_FROM
        one = said.get(key)
        assert one is None or one.reply is not Reply.DECLINED or NOW - one.at >= profiling.DECLINED_FOR
