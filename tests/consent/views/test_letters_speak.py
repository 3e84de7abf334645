"""Whoever told no language is written to in that of the country whose law holds, at every door."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core.models import Notice
from consent.models import PrivacyRequest
from consent.selectors import reach
from consent.services import confirming, guardians
from tests import factories

MAIL = "soo@example.com"
pytestmark = pytest.mark.django_db


@pytest.fixture
def soo():
    return factories.customer(name="Soo", email=MAIL, country="KR")


def chosen(page):
    """The language that a form of staff begins with."""
    select = re.search(r'<select[^>]*name="language".*?</select>', page.content.decode(), re.DOTALL)[0]
    return re.search(r'value="(\w+)" selected', select)[1]


def test_forms_of_staff_begin_in_their_language(soo):
    client = Client()
    client.force_login(factories.staff("privacy"))
    assert chosen(client.get(f"/consent/requests/new/{soo.id}/")) == "ko"
    assert chosen(client.get(f"/consent/customers/{soo.id}/record/")) == "ko"


def test_letters_that_no_form_told_a_language_for_are_in_theirs(soo):
    at = timezone.now()
    assert reach.ways([soo.id])[soo.id].language == "ko"
    confirming.ask(
        confirming.Question(
            customer=soo.id, boxes=[confirming.Asked("marketing", "email", "뉴스")], email=MAIL, phone="",
            source="shop", method="rest", language="", policy_version="", evidence={}, at=at,
        )
    )  # fmt: skip
    guardians.tell_child(customer=soo.id, address=MAIL, language="", at=at)
    shop = Client(headers={"Authorization": f"Bearer {factories.api_key(('privacy:write',))[1]}"})
    asked = {"customer": str(soo.id), "right": "erasure"}
    answer = shop.post("/api/v1/privacy-requests", asked, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert PrivacyRequest.objects.get().language == "ko"
    assert set(Notice.objects.values_list("language", flat=True)) == {"ko"}
    assert Notice.objects.count() == 3
