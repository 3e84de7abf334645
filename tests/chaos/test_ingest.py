"""Web, worker and database die while clients send for a minute: every acknowledged event is there once, whose it is."""

import itertools
import time

import pytest

from tests import running
from tests.chaos import trackers

pytestmark = pytest.mark.chaos
SECONDS = 60


def test_every_acknowledged_event_is_there_once_whoever_is_killed(shop: running.Shop) -> None:
    key = shop.run("create_source", "ingest").strip().splitlines()[-1]
    clients = trackers.Trackers(shop, key, senders=6)
    end = time.monotonic() + SECONDS
    for names in itertools.cycle([("web",), ("worker",), ("postgres",), ("web", "worker"), ("postgres", "web")]):
        heard = len(clients.acknowledged)
        shop.wait_for(lambda heard=heard: len(clients.acknowledged) > heard + 300)
        if time.monotonic() > end:
            break
        shop.kill(*names)
        shop.wait_for(lambda names=names: shop.has_back(*names))
    clients.finish()
    shop.run("process_inbox")
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM events_inboxrow") == 0)

    sent = clients.acknowledged
    stored = shop.rows("SELECT message_id FROM events_event WHERE source = 'ingest'")
    assert len(stored) == len(set(stored)), "nothing twice"
    assert {message for (message,) in stored} == set(sent), "nothing lost, nothing that nobody sent"
    assert shop.rows("SELECT sum(stored)::int, sum(rejected)::int FROM events_sourcehour") == [(len(sent), 0)]
    # An event whose visitor was never heard of again stays with that visitor; all others have found their person.
    owners = shop.rows(
        "SELECT e.properties->>'person', count(DISTINCT e.customer_id) FROM events_event e"
        " JOIN customers_customer c ON c.id = e.customer_id WHERE c.status = 'known' GROUP BY 1"
    )
    assert {count for _person, count in owners} == {1}
    assert shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'known'") == len(owners)
    left = shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'anonymous'")
    assert left <= 6, "only the last visitor of each client may still be nobody"
