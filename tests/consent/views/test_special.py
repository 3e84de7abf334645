"""The panel of details of the special categories on the page of a customer."""

import pytest
from django.urls import reverse

from cdp.core.models import AccessEntry
from consent.models import ConsentRecord, SpecialDetail
from tests import factories

pytestmark = pytest.mark.django_db
TOLD = {"value": "Karen", "agreed": "on"}


@pytest.fixture
def turned_on(settings):
    settings.CDP_SPECIAL_DETAILS = frozenset({"ethnicity"})


@pytest.fixture
def ada():
    return factories.customer(name="Ada")


def address(name, customer):
    return reverse(f"consent:special-{name}", args=[customer.id, "ethnicity"])


def page_of(client, customer):
    return client.get(reverse("customers:customer-detail", args=[customer.id])).content.decode()


def test_it_is_told_shown_for_a_reason_and_taken_back(client, turned_on, ada):
    client.force_login(factories.staff("clerk"))
    before = page_of(client, ada)
    assert "Sensitive details" in before
    assert "checked" not in before.partition("Sensitive details")[2].partition("</section>")[0]
    assert client.post(address("keep", ada), TOLD).status_code == 302
    assert "Karen" not in page_of(client, ada), "nobody sees it by the way"
    assert "Karen" in client.post(address("show", ada), {"reason": "asked"}).content.decode()
    entry = AccessEntry.objects.get(view="consent:special-show")
    assert (entry.customer_ids, entry.reason) == ([ada.id], "asked")
    assert client.post(address("forget", ada)).status_code == 302
    assert not SpecialDetail.objects.exists()


def test_without_the_box_nothing_is_kept_and_what_was_written_stays_on_the_screen(client, turned_on, ada):
    client.force_login(factories.staff("clerk"))
    answer = client.post(address("keep", ada), {"value": "Karen"})
    assert answer.status_code == 422
    assert 'value="Karen"' in answer.content.decode()
    assert not ConsentRecord.objects.exists()


def test_a_shop_that_keeps_none_has_no_such_page(client, ada):
    client.force_login(factories.staff())
    assert "Sensitive details" not in page_of(client, ada)
    assert client.post(address("keep", ada), TOLD).status_code == 404


def test_without_a_reason_nothing_is_shown(client, turned_on, ada):
    client.force_login(factories.staff())
    client.post(address("keep", ada), TOLD)
    assert client.post(address("show", ada), {"reason": "curious"}).status_code == 302
    assert not AccessEntry.objects.filter(view="consent:special-show").exists()
