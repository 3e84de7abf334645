"""kill -9 of worker, web and command in the middle of the main job: the result is the same as without."""

import signal
from pathlib import Path

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
