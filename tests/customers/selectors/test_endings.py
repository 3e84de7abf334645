"""A phone is found by its last digits, by nobody who may not see it digit by digit."""

import pytest
from django.conf import settings
from django.core.management import call_command

from cdp.core import actors
from cdp.core.models import AccessEntry
from customers import tasks
from customers.models import ContactPoint
from customers.rules.people import Person
from customers.selectors import endings, listing
from customers.services import older_phones, phone_endings, profiles
from tests import factories

NOTHING = listing.Filters()


def found(text, *, in_full=True, filters=NOTHING):
    return {row.id for row in listing.search(text, filters, region="TH", in_full=in_full).rows}


@pytest.fixture
def people(db):
    numbers = {"ada": "0812345678", "bo": "0898765678", "cy": "+821012345679"}
    return {name: factories.customer(name=name, phone=phone) for name, phone in numbers.items()}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("5678", {"ada", "bo"}),
        ("56 78", {"ada", "bo"}),
        ("45678", {"ada"}),
        ("345-678", {"ada"}),
        ("65678", {"bo"}),
        ("5679", {"cy"}),
        ("678", set()),
        ("9999", set()),
        ("15678", set()),
        ("5678x", set()),
    ],
)
def test_people_are_found_by_the_last_four_digits_or_more(people, text, names):
    assert found(text) == {people[name].id for name in names}


def test_whoever_may_not_see_numbers_finds_by_four_digits_only(people):
    assert found("5678", in_full=False) == {people["ada"].id, people["bo"].id}
    assert found("45678", in_full=False) == set()
    assert found("0812345678", in_full=False) == {people["ada"].id}  # who knows the whole number has it already


def test_filters_narrow_what_is_found(people):
    assert found("5678", filters=listing.Filters(country="KR")) == set()


def test_digits_of_other_scripts_are_digits():
    assert endings.typed("๕๖๗๘") == "5678"


def test_only_phones_have_an_ending(people):
    factories.customer(email="d@example.com", external_id="5678", member_number="5678")
    assert set(ContactPoint.objects.filter(ending__isnull=False).values_list("kind", flat=True)) == {"phone"}


def test_the_number_of_an_ending_is_keyed_and_the_same_by_every_door(people):
    row = ContactPoint.objects.get(customer=people["ada"], kind="phone")
    assert row.ending == endings.number("+66812345678") == endings.number("+669 5678"[-4:])
    assert 0 <= row.ending < 2**63


def test_one_that_cannot_be_opened_is_passed_over(people):
    ContactPoint.objects.filter(customer=people["bo"], kind="phone").update(value=b"\x01" + bytes(60))
    assert found("45678") == {people["ada"].id}


def test_phones_of_before_are_indexed_batch_by_batch_and_once(people, monkeypatch, capsys):
    monkeypatch.setattr(older_phones, "BATCH", 2)
    before = dict(ContactPoint.objects.values_list("id", "ending"))
    ContactPoint.objects.update(ending=None)
    assert found("5678") == set()
    call_command("index_phone_endings")
    assert "3 phones indexed" in capsys.readouterr().out
    assert dict(ContactPoint.objects.values_list("id", "ending")) == before
    assert phone_endings.fill() == 0


def test_phones_of_before_are_indexed_by_beat_so_many_at_a_time(people, monkeypatch):
    ContactPoint.objects.update(ending=None)
    monkeypatch.setattr(older_phones, "BATCH", 1)
    monkeypatch.setattr(tasks, "MOST_PHONES", 2)
    assert "customers.tasks.index_phones" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    tasks.index_phones()
    assert ContactPoint.objects.filter(ending__isnull=False).count() == 2
    tasks.index_phones()
    assert phone_endings.fill() == 0
    assert found("5678") == {people["ada"].id, people["bo"].id}


def test_an_interrupted_run_goes_on(people, monkeypatch):
    ContactPoint.objects.update(ending=None)
    monkeypatch.setattr(older_phones, "BATCH", 1)

    def stop(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        phone_endings.fill(on_progress=stop)
    assert phone_endings.fill() == 2
    assert found("5678") == {people["ada"].id, people["bo"].id}


def test_rest_finds_by_the_last_digits_in_a_body(people, client):
    key = factories.api_key()[1]
    answer = client.post(
        "/api/v1/customers/lookup",
        {"q": "345678"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert [one["id"] for one in answer.json()["results"]] == [str(people["ada"].id)]
    assert AccessEntry.objects.get().customer_ids == [people["ada"].id]


def test_editing_a_phone_moves_its_ending(people):
    profiles.edit(
        customer=people["ada"].id,
        person=Person(phone="+66811112222"),
        source=factories.source(),
        actor=actors.SYSTEM,
        at=people["ada"].created_at,
    )
    assert people["ada"].id in found("2222")
