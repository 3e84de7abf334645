import datetime as dt
import uuid

from hypothesis import given
from hypothesis import strategies as st

from customers.rules import settling, tellings
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.rules.settling import State
from customers.rules.tellings import Telling

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MERGE = uuid.UUID(int=1)


def at(minutes):
    return START + dt.timedelta(minutes=minutes)


def told(number, minutes=None, *, source="shop", corrects=False, cleared=(), **fields):
    """What was heard as the so manieth thing and was so at that minute."""
    when = at(number if minutes is None else minutes)
    word = Word(source, when, f"order:{number}", not_before=when if corrects else None)
    return Telling(uuid.UUID(int=number), MERGE, Person(**fields, cleared=frozenset(cleared)), word)


def numbers(some):
    return [one.id.int for one in some]


def test_who_told_what_holds_is_kept_and_who_told_nothing_more_is_not():
    some = [told(1, job_title="Baker"), told(2, job_title="Cook"), told(3, language="th"), told(4, 0, language="en")]
    assert numbers(tellings.kept(some)) == [1, 2, 3]  # the first one as the first that its source told
    assert numbers(tellings.kept(some[1:])) == [2, 3]


def test_everybody_who_told_another_address_way_of_contact_tag_or_source_is_kept():
    some = [
        told(1, 9, city="Bangkok", country="TH", postcode="10110"),
        told(2, street="1 Long Road", city="Krabi"),
        told(3, street="1 Long Road", city="Krabi"),
        told(4, 1, email="a@example.com"),
        told(5, 8, email="b@example.com"),
        told(6, 2, tags=("new",)),
        told(7, 3, source="till"),
        told(8, 0, email="a@example.com", tags=("new",)),
    ]
    assert set(range(1, 9)) - set(numbers(tellings.kept(some))) == {3, 8}


def test_what_is_kept_comes_back_as_it_was_told():
    some = [
        told(1, name="Ann Ray", given_name="Ann", family_name="Ray", birth_date=dt.date(1990, 1, 31)),
        told(2, corrects=True, cleared=["job_title"], tags=("a", "b"), interests=("tea",), created_at=at(-5)),
    ]
    assert tellings.read(tellings.spelt(some)) == some
    assert tellings.read("") == []


def test_what_a_hand_emptied_later_is_not_told_again_and_what_was_told_behind_it_is():
    hand = told(5, corrects=True, cleared=["job_title", "street", "city", "name", "given_name"])
    some = [
        told(1, job_title="Cook", language="th"),
        told(2, street="1 Long Road", city="Krabi", country="TH"),
        told(3, name="Ann Ray", given_name="Ann", family_name="Ray"),
        told(6, job_title="Baker"),
    ]
    left = [one.person for one in tellings.without_cleared(some, [hand])]
    assert left == [Person(language="th"), Person(), Person(), Person(job_title="Baker")]


def test_a_value_that_a_hand_replaced_is_still_told_to_whom_it_was_told():
    hand = told(5, corrects=True, cleared=["tags"], tags=("vip",), job_title="Baker")
    some = [told(1, job_title="Cook", tags=("new",))]
    assert tellings.without_cleared(some, [hand]) == some


def test_tags_add_up_until_somebody_empties_them_and_each_word_tells_all_interests():
    some = [told(1, tags=("a",), interests=("tea",)), told(2, tags=("b",)), told(3, interests=("rice",))]
    assert tellings.entries(some, "tags") == (["a", "b"], False)
    assert tellings.entries(some, "interests") == (["rice"], True)
    assert tellings.entries([*some, told(4, cleared=["tags"]), told(5, tags=("c",))], "tags") == (["c"], True)


def test_a_known_hand_is_no_source():
    assert tellings.sources([told(1), told(2, source="staff", corrects=True), told(3, source="web")]) == ["shop", "web"]


values = st.sampled_from(("", "x", "y"))
anything = st.lists(
    st.builds(
        dict,
        minutes=st.integers(0, 9),
        corrects=st.booleans(),
        job_title=values,
        city=values,
        country=st.sampled_from(("", "TH")),
        street=st.sampled_from(("", "1 Long Road")),
        email=st.sampled_from(("", "a@example.com", "b@example.com")),
        given_name=values,
    ),
    max_size=8,
)


@given(anything)
def test_what_is_kept_comes_to_the_same_as_everything(facts):
    some = [
        told(number, **(fact | {"name": f"{fact['given_name']} Ray".strip()}))
        for number, fact in enumerate(facts, 1)
        if not fact["corrects"] or number == len(facts)  # a hand's own are kept apart, each in its turn
    ]

    def comes_to(heard):
        state = State()
        for one in heard:
            tellings.hear(state, one.person, one.word)
        found = {
            column: getattr(state.winners[register], column)
            for register, columns in settling.COLUMNS.items()
            if register in state.winners
            for column in columns
        }
        return found, state.street and state.street.city

    assert comes_to(tellings.kept(some)) == comes_to(some)
