"""The check of a campaign, as a marketer reads it."""

import pytest
from django.test import Client

from campaigns.models import Campaign
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_reason_is_one_row_whatever_laws_say_so_and_names_the_purpose(client: Client) -> None:
    client.force_login(factories.staff("marketer"))
    for number, country in enumerate(("TH", "KR", "FR", "KR")):
        factories.customer(name=f"Person {number}", email=f"person{number}@example.com", country=country)
    client.post("/campaigns/new/", {"starter": "announcement", "name": "News", "purpose": "marketing"})
    base = f"/campaigns/{Campaign.objects.get().id}/"
    client.post(f"{base}edit/trigger/", {"kind": "manual"})
    client.post(f"{base}edit/audience/", {"how": "rule", "rules": '{"all": []}'})
    found = client.get(f"{base}check/?now=1").context["kept"]
    assert [(row["reason"], row["count"]) for row in found] == [("was never asked about “News and offers”", 4)]
    assert found[0]["rule"].startswith("Network Act")
    assert found[0]["rule"].count(",") >= 2
