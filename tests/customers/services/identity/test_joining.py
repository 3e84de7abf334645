"""One fact names two known customers: when the machine makes them one, and when it asks."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from cdp.core.actors import SYSTEM
from customers.models import Customer, MergeLog, MergeSuggestion
from customers.rules import people, provenance
from customers.rules.people import Person
from customers.selectors import profiles as reading
from customers.services import identity, merging, suggestions
from tests import factories

NOW = timezone.now()
RULES = people.Rules(region="TH", today=NOW.date())
EMAIL, PHONE = "ann@example.com", "0812345678"


def person(**raw: str) -> Person:
    found, faults = people.clean(raw, RULES)
    assert not faults
    return found


def told(*persons: Person, source: str = "shop", at: dt.datetime = NOW, **how: object) -> list[uuid.UUID]:
    found = identity.resolve_many(persons, source=factories.source(source), now=at, **how)
    return [one.customer for one in found]


def known() -> int:
    return Customer.objects.filter(status="known").count()


def suggested() -> int:
    return MergeSuggestion.objects.filter(state="open").count()


@pytest.mark.parametrize(
    ("one", "other", "fact", "is_one"),
    [
        ({"external_id": "1"}, {"email": EMAIL}, {"external_id": "1", "email": EMAIL}, True),
        ({"external_id": "1", "name": "Ann Lee"}, {"email": EMAIL, "name": "ann lee"}, {}, True),
        ({"external_id": "1", "name": "Ann Lee"}, {"email": EMAIL, "name": "Bob Lee"}, {}, False),
        ({"external_id": "1", "name": "Ann Lee"}, {"email": EMAIL, "name": "Ann Kim"}, {}, False),
        ({"external_id": "1"}, {"email": EMAIL}, {"external_id": "1", "email": EMAIL, "name": "Ann"}, True),
        ({"external_id": "1", "name": "Ann"}, {"email": EMAIL}, {"external_id": "1", "email": EMAIL, "name": "Bob"}, False),
        ({"external_id": "1", "birth_date": "1990-01-02"}, {"email": EMAIL, "birth_date": "1990-01-02"}, {}, True),
        ({"external_id": "1", "birth_date": "1990-01-02"}, {"email": EMAIL, "birth_date": "1991-01-02"}, {}, False),
        ({"external_id": "1", "email": "other@example.com"}, {"email": EMAIL}, {}, False),
        ({"external_id": "1", "member_number": "M1"}, {"email": EMAIL, "member_number": "M2"}, {}, False),
        ({"external_id": "1", "line_id": "ann"}, {"email": EMAIL, "line_id": "bob"}, {}, False),
        ({"external_id": "1", "phone": PHONE}, {"email": EMAIL, "phone": "0899999999"}, {}, False),
        ({"external_id": "1", "card_token": "t1"}, {"email": EMAIL, "card_token": "t2"}, {}, True),
        ({"external_id": "1"}, {"phone": PHONE}, {"external_id": "1", "phone": PHONE}, False),  # a phone alone
    ],
)  # fmt: skip
def test_a_fact_that_names_two_joins_them_where_nothing_speaks_against_it(db, one, other, fact, is_one):
    three = [person(**raw) for raw in (one, other, fact or {"external_id": "1", "email": EMAIL})]
    for one_ in three:
        told(one_)
    assert known() == (1 if is_one else 2)
    assert suggested() == (0 if is_one else 1)


def test_borders_between_batches_do_not_matter(db):
    three = [person(external_id="1", name="Ann"), person(email=EMAIL), person(external_id="1", email=EMAIL)]
    found = told(*three, person(email=EMAIL))
    assert known() == 1
    assert {Customer.objects.get(id=one).status for one in found[2:]} == {"known"}
    assert found[2] == found[3]


@pytest.mark.parametrize(
    ("before", "after", "theirs", "is_one"),
    [
        ({"name": "Ann Lee"}, {"name": "Ann Kim"}, {"name": "Ann Lee"}, False),
        ({"name": "Ann Lee"}, {"name": "Ann Kim"}, {"name": "Ann Kim"}, True),
        ({"birth_date": "1990-01-02"}, {"birth_date": "1991-01-02"}, {"birth_date": "1990-01-02"}, False),
        ({"birth_date": "1990-01-02"}, {"birth_date": "1991-01-02"}, {"birth_date": "1991-01-02"}, True),
    ],
)
@pytest.mark.parametrize("is_one_batch", [True, False])
def test_what_a_later_word_replaced_speaks_neither_for_nor_against(db, before, after, theirs, is_one, is_one_batch):
    persons = [
        person(external_id="1", **before),
        person(external_id="1", **after),
        person(email=EMAIL, **theirs),
        person(external_id="1", email=EMAIL),
    ]
    for batch in [persons] if is_one_batch else [[one] for one in persons]:
        told(*batch)
    assert known() == (1 if is_one else 2)


@pytest.mark.parametrize("sizes", [[4], [2, 1, 1], [1, 1, 1, 1]])
def test_at_one_moment_what_was_told_behind_a_merge_stands(db, sizes):
    rows = [{"external_id": "1", "city": "Phuket"}, {"email": EMAIL, "city": "Bangkok"}]
    rows += [{"external_id": "1", "email": EMAIL}, {"external_id": "1", "email": "b@example.com", "city": "Ubon"}]
    left = [person(country="TH", **raw) for raw in rows]
    for size in sizes:
        told(*left[:size])
        left = left[size:]
    (one,) = Customer.objects.filter(status="known")
    assert (one.city, reading.one(one).email) == ("Ubon", "b@example.com")


def test_a_check_foretells_who_would_become_one(db):
    told(person(external_id="1", name="Ann Lee"), person(email=EMAIL))
    foresight, base = identity.Foresight(), provenance.Word("shop", NOW)

    def checked(*persons: Person) -> tuple[int, int, int]:
        found = foresight.resolve(identity.gather(persons, factories.source("shop")), base)
        created = sum(one.outcome is identity.Outcome.CREATED for one in found)
        return created, foresight.joined, foresight.fewer

    bea, cho = [
        (person(member_number=f"M{n}", name=one), person(line_id=f"line{n}", name=other))
        for n, (one, other) in enumerate([("Bea Lee", "Bea Lee"), ("Cho Kim", "Cho Lee")])
    ]
    assert checked(person(external_id="1", email=EMAIL)) == (0, 1, 0)
    assert checked(person(email=EMAIL), *bea, *cho) == (4, 0, 0)
    assert checked(person(member_number="M0", line_id="line0")) == (0, 0, 1)
    assert checked(person(member_number="M1", line_id="line1")) == (0, 0, 0), "two families"
    assert known() == 2


def test_the_merge_says_why_and_can_be_taken_back_for_good(db):
    first, second = told(person(external_id="1", name="Ann Lee"), person(email=EMAIL, city="Bangkok", country="TH"))
    assert told(person(external_id="1", email=EMAIL)) == [first]
    log = MergeLog.objects.get()
    assert (log.reason, log.customer_id, log.absorbed_id) == ("identifier", first, second)
    profile = reading.one(first)
    assert (profile.email, profile.customer.city) == (EMAIL, "Bangkok")
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=NOW)
    told(person(external_id="1", email=EMAIL))
    assert known() == 2
    assert suggested() == 0  # a steward has said that they are two


def test_of_two_words_about_one_field_the_later_one_stands_whoever_survives(db):
    later = NOW + dt.timedelta(hours=1)
    (first,) = told(person(external_id="1", company="Old"))
    told(person(email=EMAIL, company="New"), at=later)
    told(person(external_id="1", email=EMAIL), at=later)
    assert Customer.objects.get(id=first).company == "New"
    told(person(external_id="1", company="Between"), at=NOW + dt.timedelta(minutes=5))
    assert Customer.objects.get(id=first).company == "New"


def test_a_chain_of_people_becomes_one(db):
    told(person(external_id="1"), person(email=EMAIL), person(line_id="ann"))
    found = told(person(external_id="1", email=EMAIL), person(email=EMAIL, line_id="ann"), person(line_id="ann"))
    assert len(set(found)) == 1
    assert known() == 1


@pytest.mark.parametrize("how", [{"joins": False}, {"is_stranger": True}])
def test_who_may_be_anybody_joins_nobody(db, how):
    told(person(external_id="1"), person(email=EMAIL))
    told(person(external_id="1", email=EMAIL), **how)
    assert known() == 2


def test_over_rest_a_conflict_is_refused(db):
    told(person(external_id="1"), person(email=EMAIL))
    with pytest.raises(identity.IdentityConflict):
        told(person(external_id="1", email=EMAIL), refuse_conflicts=True)
    assert known() == 2


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize("what", ["kept apart", "born on another day"])
def test_what_speaks_against_two_speaks_against_a_third_who_is_one_of_them(db, in_one_batch, what):
    told(person(external_id="1"))
    one = {"birth_date": "1990-01-02"} if what == "born on another day" else {}
    other = {"birth_date": "1991-01-02"} if what == "born on another day" else {}
    pair = (*told(person(email=EMAIL, **one)), *told(person(line_id="ann", **other)))
    if what == "kept apart":
        suggestions.ask([pair], source=factories.source("shop"), at=NOW)
        suggestions.keep_apart(suggestions=list(MergeSuggestion.objects.all()), actor=SYSTEM, at=NOW)
    facts = [person(external_id="1", email=EMAIL), person(external_id="1", line_id="ann")]
    for batch in [facts] if in_one_batch else [[fact] for fact in facts]:
        told(*batch)
    assert known() == 2
