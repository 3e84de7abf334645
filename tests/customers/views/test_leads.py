"""The page of a lead."""

import datetime as dt

import pytest
from django.urls import reverse

from customers.models import Lead
from customers.rules import leads as rules
from customers.rules import people
from customers.services.leads import taking
from tests import factories

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(("role", "name"), [("steward", "Robert"), ("marketer", "•••••")])
def test_what_was_told_differently_stands_beside_what_we_have_and_nothing_else(log_in, role, name):
    factories.customer(email="bob@example.com", name="Bob", city="Krabi")
    told = {"email": "bob@example.com", "name": "Robert", "city": "KRABI", "company": "Rose Inn"}
    person, _faults = people.clean(told, people.Rules(region="TH", today=NOW.date()))
    lead = rules.LeadInput(person=person, platform="facebook", key="1", arrived_at=NOW)
    taking.take([lead], source=factories.source("ads"), now=NOW)
    row = Lead.objects.get()
    response = log_in(role).get(reverse("business:lead-detail", args=[row.customer_id, row.id]))
    page = response.content.decode()
    assert [label for label, _said, _known in response.context["told"]] == ["Name", "Company"]
    assert response.context["told"][0][1] == name
    assert ("We have: Bob" in page) == (role == "steward")
    assert "Not known to us" in page
