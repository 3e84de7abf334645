"""Refused requests are counted by a thread that ends when it is told and by nothing else."""

import datetime as dt
import threading
from collections.abc import Iterator

import pytest

from events.models import RefusedRequests
from events.services import refusals

NOW = dt.datetime(2026, 11, 22, 10, 30, tzinfo=dt.UTC)
PATIENCE = 20


@pytest.fixture
def counting(transactional_db: None) -> Iterator[None]:
    refusals.forget()
    yield
    refusals.close()
    refusals.forget()


def _writers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "tracking-refusals"]


def test_closing_writes_what_was_counted_and_leaves_no_thread(counting, monkeypatch):
    monkeypatch.setattr(refusals, "EVERY_SECONDS", PATIENCE)
    refusals.note("invalid_json", source_key="a", at=NOW)
    refusals.note("invalid_json", source_key="a", at=NOW)
    assert len(_writers()) == 1
    refusals.close()
    assert _writers() == []
    assert RefusedRequests.objects.get().count == 2


def test_the_writer_outlives_what_is_no_fault_of_the_database_and_loses_nothing(counting, monkeypatch):
    failed, real = threading.Event(), refusals.ids.uuid7s

    def broken(count: int) -> list[object]:
        if not failed.is_set():
            failed.set()
            raise ValueError
        return real(count)

    monkeypatch.setattr(refusals, "EVERY_SECONDS", 0.01)
    monkeypatch.setattr(refusals.ids, "uuid7s", broken)
    refusals.note("invalid_json", source_key="a", at=NOW)
    assert failed.wait(PATIENCE)
    refusals.close()
    assert RefusedRequests.objects.get().count == 1


def test_a_writer_that_ended_for_want_of_work_is_followed_by_another(counting, monkeypatch):
    monkeypatch.setattr(refusals, "EVERY_SECONDS", 0.01)
    for _ in range(2):
        refusals.note("invalid_json", source_key="a", at=NOW)
        for writer in _writers():
            writer.join(PATIENCE)
    assert RefusedRequests.objects.get().count == 2
