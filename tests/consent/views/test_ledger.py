import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from cdp.core import actors
from cdp.core.chains import sealing, verifying
from cdp.core.models import AccessEntry
from consent.models import ConsentRecord, ConsentState
from consent.services import expiring, proving
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_file(tmp_path: Path, settings: object) -> None:
    settings.CDP_VAR = tmp_path


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(factories.staff("privacy"))
    return client


def test_the_page_tells_of_the_chains_and_the_newest_statements(
    officer: Client, say: Callable[..., ConsentRecord]
) -> None:
    ann = factories.customer(name="Ann Ray")
    say(ann.id)
    sealing.seal(now=timezone.now())
    page = officer.get("/consent/ledger/").content.decode()
    assert "Ann Ray" in page
    assert "Not verified yet" in page
    verifying.verify(now=timezone.now())
    assert "All ledgers stand as they were written" in officer.get("/consent/ledger/").content.decode()


def test_a_row_that_does_not_fit_is_named_with_a_way_to_it(officer: Client, say: Callable[..., ConsentRecord]) -> None:
    record = say(factories.customer().id)
    sealing.seal(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE consent_consentrecord DISABLE TRIGGER USER")
        cursor.execute("UPDATE consent_consentrecord SET status = 'denied' WHERE id = %s", [record.id])
        cursor.execute("ALTER TABLE consent_consentrecord ENABLE TRIGGER USER")
    verifying.verify(now=timezone.now())
    page = officer.get("/consent/ledger/").content.decode()
    assert "do not stand as they were written" in page
    assert f"/consent/ledger/{record.id}/" in page
    assert "Does not fit its seal" in officer.get(f"/consent/ledger/{record.id}/").content.decode()


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("purpose=marketing", 2),
        ("channel=sms", 1),
        ("status=denied", 1),
        ("method=form&status=given", 1),
        ("form=x", 0),
    ],
)
def test_statements_are_narrowed(officer: Client, say: Callable[..., ConsentRecord], query: str, hits: int) -> None:
    ann = factories.customer()
    say(ann.id)
    say(ann.id, channel="sms", granted=False)
    assert officer.get(f"/consent/ledger/?{query}").content.decode().count(">Proof</a>") == hits


def test_the_proof_shows_what_was_shown_and_the_look_is_logged(
    officer: Client, say: Callable[..., ConsentRecord]
) -> None:
    ann = factories.customer()
    record = say(
        ann.id, evidence={"text": "News & offers", "shown": ["One", "Two"], "ip": "203.0.113.0"}, form="signup",
        policy_version="1.0", language="th",
    )  # fmt: skip
    waiting = officer.get(f"/consent/ledger/{record.id}/").content.decode()
    assert "It waits for its place" in waiting
    sealing.seal(now=timezone.now())
    page = officer.get(f"/consent/ledger/{record.id}/").content.decode()
    for words in ("News &amp; offers", "One<br>Two", "203.0.113.0", "signup", "Stands as it was written"):
        assert words in page
    assert AccessEntry.objects.filter(view="consent:proof", customer_ids=[ann.id]).count() == 2


def test_the_proof_of_somebody_who_was_merged_shows_what_was_shown(
    officer: Client, say: Callable[..., ConsentRecord]
) -> None:
    ann, bo = factories.customer(), factories.customer()
    record = say(bo.id, evidence={"text": "News & offers"})
    merging.merge(survivor=ann.id, absorbed=bo.id, reason="steward", actor=actors.SYSTEM, at=timezone.now())
    page = officer.get(f"/consent/ledger/{record.id}/").content.decode()
    assert "News &amp; offers" in page
    assert f'href="/customers/{ann.id}/"' in page
    assert f'href="/customers/{ann.id}/"' in officer.get("/consent/ledger/").content.decode()
    admin = officer.get(f"/admin/consent/consentrecord/{record.id}/change/?reveal=1")
    assert "News &amp; offers" in admin.content.decode()


def test_everything_somebody_said_is_read_by_who_may_see_them_and_its_proof_is_not(
    client: Client, say: Callable[..., ConsentRecord]
) -> None:
    ann, bo = factories.customer(), factories.customer()
    say(ann.id)
    say(bo.id, granted=False)
    merging.merge(survivor=ann.id, absorbed=bo.id, reason="steward", actor=actors.SYSTEM, at=timezone.now())
    client.force_login(factories.staff("viewer"))
    page = client.get(f"/consent/customers/{bo.id}/statements/").content.decode()
    assert page.count("<tr><td>") == 2
    assert ">Proof<" not in page
    assert AccessEntry.objects.filter(view="consent:history", customer_ids=[ann.id]).exists()


def test_nobody_and_the_forgotten_have_no_page(officer: Client) -> None:
    for path in ("ledger/{}/", "customers/{}/statements/"):
        assert officer.get("/consent/" + path.format("019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70")).status_code == 404
    assert officer.get("/consent/ledger/?older=x").status_code == 404


@pytest.mark.parametrize("whole", [True, False])
def test_a_state_that_does_not_follow_from_the_ledger_names_the_person(
    say: Callable[..., ConsentRecord], now: dt.datetime, whole: bool
) -> None:
    people = [factories.customer() for _ in range(6)]
    for number, person in enumerate(people):
        say(person.id, granted=number % 2 == 0)
    merging.merge(survivor=people[0].id, absorbed=people[1].id, reason="s", actor=actors.SYSTEM, at=timezone.now())
    expiring.expire(
        purpose="marketing", said_before=now + dt.timedelta(1), reason="age", actor=actors.SYSTEM, now=now + dt.timedelta(1),
    )  # fmt: skip

    def faults() -> list[str]:
        return [fault.row for told in proving.check(timezone.now(), True) for fault in told.faults]

    assert faults() == []
    assert sum(told.rows for told in proving.check(timezone.now(), whole)) > 0
    ConsentState.objects.filter(customer_id=people[2].id).update(is_granted=True)
    ConsentState.objects.filter(customer_id=people[3].id).delete()
    assert sorted(faults()) == sorted(str(person.id) for person in people[2:4])
