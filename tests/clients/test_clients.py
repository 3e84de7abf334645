"""Unmodified Segment and RudderStack clients against the running product: nothing lost, nothing doubled."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import running

PROGRAMS = Path(__file__).parent / "programs"
PYTHON = [
    ("segment", "segment-analytics-python==2.3.4"),
    ("segment-gzip", "segment-analytics-python"),
    ("rudder", "rudder-sdk-python"),
]
VERBS = 5  # identify, alias, group, page, screen before the track calls


def source_with_key(shop: running.Shop, name: str) -> str:
    return shop.run("create_source", name).strip().splitlines()[-1]


def told(shop: running.Shop, source: str) -> dict[str, Any]:
    """What the product holds of a source, once its inbox is empty."""
    shop.run("process_inbox")
    code = (
        "import json; from django.db.models import Count; from events.models import Event, SourceHour; "
        f"mine = Event.objects.filter(source={source!r}); "
        f"hours = SourceHour.objects.filter(source__key={source!r}); "
        "print(json.dumps({'events': mine.count(), 'messages': mine.values('message_id').distinct().count(),"
        " 'kinds': dict(mine.values_list('kind').annotate(n=Count('id'))),"
        " 'skus': mine.filter(kind='track').values('properties__sku').distinct().count(),"
        " 'stored': sum(h.stored for h in hours), 'rejected': sum(h.rejected for h in hours)}))"
    )
    found: dict[str, Any] = json.loads(shop.run("shell", "-v", "0", "-c", code).strip().splitlines()[-1])
    return found


def check(found: dict[str, Any], count: int) -> None:
    assert found["events"] == found["messages"] == found["stored"] == count + VERBS
    assert found["skus"] == count
    assert found["kinds"] == {"identify": 1, "alias": 1, "group": 1, "page": 1, "screen": 1, "track": count}
    assert found["rejected"] == 0


@pytest.mark.parametrize(("kind", "package"), PYTHON)
def test_a_python_client_is_heard_in_full(
    shop: running.Shop, python_with: Callable[[str], Path], kind: str, package: str
) -> None:
    key = source_with_key(shop, f"py-{kind}")
    words = [str(python_with(package)), str(PROGRAMS / "send_python.py"), kind, shop.url, key, "60"]
    subprocess.run(words, check=True, timeout=120)
    check(told(shop, f"py-{kind}"), 60)


@pytest.mark.parametrize(("kind", "package"), PYTHON)
def test_a_python_client_loses_and_doubles_nothing_when_the_server_dies_while_it_sends(
    shop: running.Shop, python_with: Callable[[str], Path], kind: str, package: str
) -> None:
    key = source_with_key(shop, f"kill-{kind}")
    words = [str(python_with(package)), str(PROGRAMS / "send_python.py"), kind, shop.url, key, "1500"]
    kill_while_sending(shop, words)
    check(told(shop, f"kill-{kind}"), 1500)


def kill_while_sending(shop: running.Shop, words: list[str]) -> None:
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "started"
        (web,) = shop.wait_for(lambda: shop.children("web"))
        os.kill(web, signal.SIGKILL)
        output, _ = process.communicate(timeout=180)
    assert process.returncode == 0, output


def test_the_node_client_is_heard_in_full(shop: running.Shop, node_packages: Path) -> None:
    key = source_with_key(shop, "node")
    words = ["node", str(PROGRAMS / "send_node.mjs"), str(node_packages), shop.url, key, "60"]
    subprocess.run(words, check=True, timeout=120)
    check(told(shop, "node"), 60)


def test_the_node_client_loses_and_doubles_nothing_when_the_server_dies_while_it_sends(
    shop: running.Shop, node_packages: Path
) -> None:
    key = source_with_key(shop, "kill-node")
    kill_while_sending(shop, ["node", str(PROGRAMS / "send_node.mjs"), str(node_packages), shop.url, key, "1500"])
    check(told(shop, "kill-node"), 1500)
