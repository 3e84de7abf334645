"""Who a person is: every rule of the fine print (People) as a small case, and that batch borders do not matter."""

import datetime as dt
import hashlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules import matching
from customers.rules.matching import Key, Matcher, Named, Outcome
from customers.rules.provenance import Word


def key(kind: str, value: str, scope: str = "") -> Key:
    return Key(kind, scope, hashlib.sha256(f"{kind}{scope}{value}".encode()).digest())


def external(value: str, source: str = "shop") -> Key:
    return key("external_id", value, source)


def email(value: str) -> Key:
    return key("email", value)


def phone(value: str) -> Key:
    return key("phone", value)


ANN, BOB, CAT = 1, 2, 3
"""Given names."""


class Story:
    """People told one after another to one matcher."""

    def __init__(self) -> None:
        self.matcher = Matcher(owners={}, shared={}, holders={})
        self.ids: list[uuid.UUID] = []
        self.last = matching.Verdict(uuid.UUID(int=0), Outcome.CREATED)

    def _word(self) -> Word:
        return Word("shop", dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=len(self.ids)))

    def told(self, *keys: Key, name: int | None = None) -> int:
        """Tell of a person; the number of the customer in order of appearance."""
        self.last = self.matcher.judge(
            list(keys), named=Named(name, int(name is not None), self._word()), new_id=uuid.uuid4()
        )
        if self.last.customer not in self.ids:
            self.ids.append(self.last.customer)
        return self.ids.index(self.last.customer)


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.mark.parametrize(
    "one", [external("1"), key("member_number", "1"), key("line_id", "U1"), email("a"), phone("1")]
)
def test_the_same_identifier_is_the_same_person(story, one):
    assert [story.told(one), story.told(one)] == [0, 0]
    assert story.last.outcome is Outcome.ATTACHED


def test_external_ids_are_per_source(story):
    assert [story.told(external("7", "web")), story.told(external("7", "till")), story.told(external("7", "web"))] == [
        0,
        1,
        0,
    ]


def test_the_same_value_of_another_kind_is_somebody_else(story):
    assert [story.told(key("member_number", "7")), story.told(key("line_id", "7"))] == [0, 1]


def test_what_one_person_owns_decides_before_what_a_household_may_share():
    order = sorted(matching.PRIORITY, key=matching.PRIORITY.__getitem__)
    assert order[0] == "external_id"
    assert order.index("email") < order.index("card") < order.index("phone")


def test_limits_are_those_of_the_fine_print():
    limits = {
        kind: matching.LIMITS[kind] for kind in ("external_id", "member_number", "line_id", "email", "phone", "card")
    }
    assert limits == {"external_id": 1, "member_number": 1, "line_id": 1, "email": 1, "phone": 1, "card": 5}


def test_the_strongest_identifier_wins_and_the_weaker_ones_owner_is_a_rival(story):
    first, second = story.told(external("1")), story.told(email("b"))
    assert story.told(external("1"), email("b")) == first
    assert story.last.outcome is Outcome.CONFLICT
    assert story.last.rivals == [story.ids[second]]
    assert story.last.claimed == []
    assert story.told(email("b")) == second


def test_two_weaker_identifiers_of_one_rival_name_it_once(story):
    story.told(external("1"), name=ANN)
    rival = story.told(email("b"), phone("2"), name=ANN)
    story.told(external("1"), email("b"), phone("2"), name=ANN)
    assert story.last.rivals == [story.ids[rival]]


def test_an_identifier_seen_for_the_first_time_joins_the_person(story):
    story.told(external("1"))
    story.told(external("1"), email("a"))
    assert [found.kind for found in story.last.claimed] == ["email"]
    assert story.told(email("a")) == 0


def test_a_second_email_is_known_by_nobody(story):
    story.told(external("1"), email("old"))
    story.told(external("1"), email("new"))
    assert story.last.claimed == []
    assert story.told(email("new")) == 1


def test_six_cards_are_one_too_many(story):
    for card in range(6):
        story.told(external("1"), key("card", str(card)))
    assert [story.told(key("card", str(card))) for card in range(6)] == [0, 0, 0, 0, 0, 1]


