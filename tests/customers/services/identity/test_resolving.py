"""Resolving people against the database: what is written, what is kept, and that races and borders do not matter."""

import contextlib
import datetime as dt
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core.crypto import subjects
from cdp.core.models import Mark
from customers.models import Address, ContactPoint, Customer, Identifier, MergeSuggestion, SharedIdentifier
from customers.rules import people, provenance
from customers.rules.people import Person
from customers.selectors import lineage
from customers.services import identity
from customers.services.identity import contacts, profiles, writing
from tests import factories

NOW = timezone.now()
LATER = NOW + dt.timedelta(days=1)
RULES = people.Rules(region="TH", today=NOW.date())


def person(**raw: str) -> Person:
    found, faults = people.clean(raw, RULES)
    assert not faults
    return found


def resolve(*told: Person, source: str = "shop", **how: object) -> list[identity.Resolution]:
    return identity.resolve_many(told, source=factories.source(source), now=NOW, **how)


def one(told: Person, **how: object) -> Customer:
    return Customer.objects.get(id=resolve(told, **how)[0].customer)


def opened(customer: Customer, column: str = "name") -> str:
    return subjects.load([customer.id]).open(
        getattr(customer, column), table="customers_customer", column=column, row=customer.id
    )


def known() -> int:
    return Customer.objects.filter(status="known").count()


def points(customer: Customer, kind: str) -> dict[str, bool]:
    keyring = subjects.load([customer.id])
    place = {"table": "customers_contactpoint", "column": "value"}
    return {
        keyring.open(point.value, row=point.id, **place): point.is_primary
        for point in ContactPoint.objects.filter(customer=customer, kind=kind)
    }


# --- what is written ----------------------------------------------------------------------------------------------


def test_a_new_person_is_written_whole_and_marked(db):
    found = one(person(name="Ann Smith", email="Ann@Example.com", phone="081 234 5678", province="Bangkok", tags="a,b"))
    assert (opened(found), opened(found, "given_name"), opened(found, "family_name")) == ("Ann Smith", "Ann", "Smith")
    assert (found.province, found.tags, found.source, found.sources) == ("TH-10", ["a", "b"], "shop", ["shop"])
    assert Identifier.objects.filter(customer_id=found.id).count() == 2
    assert points(found, "email") == {"Ann@example.com": True} or points(found, "email") == {"ann@example.com": True}
    assert list(Mark.objects.values_list("customer_id", flat=True)) == [found.id]


