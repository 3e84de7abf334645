"""The data keys of customers."""

import uuid

import pytest

from cdp.core import ids
from cdp.core.crypto import envelope, subjects
from cdp.core.models import DataKey, DestroyedKey

PLACE = {"table": "customers_note", "column": "text"}


def _made(customers: list[uuid.UUID]) -> subjects.Keyring:
    keyring = subjects.Keyring()
    DataKey.objects.bulk_create(keyring.add_new(customers))
    return keyring


@pytest.fixture
def people() -> list[uuid.UUID]:
    return [ids.uuid7() for _ in range(3)]


def test_what_was_sealed_opens_with_keys_loaded_in_one_query(db, people, django_assert_num_queries):
    keyring, row = _made(people), ids.uuid7()
    sealed = [keyring.seal(f"name {n}", customer=who, row=row, **PLACE) for n, who in enumerate(people)]
    with django_assert_num_queries(1):
        loaded = subjects.load(people)
    assert [loaded.open(value, row=row, **PLACE) for value in sealed] == ["name 0", "name 1", "name 2"]


def test_nothing_is_sealed_for_no_value(db, people):
    keyring = _made(people)
    assert keyring.seal("", customer=people[0], row=people[0], **PLACE) is None
    assert keyring.seal(None, customer=people[0], row=people[0], **PLACE) is None
    assert keyring.open(None, row=people[0], **PLACE) == ""


def test_a_destroyed_key_leaves_nothing_to_read(db, people):
    sealed = _made(people).seal("secret", customer=people[0], row=people[0], **PLACE)
    subjects.note_destroyed([people[0]])
    DataKey.objects.filter(customer_id=people[0]).delete()
    assert subjects.load(people).open(sealed, row=people[0], **PLACE) == ""


def test_a_key_that_is_gone_though_nobody_destroyed_it_is_no_blank(db, people):
    sealed = _made(people).seal("secret", customer=people[0], row=people[0], **PLACE)
    DataKey.objects.filter(customer_id=people[0]).delete()
    with pytest.raises(subjects.LostKey, match=str(envelope.key_id_of(sealed))):
        subjects.load(people).open(sealed, row=people[0], **PLACE)


def test_what_was_destroyed_before_anybody_took_notes_stays_empty(db, people):
    sealed = _made(people).seal("secret", customer=people[0], row=people[0], **PLACE)
    DataKey.objects.filter(customer_id=people[0]).delete()
    DestroyedKey.objects.create(id=ids.uuid7(), is_mark=True)
    assert subjects.load(people).open(sealed, row=people[0], **PLACE) == ""
    later = _made([people[1]]).seal("secret", customer=people[1], row=people[1], **PLACE)
    DataKey.objects.filter(customer_id=people[1]).delete()
    with pytest.raises(subjects.LostKey):
        subjects.load(people).open(later, row=people[1], **PLACE)


def test_a_key_made_after_the_ring_was_loaded_opens(db, people):
    loaded = subjects.load(people)
    sealed = _made(people).seal("late", customer=people[0], row=people[0], **PLACE)
    assert loaded.open(sealed, row=people[0], **PLACE) == "late"


def test_a_customer_with_several_keys_writes_with_the_newest_and_reads_with_all(db, people):
    who = people[0]
    old = _made([who]).seal("old", customer=who, row=who, **PLACE)
    newer = _made([who])
    loaded = subjects.load([who])
    assert loaded.writing[who] == newer.writing[who]
    assert loaded.open(old, row=who, **PLACE) == "old"


def test_a_value_of_one_column_does_not_open_in_another(db, people):
    keyring = _made(people)
    sealed = keyring.seal("secret", customer=people[0], row=people[0], **PLACE)
    with pytest.raises(envelope.Unopenable):
        keyring.open(sealed, table="customers_customer", column="name", row=people[0])


def test_the_key_of_one_customer_opens_nothing_of_another(db, people):
    sealed = _made(people).seal("secret", customer=people[0], row=people[0], **PLACE)
    assert subjects.load(people[1:]).open(sealed, row=people[0], **PLACE) == ""
