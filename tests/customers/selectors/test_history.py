"""Pages of a timeline lose nothing and repeat nothing, whatever moments the facts share."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core import actors, timeline
from customers.selectors import history
from customers.services import notes
from tests import factories

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def read_all(customer, size, kinds=()):
    seen, before, pages = [], None, 0
    while True:
        page = history.page(customer, before=before, size=size, kinds=kinds)
        seen += page.entries
        before, pages = page.before, pages + 1
        assert pages < 100
        if before is None:
            return seen


@given(moments=st.lists(st.integers(0, 6), max_size=25), size=st.integers(1, 6))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_every_entry_appears_once_newest_first(monkeypatch, moments, size):
    facts = [
        timeline.Entry(id=f"{number:03}", at=START + dt.timedelta(hours=hour), kind="note", title="")
        for number, hour in enumerate(moments)
    ]

    def provider(question):
        rows = [fact for fact in facts if question.before is None or fact.at < question.before]
        return sorted(rows, key=lambda fact: (fact.at, fact.id), reverse=True)[: question.limit]

    monkeypatch.setattr(timeline, "_providers", {"note": ("Notes", "customers", provider)})
    monkeypatch.setattr(history.lineage, "of", lambda customer: [customer])
    monkeypatch.setattr(history.subjects, "load", lambda customers: None)
    seen = [fact.id for fact in read_all(None, size)]
    assert seen == [fact.id for fact in sorted(facts, key=lambda fact: (fact.at, fact.id), reverse=True)]


@pytest.fixture
def ada(db):
    return factories.customer(name="Ada")


def test_notes_are_opened_and_signed(ada):
    clerk = factories.staff("clerk")
    notes.add(customer=ada.id, kind="call", text="Wants tea", actor=actors.staff(clerk), at=timezone.now())
    (entry,) = history.page(ada.id, kinds=["note"]).entries
    assert (entry.kind, entry.data) == ("call", {"text": "Wants tea", "author": "Clerk"})


def test_facts_of_an_absorbed_customer_stay_in_the_history(ada):
    from customers.models import Customer, Status

    other = factories.customer(name="Bo")
    notes.add(customer=other.id, kind="note", text="Old", actor=actors.SYSTEM, at=timezone.now())
    Customer.objects.filter(id=other.id).update(status=Status.MERGED, merged_into=ada.id)
    assert [entry.data["text"] for entry in history.page(ada.id, kinds=["note"]).entries] == ["Old"]
