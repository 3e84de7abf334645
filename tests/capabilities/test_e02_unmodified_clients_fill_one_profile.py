"""E2: what Segment's and RudderStack's own clients tell of one person stands on one profile, over REST."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import running
from tests.clients.test_clients import PROGRAMS, PYTHON, source_with_key

pytestmark = pytest.mark.clients
EACH = 14


def test_what_unmodified_clients_tell_of_one_person_stands_on_one_profile(
    python_with: Callable[[str], Path], node_packages: Path
) -> None:
    with running.shop() as shop:
        key = source_with_key(shop, "storefront-clients")
        for kind, package in PYTHON:
            program = [str(python_with(package)), str(PROGRAMS / "send_python.py"), kind]
            subprocess.run([*program, shop.url, key, str(EACH)], check=True, timeout=120)
        program = ["node", str(PROGRAMS / "send_node.mjs"), str(node_packages)]
        subprocess.run([*program, shop.url, key, str(EACH)], check=True, timeout=120)
        shop.run("process_inbox")

        query = {"external_id": "member-1", "source": "storefront-clients"}
        status, found = shop.call("POST", "/api/v1/customers/lookup", query)
        assert (status, len(found["results"])) == (200, 1)
        (person,) = found["results"]
        assert (person["email"], person["given_name"], person["company"]) == ("mali@example.com", "Mali", "Mali Co")
        _status, story = shop.call("GET", f"/api/v1/customers/{person['id']}/timeline?kind=event&page_size=500")
        names = [entry["data"]["event"] for entry in story["results"]]
        # Each of the four clients tells of seven people in turn, and of this one says all the other verbs, too.
        assert names.count("Product Viewed") == 4 * EACH // 7
        assert {"identify", "page", "screen", "group", "alias"} <= {entry["data"]["kind"] for entry in story["results"]}
