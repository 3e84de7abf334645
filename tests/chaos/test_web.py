"""kill -9 of the web server while facts come in through it: over REST and through the upload page."""

import re
from pathlib import Path

import pytest

from tests import running, visiting
from tests.chaos import clients, story

pytestmark = pytest.mark.chaos


def test_a_client_that_repeats_under_its_key_writes_everything_once_however_often_the_web_dies(
    shop: running.Shop,
) -> None:
    storefront = clients.Storefront(shop, people=150)
    for goal in (60, 180, 320):
        shop.wait_for(lambda goal=goal: storefront.acknowledged >= goal)
        shop.kill("web")
    storefront.finish()
    clients.assert_everything_is_there_once(shop, storefront)
    storefront.repeat()
    clients.assert_everything_is_there_once(shop, storefront)


def test_an_upload_that_dies_half_way_leaves_nothing_and_a_killed_import_ends_as_if_nothing_had_happened(
    shop: running.Shop, files: Path
) -> None:
    form = {"kind": "orders", "source": "till"}
    visitor = visiting.Visitor(shop)
    visitor.log_in()

    broken = visitor.half_upload("/imports/new/", files / "orders.csv", form)
    shop.wait_for(lambda: uploads(shop))  # the first bytes are being sealed
    shop.kill("web")
    broken.close()
    shop.wait_for(lambda: serves(shop))
    assert shop.scalar("SELECT count(*) FROM core_job") == 0

    draft = visitor.upload("/imports/new/", files / "orders.csv", form)
    assert re.fullmatch(r"/imports/[0-9a-f-]{36}/", draft.url), draft.text
    columns = (files / "orders.csv").read_text().partition("\n")[0].strip().split(",")
    visitor.act(draft.url, f"{draft.url}columns/", {f"column:{column}": column for column in columns})
    shop.wait_for(lambda: shop.scalar("SELECT done FROM core_job") > 0)
    shop.kill("web", "worker")  # while it is checked
    shop.wait_for(lambda: shop.scalar("SELECT state FROM core_job") == "done")
    assert shop.scalar("SELECT count(*) FROM commerce_order") == 0
    shop.wait_for(lambda: serves(shop))

    visitor.act(draft.url, f"{draft.url}start/")
    for chunk in (20_000, 40_000):
        shop.wait_for(lambda chunk=chunk: shop.scalar("SELECT done FROM core_job") >= chunk)
        shop.kill("web", "worker")
    shop.wait_for(lambda: shop.scalar("SELECT state FROM core_job") == "done")
    story.assert_orders_are_whole(shop)
    shop.wait_for(lambda: serves(shop))
    assert "60,000" in visitor.get(draft.url).text
    # The file that came whole is gone after use. Half of the first one lies there sealed, until its key is forgotten.
    shop.wait_for(lambda: len(uploads(shop)) == 1)
    assert b"example" not in uploads(shop)[0].read_bytes()
    assert b"order.external_id" not in uploads(shop)[0].read_bytes()


def uploads(shop: running.Shop) -> list[Path]:
    return list((shop.var / "uploads").glob("*-*"))


def serves(shop: running.Shop) -> bool:
    """Whether the web server answers."""
    try:
        return shop.call("GET", "/readyz")[0] == 200
    except OSError:
        return False
