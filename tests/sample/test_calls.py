"""The talks of the sample shop."""

from datetime import UTC, datetime, timedelta

from cdp.sample import calls

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def talks(**changed):
    asked = {"seed": 7, "customers": 2000, "language_of": {}, "now": NOW} | changed
    return list(calls.talks(**asked))


def test_are_the_same_for_the_same_shop_and_come_in_order():
    found = talks()
    assert found == talks()
    assert found != talks(seed=8)
    assert len(found) == calls.COUNT
    assert [talk.started_at for talk in found] == sorted(talk.started_at for talk in found)
    assert all(NOW - timedelta(days=121) < talk.started_at <= NOW - timedelta(minutes=talk.minutes) for talk in found)


def test_are_told_in_the_language_of_the_person():
    rows = calls.rows_of(seed=7, customers=2000)
    assert all(talk.text.isascii() for talk in talks())
    assert not any(talk.text.isascii() for talk in talks(language_of=dict.fromkeys(rows, "th")))


def test_a_small_shop_has_few():
    assert {talk.row for talk in talks(customers=3)} <= {0, 1, 2}
    assert talks(customers=0) == []
