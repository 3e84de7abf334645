"""PostgreSQL and Valkey die under the running shop: everything catches up by itself."""

import signal
from pathlib import Path

import psycopg
import pytest

from tests import running
from tests.chaos import clients, story

pytestmark = pytest.mark.chaos


def test_an_import_and_a_storefront_outlive_a_database_that_dies_again_and_again(
    shop: running.Shop, files: Path
) -> None:
    storefront = clients.Storefront(shop, people=100)
    importing = shop.command("import_file", "orders", str(files / "orders.csv"), "--source", "till")
    for goal, chunk in ((60, 20_000), (150, 40_000)):
        shop.wait_for(lambda goal=goal: storefront.acknowledged >= goal)
        shop.wait_for(lambda chunk=chunk: (done(shop) or 0) >= chunk)
        shop.kill("postgres")
    storefront.finish()
    said, errors = importing.communicate(timeout=running.PATIENCE)
    assert importing.returncode == 0, errors
    assert "60,000 of 60,000 rows imported" in said
    clients.assert_everything_is_there_once(shop, storefront)
    storefront.repeat()
    counts = shop.rows("SELECT count(*), count(DISTINCT (source, external_id)) FROM commerce_order")
    assert counts == [(story.ORDERS + 100, story.ORDERS + 100)]
    assert shop.scalar("SELECT count(*) FROM commerce_orderline") == story.LINES + 200
    assert shop.rows("SELECT kind, state FROM core_job") == [("import", "done")]


def test_a_database_that_dies_while_sending_costs_at_most_one_repetition_per_death(
    shop: running.Shop, mail: running.MailServer, files: Path
) -> None:
    story.plan(shop, files)
    goals = (200, 500, 800)
    for goal in goals:
        shop.wait_for(lambda goal=goal: len(mail.messages) >= goal)
        shop.kill("postgres")
    shop.wait_for(lambda: sent(shop) == story.PEOPLE)
    story.wait_until_everybody_is_served(shop)
    story.assert_each_has_one_message(shop, mail, repetitions=len(goals))


def test_an_emptied_and_a_killed_queue_lose_nothing_and_repeat_nothing(
    shop: running.Shop, mail: running.MailServer, files: Path
) -> None:
    importing = shop.command("import_file", "orders", str(files / "orders.csv"), "--source", "till", "--no-wait")
    shop.wait_for(lambda: (done(shop) or 0) >= 20_000)
    shop.flush_queue()
    importing.send_signal(signal.SIGKILL)
    importing.communicate()
    shop.kill("valkey")
    shop.wait_for(lambda: shop.scalar("SELECT state FROM core_job") == "done")
    story.assert_orders_are_whole(shop)

    story.plan(shop, files)
    for goal in (200, 700):
        shop.wait_for(lambda goal=goal: len(mail.messages) >= goal)
        shop.flush_queue()
        shop.kill("valkey")
        shop.wait_for(lambda: shop.has_back("valkey"))
    story.wait_until_everybody_is_served(shop)
    story.assert_each_has_one_message(shop, mail, repetitions=0)


def done(shop: running.Shop) -> int | None:
    """How many rows of the import are through; None while the database is away."""
    try:
        return shop.scalar("SELECT max(done) FROM core_job")
    except psycopg.Error:
        return None


def sent(shop: running.Shop) -> int | None:
    """How many messages are sent; None while the database is away."""
    try:
        return shop.scalar("SELECT count(*) FROM campaigns_message WHERE state = 'sent'")
    except psycopg.Error:
        return None