def test_somebody_with_another_customer_number_of_the_same_source_is_somebody_else(story):
    story.told(external("1"), email("a"))
    assert story.told(external("2"), email("a")) == 1
    assert story.last.outcome is Outcome.CREATED
    assert story.last.rivals == [story.ids[0]]
    assert story.told(email("a")) == 0


def test_a_customer_number_of_another_source_is_no_evidence_against(story):
    story.told(external("1", "web"), email("a"))
    assert story.told(external("9", "till"), email("a")) == 0


# --- phones -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(ANN, ANN), (ANN, None), (None, ANN), (None, None)])
def test_a_phone_attaches_when_given_names_agree_or_one_side_has_none(story, first, second):
    assert [story.told(phone("1"), name=first), story.told(phone("1"), name=second)] == [0, 0]


def test_a_phone_with_another_given_name_is_a_households(story):
    story.told(phone("1"), name=ANN)
    assert story.told(phone("1"), name=BOB) == 1
    assert story.last.outcome is Outcome.CREATED
    assert story.last.shared == [phone("1")]
    assert story.last.rivals == []


def test_a_shared_phone_resolves_by_name_among_its_holders(story):
    for name in (ANN, BOB, CAT):
        story.told(phone("1"), name=name)
    assert [story.told(phone("1"), name=name) for name in (CAT, ANN, BOB)] == [2, 0, 1]


def test_a_shared_phone_without_a_name_is_nobody_known_but_the_same_nobody_each_time(story):
    story.told(phone("1"), name=ANN)
    story.told(phone("1"), name=BOB)
    assert [story.told(phone("1")), story.told(phone("1"))] == [2, 2]


def test_a_household_does_not_keep_people_apart_who_are_known_by_something_stronger(story):
    story.told(email("ann"), phone("1"), name=ANN)
    story.told(email("bob"), phone("1"), name=BOB)
    assert [story.told(email("ann"), phone("1"), name=ANN), story.told(email("bob"), phone("1"), name=BOB)] == [0, 1]


def test_the_own_phone_of_somebody_known_by_email_stays_theirs_however_the_name_is_spelt(story):
    story.told(email("ann"), phone("1"), name=ANN)
    story.told(email("ann"), phone("1"), name=BOB)
    assert story.last.shared == []
    assert story.told(phone("1")) == 0


def test_the_latest_name_decides_about_a_phone(story):
    story.told(email("ann"), phone("1"), name=ANN)
    story.told(email("ann"), name=BOB)
    assert story.told(phone("1"), name=BOB) == 0
    assert story.told(phone("1"), name=ANN) == 1


def test_a_name_told_later_fills_an_empty_one(story):
    story.told(phone("1"))
    story.told(phone("1"), name=ANN)
    assert story.told(phone("1"), name=BOB) == 1


def test_a_second_phone_is_known_by_nobody(story):
    story.told(external("1"), phone("1"), name=ANN)
    story.told(external("1"), phone("2"), name=ANN)
    assert story.told(phone("2"), name=ANN) == 1


KEYS = st.one_of(
    st.sampled_from("12").map(external),
    st.sampled_from("ab").map(email),
    st.sampled_from("123").map(phone),
    st.sampled_from("xy").map(lambda value: key("card", value)),
)
TOLD = st.tuples(
    st.lists(KEYS, min_size=1, max_size=3, unique_by=lambda one: one.kind), st.sampled_from([ANN, BOB, None])
)


@given(st.lists(TOLD, max_size=25))
def test_each_key_has_one_owner_and_each_person_one_customer(told):
    story = Story()
    claimed: dict[bytes, uuid.UUID] = {}
    for keys, name in told:
        story.told(*keys, name=name)
        verdict = story.last
        assert verdict.customer not in verdict.rivals
        for one in verdict.claimed:
            assert claimed.setdefault(one.digest, verdict.customer) == verdict.customer


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from([ANN, BOB, None])), max_size=20))
def test_phones_alone_told_again_make_nobody_new(told):
    story = Story()
    for number, name in told:
        story.told(phone(number), name=name)
    again = [story.told(phone(number), name=name) for number, name in told]
    assert again == [story.told(phone(number), name=name) for number, name in told]
