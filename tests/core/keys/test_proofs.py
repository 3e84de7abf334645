"""A wrong or a missing key: nothing starts, nothing is shown as a blank, and no key is ever written anywhere."""

import base64
import html
import io
import json
import logging
import os
from typing import Any

import pytest
import structlog
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.views.debug import get_exception_reporter_class

from cdp.core.crypto import ring, subjects
from cdp.core.keys import proofs
from cdp.core.models import DataKey, RingKey
from cdp.run import keys, prepared
from customers.models import Customer
from tests import factories
from tests.core.keys.conftest import Turn

NOW = timezone.now()


@pytest.fixture
def first(db: None) -> str:
    """A shop with a customer; the id of its key."""
    factories.customer(name="Ada Lovelace", email="ada@example.com")
    proofs.enlist(now=NOW)
    return ring.current().primary


def another(key_id: str) -> str:
    """A key that nothing was ever sealed with, under that id."""
    return f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}"


def test_a_missing_key_is_named_with_what_to_do(first: str, turn: Turn) -> None:
    turn("k2")
    with pytest.raises(proofs.WrongKeys, match=f"“{first}” is not in CDP_ENCRYPTION_KEYS"):
        proofs.demand()
    with pytest.raises(CommandError, match="Put it back, behind the first key"):
        call_command("prepare")
    with pytest.raises(CommandError, match=f"“{first}”"):
        call_command("rotate_keys")


def test_another_key_under_a_known_id_is_found_before_anything_is_written(
    first: str, turn: Turn, settings: Any
) -> None:
    settings.CDP_ENCRYPTION_KEYS = another(first)
    ring.current.cache_clear()
    with pytest.raises(proofs.WrongKeys, match=f"“{first}” in CDP_ENCRYPTION_KEYS is not the one") as wrong:
        proofs.demand()
    assert settings.CDP_ENCRYPTION_KEYS.partition(":")[2] not in str(wrong.value)
    turn("*")
    proofs.demand()


def test_rows_tell_even_where_nobody_took_notes(first: str, turn: Turn) -> None:
    RingKey.objects.all().delete()
    turn("k2")
    assert [(fault.key_id, fault.is_missing, fault.rows > 0) for fault in proofs.faults()] == [(first, True, True)]
    [error] = [one for one in run_checks(tags=[Tags.database], databases=["default"]) if one.id == "cdp.E010"]
    assert f"“{first}”" in error.msg


def test_the_server_is_not_ready_without_its_keys(first: str, turn: Turn, client: Client) -> None:
    turn("k2")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["keys_missing"]) == (503, [first])
    turn("*")
    assert "keys_missing" not in client.get("/readyz").json()


def test_a_fresh_shop_and_one_with_its_keys_start(db: None) -> None:
    proofs.demand()
    proofs.enlist(now=NOW)
    proofs.enlist(now=NOW)
    assert RingKey.objects.count() >= 1


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_a_page_says_that_data_cannot_be_opened_instead_of_showing_a_blank(
    first: str, turn: Turn, client: Client, role: str
) -> None:
    client.force_login(factories.staff(role))
    client.raise_request_exception = False
    [customer] = DataKey.objects.values_list("customer_id", flat=True)[:1]
    turn("k2")
    for path in ("/customers/", reverse("customers:customer-detail", args=[customer])):
        answer = client.get(path)
        assert answer.status_code == 503, path
        assert "cannot be opened" in answer.content.decode()


