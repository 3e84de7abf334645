import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core import actors, ids
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry, Mark
from consent.models import ConsentRecord, ConsentState
from consent.selectors import ledger
from consent.services import gate, grants, states
from consent.services.grants import GrantRow
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def row(customer: uuid.UUID, granted: bool = True, at: dt.datetime = NOW, **changes: object) -> GrantRow:
    values = {"purpose": "marketing", "channel": "email", "source": "file", **changes}
    return GrantRow(customer=customer, granted=granted, at=at, **values)


def many(rows: list[GrantRow]) -> grants.Counts:
    return grants.record_many(rows, actor=actors.SYSTEM, now=NOW)


def shape(customer: uuid.UUID) -> list[tuple[object, ...]]:
    columns = ("purpose", "channel", "status", "at", "source", "method", "policy_version", "language", "recorded_at")
    return sorted(ConsentRecord.objects.filter(customer_id=customer).values_list(*columns))


def held(customer: uuid.UUID) -> list[tuple[object, ...]]:
    return sorted(
        ConsentState.objects.filter(customer_id=customer).values_list(
            "purpose", "channel", "is_granted", "status", "at"
        )
    )


def test_a_grant_keeps_its_proof_sealed_and_moves_the_state(say: Callable[..., ConsentRecord]) -> None:
    customer = factories.customer(email="plant@example.com")
    record = say(customer.id, evidence={"text": "News by e-mail", "ip": "203.0.113.9"}, policy_version="1.0")
    assert record.status == "given"
    assert b"203.0.113.9" not in record.evidence
    assert ledger.evidence(record, subjects.load([customer.id]))["ip"] == "203.0.113.9"
    state = ConsentState.objects.get(customer=customer)
    assert (state.is_granted, state.record_id, state.at) == (True, record.id, NOW)


def test_a_grant_is_audited_and_marks_the_customer(say: Callable[..., ConsentRecord]) -> None:
    customer = factories.customer()
    Mark.objects.all().delete()
    record = say(customer.id)
    assert list(Mark.objects.values_list("customer_id", "cause")) == [(customer.id, "consent")]
    entry = AuditEntry.objects.get(action="consent:record:added")
    assert entry.object_id == str(record.id)
    assert entry.details["status"] == "given"


def test_a_no_after_a_yes_takes_back_and_a_first_no_declines(say: Callable[..., ConsentRecord]) -> None:
    customer = factories.customer()
    say(customer.id)
    assert say(customer.id, granted=False, at=NOW + HOUR).status == "withdrawn"
    assert say(customer.id, channel="sms", granted=False).status == "denied"


def test_the_same_statement_again_returns_the_first_record(say: Callable[..., ConsentRecord]) -> None:
    customer = factories.customer()
    first = say(customer.id)
    Mark.objects.all().delete()
    assert say(customer.id).id == first.id
    assert ConsentRecord.objects.count() == 1
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "world_domination"}, "purpose"),
        ({"channel": "pigeon"}, "channel"),
        ({"purpose": "profiling", "channel": "email"}, "channel"),
        ({"at": dt.datetime(2026, 11, 20)}, "at"),  # noqa: DTZ001
    ],
)
def test_what_does_not_fit_is_refused(
    say: Callable[..., ConsentRecord], changes: dict[str, object], field: str
) -> None:
    customer = factories.customer()
    with pytest.raises(grants.UnableToRecord) as refusal:
        say(customer.id, now=NOW.replace(tzinfo=changes["at"].tzinfo) if "at" in changes else NOW, **changes)
    assert refusal.value.field == field
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("status", ["erased", "merged", "bucket"])
def test_nobody_who_is_gone_gets_a_record(say: Callable[..., ConsentRecord], status: str) -> None:
    customer = factories.customer()
    Customer.objects.filter(id=customer.id).update(status=status)
    with pytest.raises(grants.UnableToRecord, match="no such customer"):
        say(customer.id)
    assert many([row(customer.id)]) == grants.Counts(refused=1)


def test_a_stranger_gets_no_record(say: Callable[..., ConsentRecord]) -> None:
    with pytest.raises(grants.UnableToRecord):
        say(ids.uuid7())
    assert many([row(ids.uuid7())]) == grants.Counts(refused=1)


