"""kill -9 of worker, web and command in the middle of the main job: the result is the same as without."""

import signal
from pathlib import Path

import psycopg
import pytest

from tests import running
from tests.chaos import story

pytestmark = pytest.mark.chaos


def test_an_import_that_is_killed_again_and_again_ends_as_if_nothing_had_happened(
    shop: running.Shop, files: Path
) -> None:
    words = ("import_file", "orders", str(files / "orders.csv"), "--source", "till", "--no-wait")
    for chunk in (20_000, 40_000):
        process = shop.command(*words)
        # Past its first chunks, or the worker that took the job over is.
        shop.wait_for(lambda chunk=chunk: shop.scalar("SELECT coalesce(max(done), 0) FROM core_job") >= chunk)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        shop.kill("worker")
    shop.run("import_file", "orders", str(files / "orders.csv"), "--source", "till")
    story.assert_orders_are_whole(shop)


def test_a_killed_command_is_taken_over_by_the_worker(shop: running.Shop, files: Path) -> None:
    process = shop.command("import_file", "orders", str(files / "orders.csv"), "--source", "till")
    shop.wait_for(lambda: shop.scalar("SELECT coalesce(max(done), 0) FROM core_job") > 0)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    shop.wait_for(lambda: shop.scalar("SELECT state FROM core_job") == "done")
    story.assert_orders_are_whole(shop)


def test_an_import_of_people_has_each_once_whoever_is_killed(shop: running.Shop, tmp_path: Path) -> None:
    outlive_everybody(shop, "customers", story.write_people(tmp_path))
    assert shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'known'") == story.MANY
    assert shop.rows(
        "SELECT kind, count(*), count(DISTINCT digest), count(DISTINCT customer_id) FROM customers_identifier"
        " GROUP BY kind ORDER BY kind"
    ) == [(kind, story.MANY, story.MANY, story.MANY) for kind in ("email", "external_id", "phone")]
    assert shop.scalar("SELECT count(*) FROM customers_mergelog") == 0


def test_an_import_of_events_has_each_once_whoever_is_killed(shop: running.Shop, tmp_path: Path) -> None:
    outlive_everybody(shop, "events", story.write_visits(tmp_path))
    assert shop.rows("SELECT count(*), count(DISTINCT message_id) FROM events_event") == [(story.MANY, story.MANY)]
    each = story.MANY // story.PEOPLE
    assert shop.rows(
        "SELECT min(n), max(n), count(*) FROM (SELECT count(*) AS n FROM events_event GROUP BY customer_id) e"
    ) == [(each, each, story.PEOPLE)]
    twice = "SELECT 1 FROM events_event GROUP BY customer_id, name, occurred_at HAVING count(*) = 2"
    assert shop.scalar(f"SELECT count(*) FROM ({twice}) e") == story.MANY // 2
    assert shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'known'") == story.PEOPLE


def outlive_everybody(shop: running.Shop, kind: str, path: Path) -> None:
    """Import a file while command, worker, web and database are killed; then the same command to its end."""
    words = ("import_file", kind, str(path), "--source", "till", "--no-wait")
    for rows, names in ((story.MANY // 4, ("worker", "web")), (story.MANY // 2, ("postgres", "worker"))):
        process = shop.command(*words)
        # Past its first chunks, or the worker that took the job over is.
        shop.wait_for(lambda rows=rows: (done(shop) or 0) >= rows)
        process.send_signal(signal.SIGKILL)
        shop.kill(*names)
        process.communicate()
        shop.wait_for(lambda: done(shop) is not None)
    shop.run(*words[:-1])
    # Where the worker had ended it meanwhile, the same file came a second time and brought nothing.
    assert shop.rows("SELECT DISTINCT state, done FROM core_job WHERE kind = 'import'") == [("done", story.MANY)]
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM core_mark") == 0)


def done(shop: running.Shop) -> int | None:
    """How many rows of the import are through; None while the database is away."""
    try:
        found: int = shop.scalar("SELECT coalesce(max(done), 0) FROM core_job WHERE kind = 'import'")
    except psycopg.Error:
        return None
    return found


def test_killing_web_and_worker_while_sending_costs_at_most_one_repetition_per_kill(
    shop: running.Shop, mail: running.MailServer, files: Path
) -> None:
    story.plan(shop, files)
    goals = (200, 500, 800)
    for goal in goals:
        shop.wait_for(lambda goal=goal: len(mail.messages) >= goal)
        shop.kill("worker", "web")
    story.wait_until_everybody_is_served(shop)
    # SMTP has no idempotency key: what was in flight at a kill may come twice.
    story.assert_each_has_one_message(shop, mail, repetitions=len(goals))