def test_a_program_gets_a_problem_and_no_empty_fields(first: str, turn: Turn, client: Client) -> None:
    _key, text = factories.api_key()
    client.raise_request_exception = False
    turn("k2")
    answer = client.get("/api/v1/customers", headers={"Authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.json()["code"]) == (503, "sealed")


def test_no_door_hands_out_what_does_not_open(first: str, turn: Turn, client: Client, tmp_path: Any) -> None:
    """The admin, the page of one customer over REST, the ledger, the search, a file of customers."""
    ada = Customer.objects.get(status="known")
    record = factories.consent(ada)
    headers = {"Authorization": f"Bearer {factories.api_key()[1]}"}
    client.force_login(factories.staff("owner"))
    client.raise_request_exception = False
    turn("k2")
    for path in (f"/admin/customers/customer/{ada.id}/change/", f"/consent/ledger/{record.id}/", "/consent/ledger/"):
        answer = client.get(path)
        assert (answer.status_code, "cannot be opened" in answer.content.decode()) == (503, True), path
    answer = client.get(f"/api/v1/customers/{ada.id}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "sealed")
    file = tmp_path / "customers.csv"
    with pytest.raises((CommandError, ring.UnknownRingKey)):
        call_command("export", "customers", str(file), purpose="service", reason="try", stdout=io.StringIO())
    assert not file.exists() or b"Ada" not in file.read_bytes()


def test_a_lost_data_key_is_no_blank_either(first: str, client: Client) -> None:
    client.force_login(factories.staff("owner"))
    client.raise_request_exception = False
    DataKey.objects.all().delete()
    assert client.get("/customers/").status_code == 503


def _told(settings: Any) -> list[str]:
    """The keys of this process in every spelling that could turn up somewhere."""
    found = []
    for part in settings.CDP_ENCRYPTION_KEYS.split(","):
        encoded = part.partition(":")[2]
        raw = base64.b64decode(encoded)
        found += [encoded, encoded.rstrip("="), raw.hex(), repr(raw)[2:-1]]
    return found


def test_no_key_stands_in_logs_or_error_pages(first: str, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.getLogger().handlers[0].formatter if logging.getLogger().handlers else None)
    logging.getLogger().addHandler(handler)
    try:
        try:
            ring.parse(settings.CDP_ENCRYPTION_KEYS + ",broken:" + "x" * 8)
        except Exception as error:  # noqa: BLE001  (any)
            structlog.get_logger("test").error("a start has failed", exc_info=error)
            request = Client().get("/healthz").wsgi_request
            reporter = get_exception_reporter_class(request)(request, type(error), error, error.__traceback__)
            shown = reporter.get_traceback_html() + reporter.get_traceback_text()
    finally:
        logging.getLogger().removeHandler(handler)
    assert [secret for secret in _told(settings) if secret in shown + stream.getvalue() + caplog.text] == []


def test_no_data_key_stands_in_an_error_page_either(first: str, settings: Any) -> None:
    keyring = subjects.load(DataKey.objects.values_list("customer_id", flat=True))
    stored = DataKey.objects.get()
    request = Client().get("/healthz").wsgi_request
    try:
        keyring.seal("text", customer=stored.customer_id, table=None, column="c", row=None)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001  (any)
        reporter = get_exception_reporter_class(request)(request, type(error), error, error.__traceback__)
        shown = reporter.get_traceback_html() + reporter.get_traceback_text()
    assert "Traceback" in shown
    # Opened only now: the page shows what every frame holds, this one's too.
    raw = ring.current().unwrap(bytes(stored.wrapped), ring_key=first, context=subjects.context(stored.id))
    assert raw.hex() not in shown
    assert html.escape(repr(raw)[2:-1]) not in shown
    assert repr(raw)[2:-1] not in shown


def test_a_dump_of_the_database_holds_no_key_that_opens_anything(first: str, settings: Any) -> None:
    out = io.StringIO()
    call_command("dumpdata", "core.DataKey", "core.RingKey", "core.IndexRoot", "core.HourlyKey", stdout=out)
    dumped = json.loads(out.getvalue())
    assert {row["model"] for row in dumped} >= {"core.datakey", "core.ringkey", "core.indexroot"}
    opened = [
        ring.current().unwrap(bytes(row.wrapped), ring_key=row.ring_key, context=subjects.context(row.id))
        for row in DataKey.objects.all()
    ]
    spelt = [text for raw in opened for text in (raw.hex(), base64.b64encode(raw).decode())]
    assert [secret for secret in (*_told(settings), *spelt) if secret in out.getvalue()] == []


def test_the_name_of_a_connection_tells_ids_and_no_key() -> None:
    name = keys.connection_name("k2:c2VjcmV0,k1:b3RoZXI=")
    assert name.endswith(" k2+k1")
    assert "c2VjcmV0" not in name
    assert len(keys.connection_name(",".join(f"a-long-name-{n}:x" for n in range(9)))) == keys.LONGEST_NAME


def test_another_ring_lets_the_next_start_look_at_the_keys_again(tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "pg").mkdir()
    monkeypatch.setenv("CDP_ENCRYPTION_KEYS", "k1:x")
    before = prepared.fingerprint(tmp_path)
    monkeypatch.setenv("CDP_ENCRYPTION_KEYS", "k2:y,k1:x")
    assert prepared.fingerprint(tmp_path) != before