def test_a_time_in_the_future_is_refused_because_it_would_outlast_every_withdrawal() -> None:
    customer = factories.customer()
    with pytest.raises(grants.UnableToRecord) as refusal:
        many([row(customer.id), row(customer.id, at=NOW + HOUR)])
    assert (refusal.value.field, refusal.value.index) == ("at", 1)
    assert not ConsentRecord.objects.exists()


def test_one_bad_row_leaves_nothing_half_written() -> None:
    customer = factories.customer()
    with pytest.raises(grants.UnableToRecord) as refusal:
        many([row(customer.id), row(customer.id, purpose="nonsense")])
    assert (refusal.value.field, refusal.value.index) == ("purpose", 1)
    assert not ConsentRecord.objects.exists()


def test_a_file_imported_twice_changes_nothing_the_second_time() -> None:
    people = [factories.customer().id for _ in range(5)]
    file = [row(person, at=NOW - HOUR, evidence={"text": "box"}) for person in people]
    file += [row(person, granted=False) for person in people[:2]]
    assert many(file) == grants.Counts(written=7)
    before = [shape(person) for person in people], [held(person) for person in people]
    Mark.objects.all().delete()
    assert many(file) == grants.Counts(repeated=7)
    assert many(list(reversed(file))) == grants.Counts(repeated=7)
    assert ([shape(person) for person in people], [held(person) for person in people]) == before
    assert not Mark.objects.exists()


def test_imports_mark_in_the_slow_lane() -> None:
    customer = factories.customer()
    Mark.objects.all().delete()
    many([row(customer.id)])
    assert list(Mark.objects.values_list("lane", flat=True)) == [1]


def test_an_empty_batch_is_fine() -> None:
    assert many([]) == grants.Counts()


def test_evidence_of_many_is_sealed_under_the_keys_of_each() -> None:
    people = [factories.customer().id for _ in range(2)]
    assert many([row(person, evidence={"text": str(person)}) for person in people]).written == 2
    for record in ConsentRecord.objects.all():
        text = str(record.customer_id)
        assert text.encode() not in bytes(record.evidence)
        assert ledger.evidence(record, subjects.load([record.customer_id])) == {"text": text}


def test_the_ledger_refuses_change_and_deletion_in_the_database(say: Callable[..., ConsentRecord]) -> None:
    say(factories.customer().id)
    for statement in ("UPDATE consent_consentrecord SET status = 'given'", "DELETE FROM consent_consentrecord"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert ConsentRecord.objects.count() == 1


WORDS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 4), st.sampled_from(["shop", "till"]), st.sampled_from(["email", "sms"])),
    min_size=1,
    max_size=8,
)


def rows_of(customer: uuid.UUID, words: list[tuple[bool, int, str, str]]) -> list[GrantRow]:
    return [
        row(customer, granted, NOW - hours * HOUR, source=source, channel=channel, method="form")
        for granted, hours, source, channel in words
    ]


def one_by_one(rows: list[GrantRow]) -> None:
    for each in rows:
        grants.record(
            customer=each.customer,
            purpose=each.purpose,
            channel=each.channel,
            granted=each.granted,
            at=each.at,
            source=each.source,
            method=each.method,
            actor=actors.SYSTEM,
            now=NOW,
        )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(WORDS)
def test_one_by_one_in_the_order_of_time_equals_all_at_once(words: list[tuple[bool, int, str, str]]) -> None:
    first, second = factories.customer(), factories.customer()
    many(rows_of(first.id, words))
    one_by_one(sorted(rows_of(second.id, words), key=lambda each: (each.at, not each.granted)))
    assert shape(first.id) == shape(second.id)
    assert held(first.id) == held(second.id)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(WORDS, st.randoms(use_true_random=False), st.integers(0, 8))