def test_no_word_of_a_person_lies_in_clear(db):
    one(person(name="Annabella Smithson", email="annabella@example.com", phone="0812345678", street="77 Rama IX Road"))
    with connection.cursor() as cursor:
        for table in ("customer", "contactpoint", "address", "identifier"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM customers_{table} AS t")
            text = cursor.fetchone()[0].casefold()
            for secret in ("annabella", "smithson", "812345678", "rama", b"annabella".hex(), b"812345678".hex()):
                assert secret not in text, (table, secret)


def test_silence_changes_nothing_and_the_latest_word_wins(db):
    one(person(external_id="1", name="Ann Smith", city="Bangkok", gender="f", birth_date="1990-02-01"))
    found = one(person(external_id="1", city="Chiang Mai"))
    assert (opened(found), found.city, found.gender, found.birth_date) == (
        "Ann Smith",
        "Chiang Mai",
        "female",
        dt.date(1990, 2, 1),
    )
    assert opened(one(person(external_id="1", name="Ann Jones"))) == "Ann Jones"


def test_a_new_name_without_a_family_name_does_not_keep_the_old_one(db):
    one(person(external_id="1", name="Ann Smith"))
    assert opened(one(person(external_id="1", name="Bob")), "family_name") == ""
    found = resolve(person(external_id="2", name="Ann Smith"), person(external_id="2", name="Bob"))[0]
    assert opened(Customer.objects.get(id=found.customer), "family_name") == ""


def test_cleared_fields_become_empty_and_only_those(db):
    one(person(external_id="1", city="Bangkok", job_title="Chef", birth_date="1990-02-01", tags="a"))
    found = one(replace(person(external_id="1"), cleared=frozenset({"city", "birth_date", "tags"})))
    assert (found.city, found.birth_date, found.tags, found.job_title) == ("", None, [], "Chef")


def test_what_is_cleared_and_told_again_in_one_batch_is_told(db):
    cleared = replace(person(external_id="1"), cleared=frozenset({"city"}))
    resolve(person(external_id="1", city="Bangkok"), cleared)
    assert one(person(external_id="1")).city == ""
    resolve(cleared, person(external_id="1", city="Phuket"))
    assert one(person(external_id="1")).city == "Phuket"


def test_the_older_creation_time_is_kept(db):
    old, older = NOW - dt.timedelta(days=10), NOW - dt.timedelta(days=20)
    assert one(replace(person(external_id="1"), created_at=old)).created_at == old
    assert one(replace(person(external_id="1"), created_at=older)).created_at == older
    assert one(replace(person(external_id="1"), created_at=NOW)).created_at == older


def test_tags_and_sources_add_up(db):
    one(person(external_id="1", email="a@example.com", tags="a,b"))
    found = one(person(email="a@example.com", tags="b,c"), source="till")
    assert (found.tags, found.source, found.sources) == (["a", "b", "c"], "shop", ["shop", "till"])


def test_rows_of_which_nothing_new_is_told_are_not_written(db):
    told = person(external_id="1", name="Ann Smith", email="a@example.com", city="Bangkok", tags="a,b", street="1 Road")
    first = one(told)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM customers_customer WHERE id = %s", [first.id])
        before = cursor.fetchone()
        identity.resolve_many([told], source=factories.source(), now=NOW)
        cursor.execute("SELECT xmin::text FROM customers_customer WHERE id = %s", [first.id])
        assert cursor.fetchone() == before
    assert (ContactPoint.objects.count(), Address.objects.count()) == (2, 1)


def test_the_same_told_again_later_is_a_later_word_and_no_change(db):
    first = one(person(external_id="1", name="Ann Smith", email="a@example.com", city="Bangkok"))
    identity.resolve_many([person(external_id="1", name="Ann Smith")], source=factories.source(), now=LATER)
    again = Customer.objects.get(id=first.id)
    assert again.updated_at == first.updated_at
    assert provenance.of(again.origins, "name").at == LATER
    assert provenance.of(again.origins, "place").at == NOW


# --- contact points and addresses -----------------------------------------------------------------------------------


def test_the_newest_contact_point_is_the_primary_one_and_older_ones_stay(db):
    one(person(external_id="1", email="old@example.com"))
    found = one(person(external_id="1", email="new@example.com"))
    assert points(found, "email") == {"old@example.com": False, "new@example.com": True}
    one(person(external_id="1", email="old@example.com"))
    assert points(found, "email") == {"old@example.com": True, "new@example.com": False}


def test_several_contact_points_in_one_batch_leave_the_last_as_primary(db):
    resolve(*(person(external_id="1", email=f"{name}@example.com") for name in "abcab"))
    found = one(person(external_id="1"))
    assert points(found, "email") == {"a@example.com": False, "b@example.com": True, "c@example.com": False}


def test_customer_numbers_have_one_primary_for_each_source(db):
    one(person(external_id="1", email="a@example.com"))
    found = one(person(external_id="9", email="a@example.com"), source="till")
    assert points(found, "external_id") == {"1": True, "9": True}


def test_a_new_address_is_primary_and_a_return_to_an_old_one_makes_none(db):
    found = one(person(external_id="1", street="1 Old Road", city="Bangkok"))
    one(person(external_id="1", street="2 New Road", city="Bangkok"))
    one(person(external_id="1", street="1 Old Road", city="Bangkok"))
    assert list(Address.objects.filter(customer=found).order_by("id").values_list("is_primary", flat=True)) == [
        True,
        False,
    ]


# --- conflicts and households -----------------------------------------------------------------------------------------


def test_a_conflict_attaches_to_the_strongest_and_asks_a_steward_once(db):
    first = one(person(external_id="1", name="Ann"))
    second = one(person(email="b@example.com", name="Bob"))  # somebody else by name: no machine merges them
    for _ in range(2):
        (found,) = resolve(person(external_id="1", email="b@example.com"))
        assert (found.customer, found.outcome, found.rivals) == (first.id, identity.Outcome.CONFLICT, (second.id,))
    suggestion = MergeSuggestion.objects.get()
    assert (suggestion.customer_id, suggestion.other_id) == (first.id, second.id)


def test_a_refused_conflict_writes_nothing(db):
    first, second = one(person(external_id="1")), one(person(email="b@example.com"))
    Mark.objects.all().delete()
    with pytest.raises(identity.IdentityConflict) as refused:
        resolve(person(external_id="1", email="b@example.com", city="Bangkok"), refuse_conflicts=True)
    assert refused.value.customers == [first.id, second.id]
    assert one(person(external_id="1")).city == ""
    assert not MergeSuggestion.objects.exists()


def test_another_customer_number_with_a_known_email_is_a_new_customer_also_when_conflicts_are_refused(db):
    first = one(person(external_id="1", email="a@example.com"))
    found = one(person(external_id="2", email="a@example.com"), refuse_conflicts=True)
    assert found.id != first.id
    assert MergeSuggestion.objects.get().customer_id == first.id


def test_a_household_keeps_its_holders(db):
    ann = one(person(phone="0812345678", name="Ann"))
    bob = one(person(phone="0812345678", name="Bob"))
    assert Identifier.objects.get().is_shared
    assert set(SharedIdentifier.objects.values_list("customer_id", flat=True)) == {ann.id, bob.id}
    assert one(person(phone="+66812345678", name="bob")).id == bob.id
    assert one(person(phone="0812345678", name="Ann Smith")).id == ann.id
    assert known() == 2


def test_a_nameless_phone_of_a_household_is_made_once(db):
    resolve(person(phone="0812345678", name="Ann"), person(phone="0812345678", name="Bob"))
    assert len({one(person(phone="0812345678")).id for _ in range(3)}) == 1
    assert known() == 3


def test_a_stranger_does_not_rename_anybody(db):
    one(person(email="a@example.com", name="Ann Smith", language="th"))
    found = one(person(email="a@example.com", name="Rude Word", language="ko", interests="gifts"), is_stranger=True)
    assert (opened(found), found.language, found.interests) == ("Ann Smith", "th", ["gifts"])


def test_looking_up_writes_nothing_and_prefers_the_strongest(db):
    first, second = one(person(external_id="1")), one(person(email="b@example.com"))
    told = person(external_id="1", email="b@example.com")
    Mark.objects.all().delete()
    assert identity.look_up(
        [told, person(email="b@example.com"), person(email="c@example.com")], source=factories.source()
    ) == [
        first.id,
        second.id,
        None,
    ]
    assert identity.find(told, factories.source()) == [first.id, second.id]
    assert not Mark.objects.exists()


# --- borders --------------------------------------------------------------------------------------------------------

TOLD = st.fixed_dictionaries(
    {},
    optional={
        "external_id": st.sampled_from(["1", "2"]),
        "email": st.sampled_from(["a@example.com", "b@example.com"]),
        "phone": st.sampled_from(["0812345678", "0898765432"]),
        "name": st.sampled_from(["Ann", "Bob", "Ann Smith"]),
        "city": st.sampled_from(["Bangkok", "Phuket"]),
    },
).filter(lambda raw: set(raw) & set(people.IDENTIFYING))


def _state(found: list[uuid.UUID]) -> list[object]:
    first: dict[uuid.UUID, int] = {}
    stands = lineage.standing(found)  # a later piece may have found out that two are one
    partition = [first.setdefault(stands[who], len(first)) for who in found]
    rows = [Customer.objects.get(id=who) for who in first]
    return [
        partition,
        [(opened(row), opened(row, "family_name"), row.city) for row in rows],
        [(points(row, "email"), points(row, "phone")) for row in rows],
    ]


@contextlib.contextmanager
def _undone() -> Iterator[None]:
    """What is resolved inside is gone afterwards, whatever it wrote and wherever it ended."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


@pytest.mark.long
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(TOLD, min_size=2, max_size=8), st.data())
def test_any_chunking_gives_the_same_people(db, told, data):
    persons = [person(**raw) for raw in told]
    with _undone():
        whole = _state([found.customer for found in resolve(*persons)])
    pieces, left = [], persons
    with _undone():
        while left:
            size = data.draw(st.integers(1, len(left)))
            pieces += [found.customer for found in resolve(*left[:size])]
            left = left[size:]
        assert _state(pieces) == whole


# --- races ----------------------------------------------------------------------------------------------------------


def _elsewhere(work: object) -> None:
    caught: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (told below)
            caught.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert not caught, caught


@pytest.mark.django_db(transaction=True)
def test_a_key_claimed_between_our_reading_and_our_writing_is_found_on_the_second_try(monkeypatch):
    real, tries = writing.write, []

    def write(*args: object, **kwargs: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            _elsewhere(lambda: resolve(person(email="a@example.com", name="Ann")))
        real(*args, **kwargs)

    monkeypatch.setattr(writing, "write", write)
    found = resolve(person(email="a@example.com", city="Bangkok"))
    assert known() == 1
    assert found[0].outcome is identity.Outcome.ATTACHED


@pytest.mark.django_db(transaction=True)
def test_a_household_member_made_meanwhile_is_not_made_twice(monkeypatch):
    resolve(person(phone="0812345678", name="Ann"))
    real, tries = writing.write, []

    def write(*args: object, **kwargs: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            _elsewhere(lambda: resolve(person(phone="0812345678", name="Bob")))
        real(*args, **kwargs)

    monkeypatch.setattr(writing, "write", write)
    resolve(person(phone="0812345678", name="Bob"))
    assert known() == 2


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_changed_meanwhile_is_not_undone(monkeypatch):
    found = one(person(external_id="1", city="Bangkok"))
    real, tries = profiles._write, []

    def write(*args: object, **kwargs: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            _elsewhere(lambda: resolve(person(external_id="1", job_title="Chef")))
        real(*args, **kwargs)

    monkeypatch.setattr(profiles, "_write", write)
    resolve(person(external_id="1", city="Phuket"))
    found.refresh_from_db()
    assert (found.city, found.job_title) == ("Phuket", "Chef")


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_resolve_the_same_people_at_once_make_each_once():
    told = [person(email=f"p{n}@example.com", phone=f"08123456{n:02}", name=f"Person {n}") for n in range(40)]
    start = threading.Barrier(2)
    answers: list[list[uuid.UUID]] = []

    def work(order: list[Person]) -> None:
        try:
            start.wait(60)
            answers.append([found.customer for found in resolve(*order)])
        finally:
            connection.close()

    factories.source()
    threads = [threading.Thread(target=work, args=(order,)) for order in (told, told[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 2
    assert set(answers[0]) == set(answers[1])
    assert known() == 40


def test_the_digest_of_a_contact_point_is_not_that_of_an_identifier(db):
    assert contacts.digest("email", "a@example.com") not in {
        one_.digest for one_ in identity.keys_of(person(email="a@example.com"), factories.source())
    }


@pytest.mark.django_db
def test_a_stranger_who_gives_a_known_phone_takes_it_out_of_nobodys_use():
    malee = one(person(phone="0812345678", name="Malee Dee"))
    troll = one(person(phone="0812345678", name="Xavier Troll"), is_stranger=True)
    assert troll != malee
    assert not Identifier.objects.filter(is_shared=True).exists()
    assert one(person(phone="0812345678")) == malee, "a sale with nothing but the phone lands on its buyer"
    assert one(person(phone="0812345678", name="Malee Dee")) == malee
    # The stranger may well be the husband: told again, by a form or by a till that knows the name, it is him.
    assert one(person(phone="0812345678", name="Xavier Troll"), is_stranger=True) == troll
    assert one(person(phone="0812345678", name="Xavier T")) == troll
    assert known() == 2


@pytest.mark.django_db
def test_a_guest_of_a_phone_becomes_one_of_the_household_when_somebody_trusted_names_another():
    malee = one(person(phone="0812345678", name="Malee Dee"))
    guest = one(person(phone="0812345678", name="Xavier Dee"), is_stranger=True)
    third = one(person(phone="0812345678", name="Nok Dee"))
    assert Identifier.objects.get(kind="phone").is_shared
    for name, who in (("Malee Dee", malee), ("Xavier Dee", guest), ("Nok Dee", third)):
        assert one(person(phone="0812345678", name=name)) == who


# --- numbers that no plan has -----------------------------------------------------------------------------------------


def unlisted(*, number="069-571-2671", **raw):
    found, faults = people.clean({"phone": number, **raw}, RULES)
    assert [fault.problem.code for fault in faults] == ["phone_not_in_use"]
    return found


def test_a_number_that_no_plan_has_recognises_with_the_whole_name_and_is_no_way_of_contact(db):
    assert not unlisted(name="Ann Lee").is_identified
    one, again = resolve(
        unlisted(email="ann@example.com", name="Ann Lee"),
        unlisted(external_id="7", given_name="ANN", family_name="Lee"),
    )
    assert one.customer == again.customer
    assert not ContactPoint.objects.filter(kind="phone").exists()
    assert sorted(Identifier.objects.values_list("kind", flat=True)) == ["email", "external_id", "unlisted_phone"]


def test_a_number_that_no_plan_has_is_nothing_without_the_whole_name(db):
    rows = [
        {"external_id": "1", "name": "Ann Lee"},
        {"email": "ann@example.com", "name": "Ann"},
        {"member_number": "M1", "name": "Ann Kim"},
        {"line_id": "ann", "name": "Bob Lee"},
        {"card_token": "tok_1"},
    ]
    found = resolve(*(unlisted(**row) for row in rows))
    assert len({one.customer for one in found}) == len(rows)
    assert not MergeSuggestion.objects.exists()
    assert not Identifier.objects.filter(is_shared=True).exists()


@pytest.mark.parametrize("number", ["0112233445", "0123456780"])
def test_what_is_typed_to_fill_a_field_recognises_nobody(db, number):
    first, second = resolve(
        unlisted(number=number, email="ann@example.com", name="Ann Lee"),
        unlisted(number=number, external_id="7", name="Ann Lee"),
    )
    assert first.customer != second.customer


def test_a_number_that_no_plan_has_merges_nobody_who_is_known(db):
    first, second = resolve(unlisted(email="ann@example.com", name="Ann Lee"), person(external_id="7", name="Ann Lee"))
    (again,) = resolve(unlisted(external_id="7", name="Ann Lee"))
    assert (again.customer, again.outcome) == (second.customer, identity.Outcome.CONFLICT)
    assert Customer.objects.filter(status="known").count() == 2
    assert MergeSuggestion.objects.get().state == "open"
    (third,) = resolve(unlisted(external_id="8", name="Ann Lee"))  # of a number that the file gives one person
    assert third.customer == first.customer


def test_a_number_that_no_plan_has_finds_nobody_who_is_called_otherwise_by_now(db):
    resolve(unlisted(email="ann@example.com", name="Ann Lee"))
    (first,) = resolve(person(email="ann@example.com", name="Bob Kim"))
    (second,) = resolve(unlisted(external_id="7", name="Ann Lee"))
    assert first.customer != second.customer
