"""What is done once is done once: erasures while they run, open requests of one person, codes that many ask for."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from cdp.core import actors
from consent.models import PrivacyCode, PrivacyRequest
from consent.rules import requests as rules
from consent.services.requests import closing, codes, erasures, intake, running
from consent.services.requests.steps import UnableToDo
from customers.services import merging
from tests import factories

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
    assert PrivacyCode.objects.filter(ended="").count() == most
    assert PrivacyCode.objects.filter(ended="expired").count() == 3