def test_the_state_is_the_latest_word_in_whatever_order_and_parts_it_came(
    words: list[tuple[bool, int, str, str]], shuffler: object, cut: int
) -> None:
    customer = factories.customer()
    rows = rows_of(customer.id, words)
    shuffler.shuffle(rows)
    many(rows[:cut])
    one_by_one(rows[cut:])
    expected = {}
    for each in sorted(rows, key=lambda each: (each.at, not each.granted)):
        expected[each.channel] = (each.granted, each.at)
    found = {channel: (granted, at) for _purpose, channel, granted, _status, at in held(customer.id)}
    assert found == expected
    before = held(customer.id)
    states.rebuild([customer.id])
    assert held(customer.id) == before


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_file_of_refusals_outlasts_grants_dated_ahead_and_says_nothing_new_twice(
    say: Callable[..., ConsentRecord], minutes: int
) -> None:
    minute = dt.timedelta(minutes=1)
    people = [factories.customer().id for _ in range(3)]
    for person in people:
        say(person, at=NOW + 4 * minute, now=NOW)
    file = [row(person, granted=False, at=NOW + minutes * minute, evidence={"text": "no"}) for person in people]
    later = NOW + 2 * minute
    assert grants.record_many(file, actor=actors.SYSTEM, now=later) == grants.Counts(written=3)
    assert grants.record_many(file, actor=actors.SYSTEM, now=later) == grants.Counts(repeated=3)
    for person in people:
        [(_purpose, _channel, is_granted, status, _at)] = held(person)
        assert (is_granted, status) == (False, "withdrawn")
        states.rebuild([person])
        assert not ConsentState.objects.get(customer=person).is_granted


def test_an_old_refusal_told_late_does_not_undo_what_was_said_since(say: Callable[..., ConsentRecord]) -> None:
    person = factories.customer().id
    say(person, at=NOW + dt.timedelta(minutes=4), now=NOW)
    many([row(person, granted=False, at=NOW - HOUR)])
    assert ConsentState.objects.get(customer=person).is_granted


def test_the_same_refusal_again_is_the_record_that_was_dated_behind_the_grant(
    say: Callable[..., ConsentRecord],
) -> None:
    person = factories.customer().id
    say(person, at=NOW + dt.timedelta(minutes=4), now=NOW)
    first = say(person, granted=False)
    assert say(person, granted=False).id == first.id
    assert ConsentState.objects.get(customer=person).record_id == first.id


@pytest.fixture
def refuser(say: Callable[..., ConsentRecord]) -> uuid.UUID:
    """Somebody whose refusal stands four minutes ahead, behind a grant that a till dated so."""
    person = factories.customer().id
    say(person, at=NOW + 4 * MINUTE, now=NOW)
    say(person, granted=False)
    return person


def test_a_yes_of_this_moment_holds_after_a_refusal_that_stands_ahead(
    say: Callable[..., ConsentRecord], refuser: uuid.UUID
) -> None:
    assert not ConsentState.objects.get(customer=refuser).is_granted
    given = say(refuser, at=NOW + MINUTE)
    assert ConsentState.objects.get(customer=refuser).record_id == given.id
    assert say(refuser, at=NOW + MINUTE).id == given.id
    decision = gate.decide(customer=refuser, purpose="marketing", channel="email", at=NOW + 2 * MINUTE)
    assert decision.outcome == "allowed"
    say(refuser, granted=False, at=NOW + 2 * MINUTE)
    assert not ConsentState.objects.get(customer=refuser).is_granted


def test_a_yes_of_this_moment_among_many_holds_after_a_refusal_that_stands_ahead(refuser: uuid.UUID) -> None:
    file = [row(refuser, at=NOW + MINUTE)]
    assert grants.record_many(file, actor=actors.SYSTEM, now=NOW + MINUTE).written == 1
    assert ConsentState.objects.get(customer=refuser).is_granted
    assert grants.record_many([row(refuser, False, NOW + MINUTE)], actor=actors.SYSTEM, now=NOW + MINUTE).written == 1
    assert not ConsentState.objects.get(customer=refuser).is_granted


def test_a_yes_told_late_or_dated_ahead_does_not_undo_a_refusal_that_stands_ahead(
    say: Callable[..., ConsentRecord], refuser: uuid.UUID
) -> None:
    say(refuser, at=NOW + MINUTE, now=NOW + 2 * MINUTE)
    for minutes in (1, 2):
        file = [row(refuser, at=NOW + 3 * MINUTE)]
        grants.record_many(file, actor=actors.SYSTEM, now=NOW + minutes * MINUTE)
    assert not ConsentState.objects.get(customer=refuser).is_granted
