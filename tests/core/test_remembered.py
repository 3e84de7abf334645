"""Figures that are kept: counted once, renewed behind whoever reads, and counted where there is no cache."""

import itertools

import pytest
import redis
from django.core.cache import cache

from cdp.core import remembered


@pytest.fixture
def clock(monkeypatch):
    cache.clear()
    at = [1000.0]
    monkeypatch.setattr(remembered.time, "time", lambda: at[0])
    return at


def test_it_is_counted_once_a_minute_for_everybody(clock):
    numbers = itertools.count(1)
    assert [remembered.kept("sum", lambda: next(numbers)) for _ in range(3)] == [1, 1, 1]
    assert remembered.kept("none", lambda: None) is None
    assert remembered.kept("none", lambda: 1) is None, "nothing is an answer too"


def test_nobody_waits_for_what_a_worker_counts_anew(clock):
    numbers, asked = itertools.count(1), []

    def read():
        return remembered.kept("sum", lambda: next(numbers), renew=lambda: asked.append(clock[0]))

    assert (read(), read(), asked) == (1, 1, [])
    clock[0] += remembered.SECONDS + 1
    assert not remembered.is_fresh("sum")
    assert (read(), len(asked)) == (1, 1)
    remembered.put("sum", 7)
    assert remembered.is_fresh("sum")
    assert (read(), len(asked)) == (7, 1)


def test_without_the_cache_it_is_counted(monkeypatch):
    def gone(*_args, **_more):
        raise redis.RedisError

    monkeypatch.setattr(cache, "get", gone)
    assert remembered.kept("sum", lambda: 3) == 3
