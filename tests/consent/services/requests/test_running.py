"""What is done once is done once: erasures while they run, open requests of one person, codes that many ask for."""

import datetime as dt
import re
import threading

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors, jobs
from consent.models import PrivacyAttempt, PrivacyCode, PrivacyRequest
from consent.rules import requests as rules
from consent.services.requests import closing, codes, copies, erasures, intake, rectifying, running
from consent.services.requests.steps import UnableToDo
from customers.models import ContactPoint
from customers.services import merging
from tests import factories, requesting

State = PrivacyRequest.State


def erasure(customer):
    asked = intake.Ask(customer=customer, right="erasure", door="counter", language="en", identity="id_card")
    return intake.begin(asked, actor=actors.SYSTEM, at=timezone.now())


@pytest.mark.django_db
def test_while_somebody_is_erased_nobody_runs_it_again_and_nobody_takes_it_back(monkeypatch):
    request = erasure(factories.customer(name="Ann", email="ann@example.com").id).request
    erase, refusals = erasures.run, []

    def meanwhile(row, *, actor, at):
        for attempt in (running.run, closing.cancel):
            with pytest.raises(UnableToDo) as unable:
                attempt(request=row.id, actor=actors.CUSTOMER, at=at)
            refusals.append(unable.value.code)
        erase(row, actor=actor, at=at)

    monkeypatch.setattr(erasures, "run", meanwhile)
    done = running.run(request=request.id, actor=actors.SYSTEM, at=timezone.now())
    assert refusals[0] == "working"
    assert len(refusals) == 2
    assert (done.state, "certificate" in done.outcome) == (State.ANSWERED, True)
    assert done.steps.filter(kind="started").count() == 1


@pytest.mark.django_db
def test_what_a_merged_person_asked_for_before_is_found_again():
    ann, twin = factories.customer(name="Ann"), factories.customer(name="Ann S.")
    first = erasure(twin.id)
    merging.merge(survivor=ann.id, absorbed=twin.id, reason="test", actor=actors.SYSTEM, at=timezone.now())
    again = erasure(ann.id)
    assert (again.is_new, again.request.id) == (False, first.request.id)


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_at_the_same_moment_are_counted():
    most, _span = rules.CODES_PER_CONTACT
    at, gate = timezone.now(), threading.Barrier(most + 3)

    def ask(number):
        gate.wait()
        asked = codes.Asked(right="erasure", channel="email", address="ann@example.com")
        codes.ask(asked, network=f"10.0.{number}.0", at=at)
        connection.close()

    threads = [threading.Thread(target=ask, args=[number]) for number in range(most + 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What came too often leaves a count and no row of its own.
    assert PrivacyCode.objects.count() == PrivacyCode.objects.filter(ended="").count() == most
    assert sum(PrivacyAttempt.objects.filter(what="code", why="throttled").values_list("times", flat=True)) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("right", ["access", "portability", "erasure", "restriction", "objection", "withdrawal"])
def test_nothing_is_done_for_somebody_who_did_not_show_who_they_are(right):
    ann = factories.customer(name="Ann", email="ann@example.com")
    letter = intake.begin(
        intake.Ask(customer=ann.id, right=right, door="post", language="en"), actor=actors.SYSTEM, at=timezone.now()
    ).request
    with pytest.raises(UnableToDo) as unable:
        running.run(request=letter.id, actor=actors.SYSTEM, at=timezone.now())
    assert unable.value.code == "identity"
    assert running.tidy(now=timezone.now() + dt.timedelta(hours=1)) == 0
    letter.refresh_from_db()
    ann.refresh_from_db()
    assert (letter.state, letter.job_id, ann.status) == (State.OPEN, None, "known")


@pytest.mark.django_db
def test_nothing_is_corrected_for_somebody_who_did_not_show_who_they_are():
    ann = factories.customer(name="Ann", email="ann@example.com")
    asked = intake.Ask(
        customer=ann.id, right="rectification", door="post", language="en", changes={"phone": "+66899999999"}
    )
    letter = intake.begin(asked, actor=actors.SYSTEM, at=timezone.now()).request
    change = rectifying.opened(letter)[0].id
    to_do = {"request": letter.id, "actor": actors.SYSTEM, "at": timezone.now()}
    for attempt in (
        lambda: rectifying.accept_all(**to_do),
        lambda: rectifying.decide(change=change, accept=True, **to_do),
    ):
        with pytest.raises(UnableToDo) as unable:
            attempt()
        assert unable.value.code == "identity"
    assert not ContactPoint.objects.filter(kind="phone").exists()


@pytest.mark.django_db
def test_a_copy_opens_with_its_own_code_and_not_after_its_time(client, settings, tmp_path):
    settings.CDP_VAR, settings.EMAIL_URL = tmp_path, "file:"
    factories.customer(name="Ann", email="ann@example.com")
    access = requesting.ask(client, "access", "ann@example.com")
    other = requesting.ask(client, "portability", "ann@example.com")
    jobs.run_waiting()
    shown = client.post(requesting.page(other), {"act": "code"}).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', shown)[1]
    told = {"act": "fetch", "ticket": ticket, "code": requesting.code_sent()}
    assert client.post(requesting.page(access), told).status_code == 422
    assert client.post(requesting.page(other), told).headers["Content-Type"] == "application/zip"
    access.refresh_from_db()
    assert copies.is_ready(access, at=timezone.now())
    assert not copies.is_ready(access, at=timezone.now() + rules.COPY_LASTS + dt.timedelta(minutes=1))
