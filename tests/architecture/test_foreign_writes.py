"""Only the room that owns a table writes it: read in the code, and watched while a shop works."""

import ast
import re
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from cdp.core import copying, pipeline
from cdp.core.checks import OURS
from commerce.models import Order
from consent.models import ConsentState
from tests import factories, filling
from tests.importing import Importer

ROOT = Path(__file__).parents[2]
ROOMS = OURS - {"core"}
WRITES = {"create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create"}

# The kernel makes the key of a new customer, the customers' room writes it beside the customer (subjects.add_new).
AGREED = {("customers", "core_datakey")}
# Written for everybody by the kernel's own means: the caller behind them is who writes.
MEANS = {ROOT / "cdp/core/copying.py", ROOT / "cdp/core/autonomous.py"}


def _foreign_names(tree: ast.AST, room: str) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        if node.module.split(".")[0] in ROOMS - {room} and "models" in node.module.split(".")
        for alias in node.names
    }


def _root(node: ast.AST) -> str | None:
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _offences(source: str, room: str) -> list[int]:
    others = "|".join(sorted(ROOMS - {room}))
    if not re.search(rf"^\s*from\s+(?:{others})\.(?:\w+\.)*models\b", source, re.MULTILINE):
        return []  # most modules need no parsing
    tree = ast.parse(source)
    names = _foreign_names(tree, room)
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in WRITES and _root(node.func) in names
    ]


def test_no_room_names_a_write_to_anothers_table():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in sorted(ROOMS)
        for path in (ROOT / room).rglob("*.py")
        for line in _offences(path.read_text(), room)
    ]
    assert found == []


def test_a_planted_write_is_seen():
    planted = "from customers.models import Customer\nCustomer.objects.filter(id=1).update(city='x')\n"
    assert _offences(planted, "commerce") == [2]
    assert _offences(planted, "customers") == []


OWNER = {model._meta.db_table: model._meta.app_label for model in apps.get_models() if model._meta.app_label in OURS}
WRITE = re.compile(
    r'\s*(?:WITH\b.*?\)\s*)?(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+(?:ONLY\s+)?"?(\w+)"?',
    re.IGNORECASE | re.DOTALL,
)


class Watch:
    """Notes who writes what, by the nearest frame of ours."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str]] = set()

    def __call__(self, execute, sql, params, many, context):
        match = WRITE.match(sql)
        if match and match[1] in OWNER:
            self.note(match[1])
        return execute(sql, params, many, context)

    def note(self, table: str) -> None:
        frame = sys._getframe(2)
        while frame:
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(ROOT) and path not in MEANS and ".venv" not in path.parts:
                room = path.relative_to(ROOT).parts[0]
                if room in ROOMS | {"cdp"}:
                    self.found.add(("core" if room == "cdp" else room, table))
                    return
            frame = frame.f_back


@pytest.fixture
def watch(db, monkeypatch):
    watching = Watch()
    real = copying.rows

    def rows(model, *args, **kwargs):
        watching.note(model._meta.db_table)
        return real(model, *args, **kwargs)

    monkeypatch.setattr(copying, "rows", rows)
    with connection.execute_wrapper(watching):
        yield watching


def _work(client, tmp_path, monkeypatch) -> None:
    """A small shop's day: files, a sign-up, REST, the pipeline."""
    imports = Importer(tmp_path, monkeypatch)
    imports("customers", "email,name,street,city\na@example.com,Ann,1 Road,Bangkok\nb@example.com,Bob,,\n")
    imports("customers", "email,name,street,city\na@example.com,Ann Smith,2 Road,Phuket\n")
    head = "order.external_id,order.placed_at,customer.email,line.sku,line.quantity,line.unit_price\n"
    imports(
        "orders", head + "1,2026-03-04,a@example.com,A,1,10\n2,2026-03-04,a@example.com,A,-1,10\n3,2026-03-04,,A,1,5\n"
    )
    imports("orders", head + "1,2026-03-04,a@example.com,B,1,10\n3,2026-03-04,b@example.com,A,1,5\n")
    imports("consents", "email,purpose,channel,granted\na@example.com,marketing,email,yes\n")
    filling.send(client, "signup", name="Cat", email="c@example.com", consent_marketing_email="on")
    filling.send(client, "warranty", name="Cat", email="c@example.com", product="A", serial="1", bought_on="2026-03-01")
    filling.send(client, "preorder", name="Cat", email="c@example.com", product="A", quantity="1", way="pickup")
    _key, text = factories.api_key()
    body = {
        "external_id": "9",
        "placed_at": "2026-03-04T10:00:00Z",
        "currency": "THB",
        "customer": {"email": "d@example.com"},
        "lines": [{"sku": "A", "quantity": 1, "unit_price": "10"}],
    }
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "k"}
    assert client.post("/api/v1/orders", body, content_type="application/json", headers=headers).status_code == 201
    pipeline.drain_all(now=timezone.now())


def test_while_a_shop_works_every_room_writes_its_own_tables_only(watch, client, tmp_path, monkeypatch):
    _work(client, tmp_path, monkeypatch)
    assert Order.objects.count() == 3
    assert ConsentState.objects.count() == 2
    assert {("customers", "customers_customer"), ("commerce", "commerce_order"), ("core", "core_mark")} <= watch.found
    assert {
        (room, table) for room, table in watch.found if OWNER[table] != room and (room, table) not in AGREED
    } == set()
